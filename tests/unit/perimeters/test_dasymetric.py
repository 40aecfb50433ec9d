"""People live in blocks, and in the whole cell where there is none."""

from __future__ import annotations

import numpy as np
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
