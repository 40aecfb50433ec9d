"""Walks on plans drawn by hand, and against Floyd and Warshall's algorithm on a dense matrix."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import floyd_warshall
from shapely import LineString, Point

from geoville.perimeters.walks import DETOUR, StraightWalks, StreetGraph, StreetWalks, build_street_graph

QUARTER = shapely.box(-100, -100, 0, 100)
FAR_M = 10_000.0


def streets(*coordinates: list[tuple[float, float]]) -> np.ndarray:
    return np.array([LineString(line) for line in coordinates], dtype=object)


def lattice(side: int, step: float = 100.0) -> np.ndarray:
    """Streets every 100 m both ways, one long line each: crossings are not drawn as vertices."""
    reach = side * step
    lines = [[(-50.0, row * step), (reach, row * step)] for row in range(side + 1)]
    lines += [[(column * step, 0.0), (column * step, reach)] for column in range(1, side + 1)]
    return streets(*lines)


def test_a_walk_turns_at_the_corner() -> None:
    plan = streets([(-50, 0), (300, 0)], [(300, 0), (300, 400)])
    walk = StreetWalks(QUARTER, plan, FAR_M).to(Point(300, 400))
    assert walk is not None
    assert walk.metres == pytest.approx(700)
    assert walk.way.length == pytest.approx(700)
    assert walk.on_streets


def test_the_straight_bit_between_the_street_and_the_place_is_walked_too() -> None:
    walk = StreetWalks(QUARTER, streets([(-50, 0), (300, 0)]), FAR_M).to(Point(120, 35))
    assert walk is not None
    assert walk.metres == pytest.approx(155)
    assert shapely.distance(walk.way, Point(120, 35)) == 0
    assert shapely.distance(walk.way, QUARTER) == 0


def test_the_nearest_door_counts_and_nothing_is_walked_inside_the_quarter() -> None:
    plan = streets([(-90, -50), (500, -50)], [(-90, 50), (60, 50)], [(60, 50), (60, 450)], [(60, 450), (200, 450)])
    walk = StreetWalks(QUARTER, plan, FAR_M).to(Point(200, 450))
    assert walk is not None
    assert walk.metres == pytest.approx(60 + 400 + 140)


def test_the_shorter_of_two_streets_between_the_same_corners_is_taken() -> None:
    plan = streets([(-50, 0), (100, 0)], [(100, 0), (150, 80), (200, 0)], [(100, 0), (200, 0)], [(200, 0), (260, 0)])
    walk = StreetWalks(QUARTER, plan, FAR_M).to(Point(260, 0))
    assert walk is not None
    assert walk.metres == pytest.approx(260)
    assert walk.way.length == pytest.approx(260)


def test_a_street_that_bends_meets_the_next_at_its_end_and_not_at_its_bend() -> None:
    plan = streets([(0, 0), (60, 80), (120, 0)], [(120, 0), (300, 0)])
    walk = StreetWalks(QUARTER, plan, FAR_M).to(Point(220, 0))
    assert walk is not None
    assert (walk.metres, walk.way.length) == pytest.approx((100 + 100 + 100, 300))


def test_a_place_on_a_street_apart_is_not_reached() -> None:
    plan = streets([(-50, 0), (300, 0)], [(500, 0), (600, 0)])
    assert StreetWalks(QUARTER, plan, FAR_M).to(Point(550, 10)) is None


def test_no_street_meets_the_quarter_or_there_is_none_at_all() -> None:
    assert StreetWalks(QUARTER, streets([(100, 0), (300, 0)]), FAR_M).to(Point(200, 0)) is None
    assert StreetWalks(QUARTER, streets(), FAR_M).to(Point(200, 0)) is None


def test_a_limit_cuts_walks_short() -> None:
    plan = streets([(-50, 0), (300, 0)], [(300, 0), (300, 400)])
    assert StreetWalks(QUARTER, plan, 500).to(Point(300, 400)) is None


def test_a_street_that_stays_in_the_quarter_leads_to_the_place_beside_it() -> None:
    walk = StreetWalks(QUARTER, streets([(-50, -50), (-2, -50)], [(-50, 0), (900, 0)]), FAR_M).to(Point(3, -50))
    assert walk is not None
    assert walk.metres == pytest.approx(5)


def test_without_streets_the_straight_line_is_made_longer() -> None:
    walk = StraightWalks(QUARTER).to(Point(200, 0))
    assert walk.metres == pytest.approx(200 * DETOUR)
    assert walk.way.length == pytest.approx(200)
    assert not walk.on_streets


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_on_a_lattice_of_streets_walks_are_of_the_manhattan_distance(side: int, column: int, row: int) -> None:
    east, north = min(column, side) * 100.0, min(row, side) * 100.0
    walk = StreetWalks(QUARTER, lattice(side), FAR_M).to(Point(east, north))
    assert walk is not None
    known = east + max(0.0, north - 100)  # the quarter has doors at 0 and 100 m north
    assert walk.metres == pytest.approx(known)
    assert walk.way.length == pytest.approx(known)


@given(
    st.lists(st.tuples(*[st.integers(-8, 40)] * 4), min_size=2, max_size=12), st.integers(1, 40), st.integers(-8, 40)
)
@settings(max_examples=80, deadline=None)
def test_walks_are_those_of_floyd_and_warshall(segments: list[tuple[int, ...]], east: int, north: int) -> None:
    lines = [[(a * 10.0, b * 10.0), (c * 10.0, d * 10.0)] for a, b, c, d in segments if (a, b) != (c, d)]
    plan = streets(*lines)
    place = Point(east * 10.0, north * 10.0)
    if not len(plan):
        return
    walk = StreetWalks(QUARTER, plan, FAR_M).to(place)
    graph = build_street_graph(plan, QUARTER)
    dense = np.full((graph.nodes, graph.nodes), np.inf)
    for edge, first, second in zip(graph.edges, graph.start, graph.end, strict=True):
        dense[first, second] = dense[second, first] = min(dense[first, second], edge.length)
    np.fill_diagonal(dense, 0)
    every = floyd_warshall(dense, directed=False)
    nearest = shapely.STRtree(graph.edges).nearest(place)
    line = graph.edges[nearest]
    along = line.project(place)
    to_node = every[graph.doors].min(axis=0, initial=np.inf)
    best = min(to_node[graph.start[nearest]] + along, to_node[graph.end[nearest]] + line.length - along)
    if walk is None:
        assert not np.isfinite(best)
    else:
        assert walk.metres == pytest.approx(best + line.distance(place))
        assert walk.metres >= QUARTER.distance(place) - 1e-2
        assert shapely.distance(walk.way, QUARTER) < 0.01


def test_without_streets_a_walk_is_three_tenths_longer_than_its_line_and_starts_at_the_place() -> None:
    walk = StraightWalks(QUARTER).to(Point(30, 140))  # 30 m east and 40 m north of a corner
    assert walk.metres == pytest.approx(65)
    assert shapely.get_coordinates(walk.way).tolist() == [[30, 140], [0, 100]]


@pytest.mark.parametrize(("limit_m", "is_found"), [(700, True), (699.9, False)])
def test_a_walk_as_long_as_the_limit_is_found(limit_m: float, is_found: bool) -> None:
    plan = streets([(-50, 0), (300, 0)], [(300, 0), (300, 400)])
    assert (StreetWalks(QUARTER, plan, limit_m).to(Point(300, 400)) is not None) is is_found


def test_the_bit_off_the_street_counts_in_the_limit() -> None:
    walks = StreetWalks(QUARTER, streets([(-50, 0), (300, 0)]), 150)
    assert walks.to(Point(120, 29)) is not None
    assert walks.to(Point(120, 31)) is None


@pytest.mark.parametrize(("start", "metres"), [(0.0, 200.0), (0.02, None), (-5.0, 200.0)])
def test_a_street_is_entered_where_it_touches_the_limit(start: float, metres: float | None) -> None:
    walk = StreetWalks(QUARTER, streets([(start, 0), (300, 0)]), FAR_M).to(Point(200, 0))
    assert (walk and walk.metres) == (metres and pytest.approx(metres))


@pytest.mark.parametrize(("gap", "is_found"), [(0.004, True), (0.03, False)])
def test_streets_within_a_centimetre_meet(gap: float, is_found: bool) -> None:
    walk = StreetWalks(QUARTER, streets([(-50, 0), (100, 0)], [(100 + gap, 0), (300, 0)]), FAR_M).to(Point(200, 0))
    assert (walk is not None) is is_found


def test_a_crossing_cuts_both_streets_and_the_limit_cuts_one() -> None:
    graph = build_street_graph(streets([(-50, 0), (200, 0)], [(100, -80), (100, 90)]), QUARTER)
    assert sorted(shapely.length(graph.edges).tolist()) == [50, 80, 90, 100, 100]
    assert (graph.nodes, len(graph.doors)) == (6, 2)  # in the quarter and on its limit


def test_the_matrix_holds_the_shorter_of_two_ways_and_no_way_back_to_the_same_corner() -> None:
    ways = streets([(0, 0), (100, 0)], [(0, 0), (50, 80), (100, 0)])
    loop = streets([(100, 0), (150, 50), (150, -50), (100, 0)])
    graph = StreetGraph(np.concatenate([ways[::-1], loop]), np.array([0, 0, 1]), np.array([1, 1, 1]), 2, np.array([0]))
    assert graph.shortest_links() == {(0, 1): 1, (1, 0): 1, (1, 1): 2}
    assert graph.matrix().toarray().tolist() == [[0, 100], [100, 0]]


@pytest.mark.parametrize(("east", "metres"), [(100, 100), (140, 140), (160, 140), (200, 100)])
def test_a_place_between_two_doors_is_reached_from_the_nearer(east: float, metres: float) -> None:
    """Quarters at both ends of a street of 300 m."""
    both = shapely.MultiPolygon([QUARTER, shapely.box(300, -100, 400, 100)])
    walk = StreetWalks(both, streets([(-20, 0), (320, 0)]), FAR_M).to(Point(east, 0))
    assert walk is not None
    assert (walk.metres, walk.way.length) == (pytest.approx(metres), pytest.approx(metres))
