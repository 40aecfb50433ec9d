"""In which polygons is a point? Loops over points, exact wherever floating point is certain.

A cell is outside everything, wholly inside a set of polygons, or crossed by limits. In a cell that limits cross, a ray
to the east of the point is followed: for each polygon, the parity of the edges that span the whole height of the cell
further east is known beforehand, and the few others are tested one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoville.eligibility.kernel.compiler import compiled, compiled_loop, inlined
from geoville.eligibility.kernel.grid import Cells, code_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNSURE = -1
"""What a point too near an edge for floating point gets: its place is to be asked of GEOS."""

CERTAIN = 1e-15
"""Relative error under which the sign of an orientation is certain: three times the bound of J. R. Shewchuk (1997),
"Adaptive precision floating-point arithmetic and fast robust geometric predicates"; the one that GEOS uses."""


class Location(NamedTuple):
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


@compiled_loop
def locate(east: NDArray[np.float64], north: NDArray[np.float64], location: Location, found: NDArray[np.int32]) -> int:
    """Write the number of the set of polygons that hold each of (n,) points; count those that are UNSURE."""
    grid, codes = location.cells.grid, location.cells.codes
    crossed, outcome, tests = location.crossed, location.outcome, location.tests
    followed, ends = location.followed, location.ends
    unsure = 0
    for point in range(len(east)):
        code = code_at(east[point], north[point], grid, codes)
        if code < 0:
            code = _in_crossed_cell(east[point], north[point], -1 - code, crossed, outcome, tests, followed, ends)
            unsure += code == UNSURE
        found[point] = code
    return unsure


@compiled
def unfolded(
    sets: NDArray[np.int32], starts: NDArray[np.int64], members: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Points and the polygons that hold them, pair by pair, from the numbers of sets of (n,) points."""
    count = 0
    for number in sets:
        count += starts[number + 1] - starts[number]
    points, polygons = np.empty(count, np.int64), np.empty(count, np.int32)
    count = 0
    for point in range(len(sets)):
        for place in range(starts[sets[point]], starts[sets[point] + 1]):
            points[count], polygons[count] = point, members[place]
            count += 1
    return points, polygons


@inlined
def _in_crossed_cell(
    east: float,
    north: float,
    cell: int,
    crossed: NDArray[np.int32],
    outcome: NDArray[np.int32],
    tests: NDArray[np.int32],
    followed: NDArray[np.int32],
    ends: NDArray[np.float64],
) -> int:
    first, last, combination = crossed[cell, 0], crossed[cell, 1], crossed[cell, 2]
    if combination == UNSURE:
        return UNSURE
    for test in range(first, last):
        inside = _passes(east, north, test, tests, followed, ends)
        if inside == UNSURE:
            return UNSURE
        combination += inside << (test - first)
    return int(outcome[combination])


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
