"""Polygons with very many corners, cut in tiles: to overlay many small shapes with the whole takes minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

MANY_CORNERS = 1_000
"""From which a polygon is cut: official contours have fewer, and are measured whole."""

CORNERS_OF_A_TILE = 100
TIMES_CUT = 8


def tiled(area: BaseGeometry) -> NDArray[np.object_]:
    """Polygons that do not overlap and together are an area, with few corners each where it has very many.

    Parameters
    ----------
    area : valid; its parts with fewer corners than `MANY_CORNERS` are returned as they are.

    Notes
    -----
    A part is cut in four, and again, by its own bounds: the sum of the areas is its area but for rounding.
    """
    import shapely

    parts = np.asarray(shapely.get_parts(area))
    large = (shapely.get_num_coordinates(parts) >= MANY_CORNERS) & (shapely.area(parts) > 0)
    kept, pieces = [parts[~large]], parts[large]
    for _ in range(TIMES_CUT):
        few = shapely.get_num_coordinates(pieces) <= CORNERS_OF_A_TILE
        kept.append(pieces[few])
        if few.all():
            return np.concatenate(kept)
        pieces = np.concatenate([_quarters(piece) for piece in pieces[~few]])
    return np.concatenate([*kept, pieces])


def _quarters(polygon: BaseGeometry) -> NDArray[np.object_]:
    import shapely

    west, south, east, north = polygon.bounds
    across, up = (west + east) / 2, (south + north) / 2
    frames = [
        (west, south, across, up),
        (across, south, east, up),
        (west, up, across, north),
        (across, up, east, north),
    ]
    cut = shapely.get_parts([shapely.make_valid(shapely.clip_by_rect(polygon, *frame)) for frame in frames])
    parts = np.asarray(shapely.get_parts(cut))  # a collection within a collection
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
