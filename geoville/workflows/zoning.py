"""Which urban unit each cell belongs to, and the reference incomes of each: of a territory, given, or from tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import GRID_CRS, commune_of, transform_points
from geoville.perimeters.estimated import Names
from geoville.perimeters.quarter import CellZones
from geoville.sources.communes import CommuneLayer, read_communes_layer
from geoville.sources.files import sha256_of
from geoville.sources.provenance import InputFile
from geoville.workflows.unit_tables import read_unit_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.law import IncomeReference
    from geoville.sources.territory import Territory
    from geoville.workflows.estimation import Estimate
    from geoville.workflows.unit_tables import UnitTables

GIVEN_UNIT = "donnée"
"""Code of the urban unit that a user gives by its figures alone."""

_MAX_DISTANCE_M = 200.0
"""How far outside every commune a cell's centre may lie: outlines are generalised and leave out the shore."""


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
    """Zoning of a territory pack; `reference` replaces its incomes.

    A pack that names no urban unit is cut by the table of its units, where it has the incomes of each, else taken as
    one. Where nobody says the incomes of the unit, there is no reference.
    """
    commune, iris = _zones_of(grid, territory, estimate)
    unit, used = territory.manifest.urban_unit, reference or territory.income_reference
    names = Names(territory.communes, territory.iris_names | estimate.iris_names, territory.manifest.neighbourhoods)
    if used is None and unit is None and territory.unit_references:
        units = _units_of(commune, territory.unit_of_commune)
        return Zoning(CellZones(commune, iris, units), territory.unit_references, names)
    code = unit.code if unit else GIVEN_UNIT
    inside = np.isin(commune, sorted(unit.communes)) if unit else np.ones(len(grid), dtype=bool)
    return Zoning(CellZones(commune, iris, np.where(inside, code, "")), {code: used} if used else {}, names)


def _units_of(commune: NDArray[np.str_], unit_of_commune: Mapping[str, str]) -> NDArray[np.str_]:
    """Urban unit of each cell, empty where its commune is in none; each commune is looked up once."""
    codes, places = np.unique(commune, return_inverse=True)
    return np.array([unit_of_commune.get(commune_of(code), "") for code in codes.tolist()])[places]


def _zones_of(grid: Grid, territory: Territory, estimate: Estimate) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Commune and IRIS of each cell: those of the pack's table, and of the IRIS that the user gave."""
    given = np.full(len(grid), "") if estimate.iris is None else estimate.iris
    if not territory.has("cells"):
        return given.astype("U5"), given
    commune, iris = territory.cells.zones_of(grid)
    return commune, iris if estimate.iris is None else given


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
        A table lacks a column or holds a figure that is not a number, or a day that is not one.
    """
    layer = read_communes_layer(tables.communes, GRID_CRS[grid.epsg])
    commune = _commune_of_cells(grid, layer)
    units, references, files = read_unit_tables(tables)
    unit = np.array([units.get(code, "") for code in layer.code.tolist()] + [""])[commune]
    codes = np.append(layer.code, "")[commune]
    iris = np.full(len(grid), "") if estimate.iris is None else estimate.iris
    names = Names(dict(zip(layer.code.tolist(), layer.name.tolist(), strict=True)), estimate.iris_names, {})
    communes = InputFile("communes", tables.communes.name, sha256_of(tables.communes))
    return Zoning(CellZones(codes, iris, unit), references, names, (communes, *files))


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
