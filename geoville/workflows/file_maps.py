"""The map of any file of perimeters, on the cells of its territory or of a grid that the user gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.rules import rules_at
from geoville.errors import InvalidInputError, Location
from geoville.rendering import Scene, perimeters_map
from geoville.rendering.style_file import parse_style
from geoville.rendering.tiles import tile_source
from geoville.sources.contours import read_perimeters
from geoville.sources.territory import list_territories
from geoville.workflows.maps import MapLook, territory_scene, write_page
from geoville.workflows.search_inputs import read_sourced_grid

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoville.model import Kind, Perimeter
    from geoville.rendering import MapSpec


@dataclass(frozen=True, slots=True)
class PerimeterFile:
    """Perimeters of a user.

    Parameters
    ----------
    kind, generation : what they are, where the file does not tell.
    grid : cells to draw under them; those of the embedded territory that they lie in where it is not given.
    vintage : of `grid`, where nothing else tells it.
    """

    path: Path
    kind: Kind | None = None
    generation: int | None = None
    grid: Path | None = None
    vintage: int | None = None


def read_look(style: Path | None, tiles: str | None) -> MapLook:
    """Read how the user wants maps to look.

    Raises
    ------
    InvalidInputError
        The style cannot be read, or it or the online backdrop is not what it should be.
    """
    look = MapLook(tiles=tile_source(tiles) if tiles else None)
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
    read = read_perimeters(file.path, otherwise=file.kind, otherwise_generation=file.generation)
    return perimeters_map(file.path.stem, _scene(read.perimeters, file, on, look))


def _scene(perimeters: tuple[Perimeter, ...], file: PerimeterFile, on: date, look: MapLook) -> Scene:
    sources = tuple(dict.fromkeys(item.source for item in perimeters if item.source))
    if file.grid is not None:
        grid, grid_source = read_sourced_grid(file.grid, file.vintage)
        return Scene(
            on,
            perimeters,
            (grid_source, *sources),
            grid,
            rules=rules_at(on),
            style=look.style,
            tiles=look.tiles,
        )
    area = shapely.union_all([transform_geometry(item.geometry, item.epsg, WGS84) for item in perimeters])
    for territory in list_territories():
        if territory.extent and area.intersects(shapely.box(*territory.extent)):
            scene = territory_scene(territory, on, look)
            grid_source = territory.grids[territory.default_vintage].source
            return replace(scene, perimeters=perimeters, sources=(grid_source, *sources))
    return Scene(on, perimeters, sources, rules=rules_at(on), style=look.style, tiles=look.tiles)
