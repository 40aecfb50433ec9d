"""Maps and sheets: of a sector, of a territory, of a file of perimeters, of actions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoville import french
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.indicators import Indicator, estimated_values
from geoville.carroyage.lattice import find_keys, place_keys
from geoville.carroyage.method import method_choice, method_rules
from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.rules import rules_at
from geoville.errors import InvalidInputError, Location, UnknownMapError
from geoville.extras import need
from geoville.model import Basis, Kind, Position
from geoville.perimeters.place_index import cell_index
from geoville.rendering import Scene, SectorRecipe, parse_recipe, perimeter_map, perimeters_map, render_page, sector_map
from geoville.rendering.cells import CellFigures, IndexFigures, IrisFigures, Popup, cell_layer, mean_theme
from geoville.rendering.look import MapStyle, parse_style, tile_source
from geoville.rendering.map_spec import GroundLayer
from geoville.rendering.maps import headlines, quarter_of
from geoville.sources.contours import read_perimeters
from geoville.sources.files import embedded_maps, make_folder, replacing
from geoville.sources.grids import read_grid
from geoville.sources.layers import GROUND_ORDER, read_ground
from geoville.sources.pack import count_quarters, list_territories, open_pack, with_cell_people
from geoville.workflows.describe import TownFigures
from geoville.workflows.search_inputs import CandidateRequest, read_sourced_grid
from geoville.workflows.sensitivity import TerritorySensitivity, sensitivity_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.eligibility.actions.action import ActionFinding
    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Address, Perimeter, Source
    from geoville.perimeters.sensitivity import SearchStart
    from geoville.rendering import MapSpec
    from geoville.rendering.actions import ActionMark
    from geoville.rendering.cells import CellLayer
    from geoville.rendering.look import TileSource
    from geoville.rendering.sheet.sheet import SheetOptions
    from geoville.sources.cells import KeptCells
    from geoville.sources.contours import OwnColumns
    from geoville.sources.pack import Pack
    from geoville.workflows.actions import ActionDesk
    from geoville.workflows.search_inputs import SearchInputs

    Box = tuple[float, float, float, float]


# --- What maps say of cells beyond what their grid publishes: estimates, sensitivity, IRIS


def figures_of_territory(territory: Pack, on: date) -> CellFigures | None:
    """Estimates of the cells of a territory's default grid, in its order; None without reference incomes."""
    found = _estimate_of(territory, on)
    return None if found is None else _cell_figures(territory, found)


def _estimate_of(territory: Pack, on: date) -> TerritorySensitivity | None:
    if territory.income_reference is None:
        return None
    return sensitivity_of(territory, CandidateRequest(on=on, territory=territory))


def _cell_figures(territory: Pack, found: TerritorySensitivity) -> CellFigures:
    prepared, start = found.drawn, found.drawn.start
    thresholds = np.full(len(start.grid), np.nan)
    for unit, threshold in start.thresholds.items():
        thresholds[start.zones.unit == unit] = threshold.relative
    return CellFigures(
        median_eur=estimated_values(Indicator.MEDIAN, start.income, prepared.national_eur, thresholds),
        share_below=(
            estimated_values(Indicator.SHARE_BELOW, start.income, prepared.national_eur, thresholds)
            if start.parts is None
            else start.parts.share_below(thresholds, len(start.grid))
        ),
        threshold_eur=_only_threshold(prepared),
        retained_share=method_choice("poor_cell_share").value,
        unverified=prepared.unverified,
        sensitivity=_shares_on(start.grid, found.kept, found.scenarios),
        scenarios=found.scenarios,
        iris=_iris(territory, start.zones.iris),
        thresholds_eur=thresholds * prepared.national_eur,
        euros_year=next((reference.year for reference in prepared.references.values()), None),
        index=_index_figures(start),
    )


def _index_figures(start: SearchStart) -> IndexFigures | None:
    """The index of the cells, and how sure the probability is; None where cells have no parts."""
    rules = method_rules()
    found = cell_index(start, rules)
    gap = method_choice("probability_gap").value
    return None if found is None else IndexFigures(found.index, found.probability, rules.index_cut, gap)


def _only_threshold(prepared: SearchInputs) -> float:
    thresholds = list(prepared.start.thresholds.values())
    return thresholds[0].eur if len(thresholds) == 1 else float("nan")


def _shares_on(grid: Grid, kept: KeptCells, scenarios: int) -> NDArray[np.float64]:
    """Shares of the scenarios that keep the cells of `grid`, in its order; 0 where none does."""
    rows = find_keys(place_keys(grid.easting, grid.northing), place_keys(kept.easting, kept.northing))
    return np.where(rows >= 0, kept.scenarios[rows] / scenarios, 0.0)


def _iris(territory: Pack, code_of: NDArray[np.str_]) -> IrisFigures | None:
    """Incomes of the IRIS of the cells; None where the pack has none."""
    year = territory.iris_year
    if year is None:
        return None
    source = territory.file("iris_income").source
    return IrisFigures(code_of, territory.iris_names, territory.iris_medians(year), year, source.citation)


MOST_CELLS = 60_000
"""How many cells a page draws: those of a large département. A page of a country's would not open."""


@dataclass(frozen=True, eq=False, slots=True)
class MapData:
    """What every map of a territory is drawn from, as it is published; no grid where none can be drawn."""

    grid: Grid | None
    perimeters: tuple[Perimeter, ...]
    places: tuple[Address, ...]
    sources: tuple[Source, ...]
    on: date
    grid_source: Source | None


@dataclass(frozen=True, slots=True)
class MapLook:
    """How the user wants maps to look.

    Parameters
    ----------
    tiles : online backdrop that maps offer; None for none.
    ground : files of streets, railways or water, beside the streets of the territory.
    """

    style: MapStyle = field(default_factory=MapStyle)
    tiles: TileSource | None = field(default_factory=lambda: tile_source(""))
    ground: tuple[Path, ...] = ()


def draw_maps(
    territory: Pack, wanted: str | None, folder: Path, on: date, look: MapLook | None = None
) -> tuple[Path, ...]:
    """Draw maps of a territory, each as one page that opens with no network.

    Parameters
    ----------
    wanted : name of a sector, code of a perimeter, or the territory's own name; None draws them all.
    folder : created where it is missing.

    Raises
    ------
    UnknownMapError
        No sector and no perimeter has that name.
    """
    specs = map_specs(territory, wanted, on, look)
    return tuple(write_page(spec, name, folder) for name, spec in specs.items())


def map_specs(territory: Pack, wanted: str | None, on: date, look: MapLook | None = None) -> dict[str, MapSpec]:
    """Maps of a territory as data, by name; parameters and errors as in `draw_maps`."""
    recipes = {recipe.name: recipe for recipe in sector_recipes(territory)}
    data = map_data(territory, on)
    codes = {perimeter.code: perimeter for perimeter in data.perimeters}
    known = [territory.name, *recipes, *codes]
    if wanted is not None and wanted not in known:
        listed = ", ".join(known)
        raise UnknownMapError("Ce secteur ou ce périmètre est inconnu", advice=f"noms connus : {listed}")
    estimate = _estimate_of(territory, on) if data.grid else None
    scene = _scene_of(territory, data, look, estimate)

    def spec(name: str) -> MapSpec:
        if name in recipes:
            recipe = recipes[name]
            towns = TownFigures(territory, estimate.drawn) if estimate else None
            return sector_map(recipe, scene, sector_headlines(recipe, scene, towns) if towns else ())
        return perimeter_map(codes[name], scene) if name in codes else perimeters_map(territory.title, scene)

    # A territory with sectors is drawn by them; one without is first drawn whole.
    every = [*recipes, *codes] if recipes else known
    return {name: spec(name) for name in (every if wanted is None else [wanted])}


def sector_headlines(recipe: SectorRecipe, scene: Scene, towns: TownFigures) -> tuple[tuple[str, str], ...]:
    """Figures of the quarter of a sector, each beside those of its town and of the country."""
    quarter = quarter_of(recipe, scene)
    area = transform_geometry(quarter.geometry, quarter.epsg, towns.describe.epsg)
    return headlines(quarter.name, towns.describe(area), *towns.town(quarter), towns.prepared.national_eur)


def sector_recipes(territory: Pack) -> tuple[SectorRecipe, ...]:
    """Sector recipes of a territory, by name."""
    recipes = [parse_recipe(path.read_text(encoding="utf-8"), path.stem) for path in embedded_maps().glob("*.toml")]
    return tuple(sorted((item for item in recipes if item.territory == territory.name), key=lambda item: item.name))


def territory_scene(territory: Pack, on: date, look: MapLook | None = None) -> Scene:
    """Everything that the maps of a territory are drawn from, estimates of its cells included."""
    data = map_data(territory, on)
    return _scene_of(territory, data, look, _estimate_of(territory, on) if data.grid else None)


GROUND_ROLES = ("streets", "water")
"""Roles of the files of a pack that its ground is drawn from."""


@dataclass(frozen=True, eq=False, slots=True)
class TownGround:
    """Streets, railways and water, and what their licences ask to be written.

    Parameters
    ----------
    layers : from what lies lowest.
    """

    layers: tuple[GroundLayer, ...]
    credits: tuple[str, ...]


def ground_of(territory: Pack | None, given: Sequence[Path] = ()) -> TownGround:
    """Ground of a territory, and of files that the user gives."""
    own = [territory.file(role) for role in GROUND_ROLES if territory.has(role)] if territory is not None else []
    read = [(read_ground(file.checked_path()), file.source.citation) for file in own]
    read += [(found, found.credit) for found in map(read_ground, given)]
    layers = [
        GroundLayer(kind, shapes, found.names[kind]) for found, _ in read for kind, shapes in found.shapes.items()
    ]
    ordered = sorted(layers, key=lambda layer: GROUND_ORDER.index(layer.kind))
    return TownGround(tuple(ordered), tuple(credit for _, credit in read))


def _with_ground(scene: Scene, look: MapLook, territory: Pack | None = None) -> Scene:
    ground = ground_of(territory, look.ground)
    return replace(scene, ground=ground.layers, ground_credits=ground.credits)


def _scene_of(territory: Pack, data: MapData, look: MapLook | None, estimate: TerritorySensitivity | None) -> Scene:
    look = look or MapLook()
    scene = Scene(
        on=data.on,
        perimeters=data.perimeters,
        sources=data.sources,
        grid=data.grid,
        figures=_cell_figures(territory, estimate) if estimate else None,
        places=data.places,
        rules=rules_at(data.on),
        style=look.style,
        tiles=look.tiles,
    )
    return _with_ground(scene, look, territory)


def map_data(territory: Pack, on: date) -> MapData:
    """Read what every map of a territory is drawn from."""
    grid, source = _drawn_grid(territory)
    perimeters = _with_people(territory.perimeters(), grid)
    cited = [source, *(item.source for item in perimeters)]
    return MapData(
        grid=grid,
        perimeters=perimeters,
        places=territory.address_list().addresses,
        sources=tuple(dict.fromkeys(item for item in cited if item)),
        on=on,
        grid_source=source,
    )


def _with_people(perimeters: tuple[Perimeter, ...], grid: Grid | None) -> tuple[Perimeter, ...]:
    """Official quarters with the people of their cells, by share of area, to stand beside those whom Insee counts."""
    if grid is None:
        return perimeters
    return with_cell_people(perimeters, count_quarters(perimeters, grid))


def _drawn_grid(territory: Pack) -> tuple[Grid | None, Source | None]:
    """Cells to draw, and what to cite for them: none where the territory has none, or more than a page can hold."""
    if not territory.has("grid"):
        return None, None
    vintage = territory.default_vintage
    grid = read_grid(territory.grid_path(vintage), vintage=vintage)
    return (grid, territory.grids[vintage].source) if len(grid) <= MOST_CELLS else (None, None)


def cells_of(territory: Pack, vintage: int, on: date, box: Box | None = None) -> CellLayer:
    """Cells of one grid of a territory as its maps draw them; of a grid too large for a page, those of a box.

    Parameters
    ----------
    on : day of the estimates, which the default grid alone has.
    box : west, south, east, north in degrees; the classes are those of the whole grid.

    Raises
    ------
    InvalidInputError
        The box holds more cells than a page draws.
    """
    grid = read_grid(territory.grid_path(vintage), vintage=vintage)
    if len(grid) <= MOST_CELLS:
        return cell_layer(grid, figures_of_territory(territory, on) if vintage == territory.default_vintage else None)
    near = _cells_near(grid, box)
    if near.sum() > MOST_CELLS:
        raise InvalidInputError("Trop de carreaux pour les dessiner", advice="rapprocher la carte")
    whole = mean_theme(grid)
    theme = replace(whole, class_of=whole.class_of[near])
    return replace(cell_layer(grid.take(near)), themes=(theme,))


def _cells_near(grid: Grid, box: Box | None) -> NDArray[np.bool_]:
    """(n,) cells that meet the smallest box, in the CRS of the grid, around one in degrees."""
    if box is None:
        return np.ones(len(grid), dtype=bool)
    west, south, east, north = transform_geometry(shapely.segmentize(shapely.box(*box), 0.1), WGS84, grid.epsg).bounds
    along = (grid.easting > west - CELL_SIZE_M) & (grid.easting < east)
    across = (grid.northing > south - CELL_SIZE_M) & (grid.northing < north)
    return np.asarray(along & across)


def write_page(spec: MapSpec, name: str, folder: Path) -> Path:
    """Write a map as one HTML page in a folder, created where it is missing."""
    make_folder(folder)
    path = folder / f"{name}.html"
    page = render_page(spec)
    with replacing(path) as beside:
        beside.write_text(page, encoding="utf-8", newline="\n")
    return path


# --- The map of a table of actions, as one page that opens with no network

_AROUND_ACTIONS_M = 20_000.0
"""How far from actions perimeters are drawn."""

_BASES = {
    Basis.OFFICIAL: "contour officiel",
    Basis.ESTIMATED: "périmètre estimé, sans valeur réglementaire",
    None: "aucun périmètre : ce qui est déclaré, ou rien de sûr",
}


def draw_actions(
    desk: ActionDesk,
    findings: Sequence[ActionFinding],
    title: str,
    out: Path,
    on: date,
    themes: Sequence[str] = (),
) -> None:
    """Draw actions among the perimeters that answered about them.

    Parameters
    ----------
    themes : of each action, in their order, empty where it says none; none where no action has one.
    on : date of the map: perimeters that are not in force that day are drawn apart.
    """
    from geoville.eligibility.actions.summary import UNSAID
    from geoville.rendering.actions import action_map

    territory = open_pack(desk.territory)
    data, ground = map_data(territory, on), ground_of(territory)
    told = themes if any(themes) else ("",) * len(findings)
    unsaid = UNSAID if any(themes) else ""
    marks = [_mark(finding, theme or unsaid) for finding, theme in zip(findings, told, strict=True)]
    perimeters = _about(marks, desk.desk.index) or data.perimeters
    grid_sources = (data.grid_source,) if data.grid_source else ()
    sources = (*grid_sources, *(item.source for item in perimeters if item.source))
    spec = action_map(
        title,
        marks,
        grid=data.grid,
        perimeters=perimeters,
        sources=sources,
        on=on,
        figures=figures_of_territory(territory, on) if data.grid is not None else None,
        ground=ground.layers,
        ground_credits=ground.credits,
    )
    with replacing(out) as beside:
        beside.write_text(render_page(spec), encoding="utf-8", newline="\n")


def _about(marks: Sequence[ActionMark], index: PerimeterIndex) -> tuple[Perimeter, ...]:
    """Perimeters within some kilometres of the actions: all those of a country would make a page that nobody opens."""
    placed: list[BaseGeometry] = [shapely.MultiPoint(mark.points) for mark in marks if mark.points]
    placed += [mark.zone for mark in marks if mark.zone is not None]
    if not placed:
        return ()
    ground, epsg = index.projected(shapely.GeometryCollection(placed).envelope)
    if epsg is None:
        return ()
    near = {id(hit.perimeter) for hit in index.around_shape(ground, epsg, _AROUND_ACTIONS_M)}
    return tuple(perimeter for perimeter in index.perimeters if id(perimeter) in near)


def _mark(finding: ActionFinding, theme: str) -> ActionMark:
    from geoville.eligibility.actions.check import GROUND_NAMES
    from geoville.rendering.actions import ActionMark

    action, first = finding.action, finding.stages[0]
    rows = (
        ("Porteur", action.bearer),
        ("Thème", theme),
        ("Période", french.period(action.start, action.end)),
        ("Fondement", GROUND_NAMES[first.ground]),
        ("Repose sur", _BASES[first.basis]),
        ("Lieux", " ; ".join(spot.label for spot in first.spots)),
    )
    return ActionMark(
        title=action.title,
        ground=first.ground,
        popup=Popup(action.title, tuple(row for row in rows if row[1]), " ".join((first.reason, *finding.notes))),
        points=tuple((place.lon, place.lat) for place in action.places if isinstance(place, Position)),
        zone=action.zone,
    )


# --- The map of any file of perimeters, on the cells of its territory or of a grid that the user gives


@dataclass(frozen=True, slots=True)
class PerimeterFile:
    """Perimeters of a user.

    Parameters
    ----------
    kind, generation : what they are, where the file does not tell.
    grid : cells to draw under them; those of the embedded territory that they lie in where it is not given.
    vintage : of `grid`, where nothing else tells it.
    own : columns of the codes and names, where they are not the usual ones.
    """

    path: Path
    kind: Kind | None = None
    generation: int | None = None
    grid: Path | None = None
    vintage: int | None = None
    own: OwnColumns | None = None


def read_look(style: Path | None, tiles: str | None, ground: Sequence[Path] = ()) -> MapLook:
    """Read how the user wants maps to look.

    Raises
    ------
    InvalidInputError
        The style cannot be read, or it or the online backdrop is not what it should be.
    """
    look = MapLook(tiles=tile_source(tiles or ""), ground=tuple(ground))
    if style is None:
        return look
    try:
        text = style.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "Le style de carte ne peut pas être lu",
            where=Location(style.name),
            advice="donner un fichier TOML, en UTF-8",
        ) from error
    return replace(look, style=parse_style(text, style.name))


def draw_file(file: PerimeterFile, folder: Path, on: date, look: MapLook | None = None) -> Path:
    """Draw a file of perimeters as one page named after it; errors as those of `file_map`."""
    return write_page(file_map(file, on, look), file.path.stem, folder)


def file_map(file: PerimeterFile, on: date, look: MapLook | None = None) -> MapSpec:
    """Map of a file of perimeters, as data.

    Raises
    ------
    ContourError
        The file cannot be read, or holds no perimeter.
    """
    look = look or MapLook()
    read = read_perimeters(file.path, otherwise=file.kind, otherwise_generation=file.generation, own=file.own)
    return perimeters_map(file.path.stem, _scene(read.perimeters, file, on, look))


def _scene(perimeters: tuple[Perimeter, ...], file: PerimeterFile, on: date, look: MapLook) -> Scene:
    sources = tuple(dict.fromkeys(item.source for item in perimeters if item.source))
    if file.grid is not None:
        grid, grid_source = read_sourced_grid(file.grid, file.vintage)
        sources = (grid_source, *sources)
        drawn = Scene(on, perimeters, sources, grid, rules=rules_at(on), style=look.style, tiles=look.tiles)
        return _with_ground(drawn, look)
    area = shapely.union_all([transform_geometry(item.geometry, item.epsg, WGS84) for item in perimeters])
    territory = territory_around(area)
    if territory is not None:
        scene = territory_scene(territory, on, look)
        grid_source = territory.grids[territory.default_vintage].source
        return replace(scene, perimeters=perimeters, sources=(grid_source, *sources))
    bare = Scene(on, perimeters, sources, rules=rules_at(on), style=look.style, tiles=look.tiles)
    return _with_ground(bare, look)


def territory_around(area: BaseGeometry) -> Pack | None:
    """First territory known here that an area (WGS84) meets; None where there is none."""
    known = (territory for territory in list_territories() if territory.extent)
    return next((item for item in known if item.extent and area.intersects(shapely.box(*item.extent))), None)


# --- Printed maps: one sheet for a sector, a perimeter, or a file of perimeters

_PRINTED = (".pdf", ".png")


def write_sheet(spec: MapSpec, path: Path, options: SheetOptions | None = None) -> None:
    """Print a map into a file; its suffix tells the format.

    Raises
    ------
    InvalidInputError
        As `check_suffix`; the map has no theme of the key asked for, or the folder is missing or not writable.
    """
    from geoville.rendering.sheet.sheet import sheet_pdf, sheet_png

    check_suffix(path)
    content = (sheet_pdf if path.suffix.lower() == ".pdf" else sheet_png)(spec, options)
    with replacing(path) as beside:
        beside.write_bytes(content)


def check_suffix(path: Path) -> None:
    """Refuse a file that is neither .pdf nor .png, before anything is computed.

    Raises
    ------
    InvalidInputError
        It is not.
    MissingExtraError
        Nothing draws on paper.
    """
    need("paper")
    if path.suffix.lower() not in _PRINTED:
        raise InvalidInputError(
            f"Une planche ne s'écrit pas au format « {path.suffix or path.name} »",
            advice="donner un fichier .pdf ou .png",
        )
