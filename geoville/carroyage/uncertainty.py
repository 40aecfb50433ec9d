"""How sure an estimated median or share is, for a union of cells: analytic intervals by the delta method."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.income import CellIncome, joined, pooled_median, pooled_medians, pooled_share_below

if TYPE_CHECKING:
    from numpy.typing import NDArray


_Z = 1.6448536269514722
"""Two-sided 90 % interval of a normal error."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 90 % interval; NaN where nothing is known."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Interval:
        """The same in another unit."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)


def median_interval(income: CellIncome, people: NDArray[np.float64], group: NDArray[np.intp]) -> Interval:
    """Pooled median of some cells, relative to the national one, with its interval.

    Parameters
    ----------
    people : (n,) weights: people of each cell inside the union.
    group : (n,) cells of one group share the error of the bridge (their IRIS; one group where it is not known).

    Notes
    -----
    For lognormal cells of median r and log spread s, ``Σ n Φ(ln(M/r)/s) = N/2`` gives
    ``dM / M = Σ a dr/r`` with ``a ∝ n φ(z)/s``: the variance of M is that of a weighted sum of the cells' errors, which
    are independent but for what the cells of one IRIS share.
    """
    known = np.isfinite(income.median) & (people > 0)
    if not known.any():
        return Interval(math.nan, math.nan, math.nan)
    cells, weights, groups = income.take(known), people[known], group[known]
    middle = pooled_median(cells, weights)
    density = _density(cells, weights, middle)
    sensitivity = middle * density / density.sum() / cells.median
    margin = _Z * _standard_error(cells, sensitivity, groups)
    return Interval(middle, max(middle - margin, 0.0), middle + margin)


def share_interval(
    income: CellIncome, people: NDArray[np.float64], group: NDArray[np.intp], threshold: float
) -> Interval:
    """Share of people strictly below a relative threshold, with its interval inside [0, 1]; see `median_interval`."""
    known = np.isfinite(income.median) & (people > 0)
    if not known.any():
        return Interval(math.nan, math.nan, math.nan)
    cells, weights, groups = income.take(known), people[known], group[known]
    share = pooled_share_below(cells, weights, threshold)
    sensitivity = _density(cells, weights, threshold) / weights.sum() / cells.median
    margin = _Z * _standard_error(cells, sensitivity, groups)
    return Interval(share, max(share - margin, 0.0), min(share + margin, 1.0))


def shifted_median_interval(income: CellIncome, people: NDArray[np.float64], probit_error: float) -> Interval:
    """Pooled median of some places whose probits may all be wrong by the same, relative to the national median.

    Parameters
    ----------
    probit_error : standard error of the probit of the share below a threshold, the same in every place.

    Notes
    -----
    A place whose probit is wrong by e has the median ``M exp(−e s)`` in place of M: the ends are the pooled medians
    with e = ± 1.645 standard errors. Measured on IRIS left out (`carroyage.iris_share.left_out_error`).
    """
    return shifted_median_intervals(income, people, np.zeros(len(people), dtype=np.intp), 1, probit_error)[0]


def shifted_median_intervals(
    income: CellIncome, people: NDArray[np.float64], group: NDArray[np.intp], count: int, probit_error: float
) -> list[Interval]:
    """`shifted_median_interval` of each of `count` groups of places, numbered by `group`."""
    known = np.isfinite(income.median) & (people > 0)
    cells, weights, groups = income.take(known), people[known], group[known]
    shifted = [shifted_income(cells, step * _Z * probit_error) for step in (0.0, 1.0, -1.0)]
    case = np.concatenate([groups + count * rank for rank in range(len(shifted))])
    found = pooled_medians(joined(shifted), np.tile(weights, len(shifted)), case, count * len(shifted))
    return [Interval(*ends) for ends in found.reshape(len(shifted), count).T.tolist()]


def shifted_share_interval(
    income: CellIncome, people: NDArray[np.float64], probit_error: float, threshold: float
) -> Interval:
    """Share of people strictly below a relative threshold, with its interval; see `shifted_median_interval`."""
    everywhere = np.zeros(len(people), dtype=np.intp)
    return shifted_share_intervals(income, people, everywhere, probit_error, np.array([threshold]))[0]


def shifted_share_intervals(
    income: CellIncome,
    people: NDArray[np.float64],
    group: NDArray[np.intp],
    probit_error: float,
    thresholds: NDArray[np.float64],
) -> list[Interval]:
    """`shifted_share_interval` of groups of places, numbered by `group`, each with its threshold; NaN without one."""
    known = np.isfinite(income.median) & (people > 0)
    cells, weights, groups = income.take(known), people[known], group[known]
    count = len(thresholds)
    total = np.bincount(groups, weights, count)
    ends = []
    for step in (0.0, -1.0, 1.0):
        below = shifted_income(cells, step * _Z * probit_error).share_below(thresholds[groups])
        with np.errstate(invalid="ignore"):
            ends.append(np.bincount(groups, weights * below, count) / total)
    return [Interval(*found) for found in np.array(ends).T.tolist()]


def shifted_income(cells: CellIncome, shift: float) -> CellIncome:
    """The same places, the probit of whose share below any threshold is higher by a shift."""
    median = cells.median * np.exp(-shift * cells.log_spread)
    return CellIncome(median, cells.log_spread, cells.variance, cells.shared_sd)


def _density(cells: CellIncome, weights: NDArray[np.float64], at: float) -> NDArray[np.float64]:
    """Return ``n φ(z) / s``: people per unit of log income, at one income."""
    z = (math.log(at) - np.log(cells.median)) / cells.log_spread
    return weights * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) / cells.log_spread


def _standard_error(cells: CellIncome, sensitivity: NDArray[np.float64], groups: NDArray[np.intp]) -> float:
    own = float(np.sum(sensitivity**2 * cells.variance))
    _, place = np.unique(groups, return_inverse=True)
    shared = float(np.sum(np.bincount(place, sensitivity * cells.shared_sd) ** 2))
    return math.sqrt(own + shared)
