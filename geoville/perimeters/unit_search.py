"""The search of one urban unit: what it needs of the grid, and what comes out. No unit depends on another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.contiguity import cluster_cells, members
from geoville.perimeters.gaps import bridging_cells
from geoville.perimeters.growth import doubtful_neighbours, drop_excess
from geoville.perimeters.holes import filled_holes
from geoville.perimeters.quarter import describe_quarter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold
    from geoville.perimeters.candidates import CandidateOptions, LegalTests
    from geoville.perimeters.quarter import CellZones, Quarter


@dataclass(frozen=True, eq=False, slots=True)
class UnitCells:
    """All that the search of an urban unit needs: its cells, and those around, which may fill a gap or a hole.

    Parameters
    ----------
    rows : (n,) indices of the cells in the whole grid, increasing.
    grid, income, zones : of these cells.
    """

    unit: str
    threshold: Threshold
    rows: NDArray[np.intp]
    grid: Grid
    income: CellIncome
    zones: CellZones


@dataclass(frozen=True, eq=False, slots=True)
class UnitSearch:
    """What the search of an urban unit finds, over the rows of its `UnitCells`.

    Parameters
    ----------
    mine : (n,) cells of the unit itself.
    share_below, selected, added : (n,) as `CandidateSearch` has them.
    quarters : kept and rejected; their rows are those of the unit's own cells.
    """

    rows: NDArray[np.intp]
    mine: NDArray[np.bool_]
    share_below: NDArray[np.float64]
    selected: NDArray[np.bool_]
    added: NDArray[np.bool_]
    quarters: tuple[Quarter, ...]


def cells_of_units(
    grid: Grid, income: CellIncome, zones: CellZones, thresholds: Mapping[str, Threshold]
) -> Iterator[UnitCells]:
    """Cut out of a grid what the search of each urban unit needs, one unit after the other."""
    for unit, threshold in thresholds.items():
        rows = _rows_around(grid, zones.unit == unit)
        yield UnitCells(unit, threshold, rows, grid.take(rows), income.take(rows), zones.take(rows))


def search_unit(cells: UnitCells, legal: LegalTests, options: CandidateOptions) -> UnitSearch:
    """Find the quarters of one urban unit; see `find_candidates`."""
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
    """Cells in the bounding box of the chosen ones: others there may fill a gap or a hole."""
    north, east = grid.northing[chosen], grid.easting[chosen]
    if len(north) == 0:
        return np.empty(0, dtype=np.intp)
    return grid.rows_in_box(east.min(), north.min(), east.max(), north.max())


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
