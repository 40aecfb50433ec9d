"""Where points are: an index of sets of polygons by cells, built and read."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoville.eligibility.kernel.grid import (
    FINE_SHIFT,
    FINE_SIDE,
    MARGIN_M,
    SHIFT,
    SIDE,
    Cells,
    KernelGrid,
    compiled,
    compiled_loop,
    in_order,
    inlined,
    place_in_block,
    touched_cells,
)

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
    """Fine cells and the segments that touch them, in the order of cells, then polygons, then segments.

    Parameters
    ----------
    place : (k,) of the cell among all codes.
    polygon, segment : (k,)
    tests : (t + 1,) where each polygon of a cell starts, and the end.
    cells : (c + 1,) test with which each cell starts, and their number.
    anchors : (c, 2) of the cells, metres.
    """

    place: NDArray[np.int64]
    polygon: NDArray[np.int32]
    segment: NDArray[np.int32]
    tests: NDArray[np.int64]
    cells: NDArray[np.int64]
    anchors: NDArray[np.float64]

    def of_tests(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """(t,) cell and polygon of each test."""
        return self.place[self.tests[:-1]], self.polygon[self.tests[:-1]]


def build_location(segments: Segments, grid: KernelGrid, numbers: SetNumbers) -> LocationIndex:
    """Classify every cell of a grid that spans all the segments; the sets met are given their numbers."""
    cells, touches = _touches(segments, grid)
    at_anchor = _write_inside(cells, segments, touches, numbers)
    place, polygon = touches.of_tests()
    places = place[touches.cells[:-1]]
    starts, outcome = _outcomes(cells.codes[places], touches.cells, polygon, numbers)
    edges, counts, anchor_outcomes = _edges_of_cells(segments, touches, at_anchor, starts)
    cells.codes[places] = -1 - np.arange(len(places), dtype=np.int32)
    return _packed(cells, edges, counts, anchor_outcomes, outcome)


def _touches(segments: Segments, grid: KernelGrid) -> tuple[Cells, _Touches]:
    """Cells divided wherever limits pass, and the fine cells that these touch."""
    row, column, segment = touched_cells(segments.ends, grid)
    coarse = (row >> FINE_SHIFT) * grid.columns + (column >> FINE_SHIFT)
    codes = _divided(np.zeros(grid.columns * grid.rows, dtype=np.int32), coarse)
    middle = _place_in_block(codes[coarse], row >> SHIFT, column >> SHIFT)
    codes = _divided(codes, middle)
    place = _place_in_block(codes[middle], row, column)
    order = in_order(place, len(codes))  # polygon after polygon, as segments are
    place, segment = place[order], segment[order]
    polygon = segments.owner[segment]
    other_cell = np.diff(place, prepend=-1) != 0
    tests = np.flatnonzero(other_cell | (np.diff(polygon, prepend=-1) != 0))
    firsts = np.flatnonzero(other_cell[tests])
    first = order[tests[firsts]]
    corners = np.column_stack([column[first], row[first]])
    anchors = np.array([grid.west, grid.south]) + (corners + ANCHOR) * grid.fine_m
    cells = np.append(firsts, len(tests))
    return Cells(grid, codes), _Touches(place, polygon, segment, np.append(tests, len(place)), cells, anchors)


def _divided(codes: NDArray[np.int32], places: NDArray[np.int64]) -> NDArray[np.int32]:
    """Codes with a block of empty cells for each of some cells, in the order of these."""
    met = np.zeros(len(codes), dtype=np.bool_)
    met[places] = True
    blocks = np.count_nonzero(met)
    codes[met] = -(len(codes) + np.arange(blocks, dtype=np.int32) * CELLS)
    return np.concatenate([codes, np.zeros(blocks * CELLS, dtype=np.int32)])


def _place_in_block(codes: NDArray[np.int32], row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray((row & SIDE - 1) * SIDE + (column & SIDE - 1) - codes, dtype=np.int64)


def _write_inside(cells: Cells, segments: Segments, touches: _Touches, numbers: SetNumbers) -> NDArray[np.int8]:
    """Code each cell by the set of polygons that hold all of it.

    Returns
    -------
    (t,) 1 where the polygon of a test holds the anchor of its cell, else 0, UNSURE where its limit is too near to tell.
    """
    place, polygon_of = touches.of_tests()
    by_polygon = np.argsort(polygon_of, kind="stable")
    bounds = np.searchsorted(polygon_of[by_polygon], np.arange(len(segments.bounds) + 1))
    test_at, at_anchor = np.full(len(cells.codes), -1, dtype=np.int32), np.zeros(len(polygon_of), dtype=np.int8)
    held: list[NDArray[np.int64]] = []
    for polygon, (first, last) in enumerate(pairwise(bounds.tolist())):
        test_at[place[by_polygon[first:last]]] = by_polygon[first:last]
        ends = segments.ends[segments.starts[polygon] : segments.starts[polygon + 1]]
        held.append(
            _held_places(
                ends, segments.bounds[polygon], cells.grid, cells.codes, test_at, polygon_of, polygon, at_anchor
            )
        )
    _write_sets(
        cells.codes, np.concatenate(held), np.repeat(np.arange(len(held)), [len(some) for some in held]), numbers
    )
    return at_anchor


def _write_sets(
    codes: NDArray[np.int32], places: NDArray[np.int64], polygons: NDArray[np.int64], numbers: SetNumbers
) -> None:
    """Code cells, given by their places, by the sets that pairs of a cell and a polygon make."""
    alone = (polygons + 1).astype(np.int32)
    codes[places] = alone
    shared = np.zeros(len(codes), dtype=np.bool_)
    shared[places[codes[places] != alone]] = True  # another polygon was written over this one
    of_shared = shared[places]
    places, polygons = places[of_shared], polygons[of_shared]
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
def _held_places(
    ends: NDArray[np.float64],
    bounds: NDArray[np.float64],
    grid: KernelGrid,
    codes: NDArray[np.int32],
    test_at: NDArray[np.int32],
    polygon_of: NDArray[np.int32],
    polygon: int,
    at_anchor: NDArray[np.int8],
) -> NDArray[np.int64]:
    """Places of the undivided cells that a polygon holds, its limit crossing none; for the others, write their tests.

    Parameters
    ----------
    test_at : test of each cell that this polygon crosses; elsewhere, that of another polygon, or -1.
    polygon_of : (t,) polygon of each test.
    at_anchor : (t,) where to write whether the polygon holds the anchor of the cell of a test, or UNSURE.
    """
    count, held = 0, np.empty(_FIRST_ROOM, np.int64)
    crossed = np.empty(len(ends))
    for row in range(int((bounds[1] - grid.south) * grid.per_m), int((bounds[3] - grid.south) * grid.per_m) + 1):
        crossings = _cross(ends, grid.south + (row + ANCHOR) * grid.fine_m, crossed)
        for rank in range(0, crossings, 2):  # inside from each odd crossing to the next
            column, beyond = _column_after(crossed[rank], grid), _column_after(crossed[rank + 1], grid)
            while column < beyond:
                place, side = _smallest_cell(row, column, grid, codes)
                test = test_at[place]
                if test >= 0 and polygon_of[test] == polygon:
                    at_anchor[test] = 1
                elif (row & (side - 1)) == 0:  # met for the first time
                    if count == len(held):
                        held = _twice_as_long(held)
                    held[count] = place
                    count += 1
                column = (column | (side - 1)) + 1
        for rank in range(crossings):
            nearest = _column_after(crossed[rank] - grid.fine_m / 2, grid)
            if abs(grid.west + (nearest + ANCHOR) * grid.fine_m - crossed[rank]) < MARGIN_M:
                at_anchor[test_at[_smallest_cell(row, nearest, grid, codes)[0]]] = UNSURE
    return held[:count].copy()


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
def _cross(ends: NDArray[np.float64], north: float, crossed: NDArray[np.float64]) -> int:
    """Write the eastings where segments cross a northing, in increasing order, and count them."""
    count = 0
    for segment in range(len(ends)):
        y1, y2 = ends[segment, 1], ends[segment, 3]
        if (y1 > north) != (y2 > north):
            x1, x2 = ends[segment, 0], ends[segment, 2]
            east, place = x1 + (north - y1) / (y2 - y1) * (x2 - x1), count
            while place > 0 and crossed[place - 1] > east:
                crossed[place] = crossed[place - 1]
                place -= 1
            crossed[place] = east
            count += 1
    return count


def _outcomes(
    held: NDArray[np.int32], tests: NDArray[np.int64], polygon: NDArray[np.int32], numbers: SetNumbers
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where those of each crossed cell start, and the sets that its tests lead to, from the set that holds all of it.

    Like cells share them; the first are UNSURE, for cells of too many polygons. Those of most polygons come before the
    others, so that all start where no bit of a polygon is set.
    """
    first, count = tests[:-1], np.diff(tests)
    starts = np.zeros(len(held), dtype=np.int64)
    outcome = [UNSURE] * (1 << _MOST_POLYGONS)
    for crossing in range(_MOST_POLYGONS, 0, -1):
        cells = np.flatnonzero(count == crossing)
        kind, examples = held[cells].astype(np.int64), np.empty(0, dtype=np.int64)
        for test in range(crossing):
            key = kind * (polygon.max() + 1) + polygon[first[cells] + test]
            run = np.flatnonzero(np.diff(key, prepend=-1))  # cells beside each other are alike
            _, example, of_run = np.unique(key[run], return_index=True, return_inverse=True)
            examples, kind = run[example], np.repeat(of_run, np.diff(run, append=len(key)))
        starts[cells] = len(outcome) + (kind << crossing)
        for cell in cells[examples].tolist():
            polygons = polygon[first[cell] : first[cell] + crossing].tolist()
            for combination in range(1 << crossing):
                passed = [item for bit, item in enumerate(polygons) if combination >> bit & 1]
                outcome.append(numbers.of([*numbers.members(held[cell]), *passed]))
    return starts, np.array(outcome, dtype=np.int32)


def _edges_of_cells(
    segments: Segments, touches: _Touches, at_anchor: NDArray[np.int8], starts: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """`LocationIndex.edges`, (c,) how many each cell has, and (c,) where the outcome of its anchor is.

    Cells of too many polygons, or whose anchor is too near a limit, have no edges.
    """
    is_sure = (starts > 0) & (np.minimum.reduceat(at_anchor, touches.cells[:-1]) != UNSURE)
    first_touch = touches.tests[touches.cells]
    of_sure = np.repeat(is_sure, np.diff(first_touch))
    rows = of_sure.astype(np.int64)
    rows[touches.tests[:-1]] *= 2  # with the one before that parts two polygons
    rows[first_touch[:-1]] = is_sure
    counts = np.add.reduceat(rows, first_touch[:-1])
    row = (np.cumsum(rows) - 1)[of_sure]
    ends, anchors = segments.ends[touches.segment[of_sure]], np.repeat(touches.anchors, np.diff(first_touch), axis=0)
    edges = np.full((counts.sum() + 1, 4), np.nan, dtype=np.float32)
    edges[row] = ends - np.tile(anchors[of_sure], 2)
    rank = np.arange(len(at_anchor)) - np.repeat(touches.cells[:-1], np.diff(touches.cells))
    held = np.add.reduceat(at_anchor.astype(np.int64) << np.minimum(rank, _MOST_POLYGONS), touches.cells[:-1])
    return edges, counts, np.where(is_sure, starts + held, 0)


def _packed(
    cells: Cells,
    edges: NDArray[np.float32],
    counts: NDArray[np.int64],
    anchor_outcomes: NDArray[np.int64],
    outcome: NDArray[np.int32],
) -> LocationIndex:
    """Blocks made of the codes of cells; a fine cell in a third set of its block is written as one without edges."""
    grid, codes = cells
    of_coarse = codes[: grid.columns * grid.rows]
    held, divided = np.flatnonzero(of_coarse > 0), np.flatnonzero(of_coarse < 0)
    kinds, kind = np.unique(of_coarse[held], return_inverse=True)
    coarse = np.zeros(len(of_coarse), dtype=np.int32)
    coarse[held], coarse[divided] = 1 + kind, 1 + len(kinds) + np.arange(len(divided))
    coarse *= CELLS
    of_middle, of_fine = np.split(codes[len(of_coarse) :], [len(divided) * CELLS])
    middle = np.concatenate([np.repeat(np.append(0, kinds), CELLS), of_middle], dtype=np.int32, casting="same_kind")
    fine, listed = _blocks(of_fine.reshape(-1, CELLS))
    middle[middle < 0] = -1 - np.arange(len(fine))  # blocks are in the order of the cells that they divide
    thirds, third = np.unique(listed[listed >= 0], return_inverse=True)
    crossed, has_edges = np.zeros((len(listed) + 1, 2), dtype=np.int32), np.append(listed < 0, False)
    crossed[has_edges] = np.column_stack([counts, anchor_outcomes])
    crossed[:, 0] = np.cumsum(crossed[:, 0]) - crossed[:, 0]
    crossed[:-1][listed >= 0, 1] = len(outcome) + third
    outcome = np.append(outcome, thirds).astype(np.int32)
    return LocationIndex(grid, coarse, middle, fine, crossed, edges, outcome)


def _blocks(within: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """(b, 4) blocks of fine cells whose codes are sets or below 0, and the codes of those that they call crossed."""
    second = np.maximum(within.max(axis=1, keepdims=True), 0)
    first = np.where(within < 0, second, within).min(axis=1, keepdims=True)
    crossed = (within != first) & (within != second)
    blocks = np.empty((len(within), 4), dtype=np.uint64)
    blocks[:, CROSSED], blocks[:, SECOND] = _words(crossed), _words(within == second)
    blocks[:, FIRST] = np.cumsum(crossed.sum(axis=1)) - crossed.sum(axis=1)
    blocks[:, SETS] = (first + (second.astype(np.int64) << 32))[:, 0]
    return blocks, within[crossed]


def _words(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(n,) words of (n, CELLS) bits, the first being the lowest."""
    return np.packbits(bits, axis=1, bitorder="little").view("<u8")[:, 0].astype(np.uint64)
