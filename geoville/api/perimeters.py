"""`/perimeters/check`: a polygon of one's own against the decree; its route and documents."""

from __future__ import annotations

import math
from typing import Annotated, Any, TypedDict

from fastapi import APIRouter, Query, Request
from pydantic import Field

from geoville.api.lookup import GeoJsonEntry, read_entry
from geoville.api.openapi import published
from geoville.api.problems import problem_responses
from geoville.api.routing import DAY, AskedDay, KnownAndGivenOnce, day_asked
from geoville.api.service import CurrentService
from geoville.perimeters.scenarios import Supposition


class BoundsDocument(TypedDict):
    """Une estimation et son intervalle à 90 %."""

    value: float | None
    low: float | None
    high: float | None


class PlaceDocument(TypedDict):
    """Les habitants du tracé dans une commune ou un IRIS."""

    code: str
    name: str
    people: float


class ConditionDocument(TypedDict):
    """Une condition du décret : ce qui est mesuré, la limite, la marge, et ce qui la remplirait."""

    test: str
    value: float | None
    limit: float | None
    passed: bool
    margin: float | None
    sure: bool
    needed: str | None


class CheckedDocument(TypedDict):
    """Un tracé vérifié : tout y est estimé, sans valeur réglementaire."""

    estimated: bool
    vintage: int
    euros_of: int | None
    supposed: str | None
    unverified: str | None
    doubts: list[str]
    intervals: str
    area_m2: float
    population: float
    households: float | None
    share_below: BoundsDocument
    median_eur: BoundsDocument
    threshold_eur: float | None
    share_imputed: float | None
    share_covered: float
    coverage: str
    communes: list[PlaceDocument]
    iris: list[PlaceDocument]
    outcome: str
    conditions: list[ConditionDocument]


router = APIRouter(tags=["Verdict"], dependencies=[KnownAndGivenOnce])

_OF_THE_FILE = ("code", "name", "kind", "outline_estimated")


@router.post(
    "/perimeters/check",
    summary="Un tracé face aux conditions du décret",
    response_model=published(CheckedDocument),
    response_description="Chiffres estimés, communes, IRIS, et chaque condition avec sa marge",
    responses=problem_responses(400, 413, 422, 503),
)
async def check_outline(
    request: Request,
    service: CurrentService,
    drawn: GeoJsonEntry,
    on: Annotated[AskedDay | None, Query(description=DAY)] = None,
    threshold_factor: Annotated[
        float, Query(gt=0, le=10, description="Scénario : ce par quoi le seuil du décret est multiplié")
    ] = 1.0,
    minimum: Annotated[
        Annotated[float, Field(ge=0, le=1_000_000)] | None,
        Query(description="Scénario : habitants au moins, au lieu de ceux du décret"),
    ] = None,
) -> dict[str, Any]:
    """Estimer habitants et revenus d'un tracé, et dire quelles conditions du décret il remplit.

    Plusieurs polygones sont réunis en un seul tracé.
    """
    shape = read_entry(drawn.model_dump(), request.app.state.settings.max_vertices)
    supposed = Supposition(threshold_factor, minimum)
    document = await service.aside.checked(shape, day_asked(on, service), supposed)
    (polygon,) = document.pop("polygons")
    del document["remarks"]  # on files: none is read
    known: dict[str, Any] = _known({**document, **{key: polygon[key] for key in polygon if key not in _OF_THE_FILE}})
    return known


def _known(value: Any) -> Any:
    """Values without what is not a number, which JSON has not: null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _known(item) for key, item in value.items()}
    return [_known(item) for item in value] if isinstance(value, list) else value
