"""Read a file of perimeters, official or written by geoville, into dated `Perimeter`s; or refuse, saying where."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.law import generation_of_code, generations, zone_of_departement
from geoville.model import Generation, Kind, Perimeter, Source
from geoville.sources.contours.geometry import Repair, fault_of, projected, repaired, target_epsg
from geoville.sources.contours.layouts import ContourRow, departement_of_row
from geoville.sources.contours.table import read_contour_table
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

__all__ = ["ContourFile", "Repair", "read_perimeters"]

_ONE_POLYGON = "donner un polygone ou un multipolygone par ligne"


@dataclass(frozen=True, slots=True)
class ContourFile:
    """A file of perimeters, checked.

    Parameters
    ----------
    perimeters : in the order of the file, each in its territory's projected CRS.
    repairs : what had to be mended, to be shown to the user.
    sha256 : of the file, in hexadecimal (of the .shp of a Shapefile).
    """

    perimeters: tuple[Perimeter, ...]
    repairs: tuple[Repair, ...]
    sha256: str

    def cited(self, source: Source) -> tuple[Perimeter, ...]:
        """Perimeters citing another source than the file they were read from."""
        return tuple(replace(perimeter, source=source) for perimeter in self.perimeters)


def read_perimeters(
    path: Path,
    *,
    kind: Kind | None = None,
    generation: int | None = None,
    otherwise: Kind | None = None,
    otherwise_generation: int | None = None,
    may_be_empty: bool = False,
) -> ContourFile:
    """Read GeoJSON, GeoPackage, Shapefile or GeoParquet, in any of the known layouts and any CRS with an EPSG code.

    Parameters
    ----------
    kind : what the perimeters are; else the file's `kind` column, else `qpv` where the code is one of a QPV.
    generation : of QPV whose code does not tell it; has no meaning for other kinds.
    otherwise : what the perimeters are where nothing of this tells.
    otherwise_generation : of QPV where nothing tells it; unlike `generation`, no code can contradict it.
    may_be_empty : whether a file without any perimeter is read as such, instead of refused.

    Raises
    ------
    ContourError
        The file cannot be decoded, a row has no usable polygon, kind, generation or CRS, a code is used for two
        different perimeters, or an estimate is presented as official.
    """
    sha256 = sha256_of(path)
    table = read_contour_table(path, may_be_empty=may_be_empty)
    found: dict[str, Perimeter] = {}
    repairs: list[Repair] = []
    for number, (values, geometry) in enumerate(zip(table.rows, table.geometries, strict=True), start=1):
        row = ContourRow(values, path.name, number)
        perimeter = _described(row, _kind(row, kind, otherwise), generation, otherwise_generation)
        shape, epsg, repair = _placed(row, perimeter, geometry, table.epsg)
        source = Source(row.text("source") or path.name, sha256=sha256)
        perimeter = replace(perimeter, geometry=shape, epsg=epsg, source=source)
        if repair is not None:
            repairs.append(repair)
        if perimeter.code in found:
            perimeter, repair = _merged(row, found[perimeter.code], perimeter)
            repairs.append(repair)
        found[perimeter.code] = perimeter
    return ContourFile(tuple(found.values()), tuple(repairs), sha256)


def _described(row: ContourRow, kind: Kind, generation: int | None, otherwise: int | None) -> Perimeter:
    """Everything that a row says but its geometry."""
    import shapely

    estimated = row.estimated if row.estimated is not None else kind is Kind.CANDIDAT
    if estimated and kind is Kind.QPV:
        raise row.fault(
            "Périmètre estimé présenté comme un QPV officiel", "estimated", "donner le contour officiel fixé par décret"
        )
    code = row.code or f"{kind}-{row.number}"
    described = Perimeter(
        code=code,
        name=row.name or code,
        kind=kind,
        geometry=shapely.Polygon(),
        epsg=0,
        estimated=estimated or kind is Kind.CANDIDAT,
        vintage=row.year("vintage"),
        communes=row.communes,
        attributes=row.attributes,
    )
    if kind is not Kind.QPV:
        reference = row.text("reference") or ""
        return replace(described, valid_from=row.day("valid_from"), valid_to=row.day("valid_to"), reference=reference)
    fixed = _generation(row, described, generation, otherwise)
    return replace(
        described,
        generation=fixed.year,
        valid_from=fixed.valid_from,
        valid_to=fixed.valid_to,
        reference=fixed.reference,
    )


def _kind(row: ContourRow, asked: Kind | None, otherwise: Kind | None) -> Kind:
    found = asked or row.kind
    if found is None and row.code and generation_of_code(row.code):
        found = Kind.QPV
    found = found or otherwise
    if found is None:
        raise row.fault("Rien ne dit la nature de ce périmètre", None, "la préciser avec `--kind`")
    return found


def _generation(row: ContourRow, perimeter: Perimeter, asked: int | None, otherwise: int | None) -> Generation:
    """Generation of a QPV: its code's, else the one asked for, else the file's, else the one given for that case."""
    by_code = generation_of_code(perimeter.code)
    if by_code is not None:
        if asked not in (None, by_code.year):
            raise row.fault(
                f"Le code {perimeter.code} est de la génération {by_code.year}, et non {asked}",
                None,
                "retirer `--generation` ou corriger le code",
            )
        return by_code
    year = asked or row.year("generation") or otherwise
    if year is None:
        raise row.fault(
            f"Le code « {perimeter.code} » ne dit pas de quelle génération est ce QPV",
            None,
            "la préciser avec `--generation 2015` ou `--generation 2024`",
        )
    zone = zone_of_departement(departement_of_row(perimeter.code, perimeter.communes) or "")
    for generation in generations():
        if generation.year == year and generation.zone == zone:
            return generation
    known = ", ".join(sorted({str(item.year) for item in generations()}))
    raise row.fault(f"Aucune génération de QPV {year}", None, f"donner l'une de : {known}")


def _placed(
    row: ContourRow, perimeter: Perimeter, geometry: BaseGeometry | None, epsg: int
) -> tuple[BaseGeometry, int, Repair | None]:
    """Geometry of a row, valid and in its territory's projected CRS, that CRS, and the repair if one was needed."""
    fault = fault_of(geometry)
    if geometry is None or fault is not None:
        raise row.fault(fault or "Géométrie vide", "geometry", _ONE_POLYGON)
    insee_code = departement_of_row(perimeter.code, perimeter.communes)
    try:
        target = target_epsg(geometry, epsg, insee_code)
        shape = projected(geometry, epsg, target) if target else geometry
    except InvalidInputError as error:
        raise row.fault(error.message, "geometry", "vérifier les coordonnées et leur système") from error
    if target is None:
        advice = "ajouter une colonne insee_com avec le code INSEE de sa commune"
        raise row.fault("Rien ne dit dans quel département est ce périmètre", None, advice)
    valid, repair = repaired(perimeter.code, shape)
    if not 0 < valid.area < math.inf:
        raise row.fault("Polygone sans surface mesurable", "geometry", _ONE_POLYGON)
    return valid, target, repair


def _merged(row: ContourRow, first: Perimeter, second: Perimeter) -> tuple[Perimeter, Repair]:
    """Union of two rows that say the same of one perimeter."""
    import shapely

    if _identity(first) != _identity(second):
        raise row.fault(
            f"Le code « {second.code} » désigne deux périmètres différents", None, "donner un code à chacun"
        )
    union = shapely.union_all([first.geometry, second.geometry])
    before = float(first.geometry.area + second.geometry.area)
    communes = tuple(dict.fromkeys(first.communes + second.communes))
    repair = Repair(first.code, "lignes de même code réunies", before, float(union.area))
    return replace(first, geometry=union, communes=communes), repair


def _identity(perimeter: Perimeter) -> tuple[object, ...]:
    return perimeter.name, perimeter.kind, perimeter.generation, perimeter.estimated, perimeter.epsg
