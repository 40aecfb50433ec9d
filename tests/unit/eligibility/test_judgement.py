"""How a hit becomes a verdict, to the metre, and how what may be the place is weighed: grids drawn by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2020, NORTH, SQUARE, VEILLE, ask, at, qpv

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.judgement import (
    Located,
    _chances_inside,
    period_verdicts,
    places_in,
    sharpened,
    verdict_on,
)
from geoville.model import PerimeterHit, Position, PositionType, StreetSide, VerdictCode


def hit(distance_m: float, accuracy_m: float = 0.0, geometry: shapely.Geometry = SQUARE) -> PerimeterHit:
    return PerimeterHit(replace(qpv(geometry=geometry), accuracy_m=accuracy_m), distance_m, distance_m < 0)


@pytest.mark.parametrize("inside", [-1, 1])
@pytest.mark.parametrize(
    ("distance_m", "position_m", "contour_m", "sure"),
    [
        (20.0, 20.0, 0.0, False),
        (20.0, 19.9, 0.0, True),
        (20.0, 12.0, 8.0, False),
        (20.0, 12.0, 7.9, True),
        (20.0, 0.0, 20.0, False),
        (0.5, 0.4, 0.0, True),
        (0.5, 0.6, 0.0, False),
    ],
)
def test_a_limit_is_too_near_within_both_accuracies_added(inside, distance_m, position_m, contour_m, sure) -> None:
    asked = Located(at(0, 0, accuracy_m=position_m), None, ())
    found = verdict_on(asked, hit(inside * distance_m, contour_m))
    side = VerdictCode.INSIDE if inside < 0 else VerdictCode.OUTSIDE
    assert found is (side if sure else VerdictCode.UNCERTAIN)


def test_an_exact_limit_is_inside_and_what_is_astride_of_it_is_to_be_checked() -> None:
    asked = Located(at(0, 0), None, ())
    on_it = PerimeterHit(qpv(), 0.0, True)
    assert verdict_on(asked, on_it) is VerdictCode.INSIDE
    assert verdict_on(asked, replace(on_it, inside=False)) is VerdictCode.UNCERTAIN
    assert verdict_on(replace(asked, position=at(0, 0, firm=False)), hit(-400.0)) is VerdictCode.UNCERTAIN


def test_nothing_near_is_not_outside() -> None:
    assert verdict_on(Located(at(0, 0), None, ()), None) is VerdictCode.NOT_FOUND


def numbers_across(east_m: float, *, firm: bool = True) -> Position:
    """The middle one of five numbers, computed along 600 m of a street that goes from outside of the square into it."""
    east = east_m + np.array([-300.0, -150.0, 0.0, 150.0, 300.0])
    lon, lat = transform_points(EAST + east, np.full(5, NORTH + 500.0), LAMBERT_93, WGS84)
    points = tuple(zip(lon.tolist(), lat.tolist(), strict=True))
    side = StreetSide(points, ("2", "4", "6", "8", "10"), 2)
    return Position(lon[2], lat[2], "", PositionType.HOUSENUMBER, accuracy_m=15.0, side=side, firm=firm)


@pytest.mark.parametrize(
    ("distance_m", "firm", "asked"), [(300.0, True, True), (300.5, True, False), (300.5, False, True)]
)
def test_the_side_of_the_street_is_asked_within_three_hundred_metres_of_a_limit(distance_m, firm, asked) -> None:
    """The limit crosses the numbers: a hit that is said to be farther is believed where these are not asked."""
    located = Located(numbers_across(0.0, firm=firm), None, ())
    assert verdict_on(located, hit(distance_m)) is (VerdictCode.UNCERTAIN if asked else VerdictCode.OUTSIDE)


@pytest.mark.parametrize(
    ("share", "power", "least", "expected"),
    [
        (0.3, 1.0, 0.01, 0.3),
        (0.75, 2.0, 0.01, 0.9),  # odds of 3, then of 9
        (0.25, 2.0, 0.01, 0.1),
        (1.0, 1.0, 0.01, 0.99),
        (0.0, 1.0, 0.01, 0.01),
        (0.9, 4.0, 0.05, 0.95),  # odds of 6561, but for the least
        (0.1, 4.0, 0.05, 0.05),
    ],
)
def test_a_share_is_sharpened_by_its_odds_and_stays_off_both_ends(share, power, least, expected) -> None:
    assert sharpened(share, power, least) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("size", "step_m", "across", "up"),
    [
        pytest.param((40.0, 40.0), 2.0, 20, 20, id="a twentieth of the side"),
        pytest.param((40.0, 20.0), 2.0, 20, 10, id="of the longer side"),
        pytest.param((20.0, 40.0), 2.0, 10, 20, id="whichever it is"),
        pytest.param((100.0, 3.0), 300 / 103, 34, 1, id="less in a narrow shape"),
        pytest.param((4.0, 4.0), 0.5, 8, 8, id="half a metre at least"),
    ],
)
def test_the_places_of_a_shape_are_those_of_a_grid(size, step_m, across, up) -> None:
    points = places_in(shapely.box(EAST, NORTH, EAST + size[0], NORTH + size[1]))
    assert len(points) == across * up
    corner = (EAST, NORTH)
    assert points[0] - corner == pytest.approx((step_m / 2, step_m / 2), abs=1e-6)
    assert points[-1] - corner == pytest.approx(((across - 0.5) * step_m, (up - 0.5) * step_m), abs=1e-6)


def test_a_shape_between_the_points_of_a_grid_has_one_place_all_the_same() -> None:
    tiny = shapely.box(EAST, NORTH, EAST + 0.2, NORTH + 0.2)
    assert places_in(tiny) == pytest.approx(np.array([[EAST + 0.1, NORTH + 0.1]]), abs=1e-6)
    assert len(places_in(shapely.box(EAST, NORTH, EAST + 0.6, NORTH + 0.6))) == 1


def normal(deviations: float) -> float:
    """Chance that an error of mean 0 is greater than so many standard deviations."""
    return math.erfc(deviations / math.sqrt(2.0)) / 2.0


def test_a_limit_known_to_25_metres_lies_within_three_metres_two_times_of_three() -> None:
    points = np.array([(EAST + east, NORTH + 500.0) for east in (-6.0, -3.0, 0.0, 3.0, 6.0)])
    found = _chances_inside(points, (hit(0.0, 25.0),))
    assert found == pytest.approx([normal(2), normal(1), 0.5, 1 - normal(1), 1 - normal(2)])
    assert (found[1], found[3]) == pytest.approx((0.1587, 0.8413), abs=1e-4)


def test_a_limit_known_to_25_metres_that_is_far_changes_nothing() -> None:
    """The square goes to 1000 m: 500 m from all its sides, no limit is within what is looked at."""
    points = np.array([[EAST + 500.0, NORTH + 500.0], [EAST + 510.0, NORTH + 500.0]])
    assert _chances_inside(points, (hit(-500.0, 25.0),)).tolist() == pytest.approx([1.0, 1.0], abs=1e-12)


def test_a_place_is_held_by_any_perimeter_the_first_of_which_may_be_far() -> None:
    points = np.array([(EAST + 10.0, NORTH + 10.0), (EAST - 10.0, NORTH + 10.0)])
    far = hit(9_000.0, geometry=shapely.box(EAST + 10_000, NORTH, EAST + 11_000, NORTH + 1000))
    beside = hit(10.0, geometry=shapely.box(EAST - 1000, NORTH, EAST - 5, NORTH + 1000))
    assert _chances_inside(points, (far, hit(-10.0), far)).tolist() == [1.0, 0.0]
    assert _chances_inside(points, (hit(-10.0), beside)).tolist() == [1.0, 1.0]
    assert _chances_inside(points, (beside, hit(-10.0))).tolist() == [1.0, 1.0]


def test_a_quarter_of_no_generation_and_an_estimate_make_no_period() -> None:
    asked = (replace(qpv(), generation=None), replace(VEILLE, generation=2015), replace(CANDIDATE, generation=2024))
    answer = ask(at(500, 500), *asked, on=IN_2020)
    assert len(answer.hits) == 3
    assert answer.periods == ()
    assert period_verdicts(Located(at(500, 500), None, answer.hits)) == ()
