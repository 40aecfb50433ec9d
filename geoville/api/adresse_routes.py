"""`/search` and `/reverse`: the routes of the API Adresse, with the verdict of each address."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query

from geoville.api.adresse_documents import collection_document, type_of
from geoville.api.adresse_models import MOST_FEATURES, AddressCollection, ReverseQuery, SearchQuery
from geoville.api.asking import searched
from geoville.api.fields import GivenOnce, day_asked
from geoville.api.lean_route import lean_get
from geoville.api.problem_responses import problem_responses
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation
from geoville.eligibility.decide import decide
from geoville.errors import InvalidInputError
from geoville.model import NotFound, Position
from geoville.workflows.lookup import typed_position

if TYPE_CHECKING:
    from geoville.workflows.lookup import LookupDesk

router = APIRouter(tags=["Comme l'API Adresse"])

_COMMON: dict[str, Any] = {
    "response_model": AddressCollection,
    "response_description": "Collection GeoJSON, comme celle de l'API Adresse ; vide si rien n'est trouvé",
    "responses": problem_responses(400, 422, 503),
}


@lean_get(router, "/search", summary="Chercher une adresse, avec son verdict", dependencies=[GivenOnce], **_COMMON)
async def search(service: CurrentService, asked: Annotated[SearchQuery, Query()]) -> dict[str, Any]:
    """Chercher une adresse comme le fait l'API Adresse, et dire de chacune si elle est dans un quartier prioritaire.

    La première réponse est celle de `/lookup`. Si l'adresse n'est pas trouvée, `qpv` dit pourquoi, et les réponses qui
    suivent ne sont que des propositions.
    """
    return await _search(service, asked)


@router.post("/search", summary="Chercher une adresse sans l'écrire dans l'URL", dependencies=[GivenOnce], **_COMMON)
async def search_posted(service: CurrentService, asked: SearchQuery) -> dict[str, Any]:
    """Chercher comme `GET /search`, l'adresse étant dans le corps de la demande."""
    return await _search(service, asked)


@lean_get(router, "/reverse", summary="Adresse d'un point, et son verdict", dependencies=[GivenOnce], **_COMMON)
async def reverse(service: CurrentService, asked: Annotated[ReverseQuery, Query()]) -> dict[str, Any]:
    """Donner l'adresse la plus proche d'un point, et dire si ce point est dans un quartier prioritaire.

    Le verdict porte sur le point demandé, non sur l'adresse trouvée : il est dans `qpv` même sans adresse proche.
    """
    return await _reverse(service, asked)


@router.post("/reverse", summary="Adresse d'un point hors de l'URL", dependencies=[GivenOnce], **_COMMON)
async def reverse_posted(service: CurrentService, asked: ReverseQuery) -> dict[str, Any]:
    """Chercher comme `GET /reverse`, le point étant dans le corps de la demande."""
    return await _reverse(service, asked)


async def _search(service: CurrentService, asked: SearchQuery) -> dict[str, Any]:
    desk, on = service.desk, day_asked(asked.on)
    near = _near(asked)
    found = await searched(desk, lambda: desk.located(asked.q, postcode=asked.postcode, citycode=asked.citycode))
    positions = [] if isinstance(found, NotFound) else [found]
    if asked.autocomplete:
        positions += await searched(desk, lambda: _suggested(desk, asked))
    firsts: dict[str, Position] = {}
    for position in positions:
        firsts.setdefault(position.label, position)
    kept = [position for position in firsts.values() if asked.type in {None, type_of(position)}]
    if near is not None:
        kept.sort(key=lambda position: (-position.score, math.dist(near, (position.lon, position.lat))))
    shown = [(position, decide(position, desk.index, on)) for position in kept[: asked.limit]]
    return collection_document(
        decide(found, desk.index, on), shown, service.territory.epsg, query=asked.q, limit=asked.limit, near=near
    )


def _suggested(desk: LookupDesk, asked: SearchQuery) -> tuple[Position, ...]:
    # All that may be suggested, since some are of another type than the one asked.
    return desk.geocoder.suggest(asked.q, limit=MOST_FEATURES, postcode=asked.postcode, citycode=asked.citycode)


def _near(asked: SearchQuery) -> tuple[float, float] | None:
    if asked.lon is None and asked.lat is None:
        return None
    if asked.lon is None or asked.lat is None:
        raise InvalidInputError("Il manque une coordonnée", advice="donner lon et lat ensemble")
    point = typed_position(asked.lon, asked.lat)
    return point.lon, point.lat


async def _reverse(service: CurrentService, asked: ReverseQuery) -> dict[str, Any]:
    desk, near = service.desk, (asked.lon, asked.lat)
    answer = desk.answer_at(*near, day_asked(asked.on))
    found = await searched(desk, lambda: desk.geocoder.reverse(*near))
    places = [found] if isinstance(found, Position) else []
    shown = [(place, answer) for place in places if asked.type in {None, type_of(place)}]
    query = f"{asked.lon},{asked.lat}"
    return collection_document(answer, shown, service.territory.epsg, query=query, limit=asked.limit, near=near)
