"""The estimate, step by step: bridge, borrowed strength, raking to the IRIS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.bridge import QUARTILE_Z, Bridge
from geoville.carroyage.income import CellIncome
from geoville.carroyage.raking import IrisOverlap, rake_to_iris
from geoville.carroyage.shrinkage import sampling_variance, shrink_to_neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid


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
