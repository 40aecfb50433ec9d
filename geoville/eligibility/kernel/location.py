"""Where points are: an index of sets of polygons by cells, built and read."""

from __future__ import annotations

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
    inlined,
    place_in_block,
    touched_cells,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.eligibility.kernel.polygons import Segments, SetNumbers


UNSURE = -1
"""What a point too near an edge for floating point gets: its place is to be asked of GEOS."""

CERTAIN = 1e-15
"""Relative error under which the sign of an orientation is certain: three times the bound of J. R. Shewchuk (1997),
"Adaptive precision floating-point arithmetic and fast robust geometric predicates"; the one that GEOS uses."""


class LocationIndex(NamedTuple):
    """What tells in which polygons a point is.

    Parameters
    ----------
    cells : codes are numbers of sets, or -1 - c for crossed cell c.
    crossed : (c, 3) of each crossed cell: its first test, the first of the next cell, and where its outcomes start in
        `outcome`, or UNSURE where they are too many.
    outcome : number of the set for each combination of tests, the first test being the lowest bit.
    tests : (t, 3) of each polygon whose limit crosses a cell: where its edges start in `followed`, where those of the
        next test do, and whether the far edges to the east are odd in number.
    followed : edges to follow, test after test.
    ends : (m, 4) as in `Segments`.
    """

    cells: Cells
    crossed: NDArray[np.int32]
    outcome: NDArray[np.int32]
    tests: NDArray[np.int32]
    followed: NDArray[np.int32]
    ends: NDArray[np.float64]


STAGE = 512
"""Points that go through each stage of `locate` together: what is written for them stays in the first cache."""


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
    stage, ahead : (5, STAGE) and (STAGE,) room to work in, whatever they hold.

    Notes
    -----
    Points are taken some hundreds at a time, and all make a step before any makes the next: a step of one does not
    wait for the memory that another's asks for, and only those that go down a level are looked at on it.
    """
    grid, codes = location.cells.grid, location.cells.codes
    row, column, active, first, last = stage[0], stage[1], stage[2], stage[3], stage[4]
    unsure = 0
    for start in range(0, len(east), STAGE):
        x, y = east[start : start + STAGE], north[start : start + STAGE]
        code = found[start : start + STAGE]
        _fine_cells(x, y, grid, row, column)
        divided = _coarse_codes(row, column, grid, codes, code, active)
        divided = _codes_in_blocks(row, column, SHIFT, divided, codes, code, active)
        crossed = _codes_in_blocks(row, column, 0, divided, codes, code, active)
        for place in range(crossed):
            cell = -1 - code[np.uint32(active[place])]
            row[place], column[place] = location.crossed[cell, 0], location.crossed[cell, 1]
            code[np.uint32(active[place])] = location.crossed[cell, 2]
        for place in range(crossed):
            first[place], last[place] = location.tests[row[place], 0], location.tests[row[place], 1]
        for place in range(crossed):  # reading an edge of each brings those after it, all of them at once
            if first[place] < last[place]:
                ahead[place] = location.ends[location.followed[first[place]], 1]
        for place in range(crossed):
            point = np.uint32(active[place])
            code[point] = _after_tests(x[point], y[point], row[place], column[place], code[point], location)
            unsure += code[point] == UNSURE
    return unsure


@inlined
def _fine_cells(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    grid: KernelGrid,
    row: NDArray[np.int32],
    column: NDArray[np.int32],
) -> None:
    """Write the fine row and column of points, the row being OUTSIDE beyond the grid and for NaN."""
    columns, rows = float(grid.columns << FINE_SHIFT), float(grid.rows << FINE_SHIFT)
    for point in range(len(east)):
        across, along = (east[point] - grid.west) * grid.per_m, (north[point] - grid.south) * grid.per_m
        within = (across >= 0) & (across < columns) & (along >= 0) & (along < rows)
        row[point] = np.int32(along if within else OUTSIDE)
        column[point] = np.int32(across if within else 0.0)


OUTSIDE = -1


@inlined
def _coarse_codes(
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    grid: KernelGrid,
    codes: NDArray[np.int32],
    code: NDArray[np.int32],
    active: NDArray[np.int32],
) -> int:
    """Write the codes of coarse cells, 0 outside the grid, list the points in divided ones and count them."""
    divided = np.uint64(0)
    for point in range(len(code)):
        within = row[point] != OUTSIDE
        line = np.uint32(row[point] if within else 0)
        cell = (line >> FINE_SHIFT) * np.uint32(grid.columns) + (np.uint32(column[point]) >> FINE_SHIFT)
        code[point] = codes[np.uint32(cell)] if within else 0
        active[divided] = point  # without a branch: what is not kept is written over
        divided += np.uint64(code[point] < 0)
    return int(divided)


@inlined
def _codes_in_blocks(
    row: NDArray[np.int32],
    column: NDArray[np.int32],
    shift: int,
    divided: int,
    codes: NDArray[np.int32],
    code: NDArray[np.int32],
    active: NDArray[np.int32],
) -> int:
    """Write the codes of the cells of the blocks that the listed points are in; list, count those of negative codes."""
    kept = np.uint64(0)
    for place in range(divided):
        point = np.uint32(active[place])
        code[point] = codes[place_in_block(-code[point], row[point] >> shift, column[point] >> shift)]
        active[kept] = point
        kept += np.uint64(code[point] < 0)
    return int(kept)


@inlined
def _after_tests(east: float, north: float, first: int, last: int, combination: int, location: LocationIndex) -> int:
    """Set that the tests of a crossed cell lead to."""
    if combination == UNSURE:
        return UNSURE
    for test in range(first, last):
        inside = _passes(east, north, test, location.tests, location.followed, location.ends)
        if inside == UNSURE:
            return UNSURE
        combination += inside << (test - first)
    return int(location.outcome[combination])


@inlined
def _passes(
    east: float,
    north: float,
    test: int,
    tests: NDArray[np.int32],
    followed: NDArray[np.int32],
    ends: NDArray[np.float64],
) -> int:
    """1 where the closed polygon of a test holds the point, 0 where it does not, UNSURE where it is not certain."""
    inside = tests[test, 2]
    for place in range(tests[test, 0], tests[test, 1]):
        edge = followed[place]
        y1, y2 = ends[edge, 1], ends[edge, 3]
        if (y1 > north) != (y2 > north):
            x1, x2 = ends[edge, 0], ends[edge, 2]
            left, right = (x1 - east) * (y2 - north), (y1 - north) * (x2 - east)
            if abs(left - right) <= CERTAIN * (abs(left) + abs(right)):
                return UNSURE
            if (left > right) == (y2 > y1):
                inside ^= 1
        elif y1 == north:
            x1, x2 = ends[edge, 0], ends[edge, 2]
            if x1 == east or (y2 == north and (x1 < east) != (x2 < east)):
                return 1  # on the vertex where the edge starts, or on a horizontal edge
    return int(inside)


# --- Make what `kernel_location` reads, from the segments of polygons

_MOST_TESTS = 6
"""Limits in one cell beyond which its outcomes (twice as many with each limit) are not written: GEOS is asked."""


class _Crossings(NamedTuple):
    """Fine cells crossed by limits, once per cell and polygon, in the order of cells, then polygons.

    Parameters
    ----------
    row, column : (k,) of the fine cell.
    place : (k,) of the cell among all codes.
    polygon : (k,) whose limit crosses it.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    place: NDArray[np.int64]
    polygon: NDArray[np.int64]


def build_location(segments: Segments, grid: KernelGrid, numbers: SetNumbers) -> LocationIndex:
    """Classify every cell of a grid that spans all the segments; the sets met are given their numbers."""
    cells, crossings = _crossings(segments, grid)
    _write_inside(cells, segments, crossings, numbers)
    places, first = np.unique(crossings.place, return_index=True)
    tests = np.append(first, len(crossings.place))
    outcomes, outcome = _outcomes(cells.codes[places], tests, crossings.polygon, numbers)
    cells.codes[places] = -1 - np.arange(len(places), dtype=np.int32)
    crossed = np.column_stack([tests[:-1], tests[1:], outcomes]).astype(np.int32)
    odd, edges, followed = _tests(
        crossings.row, crossings.column, crossings.polygon, segments.ends, _rows_of(segments, grid), grid
    )
    tested = np.column_stack([edges[:-1], edges[1:], odd]).astype(np.int32)
    return LocationIndex(cells, crossed, outcome, tested, followed, segments.ends)


def _crossings(segments: Segments, grid: KernelGrid) -> tuple[Cells, _Crossings]:
    """Cells divided wherever limits pass, and the fine cells that these cross."""
    row, column, segment = touched_cells(segments.ends, grid).T
    coarse = (row >> FINE_SHIFT) * grid.columns + (column >> FINE_SHIFT)
    codes = _divided(np.zeros(grid.columns * grid.rows, dtype=np.int32), coarse)
    middle = _place_in_block(codes[coarse], row >> SHIFT, column >> SHIFT)
    codes = _divided(codes, middle)
    place = _place_in_block(codes[middle], row, column)
    polygon = segments.owner[segment].astype(np.int64)
    _, once = np.unique(place * len(segments.bounds) + polygon, return_index=True)
    return Cells(grid, codes), _Crossings(row[once], column[once], place[once], polygon[once])


def _divided(codes: NDArray[np.int32], places: NDArray[np.int64]) -> NDArray[np.int32]:
    """Codes with a block of empty cells for each of some cells."""
    places = np.unique(places)
    codes[places] = -(len(codes) + np.arange(len(places), dtype=np.int32) * (SIDE * SIDE))
    return np.concatenate([codes, np.zeros(len(places) * SIDE * SIDE, dtype=np.int32)])


def _place_in_block(codes: NDArray[np.int32], row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray((row & SIDE - 1) * SIDE + (column & SIDE - 1) - codes, dtype=np.int64)


def _write_inside(cells: Cells, segments: Segments, crossings: _Crossings, numbers: SetNumbers) -> None:
    """Code each cell by the set of polygons that hold all of it."""
    by_polygon = np.argsort(crossings.polygon, kind="stable")
    bounds = np.searchsorted(crossings.polygon[by_polygon], np.arange(len(segments.bounds) + 1))
    crossed_by = np.full(len(cells.codes), -1, dtype=np.int64)
    held: list[NDArray[np.int64]] = []
    for polygon, (first, last) in enumerate(pairwise(bounds.tolist())):
        crossed_by[crossings.place[by_polygon[first:last]]] = polygon
        ends = segments.ends[segments.starts[polygon] : segments.starts[polygon + 1]]
        held.append(_held_places(ends, segments.bounds[polygon], cells.grid, cells.codes, crossed_by, polygon))
    _write_sets(
        cells.codes, np.concatenate(held), np.repeat(np.arange(len(held)), [len(some) for some in held]), numbers
    )


def _write_sets(
    codes: NDArray[np.int32], places: NDArray[np.int64], polygons: NDArray[np.int64], numbers: SetNumbers
) -> None:
    """Code cells, given by their places, by the sets that pairs of a cell and a polygon make."""
    order = np.argsort(places, kind="stable")
    places, polygons = places[order], polygons[order]
    firsts = np.flatnonzero(np.diff(places, prepend=-1))
    held = np.diff(firsts, append=len(places))
    codes[places[firsts]] = polygons[firsts] + 1
    for count in np.unique(held[held > 1]).tolist():
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
    crossed_by: NDArray[np.int64],
    polygon: int,
) -> NDArray[np.int64]:
    """Places of the undivided cells that a polygon holds.

    None is crossed by its limit, so that any point of a cell tells for all of it.
    """
    count, held = 0, np.empty(_FIRST_ROOM, np.int64)
    crossed = np.empty(len(ends))
    for row in range(int((bounds[1] - grid.south) * grid.per_m), int((bounds[3] - grid.south) * grid.per_m) + 1):
        crossings = _cross(ends, grid.south + (row + 0.5) * grid.fine_m, crossed)
        column = int((bounds[0] - grid.west) * grid.per_m) >> FINE_SHIFT << FINE_SHIFT
        while column <= (bounds[2] - grid.west) * grid.per_m:
            place, side = (row >> FINE_SHIFT) * grid.columns + (column >> FINE_SHIFT), FINE_SIDE
            if codes[place] < 0:
                place, side = place_in_block(-codes[place], row >> SHIFT, column >> SHIFT), SIDE
                if codes[place] < 0:
                    place, side = place_in_block(-codes[place], row, column), 1
            seen_first = (row & (side - 1)) == 0 and crossed_by[place] != polygon
            if seen_first and _odd_beyond(crossed, crossings, grid.west + (column + 0.5 * side) * grid.fine_m):
                if count == len(held):
                    held = _twice_as_long(held)
                held[count] = place
                count += 1
            column += side
    return held[:count].copy()


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
    """Write the eastings where segments cross a northing, in any order, and count them."""
    count = 0
    for segment in range(len(ends)):
        y1, y2 = ends[segment, 1], ends[segment, 3]
        if (y1 > north) != (y2 > north):
            x1, x2 = ends[segment, 0], ends[segment, 2]
            crossed[count] = x1 + (north - y1) / (y2 - y1) * (x2 - x1)
            count += 1
    return count


@compiled
def _odd_beyond(crossed: NDArray[np.float64], crossings: int, east: float) -> bool:
    odd = False
    for crossing in range(crossings):
        odd ^= crossed[crossing] >= east
    return odd


def _outcomes(
    held: NDArray[np.int32], tests: NDArray[np.int64], polygon: NDArray[np.int64], numbers: SetNumbers
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Sets that tests lead to in each crossed cell, from the set that holds all of it; shared by like cells."""
    first, count = tests[:-1], np.diff(tests)
    starts = np.full(len(held), UNSURE, dtype=np.int64)
    outcome: list[int] = []
    for crossing in range(1, _MOST_TESTS + 1):
        cells = np.flatnonzero(count == crossing)
        kind, examples = held[cells].astype(np.int64), np.empty(0, dtype=np.int64)
        for test in range(crossing):
            key = kind * (polygon.max() + 1) + polygon[first[cells] + test]
            _, examples, kind = np.unique(key, return_index=True, return_inverse=True)
        starts[cells] = len(outcome) + (kind << crossing)
        for cell in cells[examples].tolist():
            polygons = polygon[first[cell] : first[cell] + crossing].tolist()
            for combination in range(1 << crossing):
                passed = [item for bit, item in enumerate(polygons) if combination >> bit & 1]
                outcome.append(numbers.of([*numbers.members(held[cell]), *passed]))
    return starts, np.array(outcome, dtype=np.int32)


class _EdgesByRow(NamedTuple):
    """Edges by the row of fine cells that they may touch, polygon by polygon: the few that a cell has to ask of.

    Parameters
    ----------
    lowest : (p,) first row of each polygon.
    base : (p,) its place in `first`.
    first, edges : edges of the row at place k are `edges[first[k]:first[k + 1]]`, in increasing order.
    """

    lowest: NDArray[np.int64]
    base: NDArray[np.int64]
    first: NDArray[np.int64]
    edges: NDArray[np.int32]


def _rows_of(segments: Segments, grid: KernelGrid) -> _EdgesByRow:
    low, high = np.sort(segments.ends[:, [1, 3]], axis=1).T
    lowest, highest = (
        np.floor((north - grid.south) * grid.per_m).astype(np.int64)
        for north in (low - 2 * MARGIN_M, high + 2 * MARGIN_M)
    )
    first_row = np.minimum.reduceat(lowest, segments.starts[:-1])
    last_row = np.maximum.reduceat(highest, segments.starts[:-1])
    base = np.concatenate([[0], np.cumsum(last_row - first_row + 1)])
    first, edges = _listed_by_row(lowest, highest, (base[:-1] - first_row)[segments.owner], int(base[-1]))
    return _EdgesByRow(first_row, base[:-1], first, edges)


@compiled
def _listed_by_row(
    lowest: NDArray[np.int64], highest: NDArray[np.int64], shift: NDArray[np.int64], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Edges of each row, given the first and last row of each edge and what leads from these to places."""
    first = np.zeros(rows + 2, np.int64)
    for edge in range(len(lowest)):
        for row in range(lowest[edge], highest[edge] + 1):
            first[shift[edge] + row + 2] += 1
    for place in range(len(first) - 1):
        first[place + 1] += first[place]
    edges = np.empty(first[-1], np.int32)
    for edge in range(len(lowest)):
        for row in range(lowest[edge], highest[edge] + 1):
            place = shift[edge] + row + 1
            edges[first[place]] = edge
            first[place] += 1
    return first, edges


@compiled
def _tests(
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    polygon: NDArray[np.int64],
    ends: NDArray[np.float64],
    rows: _EdgesByRow,
    grid: KernelGrid,
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int32]]:
    """Parity of the far edges and edges to follow, for each crossed cell and polygon."""
    inside = np.zeros(len(row), np.bool_)
    first = np.zeros(len(row) + 1, np.int64)
    for test in range(len(row)):
        line = rows.base[polygon[test]] + row[test] - rows.lowest[polygon[test]]
        for place in range(rows.first[line], rows.first[line + 1]):
            role = _role(ends, rows.edges[place], row[test], column[test], grid)
            inside[test] ^= role == _SPANS
            first[test + 1] += role == _FOLLOWED
    for test in range(len(row)):
        first[test + 1] += first[test]
    followed = np.empty(first[-1], np.int32)
    for test in range(len(row)):
        line = rows.base[polygon[test]] + row[test] - rows.lowest[polygon[test]]
        kept = first[test]
        for place in range(rows.first[line], rows.first[line + 1]):
            if _role(ends, rows.edges[place], row[test], column[test], grid) == _FOLLOWED:
                followed[kept] = rows.edges[place]
                kept += 1
    return inside, first, followed


_WITHOUT_EFFECT, _SPANS, _FOLLOWED = 0, 1, 2


@inlined
def _role(ends: NDArray[np.float64], edge: int, row: int, column: int, grid: KernelGrid) -> int:
    """What an edge does to a ray that goes east from any point of a cell."""
    y1, y2 = ends[edge, 1], ends[edge, 3]
    south = grid.south + row * grid.fine_m - MARGIN_M
    north = south + grid.fine_m + 2 * MARGIN_M
    low, high = min(y1, y2), max(y1, y2)
    if high < south or low > north:
        return _WITHOUT_EFFECT
    x1, x2 = ends[edge, 0], ends[edge, 2]
    west = grid.west + column * grid.fine_m - MARGIN_M
    if max(x1, x2) < west:
        return _WITHOUT_EFFECT
    if low < south and high > north and min(x1, x2) > west + grid.fine_m + 2 * MARGIN_M:
        return _SPANS
    return _FOLLOWED
