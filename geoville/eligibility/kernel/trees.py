"""The answers of the kernel by GEOS itself and trees: nothing to compile, little to build, more to do for each point.

What a few hundred thousand points are asked of: cells, which cost seconds before the first answer, are not worth it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoville.eligibility.kernel.polygons import NOWHERE, Membership, SetNumbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.spatial import cKDTree
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.kernel.polygons import PolygonSets


_ROUNDING_M = 1e-6
"""More than the rounding of a distance between vertices or boxes, so that no limit is left unmeasured."""


@dataclass(frozen=True, eq=False, slots=True)
class TreeLocator:
    """Says which polygons hold points."""

    polygons: NDArray[np.object_]
    table: PolygonSets

    @classmethod
    def build(cls, polygons: Sequence[BaseGeometry]) -> TreeLocator:
        """Take valid polygons and multipolygons of one projected CRS, at least one."""
        return cls(np.array(polygons, dtype=object), SetNumbers(len(polygons)).table())

    def place(self, east: NDArray[np.float64], north: NDArray[np.float64]) -> Membership:
        """Say which polygons hold each of (n,) points, metres in the CRS of the polygons; none holds a NaN."""
        import shapely

        asked = np.flatnonzero(np.isfinite(east) & np.isfinite(north))
        # The tree is that of the points, and asks of polygons: GEOS prepares each of these once, for this call alone.
        points = shapely.STRtree(np.asarray(shapely.points(east[asked], north[asked])))
        polygon, found = points.query(self.polygons, predicate="intersects")
        return self._grouped(len(east), asked[found], polygon)

    def _grouped(self, points: int, point: NDArray[np.intp], polygon: NDArray[np.intp]) -> Membership:
        """Sets that pairs of a point and a polygon make."""
        sets = np.zeros(points, dtype=np.int32)
        sets[point] = polygon + 1
        held = np.bincount(point, minlength=points)
        several = held[point] > 1
        if not several.any():
            return Membership(sets, self.table)
        order = np.lexsort((polygon[several], point[several]))
        point, polygon = point[several][order], polygon[several][order]
        firsts = np.flatnonzero(np.diff(point, prepend=-1))
        numbers = self.table.numbers()
        for first, members in zip(point[firsts].tolist(), np.split(polygon, firsts[1:]), strict=True):
            sets[first] = numbers.of(members.tolist())
        return Membership(sets, numbers.table())


class _Pairs(NamedTuple):
    """Pairs of a point and a polygon, and how far the limit of the one is from the other."""

    point: NDArray[np.integer]
    polygon: NDArray[np.integer]
    metres: NDArray[np.float64]

    def first_of_each(self, least: NDArray[np.float64]) -> NDArray[np.intp]:
        """For each point, the pair of the least value; of equal ones, that of the first polygon."""
        order = np.lexsort((self.polygon, least, self.point))
        return order[np.flatnonzero(np.diff(self.point[order], prepend=-1))]


@dataclass(frozen=True, eq=False, slots=True)
class TreeLimits:
    """Says how far the limits of polygons are from points.

    Parameters
    ----------
    limits : of each polygon.
    boxes : tree of these.
    vertices : tree of all their vertices.
    """

    limits: NDArray[np.object_]
    boxes: STRtree
    vertices: cKDTree

    @classmethod
    def build(cls, polygons: Sequence[BaseGeometry]) -> TreeLimits:
        """Take valid polygons and multipolygons of one projected CRS, at least one; the first of several answers."""
        import shapely
        from scipy.spatial import cKDTree

        limits = shapely.boundary(np.array(polygons, dtype=object))
        vertices = cKDTree(shapely.get_coordinates(limits), balanced_tree=False, compact_nodes=False)
        return cls(limits, shapely.STRtree(limits), vertices)

    def measure(
        self, east: NDArray[np.float64], north: NDArray[np.float64], membership: Membership
    ) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """As `LimitFinder.measure`.

        Notes
        -----
        The nearest vertex is at least as far as the nearest limit: limits whose box is no farther are measured.
        """
        signed = np.full(len(east), np.inf)
        nearest = np.full(len(east), NOWHERE, dtype=np.int32)
        held_by = self._measured(east, north, *membership.pairs())
        first = held_by.first_of_each(-held_by.metres)
        signed[held_by.point[first]] = 0.0 - held_by.metres[first]
        nearest[held_by.point[first]] = held_by.polygon[first]
        asked = np.flatnonzero(~membership.held() & np.isfinite(east) & np.isfinite(north))
        around, polygon = self._perhaps_nearest(east[asked], north[asked])
        beside = self._measured(east, north, asked[around], polygon)
        first = beside.first_of_each(beside.metres)
        signed[beside.point[first]] = beside.metres[first]
        nearest[beside.point[first]] = beside.polygon[first]
        return signed, nearest

    def _measured(
        self,
        east: NDArray[np.float64],
        north: NDArray[np.float64],
        point: NDArray[np.integer],
        polygon: NDArray[np.integer],
    ) -> _Pairs:
        import shapely

        places = np.asarray(shapely.points(east[point], north[point]))
        return _Pairs(point, polygon, np.asarray(shapely.distance(self.limits[polygon], places)))

    def _perhaps_nearest(
        self, east: NDArray[np.float64], north: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pairs of a point and a polygon whose limit may be the nearest one."""
        import shapely

        most_m = self.vertices.query(np.column_stack([east, north]))[0] + _ROUNDING_M
        around = shapely.box(east - most_m, north - most_m, east + most_m, north + most_m)
        point, polygon = self.boxes.query(around)
        return point, polygon
