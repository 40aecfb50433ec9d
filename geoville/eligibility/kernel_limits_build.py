"""Make what `kernel_limits` reads, from the segments of polygons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.kernel_compiler import compiled
from geoville.eligibility.kernel_grid import MARGIN_M, SIDE, Cells, Grid, empty_cells, grid_over
from geoville.eligibility.kernel_limits import Limits, at_least, at_most, distance_to

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.eligibility.kernel_segments import Segments

_FAR_REACH_M = 50_000.0
_FAR_CELLS_ACROSS = 128
_GROUPS = 4
_GROUP_SIDE = SIDE // _GROUPS
"""Fine cells along the side of the groups on which lists are first shortened."""


def build_limits(segments: Segments, grid: Grid, reach_m: float) -> Limits:
    """List the limits that may be the nearest: segments within some metres of a limit, polygons beyond."""
    blocks = _coarse_cells_near(segments.bounds, grid, reach_m)
    near = empty_cells(grid, blocks)
    first_near, nearest = _near_lists(segments, near, blocks, reach_m)
    far, first_far, farther = _far_lists(segments.bounds)
    width, height = (segments.ends[:, 2:] - segments.ends[:, :2]).T
    ends = np.column_stack([segments.ends, 1 / (width * width + height * height)])
    return Limits(
        ends, segments.starts, segments.bounds, segments.owner,
        near, first_near, nearest, far, first_far, farther,
    )  # fmt: skip


def _coarse_cells_near(bounds: NDArray[np.float64], grid: Grid, reach_m: float) -> NDArray[np.int64]:
    """Numbers of the coarse cells within some metres of the bounds of a polygon."""
    near = np.zeros((grid.rows, grid.columns), dtype=bool)
    origin = np.array([grid.west, grid.south])
    lowest = np.maximum((bounds[:, :2] - reach_m - origin) // (grid.fine_m * SIDE), 0).astype(int)
    highest = ((bounds[:, 2:] + reach_m - origin) // (grid.fine_m * SIDE)).astype(int)
    for (west, south), (east, north) in zip(lowest.tolist(), highest.tolist(), strict=True):
        near[south : north + 1, west : east + 1] = True
    return np.flatnonzero(near)


def _far_lists(bounds: NDArray[np.float64]) -> tuple[Cells, NDArray[np.int64], NDArray[np.int32]]:
    """Polygons that may be the nearest to some point of each cell of a wide grid, by their bounds."""
    grid = grid_over(bounds, _FAR_REACH_M, _FAR_CELLS_ACROSS)
    cells = empty_cells(grid, np.empty(0, dtype=np.int64))
    coarse_m = grid.fine_m * SIDE
    lists: dict[bytes, int] = {np.arange(len(bounds), dtype=np.int32).tobytes(): 0}
    east = grid.west + (np.arange(grid.columns)[:, None] + 0.5) * coarse_m
    across = np.maximum(np.maximum(bounds[:, 0] - east, east - bounds[:, 2]), 0)
    width = np.maximum(np.abs(east - bounds[:, 0]), np.abs(east - bounds[:, 2]))
    for row in range(grid.rows):
        north = grid.south + (row + 0.5) * coarse_m
        along = np.maximum(np.maximum(bounds[:, 1] - north, north - bounds[:, 3]), 0)
        height = np.maximum(np.abs(north - bounds[:, 1]), np.abs(north - bounds[:, 3]))
        enough = np.hypot(width, height).min(axis=1, keepdims=True) + coarse_m * math.sqrt(2) + MARGIN_M
        for column, kept in enumerate(np.hypot(across, along) <= enough):
            listed = np.flatnonzero(kept).astype(np.int32).tobytes()
            cells.codes[row * grid.columns + column] = lists.setdefault(listed, len(lists))
    sizes = [len(listed) // np.dtype(np.int32).itemsize for listed in lists]
    return cells, np.cumsum([0, *sizes]).astype(np.int64), np.frombuffer(b"".join(lists), dtype=np.int32)


def _near_lists(
    segments: Segments, cells: Cells, blocks: NDArray[np.int64], reach_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Write the numbers of the lists of fine cells, and return the lists."""
    sizes, listed = [np.zeros(1, dtype=np.int64)], [np.empty(0, dtype=np.int32)]
    lists = 0
    for block in blocks.tolist():
        place, size, near = _block_lists(block, segments.ends, segments.starts, segments.bounds, cells.grid, reach_m)
        cells.codes[place - cells.codes[block]] = lists + 1 + np.arange(len(place))
        lists += len(place)
        sizes.append(size)
        listed.append(near)
    return np.cumsum(np.concatenate(sizes)), np.concatenate(listed)


@compiled
def _block_lists(
    block: int,
    ends: NDArray[np.float64],
    starts: NDArray[np.int64],
    bounds: NDArray[np.float64],
    grid: Grid,
    reach_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """Fine cells of a block that are within reach: their places in it, the sizes of their lists, the lists end to end.

    Notes
    -----
    A segment may be the nearest to some point of a cell only where, seen from its centre, it is no farther than the
    nearest one and the cell's diagonal. Lists are shortened on the coarse cell, on groups of fine cells, then on each.
    """
    row, column = block // grid.columns * SIDE, block % grid.columns * SIDE
    around, _ = _closest(row, column, SIDE, ends, _of_close_polygons(row, column, starts, bounds, grid), grid)
    places, sizes = np.empty(SIDE * SIDE, np.int64), np.empty(SIDE * SIDE, np.int64)
    listed = np.empty(SIDE * SIDE * len(around), np.int32)
    cells, count = 0, 0
    for group in range(_GROUPS * _GROUPS):
        low, left = group // _GROUPS * _GROUP_SIDE, group % _GROUPS * _GROUP_SIDE
        close, _ = _closest(row + low, column + left, _GROUP_SIDE, ends, around, grid)
        for cell in range(_GROUP_SIDE * _GROUP_SIDE):
            up, right = low + cell // _GROUP_SIDE, left + cell % _GROUP_SIDE
            kept, least = _closest(row + up, column + right, 1, ends, close, grid)
            if least > reach_m + grid.fine_m:
                continue
            places[cells], sizes[cells] = up * SIDE + right, len(kept)
            listed[count : count + len(kept)] = kept
            cells, count = cells + 1, count + len(kept)
    return places[:cells].copy(), sizes[:cells].copy(), listed[:count].copy()


@compiled
def _closest(
    row: int, column: int, side: int, ends: NDArray[np.float64], candidates: NDArray[np.int32], grid: Grid
) -> tuple[NDArray[np.int32], float]:
    """Segments that may be the nearest to some point of a square of fine cells, and how far its centre's nearest is."""
    east, north = grid.west + (column + side / 2) * grid.fine_m, grid.south + (row + side / 2) * grid.fine_m
    metres = np.empty(len(candidates))
    for place in range(len(candidates)):
        metres[place] = distance_to(east, north, ends, candidates[place])
    least = metres.min()
    return candidates[metres <= least + side * grid.fine_m * math.sqrt(2) + MARGIN_M], least


@compiled
def _of_close_polygons(
    row: int, column: int, starts: NDArray[np.int64], bounds: NDArray[np.float64], grid: Grid
) -> NDArray[np.int32]:
    """Segments of the polygons whose bounds may hold the nearest limit to some point of a coarse cell."""
    half = SIDE / 2 * grid.fine_m
    east, north = grid.west + column * grid.fine_m + half, grid.south + row * grid.fine_m + half
    enough = math.inf
    for polygon in range(len(bounds)):
        enough = min(enough, at_most(east, north, bounds[polygon]))
    enough += 2 * math.sqrt(2) * half + MARGIN_M
    count = 0
    found = np.empty(starts[-1], np.int32)
    for polygon in range(len(bounds)):
        if at_least(east, north, bounds[polygon]) <= enough:
            for segment in range(starts[polygon], starts[polygon + 1]):
                found[count] = segment
                count += 1
    return found[:count].copy()
