"""What the service answers about one question: `/lookup`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from geoville.api import asking
from geoville.api.fields import GivenOnce, day_asked
from geoville.api.models import LookupDocument, LookupQuery
from geoville.api.problem_responses import problem_responses
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation
from geoville.eligibility.document import answer_document
from geoville.errors import InvalidInputError

router = APIRouter()


@router.get(
    "/lookup",
    summary="Verdict pour une adresse, un lieu ou des coordonnées",
    response_model=LookupDocument,
    response_description="Réponse datée, motivée et sourcée ; « not_found » en est une",
    responses=problem_responses(400, 422, 503),
    dependencies=[GivenOnce],
)
async def lookup(service: CurrentService, asked: Annotated[LookupQuery, Query()]) -> dict[str, Any]:
    """Dire si une position est dans un quartier prioritaire à une date, à quelle distance de la limite, et pourquoi."""
    on = day_asked(asked.on)
    if asked.q is not None and asked.lon is None and asked.lat is None and asked.accuracy_m is None:
        return answer_document(await asking.answer(service.desk, asked.q, on))
    if asked.q is None and asked.lon is not None and asked.lat is not None:
        return answer_document(service.desk.answer_at(asked.lon, asked.lat, on, asked.accuracy_m or 0.0))
    raise InvalidInputError(
        "La question n'est pas claire", advice="donner soit q, soit lon et lat (et leur accuracy_m)"
    )
