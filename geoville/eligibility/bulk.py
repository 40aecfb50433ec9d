"""Many points at once: the same verdicts and distances as `decide`, row by row."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.eligibility.decide import decide
from geoville.eligibility.index import NEARBY_M
from geoville.eligibility.kernel.points import LimitFinder, PointLocator
from geoville.eligibility.kernel.sets import NO_SETS, joined
from geoville.errors import InvalidInputError
from geoville.model import Basis, Position, PositionType, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.kernel.points import Membership
    from geoville.eligibility.kernel.sets import PolygonSets
    from geoville.model import Perimeter


VERDICTS: tuple[VerdictCode | None, ...] = (
    None,
    VerdictCode.INSIDE,
    VerdictCode.OUTSIDE,
    VerdictCode.UNCERTAIN,
    VerdictCode.NOT_FOUND,
)
"""What the codes of verdicts stand for; None where the coordinates are no place that can be asked about."""

_CODES = {verdict: code for code, verdict in enumerate(VERDICTS)}

NO_PERIMETER = -1
"""Perimeter of an answer that rests on none."""

_MOST_LON, _MOST_LAT = 180, 90
_METROPOLITAN_LON, _METROPOLITAN_LAT = (-6, 10), (41, 52)


@dataclass(frozen=True, eq=False, slots=True)
class BulkVerdicts:
    """Answers to n points.

    Parameters
    ----------
    code : (n,) place in `VERDICTS`.
    estimated : (n,) whether the answer rests on estimates.
    perimeter : (n,) row in the perimeters of the index of the one that the verdict rests on, or `NO_PERIMETER`.
    distance_m : (n,) signed distance to its limit, as `decide` gives it; NaN where there is none.
    within : (n,) number of the set of all the perimeters, in force or not, that hold the point.
    sets : rows of the perimeters in these sets.
    """

    code: NDArray[np.uint8]
    estimated: NDArray[np.bool_]
    perimeter: NDArray[np.int32]
    distance_m: NDArray[np.float64]
    within: NDArray[np.int32]
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
    def build(cls, index: PerimeterIndex, on: date) -> BulkIndex:
        """Prepare the perimeters of an index: some seconds for those of a whole country."""
        return cls(index, on, bulk_territories(index, on))

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
        answers, placed, sets = ask_territories(
            self.territories, np.where(place, lon, np.nan), np.where(place, lat, np.nan)
        )
        place &= placed
        known = place & self._covers(lon, lat)
        accuracy_m = np.broadcast_to(accuracy_m, lon.shape)
        code = _codes(answers, accuracy_m)
        code[answers.perimeter == NO_PERIMETER] = _CODES[VerdictCode.NOT_FOUND]
        code[~known] = _CODES[VerdictCode.NOT_FOUND]
        code[~place] = _CODES[None]
        perimeter = np.where(known, answers.perimeter, NO_PERIMETER).astype(np.int32)
        distance_m = np.where(known, answers.distance_m, np.nan)
        for row in np.flatnonzero(answers.doubtful & known).tolist():
            code[row], perimeter[row], distance_m[row] = self._one_by_one(lon[row], lat[row], accuracy_m[row])
        return BulkVerdicts(code, answers.estimated, perimeter, distance_m, answers.within, sets)

    def _covers(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        if self.index.extent is None:
            return np.ones(len(lon), dtype=np.bool_)
        west, south, east, north = self.index.extent
        return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)

    def _one_by_one(self, lon: float, lat: float, accuracy_m: float) -> tuple[int, int, float]:
        """Code, perimeter and distance far from all perimeters, where `decide` may not take the nearest one."""
        answer = decide(Position(lon, lat, "", PositionType.COORDINATES, accuracy_m=accuracy_m), self.index, self.on)
        if answer.distance_m is None:
            return _CODES[answer.verdict], NO_PERIMETER, np.nan
        nearest = answer.perimeters[0].perimeter
        row = next(row for row, perimeter in enumerate(self.index.perimeters) if perimeter is nearest)
        return _CODES[answer.verdict], row, answer.distance_m


def is_place(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) whether coordinates are on the globe, and not those of metropolitan France with the latitude first."""
    on_globe = (np.abs(lon) <= _MOST_LON) & (np.abs(lat) <= _MOST_LAT)
    swapped = _between(lon, _METROPOLITAN_LAT) & _between(lat, _METROPOLITAN_LON)
    return on_globe & ~swapped


def _between(values: NDArray[np.float64], ends: tuple[float, float]) -> NDArray[np.bool_]:
    return (ends[0] <= values) & (values <= ends[1])


def _codes(answers: TerritoryAnswers, accuracy_m: NDArray[np.float64]) -> NDArray[np.uint8]:
    uncertain = (accuracy_m > 0) & (np.abs(answers.distance_m) <= accuracy_m)
    firm = np.where(answers.inside, _CODES[VerdictCode.INSIDE], _CODES[VerdictCode.OUTSIDE])
    return np.where(uncertain, _CODES[VerdictCode.UNCERTAIN], firm).astype(np.uint8)


# --- The perimeters of one projected CRS, asked on one day about many points

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
    inside : (n,) whether it holds the point.
    doubtful : (n,) whether `decide` may choose another one, as near or not in force.
    estimated : (n,) whether the answer rests on estimates.
    within : (n,) number of the set of perimeters, of any kind and date, that hold the point.
    """

    any_m: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    perimeter: NDArray[np.int32]
    inside: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]
    estimated: NDArray[np.bool_]
    within: NDArray[np.int32]

    def or_nearer(self, other: TerritoryAnswers) -> TerritoryAnswers:
        """For each point, the answers of the nearer territory."""
        nearer = other.any_m < self.any_m
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return TerritoryAnswers(*(np.where(nearer, theirs, ours) for ours, theirs in pairs))


@dataclass(frozen=True, eq=False, slots=True)
class BulkTerritory:
    """Perimeters of one projected CRS, indexed for one day.

    Parameters
    ----------
    rows : (k,) their rows in the index, in the order in which `decide` prefers them at equal distance.
    locator : of all of them.
    answering : (a,) places, among these, of those that answer that day.
    finder : of the limits of those that answer; None where none does.
    any_finder : of all limits, where there are several territories to choose from.
    estimated : whether they answer by estimates.
    mixed : whether some that answer are listed with others that are not in force.
    """

    epsg: int
    rows: NDArray[np.int32]
    locator: PointLocator
    answering: NDArray[np.int64]
    finder: LimitFinder | None
    any_finder: LimitFinder | None
    estimated: bool
    mixed: bool

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
        self, east: NDArray[np.float64], north: NDArray[np.float64], membership: Membership
    ) -> TerritoryAnswers:
        """Answer about projected points, given which perimeters hold them."""
        any_m = self.any_finder.measure(east, north, membership)[0] if self.any_finder else np.zeros(len(east))
        answers = nothing_known(len(east), estimated=self.estimated)
        answers = replace(answers, any_m=any_m, within=membership.sets)
        if self.finder is None:
            return answers
        among = membership.among(self.answering)
        inside = among.held()
        signed, nearest, several = self.finder.measure(east, north, among)
        distance_m = np.where(inside, signed, np.maximum(signed, _SMALLEST))
        return replace(
            answers,
            distance_m=distance_m,
            perimeter=self.rows[self.answering][nearest],
            inside=inside,
            doubtful=~inside & (distance_m > NEARBY_M) & (several | self.mixed),
        )


def ask_territories(
    territories: Sequence[BulkTerritory], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[TerritoryAnswers, NDArray[np.bool_], PolygonSets]:
    """Answers of the nearest territory to each of (n,) points, which points could be projected, and the sets met."""
    answers = nothing_known(len(lon), estimated=False)
    placed = np.isfinite(lon)
    sets = [NO_SETS]
    for territory in territories:
        east, north = territory.project(lon, lat)
        placed &= np.isfinite(east)
        membership = territory.locator.place(east, north)
        theirs = territory.answers(east, north, membership)
        before = np.int32(sum(map(len, sets)))
        answers = answers.or_nearer(replace(theirs, within=theirs.within + before))
        sets.append(membership.table.renamed(territory.rows))
    return answers, placed, joined(sets)


def nothing_known(points: int, *, estimated: bool) -> TerritoryAnswers:
    """Answers of a territory without perimeters."""
    return TerritoryAnswers(
        any_m=np.full(points, np.inf),
        distance_m=np.full(points, np.nan),
        perimeter=np.full(points, NO_PERIMETER, dtype=np.int32),
        inside=np.zeros(points, dtype=np.bool_),
        doubtful=np.zeros(points, dtype=np.bool_),
        estimated=np.full(points, estimated),
        within=np.zeros(points, dtype=np.int32),
    )


def bulk_territories(index: PerimeterIndex, on: date) -> tuple[BulkTerritory, ...]:
    """Prepare the perimeters of an index for a day, one projected CRS after another."""
    epsgs = tuple(dict.fromkeys(perimeter.epsg for perimeter in index.perimeters))
    return tuple(_territory(index, on, epsg, alone=len(epsgs) == 1) for epsg in epsgs)


def _territory(index: PerimeterIndex, on: date, epsg: int, *, alone: bool) -> BulkTerritory:
    basis, kinds = index.answering(on, epsg)
    rows = _preferred([(row, item) for row, item in enumerate(index.perimeters) if item.epsg == epsg])
    perimeters = [index.perimeters[row] for row in rows]
    polygons = [perimeter.geometry for perimeter in perimeters]
    asked = [place for place, perimeter in enumerate(perimeters) if perimeter.kind in kinds]
    answering = [place for place in asked if perimeters[place].in_force(on)]
    silent = {_family(perimeters[place]) for place in asked if not perimeters[place].in_force(on)}
    return BulkTerritory(
        epsg=epsg,
        rows=np.array(rows, dtype=np.int32),
        locator=PointLocator.build(polygons),
        answering=np.array(answering, dtype=np.int64),
        finder=LimitFinder.build([polygons[place] for place in answering], NEARBY_M) if answering else None,
        any_finder=None if alone else LimitFinder.build(polygons, NEARBY_M),
        estimated=basis is Basis.ESTIMATED,
        mixed=any(_family(perimeters[place]) in silent for place in answering),
    )


def _preferred(numbered: Sequence[tuple[int, Perimeter]]) -> list[int]:
    """Rows in the order of codes, then of families as they come, as answers list what is equally near."""
    families = list(dict.fromkeys(_family(perimeter) for _, perimeter in numbered))
    return [
        row for row, _ in sorted(numbered, key=lambda item: (item[1].code, families.index(_family(item[1])), item[0]))
    ]


def _family(perimeter: Perimeter) -> tuple[object, ...]:
    return perimeter.kind, perimeter.generation
