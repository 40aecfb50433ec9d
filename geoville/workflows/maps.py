"""Maps of a territory: one page for a sector, for a perimeter, or for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import UnknownMapError
from geoville.rendering import SectorRecipe, parse_recipe, perimeter_map, render_page, sector_map
from geoville.sources.files import replacing
from geoville.sources.grids import read_grid
from geoville.sources.locations import embedded_maps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter, Source
    from geoville.rendering import MapSpec
    from geoville.sources.territory import Territory


@dataclass(frozen=True, eq=False, slots=True)
class MapData:
    """What every map of a territory is drawn from."""

    grid: Grid
    perimeters: tuple[Perimeter, ...]
    places: tuple[Address, ...]
    sources: tuple[Source, ...]
    on: date


def draw_maps(territory: Territory, wanted: str | None, folder: Path, on: date) -> tuple[Path, ...]:
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
    data = map_data(territory, on)
    recipes = {recipe.name: recipe for recipe in sector_recipes(territory)}
    codes = {perimeter.code: perimeter for perimeter in data.perimeters}
    if wanted is None:
        names: Sequence[str] = [*recipes, *codes]
    elif wanted in recipes or wanted in codes:
        names = [wanted]
    else:
        known = ", ".join([*recipes, *codes])
        raise UnknownMapError("Ce secteur ou ce périmètre est inconnu", advice=f"noms connus : {known}")
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        _write(_sector(recipes[name], data) if name in recipes else _perimeter(codes[name], data), name, folder)
        for name in names
    )


def sector_recipes(territory: Territory) -> tuple[SectorRecipe, ...]:
    """Sector recipes of a territory, by name."""
    recipes = [parse_recipe(path.read_text(encoding="utf-8"), path.stem) for path in embedded_maps().glob("*.toml")]
    return tuple(sorted((item for item in recipes if item.territory == territory.name), key=lambda item: item.name))


def map_data(territory: Territory, on: date) -> MapData:
    """Read what the maps of a territory are drawn from."""
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


def _sector(recipe: SectorRecipe, data: MapData) -> MapSpec:
    return sector_map(
        recipe, grid=data.grid, perimeters=data.perimeters, places=data.places, sources=data.sources, on=data.on
    )


def _perimeter(perimeter: Perimeter, data: MapData) -> MapSpec:
    return perimeter_map(
        perimeter, grid=data.grid, perimeters=data.perimeters, places=data.places, sources=data.sources, on=data.on
    )


def _write(spec: MapSpec, name: str, folder: Path) -> Path:
    path = folder / f"{name}.html"
    with replacing(path) as beside:
        beside.write_text(render_page(spec), encoding="utf-8", newline="\n")
    return path
