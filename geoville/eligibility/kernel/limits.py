"""How far is the limit that matters? Loops over points that give, operation by operation, what GEOS gives.

Near the polygons, each cell lists the few segments that may be the nearest to some point of it. Farther away, each cell
of a wide grid lists the polygons that may be, and their segments are all measured.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from geoville.eligibility.kernel.compiler import compiled_loop, inlined
from geoville.eligibility.kernel.grid import Cells, code_at

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOWHERE = -1
"""Polygon of a point for which there is none."""


class Limits(NamedTuple):
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
    limits: Limits,
    signed: NDArray[np.float64],
    polygon: NDArray[np.int32],
    several: NDArray[np.bool_],
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
    several : (n,) whether there are several as near, for points outside all.
    """
    for point in order:
        first, last = first_member[sets[point]], first_member[sets[point] + 1]
        least, nearest, tied = _nearest(east[point], north[point], first == last, limits)
        if first == last:
            signed[point], polygon[point], several[point] = least, nearest, tied
            continue
        deepest, several[point] = -1.0, False
        for place in range(first, last):
            member = members[place]
            depth = least if member == nearest else _to_limit(east[point], north[point], member, limits)
            if depth > deepest:
                deepest, polygon[point] = depth, member
        signed[point] = 0.0 - deepest


@inlined
def _nearest(east: float, north: float, however_far: bool, limits: Limits) -> tuple[float, int, bool]:  # noqa: FBT001
    """Distance to the nearest limit, its polygon, and whether another polygon is as near."""
    code = code_at(east, north, limits.near.grid, limits.near.codes)
    if code > 0:
        return _among_segments(east, north, limits.first_near[code - 1], limits.first_near[code], limits)
    if however_far:
        return _among_polygons(east, north, code_at(east, north, limits.far.grid, limits.far.codes), limits)
    return math.inf, NOWHERE, False


@inlined
def _among_segments(east: float, north: float, first: int, last: int, limits: Limits) -> tuple[float, int, bool]:
    least, polygon, several = math.inf, NOWHERE, False
    enough = math.inf
    for place in range(first, last):
        segment = limits.nearest[place]
        if squared_distance_to(east, north, limits.ends, segment) > enough:
            continue
        metres = distance_to(east, north, limits.ends, segment)
        if metres < least:
            least, polygon, several = metres, limits.owner[segment], False
            enough = least * least * (1 + _ROUNDING) + _ROUNDING
        elif metres == least and limits.owner[segment] != polygon:
            several = True
    return least, polygon, several


@inlined
def _among_polygons(east: float, north: float, listed: int, limits: Limits) -> tuple[float, int, bool]:
    """The same, polygon by polygon: those whose bounds are farther than what is found already are left out."""
    polygons = limits.farther[limits.first_far[listed] : limits.first_far[listed + 1]]
    enough = math.inf
    for polygon in polygons:
        enough = min(enough, at_most(east, north, limits.bounds, polygon))
    least, nearest, several = math.inf, NOWHERE, False
    for polygon in polygons:
        if at_least(east, north, limits.bounds, polygon) > min(enough, least):
            continue
        metres = _to_limit(east, north, polygon, limits)
        if metres < least:
            least, nearest, several = metres, polygon, False
        elif metres == least:
            several = True
    return least, nearest, several


@inlined
def _to_limit(east: float, north: float, polygon: int, limits: Limits) -> float:
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
