"""Read a layer of streets, from OpenStreetMap or BD TOPO exports, as plain lines in a projected CRS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError, Location
from geoville.sources.contours.geometry import projected_all
from geoville.sources.contours.table import epsg_of
from geoville.sources.files import sha256_of
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_LINES = ("LineString", "MultiLineString", "LinearRing")


@dataclass(frozen=True, eq=False, slots=True)
class StreetLines:
    """Streets as they were drawn: they may cross without a node in common.

    Parameters
    ----------
    lines : (n,) shapely LineString of two coordinates, easting and northing in metres in `epsg`.
    epsg : projected CRS of `lines`.
    sha256 : of the file, in hexadecimal (of the .shp of a Shapefile).
    """

    lines: NDArray[np.object_]
    epsg: int
    sha256: str


def read_streets(path: Path, epsg: int, *, layer: str = "") -> StreetLines:
    """Read the lines of a GeoJSON, GeoPackage, Shapefile or GeoParquet, in any CRS with an EPSG code.

    Parameters
    ----------
    path : only the geometry is read. Where a file has several layers, the one of lines counts.
    epsg : projected CRS wanted.
    layer : name of the one to read, of several layers of lines.

    Returns
    -------
    Lines in the order of the file; a multi-line gives its parts one after the other; heights are dropped.

    Raises
    ------
    InvalidInputError
        Another format, a file that cannot be decoded or holds nothing, several layers of lines, a CRS that is unknown
        or missing, a row that is not a line or whose coordinates cannot be used.
    """
    import shapely

    frame = read_vector_file(path, "rues", geometry="LineString", layer=layer, columns=[])
    if frame.empty:
        raise InvalidInputError("Le fichier ne contient aucune rue", where=Location(path.name))
    drawn = np.asarray(frame.geometry.array, dtype=object)
    _refuse_what_is_not_a_line(drawn, path)
    source = epsg_of(frame, path)
    parts = shapely.get_parts(drawn)
    return StreetLines(projected_all(parts[~shapely.is_empty(parts)], source, epsg), epsg, sha256_of(path))


def _refuse_what_is_not_a_line(drawn: NDArray[np.object_], path: Path) -> None:
    import shapely

    for row, geometry in enumerate(drawn, start=1):
        if geometry is None or geometry.is_empty:
            fault = "Rue sans géométrie"
        elif geometry.geom_type not in _LINES:
            fault = f"Géométrie qui n'est pas une ligne ({geometry.geom_type})"
        elif not np.isfinite(shapely.get_coordinates(geometry)).all():
            fault = "Coordonnée qui n'est pas un nombre"
        else:
            continue
        where = Location(path.name, row, "geometry")
        raise InvalidInputError(fault, where=where, advice="ne garder que des lignes dans la couche des rues")
