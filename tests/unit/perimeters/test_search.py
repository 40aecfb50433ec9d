"""Clusters of cells put together, step by step, on a lattice drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import grid_of

from geoville.carroyage.grid import Grid
from geoville.carroyage.income import CellIncome
from geoville.model import Contiguity
from geoville.perimeters.search import bridging_cells, doubtful_neighbours, drop_excess, filled_holes

QUEEN, ROOK = Contiguity.QUEEN, Contiguity.ROOK
THRESHOLD = 0.55


def row_of(people: list[float]) -> Grid:
    """Cells side by side."""
    return grid_of([(0, column) for column in range(len(people))], people, [16_000.0] * len(people))


def income_of(median: list[float], error: float = 0.0) -> CellIncome:
    """All the people of a cell have about its median."""
    count = len(median)
    return CellIncome(np.array(median), np.full(count, 0.01), np.full(count, error**2), np.zeros(count))


def chosen(count: int, *places: int) -> np.ndarray:
    return np.isin(np.arange(count), places)


def test_the_richest_of_the_added_cells_go_until_the_median_of_the_cluster_is_below() -> None:
    """Of three cells of as many people the median is the middle one, 0.6; of the two poorest it lies in between."""
    income, seeds, added = income_of([0.9, 0.3, 0.6]), chosen(3, 1), chosen(3, 0, 2)
    assert drop_excess(row_of([100.0] * 3), income, seeds, added, THRESHOLD, QUEEN).tolist() == [False, False, True]
    many = row_of([100.0, 300.0, 100.0])  # most people are in the poorest: nothing has to go
    assert drop_excess(many, income, seeds, added, THRESHOLD, QUEEN).tolist() == [True, False, True]
    few = row_of([100.0, 50.0, 100.0])  # most are in the others, whichever of them stays
    assert drop_excess(few, income, seeds, added, THRESHOLD, QUEEN).tolist() == [False, False, False]


def test_each_cluster_drops_its_own() -> None:
    grid = grid_of([(0, 0), (0, 1), (0, 5), (0, 6)], [100.0, 300.0, 300.0, 100.0], [16_000.0] * 4)
    kept = drop_excess(grid, income_of([0.3, 0.6, 0.3, 0.6]), chosen(4, 0, 2), chosen(4, 1, 3), THRESHOLD, QUEEN)
    assert kept.tolist() == [False, False, False, True]


def test_a_median_that_equals_the_threshold_is_not_below_it() -> None:
    income = income_of([THRESHOLD, THRESHOLD])
    assert drop_excess(row_of([1.0, 1.0]), income, chosen(2, 0), chosen(2, 1), THRESHOLD, QUEEN).tolist() == [False] * 2


def test_a_doubtful_cell_touches_a_sure_one_and_is_within_its_error() -> None:
    grid, seeds = row_of([100.0] * 4), chosen(4, 1)
    assert doubtful_neighbours(grid, income_of([0.6] * 4, 0.1), seeds, THRESHOLD, QUEEN, 1.0).tolist() == [
        True, False, True, False,
    ]  # fmt: skip
    assert not doubtful_neighbours(grid, income_of([0.7] * 4, 0.1), seeds, THRESHOLD, QUEEN, 1.0).any()
    assert not doubtful_neighbours(grid, income_of([0.6] * 4, 0.1), chosen(4), THRESHOLD, QUEEN, 1.0).any()


RING = [(row, column) for row in range(3) for column in range(4) if (row, column) not in {(1, 1), (1, 2)}]
"""Around a hole of two places, the eastern of which has people in the tests that say so."""


def filled(inside: list[tuple[int, int]], most: int, barred: bool = False, contiguity: Contiguity = QUEEN):
    seats = sorted([*RING, *inside, (9, 9), (0, 9), (9, 0)])
    grid = grid_of(seats, [10.0] * len(seats), [16_000.0] * len(seats))
    ring = np.array([seats.index(seat) for seat in RING])
    held = np.array([seat in inside and barred for seat in seats])
    east, north = filled_holes(grid, grid.easting[ring], grid.northing[ring], contiguity, most, held)
    return sorted(zip(((north - 3_120_000) // 200).tolist(), ((east - 3_750_000) // 200).tolist(), strict=True))


HOLE = [(1, 1), (1, 2)]


def test_a_hole_where_nobody_lives_is_filled() -> None:
    assert filled([], 0) == HOLE


def test_a_hole_of_more_populated_cells_than_said_stays_open() -> None:
    assert [filled([(1, 2)], most) for most in (0, 1, 2)] == [[], HOLE, HOLE]
    assert [filled(HOLE, most) for most in (1, 2)] == [[], HOLE]


def test_a_hole_that_holds_a_cell_of_others_stays_open() -> None:
    assert filled([(1, 2)], 2, barred=True) == []


def test_a_ring_that_holds_by_corners_encloses_for_the_queen_alone() -> None:
    seats = [(0, 1), (1, 0), (1, 2), (2, 1)]
    grid = grid_of(seats, [10.0] * 4, [16_000.0] * 4)

    def places(contiguity: Contiguity) -> int:
        return len(filled_holes(grid, grid.easting, grid.northing, contiguity, 0, np.zeros(4, dtype=bool))[0])

    assert (places(QUEEN), places(ROOK)) == (1, 0)
    assert len(filled_holes(grid, grid.easting[:3], grid.northing[:3], QUEEN, 0, np.zeros(4, dtype=bool))[0]) == 0


@pytest.mark.parametrize(
    ("other", "gap_m", "between"),
    [
        ((0, 2), 200.0, [(0, 1)]),
        ((0, 2), 199.0, []),
        ((2, 2), 200.0, [(1, 1)]),
        ((0, 3), 400.0, [(0, 1), (0, 2)]),
        ((0, 3), 399.0, []),
        ((3, 0), 400.0, [(1, 0), (2, 0)]),
        ((2, 4), 600.0, [(0, 1), (1, 2), (2, 3)]),  # along the straight line of the lattice
        ((1, 1), 200.0, []),  # they touch already
    ],
)
def test_clusters_apart_by_a_gap_of_empty_places_are_joined(
    other: tuple[int, int], gap_m: float, between: list[tuple[int, int]]
) -> None:
    def joined(*populated: tuple[int, int]) -> list[tuple[int, int]]:
        seats = sorted({(0, 0), other, (12, 12), *populated})
        grid = grid_of(seats, [10.0] * len(seats), [16_000.0] * len(seats))
        selected = np.array([seat in {(0, 0), other} for seat in seats])
        east, north = bridging_cells(grid, selected, QUEEN, gap_m)
        return sorted(zip(((north - 3_120_000) // 200).tolist(), ((east - 3_750_000) // 200).tolist(), strict=True))

    assert joined() == between
    if between:
        assert joined(between[-1]) == []  # people are never jumped over
