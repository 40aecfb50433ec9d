"""`/lookup`: one question, many at once, or a whole footprint."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from geoville.api.asking import answer_question
from geoville.api.batch import batch_parts
from geoville.api.fields import DAY, AskedDay, GivenOnce, day_asked
from geoville.api.geojson_entry import read_entry
from geoville.api.lean_route import lean_get
from geoville.api.lookup_models import BatchDocument, BatchQuery, FootprintDocument, GeoJsonEntry, LookupQuery
from geoville.api.models import LookupDocument
from geoville.api.problem_responses import problem_responses
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation
from geoville.eligibility.document import answer_document
from geoville.eligibility.footprint.document import footprint_document

router = APIRouter(tags=["Verdict"], dependencies=[GivenOnce])


@lean_get(
    router,
    "/lookup",
    summary="Verdict pour une adresse, un lieu ou des coordonnées",
    response_model=LookupDocument,
    response_description="Réponse datée, motivée et sourcée ; « not_found » en est une",
    responses=problem_responses(400, 422, 503),
)
async def lookup(service: CurrentService, asked: Annotated[LookupQuery, Query()]) -> dict[str, Any]:
    """Dire si une position est dans un quartier prioritaire à une date, à quelle distance de la limite, et pourquoi."""
    return answer_document(await answer_question(service.desk, asked, day_asked(asked.on)))


@router.post(
    "/lookup",
    summary="Verdicts pour mille questions au plus",
    response_model=BatchDocument,
    response_description="Une réponse ou un problème par question, dans l'ordre",
    responses=problem_responses(400, 413, 422, 503),
)
async def lookup_many(service: CurrentService, asked: BatchQuery) -> StreamingResponse:
    """Répondre à des questions pour un même jour, les adresses étant hors de l'URL.

    Une question mal posée reçoit un problème à sa place ; les autres sont répondues.
    """
    parts = batch_parts(service.desk, asked.questions, day_asked(asked.on))
    return StreamingResponse(parts, media_type="application/json")


@router.post(
    "/lookup/geometry",
    summary="Placement d'une parcelle, d'un bâtiment, d'une rue ou d'un secteur",
    response_model=FootprintDocument,
    response_description="Dedans, en partie ou dehors, avec les parts et les distances",
    responses=problem_responses(400, 413, 422, 503),
)
async def lookup_geometry(
    request: Request,
    service: CurrentService,
    drawn: GeoJsonEntry,
    on: Annotated[AskedDay | None, Query(description=DAY)] = None,
) -> dict[str, Any]:
    """Dire où se trouve une emprise entière, jugée en entier : surface, habitants, point le plus lointain."""
    shape = read_entry(drawn.model_dump(), request.app.state.settings.max_vertices)
    return footprint_document(await service.aside.footprint(shape, day_asked(on)))
