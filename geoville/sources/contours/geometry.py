"""Geometry of a contour: into the projected CRS, flat, polygonal, valid; what had to be mended is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import (
    LAMBERT_93,
    PROJECTED_BY_DEPARTEMENT,
    WGS84,
    projected_epsg,
    transform_geometry,
    transform_points,
)
from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

METROPOLITAN_LON = (-6.0, 10.0)
METROPOLITAN_LAT = (41.0, 52.0)


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done to a perimeter so that it could be used.

    Parameters
    ----------
    code : of the perimeter.
    reason : of GEOS for an invalid polygon ("Self-intersection[…]"), or a French phrase.
    area_before_m2, area_after_m2 : in the projected CRS; the area of an invalid polygon is that of its rings.
    """

    code: str
    reason: str
    area_before_m2: float
    area_after_m2: float


def fault_of(geometry: BaseGeometry | None) -> str | None:
    """French phrase saying why a geometry as read cannot be a perimeter, None where it can."""
    import shapely

    if geometry is None or geometry.is_empty:
        return "Géométrie vide ou illisible"
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return f"Géométrie qui n'est pas un polygone ({geometry.geom_type})"
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return "Coordonnée qui n'est pas un nombre"
    return None


def target_epsg(geometry: BaseGeometry, epsg: int, insee_code: str | None) -> int | None:
    """Projected CRS in which a contour is measured.

    Parameters
    ----------
    geometry : in `epsg`.
    insee_code : of a commune or département, None where the file gives none away.

    Returns
    -------
    EPSG code: the département's; without one the file's own if it is one of a French territory; else Lambert-93 where
    the contour lies in metropolitan France; None where nothing tells.
    """
    if insee_code is not None:
        return projected_epsg(insee_code)
    if epsg in {LAMBERT_93, *PROJECTED_BY_DEPARTEMENT.values()}:
        return epsg
    west, south, east, north = transform_geometry(geometry, epsg, WGS84).bounds
    inside_lon = METROPOLITAN_LON[0] <= west and east <= METROPOLITAN_LON[1]
    inside_lat = METROPOLITAN_LAT[0] <= south and north <= METROPOLITAN_LAT[1]
    return LAMBERT_93 if inside_lon and inside_lat else None


def projected(geometry: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """Flat geometry, transformed vertex by vertex."""
    import shapely

    return transform_geometry(shapely.force_2d(geometry), source, target)


def projected_all(geometries: NDArray[np.object_], source: int, target: int) -> NDArray[np.object_]:
    """`projected` for many geometries at once; None stays None."""
    import shapely

    def vertices(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transform_points(coordinates[:, 0], coordinates[:, 1], source, target))

    flat = shapely.force_2d(geometries)
    return flat if source == target else np.asarray(shapely.transform(flat, vertices), dtype=object)


def valid_polygons(frame: gpd.GeoDataFrame, epsg: int, path: Path) -> NDArray[np.object_]:
    """Polygons of a layer in a projected CRS, mended where they are invalid.

    Raises
    ------
    InvalidInputError
        A coordinate is none, or is out of reach of the projection.
    """
    import shapely

    polygons = np.array(frame.to_crs(epsg).geometry.to_numpy(), dtype=object)
    try:
        return np.asarray(shapely.make_valid(polygons))
    except shapely.errors.GEOSException as error:
        raise InvalidInputError(
            "Un polygone a des coordonnées hors de sa projection",
            where=Location(path.name),
            advice="vérifier le fichier",
        ) from error


def repaired(code: str, geometry: BaseGeometry) -> tuple[BaseGeometry, Repair | None]:
    """Valid polygons of a geometry, and what had to be done; the geometry comes back empty where nothing is left."""
    import shapely

    if geometry.is_valid:
        return geometry, None
    reason = str(shapely.is_valid_reason(geometry))
    parts = shapely.get_parts(shapely.make_valid(geometry))
    areas = [part for part in parts if part.geom_type in {"Polygon", "MultiPolygon"}]
    valid = shapely.union_all(areas)
    return valid, Repair(code, reason, float(geometry.area), float(valid.area))
