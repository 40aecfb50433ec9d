"""Polygons with very many corners, cut so that cells can be laid on them fast."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.perimeters.areas import CORNERS_OF_A_TILE, MANY_CORNERS, PopulatedCells, clipped, tiled


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


OFF_BY_ROUNDING = shapely.Polygon(
    [(889.5191198183709, 73.41003662117917), (844.9910716658189, 97.00000000000007), (1141.738046183, -63.742267861)]
)
"""A triangle whose second corner is on the line of northing 97, but for 7e-14 m."""


@pytest.mark.parametrize(
    ("frame", "area"),
    [
        ((844.7793435551062, 97.0, 846.2948449645196, 98.515625), 0),  # GEOS refuses to clip: it is touched
        ((800.0, -100.0, 1200.0, 100.0), OFF_BY_ROUNDING.area),
        ((0.0, 0.0, 1.0, 1.0), 0),
    ],
)
def test_what_a_frame_holds_is_told_wherever_its_corners_are(frame, area):
    inside = clipped(OFF_BY_ROUNDING, frame)
    assert inside.is_valid
    assert inside.area == pytest.approx(area, abs=1e-9)


def test_a_frame_cuts_lines_and_polygons_at_its_sides():
    assert clipped(shapely.box(0, 0, 10, 10), (5, 5, 20, 20)).equals(shapely.box(5, 5, 10, 10))
    assert clipped(shapely.LineString([(0, 0), (10, 10)]), (5, 0, 20, 20)).equals(
        shapely.LineString([(5, 5), (10, 10)])
    )


def test_tiles_have_few_corners_wherever_the_polygon_lies():
    """Far from the origin, as places are in a projected CRS."""
    for east, north in ((0, 0), (620_000, 7_090_000)):
        whole = shapely.affinity.translate(star(2_000, 0.9), east, north)
        tiles = tiled(whole)
        assert shapely.get_num_coordinates(tiles).max() <= CORNERS_OF_A_TILE
        assert shapely.area(tiles).sum() == pytest.approx(whole.area, rel=1e-9)
