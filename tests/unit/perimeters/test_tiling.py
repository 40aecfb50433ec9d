"""Polygons with very many corners, cut so that cells can be laid on them fast."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.perimeters.areas import CORNERS_OF_A_TILE, MANY_CORNERS, PopulatedCells, tiled


def star(corners: int, inner: float) -> shapely.Polygon:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reaches = np.where(np.arange(corners) % 2, 1000.0, 1000.0 * inner)
    return shapely.Polygon(np.c_[reaches * np.cos(angles), reaches * np.sin(angles)])


@pytest.mark.parametrize("inner", [0.5, 0.95])
@pytest.mark.parametrize("hole", [0, 50])
def test_tiles_are_the_polygon_and_do_not_overlap(inner, hole):
    whole = star(1_200, inner).difference(shapely.Point(0, 0).buffer(hole))
    tiles = tiled(whole)
    assert shapely.is_valid(tiles).all()
    assert shapely.area(tiles).sum() == pytest.approx(whole.area, rel=1e-9)
    assert shapely.symmetric_difference(shapely.union_all(tiles), whole).area < 1e-6 * whole.area
    assert np.median(shapely.get_num_coordinates(tiles)) <= CORNERS_OF_A_TILE


def test_an_ordinary_polygon_is_left_as_it_is():
    contour = star(MANY_CORNERS - 2, 0.9)
    assert tiled(shapely.MultiPolygon([contour, shapely.box(5000, 0, 5100, 9)])).tolist() == [
        contour,
        shapely.box(5000, 0, 5100, 9),
    ]


def test_people_of_a_star_are_counted_exactly():
    places = [(east, south) for east in range(-1000, 1000, 100) for south in range(-1000, 1000, 100)]
    squares = np.array([shapely.box(east, south, east + 100, south + 100) for east, south in places])
    people = np.arange(len(squares), dtype=float)
    shape = star(1_500, 0.5)
    expected = float(people @ (shapely.area(shapely.intersection(squares, shape)) / shapely.area(squares)))
    assert PopulatedCells(squares, people).people_in(shape) == pytest.approx(expected, rel=1e-9)
