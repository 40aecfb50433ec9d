"""Maps of a territory: one page for a sector, for a perimeter, or for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoville.eligibility.rules import rules_at
from geoville.errors import UnknownMapError
from geoville.rendering import Scene, SectorRecipe, parse_recipe, perimeter_map, render_page, sector_map
from geoville.rendering.map_style import MapStyle
from geoville.sources.files import replacing
from geoville.sources.grids import read_grid
from geoville.sources.locations import embedded_maps
from geoville.workflows.map_figures import figures_of_territory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter, Source
    from geoville.rendering import MapSpec
    from geoville.rendering.tiles import TileSource
    from geoville.sources.territory import Territory


@dataclass(frozen=True, eq=False, slots=True)
class MapData:
    """What every map of a territory is drawn from, as it is published."""

    grid: Grid
    perimeters: tuple[Perimeter, ...]
    places: tuple[Address, ...]
    sources: tuple[Source, ...]
    on: date


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
    wanted : name of a sector, code of a perimeter; None draws them all.
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
    names: Sequence[str] = [*recipes, *codes] if wanted is None else [wanted]
    if wanted is not None and wanted not in recipes and wanted not in codes:
        known = ", ".join([*recipes, *codes])
        raise UnknownMapError("Ce secteur ou ce périmètre est inconnu", advice=f"noms connus : {known}")
    scene = territory_scene(territory, on, look)
    return {
        name: sector_map(recipes[name], scene) if name in recipes else perimeter_map(codes[name], scene)
        for name in names
    }


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
        figures=figures_of_territory(territory, on),
        places=data.places,
        rules=rules_at(on),
        style=look.style,
        tiles=look.tiles,
    )


def map_data(territory: Territory, on: date) -> MapData:
    """Read what every map of a territory is drawn from."""
    vintage = territory.default_vintage
    perimeters = territory.perimeters()
    cited = [territory.grids[vintage].source, *(item.source for item in perimeters if item.source)]
    return MapData(
        grid=read_grid(territory.grid_path(vintage), vintage=vintage),
        perimeters=perimeters,
        places=territory.address_list().addresses,
        sources=tuple(dict.fromkeys(cited)),
        on=on,
    )


def write_page(spec: MapSpec, name: str, folder: Path) -> Path:
    """Write a map as one HTML page in a folder, created where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.html"
    page = render_page(spec)
    with replacing(path) as beside:
        beside.write_text(page, encoding="utf-8", newline="\n")
    return path
