"""Score candidates against official contours, from files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geoville.carroyage.grid import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import ContourError, InvalidInputError, Location
from geoville.model import Kind
from geoville.perimeters.score import Score, score_perimeters
from geoville.sources.manifest import missing
from geoville.workflows.layers import GisLayer, layer_of, read_map, require_epsg, require_near
from geoville.workflows.search_inputs import read_sourced_grid

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geoville.sources.contours import OwnColumns
    from geoville.sources.pack import Pack


def score_files(
    candidates: Path,
    official: Path | GisLayer,
    grid: Path,
    *,
    vintage: int | None = None,
    generation: int | None = None,
    own: OwnColumns | None = None,
) -> Score:
    """Compare two maps of perimeters on the people of a grid.

    Parameters
    ----------
    candidates : estimated perimeters; a file without any is scored as well: nothing found.
    official : official contours of QPV: a file, or those of a territory.
    grid : cells whose people weigh the comparison.
    vintage : of the grid, where nothing else tells it.
    generation : of the QPV, where nothing else tells it.
    own : columns of the codes and names of the official contours, where they are not the usual ones.

    Raises
    ------
    ContourError
        A file cannot be read, is of another territory than the grid, or what should be official is not.
    """
    cells, _ = read_sourced_grid(grid, vintage)
    epsg = GRID_CRS[cells.epsg]
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    ours = read_map(candidates, epsg, "candidates", otherwise=Kind.CANDIDAT)
    theirs = (
        read_map(official, epsg, "official", otherwise=Kind.QPV, otherwise_generation=generation, own=own)
        if isinstance(official, Path)
        else official
    )
    require_epsg(theirs, epsg)
    for layer in (ours, theirs):
        require_near(layer, squares)
    _require_official(theirs)
    return score_perimeters(_geometries(ours), _geometries(theirs), squares, cells.people)


def official_contours(territory: Pack, generation: int | None = None) -> GisLayer:
    """Official contours of QPV that are known of a territory: the user's, the pack's, else those that geoville carries.

    Parameters
    ----------
    generation : of the QPV, where several are known; that of the territory's own files where they have one only.

    Raises
    ------
    DataUnavailableError
        None is known.
    InvalidInputError
        Several generations are known and none is asked for, or not that one.
    """
    known = territory.perimeters({Kind.QPV})
    years = sorted({item.generation for item in known if item.generation})
    if not years:
        raise missing("qpv", territory.name)
    own = {item.generation for item in territory.own_perimeters({Kind.QPV})}
    if generation is None and len(own or years) == 1:
        generation = next(iter(own or years))
    if generation not in years:
        listed = ", ".join(map(str, years))
        raise InvalidInputError(
            f"{territory.title} a des QPV de ces générations : {listed}", advice="en choisir une avec --generation"
        )
    return layer_of("official", tuple(item for item in known if item.generation == generation))


def _require_official(layer: GisLayer) -> None:
    for perimeter in layer.perimeters:
        if perimeter.kind is not Kind.QPV:
            raise ContourError(
                f"Le périmètre {perimeter.code} n'est pas un QPV officiel",
                where=Location(layer.file.name),
                advice="donner avec `--official` les contours fixés par décret, et seulement eux",
            )


def _geometries(layer: GisLayer) -> list[BaseGeometry]:
    return [perimeter.geometry for perimeter in layer.perimeters]
