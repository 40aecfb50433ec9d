"""Which share of a shape lies in perimeters: of its area, of its length, or of its points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

POINTS, LINES, AREAS = 0, 1, 2
"""Dimensions of shapes, as GEOS numbers them."""


def share_inside(shape: BaseGeometry, perimeters: Sequence[BaseGeometry]) -> float:
    """Share in [0, 1] of a shape that lies in the union of perimeters, limits included.

    Parameters
    ----------
    shape : points, lines or polygons, not empty, in the projected CRS of the perimeters.
    perimeters : valid polygons; none of them gives 0.
    """
    import shapely

    dimension = shapely.get_dimensions(shape)
    if dimension == POINTS:
        points = shapely.get_parts(shape)
        held = [shapely.intersects(perimeter, points) for perimeter in perimeters]
        return float(np.any(held, axis=0).mean()) if held else 0.0
    measure = shapely.area if dimension == AREAS else shapely.length
    inside = shapely.intersection(shape, shapely.union_all(perimeters))
    return min(1.0, float(measure(inside) / measure(shape)))
