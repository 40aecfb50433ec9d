"""Where a point or a shape stands among perimeters: which ones hold it, and how far their limits are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.model import Basis, Kind, PerimeterHit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter

NEARBY_M = 500.0
"""Every perimeter within this distance is listed in an answer (the widest band of the rules: 500 m)."""

_SMALLEST = float(np.finfo(np.float64).tiny)
"""Least distance of a point outside: computed ones may round to 0 where the exact test says outside."""


class PerimeterIndex:
    """Perimeters ready to be asked about points and shapes.

    Parameters
    ----------
    perimeters : valid ones, each in its territory's projected CRS.
    extent : (west, south, east, north) in degrees: where perimeters are known; None where that is not known.

    Notes
    -----
    Polygons are closed: a point on the line is inside, as GEOS `intersects` has it in the projected CRS. No geometry is
    prepared: prepared geometries shared by threads corrupt memory.

    Where perimeters of several territories are held (metropolitan France and overseas), only those of the territory of
    the nearest one are hits: the dates of the others are not those of the place.
    """

    def __init__(
        self, perimeters: Iterable[Perimeter], extent: tuple[float, float, float, float] | None = None
    ) -> None:
        self.perimeters = tuple(perimeters)
        self.extent = extent
        alike: dict[tuple[object, ...], list[Perimeter]] = {}
        for item in self.perimeters:
            alike.setdefault((item.epsg, item.kind, item.generation, item.valid_from, item.valid_to), []).append(item)
        self._families: dict[int, list[_Family]] = {}
        for members in alike.values():
            self._families.setdefault(members[0].epsg, []).append(_Family(tuple(members)))

    def around(self, lon: float, lat: float) -> tuple[PerimeterHit, ...]:
        """Perimeters within 500 m of a point, and the nearest one of each kind and dates however far.

        Parameters
        ----------
        lon, lat : degrees, WGS84.
        """
        import shapely

        first, second = np.array([lon]), np.array([lat])
        hits: list[PerimeterHit] = []
        for epsg, families in self._families.items():
            easting, northing = transform_points(first, second, WGS84, epsg)
            point = shapely.Point(easting[0], northing[0])
            hits = _nearer(hits, [hit for family in families for hit in family.around(point)])
        return _in_order(hits)

    def around_shape(self, shape: BaseGeometry, epsg: int, reach_m: float = NEARBY_M) -> tuple[PerimeterHit, ...]:
        """Perimeters within a reach of a shape, and the nearest one of each kind and dates however far.

        Parameters
        ----------
        shape : any geometry, in `epsg`.
        epsg : projected CRS of the perimeters looked at.

        Returns
        -------
        Hits whose signed distance is that of the part of the shape nearest to the limit: negative where the perimeter
        holds the whole shape, 0 where the shape meets the limit.
        """
        return _in_order([hit for family in self._families.get(epsg, []) for hit in family.around(shape, reach_m)])

    def projected(self, shape: BaseGeometry) -> tuple[BaseGeometry, int | None]:
        """A WGS84 shape in the projected CRS of the nearest perimeter, and that CRS; None without perimeters."""
        moved = {epsg: transform_geometry(shape, WGS84, epsg) for epsg in self._families}
        if not moved:
            return shape, None
        distance = {epsg: min(family.distance(moved[epsg]) for family in self._families[epsg]) for epsg in moved}
        nearest = min(distance, key=distance.__getitem__)
        return moved[nearest], nearest

    def answering(self, on: date, epsg: int | None = None) -> tuple[Basis, frozenset[Kind]]:
        """What an answer rests on that day: the QPV in force, else candidates, else whatever there is.

        Parameters
        ----------
        epsg : projected CRS of the place asked about; None for all the perimeters together.
        """
        families = self._families.get(epsg, []) if epsg else [one for some in self._families.values() for one in some]
        kinds = frozenset(family.kind for family in families)
        if any(family.kind is Kind.QPV and family.in_force(on) for family in families):
            return Basis.OFFICIAL, frozenset({Kind.QPV})
        if Kind.CANDIDAT in kinds:
            return Basis.ESTIMATED, frozenset({Kind.CANDIDAT})
        if Kind.QPV in kinds:
            return Basis.OFFICIAL, frozenset({Kind.QPV})
        estimated = any(family.estimated for family in families)
        return Basis.ESTIMATED if estimated else Basis.OFFICIAL, kinds

    def covers(self, lon: float, lat: float) -> bool:
        """Whether perimeters are known around a point."""
        return self.covers_box((lon, lat, lon, lat))

    def covers_box(self, box: tuple[float, float, float, float]) -> bool:
        """Whether perimeters are known all over a box (west, south, east, north), degrees."""
        if self.extent is None:
            return True
        west, south, east, north = self.extent
        return west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north


class _Family:
    """Perimeters of one kind, generation, dates and CRS."""

    def __init__(self, perimeters: tuple[Perimeter, ...]) -> None:
        import shapely

        self.kind = perimeters[0].kind
        self.perimeters = perimeters
        self.estimated = any(perimeter.estimated for perimeter in perimeters)
        self.polygons: NDArray[np.object_] = np.array([perimeter.geometry for perimeter in perimeters], dtype=object)
        self.limits: NDArray[np.object_] = shapely.boundary(self.polygons)
        self.tree: STRtree = shapely.STRtree(self.polygons)

    def in_force(self, on: date) -> bool:
        """Whether they are in force on a day."""
        return self.perimeters[0].in_force(on)

    def distance(self, shape: BaseGeometry) -> float:
        """Distance from a shape to the nearest of the polygons, 0 where they meet."""
        import shapely

        return float(shapely.distance(self.polygons[self.tree.nearest(shape)], shape))

    def around(self, shape: BaseGeometry, reach_m: float = NEARBY_M) -> list[PerimeterHit]:
        """Hits of those within a reach of a shape, and of the nearest one however far."""
        import shapely

        west, south, east, north = shape.bounds
        near = set(self.tree.query(shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)))
        rows = np.array(sorted(near | {self.tree.nearest(shape)}))
        inside = shapely.covers(self.polygons[rows], shape)
        meeting = shapely.intersects(self.polygons[rows], shape)
        metres = shapely.distance(self.limits[rows], shape)
        outside_m = np.where(meeting, 0.0, np.maximum(metres, _SMALLEST))
        signed_m = np.where(inside, 0.0 - metres, outside_m)
        listed = signed_m <= max(reach_m, signed_m.min())
        return [
            PerimeterHit(self.perimeters[row], length, within)
            for row, length, within in zip(
                rows[listed].tolist(), signed_m[listed].tolist(), inside[listed].tolist(), strict=True
            )
        ]


def _nearer(hits: list[PerimeterHit], others: list[PerimeterHit]) -> list[PerimeterHit]:
    """Hits of the nearer of two territories."""
    return min(hits, others, key=lambda some: min((hit.distance_m for hit in some), default=math.inf))


def _in_order(hits: list[PerimeterHit]) -> tuple[PerimeterHit, ...]:
    return tuple(sorted(hits, key=lambda hit: (hit.distance_m, hit.perimeter.code)))
