"""Areas that an action names: a polygon written out (GeoJSON, WKT), or a file that holds it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    Area = BaseGeometry | Path
    """A polygon in degrees (WGS84), or the file that holds one, still to be read."""

_WKT = re.compile(r"\s*(MULTI)?POLYGON\b", re.IGNORECASE)
_ADVICE = "donner un polygone en longitude et latitude (WGS84) : GeoJSON, WKT (« POLYGON((…)) »)"


def area_of(value: object, where: Location, folder: Path | None) -> Area:
    """Read an area.

    Parameters
    ----------
    value : GeoJSON (geometry, feature or collection) as a table, WKT, or the name of a file.
    folder : that the file's name is relative to; None where no file may be named.

    Raises
    ------
    InvalidInputError
        The value is no area, is empty, or does not lie on the globe.
    """
    if isinstance(value, dict):
        return _polygon(_from_geojson(value, where), where)
    if isinstance(value, str) and _WKT.match(value):
        return _polygon(_from_wkt(value, where), where)
    if isinstance(value, str) and value.strip() and folder is not None:
        return folder / value.strip()
    advice = _ADVICE if folder is None else f"{_ADVICE}, ou le nom d'un fichier"
    raise InvalidInputError("Ce n'est pas une zone", where=where, advice=advice)


def _from_geojson(value: dict[str, Any], where: Location) -> BaseGeometry:
    import shapely

    try:
        return shapely.from_geojson(json.dumps(value, default=str))
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise InvalidInputError("GeoJSON illisible", where=where, advice=_ADVICE) from error


def _from_wkt(text: str, where: Location) -> BaseGeometry:
    import shapely

    try:
        with np.errstate(over="ignore"):  # what is too big becomes infinite, and is refused below
            return shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        raise InvalidInputError("WKT illisible", where=where, advice=_ADVICE) from error


def _polygon(geometry: BaseGeometry, where: Location) -> BaseGeometry:
    """Union of the polygons of a geometry, valid and on the globe."""
    import shapely

    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InvalidInputError("La zone a une coordonnée qui n'est pas un nombre", where=where, advice=_ADVICE)
    area = shapely.union_all(shapely.make_valid(shapely.force_2d(shapely.get_parts(geometry))))
    west, south, east, north = area.bounds
    if shapely.get_dimensions(area) != 2 or area.area == 0:  # noqa: PLR2004 - an area
        raise InvalidInputError("La zone n'est pas un polygone, ou elle est vide", where=where, advice=_ADVICE)
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):  # noqa: PLR2004
        raise InvalidInputError("La zone sort du globe", where=where, advice=_ADVICE)
    return area
