"""The search of one urban unit: what it needs of the grid, and what comes out. No unit depends on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.contiguity import cluster_cells, members
from geoville.perimeters.gaps import bridging_cells
from geoville.perimeters.growth import doubtful_neighbours, drop_excess
from geoville.perimeters.holes import filled_holes
from geoville.perimeters.index_search import search_by_index
from geoville.perimeters.quarter import describe_quarter
from geoville.perimeters.search_method import SearchMethod
from geoville.perimeters.unit_cells import UnitCells, UnitSearch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold
    from geoville.perimeters.candidates import CandidateOptions, LegalTests
    from geoville.perimeters.quarter import CellZones


_MARGIN_M = 600
"""The kernel reaches 4 σ, a cell more is within reach of its border."""


def cells_of_units(
    grid: Grid,
    income: CellIncome,
    zones: CellZones,
    thresholds: Mapping[str, Threshold],
    parts: CellParts | None = None,
) -> Iterator[UnitCells]:
    """Cut out of a grid what the search of each urban unit needs, one unit after the other."""
    for unit, threshold in thresholds.items():
        rows = _rows_around(grid, zones.unit == unit)
        its_parts = None if parts is None else parts.take_cells(rows, len(grid))
        yield UnitCells(unit, threshold, rows, grid.take(rows), income.take(rows), zones.take(rows), its_parts)


def search_unit(cells: UnitCells, legal: LegalTests, options: CandidateOptions) -> UnitSearch:
    """Find the quarters of one urban unit, by the method of the options; see `find_candidates`."""
    if options.method is SearchMethod.INDEX:
        return search_by_index(cells, legal, options)
    return _search_by_cells(cells, legal, options)


def _search_by_cells(cells: UnitCells, legal: LegalTests, options: CandidateOptions) -> UnitSearch:
    grid, income, relative = cells.grid, cells.income, cells.threshold.relative
    mine = cells.zones.unit == cells.unit
    below = income.share_below(relative)
    with np.errstate(invalid="ignore"):
        seeds = mine & (below > legal.poor_share)
    doubtful = mine & doubtful_neighbours(grid, income, seeds, relative, options.contiguity, options.doubt)
    followers = drop_excess(grid, income, seeds, doubtful, relative, options.contiguity)
    quarters = tuple(
        describe_quarter(grid, income, cells.zones, places, cells.threshold, legal.minimum_population)
        for places in _clusters(grid, seeds | followers, mine, options)
    )
    return UnitSearch(cells.rows, mine, below, seeds, followers, quarters)


def _rows_around(grid: Grid, chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Cells in and around the bounding box of the chosen ones: they may fill a gap, and count in what is smoothed."""
    north, east = grid.northing[chosen], grid.easting[chosen]
    if len(north) == 0:
        return np.empty(0, dtype=np.intp)
    margin = _MARGIN_M
    return grid.rows_in_box(east.min() - margin, north.min() - margin, east.max() + margin, north.max() + margin)


def _clusters(
    grid: Grid, selected: NDArray[np.bool_], mine: NDArray[np.bool_], options: CandidateOptions
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Lattice places (easting, northing) of each cluster: selected cells, bridges and filled holes."""
    bridge_east, bridge_north = bridging_cells(grid, selected, options.contiguity, options.gap_m)
    east = np.concatenate([grid.easting[selected], bridge_east])
    north = np.concatenate([grid.northing[selected], bridge_north])
    barred = selected | ~mine
    clusters = []
    for cells in members(cluster_cells(east, north, options.contiguity)):
        hole_east, hole_north = filled_holes(
            grid, east[cells], north[cells], options.contiguity, options.hole_cells, barred
        )
        clusters.append((np.concatenate([east[cells], hole_east]), np.concatenate([north[cells], hole_north])))
    return clusters
