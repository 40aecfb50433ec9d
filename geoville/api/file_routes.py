"""`/search/csv` and `/reverse/csv`: a whole file, answered as `geoville lookup-file` answers it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from geoville.api.fields import GivenOnce, day_asked
from geoville.api.file_answer import MEDIA_TYPES, FileAnswer, places_of
from geoville.api.file_models import FileForm, ReverseFileForm, SearchFileForm  # noqa: TC001 - FastAPI reads them
from geoville.api.problem_responses import problem_responses
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation
from geoville.api.upload import receive, upload_folder
from geoville.errors import InvalidInputError
from geoville.workflows.lookup_file.questions import Naming, choose_questions, named_coordinates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoville.workflows.lookup_file.questions import Questions

router = APIRouter(tags=["Comme l'API Adresse"], dependencies=[GivenOnce])

_SEARCH_FIELDS = Naming("columns", "lon et lat, envoyés à /reverse/csv")
_REVERSE_FIELDS = Naming("columns, envoyé à /search/csv", "lon et lat")
_REPEATED = {"columns", "result_columns"}

_COMMON: dict[str, Any] = {
    "response_class": Response,
    "response_description": "Le fichier envoyé, avec les colonnes ajoutées",
    "responses": {
        200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}},
        **problem_responses(400, 413, 422, 503),
    },
}


@router.post("/search/csv", summary="Verdicts d'un fichier d'adresses", **_COMMON)
async def search_file(request: Request, service: CurrentService, asked: Annotated[SearchFileForm, Form()]) -> Response:
    """Répondre pour chaque ligne d'un fichier CSV ou XLSX, comme `geoville lookup-file`.

    Une ligne mal écrite a son `result_status` ; les autres sont répondues. Rien n'est gardé.
    """
    return await _answered(
        request,
        service,
        asked,
        lambda known: choose_questions(
            known,
            address=asked.columns,
            postcode=asked.postcode,
            citycode=asked.citycode,
            naming=_SEARCH_FIELDS,
        ),
    )


@router.post("/reverse/csv", summary="Verdicts d'un fichier de coordonnées", **_COMMON)
async def reverse_file(
    request: Request, service: CurrentService, asked: Annotated[ReverseFileForm, Form()]
) -> Response:
    """Répondre pour chaque ligne d'un fichier de coordonnées (WGS 84), comme `geoville lookup-file`."""
    return await _answered(request, service, asked, lambda known: _coordinates(known, asked))


def _coordinates(known: Sequence[str], asked: ReverseFileForm) -> Questions:
    if asked.lon is None and asked.lat is None:
        found = named_coordinates(known)
        if found is None:
            raise InvalidInputError(
                "Aucune colonne ne s'appelle longitude et latitude", advice="nommer celles à lire par lon et lat"
            )
        return found
    return choose_questions(known, lon=asked.lon, lat=asked.lat, naming=_REVERSE_FIELDS)


async def _answered(
    request: Request, service: CurrentService, asked: FileForm, choose: Callable[[Sequence[str]], Questions]
) -> Response:
    names = [name for name, _ in (await request.form()).multi_items()]
    if any(names.count(name) > 1 for name in set(names) - _REPEATED):
        raise InvalidInputError("Un champ est donné deux fois", advice="envoyer un fichier à la fois")
    settings = request.app.state.settings
    kept = places_of(asked.result_columns)
    folder = upload_folder()
    try:
        upload = await asyncio.to_thread(
            receive, asked.data.file, Path(folder.name), settings, encoding=asked.encoding, delimiter=asked.delimiter
        )
        questions = choose(upload.rows.columns)
    except BaseException:
        folder.cleanup()
        raise
    answer = FileAnswer(
        upload, folder, service.desk, questions, day_asked(asked.on), kept=kept, most_rows=settings.max_rows
    )
    if upload.is_workbook:
        await answer.written()
    return answer
