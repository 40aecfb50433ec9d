"""How many people and cells an area holds: what scores, comparisons and differences of perimeters are measured with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


# --- Polygons with very many corners, cut in tiles: to overlay many small shapes with the whole takes minutes

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
