"""Where a point or a shape stands among perimeters: which ones hold it, and how far their limits are."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, epsg_at_point, transform_geometry, transform_point
from geoville.law.generations import first_day_of_quarters
from geoville.model import FARTHEST_M, METRES_IN_A_KILOMETRE, Basis, Kind, PerimeterHit

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

_FEW = 8
"""Perimeters that are measured sooner than their boxes are compared."""

_SQUARE_M, _SQUARES_AT_HAND = 2 * METRES_IN_A_KILOMETRE, 8_192


KNOWN_AROUND_M = 10 * METRES_IN_A_KILOMETRE
"""How far beyond the box of some contours they are held to be all there are, where nothing else says where they are
known: a town is rarely wider, and what lies farther is another's. A choice of geoville."""


def family_key(perimeter: Perimeter) -> tuple[object, ...]:
    """What perimeters of one family have in common: kind, generation and dates."""
    return perimeter.kind, perimeter.generation, perimeter.valid_from, perimeter.valid_to


class Family:
    """Perimeters of one kind, generation and dates, at consecutive rows of a territory."""

    def __init__(self, perimeters: list[Perimeter], first_row: int) -> None:
        self.kind = perimeters[0].kind
        self.generation = perimeters[0].generation
        self.estimated = any(perimeter.estimated for perimeter in perimeters)
        self.rows = slice(first_row, first_row + len(perimeters))
        self.any = perimeters[0]

    def in_force(self, on: date) -> bool:
        """Whether they are in force on a day."""
        return self.any.in_force(on)


@dataclass(frozen=True)
class _Boxes:
    """Boxes of some perimeters of a territory, family by family.

    Parameters
    ----------
    rows : (n,) ranks of the perimeters, in order.
    family_of : (n,) number of the family of each; every family is there.
    west, south, east, north : (n,) metres.
    """

    rows: NDArray[np.intp]
    family_of: NDArray[np.intp]
    west: NDArray[np.float64]
    south: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]

    @cached_property
    def families(self) -> list[slice]:
        """Where each family is."""
        ends = np.flatnonzero(np.diff(self.family_of, append=-1)) + 1
        return [slice(start, end) for start, end in pairwise([0, *ends.tolist()])]

    def least_m(self, bounds: tuple[float, float, float, float]) -> NDArray[np.float64]:
        """(n,) distance from a box to each: what it holds is no nearer to a perimeter."""
        west, south, east, north = bounds
        across = np.maximum(np.maximum(self.west - east, west - self.east), 0.0)
        along = np.maximum(np.maximum(self.south - north, south - self.north), 0.0)
        least_m: NDArray[np.float64] = np.sqrt(across * across + along * along)
        return least_m

    def near(self, bounds: tuple[float, float, float, float], reach_m: float) -> _Boxes:
        """Those of the perimeters that may be within a reach, or the nearest of their family, somewhere in a box."""
        west, south, east, north = bounds
        across = np.maximum(self.east - west, east - self.west)
        along = np.maximum(self.north - south, north - self.south)
        most_m = np.sqrt(across * across + along * along)  # from anywhere in the box to anywhere in each
        nearest_m = np.array([most_m[family].min() for family in self.families])
        return self.of(self.least_m(bounds) <= np.maximum(nearest_m, reach_m)[self.family_of] + _ROUNDING_M)

    def of(self, kept: NDArray[np.bool_]) -> _Boxes:
        """Some of them, (n,)."""
        return _Boxes(*(getattr(self, field.name)[kept] for field in fields(self)))


class TerritoryIndex:
    """Perimeters in one projected CRS.

    Parameters
    ----------
    perimeters : valid ones, at least one.

    Notes
    -----
    Boxes are compared all at once, then what may be near is measured: for the perimeters of a country this takes a few
    microseconds, where a tree's own search of the nearest one takes more than everything else together. What may be
    near some points of a square of ground is found once for all of them, and kept for the last squares asked.
    """

    def __init__(self, perimeters: Iterable[Perimeter]) -> None:
        import shapely

        alike: dict[tuple[object, ...], list[Perimeter]] = {}
        for item in perimeters:
            alike.setdefault(family_key(item), []).append(item)
        self.families: list[Family] = []
        self._number_of = {key: number for number, key in enumerate(alike)}
        self._perimeters: list[Perimeter] = []
        for members in alike.values():
            self.families.append(Family(members, first_row=len(self._perimeters)))
            self._perimeters += members
        self._family_of = np.repeat(np.arange(len(self.families)), [len(members) for members in alike.values()])
        self._polygons = np.array([perimeter.geometry for perimeter in self._perimeters], dtype=object)
        self._limits = shapely.boundary(self._polygons)
        ranks = np.arange(len(self._perimeters))
        self._boxes = _Boxes(ranks, self._family_of, *shapely.bounds(self._polygons).T.copy())
        self._known_around = [self._around_family(family) for family in self.families]
        self._near = lru_cache(_SQUARES_AT_HAND)(self._near_square)
        quarters = np.array([family.kind is Kind.QPV for family in self.families])
        among_quarters = np.cumsum(quarters) - 1  # number of each family among those of quarters
        kept = self._boxes.of(quarters[self._family_of])
        self._quarters = replace(kept, family_of=among_quarters[kept.family_of])

    def around_point(self, easting: float, northing: float, *, quarters_only: bool) -> list[PerimeterHit]:
        """Hits that `around` finds within `NEARBY_M` of a point; of QPV alone where the others say nothing of it."""
        import shapely

        column, row = math.floor(easting / _SQUARE_M), math.floor(northing / _SQUARE_M)
        boxes = self._near(column, row, quarters_only=quarters_only)
        return self._measured(shapely.points((easting, northing)), boxes, NEARBY_M) if len(boxes.rows) else []

    def around(self, shape: BaseGeometry, reach_m: float) -> list[PerimeterHit]:
        """Hits of the perimeters within a reach of a shape, and of the nearest one of each family however far.

        Parameters
        ----------
        shape : any geometry, in the CRS of the perimeters.
        """
        return self._measured(shape, self._boxes, reach_m)

    def _measured(self, shape: BaseGeometry, boxes: _Boxes, reach_m: float) -> list[PerimeterHit]:
        rows = boxes.rows if len(boxes.rows) <= _FEW else self._perhaps_near(shape, boxes, reach_m)
        hits = self._hits(rows, shape)
        nearest_m: dict[int, float] = {}
        for family, hit in hits:
            nearest_m[family] = min(hit.distance_m, nearest_m.get(family, math.inf))
        return [hit for family, hit in hits if hit.distance_m <= max(reach_m, nearest_m[family])]

    def _perhaps_near(self, shape: BaseGeometry, boxes: _Boxes, reach_m: float) -> NDArray[np.intp]:
        """Ranks of the perimeters whose boxes are no farther than the reach, or than one of their family."""
        import shapely

        least_m = boxes.least_m(shape.bounds)
        firsts = boxes.rows[[family.start + least_m[family].argmin() for family in boxes.families]]
        most_m = np.maximum(shapely.distance(self._polygons[firsts], shape), reach_m)
        return boxes.rows[least_m <= most_m[boxes.family_of] + _ROUNDING_M]

    def _near_square(self, column: int, row: int, *, quarters_only: bool) -> _Boxes:
        west, south = column * _SQUARE_M, row * _SQUARE_M
        boxes = self._quarters if quarters_only else self._boxes
        return boxes.near((west, south, west + _SQUARE_M, south + _SQUARE_M), NEARBY_M)

    def distance(self, shape: BaseGeometry) -> float:
        """Distance from a shape to the nearest of the perimeters, 0 where they meet."""
        import shapely

        least_m = self._boxes.least_m(shape.bounds)
        most_m = shapely.distance(self._polygons[least_m.argmin()], shape)
        return float(shapely.distance(self._polygons[least_m <= most_m + _ROUNDING_M], shape).min())

    def known_around(self, perimeter: Perimeter) -> tuple[float, float, float, float]:
        """Box (west, south, east, north; metres) in which the family of a perimeter is held to be known whole."""
        return self._known_around[self._number_of[family_key(perimeter)]]

    def _around_family(self, family: Family) -> tuple[float, float, float, float]:
        boxes, rows = self._boxes, family.rows
        west, south = float(boxes.west[rows].min()), float(boxes.south[rows].min())
        east, north = float(boxes.east[rows].max()), float(boxes.north[rows].max())
        return west - KNOWN_AROUND_M, south - KNOWN_AROUND_M, east + KNOWN_AROUND_M, north + KNOWN_AROUND_M

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
    extent : (west, south, east, north) in degrees: where perimeters of all kinds are known; None where that is
        not known.
    country : where the lists of official QPV are known whole, beyond the extent (WGS84); None for nowhere.
    whole : projected CRS and generation of the lists that are known whole there; None for all those that are held.
    version : of the data, which answers carry; empty where it is not known.

    Notes
    -----
    Polygons are closed: a point on the line is inside, as GEOS `intersects` has it in the projected CRS. No geometry is
    prepared: prepared geometries shared by threads corrupt memory.

    Where perimeters of several territories are held (metropolitan France and overseas), only those of the territory of
    the nearest one are hits: the dates of the others are not those of the place. What is known of one town only
    (estimates, former quarters…) says nothing of the rest of the country, and is no hit there.

    The extent does not tell which perimeters are a territory's (`NationalLayer.quarters_of` does, by communes and
    ground): it tells where a place may lie for the absence of a perimeter to mean that there is none. It is a box, with
    which a million points are compared at no cost; between towns far apart, which it holds too, QPV are those of the
    country all the same, and lists of other kinds are taken for known.
    """

    def __init__(
        self,
        perimeters: Iterable[Perimeter],
        extent: tuple[float, float, float, float] | None = None,
        country: BaseGeometry | None = None,
        *,
        whole: frozenset[tuple[int, int | None]] | None = None,
        version: str = "",
    ) -> None:
        self.perimeters = tuple(perimeters)
        self.extent = extent
        self.country = country
        self.whole = whole
        self.version = version
        by_epsg: dict[int, list[Perimeter]] = {}
        for item in self.perimeters:
            by_epsg.setdefault(item.epsg, []).append(item)
        self._territories = {epsg: TerritoryIndex(members) for epsg, members in by_epsg.items()}

    def of(self, perimeters: Iterable[Perimeter]) -> PerimeterIndex:
        """Index of other perimeters that are known in the same places."""
        return PerimeterIndex(perimeters, self.extent, self.country, whole=self.whole, version=self.version)

    def around(self, lon: float, lat: float) -> tuple[PerimeterHit, ...]:
        """Perimeters within 500 m of a point, and the nearest one of each kind and dates that are known there.

        Parameters
        ----------
        lon, lat : degrees, WGS84.
        """
        hits: list[PerimeterHit] = []
        places: dict[int, tuple[float, float]] = {}
        quarters_only = not self.knows_everything((lon, lat, lon, lat))
        for epsg, territory in self._territories_at(lon, lat).items():
            places[epsg] = transform_point(lon, lat, WGS84, epsg)
            hits = _nearer(hits, territory.around_point(*places[epsg], quarters_only=quarters_only))
        if not hits:
            return ()
        place = places[hits[0].perimeter.epsg]
        return _in_order(self.known_at(hits, (lon, lat, lon, lat), place * 2))

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
        west, south, east, north = shape.bounds
        territories = self._territories_at((west + east) / 2, (south + north) / 2)
        moved = {epsg: transform_geometry(shape, WGS84, epsg) for epsg in territories}
        if not moved:
            return shape, None
        distance = {epsg: self._territories[epsg].distance(moved[epsg]) for epsg in moved}
        nearest = min(distance, key=distance.__getitem__)
        return moved[nearest], nearest

    def nearest_epsg(self, lon: float, lat: float) -> int | None:
        """Projected CRS of the perimeter nearest to a point, degrees; None without perimeters."""
        import shapely

        return self.projected(shapely.points(lon, lat))[1]

    def answering(self, on: date, epsg: int | None = None, *, local: bool = True) -> tuple[Basis, frozenset[Kind]]:
        """What an answer rests on that day: the QPV in force, else candidates, else whatever there is.

        Candidates stand for quarters whose contours are missing: they answer for no day before there were quarters.

        Parameters
        ----------
        epsg : projected CRS of the place asked about; None for all the perimeters together.
        local : False for a place where only QPV are known (`knows_everything`).
        """
        if not local:
            return Basis.OFFICIAL, frozenset({Kind.QPV})
        families = [
            family
            for territory_epsg, territory in self._territories.items()
            if epsg in {None, territory_epsg}
            for family in territory.families
        ]
        kinds = frozenset(family.kind for family in families)
        if any(family.kind is Kind.QPV and family.in_force(on) for family in families):
            return Basis.OFFICIAL, frozenset({Kind.QPV})
        if Kind.CANDIDAT in kinds and on >= first_day_of_quarters():
            return Basis.ESTIMATED, frozenset({Kind.CANDIDAT})
        if kinds & {Kind.QPV, Kind.CANDIDAT}:
            return Basis.OFFICIAL, frozenset({Kind.QPV})
        estimated = any(family.estimated for family in families)
        return Basis.ESTIMATED if estimated else Basis.OFFICIAL, kinds

    def covers(self, lon: float, lat: float) -> bool:
        """Whether perimeters are known around a point."""
        return self.covers_box((lon, lat, lon, lat))

    def covers_box(self, box: tuple[float, float, float, float]) -> bool:
        """Whether perimeters are known all over a box (west, south, east, north), degrees."""
        if self.country is None or (self.extent is not None and self.is_local(box)):
            return self.is_local(box)
        import shapely

        if box[0] == box[2] and box[1] == box[3]:
            return bool(shapely.intersects_xy(self.country, box[0], box[1]))
        return bool(shapely.covers(self.country, shapely.box(*box)))

    def known_at(
        self, hits: Iterable[PerimeterHit], box: tuple[float, float, float, float], bounds: tuple[float, ...]
    ) -> list[PerimeterHit]:
        """Hits that say something of a place: those of lists that are known there, and QPV alone where others are not.

        Parameters
        ----------
        box, bounds : of the place: west, south, east, north in degrees, and in the CRS of the hits.
        """
        everything = self.knows_everything(box)
        return [hit for hit in hits if (everything or hit.perimeter.kind is Kind.QPV) and self.tells(hit, box, bounds)]

    def tells(self, hit: PerimeterHit, box: tuple[float, float, float, float], bounds: tuple[float, ...]) -> bool:
        """Whether the list of a perimeter is known at a place, so that one that is not in it is not there either.

        It is in the extent, and in the country for the generations held whole; elsewhere, around the contours
        themselves alone: those of a town say nothing of another.
        """
        if self.is_whole(hit.perimeter, box):
            return True
        west, south, east, north = self.known_around(hit.perimeter)
        is_around = west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north
        return is_around and hit.distance_m <= FARTHEST_M

    def known_around(self, perimeter: Perimeter) -> tuple[float, float, float, float]:
        """Box (west, south, east, north; metres) in which the list of a perimeter is known, where it is not whole."""
        return self._territories[perimeter.epsg].known_around(perimeter)

    def is_whole(self, perimeter: Perimeter, box: tuple[float, float, float, float]) -> bool:
        """Whether every perimeter of the list of one is known at a place (degrees) which the index covers."""
        if self.extent is not None and self.is_local(box):
            return True
        return self.country is not None and self.holds_whole(perimeter)

    def holds_whole(self, perimeter: Perimeter) -> bool:
        """Whether the list of a perimeter is one of those that are known whole in the country."""
        is_held = self.whole is None or (perimeter.epsg, perimeter.generation) in self.whole
        return perimeter.kind is Kind.QPV and is_held

    def any_in_force(self, on: date, kinds: frozenset[Kind]) -> bool:
        """Whether a perimeter of some kinds answers on a day, wherever it is."""
        families = (family for territory in self._territories.values() for family in territory.families)
        return any(family.kind in kinds and family.in_force(on) for family in families)

    def knows_everything(self, box: tuple[float, float, float, float]) -> bool:
        """Whether other kinds than QPV may answer about a box: not in the rest of the country."""
        return self.country is None or self.is_local(box)

    def is_local(self, box: tuple[float, float, float, float]) -> bool:
        """Whether a box lies in the extent, where the lists of all kinds are known: not whether it is near anything."""
        if self.extent is None:
            return True
        west, south, east, north = self.extent
        return west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north

    def _territories_at(self, lon: float, lat: float) -> dict[int, TerritoryIndex]:
        """Territories that may answer about a place: that around which it lies; where none is held, any of them."""
        epsg = epsg_at_point(lon, lat)
        if epsg in self._territories:
            return {epsg: self._territories[epsg]}
        return self._territories if self.country is None else {}


def _nearer(hits: list[PerimeterHit], others: list[PerimeterHit]) -> list[PerimeterHit]:
    """Hits of the nearer of two territories."""
    return min(hits, others, key=lambda some: min((hit.distance_m for hit in some), default=math.inf))


def _in_order(hits: list[PerimeterHit]) -> tuple[PerimeterHit, ...]:
    return tuple(sorted(hits, key=lambda hit: (hit.distance_m, hit.perimeter.code)))
