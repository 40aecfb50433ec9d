"""How far a shape reaches from perimeters: the largest distance from any of its points to them, with a known error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.shares import AREAS, LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

TOLERANCE_M = 0.1
"""Most by which a reach may be overstated."""

FINE_TOLERANCE_M = 1e-7
"""Most by which it may be overstated where that takes it across a mark: a hundred times the rounding of coordinates."""


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
    unless it can no longer change the result.
    """
    import shapely

    pieces = _pieces(shapely.difference(shape, perimeters))
    edges = np.asarray(shapely.linestrings(_segments(shapely.boundary(perimeters))))
    tree = shapely.STRtree(edges)
    least = most = 0.0
    while len(pieces):
        low, high = _bounds(pieces, edges, tree)
        least = max(least, float(low.max()))
        most = max(most, least)
        open_ = high > least + FINE_TOLERANCE_M
        crossing = np.any([(least <= mark) & (mark < high) for mark in marks], axis=0)
        open_ &= crossing | (high > least + TOLERANCE_M)
        most = max(most, float(high[~open_].max(initial=0.0)))
        pieces = _halved(pieces[open_]) if open_.any() else pieces[:0]
    return most


def _pieces(outside: BaseGeometry) -> NDArray[np.float64]:
    """Triangles, segments or points of a shape: (n, 3, 2), (n, 2, 2) or (n, 1, 2) coordinates."""
    import shapely

    dimension = shapely.get_dimensions(outside)
    if dimension == AREAS:
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(outside))
        return np.asarray(shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3])
    if dimension == LINES:
        return _segments(outside)
    return np.asarray(shapely.get_coordinates(outside)[:, None, :])


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
