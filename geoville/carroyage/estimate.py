"""The estimate, step by step: of cells (bridge, borrowed strength, raking to the IRIS), and of the parts IRIS cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.bridge import QUARTILE_Z, Bridge
from geoville.carroyage.cell_parts import CellParts, whole_cells
from geoville.carroyage.income import CellIncome
from geoville.carroyage.iris_share import Meeting, iris_log_spread, iris_share_below, left_out_error, meet_shares
from geoville.carroyage.raking import IrisOverlap, rake_to_iris
from geoville.carroyage.shrinkage import sampling_variance, shrink_to_neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.method import MethodRules
    from geoville.carroyage.probit_bridge import ProbitBridge


YEARLY_DRIFT_VARIANCE = 0.0007
"""Variance, in squared shares of the national median, that one year adds to the change of a cell's own median.

Measured on the cells of Calais of 100 households and more that two of its grids (2015, 2019, 2021) observe, by
`benchmarks/income_errors.py`."""


@dataclass(frozen=True, eq=False, slots=True)
class IrisIncome:
    """What is published for the IRIS under the cells.

    Parameters
    ----------
    overlap : how the cells lie over the IRIS.
    median : (k,) declared median of each IRIS over the national declared median of the same year; NaN if unknown.
    weight : share of the way from the grid's own level to the IRIS's: 1 meets the published medians, 0 ignores them.
    years_apart : years between the incomes of the grid and those of the IRIS: cells have changed by as much.
    """

    overlap: IrisOverlap
    median: NDArray[np.float64]
    weight: float
    years_apart: int = 0


def iris_weight(grid_year: int, iris_year: int) -> float:
    """How far cells are moved towards the medians of their IRIS when nothing else is asked.

    Notes
    -----
    Of one year, both sources speak of the same incomes and the published medians are met. Of two years, what separates
    them is mostly change over time: on the IRIS of Calais the residual of the bridge is no larger than the change of
    the medians themselves over as many years. Meeting the medians would then date the estimate to the IRIS's year,
    ignoring them to the grid's; half way is the choice whose largest error over the two dates is smallest.
    """
    return 1.0 if grid_year == iris_year else 0.5


def estimate_income(
    grid: Grid, bridge: Bridge, national_median_eur: float, iris: IrisIncome | None = None, *, shrink: bool = True
) -> CellIncome:
    """Distribution of declared income per UC in each cell.

    Parameters
    ----------
    national_median_eur : national median living standard of the grid's vintage, euros per UC per year.
    iris : declared medians to be met, if any.
    shrink : whether thin and imputed cells borrow strength from their neighbours.

    Notes
    -----
    1. The cell's mean living standard, relative to the national median, goes through the bridge to a declared median.
    2. Thin and imputed cells are pulled towards their neighbours (`shrink_to_neighbours`).
    3. Cells are shifted so that the IRIS's published medians are met (`rake_to_iris`), wholly or in part
       (`iris_weight`).

    The spread within the cell is the one observed in IRIS of that median (`Bridge.log_spread`).
    """
    own = bridge.declared_median(grid.mean_eur / national_median_eur)
    within_sd = (bridge.range_intercept + bridge.range_slope * own) / (2 * QUARTILE_Z)
    variance = sampling_variance(grid, within_sd)
    median = own
    if shrink:
        shrunk = shrink_to_neighbours(grid, own, variance)
        median, variance = shrunk.median, shrunk.variance
    else:
        variance = np.where(np.isinf(variance), 0.0, variance)
    shared_sd = np.full(len(grid), bridge.rmse)
    if iris is not None:
        raked = rake_to_iris(median, grid.people, bridge, iris.overlap, iris.median)
        median = (1 - iris.weight) * median + iris.weight * raked.median
        variance = variance + YEARLY_DRIFT_VARIANCE * iris.years_apart
        shared_sd = np.where(raked.met, (1 - iris.weight) * bridge.rmse, bridge.rmse)
    return CellIncome(median, bridge.log_spread(median), variance, shared_sd)


# --- Of the parts of cells that IRIS cut: the index method


@dataclass(frozen=True, eq=False, slots=True)
class IrisShares:
    """What is published for the IRIS, and how cells lie over them.

    Parameters
    ----------
    cell, squares, iris : (m,) parts of cells, as in `CellParts`.
    median, quartile_range : (k,) over the national declared median of the same year; NaN where not published.
    complete : (k,) False for an IRIS that the edge of the grid cuts: it cannot be met.
    year : of the incomes.
    """

    cell: NDArray[np.intp]
    squares: NDArray[np.uint64]
    iris: NDArray[np.intp]
    median: NDArray[np.float64]
    quartile_range: NDArray[np.float64]
    complete: NDArray[np.bool_]
    year: int


def iris_meeting_weight(iris_year: int, rules: MethodRules) -> float:
    """How far the shares of IRIS are met when nothing else is asked: wholly, unless the incomes are too old.

    The year that counts is the one of the decree's incomes, not that of the grid: contours were drawn from it.
    """
    return rules.old_incomes_weight if iris_year <= rules.old_incomes_year else 1.0


def estimate_parts(
    grid: Grid,
    bridge: ProbitBridge,
    national_median_eur: float,
    threshold: NDArray[np.float64],
    rules: MethodRules,
    iris: IrisShares | None = None,
    weight: float | None = None,
) -> CellParts:
    """Distribution of declared income in each part of cell.

    Parameters
    ----------
    national_median_eur : national median living standard of the grid's vintage, euros per UC per year.
    threshold : (n,) relative threshold of the urban unit of each cell; NaN outside urban units.
    weight : how far the shares are met; `iris_meeting_weight` if not given.

    Notes
    -----
    1. The two figures of the cell give ``z(t) = A ln t − B`` (`ProbitBridge`).
    2. The share below the threshold of each complete IRIS is met by a shift d of z (`meet_shares`).
    3. A part is a lognormal of log spread 1/A and median exp((B − d)/A), so that its share below any t is Φ(z(t) + d).
    """
    slope, intercept = bridge.apply(grid.mean_eur / national_median_eur, grid.poor_share, rules)
    side = rules.subcells_per_side
    if iris is None:
        cell, squares, place = whole_cells(np.full(len(grid), -1, dtype=np.intp), side)
        shift, error = np.zeros(len(grid)), rules.probit_error
    else:
        cell, squares, place = iris.cell, iris.squares, iris.iris
        people = grid.people[cell] * np.bitwise_count(squares)  # as many times more: they only weigh
        meeting = meet_iris(slope[cell] * np.log(threshold[cell]) - intercept[cell], people, threshold, iris, rules)
        shift = (iris_meeting_weight(iris.year, rules) if weight is None else weight) * meeting.of(place)
        error = _error(meeting, people, place, rules)
    slope, intercept = slope[cell], intercept[cell]
    nothing = np.zeros(len(cell))
    income = CellIncome(np.exp((intercept - shift) / slope), 1 / slope, nothing, nothing)
    return CellParts(side, cell, squares, place, income, error)


def meet_iris(
    probit: NDArray[np.float64],
    people: NDArray[np.float64],
    threshold: NDArray[np.float64],
    iris: IrisShares,
    rules: MethodRules,
) -> Meeting:
    """Shifts that meet the IRIS, each at the threshold of the urban unit of its cells.

    Parameters
    ----------
    probit, people : (m,) of the parts.
    threshold : (n,) of the cells.
    """
    count = len(iris.median)
    limit = np.full(count, np.nan)
    inside = iris.iris >= 0
    limit[iris.iris[inside]] = threshold[iris.cell[inside]]
    spread = iris_log_spread(iris.median, iris.quartile_range, rules)
    with np.errstate(invalid="ignore"):
        target = np.where(iris.complete, iris_share_below(iris.median, spread, limit), np.nan)
    return meet_shares(probit, people, iris.iris, target, rules)


def _error(meeting: Meeting, people: NDArray[np.float64], place: NDArray[np.intp], rules: MethodRules) -> float:
    """Standard error of the probit of a place: that of the territory's own IRIS, where they are enough."""
    if meeting.met.sum() < rules.fewest_iris_for_residuals:
        return rules.probit_error
    inside = place >= 0
    of_iris = np.bincount(place[inside], people[inside], len(meeting.met)).astype(float)
    return left_out_error(meeting.shift, meeting.met, of_iris)
