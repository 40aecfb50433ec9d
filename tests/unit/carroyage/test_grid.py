"""Cells of a grid: means where somebody lives, boxes, squares; keys of places and which cells touch."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.carroyage.grid import Grid, cell_squares, union_of_cells
from geoville.carroyage.lattice import cluster_cells, find_keys, members, neighbour_pairs, place_keys, places_of
from geoville.model import Contiguity

GRID = Grid(
    epsg=3035, vintage=2019,
    easting=np.array([1_000, 1_200, 1_000, 1_200]), northing=np.array([2_000, 2_000, 2_200, 2_400]),
    people=np.array([0.0, 0.5, 10.0, 4.0]), income_sum_eur=np.array([3.0, 9_000.0, 200_000.0, 0.0]),
    imputed=np.zeros(4, dtype=bool), households=np.array([0.0, 0.5, 4.0, np.nan]),
    poor_households=np.array([1.0, 0.25, 1.0, np.nan]),
)  # fmt: skip


def test_a_mean_is_known_where_somebody_lives() -> None:
    assert GRID.mean_eur[1:].tolist() == [18_000.0, 20_000.0, 0.0]
    assert np.isnan(GRID.mean_eur[0])


def test_a_share_of_poor_households_is_known_where_households_are() -> None:
    assert GRID.poor_share[1:3].tolist() == [0.5, 0.25]
    assert np.isnan(GRID.poor_share[[0, 3]]).all()


@pytest.mark.parametrize(
    ("box", "rows"),
    [
        ((1_000, 2_000, 1_200, 2_400), [0, 1, 2, 3]),  # both ends included
        ((1_001, 2_000, 1_200, 2_400), [1, 3]),
        ((1_000, 2_001, 1_199, 2_400), [2]),
        ((1_000, 2_000, 1_200, 2_399), [0, 1, 2]),
        ((1_000, 2_000, 1_200, 2_199), [0, 1]),
        ((3_000, 2_000, 3_200, 2_400), []),
    ],
)
def test_the_cells_of_a_box_have_their_corner_in_it(box: tuple[int, int, int, int], rows: list[int]) -> None:
    assert GRID.rows_in_box(*box).tolist() == rows


def test_squares_are_drawn_from_their_south_west_corner_and_join_without_a_gap() -> None:
    squares = cell_squares(GRID.easting, GRID.northing, 3035, 3035)
    assert shapely.bounds(squares).tolist() == [
        [east, north, east + 200, north + 200] for east, north in zip(GRID.easting, GRID.northing, strict=True)
    ]
    assert shapely.area(squares).tolist() == [40_000.0] * 4
    assert shapely.bounds(cell_squares(GRID.easting[:1], GRID.northing[:1], 3035, 3035, 50)).tolist() == [
        [1_000, 2_000, 1_050, 2_050]
    ]
    both = union_of_cells(cell_squares(GRID.easting[:2], GRID.northing[:2], 3035, 2154))
    assert both.geom_type == "Polygon"
    assert len(both.interiors) == 0


def test_a_key_tells_its_place_and_is_found_among_others() -> None:
    easting, northing = np.array([3_750_200, 200, 9_999_800, 9_999_999]), np.array([3_120_400, 0, 200, 225])
    keys = place_keys(easting, northing)
    assert [axis.tolist() for axis in places_of(keys)] == [easting.tolist(), northing.tolist()]
    assert np.argsort(keys).tolist() == [1, 2, 3, 0]  # by northing, then easting
    among = np.sort(keys)
    assert find_keys(np.array([keys[0], keys[0] + 1, among[0], among[-1] + 5]), among).tolist() == [3, -1, 0, -1]
    assert find_keys(keys, np.empty(0, np.int64)).tolist() == [-1] * 4


TOUCHING = [(1, 0), (0, 1), (1, 1), (-1, 1)]
"""Steps of a column and a row, to the cells that touch one, half of them."""


@pytest.mark.parametrize("step", [(column, row) for column in range(-3, 4) for row in range(4) if row or column > 0])
@pytest.mark.parametrize("contiguity", Contiguity)
def test_cells_touch_by_a_side_or_for_the_queen_by_a_corner(step: tuple[int, int], contiguity: Contiguity) -> None:
    easting, northing = np.array([5_000, 5_000 + 200 * step[0]]), np.array([4_000, 4_000 + 200 * step[1]])
    touch = step in (TOUCHING if contiguity is Contiguity.QUEEN else TOUCHING[:2])
    pairs = {frozenset(pair) for pair in np.column_stack(neighbour_pairs(easting, northing, contiguity)).tolist()}
    assert pairs == ({frozenset({0, 1})} if touch else set())
    assert cluster_cells(easting, northing, contiguity).tolist() == ([0, 0] if touch else [0, 1])


def test_members_of_clusters_come_in_the_order_of_their_numbers() -> None:
    assert [some.tolist() for some in members(np.array([1, 0, 1, 2]))] == [[1], [0, 2], [3]]
    assert members(np.empty(0, np.intp)) == []
    assert len(cluster_cells(np.empty(0, np.int64), np.empty(0, np.int64))) == 0
