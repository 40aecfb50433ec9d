"""Which share of a shape lies in perimeters: of its area, of its length, or of its points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

POINTS, LINES, AREAS = 0, 1, 2
"""Dimensions of shapes, as GEOS numbers them."""


def part_inside(shape: BaseGeometry, perimeters: Sequence[BaseGeometry]) -> BaseGeometry:
    """Part of a shape that lies in the union of perimeters, limits included; empty where none does.

    Parameters
    ----------
    shape : points, lines or polygons, in the projected CRS of the perimeters.
    perimeters : valid polygons.
    """
    import shapely

    if shapely.get_dimensions(shape) != POINTS:
        return shapely.intersection(shape, shapely.union_all(perimeters))
    points = shapely.get_parts(shape)
    held = np.any([np.zeros(len(points)), *(shapely.intersects(one, points) for one in perimeters)], axis=0)
    return shapely.MultiPoint(points[held].tolist())


def share_of(part: BaseGeometry, shape: BaseGeometry) -> float:
    """Share in [0, 1] that a part is of a shape: of its area, of its length, or of its points."""
    import shapely

    measure = (shapely.get_num_coordinates, shapely.length, shapely.area)[shapely.get_dimensions(shape)]
    return min(1.0, float(measure(part) / measure(shape)))
