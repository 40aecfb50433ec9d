"""Declared income per UC in each cell, and in any union of cells.

A cell's income is a lognormal, known by its median (relative to the national one) and its spread on the log scale. A
union of cells is the mixture of its cells, weighted by people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_MOST_STEPS = 100
"""Of halves alone, half of them would do."""

_LAST_STEP = 1e-8
"""Newton's steps square the error: after one of this size, no digit is left to find."""


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
    income: CellIncome,
    people: NDArray[np.float64],
    group: NDArray[np.intp],
    count: int,
    near: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Median of the people of each group of cells, relative to the national median.

    Parameters
    ----------
    people : (n,) weights.
    group : (n,) number of the group of each cell, below `count`.
    near : (count,) where each median is looked for first; it changes how long that takes, not what is found.

    Returns
    -------
    (count,) medians; NaN where nobody of the group is known. That of a group does not depend on the other groups.

    Notes
    -----
    Solves ``Σ people × share_below(t) = ½ Σ people`` in every group at once, by Newton's method on ``x = ln t``: the
    derivative is ``Σ people × φ(z) / spread``. The root lies between the lowest and the highest cell median of the
    group, and on the side that the sign tells of every x tried: a step that leaves that bracket is replaced by its
    middle (W. H. Press et al., *Numerical Recipes*, § 9.4, `rtsafe`). It starts where a mixture of narrow differences
    has its median, at the mean of the log medians weighted by ``people / spread``.
    """
    known = np.isfinite(income.median) & (people > 0)
    cells, weights, places = income.take(known), people[known], group[known]
    low, high = np.full(count, np.inf), np.zeros(count)
    np.minimum.at(low, places, cells.median)
    np.maximum.at(high, places, cells.median)
    held = high > 0
    mixture = _Mixture(np.log(cells.median), 1 / cells.log_spread, weights, places)
    bracket = np.log(np.where(held, low, 1.0)), np.log(np.where(held, high, 1.0))
    first = np.clip(mixture.first_guess(count) if near is None else np.log(near), *bracket)
    found = np.exp(_medians_of(mixture, np.where(np.isnan(first), bracket[0], first), *bracket))
    return np.where(held, np.clip(found, low, high), np.nan)


@dataclass(frozen=True, eq=False, slots=True)
class _Mixture:
    """Lognormals of several groups, weighted: log medians, inverse log spreads, weights and groups, all (n,)."""

    log_median: NDArray[np.float64]
    precision: NDArray[np.float64]
    weight: NDArray[np.float64]
    group: NDArray[np.intp]

    def first_guess(self, count: int) -> NDArray[np.float64]:
        pull = self.weight * self.precision
        with np.errstate(invalid="ignore"):
            return np.bincount(self.group, pull * self.log_median, count) / np.bincount(self.group, pull, count)

    def of(self, groups: NDArray[np.bool_]) -> _Mixture:
        """The lognormals of some groups."""
        kept = groups[self.group]
        return _Mixture(self.log_median[kept], self.precision[kept], self.weight[kept], self.group[kept])

    def excess_and_slope(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(count,) weight below x over one half of the weight of each group, and how it rises with x."""
        from scipy.special import ndtr

        z = (x[self.group] - self.log_median) * self.precision
        excess = np.bincount(self.group, self.weight * (ndtr(z) - 1 / 2), len(x))
        density = np.bincount(self.group, np.exp(z * z / -2) * (self.weight * self.precision), len(x))
        return np.asarray(excess, dtype=float), density / math.sqrt(2 * math.pi)


def _medians_of(
    mixture: _Mixture, x: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(count,) log of the median of each group, from a first guess x, all between low and high."""
    sought = low < high
    for _ in range(_MOST_STEPS):
        if not sought.any():
            break
        mixture = mixture.of(sought)
        excess, slope = mixture.excess_and_slope(x)
        low, high = np.where(excess < 0, x, low), np.where(excess > 0, x, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = x - excess / slope
        inside = (low <= step) & (step <= high)
        following = np.where(inside, step, (low + high) / 2)
        x, moved = np.where(sought, following, x), np.abs(following - x)
        sought = sought & ~((moved <= _LAST_STEP) & inside) & (low < high)
    return x


def _below(
    threshold: float | NDArray[np.float64], log_median: NDArray[np.float64], log_spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    from scipy.special import ndtr

    return np.asarray(ndtr((np.log(threshold) - log_median) / log_spread))
