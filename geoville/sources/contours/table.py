"""Open a file of polygons as plain rows: any of four formats, any CRS that has an EPSG code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from geoville.crs import WGS84
from geoville.errors import ContourError, Location
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ContourTable:
    """Rows of a file of polygons, before anything is made of them.

    Parameters
    ----------
    rows : one mapping a row, from the name of the column in lower case to the value; empty text and NaN are None.
    geometries : as read, in `epsg`; None where the file has none or one that cannot be decoded.
    epsg : CRS of the geometries, (lon, lat) or (easting, northing).
    """

    rows: tuple[dict[str, Scalar], ...]
    geometries: tuple[BaseGeometry | None, ...]
    epsg: int


def read_contour_table(path: Path, *, may_be_empty: bool = False) -> ContourTable:
    """Read GeoJSON, GeoPackage, Shapefile or GeoParquet.

    Parameters
    ----------
    may_be_empty : whether a file without a row is an answer ("there is none") rather than a fault.

    Raises
    ------
    ContourError
        Another format, a file that cannot be decoded, several layers, no row, a CRS that is unknown or missing.
    """
    frame = read_vector_file(path, "contours", error=ContourError)
    if not len(frame) and not may_be_empty:
        raise ContourError(
            "Le fichier ne contient aucun périmètre",
            where=Location(path.name),
            advice="donner un fichier qui en a au moins un",
        )
    epsg = epsg_of(frame, path)
    columns = {str(name).lower(): _scalars(frame[name]) for name in frame.columns if name != frame.geometry.name}
    rows = tuple({name: values[i] for name, values in columns.items()} for i in range(len(frame)))
    return ContourTable(rows, tuple(frame.geometry), epsg)


def epsg_of(frame: gpd.GeoDataFrame, path: Path) -> int:
    """EPSG code of the CRS of a file; without one, WGS84 if the coordinates are degrees.

    Raises
    ------
    ContourError
        A CRS that is missing, without EPSG code, or that the coordinates contradict.
    """
    in_degrees = _looks_like_degrees(frame)
    if frame.crs is None:
        if in_degrees:
            return WGS84
        raise ContourError(
            "Le fichier ne dit pas son système de coordonnées",
            where=Location(path.name),
            advice="le donner en WGS84, ou avec son système (fichier .prj d'un Shapefile)",
        )
    if frame.crs.is_geographic and not in_degrees:
        raise ContourError(
            "Les coordonnées ne sont pas des degrés, alors que le système du fichier est géographique",
            where=Location(path.name),
            advice="corriger le système de coordonnées du fichier",
        )
    epsg = WGS84 if frame.crs.to_authority() == ("OGC", "CRS84") else frame.crs.to_epsg()
    if epsg is None:
        raise ContourError(
            "Le système de coordonnées du fichier n'a pas de code EPSG",
            where=Location(path.name, value=frame.crs.name),
            advice="convertir le fichier en WGS84 ou en Lambert-93",
        )
    return int(epsg)


def _looks_like_degrees(frame: gpd.GeoDataFrame) -> bool:
    west, south, east, north = frame.total_bounds
    bounded = west >= -180 and east <= 180 and south >= -90 and north <= 90  # noqa: PLR2004 - the globe
    return bounded or math.isnan(west)


def _scalars(column: pd.Series) -> list[Scalar]:
    """Cells of a column as plain values."""
    return [_scalar(value) for value in column.astype(object).where(column.notna(), None)]


def _scalar(value: Any) -> Scalar:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value).strip() or None
