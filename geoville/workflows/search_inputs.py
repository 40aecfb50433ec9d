"""What a search for candidates needs: cells estimated, cut by urban unit, with their incomes; what outlines follow."""

from __future__ import annotations

import csv
import hashlib
import math
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from geoville import french
from geoville.carroyage.cell_parts import NO_IRIS, whole_cells
from geoville.carroyage.estimate import IrisIncome, IrisShares, estimate_income, estimate_parts, iris_weight
from geoville.carroyage.grid import CELL_SIZE_M, cell_squares, union_of_cells
from geoville.carroyage.method import method_choice, method_rules
from geoville.carroyage.raking import cells_over_iris
from geoville.crs import GRID_CRS, RGAF09_UTM20, RGR92_UTM40, WGS84, commune_of, transform_geometry, transform_points
from geoville.errors import InvalidInputError, LawError, Location
from geoville.law import DatedValue, IncomeReference, IncomeRule, eligible_units, parameter, require_income_rule
from geoville.model import Source
from geoville.perimeters.blocks import blocks_from_streets, fit_to_blocks
from geoville.perimeters.estimated import Names, doubts_in_words, unverified_inputs
from geoville.perimeters.outlines import cells_of_quarters, smooth_outlines, squares_of_quarters
from geoville.perimeters.quarters import CandidateOptions, CellZones, LegalTests
from geoville.perimeters.scenarios import DECREE, Supposition
from geoville.perimeters.sensitivity import SearchStart
from geoville.sources.bridges import read_bridge, read_probit_bridge
from geoville.sources.files import embedded_data, sha256_of
from geoville.sources.grids import read_grid
from geoville.sources.layers import CommuneLayer, read_blocks, read_communes_layer, read_iris, read_streets
from geoville.sources.manifest import COMMUNES
from geoville.sources.pack import list_territories
from geoville.sources.provenance import InputFile
from geoville.workflows.generations import GenerationInputs, day_of_generation, generation_named, inputs_of_generation
from geoville.workflows.incomes import IrisInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.bridge import Bridge
    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.carroyage.raking import CellsOverIris, IrisOverlap
    from geoville.law import Threshold
    from geoville.perimeters.quarters import Quarter
    from geoville.sources.layers import IrisLayer
    from geoville.sources.pack import Pack
    from geoville.sources.provenance import JsonValue


# --- Inputs of an estimate: the bridge, the national medians, the IRIS under the cells, the zones of each cell


@dataclass(frozen=True, slots=True)
class OutlineInput:
    """What the outlines follow.

    Parameters
    ----------
    blocks : polygons of blocks.
    streets : lines of streets, which the blocks lie between; not with `blocks`.
    smooth : without a layer, whether the stair steps of cells are turned into slopes.
    """

    blocks: Path | None = None
    streets: Path | None = None
    smooth: bool = True

    @property
    def has_layer(self) -> bool:
        """Whether there is a layer to follow."""
        return self.blocks is not None or self.streets is not None

    @property
    def name(self) -> str:
        """What the outlines follow, for the provenance."""
        if self.blocks or self.streets:
            return "blocks"
        return "smoothed cells" if self.smooth else "cells"


@dataclass(frozen=True, eq=False, slots=True)
class Outlines:
    """Outlines of quarters in one projected CRS, in the order of the quarters, and the layer that they follow."""

    geometries: tuple[BaseGeometry, ...]
    inputs: tuple[InputFile, ...]


def outlines_of(quarters: Sequence[Quarter], grid: Grid, epsg: int, following: OutlineInput) -> Outlines:
    """Outlines of quarters; one that no block makes up keeps its cells.

    Raises
    ------
    InvalidInputError
        Both a layer of blocks and one of streets, or a layer that cannot be read.
    """
    if following.blocks and following.streets:
        raise InvalidInputError(
            "Deux couches pour un seul contour", advice="donner --blocks ou --streets, pas les deux"
        )
    if quarters and all(quarter.outline is not None for quarter in quarters) and not following.has_layer:
        return Outlines(tuple(_outline_of_ground(quarter, grid.epsg, epsg, following) for quarter in quarters), ())
    of_ground = all(quarter.squares is not None for quarter in quarters)
    cells = [_as_drawn(quarter, grid.epsg, epsg) for quarter in quarters]
    if not (following.blocks or following.streets or following.smooth):
        return Outlines(tuple(cells), ())
    side = method_rules().subcells_per_side
    clustered = squares_of_quarters(grid, quarters, side) if of_ground else cells_of_quarters(grid, quarters)
    inputs: tuple[InputFile, ...] = ()
    if following.blocks:
        layer = read_blocks(following.blocks, epsg)
        inputs = (InputFile("blocks", following.blocks.name, layer.sha256),)
        fitted = fit_to_blocks(clustered, layer.blocks, epsg)
    elif following.streets:
        streets = read_streets(following.streets, epsg)
        inputs = (InputFile("streets", following.streets.name, streets.sha256),)
        fitted = fit_to_blocks(clustered, blocks_from_streets(streets.lines), epsg)
    else:
        fitted = smooth_outlines(clustered, epsg)
    kept = (own if outline.geometry.is_empty else outline.geometry for own, outline in zip(cells, fitted, strict=True))
    return Outlines(tuple(kept), inputs)


def _as_drawn(quarter: Quarter, source: int, target: int) -> BaseGeometry:
    """Isoline of a quarter made of ground, union of its cells else."""
    import shapely

    if quarter.outline is not None:
        return shapely.normalize(transform_geometry(quarter.outline, source, target))
    return union_of_cells(cell_squares(quarter.easting, quarter.northing, source, target))


def _outline_of_ground(quarter: Quarter, source: int, target: int, following: OutlineInput) -> BaseGeometry:
    """Isoline of the ground of a quarter, or its squares as they are."""
    import shapely

    outline = quarter.outline
    if following.smooth and outline is not None:
        return shapely.normalize(transform_geometry(outline, source, target))
    assert quarter.squares is not None  # made with the outline
    row, column = quarter.squares
    size = CELL_SIZE_M // method_rules().subcells_per_side
    return union_of_cells(cell_squares(column * size, row * size, source, target, size))


# --- Cells estimated, cut by urban unit, with their incomes

BRIDGE_FILE = "bridge.json"


@dataclass(frozen=True, eq=False, slots=True)
class Estimate:
    """Estimated incomes of a grid and what they rest on.

    Parameters
    ----------
    iris : code of the IRIS of each cell's centre, empty where it is not known; None without IRIS.
    iris_names : by code.
    bridge : that the estimate went through.
    layer : the IRIS as read, None without IRIS.
    national_declared_eur : national declared median of their year; NaN without IRIS.
    over : how the cells lie over them, None without IRIS.
    """

    income: CellIncome
    bridge: Bridge
    iris: np.ndarray[tuple[int], np.dtype[np.str_]] | None
    iris_names: dict[str, str]
    iris_weight: float | None
    law: tuple[DatedValue, ...]
    inputs: tuple[InputFile, ...]
    layer: IrisLayer | None = None
    national_declared_eur: float = math.nan
    over: CellsOverIris | None = None


def estimate_grid(grid: Grid, iris: IrisInput | None = None) -> Estimate:
    """Estimate the declared income of every cell of a grid.

    Raises
    ------
    LawError
        The national median of the grid's vintage, or of the IRIS's year, is not known.
    InvalidInputError
        The IRIS do not lie under the cells, or the weight is not in [0, 1].
    """
    bridge_path = embedded_data() / BRIDGE_FILE
    bridge = read_bridge(bridge_path)
    disposable = parameter("median_disposable_income_eur").of_year(grid.vintage)
    used = InputFile("bridge", BRIDGE_FILE, sha256_of(bridge_path))
    if iris is None:
        income = estimate_income(grid, bridge, disposable.value)
        return Estimate(income, bridge, None, {}, None, (disposable,), (used,))
    if iris.weight is not None and not 0 <= iris.weight <= 1:
        raise InvalidInputError(
            f"Poids des IRIS hors de l'intervalle ({french.as_given(iris.weight)})", advice="le donner entre 0 et 1"
        )
    layer = read_iris(iris.polygons, iris.incomes, iris.year)
    declared = _national_declared_median(iris, layer.year)
    over = cells_over_iris(grid, layer.polygons, GRID_CRS[grid.epsg], method_rules().subcells_per_side)
    overlap = over.overlap
    if len(overlap.cell) == 0 or layer.epsg != GRID_CRS[grid.epsg]:
        raise InvalidInputError("Aucun IRIS ne se trouve sous les carreaux", advice="donner les IRIS du même lieu")
    weight = iris_weight(grid.vintage, layer.year) if iris.weight is None else iris.weight
    published = IrisIncome(
        overlap, layer.median_eur / declared.value, weight, years_apart=abs(grid.vintage - layer.year)
    )
    income = estimate_income(grid, bridge, disposable.value, published)
    return Estimate(
        income=income,
        bridge=bridge,
        iris=_main_iris(len(grid), layer, overlap),
        iris_names=dict(zip(layer.code.tolist(), layer.name.tolist(), strict=True)),
        iris_weight=weight,
        law=(disposable, declared),
        inputs=(used, *(InputFile("iris", name, sha256, layer.year) for name, sha256 in layer.files)),
        layer=layer,
        national_declared_eur=declared.value,
        over=over,
    )


def iris_of_territory(territory: Pack, year: int | None = None) -> IrisInput | None:
    """IRIS of a pack with their incomes; None where it lacks either, or no national median of their year is known.

    The national median of their year is that of the law's files, else the one that the pack's references rest on.

    Parameters
    ----------
    year : of the incomes, the latest one unless given.
    """
    year = year or territory.iris_year
    if not territory.has("iris") or year is None:
        return None
    reference = next(iter(territory.unit_references.values()), territory.income_reference)
    given = reference if reference is not None and reference.year == year else None
    known = {value.valid_from.year for value in parameter("median_declared_income_eur").values}
    if given is None and year not in known:
        return None
    return IrisInput(
        territory.file("iris").checked_path(),
        territory.file("iris_income").checked_path(),
        national_median_eur=None if year in known or given is None else given.national_eur,
        national_source=given.source if given else "",
        year=year,
    )


def _national_declared_median(iris: IrisInput, year: int) -> DatedValue:
    known = parameter("median_declared_income_eur")
    if iris.national_median_eur is None:
        try:
            return known.of_year(year)
        except LawError as error:
            raise LawError(error.message, advice="donner --iris-national, en euros de la même année") from error
    from datetime import date

    return DatedValue(known.id, iris.national_median_eur, date(year, 1, 1), iris.national_source, verified=False)


def _main_iris(count: int, layer: IrisLayer, overlap: IrisOverlap) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Code of the IRIS that holds most of each cell."""
    main = np.full(count, NO_IRIS, dtype=np.intp)
    order = np.argsort(overlap.share, kind="stable")  # the largest share is written last
    main[overlap.cell[order]] = overlap.iris[order]
    return np.append(layer.code, "")[main]


# --- Tables of many urban units: which unit each commune is in, and the reference incomes of each unit

_COMMUNE_COLUMNS = ("codeinsee", "codgeo", "insee_com", "code_insee", "commune", "code")
_UNIT_COLUMNS = ("codeuu07", "uu2010", "uu2020", "codeuu", "unite_urbaine", "uu")
_INCOME_COLUMNS = ("uu", "rmuc_eur", "population")
_SMALL_SINCE = "small_since"


@dataclass(frozen=True, slots=True)
class UnitTables:
    """Files that say which urban unit a cell belongs to, and the figures of each unit.

    Parameters
    ----------
    communes : polygons with the INSEE code.
    urban_units : CSV, commune and urban unit.
    rmuc : CSV with columns uu, rmuc_eur, population and, where a unit is in the decree's delay, small_since: the day
        on which it fell under the minimum population (AAAA-MM-JJ), empty elsewhere.
    national_eur : national median declared income per UC of the same year.
    """

    communes: Path
    urban_units: Path
    rmuc: Path
    national_eur: float


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of a CSV file, read once: it may be a pipe, which cannot be read again for its checksum."""

    rows: list[dict[str, str]]
    columns: list[str]
    file: InputFile

    def column(self, *known: str) -> str:
        """First column that has a known name, as it is written."""
        found = self.column_if_any(*known)
        if found is None:
            raise InvalidInputError(
                "Colonne absente", where=Location(self.file.name), advice=f"attendu : {', '.join(known)}"
            )
        return found

    def column_if_any(self, *known: str) -> str | None:
        """First column that has a known name, None where there is none."""
        return next((column for column in self.columns if column.strip().lower() in known), None)


def read_unit_tables(
    tables: UnitTables,
) -> tuple[dict[str, str], dict[str, IncomeReference], tuple[InputFile, InputFile]]:
    """Urban unit of each commune, figures of each unit, and the two files that say so.

    Raises
    ------
    InvalidInputError
        A table is no CSV, lacks a column, or holds a figure that is not a number or a day that is not one.
    """
    units, incomes = _read(tables.urban_units, "urban_units"), _read(tables.rmuc, "rmuc")
    return _units_by_commune(units), _references(incomes, tables.national_eur), (units.file, incomes.file)


def _units_by_commune(table: _Table) -> dict[str, str]:
    commune, unit = table.column(*_COMMUNE_COLUMNS), table.column(*_UNIT_COLUMNS)
    return {commune_of(row[commune].strip()): row[unit].strip() for row in table.rows}


def _references(table: _Table, national_eur: float) -> dict[str, IncomeReference]:
    unit, income, population = (table.column(name) for name in _INCOME_COLUMNS)
    small_since = table.column_if_any(_SMALL_SINCE)
    found = {}
    for line, row in enumerate(table.rows, start=2):
        try:
            figures = float(row[income].replace(",", ".")), round(float(row[population]))
        except (ValueError, OverflowError):
            raise InvalidInputError(
                "Revenu ou population qui n'est pas un nombre",
                where=Location(table.file.name, line, f"{income} ou {population}"),
            ) from None
        found[row[unit].strip()] = IncomeReference(
            national_eur,
            *figures,
            verified=False,
            source=table.file.name,
            too_small_since=_day(row, small_since, Location(table.file.name, line, small_since)),
        )
    return found


def _day(row: dict[str, str], column: str | None, where: Location) -> date | None:
    text = row[column].strip() if column else ""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInputError(f"« {text} » n'est pas une date", where=where, advice="l'écrire AAAA-MM-JJ") from None


def _read(path: Path, role: str) -> _Table:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "Table illisible", where=Location(path.name), advice="donner un CSV en UTF-8"
        ) from error
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter, restval="")
    columns = list(reader.fieldnames or ())
    return _Table(list(reader), columns, InputFile(role, path.name, hashlib.sha256(content).hexdigest()))


# --- Which urban unit each cell belongs to, and the reference incomes of each: of a territory, given, or from tables

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


def zoning_of_territory(grid: Grid, territory: Pack, reference: IncomeReference | None, estimate: Estimate) -> Zoning:
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


def _zones_of(grid: Grid, territory: Pack, estimate: Estimate) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
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


_TABLES = "--communes, --urban-units, --rmuc et --rmuc-nat"


@dataclass(frozen=True, slots=True)
class CandidateRequest:
    """Everything that a computation of candidates is asked with.

    Parameters
    ----------
    on : day whose legal values apply.
    territory : gives the reference incomes, the communes of the urban unit, communes and IRIS of cells.
    reference : the one urban unit's figures; replaces the territory's.
    units : tables of many urban units, instead of both.
    vintage : of the grid, where nothing else tells it.
    iris : declared medians that the cells should meet; those of the territory, where it has them, if not given.
    iris_year : of the territory's, the latest one if not given.
    generation : that the day, the vintage and that year were chosen for.
    outline : what the outlines follow.
    options : choices that the law leaves open.
    supposed : figures taken in place of the decree's.
    """

    on: date
    territory: Pack | None = None
    reference: IncomeReference | None = None
    units: UnitTables | None = None
    vintage: int | None = None
    iris: IrisInput | None = None
    iris_year: int | None = None
    generation: GenerationInputs | None = None
    outline: OutlineInput = field(default_factory=OutlineInput)
    options: CandidateOptions = field(default_factory=CandidateOptions)
    supposed: Supposition = DECREE

    def territory_grid(self) -> Path:
        """Grid of the territory, of the vintage asked for, else of its own.

        Raises
        ------
        InvalidInputError
            There is no territory, or it has no grid of that vintage.
        DataUnavailableError
            The territory has no grid.
        """
        if self.territory is None:
            raise InvalidInputError("Il manque une grille", advice="donner --grid, ou un --territory qui en a une")
        return self.territory.grid_path(self.vintage)


def request_of_generation(
    request: CandidateRequest, name: str, on: date | None, *, is_grid_given: bool = False
) -> CandidateRequest:
    """A request on a territory, with the grid, incomes and day of a generation.

    Parameters
    ----------
    on : day asked for, None where none is: the first one of the generation; the one to come needs it.
    is_grid_given : whether a grid was, which is refused.

    Raises
    ------
    InvalidInputError
        There is no territory, something that the generation chooses is given, the day is not of the generation, or the
        grids of the territory are too old for the generation to come.
    DataUnavailableError
        The territory has no grid.
    """
    given = (request.reference, request.units, request.iris, request.vintage)
    if request.territory is None or is_grid_given or given != (None,) * len(given):
        raise InvalidInputError(
            "La génération choisit elle-même la grille, les revenus et les unités urbaines, parmi ceux d'un territoire",
            advice="ne donner que le territoire avec elle, ou retirer la génération",
        )
    day = day_of_generation(request.territory, name, on)
    chosen = inputs_of_generation(request.territory, generation_named(name), day)
    return replace(request, on=chosen.on, vintage=chosen.vintage, iris_year=chosen.iris_year, generation=chosen)


@dataclass(frozen=True, eq=False, slots=True)
class SearchInputs:
    """A grid ready to be searched.

    Parameters
    ----------
    references : figures of each urban unit.
    small_units : urban units left out because they have too few inhabitants.
    names : of the places that candidates are named after.
    law : every legal value that was used.
    inputs : every file that was read.
    source : what to cite for the grid.
    iris_weight : how far cells are moved towards the IRIS's medians; None without IRIS.
    asked_iris_weight : the one that was asked for; None where it is that of the years.
    doubts : what an error on each median that was not verified would do to the threshold, in French; of the first urban
        unit where there are many.
    supposed : figures that thresholds and tests have in place of the decree's.
    on : day whose law applies, and the rule of it there.
    """

    start: SearchStart
    legal: LegalTests
    references: Mapping[str, IncomeReference]
    small_units: tuple[str, ...]
    names: Names
    law: tuple[DatedValue, ...]
    inputs: tuple[InputFile, ...]
    source: Source
    iris_weight: float | None
    asked_iris_weight: float | None = None
    doubts: tuple[str, ...] = ()
    supposed: Supposition = DECREE
    on: date = date.min
    rule: IncomeRule = IncomeRule.METROPOLE

    @property
    def unverified(self) -> str:
        """What the search rests on without its text having been read, as a French enumeration."""
        return unverified_inputs(self.references.values(), self.law)

    @property
    def national_eur(self) -> float:
        """National median declared income per UC: one for all urban units; NaN where there is no reference."""
        return next((reference.national_eur for reference in self.references.values()), math.nan)

    @property
    def euros_of(self) -> int | None:
        """Year of the national median that incomes are multiples of: the euros are of that year; None if not said."""
        return next((reference.year for reference in self.references.values()), None)

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """Figures of each urban unit, weight of the IRIS and choices of the method, for the provenance."""
        return {
            "iris_weight": self.iris_weight,
            "asked_iris_weight": self.asked_iris_weight,
            "poor_cell_share": self.legal.poor_share,
            "urban_units": {unit: reference_parameters(reference) for unit, reference in self.references.items()},
            **({} if self.supposed.is_decree else {"supposed": asdict(self.supposed)}),
        }


def reference_parameters(reference: IncomeReference) -> dict[str, JsonValue]:
    """Reference incomes of an urban unit, for the provenance."""
    return {
        "rmuc_national_eur": reference.national_eur,
        "rmuc_urban_unit_eur": reference.urban_unit_eur,
        "population": reference.urban_unit_population,
        "verified": reference.verified,
        "source": reference.source,
        **_delay(reference),
    }


def _delay(reference: IncomeReference) -> dict[str, str]:
    """The day that a unit became too small, for the provenance of the few units that have one."""
    return {"small_since": reference.too_small_since.isoformat()} if reference.too_small_since else {}


def prepare_search(grid_path: Path, request: CandidateRequest) -> SearchInputs:
    """Read a grid, estimate its incomes, and find the zones and thresholds of its cells.

    Raises
    ------
    InvalidInputError
        Neither reference incomes, nor a territory that has some, nor tables of urban units: there is no threshold.
    LawError
        The only urban unit is too small, or another rule than income applies there.
    """
    require_reference(request)
    return prepare_figures(grid_path, request)


def require_reference(request: CandidateRequest) -> None:
    """Refuse a request that gives no reference income, or one for many units; InvalidInputError says what to give."""
    if request.units:
        return
    if request.territory is not None and _lacks_units(request.territory, request.reference):
        raise InvalidInputError(
            f"Le territoire « {request.territory.name} » a plusieurs unités urbaines, et chacune a son seuil",
            advice=f"retirer --territory et donner {_TABLES}",
        )
    if request.reference:
        return
    if request.territory is None:
        raise InvalidInputError(
            "Le seuil de revenu ne peut pas être calculé",
            advice="donner --territory, ou --rmuc-nat, --rmuc-uu et --uu-population",
        )
    if request.territory.income_reference is None and not request.territory.unit_references:
        raise InvalidInputError(
            f"Le seuil de revenu ne peut pas être calculé, faute de revenus de référence dans le territoire "
            f"« {request.territory.name} »",
            advice="donner --rmuc-nat, --rmuc-uu et --uu-population ; pour plusieurs unités urbaines, retirer "
            f"--territory et donner {_TABLES}",
        )


def _lacks_units(territory: Pack, reference: IncomeReference | None) -> bool:
    """Whether a territory spans many urban units, and one reference or none is known for them all."""
    spans_many = territory.manifest.scope != COMMUNES and territory.manifest.urban_unit is None
    return spans_many and (reference is not None or not territory.unit_references)


def prepare_figures(grid_path: Path, request: CandidateRequest) -> SearchInputs:
    """As `prepare_search`, for figures: without reference income no threshold is known, and what needs one is NaN."""
    grid, source = read_sourced_grid(grid_path, request.vintage)
    iris = request.iris or (iris_of_territory(request.territory, request.iris_year) if request.territory else None)
    estimate = estimate_grid(grid, iris)
    zoning = _zoning(grid, request, estimate)
    rule = require_income_rule(_communes(grid, zoning), request.on)
    thresholds, small = eligible_units(zoning.references, request.on, rule)
    legal, tests = _legal_tests(rule, request.on)
    estimated = estimate_parts_of(grid, estimate, zoning.zones, thresholds, request)
    used_law = dict.fromkeys(value for threshold in thresholds.values() for value in threshold.law)
    law = tuple(dict.fromkeys((*used_law, *tests, *estimate.law, *estimated.law)))
    first = next(iter(thresholds.values()), None)
    supposed = {unit: request.supposed.threshold(threshold) for unit, threshold in thresholds.items()}
    return SearchInputs(
        start=SearchStart(grid, estimate.income, zoning.zones, supposed, estimated.parts),
        legal=legal.supposing(request.supposed),
        references=zoning.references,
        small_units=small,
        names=zoning.names,
        law=law,
        inputs=(grid_input(grid_path, grid, source), *estimate.inputs, *estimated.inputs, *zoning.inputs),
        source=source,
        iris_weight=estimate.iris_weight,
        asked_iris_weight=iris.weight if iris else None,
        doubts=doubts_in_words(first, law, estimate.bridge, request.on) if first else (),
        supposed=request.supposed,
        on=request.on,
        rule=rule,
    )


_ISLANDS = {RGAF09_UTM20: "972", RGR92_UTM40: "974"}
"""Département of INSEE's cells named in a CRS of overseas, where nothing says their communes."""


def _communes(grid: Grid, zoning: Zoning) -> set[str]:
    """Communes of the cells; the island's own département where none is known."""
    known = {code for code in set(zoning.zones.commune.tolist()) if code}
    return known or ({_ISLANDS[grid.epsg]} if grid.epsg in _ISLANDS else set())


def _legal_tests(rule: IncomeRule, on: date) -> tuple[LegalTests, tuple[DatedValue, ...]]:
    """What a quarter is tested for beside its income, and the legal values that say so."""
    poor_share = method_choice("poor_cell_share").value
    if rule is IncomeRule.METROPOLE:
        people = parameter("minimum_quarter_population").at(on)
        return LegalTests(poor_share, people.value), (people,)
    people, density = (
        parameter(key).at(on) for key in ("overseas_minimum_quarter_population", "overseas_minimum_density_per_km2")
    )
    return LegalTests(poor_share, people.value, density.value), (people, density)


def read_sourced_grid(path: Path, vintage: int | None) -> tuple[Grid, Source]:
    """Read a grid, and say what to cite for it: the pack that ships the same bytes, else the file.

    Parameters
    ----------
    vintage : of the grid, where neither a pack nor the name of the file tells it.
    """
    packs = list_territories()
    known = {sha256: year for pack in packs for sha256, year in pack.grid_checksums().items()}
    grid = read_grid(path, vintage=vintage, known_checksums=known)
    sha256 = sha256_of(path)
    shipped = (file.source for pack in packs for file in pack.grids.values() if file.source.sha256 == sha256)
    return grid, next(shipped, Source(path.name, vintage=str(grid.vintage), sha256=sha256))


def grid_input(path: Path, grid: Grid, source: Source) -> InputFile:
    """A grid that was read, for the provenance."""
    return InputFile("grid", path.name, source.sha256 or "", grid.vintage)


def _zoning(grid: Grid, request: CandidateRequest, estimate: Estimate) -> Zoning:
    if request.units:
        return zoning_of_tables(grid, request.units, estimate)
    if request.territory:
        require_grid_near(grid, request.territory)
        return zoning_of_territory(grid, request.territory, request.reference, estimate)
    assert request.reference is not None  # `require_reference`
    return zoning_of_reference(grid, request.reference, estimate)


def require_grid_near(grid: Grid, territory: Pack) -> None:
    """Refuse a grid that lies nowhere near a territory: what would be found there is nothing, and looks like it.

    Raises
    ------
    InvalidInputError
        The box of its cells is away from the territory's, where this is known.
    """
    if territory.extent is None or not len(grid):
        return
    easting, northing = (np.array([side.min(), side.max()], dtype=float) for side in (grid.easting, grid.northing))
    lon, lat = transform_points(np.tile(easting, 2), np.repeat(northing, 2), grid.epsg, WGS84)
    west, south, east, north = territory.extent
    if lon.min() > east or lon.max() < west or lat.min() > north or lat.max() < south:
        raise InvalidInputError(
            f"Aucun carreau de la grille n'est dans ce territoire ({territory.title})",
            advice="donner la grille de ce territoire, ou celui de la grille avec --territory",
        )


# --- Parts of cells, which the index method reads: their bridge, the IRIS under their squares, the thresholds

PROBIT_BRIDGE_FILE = "probit_bridge.json"


@dataclass(frozen=True, eq=False, slots=True)
class EstimatedParts:
    """Parts of cells with their incomes, and what they rest on beside the estimate of cells; None without threshold."""

    parts: CellParts | None
    law: tuple[DatedValue, ...] = ()
    inputs: tuple[InputFile, ...] = ()


def estimate_parts_of(
    grid: Grid,
    estimate: Estimate,
    zones: CellZones,
    thresholds: Mapping[str, Threshold],
    request: CandidateRequest,
) -> EstimatedParts:
    """Estimate the parts of the cells of a grid, with the IRIS given, else those that the territory's tables know.

    Raises
    ------
    DataUnavailableError
        The shipped coefficients cannot be read.
    """
    if not thresholds:
        return EstimatedParts(None)
    path = embedded_data() / PROBIT_BRIDGE_FILE
    bridge, used = read_probit_bridge(path), InputFile("bridge", PROBIT_BRIDGE_FILE, sha256_of(path))
    found = _Iris(_iris_given(estimate))
    if found.shares is None and request.territory is not None:
        found = _iris_of_tables(request.territory, zones, request.iris_year)
    relative = np.full(len(grid), np.nan)
    for unit, threshold in thresholds.items():
        relative[zones.unit == unit] = threshold.relative
    disposable = parameter("median_disposable_income_eur").of_year(grid.vintage).value
    weight = request.iris.weight if request.iris else None
    parts = estimate_parts(grid, bridge, disposable, relative, method_rules(), found.shares, weight)
    return EstimatedParts(parts, found.law, (used, *found.inputs))


@dataclass(frozen=True, eq=False, slots=True)
class _Iris:
    """Figures of IRIS, None where there are none, and what they rest on."""

    shares: IrisShares | None
    law: tuple[DatedValue, ...] = ()
    inputs: tuple[InputFile, ...] = ()


def _iris_given(estimate: Estimate) -> IrisShares | None:
    """Figures of the IRIS whose polygons are known."""
    layer, over = estimate.layer, estimate.over
    if layer is None or over is None:
        return None
    national = estimate.national_declared_eur
    median, spread = layer.median_eur / national, layer.range_eur / national
    return IrisShares(over.cell, over.squares, over.iris, median, spread, over.overlap.complete, layer.year)


def _iris_of_tables(territory: Pack, zones: CellZones, year: int | None) -> _Iris:
    """Figures of the IRIS that a territory names for each cell, without their polygons: whole cells.

    None where it has none, or no national median of their year is known.
    """
    year = year or territory.iris_year
    known = {value.valid_from.year: value for value in parameter("median_declared_income_eur").values}
    if year not in known or not (zones.iris != "").any():
        return _Iris(None)
    codes, place = np.unique(zones.iris, return_inverse=True)
    declared = known[year]
    median, spread = (
        np.array([figures.get(code, np.nan) for code in codes.tolist()]) / declared.value
        for figures in territory.iris_figures(year)
    )
    iris = np.where(zones.iris != "", place, -1)
    cell, squares, iris = whole_cells(iris, method_rules().subcells_per_side)
    complete = np.ones(len(codes), dtype=bool)
    file = territory.file("iris_income")
    used = InputFile("iris_incomes", file.path.name, sha256_of(file.checked_path()), year)
    return _Iris(IrisShares(cell, squares, iris, median, spread, complete, year), (declared,), (used,))
