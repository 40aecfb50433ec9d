"""Holes: places that a cluster encloses, filled when hardly anybody lives there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.touching import Contiguity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid

_FEWEST_AROUND_A_HOLE = 4  # those that touch it by an edge, and one another by a corner


def filled_holes(
    grid: Grid,
    easting: NDArray[np.int64],
    northing: NDArray[np.int64],
    contiguity: Contiguity,
    most_populated_cells: int,
    barred: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places that one cluster encloses and that are filled.

    Parameters
    ----------
    grid : every populated cell.
    easting, northing : (n,) cells of one cluster, metres in the grid's CRS.
    most_populated_cells : a hole with more populated cells than this stays open.
    barred : (cells of the grid,) those of another cluster or urban unit: a hole that holds one stays open.

    Returns
    -------
    easting, northing : (m,) lattice places to add, populated or not.

    Notes
    -----
    The outside is 4-connected where clusters are 8-connected, and the other way round: the two must not cross.
    """
    from scipy import ndimage

    if len(easting) < _FEWEST_AROUND_A_HOLE:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    south, west = northing.min(), easting.min()
    rows, columns = (northing - south) // CELL_SIZE_M, (easting - west) // CELL_SIZE_M
    covered = np.zeros((rows.max() + 1, columns.max() + 1), dtype=bool)
    covered[rows, columns] = True
    outside_structure = ndimage.generate_binary_structure(2, 1 if contiguity is Contiguity.QUEEN else 2)
    enclosed = ndimage.binary_fill_holes(covered, structure=outside_structure) & ~covered
    hole, count = ndimage.label(enclosed, structure=outside_structure)
    if count == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    inhabited = _populated_cells(grid, barred, int(west), int(south), covered.shape)
    inhabitants = ndimage.sum_labels(inhabited, hole, index=np.arange(count + 1))
    fill_rows, fill_columns = np.nonzero(enclosed & (inhabitants <= most_populated_cells)[hole])
    return west + fill_columns * CELL_SIZE_M, south + fill_rows * CELL_SIZE_M


def _populated_cells(
    grid: Grid, barred: NDArray[np.bool_], west: int, south: int, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Lattice with 1 where somebody lives, and infinity where a cell is barred."""
    north, east = (corner + (size - 1) * CELL_SIZE_M for corner, size in zip((south, west), shape, strict=True))
    near = grid.rows_in_box(west, south, east, north)
    picture = np.zeros(shape)
    rows, columns = (grid.northing[near] - south) // CELL_SIZE_M, (grid.easting[near] - west) // CELL_SIZE_M
    picture[rows, columns] = np.where(barred[near], np.inf, grid.people[near] > 0)
    return picture
