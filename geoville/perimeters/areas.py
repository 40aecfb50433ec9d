"""How many people and cells an area holds: what scores, comparisons and differences of perimeters are measured with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.perimeters.tiling import tiled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_HALF = 0.5


class PopulatedCells:
    """Cells with their people, indexed so that many areas can be measured.

    Parameters
    ----------
    squares : (n,) cells as polygons, in one projected CRS.
    people : (n,) people in each cell, taken as spread evenly over its area.
    """

    def __init__(self, squares: NDArray[np.object_], people: NDArray[np.float64]) -> None:
        import shapely

        self._squares = squares
        self._people = people
        self._tree = shapely.STRtree(squares)

    def people_in(self, area: BaseGeometry) -> float:
        """People who live in an area, by share of the area of their cells."""
        touching, shares = self.shares_inside(area)
        return float(self._people[touching] @ shares)

    def cells_in(self, area: BaseGeometry) -> NDArray[np.intp]:
        """Indices, increasing, of the cells that an area covers by one half at least."""
        touching, shares = self.shares_inside(area)
        return touching[shares >= _HALF]

    def shares_inside(self, area: BaseGeometry) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Cells that an area touches, by increasing index, and the share of each that lies inside.

        The parts of a multipolygon do not overlap: each is laid on its own cells, which is much faster than the whole.
        """
        import shapely

        parts = tiled(area)
        part, cell = self._tree.query(parts, predicate="intersects")
        squares = self._squares[cell]
        shares = shapely.area(shapely.intersection(squares, parts[part])) / shapely.area(squares)
        touching, place = np.unique(cell, return_inverse=True)
        covered = np.zeros(len(touching))
        np.add.at(covered, place, shares)
        return touching, covered


def meeting_pairs(first: Sequence[BaseGeometry], second: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    """Indices of the areas of two lists that meet, were it in one point, in increasing order."""
    import shapely

    shapes = np.array(first, dtype=object)
    pairs = shapely.STRtree(second).query(shapes, predicate="intersects")
    return sorted(zip(*pairs.tolist(), strict=True))
