"""Gaps, holes and slivers of an outline, on shapes that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from town_plans import squares_of, town_of, voronoi_blocks

from geoville.carroyage.grid import union_of_cells
from geoville.perimeters.outlines import close_gaps, drop_slivers, fill_small_holes, pieces_of

NOTHING = shapely.Polygon()


def nothing_foreign(_: shapely.Geometry) -> shapely.Geometry:
    return NOTHING


def test_a_gap_under_the_width_is_closed_and_nothing_else_moves() -> None:
    ground = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(112, 0, 200, 100)])
    closed = close_gaps(ground, 30, nothing_foreign)
    assert shapely.symmetric_difference(closed, shapely.box(0, 0, 200, 100)).area < 1e-3
    assert close_gaps(ground, 10, nothing_foreign) == ground


def test_ground_without_a_gap_comes_back_bit_for_bit() -> None:
    ground = shapely.from_wkt("POLYGON ((0 0, 300 11, 290 90, 120 95, 110 200, 0 190, 0 0))")
    assert close_gaps(ground, 30, nothing_foreign) == ground
    assert drop_slivers(ground, 10) == ground


def test_a_gap_that_is_somebody_elses_stays_open() -> None:
    ground = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(112, 0, 200, 100)])
    foreign = shapely.box(104, 50, 108, 300)
    closed = close_gaps(ground, 30, lambda _: foreign)
    assert shapely.intersection(closed, foreign).area == 0
    assert closed.area == pytest.approx(200 * 100 - 4 * 50, abs=0.1)


@pytest.mark.parametrize(("limit_m2", "holes"), [(399, 2), (400, 1), (900, 0)])
def test_holes_are_filled_up_to_an_area(limit_m2: float, holes: int) -> None:
    ground = shapely.difference(
        shapely.box(0, 0, 100, 100), shapely.union(shapely.box(10, 10, 30, 30), shapely.box(50, 50, 80, 80))
    )
    assert len(shapely.get_rings(fill_small_holes(ground, limit_m2, nothing_foreign))) == 1 + holes


def test_a_neck_between_two_places_is_a_sliver_and_a_corner_is_not() -> None:
    places = shapely.union(shapely.box(0, 0, 100, 100), shapely.box(300, 0, 400, 100))
    assert drop_slivers(shapely.union(places, shapely.box(90, 40, 310, 46)), 10).equals(places)
    triangle = shapely.from_wkt("POLYGON ((0 0, 200 0, 0 90, 0 0))")
    assert drop_slivers(triangle, 10) == triangle


def test_pieces_come_by_population_and_touch_by_a_corner_at_most() -> None:
    ground = shapely.union(shapely.box(0, 0, 10, 10), shapely.box(10, 10, 30, 30))
    assert [piece.people for piece in pieces_of(ground, lambda area: 1 / area.area)] == [1 / 100, 1 / 400]
    assert pieces_of(NOTHING, lambda area: area.area) == []


def test_outlines_that_geos_draws_across_themselves_are_mended() -> None:
    area = union_of_cells(squares_of(town_of(np.zeros(36), np.zeros(36))))
    blocks = shapely.buffer(voronoi_blocks(area, count=20, seed=416), -5.5, join_style="mitre")
    ground = shapely.union_all(blocks[::2])
    closed = close_gaps(ground, 30, nothing_foreign)
    assert closed.is_valid
    assert {part.geom_type for part in shapely.get_parts(closed)} == {"Polygon"}
    assert shapely.difference(ground, closed).area < 1e-6
