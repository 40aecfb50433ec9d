"""How far the limits are: an index of segments by cells, built and read."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoville.eligibility.kernel.grid import (
    FINE_SIDE,
    MARGIN_M,
    SIDE,
    Cells,
    KernelGrid,
    code_at,
    compiled,
    compiled_loop,
    grid_over,
    inlined,
)
from geoville.eligibility.kernel.polygons import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.eligibility.kernel.polygons import Segments


class LimitIndex(NamedTuple):
    """What tells how far limits are.

    Parameters
    ----------
    ends : (m, 5) as in `Segments`, then the inverse of the square of the length.
    starts, bounds, owner : as in `Segments`.
    near : cells whose codes are 1 + a list of segments, 0 where no limit is near.
    first_near, nearest : segments of list s are `nearest[first_near[s]:first_near[s + 1]]`, in increasing order.
    far : cells whose codes are lists of polygons; list 0 holds them all.
    first_far, farther : polygons of list s are `farther[first_far[s]:first_far[s + 1]]`, in increasing order.
    """

    ends: NDArray[np.float64]
    starts: NDArray[np.int64]
    bounds: NDArray[np.float64]
    owner: NDArray[np.int32]
    near: Cells
    first_near: NDArray[np.int32]
    nearest: NDArray[np.int32]
    far: Cells
    first_far: NDArray[np.int64]
    farther: NDArray[np.int32]


@inlined
def distance_to(east: float, north: float, ends: NDArray[np.float64], segment: int) -> float:
    """Distance from a point to a segment, metres: the formula of GEOS, so that it rounds as GEOS does."""
    x1, y1, x2, y2 = ends[segment, 0], ends[segment, 1], ends[segment, 2], ends[segment, 3]
    length2 = (x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1)
    along = ((east - x1) * (x2 - x1) + (north - y1) * (y2 - y1)) / length2
    if along <= 0.0:
        return math.sqrt((east - x1) * (east - x1) + (north - y1) * (north - y1))
    if along >= 1.0:
        return math.sqrt((east - x2) * (east - x2) + (north - y2) * (north - y2))
    across = ((y1 - north) * (x2 - x1) - (x1 - east) * (y2 - y1)) / length2
    return float(abs(across) * math.sqrt(length2))


@inlined
def squared_distance_to(east: float, north: float, ends: NDArray[np.float64], segment: int) -> float:
    """About the square of that distance, without a branch, a root or a division."""
    right, up = east - ends[segment, 0], north - ends[segment, 1]
    width, height = ends[segment, 2] - ends[segment, 0], ends[segment, 3] - ends[segment, 1]
    along = min(max((right * width + up * height) * ends[segment, 4], 0.0), 1.0)
    return float((right - along * width) ** 2 + (up - along * height) ** 2)


@compiled_loop
def measure(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    order: NDArray[np.int64],
    sets: NDArray[np.int32],
    first_member: NDArray[np.int64],
    members: NDArray[np.int32],
    limits: LimitIndex,
    signed: NDArray[np.float64],
    polygon: NDArray[np.int32],
    stage: NDArray[np.int32],
    ahead: NDArray[np.float64],
) -> None:
    """Write the distance to the limit of the polygon in which a point lies deepest, or else of the nearest one.

    Parameters
    ----------
    east, north : (n,) metres.
    order : (n,) in which points are looked at.
    sets : (n,) number of the set of polygons that hold each point.
    first_member, members : of each set, as in `PolygonSets`.
    signed : (n,) metres, at most 0 inside, infinite where there is none.
    polygon : (n,) the first of several as deep or as near, `NOWHERE` where there is none.
    stage, ahead : (3, STAGE) and (STAGE,) room to work in, whatever they hold.

    Notes
    -----
    Points are taken some at a time, and all make a step before any makes the next, as in `location.locate`: lists of
    segments are too many for any cache, and a point does not wait for the memory that another asks for.
    """
    listed, starting, ending = stage[0], stage[1], stage[2]
    for start in range(0, len(order), STAGE):
        some = order[start : start + STAGE]
        _lists(some, east, north, limits, listed, starting, ending, ahead)
        for place in range(len(some)):
            point = some[place]
            x, y = east[point], north[point]
            first, last = first_member[sets[point]], first_member[sets[point] + 1]
            least, nearest = math.inf, NOWHERE
            if listed[place] > 0:
                least, nearest = _among_segments(x, y, starting[place], ending[place], limits)
            elif first == last:
                least, nearest = _among_polygons(x, y, code_at(x, y, limits.far.grid, limits.far.codes), limits)
            if first == last:
                signed[point], polygon[point] = least, nearest
                continue
            deepest = -1.0
            for rank in range(first, last):
                member = members[rank]
                depth = least if member == nearest else _to_limit(x, y, member, limits)
                if depth > deepest:
                    deepest, polygon[point] = depth, member
            signed[point] = 0.0 - deepest


STAGE = 128


@inlined
def _lists(
    points: NDArray[np.int64],
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    limits: LimitIndex,
    listed: NDArray[np.int32],
    starting: NDArray[np.int32],
    ending: NDArray[np.int32],
    ahead: NDArray[np.float64],
) -> None:
    """Write the code of the near cell of each of some points, and where the list of its segments starts and ends."""
    for place in range(len(points)):
        point = points[place]
        listed[place] = code_at(east[point], north[point], limits.near.grid, limits.near.codes)
    for place in range(len(points)):
        if listed[place] > 0:
            starting[place], ending[place] = limits.first_near[listed[place] - 1], limits.first_near[listed[place]]
    for place in range(len(points)):  # reading a segment of each list brings the list, all of them at once
        if listed[place] > 0 and starting[place] < ending[place]:
            ahead[place] = limits.ends[limits.nearest[starting[place]], 0]


@inlined
def _among_segments(east: float, north: float, first: int, last: int, limits: LimitIndex) -> tuple[float, int]:
    least, polygon, enough = math.inf, NOWHERE, math.inf
    for place in range(first, last):
        segment = limits.nearest[place]
        if squared_distance_to(east, north, limits.ends, segment) > enough:
            continue
        metres = distance_to(east, north, limits.ends, segment)
        if metres < least:
            least, polygon = metres, limits.owner[segment]
            enough = least * least * (1 + _ROUNDING) + _ROUNDING
    return least, polygon


@inlined
def _among_polygons(east: float, north: float, listed: int, limits: LimitIndex) -> tuple[float, int]:
    """The same, polygon by polygon: those whose bounds are farther than what is found already are left out."""
    polygons = limits.farther[limits.first_far[listed] : limits.first_far[listed + 1]]
    enough = math.inf
    for polygon in polygons:
        enough = min(enough, at_most(east, north, limits.bounds, polygon))
    least, nearest = math.inf, NOWHERE
    for polygon in polygons:
        if at_least(east, north, limits.bounds, polygon) > min(enough, least):
            continue
        metres = _to_limit(east, north, polygon, limits)
        if metres < least:
            least, nearest = metres, polygon
    return least, nearest


@inlined
def _to_limit(east: float, north: float, polygon: int, limits: LimitIndex) -> float:
    least, enough = math.inf, math.inf
    for segment in range(limits.starts[polygon], limits.starts[polygon + 1]):
        if squared_distance_to(east, north, limits.ends, segment) <= enough:
            least = min(least, distance_to(east, north, limits.ends, segment))
            enough = least * least * (1 + _ROUNDING) + _ROUNDING
    return least


@inlined
def at_least(east: float, north: float, bounds: NDArray[np.float64], polygon: int) -> float:
    """No point of the bounds of a polygon is nearer, whatever the rounding."""
    across = max(bounds[polygon, 0] - east, east - bounds[polygon, 2], 0.0)
    along = max(bounds[polygon, 1] - north, north - bounds[polygon, 3], 0.0)
    return math.sqrt(across * across + along * along) * (1 - _ROUNDING)


@inlined
def at_most(east: float, north: float, bounds: NDArray[np.float64], polygon: int) -> float:
    """No point of the bounds of a polygon is farther, whatever the rounding."""
    across = max(abs(east - bounds[polygon, 0]), abs(east - bounds[polygon, 2]))
    along = max(abs(north - bounds[polygon, 1]), abs(north - bounds[polygon, 3]))
    return math.sqrt(across * across + along * along) * (1 + _ROUNDING)


_ROUNDING = 1e-9


# --- Make what `kernel_limits` reads, from the segments of polygons

_FAR_REACH_M = 50_000.0
_FAR_CELLS_ACROSS = 128
_LONG = 24
"""Segments of a list beyond which its cell is divided."""

_HALF = SIDE // 2

_ALIKE = 2
"""Fine cells along the side of a square of them that share one list."""


def build_limits(segments: Segments, grid: KernelGrid, reach_m: float) -> LimitIndex:
    """List the limits that may be the nearest: segments within some metres of a limit, polygons beyond."""
    width, height = (segments.ends[:, 2:] - segments.ends[:, :2]).T
    ends = np.column_stack([segments.ends, 1 / (width * width + height * height)])
    near, first_near, nearest = _near_lists(segments, ends, grid, reach_m)
    far, first_far, farther = _far_lists(segments.bounds)
    return LimitIndex(
        ends, segments.starts, segments.bounds, segments.owner,
        near, first_near, nearest, far, first_far, farther,
    )  # fmt: skip


def _coarse_cells_near(bounds: NDArray[np.float64], grid: KernelGrid, reach_m: float) -> NDArray[np.int64]:
    """Numbers of the coarse cells within some metres of the bounds of a polygon."""
    near = np.zeros((grid.rows, grid.columns), dtype=bool)
    origin = np.array([grid.west, grid.south])
    lowest = np.maximum((bounds[:, :2] - reach_m - origin) // (grid.fine_m * FINE_SIDE), 0).astype(int)
    highest = ((bounds[:, 2:] + reach_m - origin) // (grid.fine_m * FINE_SIDE)).astype(int)
    for (west, south), (east, north) in zip(lowest.tolist(), highest.tolist(), strict=True):
        near[south : north + 1, west : east + 1] = True
    return np.flatnonzero(near)


def _far_lists(bounds: NDArray[np.float64]) -> tuple[Cells, NDArray[np.int64], NDArray[np.int32]]:
    """Polygons that may be the nearest to some point of each cell of a wide grid, by their bounds."""
    grid = grid_over(bounds, _FAR_REACH_M, _FAR_CELLS_ACROSS)
    cells = Cells(grid, np.zeros(grid.columns * grid.rows, dtype=np.int32))
    coarse_m = grid.fine_m * FINE_SIDE
    lists: dict[bytes, int] = {np.arange(len(bounds), dtype=np.int32).tobytes(): 0}
    east = grid.west + (np.arange(grid.columns)[:, None] + 0.5) * coarse_m
    across2 = np.maximum(np.maximum(bounds[:, 0] - east, east - bounds[:, 2]), 0) ** 2
    width2 = np.maximum(np.abs(east - bounds[:, 0]), np.abs(east - bounds[:, 2])) ** 2
    for row in range(grid.rows):
        north = grid.south + (row + 0.5) * coarse_m
        along2 = np.maximum(np.maximum(bounds[:, 1] - north, north - bounds[:, 3]), 0) ** 2
        height2 = np.maximum(np.abs(north - bounds[:, 1]), np.abs(north - bounds[:, 3])) ** 2
        enough = np.sqrt((width2 + height2).min(axis=1, keepdims=True)) + coarse_m * math.sqrt(2) + MARGIN_M
        column, polygon = np.nonzero(across2 + along2 <= enough**2)
        ends = np.searchsorted(column, np.arange(grid.columns + 1)).tolist()
        polygon = polygon.astype(np.int32)
        cells.codes[row * grid.columns : (row + 1) * grid.columns] = [
            lists.setdefault(polygon[first:last].tobytes(), len(lists)) for first, last in pairwise(ends)
        ]
    sizes = [len(listed) // np.dtype(np.int32).itemsize for listed in lists]
    return cells, np.cumsum([0, *sizes]).astype(np.int64), np.frombuffer(b"".join(lists), dtype=np.int32)


def _near_lists(
    segments: Segments, ends: NDArray[np.float64], grid: KernelGrid, reach_m: float
) -> tuple[Cells, NDArray[np.int32], NDArray[np.int32]]:
    """Cells whose codes are lists of segments, and these lists."""
    divided = _coarse_cells_near(segments.bounds, grid, reach_m)
    codes = np.zeros(grid.columns * grid.rows, dtype=np.int32)
    blocks, sizes, listed = [codes], [np.zeros(1, dtype=np.int64)], [np.empty(0, dtype=np.int32)]
    cells, lists = len(codes), 0
    for coarse in divided.tolist():
        block, size, near = _coarse_lists(coarse, ends, segments.starts, segments.bounds, grid, reach_m)
        codes[coarse] = -cells
        blocks.append(np.where(block > 0, block + lists, np.where(block < 0, block - cells, 0)).astype(np.int32))
        sizes.append(size)
        listed.append(near)
        cells, lists = cells + len(block), lists + len(size)
    return (
        Cells(grid, np.concatenate(blocks)),
        np.cumsum(np.concatenate(sizes)).astype(np.int32),
        np.concatenate(listed),
    )


@compiled
def _coarse_lists(
    coarse: int,
    ends: NDArray[np.float64],
    starts: NDArray[np.int64],
    bounds: NDArray[np.float64],
    grid: KernelGrid,
    reach_m: float,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Codes of the cells of a coarse one, the middle ones first, sizes of their lists, and the lists end to end.

    Lists are numbered from 1, blocks by their place among these codes. A middle cell is divided where its list is long.

    Notes
    -----
    A segment may be the nearest to some point of a cell only where, seen from its centre, it is no farther than the
    nearest one and the cell's diagonal. The lists of smaller cells are drawn from that of the larger one.
    """
    row, column = coarse // grid.columns * FINE_SIDE, coarse % grid.columns * FINE_SIDE
    polygons = _of_close_polygons(row, column, starts, bounds, grid)
    squares, around = np.empty(len(polygons)), np.empty(len(polygons), np.int32)
    close, kept = np.empty(len(polygons), np.int32), np.empty(len(polygons), np.int32)
    held, _ = _closest(row, column, FINE_SIDE, ends, polygons, grid, squares, around)
    around, beside, in_quarter = around[:held], np.empty(held, np.int32), 0
    codes = np.zeros((1 + SIDE * SIDE) * SIDE * SIDE, np.int32)
    sizes = np.empty(len(codes), np.int64)
    listed = np.empty(SIDE * SIDE * SIDE * SIDE * max(held, _LONG), np.int32)
    blocks, lists, count = 1, 0, 0
    for turn in range(SIDE * SIDE):  # quarter after quarter, so that the list of each is drawn from a shorter one
        quarter, within = turn // (_HALF * _HALF), turn % (_HALF * _HALF)
        if within == 0:
            up, right = row + quarter // 2 * FINE_SIDE // 2, column + quarter % 2 * FINE_SIDE // 2
            in_quarter, _ = _closest(up, right, FINE_SIDE // 2, ends, around, grid, squares, beside)
        middle = (quarter // 2 * _HALF + within // _HALF) * SIDE + quarter % 2 * _HALF + within % _HALF
        low, left = row + middle // SIDE * SIDE, column + middle % SIDE * SIDE
        held, least = _closest(low, left, SIDE, ends, beside[:in_quarter], grid, squares, close)
        if least > reach_m + SIDE * grid.fine_m:
            continue
        if held <= _LONG:
            lists += 1
            codes[middle], sizes[lists - 1] = lists, held
            count = _append(close[:held], listed, count)
            continue
        codes[middle] = -blocks * SIDE * SIDE
        for corner in range(0, SIDE * SIDE, _ALIKE):
            up, right = corner // SIDE, corner % SIDE
            if up % _ALIKE:
                continue
            few, _ = _closest(low + up, left + right, _ALIKE, ends, close[:held], grid, squares, kept)
            lists += 1
            for cell in range(_ALIKE * _ALIKE):
                codes[blocks * SIDE * SIDE + corner + cell // _ALIKE * SIDE + cell % _ALIKE] = lists
            sizes[lists - 1] = few
            count = _append(kept[:few], listed, count)
        blocks += 1
    return codes[: blocks * SIDE * SIDE].copy(), sizes[:lists].copy(), listed[:count].copy()


@compiled
def _append(some: NDArray[np.int32], listed: NDArray[np.int32], count: int) -> int:
    """Write some numbers after those listed, and count them all."""
    for number in some:
        listed[count] = number
        count += 1
    return count


@compiled
def _closest(
    row: int,
    column: int,
    side: int,
    ends: NDArray[np.float64],
    candidates: NDArray[np.int32],
    grid: KernelGrid,
    squares: NDArray[np.float64],
    kept: NDArray[np.int32],
) -> tuple[int, float]:
    """Write the segments that may be the nearest to some point of a square of fine cells; how many, and the least.

    Parameters
    ----------
    squares, kept : room for as many numbers as there are candidates; `kept` is what is written.
    """
    east, north = grid.west + (column + side / 2) * grid.fine_m, grid.south + (row + side / 2) * grid.fine_m
    least = math.inf
    for place in range(len(candidates)):
        squares[place] = squared_distance_to(east, north, ends, candidates[place])
        least = min(least, squares[place])
    least = math.sqrt(least)
    enough = (least + side * grid.fine_m * math.sqrt(2) + MARGIN_M) ** 2
    count = 0
    for place in range(len(candidates)):
        kept[count] = candidates[place]  # without a branch: what is not kept is written over
        count += squares[place] <= enough
    return count, least


@compiled
def _of_close_polygons(
    row: int, column: int, starts: NDArray[np.int64], bounds: NDArray[np.float64], grid: KernelGrid
) -> NDArray[np.int32]:
    """Segments of the polygons whose bounds may hold the nearest limit to some point of a coarse cell."""
    half = FINE_SIDE / 2 * grid.fine_m
    east, north = grid.west + column * grid.fine_m + half, grid.south + row * grid.fine_m + half
    enough = math.inf
    for polygon in range(len(bounds)):
        enough = min(enough, at_most(east, north, bounds, polygon))
    enough += 2 * math.sqrt(2) * half + MARGIN_M
    count = 0
    found = np.empty(starts[-1], np.int32)
    for polygon in range(len(bounds)):
        if at_least(east, north, bounds, polygon) <= enough:
            for segment in range(starts[polygon], starts[polygon + 1]):
                found[count] = segment
                count += 1
    return found[:count].copy()
