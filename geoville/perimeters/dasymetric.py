"""Where in a cell people live: spread over the blocks that it meets, since nobody lives on a street or a river."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOISE_M2 = 1.0
"""A cell and a block whose edges meet overlap by rounding alone; a share under this is nobody's home."""


@dataclass(frozen=True, eq=False, slots=True)
class SpreadPeople:
    """People of cells, on the parts of cells where they are taken to live.

    Parameters
    ----------
    units : (u,) polygons: the blocks in the order given, then the cells that meet no block.
    part : (m,) polygons, each the overlap of one cell and one unit.
    cell, unit : (m,) indices of the cell and the unit of each part.
    area_m2, people : (m,) of each part.
    """

    units: NDArray[np.object_]
    part: NDArray[np.object_]
    cell: NDArray[np.intp]
    unit: NDArray[np.intp]
    area_m2: NDArray[np.float64]
    people: NDArray[np.float64]


def spread_people(
    squares: NDArray[np.object_], people: NDArray[np.float64], blocks: NDArray[np.object_]
) -> SpreadPeople:
    """Spread the people of each cell over the blocks that it meets, in proportion to their area inside the cell.

    Parameters
    ----------
    squares : (n,) cells as polygons, not overlapping.
    people : (n,) people in each cell.
    blocks : (b,) valid polygons that do not overlap, in the same projected CRS.

    Notes
    -----
    The people of a cell that meets no block stay in the whole cell, which then counts as a block. Totals are kept, cell
    by cell.
    """
    import shapely

    cell, block = shapely.STRtree(blocks).query(squares, predicate="intersects")
    order = np.lexsort((block, cell))
    cell, block = cell[order], block[order]
    part = shapely.intersection(squares[cell], blocks[block])
    area_m2 = shapely.area(part)
    real = area_m2 >= NOISE_M2
    bare = np.setdiff1d(np.arange(len(squares)), cell[real])
    cell = np.concatenate([cell[real], bare])
    area_m2 = np.concatenate([area_m2[real], shapely.area(squares[bare])])
    area_of_cell = np.bincount(cell, weights=area_m2, minlength=len(squares))
    return SpreadPeople(
        units=np.concatenate([blocks, squares[bare]]),
        part=np.concatenate([part[real], squares[bare]]),
        cell=cell,
        unit=np.concatenate([block[real], len(blocks) + np.arange(len(bare))]),
        area_m2=area_m2,
        people=people[cell] * area_m2 / area_of_cell[cell],
    )
