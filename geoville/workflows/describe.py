"""Figures of the perimeters of a file, official or not, estimated from a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import ContourError, InvalidInputError, Location
from geoville.law import income_threshold
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.figures import AreaFigures, area_figures
from geoville.sources.contours import read_perimeters
from geoville.sources.grids import read_grid
from geoville.workflows.estimation import estimate_grid
from geoville.workflows.zoning import zoning_of_reference, zoning_of_territory

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.model import Perimeter
    from geoville.workflows.candidates import CandidateRequest


def describe_perimeters(
    path: Path, grid_path: Path, request: CandidateRequest
) -> tuple[tuple[Perimeter, AreaFigures], ...]:
    """Estimate the population, poverty and median income of each perimeter of a file.

    Parameters
    ----------
    path : any file of perimeters.
    request : gives the territory or the reference incomes, the vintage and the IRIS.

    Raises
    ------
    InvalidInputError
        There is no threshold, or the perimeters and the grid are not of the same territory.
    """
    grid = read_grid(grid_path, vintage=request.vintage)
    estimate = estimate_grid(grid, request.iris)
    if request.territory:
        zoning = zoning_of_territory(grid, request.territory, request.reference, estimate)
    elif request.reference:
        zoning = zoning_of_reference(grid, request.reference, estimate)
    else:
        raise InvalidInputError(
            "Le seuil de revenu ne peut pas être calculé",
            advice="donner --territory, ou --rmuc-nat, --rmuc-uu et --uu-population",
        )
    (reference,) = zoning.references.values()
    threshold = income_threshold(reference, request.on)
    epsg = GRID_CRS[grid.epsg]
    perimeters = read_perimeters(path).perimeters
    if any(perimeter.epsg != epsg for perimeter in perimeters):
        raise ContourError("Les périmètres et la grille ne sont pas du même territoire", where=Location(path.name))
    cells = PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people)
    return tuple(
        (item, area_figures(item.geometry, cells, grid, estimate.income, zoning.zones.iris, threshold))
        for item in perimeters
    )
