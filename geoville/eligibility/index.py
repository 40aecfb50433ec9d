"""Where a point stands among perimeters: which ones hold it, and how far their limits are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_points
from geoville.model import PerimeterHit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from shapely import STRtree

    from geoville.model import Kind, Perimeter

NEARBY_M = 500.0
"""Every perimeter within this distance is listed in an answer (the widest band of the rules: 500 m)."""

_SMALLEST = float(np.finfo(np.float64).tiny)
"""Least distance of a point outside: computed ones may round to 0 where the exact test says outside."""


class PerimeterIndex:
    """Perimeters ready to be asked about points.

    Parameters
    ----------
    perimeters : valid ones, each in its territory's projected CRS.
    extent : (west, south, east, north) in degrees: where perimeters are known; None where that is not known.

    Notes
    -----
    Polygons are closed: a point on the line is inside, as GEOS `intersects` has it in the projected CRS. No geometry is
    prepared: prepared geometries shared by threads corrupt memory.
    """

    def __init__(
        self, perimeters: Iterable[Perimeter], extent: tuple[float, float, float, float] | None = None
    ) -> None:
        self.perimeters = tuple(perimeters)
        self.extent = extent
        families: dict[tuple[int, Kind, int | None], list[Perimeter]] = {}
        for perimeter in self.perimeters:
            families.setdefault((perimeter.epsg, perimeter.kind, perimeter.generation), []).append(perimeter)
        self._families = tuple(_Family(epsg, tuple(members)) for (epsg, _, _), members in families.items())

    def around(self, lon: float, lat: float) -> tuple[PerimeterHit, ...]:
        """Perimeters within 500 m of a point, and the nearest one of each kind and generation however far.

        Parameters
        ----------
        lon, lat : degrees, WGS84.
        """
        found = [hit for family in self._families for hit in family.around(lon, lat)]
        return tuple(sorted(found, key=lambda hit: (hit.distance_m, hit.perimeter.code)))

    def covers(self, lon: float, lat: float) -> bool:
        """Whether perimeters are known around a point."""
        if self.extent is None:
            return True
        west, south, east, north = self.extent
        return west <= lon <= east and south <= lat <= north


class _Family:
    """Perimeters of one kind, generation and CRS."""

    def __init__(self, epsg: int, perimeters: tuple[Perimeter, ...]) -> None:
        import shapely

        self.epsg = epsg
        self.perimeters = perimeters
        self.polygons: NDArray[np.object_] = np.array([perimeter.geometry for perimeter in perimeters], dtype=object)
        self.limits: NDArray[np.object_] = shapely.boundary(self.polygons)
        self.tree: STRtree = shapely.STRtree(self.polygons)

    def around(self, lon: float, lat: float) -> list[PerimeterHit]:
        import shapely

        easting, northing = transform_points(np.array([lon]), np.array([lat]), WGS84, self.epsg)
        point = shapely.Point(easting[0], northing[0])
        near = set(self.tree.query(shapely.box(*point.buffer(NEARBY_M).bounds)).tolist())
        near.add(int(self.tree.nearest(point)))
        rows = np.array(sorted(near))
        inside = shapely.intersects(self.polygons[rows], point)
        metres = shapely.distance(self.limits[rows], point)
        listed = inside | (metres <= max(NEARBY_M, metres.min()))
        return [
            PerimeterHit(self.perimeters[row], -length + 0.0 if within else max(length, _SMALLEST), within)
            for row, length, within in zip(
                rows[listed].tolist(), metres[listed].tolist(), inside[listed].tolist(), strict=True
            )
        ]
