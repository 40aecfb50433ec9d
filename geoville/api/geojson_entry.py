"""A footprint sent as GeoJSON, bounded before it is measured."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.errors import InvalidInputError
from geoville.workflows.footprints import footprint_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

REQUEST = "demande"
"""What errors cite in place of a file."""

_ADVICE = "donner un polygone, une ligne ou des points en longitude et latitude (WGS84)"


def read_entry(document: dict[str, Any], most_vertices: int) -> BaseGeometry:
    """Everything that GeoJSON draws as one footprint, WGS84.

    Raises
    ------
    InvalidInputError
        It is no GeoJSON, has too many vertices, is off the globe, or is no usable footprint.
    """
    import shapely

    try:
        drawn = shapely.from_geojson(json.dumps(document, allow_nan=False))
    except (shapely.errors.ShapelyError, ValueError, TypeError, RecursionError):
        # Without its cause, which quotes what was sent.
        raise InvalidInputError("GeoJSON illisible", advice=_ADVICE) from None
    count = int(shapely.get_num_coordinates(drawn))
    if count > most_vertices:
        raise InvalidInputError(
            f"Géométrie de {french.number(count)} sommets",
            advice=f"la simplifier à {french.number(most_vertices)} sommets au plus",
        )
    if drawn.is_empty:
        raise InvalidInputError("L'emprise est vide", advice=_ADVICE)
    west, south, east, north = drawn.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):  # noqa: PLR2004 - also refuses NaN
        raise InvalidInputError("L'emprise sort du globe", advice=_ADVICE)
    return footprint_of(shapely.get_parts(drawn), REQUEST)
