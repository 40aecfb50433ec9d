"""Where a house number may be: along its side of the street as far as its position is unsure, across it a few metres.

Official limits follow the axes of streets, so that what matters is on which side of which street a number stands; and a
number that was not surveyed is misplaced along its street, hardly ever across it. The region is made of the numbers of
the same parity: those that follow each other in order hold the one between them; those at equal steps were interpolated
between two known ones, and may be anywhere between these; those in no order may be as far as positions go wrong.
Where the axis of the street is known, it judges: a number stands on the side of it where those of its parity do.
Where that evidence is thin there is no region: the position stays a disc.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.law.parameters import read_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from shapely import LineString
    from shapely.geometry.base import BaseGeometry

    from geoville.model import StreetAxis, StreetSide

    Point = tuple[float, float]
    Points = Sequence[Point]

_AXIS_M = 8.0
"""Length over which the direction of the end of a line is taken."""

_APART_M = 0.5

_SPIKE_M = 0.05
"""Half the width of what is too narrow to be a place."""


_SIDES_AT_HAND = 1_024
"""Sides of streets whose numbers are kept projected: rows of a file are about the same ones. Ten megabytes at most."""


@dataclass(frozen=True, slots=True)
class RegionRules:
    """The numbers of the method; the YAML beside this file says what each is and where it was measured."""

    across_m: float
    ordered_reach_m: float
    ordered_neighbours: int
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
    axis_far_m: float
    axis_clear_m: float
    axis_ends_m: float
    axis_beyond_m: float
    axis_corner_m: float
    axis_neighbours: int
    axis_known: int
    axis_votes: int
    axis_share: float
    axis_loose_m: float
    axis_loose_share: float
    axis_beside_m: float
    axis_detour: float
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
    missed_interpolated: float
    missed_unordered: float
    missed_known: float
    missed_within_m: float
    sharpness: float
    sharpness_interpolated: float
    least_probability: float

    def missed(self, placing: Placing | None) -> float:
        """How often a number to be checked is out of its region, by how it was placed; None for a disc."""
        shares = {Placing.INTERPOLATED: self.missed_interpolated, Placing.UNORDERED: self.missed_unordered}
        return self.missed_known if placing is None else shares.get(placing, self.missed_known)

    def power(self, placing: Placing | None) -> float:
        """To what the odds of the share of a region that is inside are raised, by how its number was placed."""
        return self.sharpness_interpolated if placing is Placing.INTERPOLATED else self.sharpness


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
    ALONE = "alone"


@dataclass(frozen=True)
class StreetRegion:
    """Where a number may be.

    Parameters
    ----------
    draw : makes its polygon, in a projected CRS: most regions are too far from any limit for it to matter.
    reach_m : no part of it is farther from the point.
    placing : how the numbers were placed.
    first, last : numbers at its ends.
    point : of the number, easting and northing.
    spread_m : over which its chance to be at a point falls, away from where the list puts it.
    by_axis : whether the axis of the street told it; the place that the list gives may then lie outside of it.
    """

    draw: Callable[[], BaseGeometry] = field(repr=False, compare=False)
    reach_m: float
    placing: Placing
    first: str
    last: str
    point: Point
    spread_m: float
    by_axis: bool = False

    @cached_property
    def shape(self) -> BaseGeometry:
        """Polygon of all that may be the place."""
        return self.draw()


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
    points = _projected(side.points, epsg)
    rules, survey = region_rules(), side.survey
    placing = placing_of(points, side.rank, rules)
    told = None if side.axis is None else _told_by_axis(points, side, placing, epsg)
    if told is not None:
        return told
    if placing is Placing.INTERPOLATED and is_known(points, side.rank, rules):
        return _alone(points, side, rules)
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


@lru_cache(_SIDES_AT_HAND)
def _projected(points: tuple[Point, ...], epsg: int) -> Points:
    """Points in degrees, in a projected CRS."""
    lon, lat = np.array(points, dtype=np.float64).reshape(-1, 2).T
    eastings, northings = transform_points(lon, lat, WGS84, epsg)
    return tuple(zip(eastings.tolist(), northings.tolist(), strict=True))


def _around(points: Points, side: StreetSide, rules: RegionRules, placing: Placing) -> StreetRegion | None:
    """Region of a number along the line of those around it; None where it is isolated."""
    import shapely

    ordered = placing is Placing.ORDERED
    shifted_m = side.survey.along_m if side.survey and not side.survey.interpolated else rules.unordered_reach_m
    reach_m = rules.ordered_reach_m if ordered else shifted_m  # both along the street, each way
    surveyed = side.survey is not None and side.survey.surveyed
    walked = _line(points, _whole_numbers(side.numbers), side.rank, reach_m, rules)
    if walked is None:
        return None
    whole, first, last = walked
    point, across_m = points[side.rank], rules.across_m if ordered else rules.unordered_across_m

    def draw() -> BaseGeometry:
        line = _cut(whole, point, reach_m) if surveyed else whole
        return shapely.buffer(shapely.linestrings(line), across_m)

    spread_m = reach_m * (rules.chance_ordered if ordered else rules.chance_unordered)
    farthest_m = _farthest_m(point, whole) + across_m
    return StreetRegion(draw, farthest_m, placing, side.numbers[first], side.numbers[last], point, spread_m)


def _farthest_m(point: Point, line: Points) -> float:
    """How far the farthest part of a line is from a point."""
    return max(math.dist(point, vertex) for vertex in line)


def _between_known(points: Points, side: StreetSide, rules: RegionRules) -> StreetRegion:
    """Region of a number that was computed between two known ones: all that lies between these, and a bend of it."""
    import shapely

    first, last = _run(points, side.rank, rules)
    chord_m = math.dist(points[first], points[last])
    across_m = max(rules.interpolated_across_m, rules.interpolated_share * chord_m)
    line, point, numbers = points[first : last + 1], points[side.rank], side.numbers

    def draw() -> BaseGeometry:
        return shapely.buffer(shapely.linestrings(line), across_m)

    spread_m = max(rules.chance_interpolated * chord_m, rules.across_m)
    farthest_m = _farthest_m(point, line) + across_m
    return StreetRegion(draw, farthest_m, Placing.INTERPOLATED, numbers[first], numbers[last], point, spread_m)


def _alone(points: Points, side: StreetSide, rules: RegionRules) -> StreetRegion:
    """Region of a number that was surveyed among computed ones: the disc of those."""
    import shapely

    point, reach_m, numbers = points[side.rank], rules.surveyed_m, side.numbers

    def draw() -> BaseGeometry:
        return shapely.buffer(shapely.points(point), reach_m)

    first, last = _beside(points, side.rank)
    spread_m = reach_m * rules.chance_disc
    return StreetRegion(draw, reach_m, Placing.ALONE, numbers[first], numbers[last], point, spread_m)


def _astray(points: Points, side: StreetSide, rules: RegionRules) -> StreetRegion | None:
    """Where the list puts a number, and where its neighbours say that it is, which is far from there; else None."""
    import shapely

    rank = side.rank
    if not 0 < rank < len(points) - 1 or math.dist(points[rank - 1], points[rank + 1]) > rules.longest_step_m:
        return None
    between = shapely.linestrings([points[rank - 1], points[rank + 1]])
    if shapely.distance(between, shapely.points(points[rank])) <= rules.astray_m:
        return None
    point, line, numbers = points[rank], points[rank - 1 : rank + 2], side.numbers

    def draw() -> BaseGeometry:
        here = shapely.buffer(shapely.points(point), rules.surveyed_m)
        both = shapely.linestrings(line)  # in one piece: a limit that passes between is met
        return shapely.union(shapely.buffer(both, rules.across_m), here)

    farthest_m = _farthest_m(point, line) + max(rules.across_m, rules.surveyed_m)
    spread_m = rules.unordered_reach_m
    return StreetRegion(draw, farthest_m, Placing.ASTRAY, numbers[rank - 1], numbers[rank + 1], point, spread_m)


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
    """Whether a number stands just halfway between its neighbours: a surveyed one hardly ever does, an end never."""
    if not 0 < place < len(points) - 1:
        return False
    return is_halfway(points[place - 1], points[place], points[place + 1], rules.equal_step_m)


def is_known(points: Points, rank: int, rules: RegionRules) -> bool:
    """Whether a number among computed ones is one of those between which they were: it alone breaks their steps.

    A bend that computed numbers follow breaks those of the two numbers around it.
    """
    if _equal_steps(points, rank, rules):
        return False
    beside = [place for place in (rank - 1, rank + 1) if 0 < place < len(points) - 1]
    return all(_equal_steps(points, place, rules) for place in beside)


def is_halfway(before: Point, point: Point, after: Point, within_m: float) -> bool:
    """Whether a point stands just halfway between two others."""
    return math.hypot(after[0] - 2 * point[0] + before[0], after[1] - 2 * point[1] + before[1]) < within_m


def _run(points: Points, rank: int, rules: RegionRules) -> tuple[int, int]:
    """Ranks of the two known numbers between which one was interpolated."""
    first = last = rank
    while _equal_steps(points, first, rules) or (first == rank and _equal_steps(points, first - 1, rules)):
        first -= 1
    while _equal_steps(points, last, rules) or (last == rank and _equal_steps(points, last + 1, rules)):
        last += 1
    return first, last


def _whole_numbers(numbers: Sequence[str]) -> list[int]:
    """House numbers without their repetitions."""
    return [int("".join(takewhile(str.isdigit, number))) for number in numbers]


def _follow_each_other(step_m: float, between: int, rules: RegionRules) -> bool:
    """Whether two numbers are neighbours: near, or as far as their numbers say where streets are numbered in metres."""
    return step_m <= rules.longest_step_m or abs(step_m - between) <= rules.metric_slack * step_m


def _line(
    points: Points, numbers: Sequence[int], rank: int, reach_m: float, rules: RegionRules
) -> tuple[list[Point], int, int] | None:
    """Line of the numbers around one, prolonged where the street ends; None where one is isolated.

    On each side it goes to the first number at or beyond the reach: the next one is always in it, however far.
    """
    ends = []
    for step in (-1, 1):
        place, away_m, line = rank, 0.0, [points[rank]]
        while 0 <= place + step < len(points) and away_m < reach_m:
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

    whole = shapely.linestrings(line)
    along_m = shapely.line_locate_point(whole, shapely.points(point))
    start_m, end_m = max(along_m - reach_m, 0.0), min(along_m + reach_m, whole.length)
    ends = shapely.get_coordinates(shapely.line_interpolate_point(whole, [start_m, end_m]))
    first, last = map(tuple, ends.tolist())
    between, away_m = [], 0.0
    for vertex, following in pairwise(line):
        if start_m < away_m < end_m:
            between.append(vertex)
        away_m += math.dist(vertex, following)
    return [first, *between, last]


def _beyond(line: Points, length_m: float) -> Point:
    """Point that prolongs the end of a line, straight."""
    x1, y1 = line[-1]
    x0, y0 = next((point for point in reversed(line[:-1]) if math.dist(point, line[-1]) > _AXIS_M), line[0])
    part = length_m / (math.dist((x0, y0), (x1, y1)) or 1.0)
    return x1 + (x1 - x0) * part, y1 + (y1 - y0) * part


# --- Along the axis of the street


@dataclass(frozen=True, slots=True)
class _Along:
    """Numbers of one side of a street along its axis.

    Parameters
    ----------
    line : the part of the axis by which the number asked stands.
    along_m, across_m : (n,) of each number; across is positive on the left. NaN for those that stand by another part,
        or too far.
    hand : 1 where its parity stands on the left, -1 on the right; 0 where the known numbers around do not agree, or
        stand too far from the axis for it to be that of their street.
    against_m : abscissae of those that stand across from the others of their parity.
    bounds_m : abscissae between which the numbers of the street stand; infinite where nothing tells.
    """

    line: LineString
    along_m: NDArray[np.float64]
    across_m: NDArray[np.float64]
    hand: int
    is_loose: bool
    against_m: NDArray[np.float64]
    bounds_m: tuple[float, float]

    def hand_of(self, away_m: float) -> int:
        """Side of a number that is this far across, and hardly misplaced across; 0 where that tells nothing.

        Its own place tells its side where it is far enough from the axis, unless the others contradict it.
        """
        contradicted = self.is_loose or len(self.against_m) > 0
        least_m = region_rules().across_m * (1 if contradicted else -1)
        return self.hand if away_m * self.hand >= least_m else 0

    def hand_between(self, ends_m: NDArray[np.float64], away_m: NDArray[np.float64]) -> int:
        """Side of what was computed between two known numbers; 0 where one of these, or one around, contradicts it.

        Parameters
        ----------
        ends_m, away_m : (2,) of these two, along and across.
        """
        rules = region_rules()
        beside = np.abs(np.clip(self.against_m, ends_m[0], ends_m[1]) - self.against_m) < rules.axis_beside_m
        return 0 if self.is_loose or beside.any() or (away_m * self.hand).min() < rules.axis_clear_m else self.hand

    def strip(self, reach_m: tuple[float, float], across_m: tuple[float, float], hand: int) -> BaseGeometry | None:
        """What lies along the axis from one abscissa to another; None for nothing.

        Parameters
        ----------
        reach_m : the two abscissae, which may lie beyond the ends of the axis.
        across_m : from where to where across, positive on the left.
        hand : the side of the axis to keep to, 1 or -1; 0 for both.
        """
        import shapely

        start_m, end_m = max(reach_m[0], self.bounds_m[0]), min(reach_m[1], self.bounds_m[1])
        part = _prolonged(self.line, start_m, end_m) if start_m < end_m else None
        if part is None:
            return None
        if hand == 0:
            left, right = max(across_m[1], _APART_M), max(-across_m[0], _APART_M)
            return shapely.union(shapely.buffer(part, max(left, right), cap_style="flat"), part)
        low_m, high_m = sorted(hand * metres for metres in across_m)
        nearest_m = max(low_m, region_rules().axis_clear_m)
        whole = shapely.buffer(part, hand * max(high_m, nearest_m + _APART_M), single_sided=True)
        return _without_spikes(shapely.difference(whole, shapely.buffer(part, hand * nearest_m, single_sided=True)))


def _without_spikes(shape: BaseGeometry) -> BaseGeometry:
    """A shape without the lines that the difference of two buffers which end together leaves: they reach the axis."""
    import shapely

    return shapely.buffer(shapely.buffer(shape, -_SPIKE_M), _SPIKE_M, join_style="mitre")


def _told_by_axis(points: Points, side: StreetSide, placing: Placing | None, epsg: int) -> StreetRegion | None:
    """Region of a number on its side of the axis of its street; None where the axis tells nothing of it."""
    rules, survey = region_rules(), side.survey
    computed = placing is Placing.INTERPOLATED
    first, last = _run(points, side.rank, rules) if computed else (side.rank, side.rank)
    around = rules.axis_known if survey is not None and survey.interpolated else rules.axis_neighbours
    start, end = max(min(first, side.rank - around), 0), max(last, side.rank + around) + 1
    between_known = computed and not is_known(points, side.rank, rules)
    telling = (first, last) if between_known else (side.rank,)
    along = _along(points[start:end], side, [rank - start for rank in telling], epsg)
    if along is None:
        return None
    if between_known:
        return _computed_along(along, points, side, (first, last), start)
    if not computed and survey is not None and not (survey.surveyed or survey.interpolated):
        return _held_along(along, points, side, start, survey.along_m)
    if computed:
        return _beside_axis(along, points, side, start, Placing.ORDERED, rules.ordered_reach_m)
    is_here = survey is not None and survey.surveyed and placing is not Placing.ORDERED
    if not is_here or _astray(points, side, rules):
        return None
    return _beside_axis(along, points, side, start, Placing.ALONE, rules.surveyed_m)


def _computed_along(
    along: _Along, points: Points, side: StreetSide, known: tuple[int, int], start: int
) -> StreetRegion | None:
    """Region of a number computed between two known ones: on their side of the axis, as far from it as they are.

    Where these two are not as far from it, the street is not what its axis is: it begins before, and ends after.
    """
    rules = region_rules()
    places = [known[0] - start, known[1] - start]
    ends_m, away_m = np.sort(along.along_m[places]), np.sort(along.across_m[places])
    straight_m = math.dist(points[known[0]], points[known[1]])
    if np.isnan(ends_m).any():
        return _not_across(along, points, side, known)
    if ends_m[1] - ends_m[0] > straight_m * rules.axis_detour + rules.axis_far_m:
        return None
    hand = along.hand_between(ends_m, away_m)
    slack_m = max(rules.axis_ends_m, float(away_m[1] - away_m[0]))
    reach_m = float(ends_m[0]) - slack_m, float(ends_m[1]) + slack_m
    shape = along.strip(reach_m, (float(away_m[0]) - rules.across_m, float(away_m[1]) + rules.across_m), hand)
    spread_m = max(rules.chance_interpolated * straight_m, rules.across_m)
    return _region(shape, Placing.INTERPOLATED, points, side, known, spread_m)


def _not_across(along: _Along, points: Points, side: StreetSide, known: tuple[int, int]) -> StreetRegion | None:
    """Region of a number computed between two known ones, one of them far from the axis: what is not across that.

    The axis does not lead from one to the other, yet the numbers of their side stay on it.
    """
    import shapely

    rules, ends = region_rules(), np.asarray(shapely.points([points[place] for place in known]))
    ends_m = shapely.line_locate_point(along.line, ends)
    away_m = shapely.distance(along.line, ends) * hands_of(along.line, ends_m, ends)
    hand = along.hand_between(np.sort(ends_m), away_m)
    if hand == 0:
        return None
    whole = _between_known(points, side, rules)
    shape = whole.shape
    for metres in (rules.axis_clear_m, -rules.axis_far_m):
        shape = shapely.difference(shape, shapely.buffer(along.line, hand * metres, single_sided=True))
    parts = shapely.get_parts(_without_spikes(shape))
    held = shapely.intersects(parts[:, None], ends[None, :])
    if not held.any(axis=0).all():
        return None
    kept = shapely.union_all(parts[held.any(axis=1)])
    return _region(kept, whole.placing, points, side, known, whole.spread_m)


def _beside_axis(
    along: _Along, points: Points, side: StreetSide, start: int, placing: Placing, reach_m: float
) -> StreetRegion | None:
    """Region of a number that is known within a reach: its part on its side of the axis."""
    import shapely

    rules, rank = region_rules(), side.rank - start
    away_m, at_m = float(along.across_m[rank]), float(along.along_m[rank])
    across_m = rules.across_m if placing is Placing.ORDERED else reach_m
    hand = int(math.copysign(1, away_m))
    if along.hand * hand < 0 or not (along.hand or (placing is Placing.ORDERED and abs(away_m) >= across_m)):
        return None  # its place contradicts the others of its parity, or none tells the side
    shape = along.strip((at_m - reach_m, at_m + reach_m), (away_m - across_m, away_m + across_m), hand)
    if placing is Placing.ALONE and shape is not None:
        shape = shapely.intersection(shape, shapely.buffer(shapely.points(points[side.rank]), reach_m))
    part = rules.chance_ordered if placing is Placing.ORDERED else rules.chance_disc
    return _region(shape, placing, points, side, _beside(points, side.rank), reach_m * part)


def _held_along(along: _Along, points: Points, side: StreetSide, start: int, reach_m: float) -> StreetRegion | None:
    """Region of a number of a town whose numbers are shifted along the streets: as far as they are, and in their order.

    Notes
    -----
    A number that stands after another one, which is off by the reach at most, is no nearer to the start of the street
    than that other one less the reach; likewise before. Numbers that contradict too many others are left out of this.
    """
    rules, rank = region_rules(), side.rank - start
    here = np.flatnonzero(~np.isnan(along.along_m))
    at_m, place = along.along_m[here], int(np.searchsorted(here, rank))
    forward = 1.0 if len(at_m) == 1 or np.polyfit(np.arange(len(at_m)), at_m, 1)[0] >= 0 else -1.0
    at_m = at_m * forward
    kept = _in_order(at_m, 2 * reach_m + rules.axis_ends_m)
    if not kept[place]:
        return None
    slack_m = reach_m + rules.axis_ends_m
    low_m = max([at_m[place] - reach_m, *(at_m[:place][kept[:place]] - slack_m)])
    high_m = min([at_m[place] + reach_m, *(at_m[place + 1 :][kept[place + 1 :]] + slack_m)])
    low_m, high_m = sorted((float(low_m * forward), float(high_m * forward)))
    away_m = float(along.across_m[rank])
    hand = along.hand_of(away_m)
    reach = low_m - rules.axis_clear_m, high_m + rules.axis_clear_m
    shape = along.strip(reach, (away_m - rules.across_m, away_m + rules.across_m), hand)
    spread_m = reach_m * rules.chance_unordered
    return _region(shape, Placing.UNORDERED, points, side, _beside(points, side.rank), spread_m)


def _beside(points: Points, rank: int) -> tuple[int, int]:
    """Ranks of the two numbers beside one; itself where there is none."""
    return max(rank - 1, 0), min(rank + 1, len(points) - 1)


def _region(
    shape: BaseGeometry | None,
    placing: Placing,
    points: Points,
    side: StreetSide,
    known: tuple[int, int],
    spread_m: float,
) -> StreetRegion | None:
    """A region that the axis told; None where it is nothing."""
    if shape is None or shape.is_empty:
        return None
    (east, north), (west, south, east_end, north_end) = points[side.rank], shape.bounds
    reach_m = math.hypot(max(east - west, east_end - east), max(north - south, north_end - north))
    first, last = side.numbers[known[0]], side.numbers[known[1]]
    return StreetRegion(lambda: shape, reach_m, placing, first, last, points[side.rank], spread_m, by_axis=True)


def _in_order(at_m: NDArray[np.float64], most_m: float) -> NDArray[np.bool_]:
    """(n,) whether each number may stand in the order of all: those that contradict most others are left out."""
    behind = np.triu(at_m[None, :] - at_m[:, None] < -most_m, 1)
    kept = np.ones(len(at_m), dtype=bool)
    while behind.any():
        worst = int((behind.sum(axis=0) + behind.sum(axis=1)).argmax())
        kept[worst] = False
        behind[worst, :] = behind[:, worst] = False
    return kept


def _along(points: Points, side: StreetSide, telling: list[int], epsg: int) -> _Along | None:
    """Numbers around one along the axis of their street; None where it stands far from that.

    Parameters
    ----------
    telling : ranks of the numbers that tell by which part of the axis it is: its own, or those of the two known ones
        between which it was computed, whose place tells nothing.
    """
    import shapely

    assert side.axis is not None
    rules, lines = region_rules(), _lines_in(side.axis, epsg)
    across = _projected(side.across, epsg)
    placed = np.asarray(shapely.points([*points, *across]))
    away_m = shapely.distance(lines[:, None], placed[None, :])
    own = int(away_m[:, telling].max(axis=1).argmin())
    near = away_m[own] <= rules.axis_far_m
    if not near[telling].any():
        return None
    line, by_it = lines[own], near & (away_m.argmin(axis=0) == own)
    by_it[telling] = near[telling]
    at_m = shapely.line_locate_point(line, placed)
    hands = hands_of(line, at_m, placed)
    # What was computed repeats what the known numbers say: these alone are heard.
    known = np.array([not _equal_steps(many, place, rules) for many in (points, across) for place in range(len(many))])
    votes = np.where(by_it & known, hands, 0.0)
    votes[len(points) :] *= -1.0
    hand, nowhere = _agreed(votes, rules), np.where(by_it, 1.0, np.nan)[: len(points)]
    far = away_m.min(axis=0)[known] > rules.axis_loose_m
    return _Along(
        line=line,
        along_m=at_m[: len(points)] * nowhere,
        across_m=(away_m[own] * hands)[: len(points)] * nowhere,
        hand=hand,
        is_loose=bool(far.any() and far.mean() > rules.axis_loose_share),
        against_m=at_m[votes * hand < 0],
        bounds_m=_bounds(side.axis, lines, own, at_m[by_it], away_m[own][by_it]) if hand else (-math.inf, math.inf),
    )


def _agreed(votes: NDArray[np.float64], rules: RegionRules) -> int:
    """What most of enough votes say, 1 or -1; 0 where they do not agree."""
    said, total = float(votes.sum()), float(np.abs(votes).sum())
    agreed = total >= rules.axis_votes and abs(said) >= (2 * rules.axis_share - 1) * total
    return int(math.copysign(1, said)) if agreed else 0


def _bounds(
    axis: StreetAxis, lines: NDArray[np.object_], own: int, at_m: NDArray[np.float64], away_m: NDArray[np.float64]
) -> tuple[float, float]:
    """Abscissae of a line of an axis between which the numbers of its street stand; infinite where nothing tells.

    Parameters
    ----------
    own : of the line, among those of the axis.
    at_m, away_m : (n,) of the numbers along it: where these stand beyond an end, it tells nothing.

    Notes
    -----
    Where another street goes by at an end, no number stands across that: two of 1 000 do at Montpellier, four at Bondy.
    """
    import shapely

    line, others = lines[own], np.delete(lines, own)
    outside_m = []
    for end, inside_m in enumerate((at_m, lines[own].length - at_m)):
        point = shapely.get_point(line, -end)
        goes_on = len(others) > 0 and shapely.distance(others, point).min() <= region_rules().unordered_reach_m
        is_crossed = bool(axis.crossed) and axis.crossed[own][end]
        outside_m.append(math.inf if goes_on else _beyond_an_end(inside_m, away_m, is_crossed=is_crossed))
    return -outside_m[0], line.length + outside_m[1]


def _beyond_an_end(inside_m: NDArray[np.float64], away_m: NDArray[np.float64], *, is_crossed: bool) -> float:
    """How far beyond the end of an axis a number may be, less than 0 for before it; infinite where nothing tells.

    Parameters
    ----------
    inside_m, away_m : (n,) of the numbers: before the end, 0 for those beyond it, and from the axis.
    """
    rules = region_rules()
    if is_crossed:
        return -min(rules.axis_corner_m, float(inside_m.min())) if inside_m.min() > 0 else math.inf
    return math.inf if (away_m[inside_m <= 0] > rules.axis_beyond_m).any() else rules.axis_beyond_m


def hands_of(line: LineString, at_m: NDArray[np.float64], placed: NDArray[np.object_]) -> NDArray[np.float64]:
    """(n,) 1 for points on the left of a line, -1 for those on its right."""
    import shapely

    before, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(line, np.clip(at_m + step, 0.0, line.length)))
        for step in (-1.0, 1.0)
    )
    here = shapely.get_coordinates(placed)
    ahead, there = after - before, here - before
    return np.where(ahead[:, 0] * there[:, 1] - ahead[:, 1] * there[:, 0] < 0, -1.0, 1.0)


def _lines_in(axis: StreetAxis, epsg: int) -> NDArray[np.object_]:
    """Lines of an axis in a projected CRS."""
    return np.array([transform_geometry(line, axis.epsg, epsg) for line in axis.lines], dtype=object)


def _prolonged(line: LineString, start_m: float, end_m: float) -> LineString | None:
    """The part of a line between two abscissae, prolonged straight where they lie beyond its ends; None for nothing."""
    import shapely
    from shapely.ops import substring

    inside = substring(line, min(max(start_m, 0.0), line.length), min(max(end_m, 0.0), line.length))
    kept = [(east, north) for east, north in inside.coords]
    if inside.geom_type == "Point":
        kept = kept[:1]
    whole = [(east, north) for east, north in line.coords]
    if start_m < 0:
        kept.insert(0, _beyond(whole[::-1], -start_m))
    if end_m > line.length:
        kept.append(_beyond(whole, end_m - line.length))
    part = shapely.linestrings(kept) if len(kept) > 1 else None
    return part if part is not None and part.length > _APART_M else None
