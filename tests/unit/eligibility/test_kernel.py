"""The loops of the kernel on a few polygons, small enough for loops that are not compiled: what GEOS says, to the bit.

Limits lie on the lines between cells and across them; polygons share edges, overlap, have holes and several parts; one
has so many corners that cells are divided to the finest, and so many overlap in one place that GEOS has to be asked.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
import shapely
from numpy.typing import NDArray

from geoville.eligibility.bulk import Means
from geoville.eligibility.kernel import points
from geoville.eligibility.kernel.grid import (
    FINE_SIDE,
    MARGIN_M,
    Cells,
    KernelGrid,
    _forget_older,
    code_at,
    grid_over,
    in_order_of_cells,
    is_kept,
    touched_cells,
)
from geoville.eligibility.kernel.limits import (
    _of_close_polygons,
    at_least,
    at_most,
    distance_to,
    measure,
    squared_distance_to,
)
from geoville.eligibility.kernel.location import ANCHOR, CELLS, STAGES, UNSURE, _outcomes, count_of_bits, locate
from geoville.eligibility.kernel.points import STAGE, LimitFinder, PointLocator, compile_loops
from geoville.eligibility.kernel.polygons import NO_SETS, Membership, SetNumbers, segments_of
from geoville.eligibility.kernel.trees import TreeLimits, TreeLocator

WEST, SOUTH = 618_000.0, 7_090_000.0
NEAR_M = 100.0


def at(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(WEST + east, SOUTH + north) for east, north in corners])


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def disc(east: float, north: float, radius: float, corners: int) -> shapely.Polygon:
    turn = 2 * np.pi * np.arange(corners) / corners
    return at(*zip(east + radius * np.cos(turn), north + radius * np.sin(turn), strict=True))


POLYGONS = [
    shapely.difference(box(0, 0, 160, 120), box(40, 40, 80, 72)),  # a hole
    box(160, 0, 240, 120),  # shares an edge with the first, on a line between cells
    at((100, 60), (210, 90), (140, 200), (130, 100), (90, 170)),  # overlaps both, with a notch
    shapely.union_all([box(300, 300, 330, 331), box(340, 301, 341, 340)]),  # two parts, one a metre wide
    disc(60, 250, 9, 40),  # forty edges in a few cells
    disc(60, 250, 9, 40),  # the same again
    *(box(400 + step, 20, 460 + step, 60) for step in range(8)),  # more limits in a cell than outcomes are written for
    box(1_500, 900, 1_580, 910),  # farther than what is listed near
]


def telling_points() -> NDArray[np.float64]:
    """Corners, points on edges and beside them, centres of holes and cells, near and very far: (n, 2)."""
    rings = shapely.get_rings(shapely.get_parts(np.array([shape for shape in POLYGONS if shape is not POLYGONS[5]])))
    vertices, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[:-1] == ring[1:]
    starts, ends = vertices[:-1][within], vertices[1:][within]
    random = np.random.default_rng(19)
    on = np.concatenate([starts[::2], (starts + ends)[::2] / 2, (starts + 3 * ends)[1::2] / 4])
    beside = on[::2] + random.choice([-1e-3, -1e-9, 0.0, 1e-9, 1e-3], on[::2].shape)
    around = np.array([WEST, SOUTH]) + random.uniform(-60, 520, (60, 2))
    in_disc = np.array([WEST + 60, SOUTH + 250]) + random.uniform(-12, 12, (20, 2))
    far = np.array([WEST, SOUTH]) + np.array(
        [(1_540, 905), (900, 500), (-4_000, 300), (60_000, 70_000), (-3e5, 2e5), (1_000, 905), (1_600, 40), (60, 56)]
    )
    return np.concatenate([in_disc, on, beside, around, far])  # the first is in two polygons


POINTS = telling_points()
HELD = shapely.intersects(np.array(POLYGONS)[None, :], shapely.points(POINTS)[:, None])


@pytest.fixture(scope="module")
def locator() -> PointLocator:
    return PointLocator.build(POLYGONS)


@pytest.fixture(scope="module")
def finder() -> LimitFinder:
    return LimitFinder.build(POLYGONS, NEAR_M)


@pytest.fixture(scope="module", params=["cells", "trees"])
def both(
    request: pytest.FixtureRequest, locator: PointLocator, finder: LimitFinder
) -> tuple[PointLocator | TreeLocator, LimitFinder | TreeLimits]:
    """Indexes by cells, and by trees."""
    if request.param == "cells":
        return locator, finder
    return TreeLocator.build(POLYGONS), TreeLimits.build(POLYGONS)


Both = tuple[PointLocator, LimitFinder]


def test_points_are_held_by_the_polygons_that_geos_says(both: Both) -> None:
    point, polygon = both[0].place(*POINTS.T.copy()).pairs()
    assert np.column_stack([point, polygon]).tolist() == np.argwhere(HELD).tolist()


def test_distances_to_limits_are_those_of_geos_and_the_first_of_equals_answers(both: Both) -> None:
    east, north = POINTS.T.copy()
    signed, polygon = both[1].measure(east, north, both[0].place(east, north))
    each = shapely.distance(shapely.boundary(np.array(POLYGONS))[None, :], shapely.points(POINTS)[:, None])
    each[HELD] *= -1
    outside = ~HELD.any(axis=1)
    each[~outside[:, None] & ~HELD] = np.inf
    assert (polygon == each.argmin(axis=1)).all()  # the first of several as near or as deep
    np.testing.assert_array_equal(signed, each.min(axis=1))


def test_points_are_counted_in_every_polygon_that_holds_them_and_in_none_as_zero() -> None:
    sets = SetNumbers(3, [(0, 2)]).table()
    held = Membership(np.array([4, 1, 0, 4, 3], dtype=np.int32), sets)
    assert held.counts().tolist() == [3, 0, 3]


def test_loops_are_compiled_once_for_points_that_may_be_written_and_for_those_that_may_not(
    locator: PointLocator, finder: LimitFinder
) -> None:
    """Those of Arrow may not, and those of a table lie apart: seconds of compilation would fall on who asks of them."""
    compile_loops()
    before = [len(loop.signatures) for loop in (locate, measure, in_order_of_cells)]
    table = np.array([(WEST + 1.0, SOUTH + 1.0), (WEST + 500.0, SOUTH + 500.0)])
    of_arrow = [pa.array(column).to_numpy() for column in table.T.copy()]
    for east, north in (table.T.copy(), table.T, of_arrow):
        finder.measure(east, north, locator.place(east, north))
    assert [len(loop.signatures) for loop in (locate, measure, in_order_of_cells)] == before


def test_most_places_are_known_without_geos_and_a_crowd_of_limits_is_not(locator: PointLocator) -> None:
    """What the loops leave to GEOS: crossings of many limits, and points within the rounding of an edge."""
    east, north = (POINTS[:, axis].copy() for axis in (0, 1))
    sets, room = np.empty(len(east), np.int32), (np.empty((STAGES, STAGE), np.int32), np.empty(STAGE))
    unsure = locate(east, north, locator.location, sets, *room)
    assert unsure == (sets == UNSURE).sum()
    crowd = (np.abs(east - (WEST + 403.5)) < 4) & (np.abs(north - (SOUTH + 40)) < 20)
    assert (sets[crowd] == UNSURE).any()
    limits = shapely.union_all(shapely.boundary(np.array(POLYGONS)))
    near_one = shapely.distance(limits, shapely.points(POINTS)) < 1e-4
    assert (sets[near_one] == UNSURE).all()
    of_many = (east > WEST + 396) & (east < WEST + 472)
    assert not (sets[~near_one & ~of_many] == UNSURE).any()
    plain = np.array([[WEST + 20.3, SOUTH + 21.7], [WEST + 60.5, SOUTH + 57.5], [WEST + 300.5, SOUTH + 80.5]])
    found = np.empty(3, np.int32)
    assert locate(*plain.T.copy(), locator.location, found, *room) == 0
    assert found.tolist() == [1, 0, 0]  # in the first polygon alone, in its hole, outside all


@pytest.mark.parametrize(("side", "without_geos"), [(40.0, 1e-3), (40_000.0, 0.1)])
def test_the_nearer_a_limit_the_more_surely_geos_is_asked(side: float, without_geos: float) -> None:
    """Of points beside the middle of a slanting edge, on both sides: never told wrong, and told alone at some distance.

    Ends of edges are kept to 24 bits from the middle of a cell: those of a long one are moved by more.
    """
    lozenge = at((0, 0), (side, side / 7), (1.3 * side, side), (side / 3, 0.9 * side))
    across = np.array([-1, 7]) / np.hypot(1, 7)  # of the first edge, towards the inside
    for metres in (1e-9, 1e-6, without_geos, 10 * without_geos):
        points = np.array([WEST + side / 2, SOUTH + side / 14]) + np.outer([metres, -metres], across)
        made = PointLocator.build([lozenge])
        found, room = np.empty(2, np.int32), (np.empty((STAGES, STAGE), np.int32), np.empty(STAGE))
        unsure = locate(*points.T.copy(), made.location, found, *room)
        assert unsure == (0 if metres >= without_geos else 2)
        assert made.place(*points.T.copy()).held().tolist() == shapely.intersects_xy(lozenge, *points.T).tolist()


def test_more_points_than_are_taken_at_once_get_each_its_own_answer(locator: PointLocator, finder: LimitFinder) -> None:
    some = POINTS[::9]
    times = STAGE // len(some) + 2
    east, north = np.tile(some, (times, 1)).T.copy()
    membership = locator.place(east, north)
    held = [membership.table.of(number) for number in membership.sets.tolist()]
    assert held == [np.flatnonzero(row).tolist() for row in HELD[::9]] * times
    signed, polygon = finder.measure(east, north, membership)
    once, of_once = finder.measure(*some.T.copy(), locator.place(*some.T.copy()))
    assert signed.tolist() == once.tolist() * times
    assert polygon.tolist() == of_once.tolist() * times


@pytest.mark.parametrize("means", [Means.cells(), Means.trees()], ids=["cells", "trees"])
def test_what_is_no_place_is_held_by_nothing(means: Means) -> None:
    east, north = np.array([np.nan, np.inf, WEST, -np.inf]), np.array([SOUTH, SOUTH, np.nan, SOUTH])
    membership = means.locator(POLYGONS[:1]).place(east, north)
    assert not membership.held().any()
    with np.errstate(invalid="ignore"):  # compiled loops warn of nothing
        signed, polygon = means.finder(POLYGONS[:1]).measure(east, north, membership)
    assert np.isinf(signed).all()
    assert polygon.tolist() == [-1] * 4


@pytest.mark.parametrize(("limits", "unsure"), [(6, 0), (7, 1)])
def test_six_limits_in_a_cell_are_answered_by_the_loops_and_seven_by_geos(limits: int, unsure: int) -> None:
    """Of a point between the third and the fourth of the limits that cross its cell of 4 m."""
    boxes = [box(step / 2, 0, 60 + 8 * step, 40) for step in range(limits)]
    made = PointLocator.build(boxes)
    east, north = np.array([WEST + 1.25]), np.array([SOUTH + 21.0])
    found, room = np.empty(1, np.int32), (np.empty((STAGES, STAGE), np.int32), np.empty(STAGE))
    assert locate(east, north, made.location, found, *room) == unsure
    membership = made.place(east, north)
    assert membership.table.of(int(membership.sets[0])) == [0, 1, 2]


def squares_of(side: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points a metre apart over a square of some metres, none on a whole metre."""
    across, along = np.mgrid[0:side, 0:side].reshape(2, -1) + 0.37
    return WEST + across, SOUTH + along


def test_more_sets_than_two_in_cells_beside_each_other_are_known_without_geos() -> None:
    """Nine cells of 4 m stand in three boxes of 12 m, whole, amid sixty-four that follow each other."""
    boxes = [box(0.5, 0.5, 12.5, 12.5), box(12.5, 0.5, 24.5, 12.5), box(0.5, 12.5, 12.5, 24.5), box(-40, -40, -20, 40)]
    made = PointLocator.build(boxes)
    east, north = squares_of(32)
    found, room = np.empty(len(east), np.int32), (np.empty((STAGES, STAGE), np.int32), np.empty(STAGE))
    assert locate(east, north, made.location, found, *room) == 0
    held = shapely.intersects_xy(np.array(boxes)[:, None], east, north)
    assert found.tolist() == np.where(held.any(axis=0), 1 + held.argmax(axis=0), 0).tolist()
    assert set(found.tolist()) == {0, 1, 2, 3}


def test_where_a_limit_runs_by_the_anchor_of_a_cell_geos_is_asked() -> None:
    """Cells are of 4 m from 256 m west of the first box; a limit of the second passes an anchor, or a metre from it."""
    anchor = 20 + 4 * ANCHOR
    for east_of_it, unsure in ((0.0, True), (MARGIN_M / 2, True), (1.0, False)):
        limits = [box(0, 0, 60, 40), box(0, 0, anchor + east_of_it, 40)]
        made = PointLocator.build(limits)
        east, north = WEST + np.array([20.2, 23.9]), np.full(2, SOUTH + 21.3)
        found, room = np.empty(2, np.int32), (np.empty((STAGES, STAGE), np.int32), np.empty(STAGE))
        assert locate(east, north, made.location, found, *room) == (2 if unsure else 0)
        membership = made.place(east, north)
        assert [membership.table.of(number) for number in membership.sets.tolist()] == [[0, 1], [0]]


def test_points_level_with_vertices_and_below_them_are_on_the_side_that_geos_says() -> None:
    """All the ways from points to anchors: along a level edge, through a vertex, with a notch between them."""
    comb = [(0, 0), (14, 0), (14, 9), (11, 9), (11, 2), (9, 2), (9, 9), (6, 7), (6, 3), (4, 7), (3, 3), (2, 7), (0, 7)]
    polygons = [at(*comb), at((7, -3), (16, 5), (7, 12), (-3, 5)), box(2, 2, 12, 8)]
    made = PointLocator.build(polygons)
    across, along = np.mgrid[-8:40, -8:28].reshape(2, -1) / 2.0
    east, north = WEST + across, SOUTH + along
    point, polygon = made.place(east, north).pairs()
    expected = np.argwhere(shapely.intersects_xy(np.array(polygons)[:, None], east, north).T)
    assert np.column_stack([point, polygon]).tolist() == expected.tolist()


@pytest.mark.parametrize(
    "word", [0, 1, 2**63, 2**64 - 1, 0xF0F0_F0F0_F0F0_F0F0, 0x0123_4567_89AB_CDEF, 0x8000_0001_0001_8000]
)
def test_the_bits_of_a_word_are_counted(word: int) -> None:
    assert count_of_bits(np.uint64(word)) == word.bit_count()
    assert word.bit_count() <= CELLS


def test_an_edge_a_hair_from_the_side_of_a_cell_is_asked_of() -> None:
    """Two tenths of a millimetre west of the line between two cells: points of the western one lie on both sides."""
    made = PointLocator.build([box(0, 0, 159.9998, 120)])
    east = WEST + np.array([159.9997, 159.9998, 159.9999, 160.0001])
    found = made.place(east, np.full(4, SOUTH + 58.0))
    assert found.held().tolist() == shapely.intersects_xy(box(0, 0, 159.9998, 120), east, SOUTH + 58.0).tolist()
    assert found.held().tolist()[::2] == [True, False]


def test_what_the_room_to_work_in_holds_changes_nothing(locator: PointLocator, finder: LimitFinder) -> None:
    east, north = np.concatenate([POINTS[::7], POINTS[-8:]]).T.copy()  # near limits, and far from all
    membership = locator.place(east, north)
    measured = finder.measure(east, north, membership)
    found = [np.empty_like(column) for column in measured]
    stage = np.array([[7], [-(2**31)], [2**31 - 1]], np.int32) * np.ones((1, 128), np.int32)
    order, sets, table = np.arange(len(east)), membership.sets, membership.table
    measure(east, north, order, sets, table.starts, table.members, finder.limits, *found, stage, np.full(128, np.nan))
    assert [column.tolist() for column in found] == [column.tolist() for column in measured]


def test_segments_are_listed_within_reach_of_the_bounds_of_polygons_and_nowhere_else(finder: LimitFinder) -> None:
    grid, codes = finder.limits.near
    side = grid.fine_m * FINE_SIDE
    row, column = (axis.ravel() for axis in np.mgrid[: grid.rows, : grid.columns])
    west, south = grid.west + column * side, grid.south + row * side
    cells = shapely.box(west, south, west + side, south + side)
    reached = shapely.box(*(shapely.bounds(np.array(POLYGONS)) + NEAR_M * np.array([-1, -1, 1, 1])).T)
    shared = shapely.area(shapely.intersection(cells[:, None], reached[None, :])).max(axis=1)
    assert (codes[: len(cells)] < 0).tolist() == (shared > 0).tolist()
    beside = POINTS[(shapely.distance(shapely.union_all(shapely.boundary(POLYGONS)), shapely.points(POINTS)) < 90)]
    listed = [code_at(east, north, grid, codes) for east, north in beside.tolist()]
    assert min(listed) > 0  # no polygon has to be gone through


BESIDE = 1.5


def test_a_polygon_that_is_the_nearest_in_a_corner_of_a_far_cell_alone_is_found() -> None:
    """Two boxes of a metre, and the point midway between them, lie on a diagonal of the cells.

    A third one, too far to be the nearest, sets the grid so that a corner of cells is 3.56 m beyond the midpoint: 1.5 m
    beyond it, the second box is nearer, while from the centre of the cell it is farther by 1 459 m, which is more than
    the side of the cell (1 039 m) and less than its diagonal.
    """
    boxes = [box(0, 0, 1, 1), box(20_000, 20_000, 20_001, 20_001), box(-12_459, -12_459, -12_458, -12_458)]
    finder = LimitFinder.build(boxes, 10.0)
    east, north = np.full(2, WEST + 10_000.5), np.full(2, SOUTH + 10_000.5)
    east += [BESIDE, -BESIDE]
    north += [BESIDE, -BESIDE]
    signed, polygon = finder.measure(east, north, Membership(np.zeros(2, np.int32), NO_SETS))
    assert polygon.tolist() == [1, 0]
    assert signed == pytest.approx((9_999.5 - BESIDE) * math.sqrt(2))


def test_polygons_that_cannot_be_the_nearest_are_not_listed_far_from_all() -> None:
    limits = LimitFinder.build([box(0, 0, 1, 1), box(0, 40_000, 1, 40_001), box(40_000, 0, 40_001, 1)], 10.0).limits

    def listed(east: float, north: float) -> list[int]:
        code = code_at(WEST + east, SOUTH + north, limits.far.grid, limits.far.codes)
        return limits.farther[limits.first_far[code] : limits.first_far[code + 1]].tolist()

    assert [listed(-900, -900), listed(-900, 41_000), listed(41_000, -900)] == [[0], [1], [2]]
    assert listed(500, 20_000) == [0, 1]
    assert listed(20_000, 500) == [0, 2]
    assert listed(-1e6, 0) == [0, 1, 2]  # beyond the cells


@pytest.mark.parametrize("kept", [(), ("locate",), ("measure",), ("locate", "measure")])
def test_loops_are_compiled_once_all_of_them_are(monkeypatch: pytest.MonkeyPatch, kept: tuple[str, ...]) -> None:
    monkeypatch.setattr(points, "is_kept", lambda function: function.__name__ in kept)
    assert points.are_compiled() is (len(kept) == 2)


def test_compiling_ahead_calls_the_loops_that_place_and_that_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    for name in ("locate", "measure"):
        loop = getattr(points, name)
        monkeypatch.setattr(points, name, lambda *given, loop=loop, name=name: called.append(name) or loop(*given))
    points.compile_loops()
    assert called == ["locate", "measure"]


def test_what_is_compiled_is_kept_where_the_compiler_says(tmp_path: Path) -> None:
    def compiled() -> None:
        """As numba makes it."""

    assert not is_kept(compiled)  # by a compiler that keeps nothing
    compiled.stats = SimpleNamespace(cache_path=str(tmp_path))
    assert not is_kept(compiled)
    (tmp_path / f"{__name__.rpartition('.')[2]}.{compiled.__qualname__}-7.py311.nbi").touch()
    assert is_kept(compiled)


# --- The parts of the loops, by hand

ENDS = np.array([[10.0, 20.0, 40.0, 60.0, 1 / 2_500]])  # 30 m east and 40 m north: 50 m long


@pytest.mark.parametrize(
    ("east", "north", "metres"),
    [
        (7.0, 16.0, 5.0),  # before its start: 3 m and 4 m
        (43.0, 64.0, 5.0),  # beyond its end
        (25.0 - 8.0, 40.0 + 6.0, 10.0),  # 10 m beside its middle, on either side
        (25.0 + 8.0, 40.0 - 6.0, 10.0),
        (25.0, 40.0, 0.0),
    ],
)
def test_the_distance_to_a_segment_is_to_its_nearest_point(east: float, north: float, metres: float) -> None:
    assert distance_to(east, north, ENDS, 0) == pytest.approx(metres, abs=1e-12)
    assert squared_distance_to(east, north, ENDS, 0) == pytest.approx(metres**2, abs=1e-12)


@pytest.mark.parametrize(
    ("east", "north", "least", "most"),
    [
        (150.0, 230.0, 0.0, math.hypot(50, 70)),  # inside bounds of 100 m by 100 m
        (90.0, 250.0, 10.0, math.hypot(110, 50)),
        (230.0, 340.0, 50.0, math.hypot(130, 140)),  # 30 m and 40 m from a corner
        (160.0, 180.0, 20.0, math.hypot(60, 120)),
    ],
)
def test_bounds_are_no_nearer_and_no_farther_than_what_is_said(
    east: float, north: float, least: float, most: float
) -> None:
    bounds = np.array([[0.0, 0.0, 1.0, 1.0], [100.0, 200.0, 200.0, 300.0]])
    assert at_least(east, north, bounds, 1) == pytest.approx(least, rel=1e-8)
    assert at_least(east, north, bounds, 1) <= least
    assert at_most(east, north, bounds, 1) == pytest.approx(most, rel=1e-8)
    assert at_most(east, north, bounds, 1) >= most


def test_a_grid_covers_what_it_is_asked_to_and_a_cell_more() -> None:
    bounds = np.array([[1_000.0, 2_000.0, 1_500.0, 2_100.0], [1_200.0, 1_900.0, 1_300.0, 2_300.0]])
    grid = grid_over(bounds, 100.0)
    assert (grid.west, grid.south) == (1_000 - 100 - 256, 1_900 - 100 - 256)
    assert grid.fine_m * FINE_SIDE == 256  # no coarse cell is smaller
    assert grid.per_m == 1 / grid.fine_m
    assert grid.west + grid.columns * 256 >= 1_500 + 100 + 256
    assert grid.south + grid.rows * 256 >= 2_300 + 100 + 256
    assert (grid.columns, grid.rows) == (1_212 // 256 + 1, 1_112 // 256 + 1)


def test_a_wide_grid_has_as_many_coarse_cells_as_asked_at_most() -> None:
    grid = grid_over(np.array([[0.0, 0.0, 1_023_488.0, 1_000.0]]), coarse_across=100)  # 1 024 km with the margins
    assert grid.fine_m * FINE_SIDE == 10_240
    assert (grid.columns, grid.rows) == (101, 1)


GRID = KernelGrid(1_000.0, 2_000.0, 4.0, 0.25, 2, 3)  # two coarse cells of 256 m by three


def test_the_code_of_a_place_is_that_of_the_smallest_cell_that_holds_it() -> None:
    codes = np.zeros(6 + 64 + 64, np.int32)
    codes[:6] = [11, 12, 13, -6, 15, 16]  # row after row from the south-west; the fourth is divided
    codes[6:70] = 100 + np.arange(64)
    codes[6 + 8 * 2 + 5] = -70  # the middle cell of the third row and the sixth column is divided too
    codes[70:] = 200 + np.arange(64)
    cells = Cells(GRID, codes)

    def code(east: float, north: float) -> int:
        return int(code_at(1_000.0 + east, 2_000.0 + north, cells.grid, cells.codes))

    assert code(10, 10) == 11
    assert code(300, 300) == 100 + 8 * 1 + 1  # 44 m into the divided cell each way: cells of 32 m
    assert code(256 + 5 * 32 + 9, 256 + 2 * 32 + 31) == 200 + 8 * 7 + 2  # cells of 4 m
    assert code(511, 767) == 16
    assert [code(-1, 10), code(10, -1), code(512, 10), code(10, 768), code(math.nan, 10), code(10, math.nan)] == [0] * 6


def test_points_come_coarse_cell_after_coarse_cell_and_those_outside_first() -> None:
    east = np.array([300.0, 10.0, -5.0, 300.0, 10.0, 12.0, math.nan, 511.9])
    north = np.array([10.0, 10.0, 10.0, 700.0, 300.0, 12.0, 10.0, 0.0])
    for west, south in ((1_000.0, 2_000.0), (100.0, 200.0)):
        grid = GRID._replace(west=west, south=south)
        assert in_order_of_cells(west + east, south + north, grid).tolist() == [2, 6, 1, 5, 0, 7, 4, 3]


@pytest.mark.parametrize("corner", [(1_000.0, 2_000.0), (2.0, 3.0)])
def test_a_segment_touches_the_cells_that_it_crosses_and_both_sides_of_a_line(corner: tuple[float, float]) -> None:
    slanting, along_a_line, level = (1, 1, 11, 6), (4, 1, 4, 2), (9, 21, 2, 21)
    ends = np.array([slanting, along_a_line, level]) + np.array([*corner, *corner])
    found = [tuple(cell) for cell in touched_cells(ends, GRID._replace(west=corner[0], south=corner[1])).T.tolist()]
    # One to four metres north of the corner are met up to 7 m east of it, in the second column; the rest one row up.
    assert found == [(0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 2, 0), (0, 0, 1), (0, 1, 1), (5, 0, 2), (5, 1, 2), (5, 2, 2)]


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 64), (64, 0)])
def test_segments_near_a_coarse_cell_are_those_of_polygons_no_farther_than_the_nearest_and_its_diagonal(
    row: int, column: int
) -> None:
    """A cell of 256 m whose centre the first polygon is at: another one may be the nearest within 362 m of it."""
    centre = np.array([1_000.0 + 4 * column + 128, 2_000.0 + 4 * row + 128])
    away = np.array([(0, 0), (361, 0), (363, 0), (0, -361), (0, -363)])
    bounds = np.tile(centre + away, 2)
    starts = np.array([0, 1, 3, 6, 7, 9])
    assert _of_close_polygons(row, column, starts, bounds, GRID).tolist() == [0, 1, 2, 6]


def test_crossed_cells_share_what_tests_lead_to_where_they_are_alike_and_there_alone() -> None:
    """The edge of the third polygon in the first; of the first in the second, and outside all; and the third again."""
    numbers = SetNumbers(3)
    held, polygon = np.array([1, 2, 0, 1], np.int32), np.array([2, 0, 0, 2])
    starts, outcome = _outcomes(held, np.arange(5), polygon, numbers)
    led_to = [[numbers.members(outcome[start + passed]) for passed in (0, 1)] for start in starts.tolist()]
    assert led_to == [[(0,), (0, 2)], [(1,), (0, 1)], [(), (0,)], [(0,), (0, 2)]]
    assert starts[0] == starts[3]


def test_segments_are_those_of_every_ring_and_none_is_without_length() -> None:
    twice = at((0, 0), (4, 0), (4, 0), (4, 4), (0, 4))  # the second corner is written twice
    holed = shapely.difference(box(0, 0, 40, 40), box(10, 10, 20, 20))
    two_parts = shapely.MultiPolygon([box(0, 0, 1, 1), box(5, 5, 6, 6)])
    segments = segments_of([twice, holed, two_parts])
    assert segments.starts.tolist() == [0, 4, 12, 20]
    assert segments.owner.tolist() == [0] * 4 + [1] * 8 + [2] * 8
    lengths = np.hypot(*(segments.ends[:, 2:] - segments.ends[:, :2]).T)
    assert lengths.sum() == pytest.approx(sum(shape.length for shape in (twice, holed, two_parts)))
    assert segments.bounds[1].tolist() == [WEST, SOUTH, WEST + 40, SOUTH + 40]


def test_segments_are_listed_near_the_westernmost_polygon_of_a_wide_country() -> None:
    """Coarse cells are then wider than the margin of the grid: the first column and row of them hold that polygon."""
    boxes = [box(0, 0, 1, 1), box(1_000_000, 0, 1_000_001, 1)]
    grid, codes = LimitFinder.build(boxes, 10.0).limits.near
    assert grid.fine_m * FINE_SIDE > 900
    assert [code_at(WEST + east, SOUTH + 0.5, grid, codes) > 0 for east in (-5, 0.5, 1_000_000.5)] == [True] * 3


def test_what_was_compiled_before_its_file_changed_is_forgotten(tmp_path: Path) -> None:
    def loop() -> None:
        """As numba makes it."""

    loop.stats = SimpleNamespace(cache_path=str(tmp_path))
    source = tmp_path / "loops.py"
    name = f"{__name__.rpartition('.')[2]}.{loop.__qualname__}"
    older, newer = (tmp_path / f"{name}-{line}.py311.nbi" for line in (7, 9))
    for path, seconds in ((older, 1_000), (source, 2_000), (newer, 3_000)):
        path.touch()
        os.utime(path, (seconds, seconds))
    _forget_older(loop, source)
    assert (older.exists(), newer.exists()) == (False, True)
