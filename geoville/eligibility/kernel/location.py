"""Where points are: an index of sets of polygons by cells, built and read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoville.eligibility.kernel.grid import (
    FINE_SHIFT,
    FINE_SIDE,
    MARGIN_M,
    SHIFT,
    SIDE,
    KernelGrid,
    compiled,
    compiled_loop,
    inlined,
    place_in_block,
    touched_cells,
)
from geoville.eligibility.kernel.polygons import NOWHERE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.eligibility.kernel.polygons import Segments, SetNumbers


UNSURE = -1
"""What a point too near an edge for rounded coordinates gets: its place is to be asked of GEOS."""

ROUNDED = 2.0**-22
"""Of the square of the size of an edge, twice the area of the triangle that it makes with a point under which rounding
to 32 bits may have moved the point from one side of it to the other: a quarter of it at most does. For an edge of 40 m,
a point some tenth of a millimetre from its line."""

CELLS = SIDE * SIDE
"""Cells of a block, row after row from the south-west: as many as a word has bits."""

ANCHOR = (5**0.5 - 1) / 2
"""Where the anchor of a cell is, of its side from the west and the south: no simple fraction, where limits may run."""

CROSSED, SECOND, FIRST, SETS = range(4)
"""Words of a block of fine cells: which of these are crossed, a bit each; which the second of its two sets holds; the
number of the first that is crossed; its two sets, the first in the lower half."""


class LocationIndex(NamedTuple):
    """What tells in which polygons points are, in few bytes: what is read for a point was seldom read for one before.

    Parameters
    ----------
    grid : of coarse, middle and fine cells.
    coarse : where the block of each coarse cell starts in `middle`, coarse cells that are alike sharing one.
    middle : set of polygons that holds all of each middle cell, or -1 - its block of fine cells.
    fine : (f, 4) blocks of fine cells, see `CROSSED`.
    crossed : (c + 1, 2) of each crossed cell: its first edge, those of the next coming after its last, and where the
        outcome of its anchor is in `outcome`.
    edges : (k, 4) as in `Segments.ends`, but from the anchor of a cell: those that touch it, polygon after polygon; an
        edge of NaN parts two polygons, and is the last of all.
    outcome : number of the set for each combination of the polygons of a cell that hold a point, or UNSURE. Where it
        is has a bit for each polygon, the first being the lowest.
    """

    grid: KernelGrid
    coarse: NDArray[np.int32]
    middle: NDArray[np.int32]
    fine: NDArray[np.uint64]
    crossed: NDArray[np.int32]
    edges: NDArray[np.float32]
    outcome: NDArray[np.int32]


STAGE = 1024
"""Points that go through each stage of `locate` together: what is written for them stays in the first cache."""

STAGES = 5
"""What is written of each point."""


@compiled_loop
def locate(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    location: LocationIndex,
    found: NDArray[np.int32],
    stage: NDArray[np.int32],
    ahead: NDArray[np.float64],
) -> int:
    """Write the number of the set of polygons that hold each of (n,) points; count those that are UNSURE.

    Parameters
    ----------
    stage, ahead : (STAGES, STAGE) and (STAGE,) room to work in, whatever they hold.

    Notes
    -----
    Points are taken `STAGE` at a time, and all make a step before any makes the next: a step of one does not
    wait for the memory that another's asks for, and only those that go down a level are looked at on it.
    """
    block, in_middle, in_fine, active, cell = stage[0], stage[1], stage[2], stage[3], stage[4]
    unsure = 0
    for start in range(0, len(east), STAGE):
        x, y = east[start : start + STAGE], north[start : start + STAGE]
        code = found[start : start + STAGE]
        _cells_of_points(x, y, location.grid, block, in_middle, in_fine)
        divided = _sets_of_middle_cells(location, block, in_middle, code, active)
        crossed = _sets_of_fine_cells(location, divided, in_fine, code, active, cell)
        for place in range(crossed):
            in_block = np.uint64(in_fine[np.uint32(active[place])])
            cell[place] = _crossed_cell(location.fine, np.uint32(cell[place]), in_block)
        for place in range(crossed):
            block[place] = location.crossed[np.uint32(cell[place]), 0]
        for place in range(crossed):  # reading an edge of each brings those beside it, all of them at once
            ahead[place] = location.edges[np.uint32(block[place]), 0]
        for place in range(crossed):
            point = np.uint32(active[place])
            code[point] = _set_after_edges(x[point], y[point], np.uint32(cell[place]), location)
            unsure += code[point] == UNSURE
    return unsure


@inlined
def _cells_of_points(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    grid: KernelGrid,
    coarse: NDArray[np.int32],
    in_middle: NDArray[np.int32],
    in_fine: NDArray[np.int32],
) -> None:
    """Write the coarse cell of points, and their places in blocks.

    Those beyond the grid, and NaN, go to the first of all fine cells: it lies in what `grid_over` adds around polygons.
    """
    columns, rows = float(grid.columns << FINE_SHIFT), float(grid.rows << FINE_SHIFT)
    for point in range(len(east)):
        across, along = (east[point] - grid.west) * grid.per_m, (north[point] - grid.south) * grid.per_m
        within = (across >= 0) & (across < columns) & (along >= 0) & (along < rows)
        column, row = np.int32(across if within else 0.0), np.int32(along if within else 0.0)
        coarse[point] = (row >> FINE_SHIFT) * grid.columns + (column >> FINE_SHIFT)
        in_middle[point] = place_in_block(0, row >> SHIFT, column >> SHIFT)  # type: ignore[arg-type]
        in_fine[point] = place_in_block(0, row, column)  # type: ignore[arg-type]


@inlined
def _sets_of_middle_cells(
    location: LocationIndex,
    block: NDArray[np.int32],
    in_middle: NDArray[np.int32],
    code: NDArray[np.int32],
    active: NDArray[np.int32],
) -> int:
    """Write the codes of middle cells, list the points in divided ones and count them; `block` is the coarse cell."""
    divided = np.uint64(0)
    for point in range(len(code)):
        found = location.middle[np.uint32(location.coarse[np.uint32(block[point])] + in_middle[point])]
        code[point] = found
        active[divided] = point  # without a branch: what is not kept is written over
        divided += np.uint64(found < 0)
    return int(divided)


@inlined
def _sets_of_fine_cells(
    location: LocationIndex,
    divided: int,
    in_fine: NDArray[np.int32],
    code: NDArray[np.int32],
    active: NDArray[np.int32],
    block: NDArray[np.int32],
) -> int:
    """Write the sets of fine cells; list the points in crossed ones and the blocks of these, and count them."""
    crossed = np.uint64(0)
    for place in range(divided):
        point = np.uint32(active[place])
        number, cell = np.uint32(-1 - code[point]), np.uint64(in_fine[point])
        code[point] = _set_of(location.fine, number, cell)
        active[crossed] = point
        block[crossed] = number
        crossed += _bit(location.fine[number, CROSSED], cell)
    return int(crossed)


_ONE, _TWO, _FOUR, _EIGHT, _SIXTEEN, _HALF = (np.uint64(1 << power) for power in (0, 1, 2, 3, 4, 5))


@inlined
def _bit(word: np.uint64, place: np.uint64) -> np.uint64:
    return (word >> place) & _ONE


@inlined
def _set_of(blocks: NDArray[np.uint64], number: np.uint32, cell: np.uint64) -> np.int32:
    """Set that holds all of a cell of a block."""
    sets = blocks[number, SETS] >> (_bit(blocks[number, SECOND], cell) * _HALF)
    return np.int32(sets & _LOWER_HALF)


@inlined
def _crossed_cell(blocks: NDArray[np.uint64], number: np.uint32, cell: np.uint64) -> np.uint32:
    """Number of a crossed cell of a block: those before it in the block come before."""
    before = blocks[number, CROSSED] & ((_ONE << cell) - _ONE)
    return np.uint32(blocks[number, FIRST] + count_of_bits(before))


_EVERY_SECOND, _TWO_OF_FOUR = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_FOUR_OF_EIGHT, _LAST_EIGHT, _LOWER_HALF = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0xFF), np.uint64(0xFFFFFFFF)


@inlined
def count_of_bits(word: np.uint64) -> np.uint64:
    """How many bits of a word are set: of each two, four and eight, then all (H. S. Warren, Hacker's Delight, 5-1)."""
    twos = word - ((word >> _ONE) & _EVERY_SECOND)
    fours = (twos & _TWO_OF_FOUR) + ((twos >> _TWO) & _TWO_OF_FOUR)
    eights = (fours + (fours >> _FOUR)) & _FOUR_OF_EIGHT
    eights += eights >> _EIGHT
    eights += eights >> _SIXTEEN
    return (eights + (eights >> _HALF)) & _LAST_EIGHT


@inlined
def _set_after_edges(east: float, north: float, cell: np.uint32, location: LocationIndex) -> np.int32:
    """Set of the polygons that hold a point of a crossed cell, or UNSURE.

    A straight way leads from the point to the anchor of its cell, the origin: an edge crosses it if it has its ends on
    both sides of the way, and the ends of the way on both sides of it. A polygon holds both ends of the way or neither
    where edges cross it an even number of times; only those that touch the cell can. An edge's end too near the way to
    tell is on the same side, right or wrong, for both edges that meet there.
    """
    grid = location.grid
    across, along = (east - grid.west) * grid.per_m, (north - grid.south) * grid.per_m
    x, y = (across - int(across) - ANCHOR) * grid.fine_m, (along - int(along) - ANCHOR) * grid.fine_m
    crossings, polygon, is_near = np.int32(0), np.int32(1), False
    for edge in range(location.crossed[cell, 0], location.crossed[cell + np.uint32(1), 0]):
        x1, y1 = float(location.edges[np.uint32(edge), 0]), float(location.edges[np.uint32(edge), 1])
        x2, y2 = float(location.edges[np.uint32(edge), 2]), float(location.edges[np.uint32(edge), 3])
        polygon <<= np.int32(np.isnan(x1))
        from_anchor, from_point = x1 * y2 - y1 * x2, (x1 - x) * (y2 - y) - (y1 - y) * (x2 - x)
        first_end, second_end = x * y1 - y * x1, x * y2 - y * x2
        crosses = ((from_anchor > 0) != (from_point > 0)) & ((first_end > 0) != (second_end > 0))
        crossings ^= polygon * np.int32(crosses)
        rounding = ROUNDED * _size(x1, y1, x2, y2)
        near_anchor = abs(from_anchor) <= rounding * _size(x1, y1, x2, y2)
        near_point = abs(from_point) <= rounding * _size(x1 - x, y1 - y, x2 - x, y2 - y)
        near_way = rounding * (abs(x) + abs(y))
        is_aside = (min(first_end, second_end) > near_way) | (max(first_end, second_end) < -near_way)
        is_near |= (near_anchor | near_point) & (not is_aside)
    outcome = location.outcome[np.uint32(location.crossed[cell, 1] ^ crossings)]
    return np.int32(UNSURE) if is_near else outcome


@inlined
def _size(x1: float, y1: float, x2: float, y2: float) -> float:
    return abs(x1) + abs(y1) + abs(x2) + abs(y2)


# --- Make what `locate` reads, from the segments of polygons

_MOST_POLYGONS = 6
"""Polygons whose limits cross one cell beyond which its outcomes (twice as many with each) are not written: GEOS is
asked."""


class _Touches(NamedTuple):
    """Fine cells that segments touch, in the order of their places, and these segments, polygon after polygon.

    Parameters
    ----------
    segment : (k,)
    tests : (t + 1,) where the segments of each polygon of a cell start, and the end.
    polygon : (t,) of each test.
    cells : (c + 1,) test with which each cell starts, and their number.
    corners : (c, 2) column and row of each cell.
    """

    segment: NDArray[np.int32]
    tests: NDArray[np.int32]
    polygon: NDArray[np.int32]
    cells: NDArray[np.int32]
    corners: NDArray[np.int32]


def build_location(segments: Segments, grid: KernelGrid, numbers: SetNumbers) -> LocationIndex:
    """Classify every cell of a grid that spans all the segments; the sets met are given their numbers.

    Notes
    -----
    Arrays are made here and written by compiled loops: a large one that numpy makes lies on large pages where the
    system has some, and to be given its pages one by one costs more than to be written.
    """
    codes, touches = _touches(segments, grid)
    at_anchor = _write_inside(codes, grid, segments, touches, numbers)
    fine, held = np.split(codes, [1 - len(touches.cells)])
    starts, outcome = _outcomes(held, touches.cells, touches.polygon, numbers)
    coarse, of_middle, of_fine = _blocks(fine, grid.columns * grid.rows)
    listed = np.empty(of_fine.size, dtype=np.int32)
    blocks = np.empty((len(of_fine), 4), dtype=np.uint64)
    listed = listed[: _write_blocks(of_fine, blocks, listed)]
    is_set = listed >= 0
    thirds, listed[is_set] = np.unique(listed[is_set], return_inverse=True)
    crossed = np.zeros((len(listed) + 1, 2), dtype=np.int32)
    edges = np.empty((len(touches.segment) + len(touches.polygon) - len(held) + 1, 4), dtype=np.float32)
    count = _write_crossed(segments.ends, grid, touches, at_anchor, listed, starts, len(outcome), edges, crossed)
    edges = edges[:count]
    return LocationIndex(grid, coarse, of_middle, blocks, crossed, edges, np.append(outcome, thirds).astype(np.int32))


def _touches(segments: Segments, grid: KernelGrid) -> tuple[NDArray[np.int32], _Touches]:
    """Codes of cells divided wherever limits pass, and what touches these.

    The code of a cell that is touched is -1 - its number; after those of all cells come those of the sets that hold
    all of each touched one. Nothing else is known yet: they are 0.
    """
    touched = touched_cells(segments.ends, grid)
    codes = np.zeros(grid.columns * grid.rows, dtype=np.int32)
    _count_touches(touched, grid, codes)
    codes = _divided(codes)
    _count_touches(touched, grid, codes)
    middle, codes = len(codes), _divided(codes, touched.shape[1])
    _count_touches(touched, grid, codes)
    starts = np.empty(touched.shape[1], dtype=np.int32)
    fine = len(codes) - len(starts)
    cells = _number_touched(codes[middle:fine], starts)
    segment, tests, polygon = np.empty_like(starts), np.empty(len(starts) + 1, dtype=np.int32), np.empty_like(starts)
    corners = np.empty((cells, 2), dtype=np.int32)
    _sort_touches(touched, grid, codes, starts, segment, corners)
    firsts = np.empty(cells + 1, dtype=np.int32)
    count = _write_tests(segment, starts, segments.owner, tests, polygon, firsts)
    return codes[: fine + cells], _Touches(segment, tests[: count + 1], polygon[:count], firsts, corners)


@compiled_loop
def _count_touches(touched: NDArray[np.int32], grid: KernelGrid, codes: NDArray[np.int32]) -> None:
    """Add to the codes of undivided cells how many segments touch them."""
    for touch in range(touched.shape[1]):
        codes[_smallest_cell(touched[0, touch], touched[1, touch], grid, codes)[0]] += 1


def _divided(codes: NDArray[np.int32], room: int = 0) -> NDArray[np.int32]:
    """Codes with a block of empty cells for each of those that are touched, in the order of these, then some room."""
    touched = np.flatnonzero(codes > 0)
    codes[touched] = -(len(codes) + np.arange(len(touched), dtype=np.int32) * CELLS)
    divided = np.zeros(len(codes) + len(touched) * CELLS + room, dtype=np.int32)
    divided[: len(codes)] = codes
    return divided


@compiled_loop
def _number_touched(codes: NDArray[np.int32], starts: NDArray[np.int32]) -> int:
    """Number the cells touched, where it stood how often; write where the touches of each start; count the cells."""
    cells, touches = 0, 0
    for place in range(len(codes)):
        if codes[place] > 0:
            starts[cells] = touches
            touches += codes[place]
            codes[place] = -1 - cells
            cells += 1
    return cells


@compiled_loop
def _sort_touches(
    touched: NDArray[np.int32],
    grid: KernelGrid,
    codes: NDArray[np.int32],
    starts: NDArray[np.int32],
    segment: NDArray[np.int32],
    corners: NDArray[np.int32],
) -> None:
    """Write the segments that touch each cell, as they come, and its corner; its start becomes its end."""
    for touch in range(touched.shape[1]):
        cell = -1 - codes[_smallest_cell(touched[0, touch], touched[1, touch], grid, codes)[0]]
        segment[starts[cell]] = touched[2, touch]
        corners[cell, 0], corners[cell, 1] = touched[1, touch], touched[0, touch]
        starts[cell] += 1


@compiled_loop
def _write_tests(
    segment: NDArray[np.int32],
    ends: NDArray[np.int32],
    owner: NDArray[np.int32],
    tests: NDArray[np.int32],
    polygon: NDArray[np.int32],
    cells: NDArray[np.int32],
) -> int:
    """Write `_Touches.tests`, `polygon` and `cells`, given where the touches of each cell end, and count the tests."""
    test, touch = 0, 0
    for cell in range(len(cells) - 1):
        cells[cell] = test
        last = NOWHERE
        while touch < ends[cell]:
            if owner[segment[touch]] != last:
                last = owner[segment[touch]]
                tests[test], polygon[test] = touch, last
                test += 1
            touch += 1
    tests[test], cells[-1] = touch, test
    return test


def _write_inside(
    codes: NDArray[np.int32], grid: KernelGrid, segments: Segments, touches: _Touches, numbers: SetNumbers
) -> NDArray[np.int8]:
    """Code each cell by the set of polygons that hold all of it.

    Returns
    -------
    (t,) 1 where the polygon of a test holds the anchor of its cell, else 0, UNSURE where its limit is too near to tell.
    """
    at_anchor = np.zeros(len(touches.polygon), dtype=np.int8)
    shared = _hold((segments.ends, segments.starts, segments.bounds), grid, codes, touches, at_anchor)
    if len(shared):
        _write_sets(codes, *np.divmod(shared, len(segments.bounds)), numbers)
    return at_anchor


def _write_sets(
    codes: NDArray[np.int32], places: NDArray[np.int64], polygons: NDArray[np.int64], numbers: SetNumbers
) -> None:
    """Code cells by sets of several polygons: the one that they are coded by, and those that pairs say besides."""
    alone = np.unique(places)
    places, polygons = np.append(alone, places), np.append(codes[alone] - 1, polygons)
    order = np.argsort(places, kind="stable")
    places, polygons = places[order], polygons[order]
    firsts = np.flatnonzero(np.diff(places, prepend=-1))
    held = np.diff(firsts, append=len(places))
    for count in np.unique(held).tolist():
        cells = firsts[held == count]
        members, kind = np.unique(polygons[cells[:, None] + np.arange(count)], axis=0, return_inverse=True)
        named = np.array([numbers.of(some) for some in members.tolist()], dtype=np.int32)
        codes[places[cells]] = named[kind.reshape(-1)]


@compiled
def _hold(
    segments: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]],
    grid: KernelGrid,
    codes: NDArray[np.int32],
    touches: _Touches,
    at_anchor: NDArray[np.int8],
) -> NDArray[np.int64]:
    """Code undivided cells by the first polygon that holds all of them, its limit crossing none.

    Parameters
    ----------
    segments : ends, starts and bounds.
    at_anchor : (t,) where to write whether the polygon of a test holds the anchor of its cell, or UNSURE.

    Returns
    -------
    (n,) for each polygon after the first one, place of the code × number of polygons + the polygon.
    """
    ends, starts, bounds = segments
    count, shared = 0, np.empty(_FIRST_ROOM, np.int64)
    for polygon in range(len(bounds)):
        first, beyond = _row_after(bounds[polygon, 1], grid), _row_after(bounds[polygon, 3], grid)
        firsts, crossed = _crossings(ends[starts[polygon] : starts[polygon + 1]], first, beyond, grid)
        for row in range(first, beyond):
            for rank in range(firsts[row - first], firsts[row - first + 1], 2):  # inside from each odd one to the next
                column, end = _column_after(crossed[rank], grid), _column_after(crossed[rank + 1], grid)
                while column < end:
                    place, side = _smallest_cell(row, column, grid, codes)
                    after = (column | (SIDE - 1 if side == 1 else side - 1)) + 1
                    met_before = (row & (side - 1)) > 0
                    for at in range(place, place + (min(after, end) - column if side == 1 else 1 - met_before)):
                        test = _test_of(polygon, codes[at], touches)
                        held = at if codes[at] >= 0 else len(codes) - len(touches.cells) - codes[at]
                        if test >= 0:
                            at_anchor[test] = 1
                        elif codes[held] == 0:
                            codes[held] = 1 + polygon
                        else:
                            if count == len(shared):
                                shared = _twice_as_long(shared)
                            shared[count] = held * len(bounds) + polygon
                            count += 1
                    column = after
            _doubt(
                crossed[firsts[row - first] : firsts[row - first + 1]], row, polygon, grid, codes, touches, at_anchor
            )
    return shared[:count].copy()


@compiled_loop
def _doubt(
    crossed: NDArray[np.float64],
    row: int,
    polygon: int,
    grid: KernelGrid,
    codes: NDArray[np.int32],
    touches: _Touches,
    at_anchor: NDArray[np.int8],
) -> None:
    """Write UNSURE for the anchors of a row that are too near the limit of a polygon, which crosses their northing."""
    for rank in range(len(crossed)):
        nearest = _column_after(crossed[rank] - grid.fine_m / 2, grid)
        if abs(grid.west + (nearest + ANCHOR) * grid.fine_m - crossed[rank]) < MARGIN_M:
            code = codes[_smallest_cell(row, nearest, grid, codes)[0]]
            at_anchor[_test_of(polygon, code, touches)] = UNSURE


@inlined
def _test_of(polygon: int, code: int, touches: _Touches) -> int:
    """Test of a polygon in the cell of a code, or -1 where its limit does not cross the cell."""
    found = -1
    if code < 0:
        for test in range(touches.cells[-1 - code], touches.cells[-code]):
            if touches.polygon[test] == polygon:
                found = test
    return found


@inlined
def _column_after(east: float, grid: KernelGrid) -> int:
    """The first column of fine cells whose anchors are east of an easting."""
    return math.ceil((east - grid.west) * grid.per_m - ANCHOR)


@inlined
def _smallest_cell(row: int, column: int, grid: KernelGrid, codes: NDArray[np.int32]) -> tuple[int, int]:
    """Place, among all codes, and side of the undivided cell that a fine row and column are in."""
    place, side = (row >> FINE_SHIFT) * grid.columns + (column >> FINE_SHIFT), FINE_SIDE
    if codes[place] < 0:
        place, side = place_in_block(-codes[place], row >> SHIFT, column >> SHIFT), SIDE
        if codes[place] < 0:
            place, side = place_in_block(-codes[place], row, column), 1
    return place, side


_FIRST_ROOM = 256


@compiled
def _twice_as_long(held: NDArray[np.int64]) -> NDArray[np.int64]:
    """Copy of an array with room after it; one by one, since assigning slices compiles into several seconds' worth."""
    longer = np.empty(2 * len(held), np.int64)
    for place in range(len(held)):
        longer[place] = held[place]
    return longer


@compiled
def _crossings(
    ends: NDArray[np.float64], first: int, beyond: int, grid: KernelGrid
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where those of each row start, and eastings where segments cross the northings of its anchors, in order."""
    firsts = np.zeros(beyond - first + 1, np.int64)
    for segment in range(len(ends)):
        low, high = min(ends[segment, 1], ends[segment, 3]), max(ends[segment, 1], ends[segment, 3])
        for row in range(_row_after(low, grid), _row_after(high, grid)):
            firsts[row - first] += 1
    count = 0
    for row in range(len(firsts)):  # where those of each row end, until they are written from the last one
        count += firsts[row]
        firsts[row] = count
    crossed = np.empty(count)
    ends_of_rows = firsts.copy()
    for segment in range(len(ends)):
        x1, y1, x2, y2 = ends[segment, 0], ends[segment, 1], ends[segment, 2], ends[segment, 3]
        for row in range(_row_after(min(y1, y2), grid), _row_after(max(y1, y2), grid)):
            east = x1 + (_north_of(row, grid) - y1) / (y2 - y1) * (x2 - x1)
            firsts[row - first] -= 1
            place = firsts[row - first]
            while place + 1 < ends_of_rows[row - first] and crossed[place + 1] < east:
                crossed[place] = crossed[place + 1]
                place += 1
            crossed[place] = east
    return firsts, crossed


@inlined
def _north_of(row: int, grid: KernelGrid) -> float:
    """Northing of the anchors of a row of fine cells."""
    return grid.south + (row + ANCHOR) * grid.fine_m


@inlined
def _row_after(north: float, grid: KernelGrid) -> int:
    """The first row of fine cells whose anchors are no farther south than a northing, whatever the rounding."""
    row = math.ceil((north - grid.south) * grid.per_m - ANCHOR)
    if _north_of(row, grid) < north:
        row += 1
    elif _north_of(row - 1, grid) >= north:
        row -= 1
    return row


def _outcomes(
    held: NDArray[np.int32], tests: NDArray[np.int32], polygon: NDArray[np.int32], numbers: SetNumbers
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where those of each crossed cell start, and the sets that its tests lead to, from the set that holds all of it.

    Like cells share them; the first are UNSURE, for cells of too many polygons. Those of most polygons come before the
    others, so that all start where no bit of a polygon is set.
    """
    run = np.empty(len(held), dtype=np.int32)
    run = run[: _write_runs(held, tests, polygon, run)]
    first, count = tests[run], tests[run + 1] - tests[run]
    starts = np.zeros(len(run), dtype=np.int64)
    outcome = [UNSURE] * (1 << _MOST_POLYGONS)
    for crossing in range(_MOST_POLYGONS, 0, -1):
        runs = np.flatnonzero(count == crossing)
        kind, examples = held[run[runs]].astype(np.int64), np.empty(0, dtype=np.int64)
        for test in range(crossing):
            key = kind * (polygon.max() + 1) + polygon[first[runs] + test]
            _, examples, kind = np.unique(key, return_index=True, return_inverse=True)
        starts[runs] = len(outcome) + (kind << crossing)
        for example in runs[examples].tolist():
            polygons = polygon[first[example] : first[example] + crossing].tolist()
            for combination in range(1 << crossing):
                passed = [item for bit, item in enumerate(polygons) if combination >> bit & 1]
                outcome.append(numbers.of([*numbers.members(held[run[example]]), *passed]))
    return np.repeat(starts, np.diff(run, append=len(held))), np.array(outcome, dtype=np.int32)


@compiled_loop
def _write_runs(
    held: NDArray[np.int32], tests: NDArray[np.int32], polygon: NDArray[np.int32], run: NDArray[np.int32]
) -> int:
    """Write the first cell of each run of cells that are alike, as neighbours often are, and count the runs."""
    runs = 0
    for cell in range(len(held)):
        alike = cell > 0 and held[cell] == held[cell - 1]
        count = tests[cell + 1] - tests[cell]
        alike &= count == tests[cell] - tests[cell - 1]
        for rank in range(count if alike else 0):
            alike &= polygon[tests[cell] + rank] == polygon[tests[cell - 1] + rank]
        run[runs] = cell  # without a branch: what is not kept is written over
        runs += not alike
    return runs


def _blocks(codes: NDArray[np.int32], coarse_cells: int) -> tuple[NDArray[np.int32], ...]:
    """`LocationIndex.coarse`, `LocationIndex.middle`, and (f, CELLS) codes of blocks of fine cells."""
    of_coarse = codes[:coarse_cells]
    held, divided = np.flatnonzero(of_coarse > 0), np.flatnonzero(of_coarse < 0)
    kinds, kind = np.unique(of_coarse[held], return_inverse=True)
    coarse = np.zeros(len(of_coarse), dtype=np.int32)
    coarse[held], coarse[divided] = 1 + kind, 1 + len(kinds) + np.arange(len(divided))
    coarse *= CELLS
    of_middle, of_fine = np.split(codes[coarse_cells:], [len(divided) * CELLS])
    middle = np.concatenate([np.repeat(np.append(0, kinds), CELLS), of_middle], dtype=np.int32, casting="same_kind")
    middle[middle < 0] = -1 - np.arange(len(of_fine) // CELLS)  # blocks are in the order of the cells that they divide
    return coarse, middle, of_fine.reshape(-1, CELLS)


@compiled_loop
def _write_blocks(within: NDArray[np.int32], blocks: NDArray[np.uint64], listed: NDArray[np.int32]) -> int:
    """Write blocks of fine cells whose codes are sets or below 0; list the codes of those that they call crossed.

    Parameters
    ----------
    within, blocks : (b, CELLS) codes, and (b, 4) as in `LocationIndex.fine`.
    listed : room for all the codes.

    Returns
    -------
    How many are listed.
    """
    count = 0
    for block in range(len(within)):
        second = 0
        for cell in range(CELLS):
            second = max(second, within[block, cell])
        first = second
        for cell in range(CELLS):
            first = min(first, within[block, cell] if within[block, cell] >= 0 else second)
        blocks[block, FIRST] = count
        blocks[block, SETS] = np.uint64(first) | np.uint64(second) << _HALF
        of_second = crossed = np.uint64(0)
        for cell in range(CELLS):
            code = within[block, cell]
            is_crossed = (code != first) & (code != second)
            of_second |= np.uint64(code == second) << np.uint64(cell)
            crossed |= np.uint64(is_crossed) << np.uint64(cell)
            if is_crossed:
                listed[count] = code
                count += 1
        blocks[block, SECOND], blocks[block, CROSSED] = of_second, crossed
    return count


@compiled_loop
def _write_crossed(
    ends: NDArray[np.float64],
    grid: KernelGrid,
    touches: _Touches,
    at_anchor: NDArray[np.int8],
    listed: NDArray[np.int32],
    outcomes: NDArray[np.int64],
    thirds: int,
    edges: NDArray[np.float32],
    crossed: NDArray[np.int32],
) -> int:
    """Write `LocationIndex.edges` and `LocationIndex.crossed`, zeros before, and count the edges.

    Cells of too many polygons, or whose anchor is too near a limit, have no edges.

    Parameters
    ----------
    listed : -1 - the number of each crossed cell, or of the set of a cell without edges, among the thirds.
    outcomes, thirds : where the outcomes of the crossed cells start, and where those of the thirds do.
    """
    row = 0
    for place in range(len(listed)):
        crossed[place, 0] = row
        if listed[place] >= 0:
            crossed[place, 1] = thirds + listed[place]
            continue
        cell = -1 - listed[place]
        first, beyond, held = touches.cells[cell], touches.cells[cell + 1], 0
        sure = outcomes[cell] > 0
        for test in range(first, beyond if sure else first):
            sure &= at_anchor[test] != UNSURE
            held |= (at_anchor[test] & 1) << (test - first)
        if sure:
            crossed[place, 1] = outcomes[cell] + held
            row = _write_edges(ends, grid, touches, cell, edges, row)
    crossed[len(listed), 0] = row
    return _write_parting(edges, row)


@inlined
def _write_edges(
    ends: NDArray[np.float64], grid: KernelGrid, touches: _Touches, cell: int, edges: NDArray[np.float32], row: int
) -> int:
    """Write the edges of a cell from a row on, and return the row after them."""
    east = grid.west + (touches.corners[cell, 0] + ANCHOR) * grid.fine_m
    north = grid.south + (touches.corners[cell, 1] + ANCHOR) * grid.fine_m
    for test in range(touches.cells[cell], touches.cells[cell + 1]):
        if test > touches.cells[cell]:
            row = _write_parting(edges, row)
        for touch in range(touches.tests[test], touches.tests[test + 1]):
            segment = touches.segment[touch]
            edges[row, 0], edges[row, 1] = ends[segment, 0] - east, ends[segment, 1] - north
            edges[row, 2], edges[row, 3] = ends[segment, 2] - east, ends[segment, 3] - north
            row += 1
    return row


@inlined
def _write_parting(edges: NDArray[np.float32], row: int) -> int:
    for number in range(4):
        edges[row, number] = math.nan
    return row + 1
