"""Maps of a territory: one page for a sector, for a perimeter, or for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.eligibility.rules import rules_at
from geoville.errors import UnknownMapError
from geoville.rendering import Scene, SectorRecipe, parse_recipe, perimeter_map, perimeters_map, render_page, sector_map
from geoville.rendering.map_style import MapStyle
from geoville.sources.files import make_folder, replacing
from geoville.sources.grids import read_grid
from geoville.sources.locations import embedded_maps
from geoville.workflows.map_figures import figures_of_territory

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter, Source
    from geoville.rendering import MapSpec
    from geoville.rendering.tiles import TileSource
    from geoville.sources.territory import Territory


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
    tiles : online backdrop; None for maps without network.
    """

    style: MapStyle = field(default_factory=MapStyle)
    tiles: TileSource | None = None


def draw_maps(
    territory: Territory, wanted: str | None, folder: Path, on: date, look: MapLook | None = None
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


def map_specs(territory: Territory, wanted: str | None, on: date, look: MapLook | None = None) -> dict[str, MapSpec]:
    """Maps of a territory as data, by name; parameters and errors as in `draw_maps`."""
    recipes = {recipe.name: recipe for recipe in sector_recipes(territory)}
    codes = {perimeter.code: perimeter for perimeter in territory.perimeters()}
    known = [territory.name, *recipes, *codes]
    if wanted is not None and wanted not in known:
        listed = ", ".join(known)
        raise UnknownMapError("Ce secteur ou ce périmètre est inconnu", advice=f"noms connus : {listed}")
    scene = territory_scene(territory, on, look)

    def spec(name: str) -> MapSpec:
        if name in recipes:
            return sector_map(recipes[name], scene)
        return perimeter_map(codes[name], scene) if name in codes else perimeters_map(territory.title, scene)

    # A territory with sectors is drawn by them; one without is first drawn whole.
    every = [*recipes, *codes] if recipes else known
    return {name: spec(name) for name in (every if wanted is None else [wanted])}


def sector_recipes(territory: Territory) -> tuple[SectorRecipe, ...]:
    """Sector recipes of a territory, by name."""
    recipes = [parse_recipe(path.read_text(encoding="utf-8"), path.stem) for path in embedded_maps().glob("*.toml")]
    return tuple(sorted((item for item in recipes if item.territory == territory.name), key=lambda item: item.name))


def territory_scene(territory: Territory, on: date, look: MapLook | None = None) -> Scene:
    """Everything that the maps of a territory are drawn from, estimates of its cells included."""
    look, data = look or MapLook(), map_data(territory, on)
    return Scene(
        on=on,
        perimeters=data.perimeters,
        sources=data.sources,
        grid=data.grid,
        figures=figures_of_territory(territory, on) if data.grid else None,
        places=data.places,
        rules=rules_at(on),
        style=look.style,
        tiles=look.tiles,
    )


def map_data(territory: Territory, on: date) -> MapData:
    """Read what every map of a territory is drawn from."""
    perimeters = territory.perimeters()
    grid, source = _drawn_grid(territory)
    cited = [source, *(item.source for item in perimeters)]
    return MapData(
        grid=grid,
        perimeters=perimeters,
        places=territory.address_list().addresses,
        sources=tuple(dict.fromkeys(item for item in cited if item)),
        on=on,
        grid_source=source,
    )


def _drawn_grid(territory: Territory) -> tuple[Grid | None, Source | None]:
    """Cells to draw, and what to cite for them: none where the territory has none, or more than a page can hold."""
    if not territory.has("grid"):
        return None, None
    vintage = territory.default_vintage
    grid = read_grid(territory.grid_path(vintage), vintage=vintage)
    return (grid, territory.grids[vintage].source) if len(grid) <= MOST_CELLS else (None, None)


def write_page(spec: MapSpec, name: str, folder: Path) -> Path:
    """Write a map as one HTML page in a folder, created where it is missing."""
    make_folder(folder)
    path = folder / f"{name}.html"
    page = render_page(spec)
    with replacing(path) as beside:
        beside.write_text(page, encoding="utf-8", newline="\n")
    return path
