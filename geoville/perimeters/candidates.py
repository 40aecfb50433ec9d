"""Candidate perimeters: clusters of poor cells that meet the decree's tests. Estimated, never official."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.touching import Contiguity
from geoville.law.method import MethodRules, method_rules
from geoville.perimeters.search_method import SearchMethod
from geoville.perimeters.unit_search import cells_of_units, search_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold
    from geoville.perimeters.quarter import CellZones, Quarter
    from geoville.perimeters.unit_cells import UnitSearch


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
        threshold; 0 adds none. The best F1 is had by taking what is likelier in than half that F1 (Lipton, Elkan and
        Naryanaswamy 2014); from one vintage of Calais to another F1 is 0.92, so a chance of 0.46: a tenth of an error.
    contiguity : when two cells touch.
    gap_m : widest unpopulated gap bridged between two clusters, metres.
    hole_cells : a hole is filled when it holds at most this many populated cells.
    method : by the index of the ground, which reads `index` and `contiguity`, or by cells, which reads the others.
    index : numbers of the index method.
    """

    doubt: float = 0.1
    contiguity: Contiguity = Contiguity.QUEEN
    gap_m: float = 200.0
    hole_cells: int = 2
    method: SearchMethod = SearchMethod.INDEX
    index: MethodRules = field(default_factory=method_rules)


@dataclass(frozen=True, eq=False, slots=True)
class CandidateSearch:
    """What came out: quarters kept and rejected, each with its tests, by decreasing population.

    Parameters
    ----------
    share_below : (n,) per cell of the grid; NaN where the income is unknown or the cell is in no unit with a threshold.
    selected : (n,) cells poor enough.
    added : (n,) doubtful cells that touch a selected one.
    outside_unit : number of cells left out because their commune is in no urban unit with a threshold.
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
    thresholds: Mapping[str, Threshold],
    legal: LegalTests,
    options: CandidateOptions,
    parts: CellParts | None = None,
) -> CandidateSearch:
    """Find the candidate quarters of every urban unit.

    Parameters
    ----------
    grid, income : the cells and their estimated declared income, in the same order.
    zones : commune, IRIS and urban unit of each cell.
    thresholds : the decree's income threshold of each urban unit; cells of other units are left out.
    parts : of the cells, which the index method needs.

    Notes
    -----
    Décret n° 2014-767: a continuous urban space of one urban unit, of at least 1 000 people, whose median declared
    income per UC lies strictly below the threshold of the unit. The index method chooses ground
    (`geoville.perimeters.index_search`). The method of cells: cells in which more than half of the people are below
    it are selected, with the doubtful cells that touch them, joined by contiguity across unpopulated gaps, and their
    small holes filled; each cluster is then tested whole. No cluster crosses the limit of a unit.
    """
    units = cells_of_units(grid, income, zones, thresholds, parts)
    return put_together((search_unit(unit, legal, options) for unit in units), zones, thresholds)


def put_together(found: Iterable[UnitSearch], zones: CellZones, thresholds: Mapping[str, Threshold]) -> CandidateSearch:
    """Make one search of those of the urban units.

    Parameters
    ----------
    found : in the order of the units, which decides between quarters that nothing else tells apart.
    zones : of the cells of the whole grid.
    """
    count = len(zones.unit)
    share_below = np.full(count, np.nan)
    selected, added = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    quarters: list[Quarter] = []
    for unit in found:
        rows, mine = unit.rows, unit.mine
        share_below[rows[mine]] = unit.share_below[mine]
        selected[rows], added[rows] = selected[rows] | unit.selected, added[rows] | unit.added
        quarters += (replace(quarter, rows=rows[quarter.rows]) for quarter in unit.quarters)
    quarters.sort(key=lambda quarter: (-quarter.population, quarter.northing[0], quarter.easting[0]))
    return CandidateSearch(
        kept=tuple(quarter for quarter in quarters if quarter.is_candidate),
        rejected=tuple(quarter for quarter in quarters if not quarter.is_candidate),
        share_below=share_below,
        selected=selected,
        added=added,
        outside_unit=int((~np.isin(zones.unit, list(thresholds))).sum()),
    )
