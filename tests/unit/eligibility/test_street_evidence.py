"""What the numbers of a street tell of each other, to the metre: lines drawn by hand, and their marks on both sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import shapely
from made_up_actions import EAST, NORTH

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.street_region import (
    Placing,
    StreetRegion,
    _agreed,
    _Along,
    _along,
    _astray,
    _beside,
    _beside_axis,
    _beyond,
    _beyond_an_end,
    _bounds,
    _computed_along,
    _cut,
    _follow_each_other,
    _in_order,
    _line,
    _prolonged,
    _region,
    _run,
    _whole_numbers,
    hands_of,
    is_halfway,
    is_known,
    placing_of,
    region_rules,
    street_region,
)
from geoville.model import StreetAxis, StreetSide, Survey

RULES = region_rules()
SURVEYED, SHUFFLED, COMPUTED = Survey(False, 15.0, True), Survey(False, 20.0, False), Survey(True, 60.0, False)

Points = Sequence[tuple[float, float]]


def in_degrees(points: Points) -> tuple[tuple[float, float], ...]:
    east, north = np.array(points, dtype=float).reshape(-1, 2).T
    lon, lat = transform_points(EAST + east, NORTH + north, LAMBERT_93, WGS84)
    return tuple(zip(lon.tolist(), lat.tolist(), strict=True))


def told(points: Points, rank: int, survey: Survey | None = None) -> StreetSide:
    """Numbers 2, 4, 6… at points in metres."""
    return StreetSide(in_degrees(points), tuple(str(2 * place + 2) for place in range(len(points))), rank, survey)


def drawn(side: StreetSide) -> tuple[StreetRegion, tuple[float, ...]]:
    """Region of a number, and its bounds in metres."""
    region = street_region(side, LAMBERT_93)
    assert region is not None
    return region, tuple(shapely.transform(region.shape, lambda xy: xy - (EAST, NORTH)).bounds)


def near(*metres: float):
    return pytest.approx(metres, abs=0.05)


def east(*eastings: float, north: float = 0.0) -> list[tuple[float, float]]:
    return [(easting, north) for easting in eastings]


IN_ORDER = east(0, 11, 20, 29, 40)
OUT_OF_ORDER = east(0, 29, 20, 11, 40)
"""Never just halfway between two others: steps of 11, 9, 9 and 11 m, whose equal ones are set apart below."""

IN_ORDER[2] = OUT_OF_ORDER[2] = (20.0, 1.0)


@pytest.mark.parametrize(
    ("points", "survey", "bounds", "known", "spread_m"),
    [
        pytest.param(IN_ORDER, None, (-4, -4, 44, 5), ("2", "10"), 0.4 * 12, id="in order: beyond 12 m, to a number"),
        pytest.param(IN_ORDER, SURVEYED, (4, -4, 36, 5), ("2", "10"), 0.4 * 12, id="surveyed: 12 m each way"),
        pytest.param(IN_ORDER, COMPUTED, (-4, -4, 44, 5), ("2", "10"), 0.4 * 12, id="order counts in a computed list"),
        pytest.param(IN_ORDER, SHUFFLED, (-6, -6, 46, 7), ("2", "10"), 0.5 * 20, id="but not in a shifted one"),
        pytest.param(OUT_OF_ORDER, None, (-46, -6, 86, 7), ("2", "10"), 0.5 * 60, id="no order: 60 m each way"),
        pytest.param(OUT_OF_ORDER, COMPUTED, (-46, -6, 86, 7), ("2", "10"), 0.5 * 60, id="what is said of all is not"),
        pytest.param(OUT_OF_ORDER, SHUFFLED, (-6, -6, 46, 7), ("2", "10"), 0.5 * 20, id="as far as this town shows"),
    ],
)
def test_a_region_reaches_as_far_as_its_method_says(points, survey, bounds, known, spread_m) -> None:
    region, found = drawn(told(points, 2, survey))
    assert found == pytest.approx(bounds, abs=0.35)
    assert (region.first, region.last) == known
    assert region.spread_m == pytest.approx(spread_m)
    assert region.point == near(EAST + 20, NORTH + 1)
    assert not region.by_axis


def test_a_surveyed_number_out_of_order_is_where_the_list_puts_it() -> None:
    assert street_region(told(OUT_OF_ORDER, 2, SURVEYED), LAMBERT_93) is None


@pytest.mark.parametrize(
    ("chord_m", "across_m", "spread_m"),
    [(20.0, 8.0, 4.0), (60.0, 8.0, 9.0), (300.0, 30.0, 45.0)],
)
def test_what_lies_between_two_known_numbers_is_as_wide_as_a_bend_may_be(chord_m, across_m, spread_m) -> None:
    points = [(0.0, -30.0), *east(*(chord_m * part for part in (0, 0.25, 0.5, 0.75, 1))), (chord_m, 30.0)]
    region, bounds = drawn(told(points, 2))
    assert region.placing is Placing.INTERPOLATED
    assert bounds == near(-across_m, -across_m, chord_m + across_m, across_m)
    assert region.spread_m == pytest.approx(spread_m)
    assert (region.first, region.last) == ("4", "12")


def test_a_surveyed_number_among_computed_ones_is_in_its_disc() -> None:
    region, bounds = drawn(told([*east(0, 10, 20), (26.0, 9.0), (32.0, 18.0)], 2))
    assert (region.placing, region.first, region.last) == (Placing.ALONE, "4", "8")
    assert bounds == near(5, -15, 35, 15)
    assert region.spread_m == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("points", "rank", "astray"),
    [
        pytest.param([*east(0, 18), (40.0, 41.0), *east(57, 80)], 2, True, id="41 m from the line of its neighbours"),
        pytest.param([*east(0, 18), (40.0, 39.0), *east(57, 80)], 2, False, id="39 m"),
        pytest.param([*east(18), (40.0, 41.0), *east(57, 80)], 1, True, id="the second number"),
        pytest.param([*east(0, 18), (40.0, 41.0), *east(57)], 2, True, id="the last but one"),
        pytest.param([*east(0, 18), (70.0, 60.0), *east(117, 140)], 2, True, id="these are 99 m apart"),
        pytest.param([*east(0, 18), (70.0, 60.0), *east(120, 140)], 2, False, id="these are 102 m apart"),
        pytest.param(east(0, 70, 85, 95), 0, False, id="the first has one neighbour, which the last one is not"),
        pytest.param(east(0, 10, 25, 95), 3, False, id="nor has the last two"),
    ],
)
def test_a_number_is_astray_where_it_is_far_from_between_two_near_neighbours(points, rank, astray) -> None:
    region = street_region(told(points, rank, SURVEYED), LAMBERT_93)
    assert (region is not None and region.placing is Placing.ASTRAY) is astray
    if region is not None and astray:
        assert (region.first, region.last, region.spread_m) == (str(2 * rank), str(2 * rank + 4), 60.0)
        shape = shapely.transform(region.shape, lambda xy: xy - (EAST, NORTH))
        assert shape.distance(shapely.Point(points[rank]).buffer(14.9)) == 0
        line = shapely.LineString(points[rank - 1 : rank + 2])
        assert shape.hausdorff_distance(line.buffer(4).union(shapely.Point(points[rank]).buffer(15))) < 0.2


@pytest.mark.parametrize(("away_m", "apart_m", "astray"), [(41, 100, True), (40, 100, False), (41, 101, False)])
def test_to_be_astray_has_marks_to_the_metre(away_m: float, apart_m: float, astray: bool) -> None:
    points = [(0.0, 0.0), (apart_m / 2, away_m), (apart_m, 0.0)]
    assert (_astray(points, told(points, 1), RULES) is not None) is astray


SOUTHWEST = [(100.0 - 30 * step, 80.0 - 40 * step) for step in (0, 0.35, 1.0, 1.55, 2.0)]


@pytest.mark.parametrize(
    ("points", "rank", "placing"),
    [
        pytest.param([(5, 0), (5, 18), (6, 40), (5, 57)], 1, Placing.ORDERED, id="northward"),
        pytest.param([(5, 0), (5, 40), (6, 18), (5, 57)], 1, Placing.UNORDERED, id="northward, out of order"),
        pytest.param(SOUTHWEST, 2, Placing.ORDERED, id="south-westward"),
        pytest.param([SOUTHWEST[place] for place in (0, 2, 1, 3, 4)], 2, Placing.UNORDERED, id="and out of order"),
        pytest.param(east(0, 18, 41), 1, Placing.ORDERED, id="three numbers are enough"),
        pytest.param(east(0, 10, 9.5, 40), 1, Placing.ORDERED, id="half a metre back"),
        pytest.param(east(0, 10, 9, 40), 1, Placing.UNORDERED, id="a metre back"),
        pytest.param([(0, 0), (0, 15), (7, 9), (-5, 3), (0.3, 0.3)], 2, Placing.UNORDERED, id="a loop: 0.4 m apart"),
        pytest.param([(0, 0), (1, 15), (0.4, 0.4)], 1, Placing.UNORDERED, id="a loop that is 0.6 m open"),
        pytest.param(east(90, 0, 18, 41, 60), 3, Placing.ORDERED, id="two numbers each way"),
        pytest.param(east(0, 18, 41, 57, 20), 1, Placing.ORDERED, id="no more ahead"),
        pytest.param(east(30, 0, 18, 41, 57), 2, Placing.UNORDERED, id="and no less"),
        pytest.param(east(0, 7, 17, 27), 1, Placing.INTERPOLATED, id="what was computed begins after it"),
        pytest.param(east(0, 7, 17, 27), 0, Placing.ORDERED, id="or one farther"),
        pytest.param(east(0, 10, 20, 27), 2, Placing.INTERPOLATED, id="it ends before it"),
        pytest.param(east(0, 10, 20, 27), 3, Placing.ORDERED, id="or one before that"),
        pytest.param(east(0, 10, 23, -10), 0, Placing.ORDERED, id="the first is between nobody"),
        pytest.param(east(47, 0, 10, 23), 3, Placing.ORDERED, id="nor is the last"),
    ],
)
def test_positions_show_their_order_whichever_way_the_street_goes(points, rank, placing) -> None:
    assert placing_of(points, rank, RULES) is placing


@pytest.mark.parametrize(("gap_m", "halfway"), [(0.29, True), (0.31, False), (-0.29, True), (-0.31, False)])
def test_halfway_is_to_the_rounding_of_published_coordinates(gap_m: float, halfway: bool) -> None:
    assert is_halfway((3, 7), (10, 9), (17 + gap_m, 11), 0.3) is halfway
    assert is_halfway((3, 7), (10, 9), (17, 11 + gap_m), 0.3) is halfway
    assert not is_halfway((0, 0), (1, 0), (3, 0), 1)


BENT = [*east(0, 10, 20), (25.0, 8.0), (25.0, 18.0), (25.0, 28.0)]
"""Computed along a bend, which the steps of the two numbers around it break."""


@pytest.mark.parametrize(
    ("points", "rank", "run"),
    [
        (east(0, 7, 17, 27, 37, 40), 2, (1, 4)),
        (east(0, 7, 17, 27, 37, 40), 3, (1, 4)),
        (east(0, 10, 20, 30), 1, (0, 3)),
        (east(0, 10, 20, 30), 2, (0, 3)),
        (BENT, 1, (0, 2)),
        (BENT, 2, (0, 2)),
        (BENT, 3, (3, 5)),
        (BENT, 4, (3, 5)),
    ],
)
def test_computed_numbers_are_between_the_nearest_known_ones(points: Points, rank: int, run: tuple[int, int]) -> None:
    assert _run(points, rank, RULES) == run


@pytest.mark.parametrize(
    ("points", "known"),
    [
        pytest.param(east(0, 10, 20), {0, 2}, id="the two ends"),
        pytest.param(east(0, 7, 17, 27), {1, 3}, id="the first of three"),
        pytest.param([*east(0, 7, 17, 27), (33.0, 9.0), (39.0, 18.0), (40.0, 30.0)], {1, 3, 5}, id="a corner"),
        pytest.param(BENT, {0, 5}, id="neither number around a bend"),
        pytest.param(east(0, 7, 16, 27, 38), {4}, id="nor one beside others that are not computed"),
    ],
)
def test_what_is_known_breaks_the_steps_of_all_that_is_computed_beside_it(points: Points, known: set[int]) -> None:
    asked = [rank for rank in range(len(points)) if placing_of(points, rank, RULES) is Placing.INTERPOLATED]
    assert {rank for rank in asked if is_known(points, rank, RULES)} == known


def test_house_numbers_are_read_without_their_repetitions() -> None:
    assert _whole_numbers(["4", "12bis", "103 ter", "7B2"]) == [4, 12, 103, 7]


@pytest.mark.parametrize(
    ("step_m", "between", "follow"),
    [
        (100.0, 2, True),
        (100.5, 2, False),
        (200.0, 170, True),
        (200.0, 230, True),
        (200.0, 169, False),
        (200.0, 231, False),
    ],
)
def test_numbers_follow_each_other_to_a_hundred_metres_or_as_far_as_they_count(step_m, between, follow) -> None:
    assert _follow_each_other(step_m, between, RULES) is follow


def test_a_number_alone_has_no_line() -> None:
    assert _line([(0.0, 0.0)], [2], 0, 15.0, RULES) is None


def test_a_number_between_two_that_are_past_the_reach_is_prolonged_nowhere() -> None:
    points = [(0.0, 0.0), (15.0, 0.0), (30.0, 0.0)]
    assert _line(points, [2, 4, 6], 1, 15.0, RULES) == (points, 0, 2)
    assert _line(points, [2, 4, 6], 1, 15.5, RULES) == ([(-0.5, 0.0), *points, (30.5, 0.0)], 0, 2)


def test_a_line_that_is_cut_at_its_corners_has_each_once() -> None:
    line = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert _cut(line, (10.0, 0.0), 10.0) == line[:3]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param([(0.0, 0.0), (12.0, 1.0), (12.0, 9.0)], (16.0, 12.0), id="a last step of 8 m tells no direction"),
        pytest.param([(0.0, 0.0), (12.0, 0.0), (12.0, 9.0)], (12.0, 14.0), id="one of 9 m does"),
        pytest.param([(0.0, 0.0), (3.0, 4.0)], (6.0, 8.0), id="nor is there another one"),
        pytest.param([(3.0, 3.0), (3.0, 3.0)], (3.0, 3.0), id="no direction at all"),
    ],
)
def test_the_end_of_a_line_is_prolonged_along_its_last_metres(line: list[tuple[float, float]], expected) -> None:
    assert _beyond(line, 5.0) == pytest.approx(expected)


@pytest.mark.parametrize(("rank", "expected"), [(0, (0, 1)), (2, (1, 3)), (4, (3, 4))])
def test_a_number_is_told_between_the_two_beside_it(rank: int, expected: tuple[int, int]) -> None:
    assert _beside(IN_ORDER, rank) == expected


# --- Evidence along an axis, by hand

STREET = shapely.LineString([(0, 0), (100, 0)])


def along(hand: int = 1, *, loose: bool = False, against: Sequence[float] = (), bounds=(-math.inf, math.inf)) -> _Along:
    return _Along(STREET, np.empty(0), np.empty(0), hand, loose, np.array(against, dtype=float), bounds)


@pytest.mark.parametrize("hand", [1, -1])
@pytest.mark.parametrize(
    ("away_m", "loose", "against", "sure"),
    [
        pytest.param(-4.0, False, (), True, id="4 m across: as far as a number is misplaced"),
        pytest.param(-4.1, False, (), False, id="farther across"),
        pytest.param(4.0, False, (50.0,), True, id="others are across, and it is 4 m on its side"),
        pytest.param(3.9, False, (50.0,), False, id="and it is nearer"),
        pytest.param(3.9, True, (), False, id="the list strays from the axis"),
        pytest.param(4.0, True, (), True, id="and it is 4 m away"),
    ],
)
def test_a_number_keeps_to_its_side_as_far_as_it_may_be_misplaced(hand, away_m, loose, against, sure) -> None:
    assert along(hand, loose=loose, against=against).hand_of(away_m * hand) == (hand if sure else 0)


@pytest.mark.parametrize("hand", [1, -1])
@pytest.mark.parametrize(
    ("away_m", "against", "sure"),
    [
        pytest.param((1.0, 6.0), (), True, id="both a metre away at least"),
        pytest.param((0.9, 6.0), (), False, id="one is nearer"),
        pytest.param((6.0, 6.0), (20.0, 80.0), True, id="20 m before and after"),
        pytest.param((6.0, 6.0), (20.1,), False, id="nearer before"),
        pytest.param((6.0, 6.0), (79.9,), False, id="nearer after"),
        pytest.param((6.0, 6.0), (50.0,), False, id="between"),
    ],
)
def test_what_was_computed_keeps_to_the_side_of_two_that_nothing_contradicts(hand, away_m, against, sure) -> None:
    found = along(hand, against=against).hand_between(np.array([40.0, 60.0]), np.array(away_m) * hand)
    assert found == (hand if sure else 0)
    assert along(hand, loose=True).hand_between(np.array([40.0, 60.0]), np.array([6.0, 6.0]) * hand) == 0


@pytest.mark.parametrize(
    ("reach_m", "across_m", "hand", "limits", "expected"),
    [
        ((20, 40), (3, 9), 1, None, (20, 3, 40, 9)),
        ((20, 40), (-9, -3), -1, None, (20, -9, 40, -3)),
        ((20, 40), (-2, 5), 1, None, (20, 1, 40, 5)),
        ((20, 40), (-3, -2), 1, None, (20, 1, 40, 1.5)),
        ((20, 40), (-2, 5), 0, None, (20, -5, 40, 5)),
        ((20, 40), (-7, -2), 0, None, (20, -7, 40, 7)),
        ((20, 40), (0, 0), 0, None, (20, -0.5, 40, 0.5)),
        ((-10, 110), (3, 9), 1, None, (-10, 3, 110, 9)),
        ((-10, 110), (3, 9), 1, (5, 98), (5, 3, 98, 9)),
        ((20, 40), (3, 9), 1, (5, 98), (20, 3, 40, 9)),
    ],
)
def test_a_strip_lies_along_the_axis_between_two_places_and_two_distances(
    reach_m, across_m, hand, limits, expected
) -> None:
    strip = along(bounds=limits or (-math.inf, math.inf)).strip(reach_m, across_m, hand)
    assert strip is not None
    assert strip.bounds == pytest.approx(expected, abs=1e-6)
    (west, south, east_end, north) = expected
    assert strip.area == pytest.approx((east_end - west) * (north - south), rel=1e-6)


@pytest.mark.parametrize("limits", [(-20.0, 20.0), (40.0, 100.0), (60.0, 120.0)])
def test_nothing_lies_beyond_where_the_numbers_of_the_street_stand(limits: tuple[float, float]) -> None:
    assert along(bounds=limits).strip((20, 40), (3, 9), 1) is None


def test_nothing_shorter_than_half_a_metre_is_a_part_of_a_line() -> None:
    assert _prolonged(STREET, 20.0, 20.5) is None
    assert _prolonged(STREET, 20.0, 20.6) is not None


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ((1, 1, 1), 1),
        ((-1, -1, -1), -1),
        ((1, 1), 0),
        ((0, 0, 0, 0), 0),
        ((1, 1, 1, 1, 1, 1, -1), 1),  # 86 %
        ((1, 1, 1, 1, 1, -1), 0),  # 83 %
        ((-1, -1, -1, -1, -1, -1, 1, 0, 0), -1),
        ((-1, -1, -1, -1, -1, 1), 0),
        ((1, 1, -1, -1), 0),
    ],
)
def test_a_side_wants_three_votes_and_most_of_them(votes: tuple[int, ...], expected: int) -> None:
    assert _agreed(np.array(votes, dtype=float), RULES) == expected


@pytest.mark.parametrize(
    ("inside_m", "away_m", "crossed", "expected"),
    [
        ((9, 5), (6, 6), True, -2.0),
        ((9, 1.5), (6, 6), True, -1.5),
        ((9, 0), (6, 6), True, math.inf),
        ((9, 0), (6, 15), False, 15.0),
        ((9, 0), (6, 15.1), False, math.inf),
        ((9, 0.1), (6, 29), False, 15.0),
        ((9, 0), (29, 6), False, 15.0),
    ],
)
def test_numbers_go_beyond_the_end_of_an_axis_by_a_little_or_nobody_knows(inside_m, away_m, crossed, expected) -> None:
    found = _beyond_an_end(np.array(inside_m, dtype=float), np.array(away_m, dtype=float), is_crossed=crossed)
    assert found == expected


@pytest.mark.parametrize(
    ("at_m", "most_m", "kept"),
    [
        ((0, 10, 5, 20), 5, (1, 1, 1, 1)),
        ((0, 10, 4, 20), 5, (1, 0, 1, 1)),  # of two that contradict each other alone, the first
        ((0, 50, 10, 20, 30), 5, (1, 0, 1, 1, 1)),
        ((20, 30, 40, 0, 50), 5, (1, 1, 1, 0, 1)),
        ((40, 10, 20, 0, 30), 5, (0, 1, 1, 0, 1)),
    ],
)
def test_numbers_that_contradict_most_others_are_left_out(at_m, most_m, kept) -> None:
    assert _in_order(np.array(at_m, dtype=float), most_m).tolist() == [bool(one) for one in kept]


# --- Along an axis that runs east from the corner of the town, 0 to 400 m


def beside_axis(
    points: Points,
    rank: int,
    survey: Survey,
    facing: Points = east(150, 170, 190, 210, north=-6.0),  # noqa: B008 - never changed
    lines: Sequence[Points] = (((0, 0), (400, 0)),),
) -> StreetSide:
    drawings = tuple(shapely.LineString([(EAST + x, NORTH + y) for x, y in line]) for line in lines)
    axis = StreetAxis(drawings, LAMBERT_93)
    return replace(told(points, rank, survey), axis=axis, across=in_degrees(facing) if len(facing) else ())


WESTWARD = (((400, 0), (0, 0)),)


@pytest.mark.parametrize("lines", [(((0, 0), (400, 0)),), WESTWARD])
def test_a_known_number_among_computed_ones_keeps_to_its_side_of_the_axis(lines) -> None:
    points = [(140.0, 6.0), (150.0, 6.0), (160.0, 6.0), (166.0, 7.0), (172.0, 8.0)]
    region, bounds = drawn(beside_axis(points, 2, COMPUTED, lines=lines))
    assert (region.placing, region.first, region.last, region.by_axis) == (Placing.ORDERED, "4", "8", True)
    assert bounds == near(148, 2, 172, 10)
    assert region.shape.area == pytest.approx(24 * 8, rel=1e-3), "all that lies there, not a disc of it"
    assert region.spread_m == pytest.approx(4.8)


@pytest.mark.parametrize(
    ("north", "facing", "told_by_axis"),
    [
        pytest.param(6.0, east(150, 170, north=-6.0), True, id="three votes with its own"),
        pytest.param(6.0, east(150, north=-6.0), False, id="two votes say nothing"),
        pytest.param(16.0, east(150, north=-6.0), False, id="however far it stands from the axis"),
        pytest.param(30.0, east(150, 170, north=-6.0), True, id="30 m from the axis"),
        pytest.param(31.0, east(150, 170, north=-6.0), False, id="31 m from it"),
        pytest.param(-6.0, east(150, 170, 180, 190, 200, 210, north=-6.0), False, id="with those of the other parity"),
    ],
)
def test_a_lone_surveyed_number_wants_others_to_tell_its_side(north, facing, told_by_axis) -> None:
    region = street_region(beside_axis([(160.0, north)], 0, SURVEYED, facing), LAMBERT_93)
    assert (region is not None) is told_by_axis
    if region is not None:
        assert (region.placing, region.first, region.last) == (Placing.ALONE, "2", "2")
        assert region.spread_m == pytest.approx(7.5)
        disc = shapely.Point(EAST + 160, NORTH + north).buffer(15.01)
        assert disc.covers(region.shape)


def test_a_surveyed_number_astray_or_in_order_is_not_told_by_the_axis() -> None:
    astray = [(140.0, 6.0), (151.0, 6.0), (160.0, 48.0), (171.0, 6.0), (180.0, 6.0)]
    for points, placing in ((astray, Placing.ASTRAY), ([*astray[:2], (160.0, 7.0), *astray[3:]], Placing.ORDERED)):
        region, _ = drawn(beside_axis(points, 2, SURVEYED, lines=(((0, 0), (400, 0)), ((0, 50), (400, 50)))))
        assert region.placing is placing
        assert not region.by_axis


def test_a_surveyed_number_out_of_order_and_astray_is_at_either_place_though_its_axis_is_near() -> None:
    points = [(140.0, 6.0), (171.0, 6.0), (160.0, 48.0), (151.0, 6.0), (180.0, 6.0)]
    assert placing_of(points, 2, RULES) is Placing.UNORDERED
    facing = [*east(150, 155, north=44.0), *east(150, 170, north=-6.0)]
    region, _ = drawn(beside_axis(points, 2, SURVEYED, facing, lines=(((0, 0), (400, 0)), ((0, 46), (400, 46)))))
    assert region.placing is Placing.ASTRAY


@pytest.mark.parametrize(
    ("across_at", "south"),
    [
        pytest.param(12, -6.0, id="the twelfth number after it is across: it may be too"),
        pytest.param(13, 1.0, id="the thirteenth is not heard"),
    ],
)
@pytest.mark.parametrize("lines", [(((0, 0), (400, 0)),), WESTWARD])
@pytest.mark.parametrize("back", [False, True])
def test_twelve_numbers_each_way_tell_a_side(across_at: int, south: float, lines, back: bool) -> None:
    at = [20.0 + 13 * place + place % 2 for place in range(14)]
    points = [(easting, -6.0 if place == across_at else 2.0) for place, easting in enumerate(at)]
    if back:
        points = points[::-1]
    rank = len(points) - 1 if back else 0
    _, bounds = drawn(beside_axis(points, rank, SHUFFLED, (), lines))
    assert bounds[1] == pytest.approx(south, abs=0.05)
    assert bounds[3] == pytest.approx(6.0, abs=0.05)


def test_numbers_by_another_part_of_the_axis_are_not_heard() -> None:
    lines = (((0, 0), (200, 0)), ((200, 60), (0, 60)))
    points = [(100.0, 66.0), (111.0, 66.0), (120.0, 66.0), (100.0, 6.0), (109.0, 6.0), (120.0, 6.0)]
    facing = east(95, 105, 115, 125, north=-6.0)
    _, bounds = drawn(beside_axis(points, 4, SHUFFLED, facing, lines))
    # Its two neighbours let it anywhere within 20 m; those by the other part, where they are, would not.
    assert bounds == near(109 - 20 - 1, 2, 109 + 20 + 1, 10)


@pytest.mark.parametrize(
    ("strays", "sure"),
    [
        pytest.param(2, True, id="a quarter of the known numbers strays from the axis"),
        pytest.param(3, False, id="more"),
    ],
)
def test_a_list_that_strays_from_the_axis_tells_less(strays: int, sure: bool) -> None:
    at = (150.0, 157.0, 166.0, 172.0, 182.0, 187.0, 197.0)  # at no equal steps: all are known
    facing = [(easting, -25.0 if place < strays else -6.0) for place, easting in enumerate(at)]
    region, bounds = drawn(beside_axis([(160.0, 2.0)], 0, SHUFFLED, facing))
    assert region.placing is Placing.UNORDERED
    assert (bounds[1] == pytest.approx(1.0, abs=0.05)) is sure


@pytest.mark.parametrize("start", [False, True])
@pytest.mark.parametrize(
    ("crossed", "last", "end"),
    [((), 390.0, 415.0), (((True, True),), 390.0, 398.0), (((True, True),), 399.0, 399.0)],
)
def test_numbers_stop_at_either_end_of_their_street(start: bool, crossed, last: float, end: float) -> None:
    at = [330.0, 341.0, 386.0, last]
    points = east(*((400 - easting if start else easting) for easting in at), north=6.0)
    side = beside_axis(points, 2, Survey(False, 60.0, False))
    assert side.axis is not None
    _, bounds = drawn(replace(side, axis=replace(side.axis, crossed=crossed)))
    assert (400 - bounds[0] if start else bounds[2]) == pytest.approx(end, abs=0.05)


@pytest.mark.parametrize(
    ("survey", "south"),
    [
        pytest.param(None, 2.0, id="twelve numbers each way: all on the north side"),
        pytest.param(COMPUTED, -10.0, id="thirty in a computed list, where few are known: most are on the south side"),
    ],
)
def test_more_numbers_are_heard_where_most_were_computed(survey: Survey | None, south: float) -> None:
    before = east(10, 17, 26, 32, 43, 50, 61, 70, north=-6.0)
    after = east(330, 339, 345, 356, 363, 374, 383, 390, north=-6.0)
    run = east(77, 91, *range(100, 310, 10), 309, 323, north=6.0)
    side = beside_axis([*before, *run, *after], 20, COMPUTED, ())
    region, bounds = drawn(replace(side, survey=survey))
    assert (region.placing, region.by_axis) == (Placing.INTERPOLATED, True)
    assert bounds == near(98, south, 302, 10)


HAIRPIN = (((0, 0), (100, 0), (100, 40), (0, 40)),)
"""A street that comes back 40 m farther north."""


@pytest.mark.parametrize(
    ("easting", "by_axis"),
    [
        pytest.param(90.0, True, id="60 m along the street between numbers 28 m apart"),
        pytest.param(60.0, False, id="120 m: over 1.6 times as far, and 30 m"),
    ],
)
def test_an_axis_that_makes_a_detour_does_not_link_two_known_numbers(easting: float, by_axis: bool) -> None:
    points = [(easting, north) for north in (6.0, 13.0, 20.0, 27.0, 34.0)]
    region, _ = drawn(beside_axis(points, 2, COMPUTED, (), HAIRPIN))
    assert (region.placing, region.by_axis) == (Placing.INTERPOLATED, by_axis)


def test_an_axis_does_not_link_numbers_that_stand_by_two_parts_of_it() -> None:
    points = [(50.0 + 25 * step, 6.0 + 10 * step) for step in range(5)]
    region, _ = drawn(beside_axis(points, 2, COMPUTED, (), (((0, 0), (200, 0)), ((0, 50), (200, 50)))))
    assert (region.placing, region.by_axis) == (Placing.INTERPOLATED, False)


def test_what_was_computed_is_as_far_from_the_axis_as_either_known_number() -> None:
    points = [(100.0 + 50 * step, 6.0 + 2 * step) for step in range(5)]
    region, bounds = drawn(beside_axis(points, 2, COMPUTED))
    assert bounds == near(100 - 8, 2, 300 + 8, 18)  # 8 m from one distance to the other: so much farther at both ends
    assert region.spread_m == pytest.approx(0.15 * math.hypot(200, 8), abs=1e-3)
    short = [(100.0 + 5 * step, 6.0) for step in range(5)]
    assert drawn(beside_axis(short, 2, COMPUTED))[0].spread_m == pytest.approx(4.0)


@pytest.mark.parametrize(("north", "told_by_axis"), [(6.0, True), (3.0, False)])
def test_a_known_number_far_enough_from_the_axis_tells_its_own_side(north: float, told_by_axis: bool) -> None:
    """Those of the other parity stand on the same side: nothing else tells it."""
    points = [(140.0, north), (150.0, north), (160.0, north), (166.0, north + 1), (172.0, north + 2)]
    region, bounds = drawn(beside_axis(points, 2, COMPUTED, east(150, 170, 190, 210, north=6.0)))
    assert region.placing is (Placing.ORDERED if told_by_axis else Placing.ALONE)
    assert region.by_axis is told_by_axis
    if told_by_axis:
        assert bounds == near(148, 2, 172, 10)


@pytest.mark.parametrize("lines", [(((0, 0), (400, 0)),), WESTWARD])
@pytest.mark.parametrize(
    ("at", "rank", "west", "east_end"),
    [
        pytest.param((100, 130), 0, 100 - 20, 100 + 20, id="two numbers tell no order that they do not keep"),
        pytest.param((100, 135, 150), 1, 135 - 20, 135 + 20, id="three in order"),
        pytest.param((100, 150, 120), 1, 150 - 20, 120 + 22, id="the next one stands behind"),
        pytest.param((100, 140, 100.9), 1, 140 - 20, 100.9 + 22, id="far behind: the street hardly goes on"),
        pytest.param((150, 120, 170), 1, 150 - 22, 120 + 20, id="the one before stands ahead"),
    ],
)
def test_numbers_hold_each_other_whichever_way_the_axis_is_drawn(lines, at, rank, west, east_end) -> None:
    region, bounds = drawn(beside_axis(east(*at, north=6.0), rank, SHUFFLED, lines=lines))
    assert region.placing is Placing.UNORDERED
    assert bounds == near(west - 1, 2, east_end + 1, 10)
    assert region.spread_m == pytest.approx(10.0)


def test_a_number_that_contradicts_most_others_is_told_nothing_by_the_axis() -> None:
    points = [*east(100, 130, north=6.0), (230.0, 6.0), *east(160, 190, 220, north=6.0)]
    region, _ = drawn(beside_axis(points, 2, SHUFFLED))
    assert not region.by_axis


@pytest.mark.parametrize(("following", "by_axis"), [(119.0, True), (117.0, False)])
def test_two_numbers_contradict_each_other_beyond_twice_what_each_may_be_off(following: float, by_axis: bool) -> None:
    """20 m each and 2 m: 41 m behind, both may be right, this one 20 m behind where it is said; 43 m, they cannot."""
    side = beside_axis(east(100, 160, following, 180, 200, north=6.0), 1, SHUFFLED)
    region, bounds = drawn(side)
    assert region.by_axis is by_axis
    if by_axis:
        assert bounds == near(160 - 20 - 1, 2, following + 22 + 1, 10)


@pytest.mark.parametrize(("away_m", "told_by_axis"), [(4.0, True), (-4.0, True), (3.99, False), (-3.99, False)])
def test_a_number_tells_its_own_side_from_as_far_as_it_may_be_misplaced(away_m: float, told_by_axis: bool) -> None:
    alone = replace(along(0), along_m=np.array([50.0]), across_m=np.array([away_m]))
    side = told([(0.0, 0.0)], 0)
    region = _beside_axis(alone, [(0.0, 0.0)], side, 0, Placing.ORDERED, 12.0)
    assert (region is not None) is told_by_axis


@pytest.mark.parametrize(("along_m", "linked"), [(62.0, True), (62.1, False), (math.nan, False)])
def test_an_axis_links_two_numbers_that_it_leads_to_without_a_detour(along_m: float, linked: bool) -> None:
    """Twenty metres apart: 1.6 times as far, and 30 m."""
    both = replace(along(1), along_m=np.array([0.0, along_m]), across_m=np.array([6.0, 6.0]))
    points = [(0.0, 0.0), (20.0, 0.0)]
    assert (_computed_along(both, points, told(points, 0), (0, 1), 0) is not None) is linked


def test_what_is_nothing_is_no_region() -> None:
    points = [(0.0, 0.0)]
    for shape in (None, shapely.Polygon()):
        assert _region(shape, Placing.ALONE, points, told(points, 0), (0, 0), 1.0) is None


def test_numbers_are_along_the_axis_that_is_nearest_to_them_up_to_thirty_metres() -> None:
    lines = (shapely.LineString([(0, 0), (400, 0)]), shapely.LineString([(0, 40), (400, 40)]))
    points = [(50.0, 6.0), (60.0, 30.0), (70.0, -30.0), (80.0, -30.5)]
    side = replace(told(points, 0), axis=StreetAxis(lines, LAMBERT_93))
    found = _along(points, side, [0], LAMBERT_93)
    assert found is not None
    assert found.along_m == pytest.approx([50.0, math.nan, 70.0, math.nan], nan_ok=True)
    assert found.across_m == pytest.approx([6.0, math.nan, -30.0, math.nan], nan_ok=True)
    assert found.against_m.tolist() == []
    assert _along(points, side, [2], LAMBERT_93) is not None
    assert _along(points, side, [3], LAMBERT_93) is None
    assert _along(points, side, [0, 3], LAMBERT_93) is not None, "one of the two known numbers stands by it"
    between = _along(points, side, [0, 1], LAMBERT_93)
    assert between is not None
    assert between.along_m[:2] == pytest.approx([50.0, 60.0]), "both stand by one part, though another is nearer"


def test_numbers_across_from_most_of_their_parity_are_told() -> None:
    """Five on the left, one of them as far as a list may stray, and one on the right; then three more on the left."""
    points = [*east(10, 17, 26, 32, north=6.0), (43.0, 20.0), (50.0, -6.0)]
    side = replace(told(points, 0), axis=StreetAxis((STREET,), LAMBERT_93))
    found = _along(points, side, [0], LAMBERT_93)
    assert found is not None
    assert (found.hand, found.is_loose, found.against_m.tolist()) == (0, False, [])
    more = [*points, *east(61, 70, 77, north=6.0)]
    found = _along(more, replace(side, points=in_degrees(more), numbers=("2",) * len(more)), [0], LAMBERT_93)
    assert found is not None
    assert (found.hand, found.is_loose, found.against_m.tolist()) == (1, False, [50.0])


@pytest.mark.parametrize(("gap_m", "end"), [(60.0, math.inf), (60.5, 100.0 + 15.0)])
def test_an_axis_goes_on_where_another_part_of_it_begins_within_sixty_metres_of_its_end(gap_m, end) -> None:
    """Another part that passes amid it says nothing of its ends."""
    lines = [
        shapely.LineString([(0, 0), (50, 0), (100, 0)]),
        shapely.LineString([(100 + gap_m, 0), (300, 0)]),
        shapely.LineString([(50, 200), (50, 61), (51, 200)]),
    ]
    axis = StreetAxis(tuple(lines), LAMBERT_93)
    found = _bounds(axis, np.array(lines), 0, np.array([10.0, 90.0]), np.array([6.0, 6.0]))
    assert found == (-15.0, end)


def test_a_side_is_that_of_the_metre_before_and_the_metre_after() -> None:
    """One metre from a corner to the left; on the line counts as left."""
    line = shapely.LineString([(0, 0), (10, 0), (10, 10)])
    placed = shapely.points([(9.9, 1.0), (10.1, 1.0), (9.5, 0.1), (9.5, -0.1), (5.0, 0.0)])
    assert hands_of(line, np.array([11.0, 11.0, 9.0, 9.0, 5.0]), placed).tolist() == [1.0, -1.0, 1.0, -1.0, 1.0]


@pytest.mark.parametrize("ends", [(0.0, 40.0), (0.5, 40.0), (60.0, 100.0), (0.0, 100.0)])
def test_a_part_that_ends_where_its_line_does_is_not_prolonged(ends: tuple[float, float]) -> None:
    found = _prolonged(STREET, *ends)
    assert found is not None
    assert list(found.coords) == [(ends[0], 0.0), (ends[1], 0.0)]


@pytest.mark.parametrize(("north", "is_loose"), [(20.0, False), (20.5, True)])
def test_a_list_strays_from_an_axis_beyond_twenty_metres(north: float, is_loose: bool) -> None:
    points = [(10.0, north), (17.0, north), (26.0, 6.0), (32.0, 6.0)]
    found = _along(points, replace(told(points, 2), axis=StreetAxis((STREET,), LAMBERT_93)), [2], LAMBERT_93)
    assert found is not None
    assert found.is_loose is is_loose
