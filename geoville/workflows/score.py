"""Score candidates against official contours, from files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import ContourError, Location
from geoville.perimeters.score import Score, score_perimeters
from geoville.sources.contours import read_perimeters
from geoville.sources.grids import read_grid

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry


def score_files(candidates: Path, official: Path, grid: Path, *, vintage: int | None = None) -> Score:
    """Compare two files of perimeters on the people of a grid.

    Parameters
    ----------
    candidates : estimated perimeters.
    official : official contours.
    grid : cells whose people weigh the comparison.
    vintage : of the grid, where nothing else tells it.
    """
    cells = read_grid(grid, vintage=vintage)
    epsg = GRID_CRS[cells.epsg]
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg)
    return score_perimeters(_geometries(candidates, epsg), _geometries(official, epsg), squares, cells.people)


def _geometries(path: Path, epsg: int) -> list[BaseGeometry]:
    perimeters = read_perimeters(path).perimeters
    if any(perimeter.epsg != epsg for perimeter in perimeters):
        raise ContourError(
            "Les périmètres et la grille ne sont pas du même territoire",
            where=Location(file=path.name),
            advice="donner des contours et une grille du même lieu",
        )
    return [perimeter.geometry for perimeter in perimeters]
