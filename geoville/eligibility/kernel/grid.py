"""A grid of cells on three levels: coarse ones everywhere, finer ones only where something happens.

The codes of all cells stand in one array: those of the coarse cells first, row after row from the south-west, then
those of blocks of `SIDE` by `SIDE` smaller cells. A negative code of a coarse or middle cell leads to the block that
divides it; what the other codes mean is the affair of whoever wrote them.
"""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Function = TypeVar("Function", bound=Callable[..., Any])


# --- How the loops of the kernel are compiled: at their first call, and kept on disk where the machine lets them be


def compiled(function: Function, **options: bool) -> Function:
    """Compile a function of numbers and arrays to machine code that holds no lock of the interpreter."""
    import numba

    asked: dict[str, Any] = {"nogil": True, "error_model": "numpy", **options}
    try:
        made = numba.njit(function, cache=True, **asked)
    except RuntimeError:  # neither the package's folder nor the user's can keep the compiled code
        return numba.njit(function, **asked)  # type: ignore[no-any-return]
    _forget_older(made, Path(function.__code__.co_filename))
    return made  # type: ignore[no-any-return]


def _forget_older(function: Callable[..., Any], source: Path) -> None:
    """Forget what was kept of a function before its file changed.

    numba finds that out itself, but reads what was kept first: it stops where that names a class that is no more.
    """
    with suppress(OSError):
        changed = source.stat().st_mtime
        for kept in _kept(function):
            if kept.stat().st_mtime < changed:
                kept.unlink(missing_ok=True)


def is_kept(function: Callable[..., Any]) -> bool:
    """Whether the machine code of a compiled function is kept on disk, by this process or another."""
    return any(_kept(function))


def _kept(function: Callable[..., Any]) -> Iterator[Path]:
    """Files that say what is kept of a compiled function."""
    folder = getattr(getattr(function, "stats", None), "cache_path", None)
    name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}-*.nbi"
    return iter(()) if folder is None else Path(folder).glob(name)


def compiled_loop(function: Function) -> Function:
    """Compile a loop over points that makes no array: it need not count the references to those that it is given.

    Counting them once per point would take as long as the rest.
    """
    return compiled(function, _nrt=False)


def inlined(function: Function) -> Function:
    """Compile a function as a part of those that call it."""
    import numba

    return numba.njit(function, inline="always", error_model="numpy")  # type: ignore[no-any-return]


# --- The cells

MARGIN_M = 1e-4
"""Cells are taken this much larger than they are: far above any rounding of coordinates, far below any cell."""

SHIFT = 3
SIDE = 1 << SHIFT
"""Cells along the side of the larger one that they divide."""

FINE_SHIFT = 2 * SHIFT
FINE_SIDE = SIDE * SIDE
"""Fine cells along the side of a coarse one."""

_COARSE_CELLS_ACROSS = 1024
_SMALLEST_COARSE_M = 256.0


class KernelGrid(NamedTuple):
    """Where the cells are.

    Parameters
    ----------
    west, south : of the first cell, metres.
    fine_m : side of a fine cell, metres.
    per_m : its inverse.
    columns, rows : of coarse cells.
    """

    west: float
    south: float
    fine_m: float
    per_m: float
    columns: int
    rows: int


class Cells(NamedTuple):
    """A grid and the codes of its cells."""

    grid: KernelGrid
    codes: NDArray[np.int32]


def grid_over(
    bounds: NDArray[np.float64], reach_m: float = 0.0, coarse_across: int = _COARSE_CELLS_ACROSS
) -> KernelGrid:
    """Grid over (n, 4) bounds and all that lies within some metres of them, about so many coarse cells wide at most."""
    west, south = bounds[:, :2].min(axis=0) - reach_m - _SMALLEST_COARSE_M
    east, north = bounds[:, 2:].max(axis=0) + reach_m + _SMALLEST_COARSE_M
    coarse_m = max(max(east - west, north - south) / coarse_across, _SMALLEST_COARSE_M)
    columns, rows = int((east - west) / coarse_m) + 1, int((north - south) / coarse_m) + 1
    return KernelGrid(
        float(west), float(south), float(coarse_m / FINE_SIDE), float(FINE_SIDE / coarse_m), columns, rows
    )


@inlined
def code_at(east: float, north: float, grid: KernelGrid, codes: NDArray[np.int32]) -> int:
    """Code of the smallest cell that holds a point; 0 outside the grid and for NaN."""
    across, along = (east - grid.west) * grid.per_m, (north - grid.south) * grid.per_m
    code = 0
    if 0 <= across < grid.columns << FINE_SHIFT and 0 <= along < grid.rows << FINE_SHIFT:
        column, row = int(across), int(along)
        code = codes[np.uint32((row >> FINE_SHIFT) * grid.columns + (column >> FINE_SHIFT))]
        if code < 0:
            code = codes[place_in_block(-code, row >> SHIFT, column >> SHIFT)]
            if code < 0:
                code = codes[place_in_block(-code, row, column)]
    return code


@inlined
def place_in_block(block: int, row: int, column: int) -> int:
    """Place, among all codes, of the cell of a block in a row and a column of cells of its size."""
    return np.uint32(block + ((row & (SIDE - 1)) << SHIFT) + (column & (SIDE - 1)))  # type: ignore[return-value]


@compiled
def in_order(cell: NDArray[np.int64], cells: int) -> NDArray[np.int64]:
    """(n,) what is in the first of some cells, what is in the second, …, each in the order in which it comes."""
    first = np.zeros(cells + 1, np.int32)
    for item in range(len(cell)):
        first[cell[item] + 1] += 1
    for place in range(1, len(first)):
        first[place] += first[place - 1]
    order = np.empty(len(cell), np.int64)
    for item in range(len(cell)):
        order[first[cell[item]]] = item
        first[cell[item]] += 1
    return order


@compiled
def in_order_of_cells(east: NDArray[np.float64], north: NDArray[np.float64], grid: KernelGrid) -> NDArray[np.int64]:
    """(n,) points coarse cell after coarse cell, so that what is read for one is still at hand for the next.

    Those outside the grid come first.
    """
    cell = np.zeros(len(east), np.int64)
    for point in range(len(east)):
        across, along = (east[point] - grid.west) * grid.per_m, (north[point] - grid.south) * grid.per_m
        if 0 <= across < grid.columns << FINE_SHIFT and 0 <= along < grid.rows << FINE_SHIFT:
            cell[point] = 1 + (int(along) >> FINE_SHIFT) * grid.columns + (int(across) >> FINE_SHIFT)
    return in_order(cell, grid.columns * grid.rows + 1)


def touched_cells(ends: NDArray[np.float64], grid: KernelGrid) -> NDArray[np.int32]:
    """Fine cells that segments touch: (3, k) row, column and segment."""
    touched = np.empty((3, _write_touched(ends, grid, np.empty((3, 0), dtype=np.int32))), dtype=np.int32)
    _write_touched(ends, grid, touched)
    return touched


@compiled_loop
def _write_touched(ends: NDArray[np.float64], grid: KernelGrid, touched: NDArray[np.int32]) -> int:
    """Write the fine cells that segments touch, as many as there is room for, and count them all."""
    count = 0
    for segment in range(len(ends)):
        first_row, last_row = _lines(ends[segment, 1], ends[segment, 3], grid.south, grid.fine_m)
        for row in range(first_row, last_row + 1):
            first, last = _columns_in_row(ends, segment, row, grid)
            if touched.shape[1] > 0:
                for column in range(first, last + 1):
                    rank = count + column - first
                    touched[0, rank], touched[1, rank], touched[2, rank] = row, column, segment
            count += last - first + 1
    return count


@compiled
def _lines(one: float, other: float, origin: float, step: float) -> tuple[int, int]:
    """First and last line of cells between two coordinates, margin included."""
    low, high = min(one, other) - MARGIN_M, max(one, other) + MARGIN_M
    return math.floor((low - origin) / step), math.floor((high - origin) / step)


@compiled
def _columns_in_row(ends: NDArray[np.float64], segment: int, row: int, grid: KernelGrid) -> tuple[int, int]:
    """First and last column of the cells of a row that a segment touches."""
    x1, y1, x2, y2 = ends[segment, 0], ends[segment, 1], ends[segment, 2], ends[segment, 3]
    low = grid.south + row * grid.fine_m - MARGIN_M
    high = low + grid.fine_m + 2 * MARGIN_M
    enters, leaves = 0.0, 1.0
    if y1 != y2:
        one, other = (low - y1) / (y2 - y1), (high - y1) / (y2 - y1)
        enters, leaves = max(0.0, min(one, other)), min(1.0, max(one, other))
    return _lines(x1 + enters * (x2 - x1), x1 + leaves * (x2 - x1), grid.west, grid.fine_m)
