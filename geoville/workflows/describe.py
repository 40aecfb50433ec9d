"""Figures of the perimeters of a file, official or not, estimated from a grid."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares
from geoville.crs import GRID_CRS
from geoville.model import POPULATION, POPULATION_SOURCE, Kind
from geoville.perimeters.areas import CoveredGround, PopulatedCells
from geoville.perimeters.figures import AreaFigures, area_figures
from geoville.sources.national import national_layer
from geoville.workflows.layers import read_map
from geoville.workflows.search_inputs import CandidateRequest, prepare_search

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter
    from geoville.perimeters.sensitivity import SearchStart
    from geoville.sources.contours import OwnColumns
    from geoville.workflows.search_inputs import SearchInputs


def describe_perimeters(
    path: Path, grid_path: Path, request: CandidateRequest, own: OwnColumns | None = None
) -> tuple[tuple[Perimeter, AreaFigures], ...]:
    """Estimate the population, poverty and median income of each perimeter of a file.

    Parameters
    ----------
    path : any file of perimeters; what it does not say the kind of is taken as a draft of yours.
    request : gives the territory or the reference incomes, the vintage and the IRIS.
    own : columns of the codes and names, where they are not the usual ones.

    Returns
    -------
    Of several urban units, the threshold is that of the one where most of a perimeter's people live; where none of
    them lives in one that has a threshold, the share below it is NaN.

    Raises
    ------
    InvalidInputError
        There is no threshold, or the perimeters and the grid are not of the same territory.
    """
    prepared = prepare_search(grid_path, request)
    epsg = GRID_CRS[prepared.start.grid.epsg]
    figures = area_describer(prepared)
    perimeters = read_map(path, epsg, "perimeters", otherwise=Kind.CANDIDAT, own=own).perimeters
    return tuple((item, figures(item.geometry)) for item in perimeters)


def published_population(perimeter: Perimeter) -> tuple[int, str] | None:
    """People whom Insee counts in an official quarter, by its code, and the census; None where that is not known."""
    if perimeter.kind is not Kind.QPV:
        return None
    carried = next((item for item in national_layer().perimeters if item.code == perimeter.code), perimeter)
    count, source = (carried.attributes.get(key) for key in (POPULATION, POPULATION_SOURCE))
    return (count, source) if isinstance(count, int) and isinstance(source, str) else None


def area_describer(prepared: SearchInputs) -> Callable[[BaseGeometry], AreaFigures]:
    """Return what gives the figures of any area, in the projected CRS of the grid's territory."""
    start, grid = prepared.start, prepared.start.grid
    epsg = GRID_CRS[grid.epsg]
    cells = PopulatedCells(cell_squares(grid.easting, grid.northing, grid.epsg, epsg), grid.people)
    ground = CoveredGround(grid.easting, grid.northing, grid.epsg)

    def figures(area: BaseGeometry) -> AreaFigures:
        threshold = _threshold_of(area, cells, start)
        iris, national_eur = start.zones.iris, prepared.national_eur
        made = area_figures(
            area, cells, grid, start.income, iris, threshold=threshold, national_eur=national_eur, parts=start.parts
        )
        return replace(made, share_covered=ground.share(area), euros_of=prepared.euros_of)

    return figures


def _threshold_of(area: BaseGeometry, cells: PopulatedCells, start: SearchStart) -> float:
    """Relative threshold of the urban unit where most of an area's people live; of the only one where it is alone."""
    if len(start.thresholds) == 1:
        (only,) = start.thresholds.values()
        return only.relative
    rows, shares = cells.shares_inside(area)
    people, unit = start.grid.people[rows] * shares, start.zones.unit[rows]
    people_of = {code: float(people[unit == code].sum()) for code in start.thresholds}
    main = max(people_of, key=lambda code: people_of[code], default="")
    return start.thresholds[main].relative if people_of.get(main) else math.nan
