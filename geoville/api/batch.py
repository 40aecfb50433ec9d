"""Many questions in one request, answered one by one and sent as they are."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from geoville.api.asking import answer_question
from geoville.api.lookup_models import BatchQuestion
from geoville.api.problems import STATUS_OF_ERROR, TITLES
from geoville.eligibility.document import answer_document
from geoville.errors import GeovilleError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import date

    from geoville.workflows.lookup import LookupDesk


async def batch_parts(
    desk: LookupDesk, questions: Sequence[BatchQuestion | dict[str, Any]], on: date
) -> AsyncIterator[str]:
    """Parts of the JSON document of the answers; others are answered between two questions."""
    yield f'{{"on":"{on.isoformat()}","answers":['
    for rank, question in enumerate(questions):
        yield "," * bool(rank) + json.dumps(await _answered(desk, question, on), ensure_ascii=False)
        await asyncio.sleep(0)
    yield "]}"


async def _answered(desk: LookupDesk, question: BatchQuestion | dict[str, Any], on: date) -> dict[str, Any]:
    if isinstance(question, dict):
        return {"id": _usable_id(question), "answer": None, "problem": _problem(_misread(question))}
    try:
        answer = await answer_question(desk, question, on)
    except GeovilleError as error:
        return {"id": question.id, "answer": None, "problem": _problem(error)}
    return {"id": question.id, "answer": answer_document(answer), "problem": None}


def _usable_id(question: dict[str, Any]) -> str | int | None:
    try:
        return BatchQuestion.model_validate({"id": question.get("id")}).id
    except ValidationError:
        return None


def _misread(question: dict[str, Any]) -> InvalidInputError:
    """What is wrong with a question that cannot be read; an unknown key was typed by the user and is not repeated."""
    known = sorted(BatchQuestion.model_fields.keys() & question.keys())
    return InvalidInputError(
        "Question mal formée",
        advice=f"vérifier {', '.join(known) or 'ses clés'} ; clés permises : id, q, lon, lat, accuracy_m",
    )


def _problem(error: GeovilleError) -> dict[str, Any]:
    status = next(status for kind, status in STATUS_OF_ERROR.items() if isinstance(error, kind))
    return {"type": "about:blank", "title": TITLES[status], "status": int(status), "detail": error.sentence}
