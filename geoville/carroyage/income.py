"""Declared income per UC in each cell, and in any union of cells.

A cell's income is a lognormal, known by its median (relative to the national one) and its spread on the log scale. A
union of cells is the mixture of its cells, weighted by people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BISECTIONS = 60


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
        from scipy.special import ndtr

        return np.asarray(ndtr((np.log(threshold) - np.log(self.median)) / self.log_spread))

    @property
    def standard_error(self) -> NDArray[np.float64]:
        """(n,) standard error of each cell's median, its own error and the shared one together."""
        return np.sqrt(self.variance + self.shared_sd**2)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> CellIncome:
        """Return the incomes of some of the cells, in the order given."""
        return CellIncome(self.median[chosen], self.log_spread[chosen], self.variance[chosen], self.shared_sd[chosen])


def pooled_share_below(income: CellIncome, people: NDArray[np.float64], threshold: float) -> float:
    """Share of the people of several cells who are strictly below a relative threshold; NaN where nobody is known."""
    known = np.isfinite(income.median) & (people > 0)
    if not known.any():
        return float("nan")
    return float(np.average(income.take(known).share_below(threshold), weights=people[known]))


def pooled_median(income: CellIncome, people: NDArray[np.float64]) -> float:
    """Median of the people of several cells, relative to the national median; NaN where nobody is known.

    Notes
    -----
    Solves ``Σ people × share_below(t) = ½ Σ people`` by bisection between the lowest and the highest cell median, where
    the mixture's median must lie.
    """
    known = np.isfinite(income.median) & (people > 0)
    if not known.any():
        return float("nan")
    cells, weights = income.take(known), people[known]
    low, high = float(cells.median.min()), float(cells.median.max())
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if np.average(cells.share_below(middle), weights=weights) < 1 / 2:
            low = middle
        else:
            high = middle
    return (low + high) / 2
