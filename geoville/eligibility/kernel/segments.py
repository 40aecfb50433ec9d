"""The limits of polygons as flat arrays of segments, which compiled loops can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, eq=False, slots=True)
class Segments:
    """Every edge of n polygons, holes included, polygon after polygon.

    Parameters
    ----------
    ends : (m, 4) easting and northing of the start, then of the end, metres.
    starts : (n + 1,) where the edges of each polygon start.
    bounds : (n, 4) west, south, east, north of each polygon.
    """

    ends: NDArray[np.float64]
    starts: NDArray[np.int64]
    bounds: NDArray[np.float64]

    @property
    def owner(self) -> NDArray[np.int32]:
        """(m,) polygon of each edge."""
        return np.repeat(np.arange(len(self.bounds), dtype=np.int32), np.diff(self.starts))


def segments_of(polygons: Sequence[BaseGeometry]) -> Segments:
    """Take polygons or multipolygons apart; edges of no length are left out."""
    import shapely

    shapes = np.array(polygons, dtype=object)
    parts, polygon_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    vertices, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
    ends = np.hstack([vertices[:-1], vertices[1:]])
    real = (ring_of_vertex[:-1] == ring_of_vertex[1:]) & (vertices[:-1] != vertices[1:]).any(axis=1)
    owner = polygon_of_part[part_of_ring[ring_of_vertex[:-1][real]]]
    starts = np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64)
    return Segments(np.ascontiguousarray(ends[real]), starts, shapely.bounds(shapes).reshape(-1, 4))
