"""`/search` and `/reverse`, as API Adresse answers them: routes and documents."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

import numpy as np
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request

from geoville.api.lookup import searched
from geoville.api.openapi import published
from geoville.api.problems import problem_responses
from geoville.api.routing import DAY, AskedDay, Count, Degrees, GivenOnce, Strict, day_asked, lean_get, refuse_repeats
from geoville.api.service import CurrentService, Service
from geoville.crs import WGS84, transform_points
from geoville.eligibility.decide import decide
from geoville.eligibility.documents import QpvDocument, Said, verdict_document
from geoville.errors import InvalidInputError
from geoville.geocoding.answers import context_as_ban, kind_as_ban, label_as_ban, street_id, within_as_ban
from geoville.geocoding.remote import RemoteGeocoder
from geoville.geocoding.search import likeliest
from geoville.model import NotFound, Position, PositionType
from geoville.sources.clock import today_where
from geoville.workflows.lookup import typed_position

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from geoville.model import Answer

    Place = tuple[float, float]


# --- Shapes of `/search` and `/reverse`: those of the API Adresse, with the verdict beside each address

LONGEST_QUESTION, MOST_FEATURES = 200, 20
"""Those of the API Adresse."""


class AddressType(StrEnum):
    """What an address is, as the API Adresse names it; `locality` is a named place."""

    HOUSENUMBER = "housenumber"
    STREET = "street"
    LOCALITY = "locality"
    MUNICIPALITY = "municipality"


class SearchBody(Strict):
    """Une adresse à chercher."""

    q: str = Field(
        max_length=LONGEST_QUESTION,
        description="Adresse, rue, commune ou nom de lieu",
        examples=["1 rue Youri Gagarine, 62100 Calais"],
    )
    limit: Count = Field(5, ge=1, le=MOST_FEATURES, description="Nombre de réponses au plus ; aussi « size »")
    autocomplete: bool = Field(
        default=True, description="0 ou false : le texte est complet ; sinon il est en train d'être tapé"
    )
    citycode: str = Field("", max_length=5, description="Code Insee de la commune", examples=["62193"])
    postcode: str = Field("", max_length=5, description="Code postal", examples=["62100"])
    type: AddressType | None = Field(None, description="Ne garder qu'une sorte de réponse")
    lon: Degrees | None = Field(None, description="Avec lat : à score égal, le plus proche d'abord ; aussi « lng »")
    lat: Degrees | None = Field(None, description="Avec lon : à score égal, le plus proche d'abord")
    min_score: Degrees = Field(0, ge=0, le=1, description="Score au-dessous duquel une réponse est laissée de côté")
    on: AskedDay | None = Field(None, description=DAY)


_ALIASES = {
    "limit": ("size",),
    "lon": ("lng", "long", "longitude"),
    "lat": ("latitude",),
}
"""Names that other geocoders, or clients of several, give to the same parameter."""

_ASKED_ONCE = frozenset({"q", "on", "lon", "lat", *_ALIASES["lon"], *_ALIASES["lat"]})


def _as_api_adresse(given: Any) -> Any:
    """Parameters under the names of the API Adresse; an empty one, which clients send for none, is left out."""
    if not isinstance(given, dict):
        return given
    kept = {name: value for name, value in given.items() if value != "" or name == "q"}
    for name, others in _ALIASES.items():
        said = [kept[other] for other in others if other in kept]
        if said:
            kept.setdefault(name, said[0])
    return kept


class AsApiAdresse(BaseModel):
    """A question in an address, read as the API Adresse reads it: what it does not know is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    _named = model_validator(mode="before")(_as_api_adresse)


_OTHER_DAYS = frozenset({"date", "jour", "day"})


def refuse_other_days(names: Iterable[str], but: Collection[str] = ()) -> None:
    """Refuse a day under another name than `on`: ignored as unknown parameters are, it would be a silent "today".

    Raises
    ------
    InvalidInputError
        There is one.
    """
    if _OTHER_DAYS & set(names) - set(but):
        raise InvalidInputError("Le jour est donné sous un autre nom que le sien", advice="l'écrire on=AAAA-MM-JJ")


async def _one_question(request: Request) -> None:
    refuse_other_days(request.query_params)
    given = [(name, value) for name, value in request.query_params.multi_items() if name in _ASKED_ONCE]
    refuse_repeats(given, "paramètre", advice="poser une question à la fois")


OneQuestion = Depends(_one_question)
"""Dependency of a route where the last value of a repeated parameter counts, but for the place and the day."""


class SearchQuery(AsApiAdresse, SearchBody):
    """Une adresse à chercher, telle que la demande un client de l'API Adresse."""

    model_config = AsApiAdresse.model_config


class ReverseBody(Strict):
    """Un point dont on cherche l'adresse."""

    lon: Degrees = Field(description="Longitude, degrés décimaux WGS 84 ; aussi « lng »", examples=[1.8867])
    lat: Degrees = Field(description="Latitude, degrés décimaux WGS 84", examples=[50.956])
    limit: Count = Field(1, ge=1, le=MOST_FEATURES, description="La plus proche seule est connue : une réponse au plus")
    type: AddressType | None = Field(None, description="Ne garder qu'une sorte de réponse")
    on: AskedDay | None = Field(None, description=DAY)


class ReverseQuery(AsApiAdresse, ReverseBody):
    """Un point dont on cherche l'adresse, tel que le demande un client de l'API Adresse."""

    model_config = AsApiAdresse.model_config


AddressTypeText = Annotated[str, AddressType | Literal["coordinates"]]


class AddressProperties(TypedDict):
    """Une adresse trouvée ; ce que la liste d'adresses ne dit pas est vide."""

    label: str
    score: Annotated[float, Said("", 0, 1)]
    type: AddressTypeText
    id: str
    housenumber: str | None
    name: str
    street: str | None
    postcode: str
    citycode: str
    city: str
    context: str
    importance: Annotated[
        float, Said("De la rue ou de la commune : sans chiffre de recensement, tirée du nombre de ses adresses", 0, 1)
    ]
    oldcitycode: Annotated[str | None, Said("Code Insee de la commune déléguée")]
    oldcity: str | None
    district: Annotated[str | None, Said("Arrondissement de Paris, Lyon ou Marseille")]
    x: Annotated[float, Said("Abscisse dans la projection légale du territoire, en mètres")]
    y: Annotated[float, Said("Ordonnée dans la projection légale du territoire, en mètres")]
    distance: Annotated[float | None, Said("Distance au point demandé, en mètres")]
    qpv: QpvDocument


class PointGeometry(TypedDict):
    """Un point : longitude puis latitude, WGS 84."""

    type: Literal["Point"]
    coordinates: Annotated[tuple[float, float], Annotated[list[float], Field(min_length=2, max_length=2)]]


class AddressFeature(TypedDict):
    """Une adresse, avec son verdict."""

    type: Literal["Feature"]
    geometry: PointGeometry
    properties: AddressProperties


class AddressCollection(TypedDict):
    """Les adresses trouvées, la plus probable d'abord, et le verdict de la question elle-même."""

    type: Literal["FeatureCollection"]
    version: Literal["draft"]
    features: list[AddressFeature]
    attribution: str
    licence: str
    query: str
    limit: int
    qpv: Annotated[QpvDocument, Said("Réponse à la question posée, y compris quand aucune adresse n'est trouvée")]


# --- Answers as the API Adresse writes addresses: a flat GeoJSON collection of points

_CENTIMETRE_DECIMALS = 2


def collection_document(
    asked: Answer, found: Sequence[tuple[Position, Answer]], epsg: int, *, query: str, limit: int, near: Place | None
) -> AddressCollection:
    """The collection of what was found.

    Parameters
    ----------
    asked : answer to the question itself.
    found : positions with what is answered there, the likeliest first.
    epsg : projected CRS of the territory.
    near : (lon, lat) of the point from which distances are given; None for none.
    """
    sources = dict.fromkeys(source for answer in (asked, *(answer for _, answer in found)) for source in answer.sources)
    lists = (position.source for position, _ in found)
    return {
        "type": "FeatureCollection",
        "version": "draft",
        "features": [_feature(position, answer, epsg, near) for position, answer in found],
        "attribution": _joined([*lists, *(source.citation for source in sources)]),
        "licence": _joined(source.licence for source in sources),
        "query": query,
        "limit": limit,
        "qpv": verdict_document(asked),
    }


def _feature(position: Position, answer: Answer, epsg: int, near: Place | None) -> AddressFeature:
    x, y = _projected(position.lon, position.lat, epsg)
    name = " ".join(part for part in (position.housenumber, position.street) if part)
    within = within_as_ban(position)
    properties: AddressProperties = {
        "label": label_as_ban(position),
        "score": position.score,
        "type": kind_as_ban(position),
        "id": position.id,
        "housenumber": position.housenumber or None,
        "name": name or position.label,
        "street": position.street or None,
        "postcode": position.postcode,
        "citycode": position.citycode,
        "city": position.city,
        "context": context_as_ban(position),
        "importance": position.importance,
        "oldcitycode": within.oldcitycode,
        "oldcity": within.oldcity,
        "district": within.district,
        "x": round(x, _CENTIMETRE_DECIMALS),
        "y": round(y, _CENTIMETRE_DECIMALS),
        "distance": metres_between((position.lon, position.lat), near, epsg) if near else None,
        "qpv": verdict_document(answer),
    }
    point: PointGeometry = {"type": "Point", "coordinates": (position.lon, position.lat)}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _street_of(position: Position) -> Position:
    """The street of an address, at the point where it is known there."""
    if position.type is not PositionType.HOUSENUMBER or not position.street:
        return position
    return replace(position, type=PositionType.STREET, id=street_id(position.id), housenumber="")


def metres_between(one: Place, other: Place, epsg: int) -> float:
    """Distance between two places in degrees, measured in the projected CRS of their territory, to the centimetre."""
    (x, y), (other_x, other_y) = (_projected(*place, epsg) for place in (one, other))
    return round(math.hypot(x - other_x, y - other_y), _CENTIMETRE_DECIMALS)


def _projected(lon: float, lat: float, epsg: int) -> Place:
    easting, northing = transform_points(np.array([lon]), np.array([lat]), WGS84, epsg)
    return float(easting[0]), float(northing[0])


def _joined(texts: Iterable[str]) -> str:
    return " ; ".join(text for text in dict.fromkeys(texts) if text)


router = APIRouter(tags=["API Adresse"])

_COMMON: dict[str, Any] = {
    "response_model": published(AddressCollection),
    "response_description": "Collection GeoJSON, comme celle de l'API Adresse ; vide si rien n'est trouvé",
    "responses": problem_responses(400, 413, 422, 503),
}


@lean_get(router, "/search", summary="Chercher une adresse, avec son verdict", dependencies=[OneQuestion], **_COMMON)
async def search(service: CurrentService, asked: Annotated[SearchQuery, Query()]) -> AddressCollection:
    """Chercher une adresse comme le fait l'API Adresse, et dire de chacune si elle est dans un quartier prioritaire.

    La première réponse est celle de `/lookup`. Si l'adresse n'est pas trouvée, `qpv` dit pourquoi, et les réponses qui
    suivent ne sont que des propositions, sans verdict : leur `qpv` est celui de la question.
    """
    return await _search(service, asked)


@router.post("/search", summary="Chercher une adresse sans l'écrire dans l'URL", dependencies=[GivenOnce], **_COMMON)
async def search_posted(service: CurrentService, asked: SearchBody) -> AddressCollection:
    """Chercher comme `GET /search`, l'adresse étant dans le corps de la demande."""
    return await _search(service, asked)


@lean_get(router, "/reverse", summary="Adresse d'un point, et son verdict", dependencies=[OneQuestion], **_COMMON)
async def reverse(service: CurrentService, asked: Annotated[ReverseQuery, Query()]) -> AddressCollection:
    """Donner l'adresse la plus proche d'un point, et dire si ce point est dans un quartier prioritaire.

    Le verdict porte sur le point demandé, non sur l'adresse trouvée : il est dans `qpv` même sans adresse proche.
    """
    return await _reverse(service, asked)


@router.post("/reverse", summary="Adresse d'un point hors de l'URL", dependencies=[GivenOnce], **_COMMON)
async def reverse_posted(service: CurrentService, asked: ReverseBody) -> AddressCollection:
    """Chercher comme `GET /reverse`, le point étant dans le corps de la demande."""
    return await _reverse(service, asked)


async def _search(service: CurrentService, asked: SearchBody) -> AddressCollection:
    desk, on = service.desk, day_asked(asked.on, service)
    near = _near(asked)
    found = await searched(desk, lambda: desk.located(asked.q, postcode=asked.postcode, citycode=asked.citycode))
    positions = [] if isinstance(found, NotFound) else [found]
    if asked.autocomplete:
        positions += await _suggested(service, asked, near)
    firsts: dict[str, Position] = {}
    for position in positions:
        firsts.setdefault(position.label, position)
    kept = [
        position
        for position in firsts.values()
        if asked.type in {None, kind_as_ban(position)} and position.score >= asked.min_score
    ]
    if near is not None:
        kept.sort(key=lambda position: likeliest(position, near))
    asked_itself = decide(found, desk.index, on, rules=False, today=today_where(found))
    # Beside a question that was not found, the verdict of another address would be read as its own.
    unanswered = asked_itself if isinstance(found, NotFound) else None
    shown = [
        (position, unanswered or decide(position, desk.index, on, rules=False, today=today_where(position)))
        for position in kept[: asked.limit]
    ]
    return collection_document(asked_itself, shown, service.territory.epsg, query=asked.q, limit=asked.limit, near=near)


async def _suggested(service: Service, asked: SearchBody, near: Place | None) -> tuple[Position, ...]:
    """Suggestions, looked for beside the event loop: what is typed at each letter may take long in a large list."""
    # All that may be suggested where some are of another type than the one asked, or under the score asked.
    limit = MOST_FEATURES if asked.type or asked.min_score else asked.limit
    geocoder = service.desk.geocoder

    def search() -> tuple[Position, ...]:
        return geocoder.suggest(asked.q, limit=limit, postcode=asked.postcode, citycode=asked.citycode, near=near)

    is_remote = isinstance(geocoder, RemoteGeocoder)
    return await (asyncio.to_thread(search) if is_remote else service.aside.suggested(search))


def _near(asked: SearchBody) -> tuple[float, float] | None:
    if asked.lon is None and asked.lat is None:
        return None
    if asked.lon is None or asked.lat is None:
        raise InvalidInputError("Il manque une coordonnée", advice="donner lon et lat ensemble")
    point = typed_position(asked.lon, asked.lat)
    return point.lon, point.lat


async def _reverse(service: CurrentService, asked: ReverseBody) -> AddressCollection:
    desk, near = service.desk, (asked.lon, asked.lat)
    answer = desk.answer_at(*near, day_asked(asked.on, service), rules=False)
    found = await searched(desk, lambda: desk.geocoder.reverse(*near))
    places = [found] if isinstance(found, Position) else []
    if asked.type is AddressType.STREET:
        places = [_street_of(place) for place in places]
    shown = [(place, answer) for place in places if asked.type in {None, kind_as_ban(place)}]
    query = f"{asked.lon},{asked.lat}"
    return collection_document(answer, shown, service.territory.epsg, query=query, limit=asked.limit, near=near)
