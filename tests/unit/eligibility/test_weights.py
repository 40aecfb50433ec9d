"""How much each point that may be a place weighs: less, the farther from where the place is said to be."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.eligibility.decide import check_threshold
from geoville.eligibility.judgement import REGION_WITHIN_M, _weighed_whole, places_in, weighed
from geoville.eligibility.street_region import region_rules
from geoville.errors import InvalidInputError

EAST, NORTH = 619_000.0, 7_096_000.0


def test_a_weight_falls_with_the_distance_on_both_axes() -> None:
    """The shape is wider than high, and the point is not at its centre."""
    shape = shapely.box(EAST, NORTH, EAST + 60, NORTH + 20)
    points, weights = weighed(shape, (EAST + 10, NORTH + 5), 12.0, 0.0)
    away_m = np.array([shapely.Point(EAST + 10, NORTH + 5).distance(shapely.Point(*place)) for place in points])
    held = shapely.contains_xy(shape, points[:, 0], points[:, 1])
    assert held.sum() > 20
    expected = np.exp(-away_m / 12) + region_rules().chance_anywhere
    assert weights[held] == pytest.approx(expected[held] / expected[held].sum())
    assert weights[~held].tolist() == [0.0] * (~held).sum()


def test_a_place_that_is_out_of_its_shape_is_around_it_as_often_as_that_was_measured() -> None:
    shape = shapely.box(EAST, NORTH, EAST + 60, NORTH + 20)
    points, weights = weighed(shape, (EAST + 10, NORTH + 5), 12.0, 0.3)
    away_m = shapely.distance(shape, shapely.points(points))
    assert weights.sum() == pytest.approx(1.0)
    assert weights[away_m > 0].sum() == pytest.approx(0.3)
    within_m = region_rules().missed_within_m
    assert 0.8 * within_m < away_m.max() <= within_m
    west, east = (weights[(away_m > 0) & side].sum() for side in (points[:, 0] < EAST, points[:, 0] > EAST + 60))
    assert west > 2 * east > 0, "the point is at the western end"


def test_the_places_of_a_street_weigh_by_their_distance_to_its_nearest_address() -> None:
    street = shapely.MultiPoint([(EAST, NORTH), (EAST + 100, NORTH + 40)])
    found = _weighed_whole(street, 30.0)
    assert found is not None
    points, weights, power = found
    assert power == 1.0, "any number may be asked as well as another"
    away_m = np.array([min(place.distance(shapely.Point(*at)) for place in street.geoms) for at in points])
    assert away_m.max() > 20
    rules = region_rules()
    assert weights == pytest.approx(np.exp(-away_m / (30 * rules.chance_disc)) + rules.chance_anywhere)


def test_places_known_exactly_or_an_area_weigh_alike_and_what_may_be_far_says_nothing() -> None:
    street = shapely.MultiPoint([(EAST, NORTH), (EAST + 100, NORTH)])
    exactly = _weighed_whole(street, 0.0)
    assert exactly is not None
    assert (len(exactly[0]), exactly[1].tolist()) == (2, [1.0, 1.0])
    town = shapely.box(EAST, NORTH, EAST + 90, NORTH + 90)
    found = _weighed_whole(town, 30.0)
    assert found is not None
    assert found[0].tolist() == places_in(town).tolist()
    assert set(found[1].tolist()) == {1.0}
    assert _weighed_whole(street, REGION_WITHIN_M) is not None
    assert _weighed_whole(street, REGION_WITHIN_M + 1) is None


@pytest.mark.parametrize("threshold", [0.500001, 0.99, 1.0])
def test_a_probability_above_one_half_decides(threshold: float) -> None:
    check_threshold(threshold)


@pytest.mark.parametrize("threshold", [0.0, 0.5, 1.000001, float("nan")])
def test_what_is_no_probability_above_one_half_is_refused(threshold: float) -> None:
    with pytest.raises(InvalidInputError, match="n'est pas une probabilité utile"):
        check_threshold(threshold)
