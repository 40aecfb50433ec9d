"""Declared income per UC in each cell, and in any union of cells.

A cell's income is a lognormal, known by its median (relative to the national one) and its spread on the log scale. A
union of cells is the mixture of its cells, weighted by people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_BISECTIONS = 50


@dataclass(frozen=True, eq=False, slots=True)
class CellIncome:
    """Estimated distribution of declared income per UC, per cell.

    Parameters
    ----------
    median : (n,) relative to the national declared median; NaN where the grid publishes no income.
    log_spread : (n,) standard deviation of log income; NaN likewise.
    variance : (n,) of the error that each cell's median has on its own, in squared shares of the national median.
    shared_sd : (n,) standard deviation of the error that the cells of one IRIS share: that of the bridge, 0 where the
        IRIS's published median is met.
    """

    median: NDArray[np.float64]
    log_spread: NDArray[np.float64]
    variance: NDArray[np.float64]
    shared_sd: NDArray[np.float64]

    def share_below(self, threshold: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) share of people strictly below a relative threshold, in [0, 1]; NaN where the income is unknown.

        Notes
        -----
        ``Φ((ln t − ln median) / spread)``: one half exactly where the median equals the threshold, and increasing in
        the threshold.
        """
        return _below(threshold, np.log(self.median), self.log_spread)

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """(n,) standard error of each cell's median, its own error and the shared one together."""
        return np.sqrt(self.variance + self.shared_sd**2)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> CellIncome:
        """Return the incomes of some of the cells, in the order given."""
        return CellIncome(self.median[chosen], self.log_spread[chosen], self.variance[chosen], self.shared_sd[chosen])


def joined(incomes: Sequence[CellIncome]) -> CellIncome:
    """The cells of several, one after the other."""
    fields = ("median", "log_spread", "variance", "shared_sd")
    return CellIncome(*(np.concatenate([getattr(income, name) for income in incomes]) for name in fields))


def pooled_share_below(income: CellIncome, people: NDArray[np.float64], threshold: float) -> float:
    """Share of the people of several cells who are strictly below a relative threshold; NaN where nobody is known."""
    known = np.isfinite(income.median) & (people > 0)
    if not known.any():
        return float("nan")
    return float(np.average(income.take(known).share_below(threshold), weights=people[known]))


def pooled_median(income: CellIncome, people: NDArray[np.float64]) -> float:
    """Median of the people of several cells, relative to the national median; NaN where nobody is known."""
    return float(pooled_medians(income, people, np.zeros(len(people), dtype=np.intp), 1)[0])


def pooled_medians(
    income: CellIncome, people: NDArray[np.float64], group: NDArray[np.intp], count: int
) -> NDArray[np.float64]:
    """Median of the people of each group of cells, relative to the national median.

    Parameters
    ----------
    people : (n,) weights.
    group : (n,) number of the group of each cell, below `count`.

    Returns
    -------
    (count,) medians; NaN where nobody of the group is known.

    Notes
    -----
    Solves ``Σ people × share_below(t) = ½ Σ people`` in every group at once, by bisection between the lowest and the
    highest cell median of the group, where the mixture's median must lie.
    """
    from scipy.special import ndtr

    known = np.isfinite(income.median) & (people > 0)
    cells, weights, places = income.take(known), people[known], group[known]
    total = np.bincount(places, weights, count)
    low, high = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(low, places, cells.median)
    np.maximum.at(high, places, cells.median)
    log_median = np.log(cells.median)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if ((middle == low) | (middle == high)).all():  # nothing lies between: groups of one cell, first of all
            break
        below = np.bincount(places, weights * ndtr((np.log(middle[places]) - log_median) / cells.log_spread), count)
        too_low = below < total / 2
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return np.where(total > 0, (low + high) / 2, np.nan)


def _below(
    threshold: float | NDArray[np.float64], log_median: NDArray[np.float64], log_spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    from scipy.special import ndtr

    return np.asarray(ndtr((np.log(threshold) - log_median) / log_spread))
