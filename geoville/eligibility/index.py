"""Where a point or a shape stands among perimeters: which ones hold it, and how far their limits are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoville.crs import WGS84, transform_geometry, transform_point
from geoville.eligibility.territory_index import TerritoryIndex
from geoville.model import Basis, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter, PerimeterHit

NEARBY_M = 500.0
"""Every perimeter within this distance is listed in an answer (the widest band of the rules: 500 m)."""


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
        by_epsg: dict[int, list[Perimeter]] = {}
        for item in self.perimeters:
            by_epsg.setdefault(item.epsg, []).append(item)
        self._territories = {epsg: TerritoryIndex(members) for epsg, members in by_epsg.items()}

    def around(self, lon: float, lat: float) -> tuple[PerimeterHit, ...]:
        """Perimeters within 500 m of a point, and the nearest one of each kind and dates however far.

        Parameters
        ----------
        lon, lat : degrees, WGS84.
        """
        import shapely

        hits: list[PerimeterHit] = []
        for epsg, territory in self._territories.items():
            point = shapely.points(transform_point(lon, lat, WGS84, epsg))
            hits = _nearer(hits, territory.around(point, NEARBY_M))
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
        territory = self._territories.get(epsg)
        return _in_order(territory.around(shape, reach_m)) if territory else ()

    def projected(self, shape: BaseGeometry) -> tuple[BaseGeometry, int | None]:
        """A WGS84 shape in the projected CRS of the nearest perimeter, and that CRS; None without perimeters."""
        moved = {epsg: transform_geometry(shape, WGS84, epsg) for epsg in self._territories}
        if not moved:
            return shape, None
        distance = {epsg: self._territories[epsg].distance(moved[epsg]) for epsg in moved}
        nearest = min(distance, key=distance.__getitem__)
        return moved[nearest], nearest

    def answering(self, on: date, epsg: int | None = None) -> tuple[Basis, frozenset[Kind]]:
        """What an answer rests on that day: the QPV in force, else candidates, else whatever there is.

        Parameters
        ----------
        epsg : projected CRS of the place asked about; None for all the perimeters together.
        """
        families = [
            family
            for territory_epsg, territory in self._territories.items()
            if epsg in {None, territory_epsg}
            for family in territory.families
        ]
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


def _nearer(hits: list[PerimeterHit], others: list[PerimeterHit]) -> list[PerimeterHit]:
    """Hits of the nearer of two territories."""
    return min(hits, others, key=lambda some: min((hit.distance_m for hit in some), default=math.inf))


def _in_order(hits: list[PerimeterHit]) -> tuple[PerimeterHit, ...]:
    return tuple(sorted(hits, key=lambda hit: (hit.distance_m, hit.perimeter.code)))
