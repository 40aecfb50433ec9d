"""Cells cut into squares and into the parts that lie in one IRIS."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.cell_parts import CellParts, cut_by_iris, square_centres, subcells_of, whole_cells
from geoville.carroyage.income import CellIncome


def parts(cell: list[int], squares: list[int], iris: list[int], median: list[float], side: int = 2) -> CellParts:
    nothing = np.zeros(len(cell))
    income = CellIncome(np.array(median), np.full(len(cell), 0.7), nothing, nothing)
    return CellParts(side, np.array(cell), np.array(squares, dtype=np.uint64), np.array(iris), income, 0.24)


def test_centres_go_from_the_south_west_row_after_row() -> None:
    east, north = square_centres(np.array([1000]), np.array([2000]), 2)
    assert east.tolist() == [[1050.0, 1150.0, 1050.0, 1150.0]]
    assert north.tolist() == [[2050.0, 2050.0, 2150.0, 2150.0]]


def test_a_cell_is_cut_along_the_limit_of_iris() -> None:
    cell, squares, iris = cut_by_iris(np.array([[4, -1, 4, 4], [7, 7, 7, 7]]), 2)
    assert cell.tolist() == [0, 0, 1]
    assert iris.tolist() == [-1, 4, 7]
    assert squares.tolist() == [0b0010, 0b1101, 0b1111]
    cell, squares, iris = cut_by_iris(np.array([[4] * 12 + [7] * 4]), 4)  # the northern row is in another one
    assert (cell.tolist(), squares.tolist(), iris.tolist()) == ([0, 0], [0x0FFF, 0xF000], [4, 7])


def test_squares_of_parts_are_those_of_the_cells_each_once() -> None:
    made = parts([0, 0, 1], [0b0010, 0b1101, 0b1111], [-1, 4, 7], [1.0, 1.0, 1.0])
    found = subcells_of(made, np.array([0, 200]), np.array([400, 400]))
    assert list(zip(found.row.tolist(), found.column.tolist(), found.part.tolist(), strict=True)) == [
        (4, 0, 1),
        (4, 1, 0),
        (4, 2, 2),
        (4, 3, 2),
        (5, 0, 1),
        (5, 1, 1),
        (5, 2, 2),
        (5, 3, 2),
    ]


def test_the_share_of_a_cell_is_the_mean_of_its_parts_by_their_squares() -> None:
    made = parts([0, 0], [0b0001, 0b1110], [0, 1], [0.6, 0.6 * np.exp(0.7 * 0.6744897501960817)])
    assert made.weight.tolist() == [0.25, 0.75]
    assert made.share_below(0.6, 2)[0] == pytest.approx(0.25 * 0.5 + 0.75 * 0.25)
    assert np.isnan(made.share_below(0.6, 2)[1])


def test_parts_of_some_cells_are_renumbered() -> None:
    made = parts([0, 1, 1, 2], [15, 1, 14, 15], [0, 1, 2, 3], [0.4, 0.5, 0.6, 0.7]).take_cells(np.array([1, 2]), 3)
    assert made.cell.tolist() == [0, 0, 1]
    assert made.iris.tolist() == [1, 2, 3]


def test_whole_cells_hold_all_their_squares() -> None:
    _, squares, _ = whole_cells(np.array([0]), 4)
    assert squares.tolist() == [2**16 - 1]


def test_a_cell_of_the_most_squares_has_them_all() -> None:
    """Sixty-four squares of 25 m: as many as a number has bits."""
    _, squares, iris = whole_cells(np.array([0]), 8)
    made = parts([0], squares.tolist(), iris.tolist(), [1.0], side=8)
    found = subcells_of(made, np.array([200]), np.array([400]))
    assert sorted(zip(found.row.tolist(), found.column.tolist(), strict=True)) == [
        (row, column) for row in range(16, 24) for column in range(8, 16)
    ]
