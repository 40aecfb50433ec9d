"""Many points at once: the same verdicts and distances as `decide`, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.decide import decide
from geoville.model import Position, PositionType, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from geoville.eligibility.bulk_territory import BulkTerritory, TerritoryAnswers
    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.kernel.sets import PolygonSets

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
        from geoville.eligibility.bulk_territory import bulk_territories

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
        from geoville.eligibility.bulk_territory import ask_territories

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
