"""In which polygons is a point? Loops over points, exact wherever floating point is certain.

A cell is outside everything, wholly inside a set of polygons, or crossed by limits. In a cell that limits cross, a ray
to the east of the point is followed: for each polygon, the parity of the edges that span the whole height of the cell
further east is known beforehand, and the few others are tested one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoville.eligibility.kernel_compiler import compiled, inlined
from geoville.eligibility.kernel_grid import Cells, code_at

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
    tests : (crossed + 1,) first test of each crossed cell; one test per polygon whose limit crosses it.
    outcomes : (crossed,) where the outcomes of a crossed cell start in `outcome`; UNSURE where they are too many.
    outcome : number of the set for each combination of tests, the first test being the lowest bit.
    inside : (tests,) whether the far edges to the east are odd in number.
    edges : (tests + 1,) first edge to follow of each test.
    ends : (edges, 4) as in `Segments`.
    """

    cells: Cells
    tests: NDArray[np.int64]
    outcomes: NDArray[np.int64]
    outcome: NDArray[np.int32]
    inside: NDArray[np.bool_]
    edges: NDArray[np.int64]
    ends: NDArray[np.float64]


@compiled
def locate(east: NDArray[np.float64], north: NDArray[np.float64], location: Location) -> NDArray[np.int32]:
    """Number of the set of polygons that hold each of (n,) points; UNSURE where GEOS must say."""
    found = np.empty(len(east), np.int32)
    for point in range(len(east)):
        code = code_at(east[point], north[point], location.cells.grid, location.cells.codes)
        found[point] = code if code >= 0 else _in_crossed_cell(east[point], north[point], -1 - code, location)
    return found


@inlined
def _in_crossed_cell(east: float, north: float, cell: int, location: Location) -> int:
    outcomes = location.outcomes[cell]
    if outcomes == UNSURE:
        return UNSURE
    for bit, test in enumerate(range(location.tests[cell], location.tests[cell + 1])):
        inside = _passes(east, north, test, location)
        if inside == UNSURE:
            return UNSURE
        outcomes += inside << bit
    return int(location.outcome[outcomes])


@inlined
def _passes(east: float, north: float, test: int, location: Location) -> int:
    """1 where the closed polygon of a test holds the point, 0 where it does not, UNSURE where it is not certain."""
    inside = int(location.inside[test])
    for edge in range(location.edges[test], location.edges[test + 1]):
        x1, y1, x2, y2 = location.ends[edge]
        if (y1 > north) != (y2 > north):
            left, right = (x1 - east) * (y2 - north), (y1 - north) * (x2 - east)
            if abs(left - right) <= CERTAIN * (abs(left) + abs(right)):
                return UNSURE
            if (left > right) == (y2 > y1):
                inside ^= 1
        elif y1 == north and (x1 == east or (y2 == north and (x1 < east) != (x2 < east))):
            return 1  # on the vertex where the edge starts, or on a horizontal edge
    return inside
