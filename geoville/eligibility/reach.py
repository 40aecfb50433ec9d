"""How far a shape reaches from perimeters: the largest distance from any of its points to them, with a known error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.judgement import AREAS, LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry


TOLERANCE_M = 0.1
"""Most by which a reach may be overstated."""

FINE_TOLERANCE_M = 1e-7
"""Most by which it may be overstated where that takes it across a mark: a hundred times the rounding of coordinates."""

_MANY_CORNERS = 100
_CORNERS_AT_ONCE = 64
_TIMES_CUT = 8


def farthest_m(shape: BaseGeometry, perimeters: BaseGeometry, marks: Sequence[float] = ()) -> float:
    """Largest distance from any point of a shape to perimeters.

    Parameters
    ----------
    shape : points, lines or polygons, valid, in a projected CRS.
    perimeters : polygon or multipolygon, valid and not empty, in the same CRS.
    marks : metres; distances on whose right side the result has to lie.

    Returns
    -------
    Metres, never understated; overstated by `TOLERANCE_M` at most, and by `FINE_TOLERANCE_M` at most where a mark lies
    in between. 0 where the perimeters hold the shape.

    Notes
    -----
    The farthest point need be neither a corner nor on the edge of the shape: it may be amid a hole of the perimeters.
    What is outside is cut in triangles (or segments). The distance to one edge of the perimeters is convex, and so is
    largest in a corner of a triangle. Hence the largest distance over a triangle is at least that of its corners to the
    perimeters, and at most, for any one edge, that of its corners to this edge; or, for any two, that of its corners to
    both on average, which settles a strip between two parallel limits. While the two differ, the triangle is halved,
    unless it can no longer change the result. Of a shape with many corners, only what may lie farther than its farthest
    corner is cut up.
    """
    import shapely

    edges = np.asarray(shapely.linestrings(_segments(shapely.boundary(perimeters))))
    tree = shapely.STRtree(edges)
    least = _farthest_corner_m(shape, perimeters, edges, tree)
    most = least
    far = _far_parts(shape, least, marks, edges, tree) if least > 0 else [shape]
    pieces = np.concatenate([_pieces(shapely.difference(part, perimeters), shape) for part in far])
    while len(pieces):
        low, high = _bounds(pieces, edges, tree)
        least = max(least, float(low.max()))
        most = max(most, least)
        open_ = _is_open(high, least, marks)
        most = max(most, float(high[~open_].max(initial=0.0)))
        pieces = _halved(pieces[open_]) if open_.any() else pieces[:0]
    return most


def _is_open(high: NDArray[np.float64], least: float, marks: Sequence[float]) -> NDArray[np.bool_]:
    """Whether what may reach so far may change the result, once `least` metres are known to be reached."""
    crossing = np.any([np.zeros(len(high), bool), *((least <= mark) & (mark < high) for mark in marks)], axis=0)
    return np.asarray((high > least + FINE_TOLERANCE_M) & (crossing | (high > least + TOLERANCE_M)))


def _farthest_corner_m(
    shape: BaseGeometry, perimeters: BaseGeometry, edges: NDArray[np.object_], tree: STRtree
) -> float:
    """Largest distance from a corner of a shape to perimeters; 0 where they hold them all."""
    import shapely

    corners = np.asarray(shapely.points(shapely.get_coordinates(shape)))
    distance = shapely.distance(corners, edges[tree.nearest(corners)])
    for some in np.array_split(np.argsort(-distance), math.ceil(len(corners) / _CORNERS_AT_ONCE)):
        outside = some[~shapely.intersects(perimeters, corners[some])]
        if len(outside):
            return float(distance[outside[0]])
    return 0.0


def _far_parts(
    shape: BaseGeometry, least: float, marks: Sequence[float], edges: NDArray[np.object_], tree: STRtree
) -> Sequence[BaseGeometry]:
    """Parts of a shape that may change the result, most often a small one around its farthest corner; at least one.

    Squares are bounded as triangles are, but for what lies in them, and are cut in four while they are open. To overlay
    a small part of the shape, instead of the whole, is what makes large footprints fast.
    """
    import shapely

    if shapely.get_num_coordinates(shape) < _MANY_CORNERS:
        return [shape]
    own = shapely.force_2d(shape)  # a copy: what is prepared here is known to nobody else
    shapely.prepare(own)
    boxes = np.array([shape.bounds])
    for _ in range(_TIMES_CUT):
        boxes = _quartered(boxes)
        boxes = boxes[shapely.intersects(own, shapely.box(*boxes.T))]
        corners = boxes[:, [[0, 1], [0, 3], [2, 3], [2, 1]]]
        boxes = boxes[_is_open(_bounds(corners, edges, tree)[1], least, marks)] if len(boxes) else boxes
    return [shapely.make_valid(shapely.clip_by_rect(own, *box)) for box in boxes] or [type(shape)()]


def _quartered(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The four quarters of each box, (n, 4) bounds."""
    west, south, east, north = boxes.T
    across, up = (west + east) / 2, (south + north) / 2
    quarters = [
        (west, south, across, up),
        (across, south, east, up),
        (west, up, across, north),
        (across, up, east, north),
    ]
    return np.concatenate([np.stack(quarter, axis=1) for quarter in quarters])


def _pieces(outside: BaseGeometry, shape: BaseGeometry) -> NDArray[np.float64]:
    """Triangles, segments or points of what is outside of a shape: (n, 3, 2), (n, 2, 2) or (n, 1, 2) coordinates."""
    import shapely

    dimension = shapely.get_dimensions(shape)
    parts = shapely.get_parts(outside)
    # What has no size of its own, on the side of a square, is also on the side of a part that has.
    parts = parts[shapely.get_dimensions(parts) == dimension]
    if dimension == AREAS:
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(parts))
        return np.asarray(shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3])
    if dimension == LINES:
        return _segments(shapely.multilinestrings(parts))
    return np.asarray(shapely.get_coordinates(parts)[:, None, :])


def _segments(lines: BaseGeometry) -> NDArray[np.float64]:
    """Segments of lines, (n, 2, 2) coordinates."""
    import shapely

    vertices, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    joined = line[:-1] == line[1:]
    return np.stack([vertices[:-1][joined], vertices[1:][joined]], axis=1)


def _bounds(
    pieces: NDArray[np.float64], edges: NDArray[np.object_], tree: STRtree
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and most that the largest distance over each piece may be, (n,) metres each."""
    import shapely

    corners = np.asarray(shapely.points(pieces))
    nearest = edges[tree.nearest(corners.ravel()).reshape(corners.shape)]
    low = shapely.distance(corners, nearest).max(axis=1)
    to_each = shapely.distance(corners[:, :, None], nearest[:, None, :])
    halfway = (to_each[:, :, :, None] + to_each[:, :, None, :]) / 2
    return low, halfway.max(axis=1).min(axis=(1, 2))


def _halved(pieces: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both halves of each piece, cut across the middle of its longest side."""
    corners = pieces.shape[1]
    sides = np.linalg.norm(pieces - np.roll(pieces, -1, axis=1), axis=2)
    order = (sides.argmax(axis=1)[:, None] + np.arange(corners)) % corners
    turned = np.take_along_axis(pieces, order[:, :, None], axis=1)
    middle = turned[:, :2].mean(axis=1)
    first, second = turned.copy(), turned.copy()
    first[:, 1] = middle
    second[:, 0] = middle
    return np.concatenate([first, second])
