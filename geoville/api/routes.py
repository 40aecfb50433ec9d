"""What the service answers: `/lookup` and `/health`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from geoville import __version__
from geoville.api.models import HealthDocument, LookupDocument, LookupQuery, ProblemDocument
from geoville.api.problems import PROBLEM_JSON
from geoville.eligibility.document import answer_document
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from geoville.workflows.lookup import LookupDesk

router = APIRouter()

_PROBLEM = {"content": {PROBLEM_JSON: {"schema": ProblemDocument.model_json_schema()}}}
_FAILURE: dict[int | str, dict[str, Any]] = {500: {**_PROBLEM, "description": "Erreur interne"}}


@router.get(
    "/lookup",
    summary="Verdict pour une adresse, un lieu ou des coordonnées",
    response_model=LookupDocument,
    response_description="Réponse datée, motivée et sourcée ; « not_found » en est une",
    responses={
        400: {**_PROBLEM, "description": "Demande incorrecte"},
        422: {**_PROBLEM, "description": "Paramètre inconnu ou mal formé"},
        **_FAILURE,
    },
)
async def lookup(request: Request, asked: Annotated[LookupQuery, Query()]) -> dict[str, Any]:
    """Dire si une position est dans un quartier prioritaire à une date, à quelle distance de la limite, et pourquoi."""
    if len(request.query_params.multi_items()) > len(request.query_params):
        raise InvalidInputError("Un paramètre est donné deux fois", advice="poser une question à la fois")
    desk: LookupDesk = request.app.state.desk
    on = asked.on or date.today()  # noqa: DTZ011 - the legal day is the local one
    if asked.q is not None and asked.lon is None and asked.lat is None and asked.accuracy_m is None:
        return answer_document(desk.answer(asked.q, on))
    if asked.q is None and asked.lon is not None and asked.lat is not None:
        return answer_document(desk.answer_at(asked.lon, asked.lat, on, asked.accuracy_m or 0.0))
    raise InvalidInputError(
        "La question n'est pas claire", advice="donner soit q, soit lon et lat (et leur accuracy_m)"
    )


@router.get(
    "/health",
    summary="État du service",
    response_model=HealthDocument,
    response_description="Le service répond",
    responses=_FAILURE,
)
async def health(request: Request) -> dict[str, Any]:
    """Dire que le service répond, et de combien de périmètres il dispose."""
    desk: LookupDesk = request.app.state.desk
    return {"status": "ok", "version": __version__, "perimeters": len(desk.index.perimeters)}
