"""Gaps, holes and slivers of an outline, on shapes that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from town_plans import squares_of, town_of, voronoi_blocks

from geoville.carroyage.grid import union_of_cells
from geoville.perimeters.outlines import (
    close_gaps,
    drop_slivers,
    fill_small_holes,
    pieces_of,
    polygons_of,
    split_slivers,
)

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


TWO_PARTS = {
    gap: shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(100 + gap, 0, 200, 100)])
    for gap in (0.001, 0.01, 29.9, 30.1)
}


@pytest.mark.parametrize(("gap", "is_closed"), [(0.001, False), (0.01, True), (29.9, True), (30.1, False)])
def test_a_gap_is_closed_from_a_hair_up_to_the_width(gap: float, is_closed: bool) -> None:
    closed = close_gaps(TWO_PARTS[gap], 30, nothing_foreign)
    assert (closed.geom_type == "Polygon") is is_closed
    assert closed.area == pytest.approx(20_000 if is_closed else 20_000 - 100 * gap, abs=1e-2)


def test_a_hole_that_foreign_ground_only_touches_is_filled_in_every_part() -> None:
    def part(west: float) -> shapely.Polygon:
        return shapely.box(west, 0, west + 50, 50).difference(shapely.box(west + 10, 10, west + 30, 30))

    ground = shapely.MultiPolygon([part(0), part(100), part(200)])
    foreign = shapely.union_all([shapely.box(30, 10, 40, 20), shapely.box(129, 10, 131, 11)])
    assert fill_small_holes(ground, 400, lambda _: foreign).area == 3 * 2_500 - 400


@pytest.mark.parametrize(("length", "is_dropped"), [(4.9, False), (5.1, True)])
@pytest.mark.parametrize("width", [5, 9.9])
def test_a_spur_is_dropped_where_it_is_larger_than_a_quarter_of_a_square(length, width, is_dropped) -> None:
    """Of 10 m: a spur of 25 m² at most is a corner."""
    long = length * 5 / width
    ground = shapely.union(shapely.box(0, 0, 100, 100), shapely.box(100, 40, 100 + long, 40 + width))
    assert drop_slivers(ground, 10).area == pytest.approx(10_000 if is_dropped else 10_000 + long * width)


def test_a_spur_as_wide_as_what_is_asked_stays() -> None:
    ground = shapely.union(shapely.box(0, 0, 100, 100), shapely.box(100, 40, 160, 50.1))
    assert drop_slivers(ground, 10) == ground


def test_pieces_with_the_same_people_come_from_the_west_and_lines_are_none() -> None:
    east, south, north = shapely.box(50, 0, 60, 10), shapely.box(0, 0, 10, 10), shapely.box(0, 20, 10, 30)
    ground = shapely.GeometryCollection([east, shapely.LineString([(0, 0), (9, 90)]), north, south])
    found = pieces_of(ground, lambda _: 7.0)
    assert [piece.geometry.bounds for piece in found] == [south.bounds, north.bounds, east.bounds]


NECK = shapely.union_all([shapely.box(0, 0, 100, 100), shapely.box(100, 40, 300, 46), shapely.box(300, 0, 420, 100)])


@pytest.mark.parametrize(("width_m", "areas"), [(0, []), (5.9, []), (6.2, [1_200]), (10, [1_200])])
def test_a_long_neck_narrower_than_the_width_is_a_sliver(width_m: float, areas: list[float]) -> None:
    kept, slivers = split_slivers(NECK, width_m)
    assert [sliver.area for sliver in slivers] == pytest.approx(areas, abs=30)  # discs enter its ends a little
    assert kept.area + sum(sliver.area for sliver in slivers) == pytest.approx(NECK.area)
    assert len(shapely.get_parts(kept)) == 1 + len(areas)


def test_nothing_has_no_sliver_and_what_is_all_sliver_leaves_nothing() -> None:
    assert split_slivers(NOTHING, 10) == (NOTHING, ())
    strip = shapely.box(0, 0, 100, 6)
    kept, slivers = split_slivers(strip, 10)
    assert (kept.area, [sliver.area for sliver in slivers]) == (0, [600])


@pytest.mark.parametrize(("degrees", "slivers"), [(70, 0), (50, 2)])
def test_corners_of_more_than_sixty_degrees_are_no_slivers(degrees: float, slivers: int) -> None:
    """Two corners of a lozenge are sharp; the tip of one is r / sin(half) - r off the disc of radius r in it."""
    across, up = 200 * np.cos(np.radians(degrees / 2)), 200 * np.sin(np.radians(degrees / 2))
    lozenge = shapely.Polygon([(-across, 0), (0, -up), (across, 0), (0, up)])
    assert len(split_slivers(lozenge, 10)[1]) == slivers


def test_polygons_come_by_surface_then_from_the_west_and_the_south() -> None:
    large, east, west, north = (shapely.box(*b) for b in ((9, 9, 19, 19), (5, 0, 6, 1), (0, 0, 1, 1), (0, 5, 1, 6)))
    mixed = shapely.GeometryCollection(
        [east, north, shapely.Point(1, 1), large, shapely.LineString([(0, 0), (9, 0)]), west]
    )
    assert polygons_of(mixed) == (large, west, north, east)
    assert polygons_of(NOTHING) == ()
