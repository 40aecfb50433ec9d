"""Outlines of ground: the isoline of its index."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.perimeters.ground_clusters import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.ground_index import Ground
    from geoville.law.method import MethodRules


_LIFT = 0.001
_FAR_BELOW = 1.0


def isoline_of(ground: Ground, squares: NDArray[np.intp], rules: MethodRules) -> BaseGeometry:
    """Outline of some squares, in the CRS of the grid: the isoline of the index at the cut.

    Parameters
    ----------
    squares : indices of the squares kept.

    Returns
    -------
    Valid polygon or multipolygon that holds the centres of the squares kept, and of no other.

    Notes
    -----
    Marching squares between the centres of squares (contourpy). The index of a square that is kept though it lies below
    the cut is mirrored above it, and the other way round: two quarters that touch then draw one line between them.
    """
    import shapely
    from contourpy import FillType, contour_generator

    window = Window.around(ground, squares, 2)
    value = window.values(ground.index, rules.index_cut - _FAR_BELOW)
    kept = window.image_of(squares)
    above = np.maximum(np.abs(value - rules.index_cut), _LIFT)
    value = rules.index_cut + np.where(kept, above, -above)
    size = CELL_SIZE_M / rules.subcells_per_side
    north = (window.south + np.arange(value.shape[0]) + 0.5) * size
    east = (window.west + np.arange(value.shape[1]) + 0.5) * size
    generator = contour_generator(east, north, value, fill_type=FillType.OuterOffset)
    filled: Any = generator.filled(rules.index_cut, np.inf)
    pieces = []
    for line, breaks in zip(*filled, strict=True):
        rings = [line[start:stop] for start, stop in pairwise(breaks)]
        pieces.append(shapely.Polygon(rings[0], rings[1:]))
    outline = shapely.union_all(pieces)
    return outline if outline.is_valid else shapely.make_valid(outline, method="structure", keep_collapsed=False)
