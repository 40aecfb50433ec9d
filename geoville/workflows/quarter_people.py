"""Count the people of the cells of official quarters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.model import Kind
from geoville.perimeters.areas import PopulatedCells
from geoville.sources.quarter_people import CountedQuarter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.carroyage.grid import Grid
    from geoville.model import Perimeter


def count_quarters(perimeters: Iterable[Perimeter], grid: Grid) -> tuple[CountedQuarter, ...]:
    """People of each QPV of the grid's territory, by share of the area of its cells; those without any are left out."""
    epsg = GRID_CRS[grid.epsg]
    cells = PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people)
    counted = (
        CountedQuarter(item.code, round(cells.people_in(item.geometry)), grid.vintage, round(float(item.geometry.area)))
        for item in perimeters
        if item.kind is Kind.QPV and item.epsg == epsg
    )
    return tuple(item for item in counted if item.people)
