"""How far a shape reaches: never understated, never overstated by more than said, on the right side of every mark."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from effort import cases
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geoville.eligibility.reach import TOLERANCE_M, farthest_m

METRES = st.integers(-1500, 1500)
SIZES = st.integers(5, 900)


@st.composite
def rectangles(draw: st.DrawFn) -> shapely.Polygon:
    west, south = draw(METRES), draw(METRES)
    return shapely.box(west, south, west + draw(SIZES), south + draw(SIZES))


@st.composite
def quarters(draw: st.DrawFn) -> shapely.Geometry:
    """Perimeters in one to three parts, one of which may have a hole, turned by any angle."""
    union = shapely.union_all(draw(st.lists(rectangles(), min_size=1, max_size=3)))
    hole = shapely.buffer(shapely.centroid(union), draw(st.integers(1, 400)), quad_segs=3)
    holed = shapely.difference(union, hole)
    kept = union if holed.is_empty else holed
    return shapely.affinity.rotate(kept, draw(st.integers(0, 89)), origin=(0, 0))


shapes = st.one_of(
    rectangles(),
    st.lists(st.tuples(METRES, METRES), min_size=3, max_size=6, unique=True)
    .map(lambda points: shapely.convex_hull(shapely.MultiPoint(points)))
    .filter(lambda hull: hull.area > 10),
    st.lists(st.tuples(METRES, METRES), min_size=2, max_size=5, unique=True).map(shapely.LineString),
    st.lists(st.tuples(METRES, METRES), min_size=1, max_size=9, unique=True).map(shapely.MultiPoint),
)


SIDES = (16, 4)
"""Steps in the side of the squares in which points inside a shape are looked for: each is cut in sixteen."""


def sampled(shape: shapely.Geometry, quarter: shapely.Geometry, step_m: float) -> float:
    """Largest distance from points of a shape to the quarter: the truth, or less by a step at most.

    Points inside are made a step apart where they may be farther than its rim: in the squares whose middle is.
    """
    if shapely.get_dimensions(shape) == 0:
        return float(shapely.distance(shapely.get_parts(shape), quarter).max())
    rim = _rim(shapely.get_coordinates(shape), quarter, step_m)
    if shapely.get_dimensions(shape) == 1:
        return rim
    west, south, east, north = shape.bounds
    across_m, half = SIDES[0] * step_m, (SIDES[0] - 1) / 2 * step_m
    points = _lattice(np.arange(west, east, across_m), np.arange(south, north, across_m)) + half
    for side in SIDES:
        points = points[_far(points, quarter) + (side - 1) / 2 * step_m * np.sqrt(2) > rim]
        middles = (np.arange(4) - 1.5) * side / 4 * step_m
        points = (points[:, None, :] + _lattice(middles, middles)).reshape(-1, 2)
    distances = _far(points, quarter)
    farther = distances > rim
    within = shapely.intersects_xy(shape, points[farther])
    return float(distances[farther][within].max(initial=rim))


def _rim(corners: NDArray[np.float64], quarter: shapely.Geometry, step_m: float) -> float:
    """Largest distance from points a step apart along one line or ring, made where one may be farther than its corners.

    A point of a segment is no farther than half of its length and of the distances of both its ends.
    """
    distance = _far(corners, quarter)
    length = np.hypot(*np.diff(corners, axis=0).T)
    open_ = (distance[:-1] + distance[1:] + length) / 2 > distance.max()
    segments = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)[open_])
    between = shapely.get_coordinates(shapely.segmentize(segments, step_m))
    return float(_far(between, quarter).max(initial=distance.max()))


def _far(points: NDArray[np.float64], quarter: shapely.Geometry) -> NDArray[np.float64]:
    return np.asarray(shapely.distance(shapely.points(points), quarter))


def _lattice(easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack(np.meshgrid(easting, northing), -1).reshape(-1, 2)


@cases(each_run=60, slow=300)
@given(shapes, quarters())
def test_the_reach_is_that_of_the_farthest_of_many_points(shape: shapely.Geometry, quarter: shapely.Geometry) -> None:
    step_m = max(shape.length / 400, 1.0)
    reach, at_least = farthest_m(shape, quarter), sampled(shape, quarter, step_m)
    assert at_least - 1e-6 <= reach <= at_least + step_m + TOLERANCE_M


@cases(each_run=50, slow=300)
@given(shapes, quarters(), st.integers(1, 600), st.integers(0, 300))
def test_marks_move_the_reach_by_no_more_than_said_and_agree_with_one_another(
    shape: shapely.Geometry, quarter: shapely.Geometry, mark: int, more: int
) -> None:
    plain, marked = farthest_m(shape, quarter), farthest_m(shape, quarter, [mark])
    assert abs(plain - marked) <= TOLERANCE_M
    both = farthest_m(shape, quarter, [mark, mark + more])
    assert (marked <= mark) == (both <= mark)
    assert both <= mark + more or marked > mark


@settings(max_examples=100, deadline=None)
@given(rectangles(), quarters(), st.integers(20, 500))
def test_what_a_fine_buffer_covers_or_misses_is_told(
    box: shapely.Geometry, quarter: shapely.Geometry, band: int
) -> None:
    """The true buffer lies between one drawn with chords and one drawn with tangents."""
    segments = 64
    inner = shapely.buffer(quarter, band, quad_segs=segments)
    outer = shapely.buffer(quarter, band / np.cos(np.pi / (4 * segments)) + 1e-6, quad_segs=segments)
    reach = farthest_m(box, quarter, [band])
    if shapely.covers(inner, box):
        assert reach <= band + 1e-6
    if not shapely.covers(outer, box):
        assert reach > band


@cases(each_run=40, slow=100)
@given(quarters())
def test_what_lies_inside_reaches_nowhere(quarter: shapely.Geometry) -> None:
    assert farthest_m(quarter, quarter, [1e-6]) <= 1e-6
    assert farthest_m(shapely.boundary(quarter), quarter, [1e-6]) <= 1e-6


RING = shapely.Point(0, 0).buffer(1000, quad_segs=64).difference(shapely.Point(0, 0).buffer(400, quad_segs=64))
STRIP = shapely.union_all([shapely.box(0, 0, 1000, 100), shapely.box(0, 140, 1000, 300)])


@pytest.mark.parametrize(
    ("shape", "quarter", "expected"),
    [
        (shapely.Point(0, 0).buffer(900), RING, 400),  # in the middle of the hole, far from every corner of the shape
        (shapely.LineString([(-900, 0), (900, 0)]), RING, 400),  # in the middle of a segment
        (shapely.box(0, 50, 1000, 200), STRIP, 20),  # all along a street between two quarters
        (shapely.box(200, -50, 300, 50), STRIP, 50),
        (shapely.Point(50, 120), STRIP, 20),
    ],
)
def test_the_farthest_point_need_be_no_corner(
    shape: shapely.Geometry, quarter: shapely.Geometry, expected: float
) -> None:
    assert farthest_m(shape, quarter, [expected]) == pytest.approx(expected, abs=TOLERANCE_M)


CLEFT = shapely.from_wkt(
    "MULTIPOLYGON (((-1011.7646154808501 1444.0073970935491, -773.5821741843499 1289.3299111492815,"
    " -815.8182697904649 1224.292027317102, -914.1866367156936 1333.5411666875711,"
    " -1054.000711086965 1378.9695132613697, -1011.7646154808501 1444.0073970935491)),"
    " ((-1177.159699130485 667.8750203017224, -1415.3421404269852 822.5525062459901,"
    " -1373.1060448208702 887.5903900781697, -1274.7376778956416 778.3412507077005,"
    " -1134.92360352437 732.912904133902, -1177.159699130485 667.8750203017224)))"
)


@cases(each_run=20, slow=80)
@example(CLEFT, 246, 194, 0.7404861423735856, 1013, 490)  # a corner is on a side of a square, but for rounding
@given(quarters(), st.integers(60, 400), st.integers(100, 1200), st.floats(0.1, 0.95), METRES, st.integers(1, 600))
def test_many_corners_change_nothing(
    quarter: shapely.Geometry, corners: int, radius: int, inner: float, middle: int, mark: int
) -> None:
    """Of a star with many corners only a part is measured: it reaches as far as the whole, and as its rim at least."""
    angles = np.linspace(0, 2 * np.pi, 2 * corners, endpoint=False)
    reaches = np.where(np.arange(2 * corners) % 2, radius, inner * radius)
    star = shapely.Polygon(np.c_[middle + reaches * np.cos(angles), reaches * np.sin(angles)])
    whole = farthest_m(star, quarter, [mark])
    step_m = max(radius / 100, 1.0)
    at_least = sampled(star, quarter, step_m)
    assert at_least - 1e-6 <= whole <= at_least + step_m + TOLERANCE_M
    rim = farthest_m(shapely.boundary(star), quarter, [mark])
    assert rim <= whole + TOLERANCE_M
