from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.perimeters.areas import PopulatedCells


@pytest.fixture
def cells() -> PopulatedCells:
    """Three squares of 200 m in a row, with 10, 20 and 40 people."""
    squares = np.array([shapely.box(left, 0, left + 200, 200) for left in (0, 200, 400)])
    return PopulatedCells(squares, np.array([10.0, 20.0, 40.0]))


def test_people_are_spread_evenly_over_their_cell(cells):
    assert cells.people_in(shapely.box(100, 0, 450, 200)) == pytest.approx(5 + 20 + 10)


def test_a_cell_is_in_an_area_from_one_half_on(cells):
    assert cells.cells_in(shapely.box(100, 0, 499, 200)).tolist() == [0, 1]


@pytest.mark.parametrize("area", [shapely.Polygon(), shapely.box(600, 0, 800, 200), shapely.box(900, 0, 950, 10)])
def test_an_area_without_cells_holds_nobody(cells, area):
    assert cells.people_in(area) == 0
    assert cells.cells_in(area).tolist() == []
