"""Frozen value objects shared by every room: codes, positions, perimeters, rules, answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from shapely.geometry.base import BaseGeometry


METRES_IN_A_KILOMETRE = 1000.0

FARTHEST_M = 50 * METRES_IN_A_KILOMETRE
"""A perimeter farther than that says nothing of a place: neither it nor its distance is part of an answer. A choice of
geoville."""


# --- Answers: the dated verdict about a position, and where a footprint stands


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
class PeriodVerdict:
    """What the position would be told on any day of one generation of QPV.

    Parameters
    ----------
    generation : 2015 or 2024.
    valid_from, valid_to : days in force there (overseas ones differ); no last day while it lasts.
    nearest : the perimeter of that generation that holds the position the deepest, or the nearest one.
    """

    generation: int
    valid_from: date | None
    valid_to: date | None
    verdict: VerdictCode
    nearest: PerimeterHit

    def covers(self, on: date) -> bool:
        """Whether a day is one of the period."""
        return self.nearest.perimeter.in_force(on)


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
    hits : perimeters around the position, those that the verdict rests on first; none farther than 50 km.
    quality : how sure the verdict is, on Insee's scale; None where nothing was found.
    probability_inside : in [0, 1], that a quarter holds the place; None where nothing tells which place it is.
    decided_at : probability from which an answer to be checked was said inside or outside, where the user set one and
        it did; None where the verdict rests on the evidence alone.
    periods : the verdict under each generation of QPV known there, the oldest first.
    rules : what can be said of each rule that exists that day or is over by then; empty where nothing was found, or
        where they were not asked.
    whole_commune : the commune that counts as a quarter by law, where the verdict rests on it, without distance.
    data_version : of the data that it was made from; empty where it is not known.
    """

    on: date
    verdict: VerdictCode
    basis: Basis
    hits: tuple[PerimeterHit, ...]
    distance_m: float | None
    accuracy_m: float | None
    position: Position | None
    reasons: tuple[str, ...]
    references: tuple[str, ...]
    sources: tuple[Source, ...]
    quality: Quality | None = None
    probability_inside: float | None = None
    decided_at: float | None = None
    periods: tuple[PeriodVerdict, ...] = ()
    rules: tuple[RuleFinding, ...] = ()
    whole_commune: WholeCommune | None = None
    data_version: str = ""

    @property
    def perimeters(self) -> tuple[PerimeterHit, ...]:
        """Perimeters in force that hold the position; no estimate beside an official answer."""
        return tuple(hit for hit in self.hits if hit.inside and _counts(hit, self.basis, self.on))

    @property
    def nearest(self) -> tuple[PerimeterHit, ...]:
        """The other perimeters around: those that do not hold the position, are not in force, or are but estimates."""
        return tuple(hit for hit in self.hits if not (hit.inside and _counts(hit, self.basis, self.on)))

    @property
    def contains(self) -> bool | None:
        """Whether a quarter holds the position; None where the answer is neither yes nor no."""
        return {VerdictCode.INSIDE: True, VerdictCode.OUTSIDE: False}.get(self.verdict)

    @property
    def conclusive(self) -> bool:
        """Whether the answer is a yes or a no that rests on official contours, or on the law, and on no probability."""
        return self.contains is not None and self.basis is Basis.OFFICIAL and self.decided_at is None


def _counts(hit: PerimeterHit, basis: Basis, on: date) -> bool:
    return hit.perimeter.in_force(on) and not (hit.perimeter.estimated and basis is Basis.OFFICIAL)


@dataclass(frozen=True, slots=True)
class FootprintAnswer:
    """Where a footprint (plot, building, street, catchment) stands with the perimeters that answer on a day.

    Parameters
    ----------
    share_of_area : in [0, 1], of its area inside the perimeters; of its length for a line, of its points for points.
    share_of_people : in [0, 1], of the people that cells give it; None where they give it nobody, or too few people for
        statistics to be published.
    nearest_m : distance in metres from the footprint to the perimeters, 0 where they meet; None without perimeters.
    farthest_m : largest distance from any point of the footprint to the perimeters, 0 when wholly in; never too small,
        and too large by `geoville.eligibility.reach.TOLERANCE_M` at most; None without perimeters.
    hits : perimeters near the footprint, none farther than 50 km; the signed distance of one that holds it whole is to
        its limit, negative.
    reasons : French sentences, the first one is the placement in words.
    whole_commune : the territory that holds the footprint, where a law makes every commune of it count as a quarter:
        there are then neither perimeters nor distances.
    data_version : as that of an `Answer`.
    """

    on: date
    placement: Placement
    basis: Basis
    share_of_area: float
    share_of_people: float | None
    nearest_m: float | None
    farthest_m: float | None
    wholly_within_300_m: bool
    wholly_within_500_m: bool
    hits: tuple[PerimeterHit, ...]
    reasons: tuple[str, ...]
    references: tuple[str, ...]
    rules: tuple[RuleFinding, ...]
    sources: tuple[Source, ...]
    whole_commune: WholeCommune | None = None
    data_version: str = ""

    @property
    def perimeters(self) -> tuple[PerimeterHit, ...]:
        """Perimeters in force in which the footprint lies, or a part of it; no estimate beside an official answer."""
        return tuple(hit for hit in self.hits if self._is_in(hit))

    @property
    def nearest(self) -> tuple[PerimeterHit, ...]:
        """The other perimeters around."""
        return tuple(hit for hit in self.hits if not self._is_in(hit))

    def _is_in(self, hit: PerimeterHit) -> bool:
        touched = self.placement is Placement.OUTSIDE and hit.perimeter.kind in QUARTER_KINDS  # its limit alone
        return hit.distance_m <= 0 and not touched and _counts(hit, self.basis, self.on)

    @property
    def contains(self) -> bool | None:
        """Whether the quarters hold the whole footprint; None where they hold a part of it, or that is not known."""
        return {Placement.INSIDE: True, Placement.OUTSIDE: False}.get(self.placement)

    @property
    def conclusive(self) -> bool:
        """Whether the answer is a placement that rests on official contours, or on the law."""
        open_ones = {Placement.UNCERTAIN, Placement.UNKNOWN}
        return self.placement not in open_ones and self.basis is Basis.OFFICIAL


# --- The words that answers are made of: kinds of perimeters, verdicts, placements, statuses


class Kind(StrEnum):
    """What a perimeter is. Only `qpv` is fixed by decree; `candidat` is computed and never official."""

    QPV = "qpv"
    CANDIDAT = "candidat"
    VEILLE = "veille"
    VECU = "vecu"
    ZUS = "zus"
    CUCS = "cucs"
    NPNRU = "npnru"
    ANRU = "anru"
    ZFU = "zfu"


QUARTER_KINDS = (Kind.QPV, Kind.CANDIDAT)
"""What a question is first about: the priority quarters, and the estimates that stand for them."""


class Contiguity(StrEnum):
    """When two cells touch: by an edge or a corner (queen), or by an edge alone (rook).

    The decree asks for a continuous urban space and says no more: it is a choice of method.
    """

    QUEEN = "queen"
    ROOK = "rook"


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


class Quality(IntEnum):
    """How sure a verdict is, on the scale that Insee gives with the priority quarter of a firm's address."""

    SURE = 1
    PROBABLE = 2
    RANDOM = 3


class Placement(StrEnum):
    """Where a footprint stands.

    `uncertain` where that depends on where exactly a contour that is not exact lies; `unknown` where the footprint
    leaves the territory whose perimeters are known.
    """

    INSIDE = "inside"
    PARTLY = "partly"
    OUTSIDE = "outside"
    UNCERTAIN = "uncertain"
    UNKNOWN = "unknown"


class TextRead(StrEnum):
    """How the text that says a value was read: the whole article, an excerpt of it, or not at all."""

    FULL = "full"
    EXCERPT = "excerpt"
    NONE = "none"


class RuleStatus(StrEnum):
    """What can be said of one rule.

    Of its law: `over` (it ended), `unverified` (its text, or its dates, were not read). Of its condition of place
    alone: `met`, `nearly`, `not_met`, `to_check` where an estimate or a point does not tell, `unknown` without a layer.
    """

    MET = "met"
    NEARLY = "nearly"
    OVER = "over"
    UNVERIFIED = "unverified"
    TO_CHECK = "to_check"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


# --- Perimeters, with what dates them and what is cited for them

LAYER_FORMATS = ".gpkg, .geojson, .parquet, .shp, .fgb, .csv, .xlsx, .kml ou .dxf"
"""Suffixes that a layer may be written under, as a help page lists them."""

POPULATION, POPULATION_SOURCE = "population_insee", "population_insee_source"
"""Attributes of an official quarter that hold the people whom Insee counts there, and the census."""

CELL_PEOPLE, CELL_PEOPLE_SOURCE = "population_cells", "population_cells_source"
"""Attributes of an official quarter that hold the people of its cells, and which cells."""


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
    verified : False where what it holds was not read.
    reading : how the decrees were read.
    """

    year: int
    zone: str
    valid_from: date
    valid_to: date | None
    reference: str
    verified: bool
    reading: TextRead = TextRead.NONE

    def in_force(self, on: date) -> bool:
        """Whether the generation is in force on a day, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class GenerationName(StrEnum):
    """A generation of QPV that candidates can be computed for: a list that was drawn, or the one to come."""

    G2015 = "2015"
    G2024 = "2024"
    NEXT = "next"


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
    accuracy_m : how far the contour may lie from the one that the text fixes, metres; 0 for an exact one. An estimate
        has no such contour, and keeps 0.
    accuracy_source : French clause saying what the contour is and how to get a better one; empty where it is exact.
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
    accuracy_m: float = 0.0
    accuracy_source: str = ""
    attributes: dict[str, str | int | float | bool | None] = field(default_factory=dict, hash=False)

    def in_force(self, on: date) -> bool:
        """Whether the perimeter answers on a day, both ends included; estimates answer at any date."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class WholeCommune:
    """A commune that counts as a priority quarter, whole, by law.

    Parameters
    ----------
    code, name : INSEE code and name of the commune; of the whole territory where the commune is not known.
    valid_from, valid_to : first and last day.
    verified : False where the law was not read to the end: its entry into force, here.
    """

    code: str
    name: str
    valid_from: date
    valid_to: date
    reference: str
    verified: bool


# --- Addresses, and where a question was found to be


class Address(NamedTuple):
    """One line of an address list, or one named place: a tuple, since a file of questions reads millions of them.

    Parameters
    ----------
    number : house number as an integer, None for a street or a place.
    suffix : "bis", "ter", "b"…, empty where there is none.
    street : name of the street with its type ("Rue Mollien"); for a place, its postal address or empty.
    place : name of the place ("Collège Vauban"), empty for an address.
    postcode, citycode : text, leading zeros kept.
    lon, lat : degrees, WGS84.
    precision : key of the position accuracy table of `law` ("adresse", "segment", "street", "declared"…).
    former_citycode, former_city : of the commune that was merged into the town, or of the arrondissement; else empty.
    category : of a place, as its file writes it ("college", "gare"…); else empty.
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
    former_citycode: str = ""
    former_city: str = ""
    category: str = ""


class NumberedStreet(NamedTuple):
    """What the addresses of a street share; see `Address`."""

    street: str
    postcode: str
    citycode: str
    city: str
    former_citycode: str
    former_city: str


@dataclass(slots=True)
class AddressColumns:
    """Addresses on streets, column by column: made, sent and written several times faster than one by one.

    Parameters
    ----------
    streets : their streets, each once, by rank in the order in which they came.
    street : rank of its street, for each address; the other columns are as in `Address`.
    """

    streets: dict[NumberedStreet, int] = field(default_factory=dict)
    street: list[int] = field(default_factory=list)
    number: list[int | None] = field(default_factory=list)
    suffix: list[str] = field(default_factory=list)
    id: list[str] = field(default_factory=list)
    precision: list[str] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    source: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """How many addresses."""
        return len(self.street)

    def add(self, address: Address) -> None:
        """Add an address that is on a street."""
        street = NumberedStreet(
            address.street,
            address.postcode,
            address.citycode,
            address.city,
            address.former_citycode,
            address.former_city,
        )
        self.street.append(self.streets.setdefault(street, len(self.streets)))
        self.number.append(address.number)
        self.suffix.append(address.suffix)
        self.id.append(address.id)
        self.precision.append(address.precision)
        self.lon.append(address.lon)
        self.lat.append(address.lat)
        self.source.append(address.source)


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
    accuracy_m : radius in metres within which the true place lies; 0 means exact. Of a street or a town known whole,
        the largest of its addresses'.
    accuracy_reason : French clause saying where the accuracy comes from.
    firm : False where the match is a street, a town or one of several: the verdict is then `uncertain`.
    firm_reason : French sentence saying why it is not firm, empty when it is.
    id, housenumber, street, context : as the address list writes them; empty where it says nothing.
    former_citycode, former_city : of the commune that was merged into its town, or of its arrondissement; else empty.
    importance : of its street or town among others, in [0, 1]; 0 where nothing tells.
    score_next : score of the best other match, None where there is none.
    alternatives : labels of the other matches that are as good as this one.
    whole : for a street or a town that a complete list knows whole, all of it (WGS84: the points of its addresses, or
        their convex hull); for a question that may mean several addresses, all of them; for one whose street is not
        sure, the whole town; None where it is not known.
    whole_is : French noun phrase that says what `whole` is, where the type of the position does not.
    notes : French sentences about what was typed, understood and set aside.
    side : for a house number whose position was not surveyed, or that the list lacks between two that it has, the
        numbers of its side of the street; None otherwise.
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
    former_citycode: str = ""
    former_city: str = ""
    importance: float = 0.0
    score_next: float | None = None
    alternatives: tuple[str, ...] = ()
    whole: BaseGeometry | None = None
    whole_is: str = ""
    side: StreetSide | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreetSide:
    """Numbers of one side of a street (one parity), in their order: a number is misplaced along them, hardly across.

    Parameters
    ----------
    points : lon and lat of each, degrees (WGS84); two that follow each other stand apart.
    numbers : house numbers with their repetitions, as texts.
    rank : of the number that was asked, among them.
    survey : how the numbers of its town were placed; None where the list has too few to tell.
    axis : of the street; None where it is not known.
    across : points of the numbers of the other parity around, likewise; known with the axis alone.
    """

    points: tuple[tuple[float, float], ...]
    numbers: tuple[str, ...]
    rank: int
    survey: Survey | None = None
    axis: StreetAxis | None = None
    across: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class StreetAxis:
    """Axis of a street, as a map of streets draws it.

    Parameters
    ----------
    lines : LineStrings in a projected CRS, each as long as the drawing lets it be.
    epsg : of that CRS.
    crossed : of each line, whether another street goes by at its start, and at its end; empty where it is not known.
    """

    lines: tuple[BaseGeometry, ...]
    epsg: int
    crossed: tuple[tuple[bool, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """How the house numbers of a town were placed, as their positions show it.

    Parameters
    ----------
    interpolated : many stand at equal steps: they were computed between known ones.
    along_m : how far a number may be off along its street, from how far numbers overtake each other, metres.
    surveyed : neither: numbers follow each other as they do where each was placed on the spot.
    """

    interpolated: bool
    along_m: float
    surveyed: bool


@dataclass(frozen=True, slots=True)
class NotFound:
    """A geocoder's honest "I do not know", with its French reason."""

    reason: str


# --- Rules that a place in a perimeter opens or closes, and what an answer finds of each


class JudgedAt(StrEnum):
    """Day at which the place of a rule is judged: the day asked about, or that of the building permit's application."""

    DAY = "day"
    PERMIT = "permit"


class RuleTest(StrEnum):
    """What a rule looks at: a point is enough, the whole footprint is needed, or a list of names decides."""

    POSITION = "position"
    FOOTPRINT = "footprint"
    LISTED = "listed"


@dataclass(frozen=True, slots=True)
class Band:
    """A distance from the limit under which a footprint counts: strictly, as "à moins de" reads.

    Parameters
    ----------
    whole_m : every point of the footprint lies less than this many metres from the perimeters, or in them.
    part_m : and a point of it less than this many metres from them; None where nothing of the kind is asked.
    valid_from : first day on which the band counts, None from the start.
    condition : French noun phrase to check for this band, empty where there is none.
    """

    whole_m: float
    part_m: float | None = None
    valid_from: date | None = None
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both ends included; None where there is no end on that side."""

    first: date | None
    last: date | None

    def covers(self, on: date) -> bool:
        """Whether a day is one of them."""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its data file says it.

    Parameters
    ----------
    name, beneficiary : in French; who benefits.
    within : kinds of perimeters that open the rule; `qpv` stands for candidates too, where only these are known.
    former : whether it is opened by the QPV of the generation before, which are not QPV any more.
    judged_at : day at which the place is judged.
    bands : around those perimeters, for a footprint.
    listed : names that open the rule, for a list.
    communes : INSEE code, then name, of each commune where the rule exists; empty where it is national.
    conditions : French noun phrases, what a human has to check beside the place.
    verified : False where no text read says the rule as it is.
    reading, remark : how the text was read; which version, in French.
    valid_from, valid_to : days in force; None where unknown.
    earlier_form : French phrase, how the rule was before `valid_from` in a text that was not read; empty where it is
        not known to have been.
    end_known : False where the rule may have ended or end on a day that is not known.
    sure_until : last day on which it is known to hold, where `end_known` is False.
    unread : days of its validity of which nothing was read.
    after_end : French clause, what remains of the rule after its end; empty where nothing is known to.
    """

    id: str
    name: str
    beneficiary: str
    test: RuleTest
    within: tuple[Kind, ...]
    conditions: tuple[str, ...]
    reference: str
    verified: bool
    valid_from: date | None = None
    valid_to: date | None = None
    end_known: bool = True
    sure_until: date | None = None
    bands: tuple[Band, ...] = ()
    listed: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    former: bool = False
    judged_at: JudgedAt = JudgedAt.DAY
    reading: TextRead = TextRead.NONE
    remark: str = ""
    earlier_form: str = ""
    unread: tuple[Span, ...] = ()
    after_end: str = ""

    def exists_in(self, communes: Iterable[str]) -> bool:
        """Whether the rule is national, or of a contract of one of some communes (INSEE codes or names)."""
        return not self.communes or not set(self.communes).isdisjoint(communes)

    def may_hold(self, on: date) -> bool:
        """Whether the rule is in force on a day as far as is known."""
        return self.has_begun(on) and not self.is_over(on)

    def has_begun(self, on: date) -> bool:
        """Whether the rule exists on a day, or existed before it, in whatever form."""
        return self.valid_from is None or self.valid_from <= on or bool(self.earlier_form)

    def is_over(self, on: date) -> bool:
        """Whether the rule ended before a day."""
        return self.valid_to is not None and on > self.valid_to

    @property
    def over_since(self) -> date | None:
        """First day without the rule; None where no end is known."""
        return self.valid_to + timedelta(days=1) if self.valid_to else None

    def surely_holds(self, on: date) -> bool:
        """Whether the rule is known to be in force on a day, in the form that is held."""
        if not self.may_hold(on) or (self.valid_from is not None and on < self.valid_from):
            return False
        if any(span.covers(on) for span in self.unread):
            return False
        return self.end_known or (self.sure_until is not None and on <= self.sure_until)


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What an answer says of one rule.

    Parameters
    ----------
    status : never `met` on an estimate, on a text that was not read, or where the rule has ended or may have.
    place_met : whether the condition of place alone holds; None where that cannot be told.
    reason : French sentence about the place.
    to_check : French noun phrases, what a human has to check; empty where the place or the rule's end rules it out.
    judged_on : day at which the place was judged: the day asked about, or that of the permit's application.
    """

    rule: Rule
    status: RuleStatus
    place_met: bool | None
    reason: str
    to_check: tuple[str, ...]
    judged_on: date | None = None
