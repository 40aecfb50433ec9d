"""Shares of areas, lengths and points inside perimeters."""

from __future__ import annotations

import pytest
import shapely

from geoville.eligibility.judgement import part_inside, share_of

QUARTER = shapely.box(0, 0, 10, 10)


@pytest.mark.parametrize(
    ("shape", "share"),
    [
        (shapely.box(5, 0, 15, 10), 1 / 2),
        (shapely.LineString([(5, 5), (25, 5)]), 1 / 4),
        (shapely.MultiPoint([(5, 5), (5, 5), (20, 5)]), 2 / 3),  # two addresses may be at one point: they count for two
        (shapely.MultiPoint([(10, 10), (11, 11)]), 1 / 2),
        (shapely.box(20, 20, 30, 30), 0),
        (QUARTER, 1),
    ],
)
def test_a_share_is_that_of_areas_of_lengths_or_of_points(shape: shapely.Geometry, share: float) -> None:
    assert share_of(part_inside(shape, [QUARTER, shapely.box(0, 0, 5, 5)]), shape) == pytest.approx(share)
