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
    backwards_m: float
    longest_step_m: float
    metric_slack: float
    surveyed_m: float
    astray_m: float
    survey_numbers: int
    survey_streets: int
    survey_neighbours: int
    survey_equal_share: float
    survey_backward_share: float
    survey_quantile: float
    survey_factor: float
    survey_margin_m: float
    chance_ordered: float
    chance_interpolated: float
    chance_unordered: float
    chance_disc: float
    chance_anywhere: float
    contour_spread: float
    sharpness: float
    least_probability: float


@cache
def region_rules() -> RegionRules:
    """Numbers of the method, as shipped."""
    return read_numbers(RegionRules, "street_region.yaml", "eligibility")


class Placing(StrEnum):
    """How the numbers of a side were placed, as their positions show it."""

    ORDERED = "ordered"
    INTERPOLATED = "interpolated"
    UNORDERED = "unordered"
    ASTRAY = "astray"


@dataclass(frozen=True, slots=True)
class StreetRegion:
    """Where a number may be.

    Parameters
    ----------
    shape : polygon, in a projected CRS.
    placing : how the numbers were placed.
    first, last : numbers at its ends.
    point : of the number, easting and northing.
    spread_m : over which its chance to be at a point falls, away from where the list puts it.
    """

    shape: BaseGeometry
    placing: Placing
    first: str
    last: str
    point: Point
    spread_m: float


def street_region(side: StreetSide, epsg: int) -> StreetRegion | None:
    """Region where a house number may be; None where the list is too thin to tell, or tells that it was surveyed alone.

    Parameters
    ----------
    side : the number among those of its side of the street.
    epsg : projected CRS of the region.

    Notes
    -----
    Where the numbers of the town overtake each other, those that follow each other do so by chance. Where they do not,
    one that breaks the order does so by the shape of its street: it is where the list puts it, unless it stands far
    from the two between which it should.
    """
    points = [transform_point(lon, lat, WGS84, epsg) for lon, lat in side.points]
    rules, survey = region_rules(), side.survey
    placing = placing_of(points, side.rank, rules)
    if placing is Placing.INTERPOLATED:
        return _between_known(points, side, rules)
    if survey is not None and survey.surveyed:
        astray = _astray(points, side, rules)
        if astray is not None or placing is not Placing.ORDERED:
            return astray
    if placing is None:
        return None
    shuffled = survey is not None and not (survey.surveyed or survey.interpolated)
    return _around(points, side, rules, Placing.UNORDERED if shuffled else placing)


def _around(points: Points, side: StreetSide, rules: RegionRules, placing: Placing) -> StreetRegion | None:
    """Region of a number along the line of those around it; None where it is isolated."""
    import shapely

    ordered = placing is Placing.ORDERED
    farthest_m = side.survey.along_m if side.survey and not side.survey.interpolated else rules.unordered_reach_m
    reach_m = rules.ordered_reach_m if ordered else farthest_m  # both along the street, each way
    surveyed = side.survey is not None and side.survey.surveyed
    fewest = rules.held_neighbours if ordered and not surveyed else 0
    walked = _line(points, _whole_numbers(side.numbers), side.rank, reach_m, fewest, rules)
    if walked is None:
        return None
    whole, first, last = walked
    line = _cut(whole, points[side.rank], reach_m) if surveyed else whole
    shape = shapely.buffer(shapely.linestrings(line), rules.across_m if ordered else rules.unordered_across_m)
    spread_m = reach_m * (rules.chance_ordered if ordered else rules.chance_unordered)
    return StreetRegion(shape, placing, side.numbers[first], side.numbers[last], points[side.rank], spread_m)


def _between_known(points: Points, side: StreetSide, rules: RegionRules) -> StreetRegion:
    """Region of a number that was computed between two known ones: all that lies between these, and a bend of it."""
    import shapely

    first, last = _run(points, side.rank, rules)
    chord_m = math.dist(points[first], points[last])
    across_m = max(rules.interpolated_across_m, rules.interpolated_share * chord_m)
    shape = shapely.buffer(shapely.linestrings(points[first : last + 1]), across_m)
    spread_m = max(rules.chance_interpolated * chord_m, rules.across_m)
    numbers = side.numbers
    return StreetRegion(shape, Placing.INTERPOLATED, numbers[first], numbers[last], points[side.rank], spread_m)


def _astray(points: Points, side: StreetSide, rules: RegionRules) -> StreetRegion | None:
    """Where the list puts a number, and where its neighbours say that it is, which is far from there; else None."""
    import shapely

    rank = side.rank
    if not 0 < rank < len(points) - 1 or math.dist(points[rank - 1], points[rank + 1]) > rules.longest_step_m:
        return None
    between = shapely.linestrings([points[rank - 1], points[rank + 1]])
    if shapely.distance(between, shapely.points(points[rank])) <= rules.astray_m:
        return None
    here = shapely.buffer(shapely.points(points[rank]), rules.surveyed_m)
    both = shapely.linestrings(points[rank - 1 : rank + 2])  # in one piece: a limit that passes between is met
    shape = shapely.union(shapely.buffer(both, rules.across_m), here)
    numbers = side.numbers
    return StreetRegion(
        shape, Placing.ASTRAY, numbers[rank - 1], numbers[rank + 1], points[rank], rules.unordered_reach_m
    )


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
    follow = all(after > before - rules.backwards_m for before, after in pairwise(along))
    return Placing.ORDERED if follow else Placing.UNORDERED


def _equal_steps(points: Points, place: int, rules: RegionRules) -> bool:
    """Whether a number stands just halfway between its neighbours: a surveyed one hardly ever does."""
    if not 0 < place < len(points) - 1:
        return False
    return is_halfway(points[place - 1], points[place], points[place + 1], rules.equal_step_m)


def is_halfway(before: Point, point: Point, after: Point, within_m: float) -> bool:
    """Whether a point stands just halfway between two others."""
    return math.hypot(after[0] - 2 * point[0] + before[0], after[1] - 2 * point[1] + before[1]) < within_m


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


def _cut(line: Points, point: Point, reach_m: float) -> Points:
    """The part of a line that lies within a reach of one of its points, along it."""
    import shapely
    from shapely.ops import substring

    whole, here = shapely.linestrings(line), shapely.points(point)
    along_m = shapely.line_locate_point(whole, here)
    part = substring(whole, max(along_m - reach_m, 0.0), min(along_m + reach_m, whole.length))
    return [(east, north) for east, north in part.coords]


def _beyond(line: Points, length_m: float) -> Point:
    """Point that prolongs the end of a line, straight."""
    x1, y1 = line[-1]
    x0, y0 = next((point for point in reversed(line[:-1]) if math.dist(point, line[-1]) > _AXIS_M), line[0])
    part = length_m / (math.dist((x0, y0), (x1, y1)) or 1.0)
    return x1 + (x1 - x0) * part, y1 + (y1 - y0) * part
