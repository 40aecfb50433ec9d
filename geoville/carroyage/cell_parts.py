"""Cells cut into squares (sub-cells), and into parts: the squares of a cell that lie in one IRIS.

A square holds an equal part of the people of its cell. What is estimated is the same for all the squares of a part, so
parts are what figures are kept for, and squares are made of them only where ground is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.income import CellIncome


NO_IRIS = -1


@dataclass(frozen=True, eq=False, slots=True)
class CellParts:
    """Parts of cells.

    Parameters
    ----------
    side : squares along the side of a cell.
    cell : (m,) index of the cell of each part in its grid, increasing.
    squares : (m,) uint64, one bit for each square of the cell, set where it belongs to the part: bit ``row × side +
        column``, rows from the south, columns from the west.
    iris : (m,) index of the IRIS that holds the part; `NO_IRIS` where there is none.
    income : (m,) estimated distribution of declared income.
    probit_error : standard error of the probit of the share below a threshold of any place of the territory.
    """

    side: int
    cell: NDArray[np.intp]
    squares: NDArray[np.uint64]
    iris: NDArray[np.intp]
    income: CellIncome
    probit_error: float

    @property
    def weight(self) -> NDArray[np.float64]:
        """(m,) share of the people of its cell that each part holds."""
        return np.bitwise_count(self.squares) / float(self.side**2)

    def take_cells(self, rows: NDArray[np.intp], count: int) -> CellParts:
        """Return the parts of some cells, renumbered.

        Parameters
        ----------
        rows : increasing indices of the cells.
        count : number of cells of the whole grid.
        """
        place = np.full(count, -1, dtype=np.intp)
        place[rows] = np.arange(len(rows))
        kept = np.flatnonzero(place[self.cell] >= 0)
        return CellParts(
            self.side,
            place[self.cell[kept]],
            self.squares[kept],
            self.iris[kept],
            self.income.take(kept),
            self.probit_error,
        )

    def share_below(self, threshold: float | NDArray[np.float64], count: int) -> NDArray[np.float64]:
        """(count,) share of the people of each cell below a relative threshold (one for each cell, or for all).

        NaN where nothing is known.
        """
        limit = np.broadcast_to(np.asarray(threshold, dtype=float), (count,))[self.cell]
        below = np.bincount(self.cell, self.weight * self.income.share_below(limit), count)
        held = np.bincount(self.cell, self.weight, count)
        with np.errstate(invalid="ignore"):
            return np.asarray(below / held)


@dataclass(frozen=True, eq=False, slots=True)
class Subcells:
    """Squares of cells, by (row, column).

    Parameters
    ----------
    row, column : (n,) place on the lattice of squares: northing and easting of the south-west corner over their size.
    part : (n,) index of the part of each.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    part: NDArray[np.intp]

    def of_cells(self, parts: CellParts, chosen: NDArray[np.bool_]) -> Subcells:
        """The squares of some cells."""
        kept = chosen[parts.cell[self.part]]
        return Subcells(self.row[kept], self.column[kept], self.part[kept])


def subcells_of(parts: CellParts, easting: NDArray[np.int64], northing: NDArray[np.int64]) -> Subcells:
    """Squares of parts.

    Parameters
    ----------
    easting, northing : south-west corners of the cells of the grid, metres.
    """
    side = parts.side
    bits = np.arange(side**2, dtype=np.uint64)
    part, bit = np.nonzero((parts.squares[:, None] >> bits) & np.uint64(1))
    size = CELL_SIZE_M // side
    row = northing[parts.cell[part]] // size + bit // side
    column = easting[parts.cell[part]] // size + bit % side
    order = np.lexsort((column, row))
    return Subcells(row[order], column[order], part[order])


def whole_cells(iris: NDArray[np.intp], side: int) -> tuple[NDArray[np.intp], NDArray[np.uint64], NDArray[np.intp]]:
    """Cell, squares and IRIS of parts that are whole cells, each in one IRIS.

    >>> cell, squares, iris = whole_cells(np.array([3, -1]), 2)
    >>> cell.tolist(), squares.tolist(), iris.tolist()
    ([0, 1], [15, 15], [3, -1])
    """
    every = np.full(len(iris), (1 << side**2) - 1, dtype=np.uint64)
    return np.arange(len(iris)), every, iris


def cut_by_iris(
    iris_of_square: NDArray[np.intp], side: int
) -> tuple[NDArray[np.intp], NDArray[np.uint64], NDArray[np.intp]]:
    """Cell, squares and IRIS of the parts of cells.

    Parameters
    ----------
    iris_of_square : (n, side²) IRIS of the centre of each square, or `NO_IRIS`; squares in the order of the bits.
    """
    count = len(iris_of_square)
    lowest, beyond = NO_IRIS, int(iris_of_square.max(initial=NO_IRIS)) + 1
    width = beyond - lowest
    key = np.arange(count)[:, None] * width + (iris_of_square - lowest)
    found, place = np.unique(key, return_inverse=True)
    bits = np.left_shift(np.uint64(1), np.arange(side**2, dtype=np.uint64))
    squares = np.zeros(len(found), dtype=np.uint64)
    np.bitwise_or.at(squares, place.ravel(), np.broadcast_to(bits, iris_of_square.shape).ravel())
    return found // width, squares, found % width + lowest


def square_centres(
    easting: NDArray[np.int64], northing: NDArray[np.int64], side: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, side²) easting and northing of the centres of the squares of cells, in the order of the bits."""
    size = CELL_SIZE_M / side
    bits = np.arange(side**2)
    return (
        easting[:, None] + (bits % side + 0.5) * size,
        northing[:, None] + (bits // side + 0.5) * size,
    )
