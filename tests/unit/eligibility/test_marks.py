"""What is still to be cut of a shape whose reach is looked for: what may change the answer, and no more."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.eligibility.reach import FINE_TOLERANCE_M, TOLERANCE_M, _is_open, _pieces, farthest_m


@pytest.mark.parametrize(
    ("most", "marks", "is_open"),
    [
        (10.05, (), False),  # within what a reach may be overstated by
        (10.05, (10.02,), True),  # a mark lies in between: which side it is on has to be known
        (10.05, (10.06,), False),
        (10.05, (10.05,), False),  # a reach of just the mark is on this side of it
        (10.05, (10.0,), True),
        (10.05, (9.99,), False),  # passed already
        (10.05, (10.06, 10.02), True),
        (10.0 + 2 * TOLERANCE_M, (), True),
        (10.0 + FINE_TOLERANCE_M / 2, (10.0,), False),
    ],
)
def test_a_piece_is_open_where_it_may_pass_a_mark_or_the_tolerance(
    most: float, marks: tuple[float, ...], is_open: bool
) -> None:
    assert _is_open(np.array([most]), 10.0, marks).tolist() == [is_open]


@pytest.mark.parametrize(("across", "up", "north"), [(499, 499, -40), (501, 501, 40)])
def test_what_is_farthest_amid_a_hole_is_found_whatever_the_corner_of_a_square_it_is_in(
    across: float, up: float, north: float
) -> None:
    """A hole of the quarter, turned by an eighth, whose sides are 100 m from its middle; two spikes go 90 m beyond."""
    middle = shapely.Point(across, up + north)
    hole = shapely.affinity.rotate(shapely.box(*middle.buffer(100).bounds), 45)
    quarter = shapely.difference(shapely.box(0, north, 1000, north + 1000), hole)
    spikes = shapely.Polygon([(500, north + 100), (1090, north + 110), (500, north + 120), (-90, north + 110)])
    shape = shapely.segmentize(shapely.union_all([shapely.box(0, north, 1000, north + 1000), spikes]), 30)
    assert shapely.get_num_coordinates(shape) > 100
    assert farthest_m(shape, quarter) == pytest.approx(100, abs=TOLERANCE_M)


def test_the_pieces_of_a_shape_are_its_triangles_its_segments_or_its_points_and_nothing_of_another_size() -> None:
    area, point = shapely.box(0, 0, 4, 3), shapely.Point(20, 20)
    line = shapely.LineString([(4, 3), (9, 3), (9, 5)])
    everything = shapely.GeometryCollection([area, line, point])
    triangles = _pieces(everything, area)
    assert triangles.shape == (2, 3, 2)
    assert shapely.area(shapely.polygons(triangles)).tolist() == [6.0, 6.0]
    assert _pieces(everything, line).tolist() == [[[4.0, 3.0], [9.0, 3.0]], [[9.0, 3.0], [9.0, 5.0]]]
    assert _pieces(everything, point).tolist() == [[[20.0, 20.0]]]
