"""Candidate perimeters: clusters of poor cells that meet the decree's tests. Estimated, never official."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.contiguity import Contiguity, cluster_cells
from geoville.perimeters.gaps import bridging_cells
from geoville.perimeters.holes import filled_holes
from geoville.perimeters.quarter import CellZones, Quarter, describe_quarter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold


@dataclass(frozen=True, slots=True)
class CandidateRules:
    """How cells become candidates.

    Parameters
    ----------
    poor_share : a cell is selected when its share of people below the threshold exceeds this (law: poor_cell_share).
    minimum_population : people that a quarter must hold (law: minimum_quarter_population).
    contiguity : when two cells touch.
    gap_m : widest unpopulated gap bridged between two clusters, metres.
    hole_cells : a hole is filled when it holds at most this many populated cells.
    """

    poor_share: float
    minimum_population: float
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
    outside_unit : number of cells left out because their commune is not in the urban unit.
    """

    kept: tuple[Quarter, ...]
    rejected: tuple[Quarter, ...]
    share_below: NDArray[np.float64]
    selected: NDArray[np.bool_]
    outside_unit: int


def find_candidates(
    grid: Grid, income: CellIncome, zones: CellZones, threshold: Threshold, rules: CandidateRules
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
    selected, joined by contiguity across unpopulated gaps, their small holes filled; each cluster is then tested whole.
    """
    share_below = income.share_below(threshold.relative)
    with np.errstate(invalid="ignore"):
        selected = (share_below > rules.poor_share) & zones.in_unit
    quarters = [
        describe_quarter(grid, income, zones, cells, threshold, rules.minimum_population)
        for cells in _clusters(grid, selected, rules)
    ]
    quarters.sort(key=lambda quarter: (-quarter.population, quarter.northing[0], quarter.easting[0]))
    return CandidateSearch(
        kept=tuple(quarter for quarter in quarters if quarter.is_candidate),
        rejected=tuple(quarter for quarter in quarters if not quarter.is_candidate),
        share_below=share_below,
        selected=selected,
        outside_unit=int((~zones.in_unit).sum()),
    )


def _clusters(
    grid: Grid, selected: NDArray[np.bool_], rules: CandidateRules
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Lattice places (easting, northing) of each cluster: selected cells, bridges and filled holes."""
    bridge_east, bridge_north = bridging_cells(grid, selected, rules.contiguity, rules.gap_m)
    east = np.concatenate([grid.easting[selected], bridge_east])
    north = np.concatenate([grid.northing[selected], bridge_north])
    label = cluster_cells(east, north, rules.contiguity)
    clusters = []
    for number in range(label.max(initial=-1) + 1):
        members = label == number
        hole_east, hole_north = filled_holes(grid, east[members], north[members], rules.contiguity, rules.hole_cells)
        clusters.append((np.concatenate([east[members], hole_east]), np.concatenate([north[members], hole_north])))
    return clusters
