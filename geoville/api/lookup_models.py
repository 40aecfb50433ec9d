"""Shapes of the questions of `/lookup` and of the answers to many of them, or to a footprint."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from geoville.api.fields import DAY, AskedDay, Degrees, Strict
from geoville.api.models import (  # noqa: TC001
    LookupDocument,
    PerimeterDocument,
    ProblemDocument,
    RuleDocument,
    SourceDocument,
)
from geoville.model import Basis, Placement  # noqa: TC001

MOST_QUESTIONS = 1_000
"""Of one request; a longer list is a file, for `/search/csv`."""

LONGEST_ID = 100


class Question(Strict):
    """Une adresse, ou des coordonnées."""

    q: str | None = Field(
        None, description="Adresse, nom de lieu, ou « longitude,latitude »", examples=["collège Vauban"]
    )
    lon: Degrees | None = Field(None, description="Longitude, degrés décimaux WGS 84")
    lat: Degrees | None = Field(None, description="Latitude, degrés décimaux WGS 84")
    accuracy_m: Degrees | None = Field(None, description="Précision des coordonnées, en mètres ; exactes sinon")


class LookupQuery(Question):
    """La question : une adresse, ou des coordonnées, et le jour."""

    on: AskedDay | None = Field(None, description=DAY)


class BatchQuestion(Question):
    """Une question parmi d'autres."""

    id: Annotated[str, Field(max_length=LONGEST_ID)] | int | None = Field(None, description="Repris dans la réponse")


class BatchQuery(Strict):
    """Des questions pour un même jour."""

    questions: list[Annotated[BatchQuestion | dict[str, Any], Field(union_mode="left_to_right")]] = Field(
        max_length=MOST_QUESTIONS,
        description="Chacune avec q, ou lon et lat ; une question mal posée n'empêche pas les autres",
        examples=[[{"id": "a", "q": "collège Vauban"}, {"id": "b", "lon": 1.8867, "lat": 50.956}]],
    )
    on: AskedDay | None = Field(None, description=DAY)


class BatchAnswer(BaseModel):
    """Ce qui est répondu à une question : une réponse, ou un problème."""

    id: str | int | None
    answer: LookupDocument | None
    problem: ProblemDocument | None


class BatchDocument(BaseModel):
    """Une réponse par question, dans l'ordre."""

    on: date
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


class FootprintDocument(BaseModel):
    """Où se trouve une emprise entière."""

    on: date
    placement: Placement
    basis: Basis
    share_of_area: float = Field(ge=0, le=1, description="Part de la surface (ou de la longueur, des points) dedans")
    share_of_people: float | None = Field(description="Part estimée des habitants dedans")
    nearest_m: float | None
    farthest_m: float | None
    wholly_within_300_m: bool
    wholly_within_500_m: bool
    perimeters: list[PerimeterDocument]
    reasons: list[str]
    rules: list[RuleDocument]
    references: list[str]
    sources: list[SourceDocument]
