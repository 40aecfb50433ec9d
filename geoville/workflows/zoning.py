"""Which urban unit each cell belongs to, and the reference incomes of each: of a territory, given, or from tables."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import GRID_CRS, commune_of, transform_points
from geoville.errors import InvalidInputError, Location
from geoville.law import IncomeReference
from geoville.perimeters.estimated import Names
from geoville.perimeters.quarter import CellZones
from geoville.sources.communes import CommuneLayer, read_communes_layer
from geoville.sources.files import sha256_of
from geoville.sources.provenance import InputFile

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.sources.territory import Territory
    from geoville.workflows.estimation import Estimate

GIVEN_UNIT = "donnée"
"""Code of the urban unit that a user gives by its figures alone."""

_COMMUNE_COLUMNS = ("codeinsee", "codgeo", "insee_com", "code_insee", "commune", "code")
_UNIT_COLUMNS = ("codeuu07", "uu2010", "uu2020", "codeuu", "unite_urbaine", "uu")
_INCOME_COLUMNS = ("uu", "rmuc_eur", "population")
_MAX_DISTANCE_M = 200.0
"""How far outside every commune a cell's centre may lie: outlines are generalised and leave out the shore."""


@dataclass(frozen=True, slots=True)
class UnitTables:
    """Files that say which urban unit a cell belongs to, and the figures of each unit.

    Parameters
    ----------
    communes : polygons with the INSEE code.
    urban_units : CSV, commune and urban unit.
    rmuc : CSV with columns uu, rmuc_eur, population.
    national_eur : national median declared income per UC of the same year.
    """

    communes: Path
    urban_units: Path
    rmuc: Path
    national_eur: float


@dataclass(frozen=True, eq=False, slots=True)
class Zoning:
    """Zones of cells, reference incomes by urban unit, names, and the files that say so."""

    zones: CellZones
    references: dict[str, IncomeReference]
    names: Names
    inputs: tuple[InputFile, ...] = ()


def zoning_of_territory(
    grid: Grid, territory: Territory, reference: IncomeReference | None, estimate: Estimate
) -> Zoning:
    """Zoning of a territory pack; `reference` replaces its incomes."""
    commune, iris = territory.cells.zones_of(grid)
    unit = territory.manifest.urban_unit.code
    inside = np.isin(commune, sorted(territory.urban_unit_communes))
    zones = CellZones(commune, iris if estimate.iris is None else estimate.iris, np.where(inside, unit, ""))
    names = Names(territory.communes, territory.iris_names | estimate.iris_names, territory.manifest.neighbourhoods)
    return Zoning(zones, {unit: reference or territory.income_reference}, names)


def zoning_of_reference(grid: Grid, reference: IncomeReference, estimate: Estimate) -> Zoning:
    """Zoning of a grid that lies in one urban unit, known by its figures alone."""
    iris = np.full(len(grid), "") if estimate.iris is None else estimate.iris
    zones = CellZones(iris.astype("U5"), iris, np.full(len(grid), GIVEN_UNIT))
    return Zoning(zones, {GIVEN_UNIT: reference}, Names({}, estimate.iris_names, {}))


def zoning_of_tables(grid: Grid, tables: UnitTables, estimate: Estimate) -> Zoning:
    """Zoning of a grid that spans many urban units.

    Raises
    ------
    InvalidInputError
        A table lacks a column or holds a figure that is not a number.
    """
    layer = read_communes_layer(tables.communes, GRID_CRS[grid.epsg])
    commune = _commune_of_cells(grid, layer)
    units = _units_by_commune(tables.urban_units)
    unit = np.array([units.get(code, "") for code in layer.code.tolist()] + [""])[commune]
    codes = np.append(layer.code, "")[commune]
    iris = np.full(len(grid), "") if estimate.iris is None else estimate.iris
    names = Names(dict(zip(layer.code.tolist(), layer.name.tolist(), strict=True)), estimate.iris_names, {})
    inputs = tuple(
        InputFile(role, path.name, sha256_of(path))
        for role, path in (("communes", tables.communes), ("urban_units", tables.urban_units), ("rmuc", tables.rmuc))
    )
    return Zoning(CellZones(codes, iris, unit), _references(tables), names, inputs)


def _commune_of_cells(grid: Grid, layer: CommuneLayer) -> NDArray[np.intp]:
    """Row of the commune of each cell's centre; -1 where no commune is near."""
    import shapely

    half = np.float64(CELL_SIZE_M / 2)
    east, north = transform_points(grid.easting + half, grid.northing + half, grid.epsg, layer.epsg)
    points = np.asarray(shapely.points(east, north))
    tree = shapely.STRtree(layer.polygons)
    found = np.full(len(grid), -1, dtype=np.intp)
    cell, commune = tree.query(points, predicate="intersects")
    found[cell[::-1]] = commune[::-1]  # on a common border, the first commune
    lost = np.flatnonzero(found < 0)
    cell, commune = tree.query_nearest(points[lost], max_distance=_MAX_DISTANCE_M, all_matches=False)
    found[lost[cell]] = commune
    return found


def _units_by_commune(path: Path) -> dict[str, str]:
    rows, columns = _rows(path)
    commune = _column(columns, _COMMUNE_COLUMNS, path)
    unit = _column(columns, _UNIT_COLUMNS, path)
    return {commune_of(row[commune].strip()): row[unit].strip() for row in rows}


def _references(tables: UnitTables) -> dict[str, IncomeReference]:
    rows, columns = _rows(tables.rmuc)
    unit, income, population = (_column(columns, (name,), tables.rmuc) for name in _INCOME_COLUMNS)
    found = {}
    for line, row in enumerate(rows, start=2):
        try:
            found[row[unit].strip()] = IncomeReference(
                national_eur=tables.national_eur,
                urban_unit_eur=float(row[income].replace(",", ".")),
                urban_unit_population=round(float(row[population])),
                verified=False,
                source=tables.rmuc.name,
            )
        except ValueError:
            raise InvalidInputError(
                "Revenu ou population qui n'est pas un nombre",
                where=Location(tables.rmuc.name, line, f"{income} ou {population}"),
            ) from None
    return found


def _rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "Table illisible", where=Location(path.name), advice="donner un CSV en UTF-8"
        ) from error
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(text.splitlines(), delimiter=";" if head.count(";") > head.count(",") else ",")
    return list(reader), list(reader.fieldnames or ())


def _column(columns: list[str], known: tuple[str, ...], path: Path) -> str:
    for column in columns:
        if column.strip().lower() in known:
            return column
    raise InvalidInputError("Colonne absente", where=Location(path.name), advice=f"attendu : {', '.join(known)}")
