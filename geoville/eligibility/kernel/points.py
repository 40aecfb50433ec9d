"""The bulk kernel: in which polygons many points are, and how far the limits are, as GEOS has it.

Polygons are closed: a point on a limit is inside, as GEOS `intersects` has it. Nothing here holds a prepared geometry:
both indexes may be shared by threads and sent to other processes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.kernel.grid import grid_over, in_order_of_cells, is_kept
from geoville.eligibility.kernel.limits import STAGE as LISTED_TOGETHER
from geoville.eligibility.kernel.limits import build_limits, measure
from geoville.eligibility.kernel.location import STAGE, STAGES, UNSURE, build_location, locate
from geoville.eligibility.kernel.polygons import Membership, SetNumbers, segments_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.kernel.limits import LimitIndex
    from geoville.eligibility.kernel.location import LocationIndex
    from geoville.eligibility.kernel.polygons import PolygonSets


_AT_ONCE = 1 << 17
"""Points among which those that GEOS is asked of are looked for: a mask of more is memory that is asked for anew."""


@dataclass(frozen=True, eq=False, slots=True)
class PointLocator:
    """Says which polygons hold points."""

    tree: STRtree
    table: PolygonSets
    location: LocationIndex

    @classmethod
    def build(cls, polygons: Sequence[BaseGeometry]) -> PointLocator:
        """Index valid polygons and multipolygons of one projected CRS, at least one."""
        segments = segments_of(polygons)
        numbers = SetNumbers(len(polygons))
        location = build_location(segments, grid_over(segments.bounds), numbers)
        return cls.over(polygons, numbers.table(), location)

    @classmethod
    def over(cls, polygons: Sequence[BaseGeometry], table: PolygonSets, location: LocationIndex) -> PointLocator:
        """A locator of polygons that were indexed before."""
        import shapely

        return cls(shapely.STRtree(polygons), table, location)

    def place(self, east: NDArray[np.float64], north: NDArray[np.float64]) -> Membership:
        """Say which polygons hold each of (n,) points, metres in the CRS of the polygons; none holds a NaN."""
        east, north = _to_read(east), _to_read(north)
        sets = np.empty(len(east), dtype=np.int32)
        unsure = self._write_sets(east, north, sets)
        if not len(unsure):
            return Membership(sets, self.table)
        numbers = self.table.numbers()
        for point, polygons in zip(unsure.tolist(), self._by_geos(east[unsure], north[unsure]), strict=True):
            sets[point] = numbers.of(polygons)
        return Membership(sets, numbers.table())

    def _write_sets(
        self, east: NDArray[np.float64], north: NDArray[np.float64], sets: NDArray[np.int32]
    ) -> NDArray[np.intp]:
        """Write the sets of (n,) points, and return which of them GEOS is to be asked of."""
        room = np.empty((STAGES, STAGE), dtype=np.int32), np.empty(STAGE)
        unsure = [np.zeros(0, dtype=np.intp)]
        for start in range(0, len(east), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            if locate(east[some], north[some], self.location, sets[some], *room):
                unsure.append(start + np.flatnonzero(sets[some] == UNSURE))
        return np.concatenate(unsure)

    def _by_geos(self, east: NDArray[np.float64], north: NDArray[np.float64]) -> list[list[int]]:
        """Polygons that hold each of a few points."""
        import shapely

        points = np.asarray(shapely.points(east, north))
        point, polygon = self.tree.query(points)
        holds = shapely.intersects(self.tree.geometries[polygon], points[point])
        by_point = np.split(polygon[holds], np.searchsorted(point[holds], np.arange(1, len(points))))
        return [polygons.tolist() for polygons in by_point]


@dataclass(frozen=True, eq=False, slots=True)
class LimitFinder:
    """Says how far the limits of polygons are from points."""

    limits: LimitIndex

    @classmethod
    def build(cls, polygons: Sequence[BaseGeometry], near_m: float) -> LimitFinder:
        """Index valid polygons and multipolygons of one projected CRS, at least one.

        Parameters
        ----------
        polygons : the first of several as near or as deep is the answer.
        near_m : distances up to which answers are the fastest; farther ones are as exact.
        """
        segments = segments_of(polygons)
        return cls(build_limits(segments, grid_over(segments.bounds, near_m), near_m))

    def measure(
        self, east: NDArray[np.float64], north: NDArray[np.float64], membership: Membership
    ) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Signed distance to the limit of the polygon that holds each point deepest, or of the nearest one.

        Parameters
        ----------
        east, north : (n,) metres.
        membership : of these points among these polygons.

        Returns
        -------
        (n,) metres, at most 0 inside, infinite for a NaN; (n,) polygon, -1 for a NaN.
        """
        east, north = _to_read(east), _to_read(north)
        signed, polygon = np.empty(len(east)), np.empty(len(east), dtype=np.int32)
        order = in_order_of_cells(east, north, self.limits.near.grid)
        sets, table = membership.sets, membership.table
        room = np.empty((3, LISTED_TOGETHER), dtype=np.int32), np.empty(LISTED_TOGETHER)
        measure(east, north, order, sets, table.starts, table.members, self.limits, signed, polygon, *room)
        return signed, polygon


def _to_read(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same numbers as loops are compiled for them, which is once: end to end, and not to be written.

    Those of Arrow may not be written: loops compiled for arrays that may would be compiled again for these, and wait.
    """
    kept = np.ascontiguousarray(numbers).view()
    kept.flags.writeable = False
    return kept


def are_compiled() -> bool:
    """Whether a run before has left the compiled loops on disk: else the first index takes some seconds more."""
    return is_kept(locate) and is_kept(measure)


def compile_loops() -> None:
    """Compile all the loops, or load them, on one square: they are kept on disk where the machine lets them be."""
    import shapely

    squares = [shapely.box(0.0, 0.0, side, side) for side in (1_000.0, 2_000.0)]
    locator, finder = PointLocator.build(squares), LimitFinder.build(squares, 1.0)
    east, north = np.array([500.0, 0.0, 1e6]), np.array([500.0, 0.0, 1e6])
    finder.measure(east, north, locator.place(east, north))
