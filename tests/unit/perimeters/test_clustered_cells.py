"""Cells of a grid are put into quarters, with the unpopulated places that quarters hold."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from strategies import grid_of

from geoville.perimeters.outlines import NO_QUARTER, cells_of_quarters, squares_of_quarters

GRID = grid_of([(0, 0), (0, 2), (5, 5), (9, 9)], [800, 900, 300, 1_200], [10_000, 10_000, 40_000, 10_000])


def quarter(*seats: tuple[int, int]) -> SimpleNamespace:
    """A quarter of the places at these (row, column) seats."""
    rows, columns = np.array(seats).T
    return SimpleNamespace(easting=3_750_000 + 200 * columns, northing=3_120_000 + 200 * rows)


def test_unpopulated_places_are_added_and_everything_is_in_order() -> None:
    cells = cells_of_quarters(GRID, [quarter((9, 9)), quarter((0, 0), (0, 1), (0, 2))])
    assert cells.epsg == GRID.epsg
    assert (cells.easting - 3_750_000).tolist() == [0, 200, 400, 1_000, 1_800]
    assert (cells.northing - 3_120_000).tolist() == [0, 0, 0, 1_000, 1_800]
    assert cells.people.tolist() == [800, 0, 900, 300, 1_200]
    assert cells.quarter.tolist() == [1, 1, 1, NO_QUARTER, 0]
    assert [members.tolist() for members in cells.members()] == [[4], [0, 1, 2]]


def test_without_a_quarter_every_cell_is_outside() -> None:
    cells = cells_of_quarters(GRID, [])
    np.testing.assert_array_equal(cells.easting, GRID.easting)
    np.testing.assert_array_equal(cells.northing, GRID.northing)
    assert set(cells.quarter.tolist()) == {NO_QUARTER}
    assert cells.members() == []


def test_a_place_that_two_quarters_hold_goes_to_the_first() -> None:
    cells = cells_of_quarters(GRID, [quarter((0, 0)), quarter((0, 0), (0, 2))])
    assert cells.quarter.tolist() == [0, 1, NO_QUARTER, NO_QUARTER]


def test_the_squares_of_a_cell_share_its_people_and_lie_in_it() -> None:
    """Two cells side by side, each cut in four: rows from the south, columns from the west."""
    grid = grid_of([(0, 0), (0, 1)], [40, 80], [10_000, 10_000])
    held = SimpleNamespace(squares=np.array([[31_200, 31_201], [37_501, 37_502]]))
    cells = squares_of_quarters(grid, [held, SimpleNamespace(squares=None)], 2)
    assert cells.size_m == 100
    assert (cells.easting - 3_750_000).tolist() == [0, 100, 200, 300] * 2
    assert (cells.northing - 3_120_000).tolist() == [0] * 4 + [100] * 4
    assert cells.people.tolist() == [10, 10, 20, 20] * 2
    out = NO_QUARTER
    assert cells.quarter.tolist() == [out, 0, out, out, out, out, 0, out]
