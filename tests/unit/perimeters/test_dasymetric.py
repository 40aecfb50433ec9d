"""People live in blocks, and in the whole cell where there is none."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.perimeters.blocks import spread_people


def boxes(*bounds: tuple[float, float, float, float]) -> np.ndarray:
    return np.array([shapely.box(*bound) for bound in bounds])


def test_people_live_in_blocks_in_proportion_to_their_area_in_the_cell() -> None:
    squares = boxes((0, 0, 200, 200), (200, 0, 400, 200), (400, 0, 600, 200))
    blocks = boxes((0, 0, 50, 200), (150, 0, 300, 200))
    spread = spread_people(squares, np.array([100.0, 30.0, 7.0]), blocks)
    found = dict(zip(zip(spread.cell.tolist(), spread.unit.tolist(), strict=True), spread.people, strict=True))
    assert found == {(0, 0): 50, (0, 1): 50, (1, 1): 30, (2, 2): 7}
    assert shapely.equals(spread.units[2], squares[2])


def test_a_block_that_grazes_a_cell_houses_nobody_of_it() -> None:
    squares = boxes((0, 0, 200, 200), (200, 0, 400, 200))
    spread = spread_people(squares, np.array([100.0, 30.0]), boxes((199.999, 0, 400, 200)))
    assert shapely.equals(spread.units[1], squares[0])
    assert dict(zip(spread.unit.tolist(), spread.people.tolist(), strict=True)) == {0: 30, 1: 100}


@pytest.mark.parametrize(("width", "units"), [(1.0, [0]), (0.875, [1])])
def test_a_block_houses_a_cell_from_one_square_metre_of_it_on(width: float, units: list[int]) -> None:
    spread = spread_people(boxes((0, 0, 200, 200)), np.array([100.0]), boxes((200 - width, 199, 300, 200)))
    assert (spread.unit.tolist(), spread.people.tolist()) == (units, [100])
    assert spread.area_m2.tolist() == [1.0 if units == [0] else 40_000]


def test_units_are_the_blocks_in_order_then_the_bare_cells_in_order() -> None:
    squares = boxes((0, 0, 200, 200), (200, 0, 400, 200), (400, 0, 600, 200))
    blocks = boxes((900, 0, 950, 200), (200, 0, 260, 100), (300, 0, 400, 20))
    spread = spread_people(squares, np.array([5.0, 80.0, 0.0]), blocks)
    assert [unit.bounds for unit in spread.units] == [item.bounds for item in (*blocks, squares[0], squares[2])]
    found = zip(
        spread.cell.tolist(), spread.unit.tolist(), spread.area_m2.tolist(), spread.people.tolist(), strict=True
    )
    assert sorted(found) == [(0, 3, 40_000, 5), (1, 1, 6_000, 60), (1, 2, 2_000, 20), (2, 4, 40_000, 0)]
    assert shapely.area(spread.part).tolist() == spread.area_m2.tolist()
