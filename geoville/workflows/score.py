"""Score candidates against official contours, from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import ContourError, InvalidInputError, Location
from geoville.model import Kind
from geoville.perimeters.score import Score, score_perimeters
from geoville.sources.contours import read_perimeters
from geoville.workflows.layers import read_map
from geoville.workflows.search_inputs import read_sourced_grid

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoville.sources.pack import Pack
    from geoville.workflows.layers import GisLayer


def score_files(
    candidates: Path, official: Path, grid: Path, *, vintage: int | None = None, generation: int | None = None
) -> Score:
    """Compare two files of perimeters on the people of a grid.

    Parameters
    ----------
    candidates : estimated perimeters; a file without any is scored as well: nothing found.
    official : official contours of QPV.
    grid : cells whose people weigh the comparison.
    vintage : of the grid, where nothing else tells it.
    generation : of the QPV, where nothing else tells it.

    Raises
    ------
    ContourError
        A file cannot be read, is of another territory than the grid, or what should be official is not.
    """
    cells, _ = read_sourced_grid(grid, vintage)
    epsg = GRID_CRS[cells.epsg]
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    ours = read_map(candidates, epsg, "candidates", otherwise=Kind.CANDIDAT)
    theirs = read_map(official, epsg, "official", otherwise=Kind.QPV, otherwise_generation=generation)
    _require_official(theirs)
    return score_perimeters(_geometries(ours), _geometries(theirs), squares, cells.people)


def official_contours(territory: Pack, generation: int | None = None) -> Path:
    """File of the official contours of QPV that a territory has.

    Parameters
    ----------
    generation : of the QPV, where the territory has several.

    Raises
    ------
    DataUnavailableError
        The territory has none.
    InvalidInputError
        It has several generations and none is asked for, or not that one.
    """
    by_generation = {
        read_perimeters(path, kind=Kind.QPV).perimeters[0].generation: path for path in territory.layer_paths(Kind.QPV)
    }
    if generation is None and len(by_generation) == 1:
        return next(iter(by_generation.values()))
    if generation not in by_generation:
        known = ", ".join(sorted(str(year) for year in by_generation))
        raise InvalidInputError(
            f"{territory.title} a des QPV de ces générations : {known}", advice="en choisir une avec --generation"
        )
    return by_generation[generation]


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
