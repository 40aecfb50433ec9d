"""What the service answers: `/lookup` and `/health`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from geoville import __version__
from geoville.api.models import HealthDocument, LookupDocument, ProblemDocument
from geoville.api.problems import PROBLEM_JSON
from geoville.eligibility.document import answer_document
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from geoville.workflows.lookup import LookupDesk

router = APIRouter()

_PROBLEM = {"model": ProblemDocument, "content": {PROBLEM_JSON: {}}}


@router.get(
    "/lookup",
    summary="Verdict pour une adresse, un lieu ou des coordonnées",
    response_model=LookupDocument,
    responses={400: {**_PROBLEM, "description": "Demande incorrecte"}, 422: {**_PROBLEM, "description": "Mal formée"}},
)
async def lookup(
    request: Request,
    q: Annotated[str | None, Query(description="Adresse, nom de lieu, ou « longitude,latitude »")] = None,
    lon: Annotated[float | None, Query(description="Longitude, degrés décimaux WGS 84")] = None,
    lat: Annotated[float | None, Query(description="Latitude, degrés décimaux WGS 84")] = None,
    accuracy_m: Annotated[float, Query(description="Précision des coordonnées, en mètres")] = 0.0,
    on: Annotated[date | None, Query(description="Jour de la question (AAAA-MM-JJ) ; aujourd'hui sinon")] = None,
) -> dict[str, Any]:
    """Dire si une position est dans un quartier prioritaire à une date, à quelle distance de la limite, et pourquoi."""
    desk: LookupDesk = request.app.state.desk
    asked_on = on or date.today()  # noqa: DTZ011 - the legal day is the local one
    if q is not None and lon is None and lat is None:
        return answer_document(desk.answer(q, asked_on))
    if q is None and lon is not None and lat is not None:
        return answer_document(desk.answer_at(lon, lat, asked_on, accuracy_m))
    raise InvalidInputError("La question est incomplète", advice="donner soit q, soit lon et lat ensemble")


@router.get("/health", summary="Le service répond", response_model=HealthDocument)
async def health(request: Request) -> dict[str, Any]:
    """Dire que le service répond, et de combien de périmètres il dispose."""
    desk: LookupDesk = request.app.state.desk
    return {"status": "ok", "version": __version__, "perimeters": len(desk.index.perimeters)}
