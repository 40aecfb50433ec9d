"""Where a house number may be: along its side of the street as far as its position is unsure, across it a few metres.

Official limits follow the axes of streets, so that what matters is on which side of which street a number stands; and a
number that was not surveyed is misplaced along its street, hardly ever across it. The region is made of the numbers of
the same parity: those that follow each other in order hold the one between them; those at equal steps were interpolated
between two known ones, and may be anywhere between these; those in no order may be as far as positions go wrong.
Where that evidence is thin there is no region: the position stays a disc.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from geoville.crs import WGS84, transform_point
from geoville.law.parameters import read_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.model import StreetSide

    Point = tuple[float, float]
    Points = Sequence[Point]

_AXIS_M = 8.0
"""Length over which the direction of the end of a line is taken."""

_BACKWARDS_M = 1.0
"""How far a number may stand behind the one before it and still follow it."""

_APART_M = 0.5


@dataclass(frozen=True, slots=True)
class RegionRules:
    """The numbers of the method; the YAML beside this file says what each is and where it was measured."""

    across_m: float
    ordered_reach_m: float
    ordered_neighbours: int
    held_neighbours: int
    unordered_reach_m: float
    unordered_across_m: float
    interpolated_across_m: float
    interpolated_share: float
    equal_step_m: float
    longest_step_m: float
    metric_slack: float


@cache
def region_rules() -> RegionRules:
    """Numbers of the method, as shipped."""
    return read_numbers(RegionRules, "street_region.yaml", "eligibility")


class Placing(StrEnum):
    """How the numbers of a side were placed, as their positions show it."""

    ORDERED = "ordered"
    INTERPOLATED = "interpolated"
    UNORDERED = "unordered"


@dataclass(frozen=True, slots=True)
class StreetRegion:
    """Where a number may be.

    Parameters
    ----------
    shape : polygon, in a projected CRS.
    placing : how the numbers were placed.
    first, last : numbers at its ends.
    """

    shape: BaseGeometry
    placing: Placing
    first: str
    last: str


def street_region(side: StreetSide, epsg: int) -> StreetRegion | None:
    """Region where a house number may be; None where the list is too thin to tell.

    Parameters
    ----------
    side : the number among those of its side of the street.
    epsg : projected CRS of the region.
    """
    points = [transform_point(lon, lat, WGS84, epsg) for lon, lat in side.points]
    rules = region_rules()
    placing = placing_of(points, side.rank, rules)
    if placing is None:
        return None
    line: Points
    if placing is Placing.INTERPOLATED:
        first, last = _run(points, side.rank, rules)
        line = points[first : last + 1]
        across_m = max(rules.interpolated_across_m, rules.interpolated_share * math.dist(points[first], points[last]))
    else:
        ordered = placing is Placing.ORDERED
        reach_m = rules.ordered_reach_m if ordered else rules.unordered_reach_m
        across_m = rules.across_m if ordered else rules.unordered_across_m
        fewest = rules.held_neighbours if ordered else 0
        walked = _line(points, _whole_numbers(side.numbers), side.rank, reach_m, fewest, rules)
        if walked is None:
            return None
        line, first, last = walked
    import shapely

    shape = shapely.buffer(shapely.linestrings(line), across_m)
    return StreetRegion(shape, placing, side.numbers[first], side.numbers[last])


def placing_of(points: Points, rank: int, rules: RegionRules) -> Placing | None:
    """How the numbers around one were placed; None where there are too few to tell.

    Parameters
    ----------
    points : of one side of a street, in metres, in the order of the numbers.
    """
    if any(_equal_steps(points, place, rules) for place in (rank - 1, rank, rank + 1)):
        return Placing.INTERPOLATED
    around = points[max(rank - rules.ordered_neighbours, 0) : rank + rules.ordered_neighbours + 1]
    if len(around) < 3:  # noqa: PLR2004 - two points are always in order
        return None
    (west, south), (east, north) = around[0], around[-1]
    length = math.dist(around[0], around[-1])
    if length < _APART_M:
        return Placing.UNORDERED
    along = [((x - west) * (east - west) + (y - south) * (north - south)) / length for x, y in around]
    follow = all(after > before - _BACKWARDS_M for before, after in pairwise(along))
    return Placing.ORDERED if follow else Placing.UNORDERED


def _equal_steps(points: Points, place: int, rules: RegionRules) -> bool:
    """Whether a number stands just halfway between its neighbours: a surveyed one hardly ever does."""
    if not 0 < place < len(points) - 1:
        return False
    (x0, y0), (x1, y1), (x2, y2) = points[place - 1 : place + 2]
    return math.hypot(x2 - 2 * x1 + x0, y2 - 2 * y1 + y0) < rules.equal_step_m


def _run(points: Points, rank: int, rules: RegionRules) -> tuple[int, int]:
    """Ranks of the two known numbers between which one was interpolated."""
    first = last = rank
    while first > 0 and (
        _equal_steps(points, first, rules) or (first == rank and _equal_steps(points, first - 1, rules))
    ):
        first -= 1
    while last < len(points) - 1 and (
        _equal_steps(points, last, rules) or (last == rank and _equal_steps(points, last + 1, rules))
    ):
        last += 1
    return first, last


def _whole_numbers(numbers: Sequence[str]) -> list[int]:
    """House numbers without their repetitions."""
    return [int("".join(takewhile(str.isdigit, number))) for number in numbers]


def _follow_each_other(step_m: float, between: int, rules: RegionRules) -> bool:
    """Whether two numbers are neighbours: near, or as far as their numbers say where streets are numbered in metres."""
    return step_m <= rules.longest_step_m or abs(step_m - between) <= rules.metric_slack * step_m


def _line(
    points: Points, numbers: Sequence[int], rank: int, reach_m: float, fewest: int, rules: RegionRules
) -> tuple[list[Point], int, int] | None:
    """Line of the numbers around one as far as a reach, prolonged where the street ends; None where one is isolated."""
    ends = []
    for step in (-1, 1):
        place, away_m, line = rank, 0.0, [points[rank]]
        while 0 <= place + step < len(points) and (away_m < reach_m or len(line) <= fewest):
            after, between = place + step, abs(numbers[place + step] - numbers[place])
            if not _follow_each_other(math.dist(points[place], points[after]), between, rules):
                return None
            place = after
            away_m = math.dist(points[rank], points[place])  # as the crow flies: numbers in no order go to and fro
            line.append(points[place])
        ends.append((line, place, reach_m - away_m))
    (back, first, missing_before), (ahead, last, missing_after) = ends
    if first == rank and last == rank:
        return None
    whole = [*reversed(back), *ahead[1:]]
    if missing_after > 0:
        whole.append(_beyond(whole, missing_after))
    if missing_before > 0:
        whole.insert(0, _beyond(whole[::-1], missing_before))
    return whole, first, last


def _beyond(line: Points, length_m: float) -> Point:
    """Point that prolongs the end of a line, straight."""
    x1, y1 = line[-1]
    x0, y0 = next((point for point in reversed(line[:-1]) if math.dist(point, line[-1]) > _AXIS_M), line[0])
    part = length_m / (math.dist((x0, y0), (x1, y1)) or 1.0)
    return x1 + (x1 - x0) * part, y1 + (y1 - y0) * part
