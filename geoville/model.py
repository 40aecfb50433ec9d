"""Value objects shared by every room: frozen, without behaviour that needs a disk, a network or a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry


class Kind(StrEnum):
    """What a perimeter is. Only `qpv` is fixed by decree; `candidat` is computed and never official."""

    QPV = "qpv"
    CANDIDAT = "candidat"
    VEILLE = "veille"
    VECU = "vecu"
    ZUS = "zus"
    CUCS = "cucs"
    NPNRU = "npnru"


class VerdictCode(StrEnum):
    """The answer. `uncertain` and `not_found` are answers, never a "no"."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNCERTAIN = "uncertain"
    NOT_FOUND = "not_found"


class Basis(StrEnum):
    """What a verdict rests on: contours fixed by decree, or an estimate of ours."""

    OFFICIAL = "official"
    ESTIMATED = "estimated"


class PositionType(StrEnum):
    """How a position was obtained, from the firmest to the vaguest."""

    COORDINATES = "coordinates"
    HOUSENUMBER = "housenumber"
    PLACE = "place"
    STREET = "street"
    MUNICIPALITY = "municipality"


@dataclass(frozen=True, slots=True)
class Source:
    """Where data come from, as cited on every output.

    Parameters
    ----------
    title, producer, licence : in French, as the producer writes them.
    vintage : year, date or version of the data.
    sha256 : of the file read, in hexadecimal; None where there is no file.
    """

    title: str
    producer: str = ""
    vintage: str = ""
    licence: str = ""
    sha256: str | None = None

    @property
    def citation(self) -> str:
        """One line for a legend.

        >>> Source("Carreaux de 200 m", "Insee", "2019", "Licence Ouverte 2.0").citation
        'Insee, Carreaux de 200 m (2019), Licence Ouverte 2.0'
        """
        vintage = f" ({self.vintage})" if self.vintage else ""
        head = f"{self.producer}, " if self.producer else ""
        tail = f", {self.licence}" if self.licence else ""
        return f"{head}{self.title}{vintage}{tail}"


@dataclass(frozen=True, slots=True)
class Generation:
    """A vintage of the QPV list, with the dates between which it is in force.

    Parameters
    ----------
    year : 2015 or 2024: the name of the generation.
    zone : "metropole" or "outre_mer".
    valid_from, valid_to : first and last day in force; no last day while it lasts.
    reference : the decrees.
    """

    year: int
    zone: str
    valid_from: date
    valid_to: date | None
    reference: str
    verified: bool

    def in_force(self, on: date) -> bool:
        """Whether the generation is in force on a day, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Perimeter:
    """One perimeter, in its territory's projected CRS.

    Parameters
    ----------
    code, name : official ones where the perimeter is official.
    kind : what it is.
    geometry : valid polygon or multipolygon, easting and northing in metres in `epsg`.
    epsg : EPSG code of `geometry`.
    estimated : computed or placed by geoville: without legal value.
    generation : for official QPV only.
    vintage : year of the grid that an estimate rests on, None for an official contour.
    valid_from, valid_to : days in force; None, None answers at any date (estimates).
    reference : the text that fixes it; empty for an estimate.
    communes : INSEE codes (or names where the file only has names).
    source : what to cite.
    attributes : other figures of the file (population, share below the threshold…), for popups and exports.
    """

    code: str
    name: str
    kind: Kind
    geometry: BaseGeometry
    epsg: int
    estimated: bool
    generation: int | None = None
    vintage: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    reference: str = ""
    communes: tuple[str, ...] = ()
    source: Source | None = None
    attributes: dict[str, str | int | float | bool | None] = field(default_factory=dict, hash=False)

    def in_force(self, on: date) -> bool:
        """Whether the perimeter answers on a day, both ends included; estimates answer at any date."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Address:
    """One line of an address list, or one named place.

    Parameters
    ----------
    number : house number as an integer, None for a street or a place.
    suffix : "bis", "ter", "b"…, empty where there is none.
    street : name of the street with its type ("Rue Mollien"); for a place, its postal address or empty.
    place : name of the place ("Collège Vauban"), empty for an address.
    postcode, citycode : text, leading zeros kept.
    lon, lat : degrees, WGS84.
    precision : key of the position accuracy table of `law` ("adresse", "segment", "street", "declared"…).
    """

    id: str
    number: int | None
    suffix: str
    street: str
    place: str
    postcode: str
    citycode: str
    city: str
    lon: float
    lat: float
    precision: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class AddressList:
    """Addresses and named places that a geocoder searches.

    Parameters
    ----------
    complete : False where the list holds only some addresses of the town: an absent street proves nothing.
    name : French noun phrase that names the list ("la liste embarquée").
    """

    addresses: tuple[Address, ...]
    complete: bool
    name: str


@dataclass(frozen=True, slots=True)
class Position:
    """A located question: coordinates as typed, or what a geocoder found.

    Parameters
    ----------
    lon, lat : degrees, WGS84.
    label : what was found, as written by the address list; "lon, lat" for typed coordinates.
    score : in [0, 1], 1 for typed coordinates.
    accuracy_m : radius in metres within which the true place lies; 0 means exact.
    accuracy_reason : French clause saying where the accuracy comes from.
    firm : False where the match is a street, a town or one of several: the verdict is then `uncertain`.
    firm_reason : French sentence saying why it is not firm, empty when it is.
    id, housenumber, street, context : as the address list writes them; empty where it says nothing.
    score_next : score of the best other match, None where there is none.
    alternatives : labels of the other matches that are as good as this one.
    whole : for a street or a town that a complete list knows whole, all of it (WGS84: the points of its addresses, or
        their convex hull); None where it is not known whole.
    """

    lon: float
    lat: float
    label: str
    type: PositionType
    score: float = 1.0
    accuracy_m: float = 0.0
    accuracy_reason: str = ""
    firm: bool = True
    firm_reason: str = ""
    citycode: str = ""
    city: str = ""
    postcode: str = ""
    source: str = ""
    id: str = ""
    housenumber: str = ""
    street: str = ""
    context: str = ""
    score_next: float | None = None
    alternatives: tuple[str, ...] = ()
    whole: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class NotFound:
    """A geocoder's honest "I do not know", with its French reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class PerimeterHit:
    """Where a position stands with one perimeter.

    Parameters
    ----------
    distance_m : signed distance from the position to the limit, metres; negative inside, 0 on the line.
    inside : whether the closed polygon holds the position (GEOS `intersects`): exact where a distance may round to 0.
    """

    perimeter: Perimeter
    distance_m: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A dated verdict with its evidence; the one answer that every door gives.

    Parameters
    ----------
    on : the date asked about.
    distance_m : signed distance to the limit of the perimeter that the verdict rests on; None where there is none.
    accuracy_m : of the position, metres; None where there is no position.
    reasons : French sentences, the first one is the verdict in words.
    references : legal texts that the verdict rests on.
    """

    on: date
    verdict: VerdictCode
    basis: Basis
    perimeters: tuple[PerimeterHit, ...]
    distance_m: float | None
    accuracy_m: float | None
    position: Position | None
    reasons: tuple[str, ...]
    references: tuple[str, ...]
    sources: tuple[Source, ...]
