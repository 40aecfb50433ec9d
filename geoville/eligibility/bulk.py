"""Many points at once: the same verdicts and distances as `decide`, row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from functools import reduce
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geoville.crs import WGS84, are_swapped, epsg_at, transform_points
from geoville.eligibility.decide import decide
from geoville.eligibility.index import NEARBY_M, family_key
from geoville.eligibility.kernel.polygons import NO_SETS, joined
from geoville.eligibility.kernel.trees import TreeLimits, TreeLocator
from geoville.eligibility.street_region import region_rules
from geoville.errors import InvalidInputError
from geoville.law import in_whole_territories
from geoville.model import FARTHEST_M, Basis, Kind, Position, PositionType, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.kernel.points import LimitFinder, PointLocator
    from geoville.eligibility.kernel.polygons import Membership, PolygonSets
    from geoville.model import Perimeter


# --- The perimeters of one projected CRS, asked on one day about many points

NO_PERIMETER = -1
RANKS = (VerdictCode.INSIDE, VerdictCode.UNCERTAIN, VerdictCode.OUTSIDE)
"""Verdicts in the order in which perimeters decide."""

INSIDE, UNCERTAIN, OUTSIDE = range(3)
_GROUPS = 2
"""Accuracies whose limits have an index of their own; those of the few others share one."""

_SMALLEST = float(np.finfo(np.float64).tiny)
"""Least distance of a point outside: computed ones may round to 0 where the exact test says outside."""


@dataclass(frozen=True, eq=False, slots=True)
class TerritoryAnswers:
    """What a territory says about n points.

    Parameters
    ----------
    any_m : (n,) signed distance to the nearest limit of whatever perimeter; 0 where there is one territory only.
    distance_m : (n,) signed distance to the limit of the perimeter that answers; NaN where none does.
    perimeter : (n,) its row in the index, or `NO_PERIMETER`.
    rank : (n,) verdict, as `RANKS` orders them.
    doubtful : (n,) whether `decide` may choose another one.
    unsettled : (n,) whether the answer of another date depends on how near the limit is.
    estimated : (n,) whether the answer rests on estimates.
    within : (n,) number of the set of perimeters, of any kind and date, that hold the point.
    told : (n,) which of the lists that are not known whole are known there, a bit each.
    known : (n,) whether one of the lists that answer is.
    several : (n,) whether another of them is not: what answers is left to `decide`.
    """

    any_m: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    perimeter: NDArray[np.int32]
    rank: NDArray[np.int8]
    doubtful: NDArray[np.bool_]
    unsettled: NDArray[np.bool_]
    estimated: NDArray[np.bool_]
    within: NDArray[np.int32]
    told: NDArray[np.int64]
    known: NDArray[np.bool_]
    several: NDArray[np.bool_]

    def or_nearer(self, other: TerritoryAnswers, asked: NDArray[np.intp]) -> TerritoryAnswers:
        """For each point, the answers of the nearer territory: the other one says of those asked only."""
        nearer = other.any_m < self.any_m[asked]
        columns = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name, column in columns.items():
            column[asked[nearer]] = getattr(other, name)[nearer]
        return TerritoryAnswers(**columns)


@dataclass(frozen=True, eq=False, slots=True)
class LimitAnswers:
    """What perimeters that are equally accurate say of n points.

    Parameters
    ----------
    rank : (n,) verdict of the perimeter that decides: place in `RANKS`.
    distance_m : (n,) signed distance to its limit.
    place : (n,) its place among the perimeters of the territory.
    doubtful : (n,) whether `decide` may choose another one.
    """

    rank: NDArray[np.int8]
    distance_m: NDArray[np.float64]
    place: NDArray[np.int64]
    doubtful: NDArray[np.bool_]

    def or_deciding(self, other: LimitAnswers) -> LimitAnswers:
        """For each point, what decides as `deciding_first` orders it; which of two is the first is left to it."""
        nearer = other.distance_m < self.distance_m
        takes = (other.rank < self.rank) | ((other.rank == self.rank) & nearer)
        tied = (other.rank == self.rank) & (other.distance_m == self.distance_m)
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        chosen = LimitAnswers(*(np.where(takes, theirs, ours) for ours, theirs in pairs))
        return replace(chosen, doubtful=self.doubtful | other.doubtful | tied)


@dataclass(frozen=True, eq=False, slots=True)
class AccurateLimits:
    """Limits of perimeters that are equally accurate, or nearly.

    Parameters
    ----------
    places : (a,) places of the perimeters among those of the territory, sorted.
    accuracy_m : of all of them; the largest where they differ.
    differ : whether they are not equally accurate: near one of them, which one decides is left to `decide`.
    """

    places: NDArray[np.int64]
    finder: LimitFinder | TreeLimits
    accuracy_m: float
    differ: bool

    def answers(
        self,
        east: NDArray[np.float64],
        north: NDArray[np.float64],
        membership: Membership,
        accuracy_m: NDArray[np.float64],
    ) -> LimitAnswers:
        """Answer about points, given which perimeters of the territory hold them."""
        among = membership.among(self.places)
        inside = among.held()
        signed, nearest = self.finder.measure(east, north, among)
        distance_m = np.where(inside, signed, np.maximum(signed, _SMALLEST))
        reach_m = accuracy_m + self.accuracy_m
        near = (reach_m > 0) & (np.abs(distance_m) <= reach_m)
        rank = np.where(near, UNCERTAIN, np.where(inside, INSIDE, OUTSIDE)).astype(np.int8)
        return LimitAnswers(rank, distance_m, self.places[nearest], near & self.differ)

    def are_near(
        self, east: NDArray[np.float64], north: NDArray[np.float64], membership: Membership
    ) -> NDArray[np.bool_]:
        """(n,) whether a limit may lie within its accuracy of points."""
        signed, _ = self.finder.measure(east, north, membership.among(self.places))
        return np.asarray(np.abs(signed) <= self.accuracy_m)


@dataclass(frozen=True, eq=False, slots=True)
class BulkTerritory:
    """Perimeters of one projected CRS, indexed for one day.

    Parameters
    ----------
    rows : (k,) their rows in the index, in the order in which `decide` prefers them at equal distance.
    locator : of all of them.
    answering : (a,) places, among these, of those that answer that day.
    finders : of the limits of those that answer, by how accurate these are; none where none answers.
    silent : of the limits of QPV that do not answer and are not exact: near them, another date's answer is uncertain.
    any_finder : of all limits, where there are several territories to choose from.
    estimated : whether they answer by estimates.
    boxes : around the contours of each list that is not known whole; west, south, east, north in metres.
    boxed : places among them of those that answer.
    any_whole : whether one of the lists that answer is known whole.
    """

    epsg: int
    rows: NDArray[np.int32]
    locator: PointLocator | TreeLocator
    answering: NDArray[np.int64]
    finders: tuple[AccurateLimits, ...]
    silent: tuple[AccurateLimits, ...]
    any_finder: LimitFinder | TreeLimits | None
    estimated: bool
    boxes: NDArray[np.float64]
    boxed: tuple[int, ...]
    any_whole: bool

    def project(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Easting and northing of points; NaN for those that the CRS cannot represent."""
        try:
            return transform_points(lon, lat, WGS84, self.epsg)
        except InvalidInputError:
            if len(lon) == 1:
                return np.full(1, np.nan), np.full(1, np.nan)
        half = len(lon) // 2
        parts = self.project(lon[:half], lat[:half]), self.project(lon[half:], lat[half:])
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def answers(
        self,
        east: NDArray[np.float64],
        north: NDArray[np.float64],
        membership: Membership,
        accuracy_m: NDArray[np.float64],
    ) -> TerritoryAnswers:
        """Answer about projected points, given which perimeters hold them and how accurate they are."""
        any_m = self.any_finder.measure(east, north, membership)[0] if self.any_finder else np.zeros(len(east))
        answers = nothing_known(len(east), estimated=self.estimated)
        answers = replace(answers, any_m=any_m, within=membership.sets, **self._known(east, north))
        for limits in self.silent:
            answers = replace(answers, unsettled=answers.unsettled | limits.are_near(east, north, membership))
        if not self.finders:
            return answers
        first, *others = (limits.answers(east, north, membership, accuracy_m) for limits in self.finders)
        decided = reduce(LimitAnswers.or_deciding, others, first)
        return replace(
            answers,
            distance_m=decided.distance_m,
            perimeter=self.rows[decided.place],
            rank=decided.rank,
            doubtful=decided.doubtful,
        )

    def _known(self, east: NDArray[np.float64], north: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """Which lists are known at points, as `PerimeterIndex.tells` has it but for the distance."""
        west, south, east_m, north_m = self.boxes.T[:, :, None]
        held = (west <= east) & (east <= east_m) & (south <= north) & (north <= north_m)  # a row for each list
        answering = held[list(self.boxed)]
        return {
            "told": (held * (1 << np.arange(len(held), dtype=np.int64))[:, None]).sum(axis=0, dtype=np.int64),
            "known": answering.any(axis=0) | self.any_whole,
            "several": ~answering.all(axis=0) & (answering.any(axis=0) | self.any_whole),
        }


def ask_territories(
    territories: Sequence[BulkTerritory],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    accuracy_m: NDArray[np.float64],
    *,
    far_ones: bool,
) -> tuple[TerritoryAnswers, NDArray[np.bool_], PolygonSets]:
    """Answers to each of (n,) points of the territory around which it lies, which points could be projected, sets met.

    Parameters
    ----------
    far_ones : whether the nearest territory answers about points that lie around none of these; else none does.
    """
    answers = nothing_known(len(lon), estimated=False)
    placed = np.isfinite(lon)
    sets = [NO_SETS]
    zones = epsg_at(lon, lat)
    elsewhere = far_ones & ~np.isin(zones, [territory.epsg for territory in territories])
    for territory in territories:
        asked = np.flatnonzero(placed & (elsewhere | (zones == territory.epsg)))
        east, north = territory.project(lon[asked], lat[asked])
        placed[asked[~np.isfinite(east)]] = False
        membership = territory.locator.place(east, north)
        theirs = territory.answers(east, north, membership, accuracy_m[asked])
        before = np.int32(sum(map(len, sets)))
        answers = answers.or_nearer(replace(theirs, within=theirs.within + before), asked)
        sets.append(membership.table.renamed(territory.rows))
    return answers, placed, joined(sets)


def nothing_known(points: int, *, estimated: bool) -> TerritoryAnswers:
    """Answers of a territory without perimeters."""
    return TerritoryAnswers(
        any_m=np.full(points, np.inf),
        distance_m=np.full(points, np.nan),
        perimeter=np.full(points, NO_PERIMETER, dtype=np.int32),
        rank=np.full(points, OUTSIDE, dtype=np.int8),
        doubtful=np.zeros(points, dtype=np.bool_),
        unsettled=np.zeros(points, dtype=np.bool_),
        estimated=np.full(points, estimated),
        within=np.zeros(points, dtype=np.int32),
        told=np.zeros(points, dtype=np.int64),
        known=np.zeros(points, dtype=np.bool_),
        several=np.zeros(points, dtype=np.bool_),
    )


class Means(NamedTuple):
    """How points are placed among polygons, and how far their limits are found to be."""

    locator: Callable[[Sequence[BaseGeometry]], PointLocator | TreeLocator]
    finder: Callable[[Sequence[BaseGeometry]], LimitFinder | TreeLimits]

    @classmethod
    def cells(cls) -> Means:
        """By compiled loops over cells: seconds before the first answer, then a microsecond for each."""
        from geoville.eligibility.kernel.points import LimitFinder, PointLocator

        return cls(PointLocator.build, lambda polygons: LimitFinder.build(polygons, NEARBY_M))

    @classmethod
    def trees(cls) -> Means:
        """By GEOS and trees: at once, then tens of microseconds for each."""
        return cls(TreeLocator.build, TreeLimits.build)


def bulk_territories(index: PerimeterIndex, on: date, means: Means) -> tuple[BulkTerritory, ...]:
    """Prepare the perimeters of an index for a day, one projected CRS after another."""
    epsgs = tuple(dict.fromkeys(perimeter.epsg for perimeter in index.perimeters))
    alone = len(epsgs) == 1 or index.country is not None
    return tuple(_territory(index, on, epsg, means, alone=alone) for epsg in epsgs)


def _territory(index: PerimeterIndex, on: date, epsg: int, means: Means, *, alone: bool) -> BulkTerritory:
    basis, kinds = index.answering(on, epsg)
    rows = _preferred([(row, item) for row, item in enumerate(index.perimeters) if item.epsg == epsg])
    perimeters = [index.perimeters[row] for row in rows]
    polygons = [perimeter.geometry for perimeter in perimeters]
    answering = [place for place, item in enumerate(perimeters) if item.kind in kinds and item.in_force(on)]
    boxes, boxed, any_whole = _lists(index, perimeters, answering)
    return BulkTerritory(
        epsg=epsg,
        rows=np.array(rows, dtype=np.int32),
        locator=means.locator(polygons),
        answering=np.array(answering, dtype=np.int64),
        finders=_by_accuracy(perimeters, answering, means),
        silent=_by_accuracy(perimeters, _not_exact(perimeters, answering), means),
        any_finder=None if alone else means.finder(polygons),
        estimated=basis is Basis.ESTIMATED,
        boxes=boxes,
        boxed=boxed,
        any_whole=any_whole,
    )


def _lists(
    index: PerimeterIndex, perimeters: Sequence[Perimeter], answering: Sequence[int]
) -> tuple[NDArray[np.float64], tuple[int, ...], bool]:
    """Boxes around the lists that are not known whole, which of these answer, and whether one that is answers."""
    lists = {family_key(item): item for item in perimeters}
    asked = {family_key(perimeters[place]) for place in answering}
    partial = [key for key, item in lists.items() if index.country is None or not index.holds_whole(item)]
    boxes = np.array([index.known_around(lists[key]) for key in partial], dtype=np.float64).reshape(-1, 4)
    boxed = tuple(place for place, key in enumerate(partial) if key in asked)
    return boxes, boxed, not asked <= set(partial)


def _not_exact(perimeters: Sequence[Perimeter], answering: Sequence[int]) -> list[int]:
    """Places of the QPV that do not answer and whose contours are not exact."""
    silent = set(range(len(perimeters))).difference(answering)
    return sorted(place for place in silent if perimeters[place].kind is Kind.QPV and perimeters[place].accuracy_m)


def _by_accuracy(perimeters: Sequence[Perimeter], places: Sequence[int], means: Means) -> tuple[AccurateLimits, ...]:
    """Limits of some perimeters, those of the commonest accuracies apart."""
    counted = Counter(perimeters[place].accuracy_m for place in places)
    common = [accuracy for accuracy, _ in counted.most_common(_GROUPS)]
    groups = [[place for place in places if perimeters[place].accuracy_m == accuracy] for accuracy in common]
    groups.append([place for place in places if perimeters[place].accuracy_m not in common])
    return tuple(
        AccurateLimits(
            places=np.array(group, dtype=np.int64),
            finder=means.finder([perimeters[place].geometry for place in group]),
            accuracy_m=max(perimeters[place].accuracy_m for place in group),
            differ=len({perimeters[place].accuracy_m for place in group}) > 1,
        )
        for group in groups
        if group
    )


def _preferred(numbered: Sequence[tuple[int, Perimeter]]) -> list[int]:
    """Rows in the order of codes, then of families as they come, as answers list what is equally near."""
    families = list(dict.fromkeys(family_key(perimeter) for _, perimeter in numbered))
    return [
        row
        for row, _ in sorted(numbered, key=lambda item: (item[1].code, families.index(family_key(item[1])), item[0]))
    ]


VERDICTS: tuple[VerdictCode | None, ...] = (
    None,
    VerdictCode.INSIDE,
    VerdictCode.OUTSIDE,
    VerdictCode.UNCERTAIN,
    VerdictCode.NOT_FOUND,
)
"""What the codes of verdicts stand for; None where the coordinates are no place that can be asked about."""

_CODES = {verdict: code for code, verdict in enumerate(VERDICTS)}

NOTHING, QUARTERS, EVERYTHING = range(3)
"""What is known at a place: no perimeter, official QPV alone, all kinds of perimeters."""


_MOST_LON, _MOST_LAT = 180, 90


@dataclass(frozen=True, eq=False, slots=True)
class BulkVerdicts:
    """Answers to n points.

    Parameters
    ----------
    code : (n,) place in `VERDICTS`.
    estimated : (n,) whether the answer rests on estimates.
    perimeter : (n,) row in the perimeters of the index of the one that the verdict rests on, or `NO_PERIMETER`:
        where none does, and where a law makes the whole commune count as a quarter.
    distance_m : (n,) signed distance to its limit, as `decide` gives it; NaN where there is none.
    known : (n,) what is known at the point: a place in `NOTHING, QUARTERS, EVERYTHING`.
    unsettled : (n,) whether what is said of other dates depends on how near a limit is.
    within : (n,) number of the set of all the perimeters, in force or not, that hold the point.
    told : (n,) which lists that are not known whole are known at the point.
    sets : rows of the perimeters in these sets.
    """

    code: NDArray[np.uint8]
    estimated: NDArray[np.bool_]
    perimeter: NDArray[np.int32]
    distance_m: NDArray[np.float64]
    known: NDArray[np.uint8]
    unsettled: NDArray[np.bool_]
    within: NDArray[np.int32]
    told: NDArray[np.int64]
    sets: PolygonSets


@dataclass(frozen=True, eq=False, slots=True)
class BulkIndex:
    """Perimeters ready to be asked, on one day, about millions of points.

    It may be shared by threads and sent to other processes.
    """

    index: PerimeterIndex
    on: date
    territories: tuple[BulkTerritory, ...]

    @classmethod
    def build(cls, index: PerimeterIndex, on: date, means: Means | None = None) -> BulkIndex:
        """Prepare the perimeters of an index.

        Parameters
        ----------
        means : how points are placed; by trees where that is not said. `cells_are_worth` says when cells are.
        """
        return cls(index, on, bulk_territories(index, on, means or Means.trees()))

    def decide(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], accuracy_m: float | NDArray[np.float64] = 0.0
    ) -> BulkVerdicts:
        """Answer about points as `decide` does about each of them.

        Parameters
        ----------
        lon, lat : (n,) degrees, WGS84; what is no place (NaN, off the globe, in the wrong order, beyond what a
            projected CRS can represent) gets no verdict.
        accuracy_m : radius within which the true place lies, metres, 0 or more: one for all, or (n,).
        """
        place = is_place(lon, lat)
        accuracy_m = np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), lon.shape)
        answers, placed, sets = ask_territories(
            self.territories,
            np.where(place, lon, np.nan),
            np.where(place, lat, np.nan),
            accuracy_m,
            far_ones=self.index.country is None,
        )
        place &= placed
        what = self._known(lon, lat)
        if self.index.country is not None:
            answers = self._of_quarters_alone(answers, what)
        known = place & (what != NOTHING)
        answers = self._withheld(answers, everywhere=what == EVERYTHING if self.index.extent else np.zeros(1, bool))
        code = np.array([_CODES[verdict] for verdict in RANKS], dtype=np.uint8)[answers.rank]
        code[(answers.perimeter == NO_PERIMETER) & ~answers.known] = _CODES[VerdictCode.NOT_FOUND]
        code[~known] = _CODES[VerdictCode.NOT_FOUND]
        code[~place] = _CODES[None]
        perimeter = np.where(known, answers.perimeter, NO_PERIMETER).astype(np.int32)
        distance_m = np.where(known, answers.distance_m, np.nan)
        rows = {id(item): row for row, item in enumerate(self.index.perimeters)}
        for row in np.flatnonzero(answers.doubtful & known).tolist():
            code[row], perimeter[row], distance_m[row] = self._one_by_one(lon[row], lat[row], accuracy_m[row], rows)
        by_law = place & in_whole_territories(lon, lat, self.on)
        code[by_law], perimeter[by_law], distance_m[by_law] = _CODES[VerdictCode.INSIDE], NO_PERIMETER, np.nan
        estimated = answers.estimated & ~by_law
        return BulkVerdicts(
            code, estimated, perimeter, distance_m, what, answers.unsettled, answers.within, answers.told, sets
        )

    def probabilities(
        self,
        verdicts: BulkVerdicts,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        accuracy_m: float | NDArray[np.float64] = 0.0,
    ) -> NDArray[np.float64]:
        """Probability that a quarter holds each place, (n,) in [0, 1], as `decide` gives it; NaN where it gives none.

        Parameters
        ----------
        verdicts, lon, lat, accuracy_m : what `decide` answered, and was asked.
        """
        accuracy_m = np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), lon.shape)
        by_law = verdicts.perimeter == NO_PERIMETER
        least = np.where((accuracy_m > 0) & ~by_law, region_rules().least_probability, 0.0)
        found = np.full(len(lon), np.nan)
        inside = verdicts.code == _CODES[VerdictCode.INSIDE]
        found[inside] = 1.0 - least[inside]
        outside = verdicts.code == _CODES[VerdictCode.OUTSIDE]
        found[outside] = least[outside]
        nothing_near = outside & by_law
        for row in np.flatnonzero(nothing_near | (verdicts.code == _CODES[VerdictCode.UNCERTAIN])).tolist():
            position = Position(lon[row], lat[row], "", PositionType.COORDINATES, accuracy_m=accuracy_m[row])
            found[row] = decide(position, self.index, self.on).probability_inside
        return found

    def _withheld(self, answers: TerritoryAnswers, everywhere: NDArray[np.bool_]) -> TerritoryAnswers:
        """Answers without the perimeters that say nothing of a point: of lists not known there, or too far from it.

        Parameters
        ----------
        everywhere : (n,) or (1,) where all lists are known.

        Returns
        -------
        Where no perimeter is left, `known` is that of an "outside": the lists are known, and nothing is near.
        """
        holds = np.array([self._is_held(item) for item in self.index.perimeters] + [False])
        far = answers.distance_m > FARTHEST_M
        whole = everywhere | holds[answers.perimeter]
        named = answers.perimeter != NO_PERIMETER
        known = named & (whole | (answers.known & ~far))
        kept = known & ~far
        return replace(
            answers,
            perimeter=np.where(kept, answers.perimeter, NO_PERIMETER).astype(np.int32),
            distance_m=np.where(kept, answers.distance_m, np.nan),
            known=known,
            doubtful=(answers.doubtful & kept) | (named & answers.several & ~everywhere),
        )

    def _is_held(self, perimeter: Perimeter) -> bool:
        return self.index.country is not None and self.index.holds_whole(perimeter)

    def _of_quarters_alone(self, answers: TerritoryAnswers, known: NDArray[np.uint8]) -> TerritoryAnswers:
        """Answers where QPV alone are known: what rests on the other perimeters of one town is taken back."""
        is_quarter = np.array([item.kind is Kind.QPV for item in self.index.perimeters] + [True])
        rows = (known == QUARTERS) & ~is_quarter[answers.perimeter]  # the last one is that of no perimeter
        estimated = np.where(known == NOTHING, self.index.answering(self.on)[0] is Basis.ESTIMATED, answers.estimated)
        return replace(
            answers,
            perimeter=np.where(rows, NO_PERIMETER, answers.perimeter).astype(np.int32),
            distance_m=np.where(rows, np.nan, answers.distance_m),
            doubtful=answers.doubtful & ~rows,
            estimated=estimated & (known != QUARTERS),
        )

    def _known(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.uint8]:
        """(n,) what is known at points, as `PerimeterIndex.covers` and `is_local` tell it of one."""
        import shapely

        known = np.full(len(lon), EVERYTHING, dtype=np.uint8)
        if self.index.extent is not None:
            west, south, east, north = self.index.extent
            known[~((west <= lon) & (lon <= east) & (south <= lat) & (lat <= north))] = NOTHING
        if self.index.country is not None:
            country = shapely.from_wkb(self.index.country.wkb)  # its own: no prepared geometry is shared by threads
            shapely.prepare(country)
            everywhere = self.index.extent is None
            asked = np.flatnonzero((known == NOTHING) | everywhere)
            held = shapely.intersects_xy(country, lon[asked], lat[asked])
            known[asked] = np.where(held, EVERYTHING if everywhere else QUARTERS, NOTHING)
        return known

    def _one_by_one(self, lon: float, lat: float, accuracy_m: float, rows: Mapping[int, int]) -> tuple[int, int, float]:
        """Code, perimeter (found by its identity) and distance where `decide` may not take the nearest one."""
        answer = decide(Position(lon, lat, "", PositionType.COORDINATES, accuracy_m=accuracy_m), self.index, self.on)
        if answer.distance_m is None:
            return _CODES[answer.verdict], NO_PERIMETER, np.nan
        return _CODES[answer.verdict], rows[id(answer.hits[0].perimeter)], answer.distance_m


_TREE_S, _LOAD_S, _EDGE_S, _MAPPED_EDGE_S, _COMPILE_S = 20e-6, 0.5, 5e-6, 0.6e-6, 9.0
"""What things take, in seconds of the same machine (a faster one changes all of them alike): a point by trees; to load
the compiled loops; to make cells for an edge, and to map those made before; to compile the loops where no run before
has left them."""


def can_compile() -> bool:
    """Whether numba is here: an image of the service alone does without, and trees then answer the same."""
    return find_spec("numba") is not None


def cells_are_worth(points: int, index: PerimeterIndex, *, made: bool = False) -> bool:
    """Whether so many points are answered sooner by cells than by trees, all that precedes them included.

    Parameters
    ----------
    made : whether the cells are made already.
    """
    import shapely

    if points * _TREE_S <= _LOAD_S or not can_compile():
        return False  # nothing else is worth looking at
    edges = shapely.get_num_coordinates([perimeter.geometry for perimeter in index.perimeters]).sum()
    from geoville.eligibility.kernel.points import are_compiled

    ready_s = _LOAD_S + edges * (_MAPPED_EDGE_S if made else _EDGE_S) + (0.0 if are_compiled() else _COMPILE_S)
    return bool(points * _TREE_S > ready_s)


def is_place(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) whether coordinates are on the globe, and not those of a place of France with the latitude first."""
    on_globe = (np.abs(lon) <= _MOST_LON) & (np.abs(lat) <= _MOST_LAT)
    return on_globe & ~are_swapped(np.column_stack([lon, lat, lon, lat]))
