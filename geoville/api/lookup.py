"""`/lookup` and its kin: one question, several, a footprint; their routes and documents."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import StreamingResponse

from geoville import french
from geoville.api.openapi import published
from geoville.api.problems import ProblemDocument, problem_document, problem_responses
from geoville.api.routing import DAY, PERMIT_DAY, AskedDay, Degrees, KnownAndGivenOnce, Strict, day_asked, lean_get
from geoville.api.service import CurrentService
from geoville.eligibility.decide import decide
from geoville.eligibility.documents import (
    DayText,
    FootprintDocument,
    LookupDocument,
    answer_document,
    footprint_document,
)
from geoville.errors import GeovilleError, InvalidInputError
from geoville.geocoding.remote import RemoteGeocoder
from geoville.sources.clock import today_where
from geoville.workflows.footprints import footprint_of
from geoville.workflows.lookup import QuestionNames, one_place

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Answer
    from geoville.workflows.lookup import LookupDesk


Found = TypeVar("Found")


async def searched(desk: LookupDesk, search: Callable[[], Found]) -> Found:
    """What a search of the desk's geocoder finds.

    Only a remote geocoder is asked in a thread: it shares no geometry with this one. Everything else stays in the event
    loop, verdicts above all.
    """
    return await asyncio.to_thread(search) if isinstance(desk.geocoder, RemoteGeocoder) else search()


async def answer(
    desk: LookupDesk,
    question: str,
    on: date,
    *,
    postcode: str = "",
    citycode: str = "",
    permit_date: date | None = None,
) -> Answer:
    """What `LookupDesk.answer` answers.

    Raises
    ------
    InvalidInputError
        The question cannot be searched.
    DataUnavailableError
        The remote geocoder is out of reach.
    """
    if not isinstance(desk.geocoder, RemoteGeocoder):
        return desk.answer(question, on, postcode=postcode, citycode=citycode, permit_date=permit_date)
    found = await asyncio.to_thread(desk.located, question, postcode=postcode, citycode=citycode)
    return decide(found, desk.index, on, permit_date=permit_date, today=today_where(found))


_FIELDS = QuestionNames("q", "lon", "lat", "accuracy_m")


async def answer_question(desk: LookupDesk, asked: Question, on: date, permit_date: date | None = None) -> Answer:
    """Answer to an address or to coordinates.

    Raises
    ------
    InvalidInputError
        The question is none, is both, or cannot be searched.
    DataUnavailableError
        The remote geocoder is out of reach.
    """
    place = one_place(asked.q, asked.lon, asked.lat, asked.accuracy_m, _FIELDS)
    if isinstance(place, str):
        return await answer(desk, place, on, postcode=asked.postcode, citycode=asked.citycode, permit_date=permit_date)
    if asked.postcode or asked.citycode:
        raise InvalidInputError("postcode et citycode ne disent rien de coordonnées", advice="les retirer, ou donner q")
    lon, lat, accuracy_m = place
    return desk.answer_at(lon, lat, on, accuracy_m, permit_date=permit_date)


# --- Shapes of the questions of `/lookup` and of the answers to many of them, or to a footprint

MOST_QUESTIONS = 1_000
"""Of one request; a longer list is a file, for `/search/csv`."""

LONGEST_ID = 100
LOOKUP_FIELDS = tuple(LookupDocument.__annotations__)
_KEY = re.compile(r"[a-z_][a-z_0-9]{0,30}", re.ASCII)
"""Keys that may be repeated: what looks like a name of a field, not like one of a person or a street."""


class Question(Strict):
    """Une adresse, ou des coordonnées."""

    q: str | None = Field(
        None, description="Adresse, nom de lieu, ou « longitude,latitude »", examples=["collège Vauban"]
    )
    lon: Degrees | None = Field(None, description="Longitude, degrés décimaux WGS 84")
    lat: Degrees | None = Field(None, description="Latitude, degrés décimaux WGS 84")
    accuracy_m: Degrees | None = Field(None, description="Précision des coordonnées, en mètres ; exactes sinon")
    postcode: str = Field("", max_length=5, description="Avec q : code postal de la commune", examples=["62100"])
    citycode: str = Field("", max_length=5, description="Avec q : code Insee de la commune", examples=["62193"])


class LookupQuery(Question):
    """La question : une adresse, ou des coordonnées, et le jour."""

    on: AskedDay | None = Field(None, description=DAY)
    permit_date: AskedDay | None = Field(None, description=PERMIT_DAY)


FieldNames = Annotated[
    str | None,
    Field(
        None,
        max_length=300,
        description=f"Champs à rendre, séparés par des virgules ; tous sinon : {', '.join(LOOKUP_FIELDS)}",
        examples=["verdict,contains,conclusive,reasons"],
    ),
]


class AnswerQuery(LookupQuery):
    """La question, et ce qui est attendu de la réponse."""

    fields: FieldNames = None


class BatchQuestion(LookupQuery):
    """Une question parmi d'autres, avec son jour si ce n'est pas celui de toutes."""

    id: Annotated[str, Field(max_length=LONGEST_ID)] | int | None = Field(None, description="Repris dans la réponse")


class BatchQuery(Strict):
    """Des questions pour un même jour."""

    questions: list[Annotated[BatchQuestion | dict[str, Any], Field(union_mode="left_to_right")]] = Field(
        max_length=MOST_QUESTIONS,
        description="Chacune avec q, ou lon et lat ; une question mal posée n'empêche pas les autres",
        examples=[[{"id": "a", "q": "collège Vauban"}, {"id": "b", "lon": 1.8867, "lat": 50.956}]],
    )
    on: AskedDay | None = Field(None, description=f"{DAY} ; une question peut avoir le sien")
    fields: FieldNames = None


_WHOLE, _CHOSEN = published(LookupDocument), published(LookupDocument, some=True)


class BatchAnswer(TypedDict):
    """Ce qui est répondu à une question : une réponse, ou un problème."""

    id: str | int | None
    answer: Annotated[dict[str, Any] | None, _WHOLE | _CHOSEN | None]
    problem: ProblemDocument | None


class BatchDocument(TypedDict):
    """Une réponse par question, dans l'ordre."""

    on: DayText
    answers: list[BatchAnswer]


class GeoJsonEntry(BaseModel):
    """Du GeoJSON en longitude et latitude : géométrie, entité ou collection."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: Literal[
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "Feature",
        "FeatureCollection",
    ]


# --- Many questions in one request, answered one by one and sent as they are


async def batch_parts(
    desk: LookupDesk, questions: Sequence[BatchQuestion | dict[str, Any]], on: date, wanted: Sequence[str] = ()
) -> AsyncIterator[str]:
    """Parts of the JSON document of the answers; others are answered between two questions."""
    yield f'{{"on":"{on.isoformat()}","answers":['
    for rank, question in enumerate(questions):
        yield "," * bool(rank) + json.dumps(await _answered(desk, question, on, wanted), ensure_ascii=False)
        await asyncio.sleep(0)
    yield "]}"


async def _answered(
    desk: LookupDesk, question: BatchQuestion | dict[str, Any], on: date, wanted: Sequence[str]
) -> dict[str, Any]:
    if isinstance(question, dict):
        return {"id": _usable_id(question), "answer": None, "problem": problem_document(_misread(question))}
    try:
        answer = await answer_question(desk, question, question.on or on, question.permit_date)
    except GeovilleError as error:
        return {"id": question.id, "answer": None, "problem": problem_document(error)}
    return {"id": question.id, "answer": _cut(answer_document(answer), wanted), "problem": None}


def fields_wanted(text: str | None) -> tuple[str, ...]:
    """Fields of an answer that are asked for; none for all of them.

    Raises
    ------
    InvalidInputError
        One is no field of an answer.
    """
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    if not set(names) <= set(LOOKUP_FIELDS):
        raise InvalidInputError("fields nomme un champ qui n'existe pas", advice=f"champs : {', '.join(LOOKUP_FIELDS)}")
    return names


def _cut(document: LookupDocument, wanted: Sequence[str]) -> dict[str, Any]:
    """A document without the fields that are not wanted, in their order; whole where none is asked for."""
    return {name: value for name, value in document.items() if not wanted or name in wanted}


def _usable_id(question: dict[str, Any]) -> str | int | None:
    try:
        return BatchQuestion.model_validate({"id": question.get("id")}).id
    except ValidationError:
        return None


def _misread(question: dict[str, Any]) -> InvalidInputError:
    """What is wrong with a question that cannot be read, by the keys that it has; never a value, nor a key like one."""
    try:
        BatchQuestion.model_validate(question)
        faulty: set[str] = set()
    except ValidationError as error:
        faulty = {str(fault["loc"][0]) for fault in error.errors(include_url=False, include_input=False)}
    unknown = faulty - BatchQuestion.model_fields.keys()
    named = sorted(name for name in faulty if name not in unknown or _KEY.fullmatch(name))
    what = f" : {', '.join(named)}" if named else ""
    return InvalidInputError(
        f"Question mal formée{what}", advice=f"clés permises : {', '.join(BatchQuestion.model_fields)}"
    )


# --- A footprint sent as GeoJSON, bounded before it is measured

REQUEST = "demande"
"""What errors cite in place of a file."""

_ADVICE = "donner un polygone, une ligne ou des points en longitude et latitude (WGS84)"


def read_entry(document: dict[str, Any], most_vertices: int) -> BaseGeometry:
    """Everything that GeoJSON draws as one footprint, WGS84.

    Raises
    ------
    InvalidInputError
        It is no GeoJSON, has too many vertices, is off the globe, or is no usable footprint.
    """
    import shapely

    try:
        drawn = shapely.from_geojson(json.dumps(document, allow_nan=False))
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        # Without its cause, which quotes what was sent.
        raise InvalidInputError("GeoJSON illisible", advice=_ADVICE) from None
    count = int(shapely.get_num_coordinates(drawn))
    if count > most_vertices:
        raise InvalidInputError(
            f"Géométrie de {french.number(count)} sommets",
            advice=f"la simplifier à {french.number(most_vertices)} sommets au plus",
        )
    if drawn.is_empty:
        raise InvalidInputError("L'emprise est vide", advice=_ADVICE)
    west, south, east, north = drawn.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):  # noqa: PLR2004 - also refuses NaN
        raise InvalidInputError("L'emprise sort du globe", advice=_ADVICE)
    return footprint_of(shapely.get_parts(drawn), REQUEST)


router = APIRouter(tags=["Verdict"], dependencies=[KnownAndGivenOnce])


@lean_get(
    router,
    "/lookup",
    summary="Verdict pour une adresse, un lieu ou des coordonnées",
    response_model=_WHOLE | _CHOSEN,
    response_description="Réponse datée, motivée et sourcée ; « not_found » en est une",
    responses=problem_responses(400, 413, 422, 503),
)
async def lookup(service: CurrentService, asked: Annotated[AnswerQuery, Query()]) -> dict[str, Any]:
    """Dire si une position est dans un quartier prioritaire à une date, à quelle distance de la limite, et pourquoi."""
    wanted = fields_wanted(asked.fields)
    answer = await answer_question(service.desk, asked, day_asked(asked.on, service), asked.permit_date)
    return _cut(answer_document(answer), wanted)


@router.post(
    "/lookup",
    summary="Verdicts pour mille questions au plus",
    response_model=published(BatchDocument),
    response_description="Une réponse ou un problème par question, dans l'ordre",
    responses=problem_responses(400, 413, 422, 503),
)
async def lookup_many(service: CurrentService, asked: BatchQuery) -> StreamingResponse:
    """Répondre à des questions, pour un même jour ou chacune pour le sien, les adresses étant hors de l'URL.

    Une question mal posée reçoit un problème à sa place ; les autres sont répondues.
    """
    wanted = fields_wanted(asked.fields)
    parts = batch_parts(service.desk, asked.questions, day_asked(asked.on, service), wanted)
    return StreamingResponse(parts, media_type="application/json")


@router.post(
    "/lookup/geometry",
    summary="Placement d'une parcelle, d'un bâtiment, d'une rue ou d'un secteur",
    response_model=published(FootprintDocument),
    response_description="Dedans, en partie ou dehors, avec les parts et les distances",
    responses=problem_responses(400, 413, 422, 503),
)
async def lookup_geometry(
    request: Request,
    service: CurrentService,
    drawn: GeoJsonEntry,
    on: Annotated[AskedDay | None, Query(description=DAY)] = None,
    permit_date: Annotated[AskedDay | None, Query(description=PERMIT_DAY)] = None,
) -> FootprintDocument:
    """Dire où se trouve une emprise entière, jugée en entier : surface, habitants, point le plus lointain."""
    shape = read_entry(drawn.model_dump(), request.app.state.settings.max_vertices)
    return footprint_document(await service.aside.footprint(shape, day_asked(on, service), permit_date))
