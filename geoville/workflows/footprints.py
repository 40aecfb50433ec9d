"""Does this plot, building, street or catchment lie in a QPV? From a file to the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.footprint import decide_footprint, require_footprint
from geoville.errors import InvalidInputError, Location
from geoville.sources.clock import today_at
from geoville.sources.contours import epsg_of
from geoville.sources.pack import open_pack
from geoville.sources.vector_files import read_vector_file
from geoville.workflows.layers import read_cells_with_people

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import FootprintAnswer
    from geoville.perimeters.areas import PopulatedCells
    from geoville.sources.pack import Pack


def answer_about_file(
    path: Path, index: PerimeterIndex, on: date, *, territory: str, permit_date: date | None = None
) -> FootprintAnswer:
    """Answer about the footprint of a file.

    Parameters
    ----------
    path : of the file, or what `registered_footprint` takes.
    territory : name of the pack whose cells give the share of people, and whose buildings and parcels are known.
    permit_date : day when the building permit is applied for, where it is known.
    """
    register, mark, code = str(path).partition(":")
    found = register.lower() in REGISTERS and bool(mark)
    shape = registered_footprint(open_pack(territory), register.lower(), code) if found else read_footprint(path)
    today = today_at(*shape.bounds[:2])
    return decide_footprint(shape, index, on, population_of(territory), permit_date=permit_date, today=today)


REGISTERS = {"rnb": "buildings", "parcelle": "parcels"}
"""What names a building or a parcel before its identifier ("rnb:WHN8D9K38QNG"), and the role of its file in a pack."""


def registered_footprint(pack: Pack, register: str, code: str) -> BaseGeometry:
    """Footprint of a building of the RNB, or of a parcel of the cadastre, that a pack has, in WGS84.

    Parameters
    ----------
    register : of `REGISTERS`.
    code : identifier, spaces and hyphens ignored.

    Raises
    ------
    DataUnavailableError
        The pack has no such file; says which command brings it.
    InvalidInputError
        It has none of that identifier.
    """
    import geopandas

    asked = code.upper().replace(" ", "").replace("-", "")
    path = pack.file(REGISTERS[register]).checked_path()
    frame = geopandas.read_parquet(path, columns=["code", "geometry"], filters=[("code", "==", asked)])
    if frame.empty:
        raise InvalidInputError(
            f"Aucune emprise n'a cet identifiant ({pack.title})",
            where=Location(value=f"{register}:{code}"),
            advice="le vérifier, ou récupérer de nouveau ce registre avec « geoville data fetch »",
        )
    return transform_geometry(footprint_of(frame.geometry, path.name), int(frame.crs.to_epsg()), WGS84)


def population_of(territory: str) -> PopulatedCells | None:
    """People of a territory, on the cells of its default grid, in its projected CRS; None where it has no grid."""
    pack = open_pack(territory)
    if not pack.has("grid"):
        return None
    return read_cells_with_people(pack.grid_path(), pack.epsg, vintage=pack.default_vintage).cells


def read_footprint(path: Path) -> BaseGeometry:
    """Read everything that a file draws as one footprint, in WGS84.

    Parameters
    ----------
    path : GeoJSON, GeoPackage, Shapefile or GeoParquet, in any CRS with an EPSG code.

    Raises
    ------
    InvalidInputError
        The file cannot be read, a row has no usable geometry, or the rows are not all areas, all lines or all points.
    """
    frame = read_vector_file(path, "géométries")
    if not len(frame):
        raise InvalidInputError(
            "Le fichier ne contient aucune emprise",
            where=Location(path.name),
            advice="donner un fichier qui en a au moins une",
        )
    epsg = epsg_of(frame, path)
    return transform_geometry(footprint_of(frame.geometry, path.name), epsg, WGS84)


def footprint_of(shapes: Iterable[BaseGeometry | None], file: str) -> BaseGeometry:
    """Join shapes as one footprint.

    Parameters
    ----------
    file : name that errors cite, with the rank of the shape.

    Raises
    ------
    InvalidInputError
        A shape is not usable, or they are not all areas, all lines or all points.
    """
    import shapely

    checked = [_checked(shape, Location(file, line=row)) for row, shape in enumerate(shapes, start=1)]
    return _checked(shapely.union_all(checked), Location(file))


def _checked(shape: BaseGeometry | None, where: Location) -> BaseGeometry:
    """Refuse a geometry that cannot be measured, saying where it is."""
    import shapely

    flat = shapely.force_2d(shape) if shape is not None else shapely.Point()
    try:
        require_footprint(flat)
    except InvalidInputError as error:
        raise InvalidInputError(error.message, where=where, advice=error.advice) from error
    return flat
