"""Candidate perimeters: clusters of poor cells that meet the decree's tests. Estimated, never official."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.contiguity import Contiguity, cluster_cells, members
from geoville.perimeters.gaps import bridging_cells
from geoville.perimeters.growth import doubtful_neighbours, drop_excess
from geoville.perimeters.holes import filled_holes
from geoville.perimeters.quarter import CellZones, Quarter, describe_quarter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold


@dataclass(frozen=True, slots=True)
class LegalTests:
    """What the law asks of cells and quarters, beside the income threshold.

    Parameters
    ----------
    poor_share : a cell is selected when its share of people below the threshold exceeds this.
    minimum_population : people that a quarter must hold.
    """

    poor_share: float
    minimum_population: float


@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """Choices that the law leaves open; the defaults are those of the method note.

    Parameters
    ----------
    doubt : a cell that touches a selected one is added when its median is less than this many standard errors above the
        threshold; 0 adds none.
    contiguity : when two cells touch.
    gap_m : widest unpopulated gap bridged between two clusters, metres.
    hole_cells : a hole is filled when it holds at most this many populated cells.
    """

    doubt: float = 0.25
    contiguity: Contiguity = Contiguity.QUEEN
    gap_m: float = 200.0
    hole_cells: int = 2


@dataclass(frozen=True, eq=False, slots=True)
class CandidateSearch:
    """What came out: quarters kept and rejected, each with its tests, by decreasing population.

    Parameters
    ----------
    share_below : (n,) per cell of the grid, NaN where the income is unknown.
    selected : (n,) cells poor enough and inside the urban unit.
    added : (n,) doubtful cells that touch a selected one.
    outside_unit : number of cells left out because their commune is not in the urban unit.
    """

    kept: tuple[Quarter, ...]
    rejected: tuple[Quarter, ...]
    share_below: NDArray[np.float64]
    selected: NDArray[np.bool_]
    added: NDArray[np.bool_]
    outside_unit: int


def find_candidates(
    grid: Grid,
    income: CellIncome,
    zones: CellZones,
    threshold: Threshold,
    legal: LegalTests,
    options: CandidateOptions,
) -> CandidateSearch:
    """Find the candidate quarters of one urban unit.

    Parameters
    ----------
    grid, income : the cells and their estimated declared income, in the same order.
    zones : commune and IRIS of each cell, and whether it lies in the urban unit.
    threshold : the decree's income threshold.

    Notes
    -----
    Décret n° 2014-767: a continuous urban space of an urban unit, of at least 1 000 people, whose median declared
    income per UC lies strictly below the threshold. Cells in which more than half of the people are below it are
    selected, with the doubtful cells that touch them, joined by contiguity across unpopulated gaps, and their small
    holes filled; each cluster is then tested whole.
    """
    share_below = income.share_below(threshold.relative)
    with np.errstate(invalid="ignore"):
        selected = (share_below > legal.poor_share) & zones.in_unit
    added = _added(grid, income, zones, selected, threshold.relative, options)
    quarters = [
        describe_quarter(grid, income, zones, cells, threshold, legal.minimum_population)
        for cells in _clusters(grid, selected | added, options)
    ]
    quarters.sort(key=lambda quarter: (-quarter.population, quarter.northing[0], quarter.easting[0]))
    return CandidateSearch(
        kept=tuple(quarter for quarter in quarters if quarter.is_candidate),
        rejected=tuple(quarter for quarter in quarters if not quarter.is_candidate),
        share_below=share_below,
        selected=selected,
        added=added,
        outside_unit=int((~zones.in_unit).sum()),
    )


def _added(
    grid: Grid,
    income: CellIncome,
    zones: CellZones,
    selected: NDArray[np.bool_],
    threshold: float,
    options: CandidateOptions,
) -> NDArray[np.bool_]:
    doubtful = doubtful_neighbours(grid, income, selected, threshold, options.contiguity, options.doubt) & zones.in_unit
    return drop_excess(grid, income, selected, doubtful, threshold, options.contiguity)


def _clusters(
    grid: Grid, selected: NDArray[np.bool_], options: CandidateOptions
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Lattice places (easting, northing) of each cluster: selected cells, bridges and filled holes."""
    bridge_east, bridge_north = bridging_cells(grid, selected, options.contiguity, options.gap_m)
    east = np.concatenate([grid.easting[selected], bridge_east])
    north = np.concatenate([grid.northing[selected], bridge_north])
    clusters = []
    for cells in members(cluster_cells(east, north, options.contiguity)):
        hole_east, hole_north = filled_holes(grid, east[cells], north[cells], options.contiguity, options.hole_cells)
        clusters.append((np.concatenate([east[cells], hole_east]), np.concatenate([north[cells], hole_north])))
    return clusters
