"""Figures of the perimeters of a file, official or not, estimated from a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.errors import InvalidInputError
from geoville.model import Kind
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.figures import AreaFigures, area_figures
from geoville.workflows.layers import read_map
from geoville.workflows.search_inputs import CandidateRequest, prepare_search

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.model import Perimeter


def describe_perimeters(
    path: Path, grid_path: Path, request: CandidateRequest
) -> tuple[tuple[Perimeter, AreaFigures], ...]:
    """Estimate the population, poverty and median income of each perimeter of a file.

    Parameters
    ----------
    path : any file of perimeters; what it does not say the kind of is taken as a draft of yours.
    request : gives the territory or the reference incomes, the vintage and the IRIS.

    Raises
    ------
    InvalidInputError
        There is no threshold, or the perimeters and the grid are not of the same territory.
    """
    start = prepare_search(grid_path, request).start
    if len(start.thresholds) != 1:
        raise InvalidInputError(
            "Il faut une seule unité urbaine", advice="donner --territory, ou --rmuc-nat, --rmuc-uu et --uu-population"
        )
    (threshold,) = start.thresholds.values()
    grid, epsg = start.grid, GRID_CRS[start.grid.epsg]
    perimeters = read_map(path, epsg, "perimeters", otherwise=Kind.CANDIDAT).perimeters
    cells = PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people)
    return tuple(
        (item, area_figures(item.geometry, cells, grid, start.income, start.zones.iris, threshold))
        for item in perimeters
    )
