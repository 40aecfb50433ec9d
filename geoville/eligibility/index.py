"""Where a point or a shape stands among perimeters: which ones hold it, and how far their limits are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_geometry, transform_point
from geoville.model import Basis, Kind, PerimeterHit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter


# --- The perimeters of one territory: which ones hold a point or a shape, and how far their limits are

_SMALLEST = float(np.finfo(np.float64).tiny)
"""Least distance of a point outside: computed ones may round to 0 where the exact test says outside."""

_ROUNDING_M = 1e-6
"""More than the rounding of a distance between boxes, so that no perimeter is left unmeasured."""


class Family:
    """Perimeters of one kind, generation and dates, at consecutive rows of a territory."""

    def __init__(self, perimeters: list[Perimeter], first_row: int) -> None:
        self.kind = perimeters[0].kind
        self.estimated = any(perimeter.estimated for perimeter in perimeters)
        self.rows = slice(first_row, first_row + len(perimeters))
        self._any = perimeters[0]

    def in_force(self, on: date) -> bool:
        """Whether they are in force on a day."""
        return self._any.in_force(on)


class TerritoryIndex:
    """Perimeters in one projected CRS.

    Parameters
    ----------
    perimeters : valid ones, at least one.

    Notes
    -----
    Boxes are compared all at once, then what may be near is measured: for the perimeters of a country this takes a few
    microseconds, where a tree's own search of the nearest one takes more than everything else together.
    """

    def __init__(self, perimeters: Iterable[Perimeter]) -> None:
        import shapely

        alike: dict[tuple[object, ...], list[Perimeter]] = {}
        for item in perimeters:
            alike.setdefault((item.kind, item.generation, item.valid_from, item.valid_to), []).append(item)
        self.families: list[Family] = []
        self._perimeters: list[Perimeter] = []
        for members in alike.values():
            self.families.append(Family(members, first_row=len(self._perimeters)))
            self._perimeters += members
        self._family_of = np.repeat(np.arange(len(self.families)), [len(members) for members in alike.values()])
        self._polygons = np.array([perimeter.geometry for perimeter in self._perimeters], dtype=object)
        self._limits = shapely.boundary(self._polygons)
        self._west, self._south, self._east, self._north = shapely.bounds(self._polygons).T.copy()

    def around(self, shape: BaseGeometry, reach_m: float) -> list[PerimeterHit]:
        """Hits of the perimeters within a reach of a shape, and of the nearest one of each family however far.

        Parameters
        ----------
        shape : any geometry, in the CRS of the perimeters.
        """
        import shapely

        least_m = self._least_m(shape)
        firsts = [family.rows.start + least_m[family.rows].argmin() for family in self.families]
        most_m = np.maximum(shapely.distance(self._polygons[firsts], shape), reach_m)
        hits = self._hits(np.flatnonzero(least_m <= most_m[self._family_of] + _ROUNDING_M), shape)
        nearest_m: dict[int, float] = {}
        for family, hit in hits:
            nearest_m[family] = min(hit.distance_m, nearest_m.get(family, math.inf))
        return [hit for family, hit in hits if hit.distance_m <= max(reach_m, nearest_m[family])]

    def distance(self, shape: BaseGeometry) -> float:
        """Distance from a shape to the nearest of the perimeters, 0 where they meet."""
        import shapely

        least_m = self._least_m(shape)
        most_m = shapely.distance(self._polygons[least_m.argmin()], shape)
        return float(shapely.distance(self._polygons[least_m <= most_m + _ROUNDING_M], shape).min())

    def _least_m(self, shape: BaseGeometry) -> NDArray[np.float64]:
        """(n,) distance from the box of a shape to that of each perimeter: the shape is no nearer."""
        west, south, east, north = shape.bounds
        across = np.maximum(np.maximum(self._west - east, west - self._east), 0.0)
        along = np.maximum(np.maximum(self._south - north, south - self._north), 0.0)
        least_m: NDArray[np.float64] = np.sqrt(across * across + along * along)
        return least_m

    def _hits(self, rows: NDArray[np.intp], shape: BaseGeometry) -> list[tuple[int, PerimeterHit]]:
        """Where a shape stands with some perimeters, each with the number of its family."""
        import shapely

        polygons = self._polygons[rows]
        meeting = shapely.intersects(polygons, shape)
        inside = meeting if shape.geom_type == "Point" else shapely.covers(polygons, shape)
        metres = shapely.distance(self._limits[rows], shape)
        outside_m = np.where(meeting, 0.0, np.maximum(metres, _SMALLEST))
        signed_m = np.where(inside, 0.0 - metres, outside_m)
        columns = (rows, self._family_of[rows], signed_m, inside)
        return [
            (family, PerimeterHit(self._perimeters[row], distance_m, within))
            for row, family, distance_m, within in zip(*(column.tolist() for column in columns), strict=True)
        ]


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
