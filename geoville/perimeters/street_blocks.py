"""Blocks from streets: the faces of the network that they draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SNAP_M = 1.0
"""A street that ends this close to another meets it: files digitised by hand miss crossings by less than a metre."""

_GRID_M = 0.001
"""Lines are noded on a grid of a millimetre, on which crossings are exact."""


def blocks_from_streets(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Blocks that streets enclose.

    Parameters
    ----------
    lines : (n,) centre lines, LineString in a projected CRS, metres, in any order. They may cross without a common
        vertex (OpenStreetMap) or be cut at every crossing (BD TOPO).

    Returns
    -------
    (b,) polygons in an order that depends on their geometry alone; neighbours share their edges bit for bit. Dead ends
    enclose nothing and are ignored.

    Notes
    -----
    Bridges and tunnels cut blocks like streets do: the plane is all that is looked at. Loose ends within `SNAP_M` of
    another street, or of another loose end, are joined to it; ends that overshoot a crossing by less are left alone.
    """
    import shapely

    network = _noded(lines)
    joints = _joints(network)
    if len(joints):
        network = _noded(np.concatenate([network, joints]))
    blocks = shapely.normalize(shapely.get_parts(shapely.polygonize(network)))
    ordered: NDArray[np.object_] = blocks[np.argsort(shapely.to_wkb(blocks), kind="stable")]
    return ordered


def _noded(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Lines cut wherever they meet, each once."""
    import shapely

    return np.asarray(shapely.get_parts(shapely.union_all(lines, grid_size=_GRID_M)))


def _joints(network: NDArray[np.object_]) -> NDArray[np.object_]:
    """Short lines from loose ends to what they miss by less than `SNAP_M`, the nearest alone."""
    import shapely

    end_point, other_end, own_line = _loose_ends(network)
    end, line = shapely.STRtree(network).query(end_point, predicate="dwithin", distance=SNAP_M)
    elsewhere = line != own_line[end]
    end = np.concatenate([end[elsewhere], np.arange(len(end_point))])
    target = np.concatenate([network[line[elsewhere]], other_end])  # a loop may miss its own start
    gap_m = shapely.distance(end_point[end], target)
    order = np.lexsort((gap_m, end))
    order = order[gap_m[order] <= SNAP_M]
    _, nearest = np.unique(end[order], return_index=True)
    chosen = order[nearest]
    return np.asarray(shapely.shortest_line(end_point[end[chosen]], target[chosen]))


def _loose_ends(
    network: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.intp]]:
    """Ends that meet nothing, the other end of their line, and that line; overshoots of a crossing are left out."""
    import shapely

    starts, stops = shapely.get_point(network, 0), shapely.get_point(network, -1)
    end, other_end = np.concatenate([starts, stops]), np.concatenate([stops, starts])
    line = np.tile(np.arange(len(network)), 2)
    _, place, meeting = np.unique(shapely.get_coordinates(end), axis=0, return_inverse=True, return_counts=True)
    loose = (meeting[place.ravel()] == 1) & (shapely.length(network)[line] > SNAP_M)
    return end[loose], other_end[loose], line[loose]
