"""From what the grid publishes (mean disposable income) to what the decree asks (median declared income).

Both sides are values relative to their national median, so that vintages can be mixed. IRIS publish declared medians
and quartiles; summing the cells of an IRIS gives its mean living standard; the two are regressed on one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


QUARTILE_Z = 0.6744897501960817
"""Third quartile of the standard normal distribution: an interquartile range is 2 x this, in standard deviations."""

LOWEST_RELATIVE_MEDIAN = 0.05
"""Under this share of the national median the bridge is fitted on nothing and is cut off; it decides nothing there, the
threshold being ten times higher."""

_FEWEST_IRIS = 10


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two fitted lines: declared median against the logarithm of the mean, and interquartile range against the median.

    Parameters
    ----------
    intercept, slope : relative declared median = intercept + slope x ln(relative mean).
    range_intercept, range_slope : relative interquartile range = range_intercept + range_slope x relative median.
    rmse : root mean square error of the first line, weighted by people, in shares of the national median.
    correlation : weighted correlation of the median with its prediction.
    observations : number of IRIS (times vintages of the grid) that the lines were fitted on.
    """

    intercept: float
    slope: float
    range_intercept: float
    range_slope: float
    rmse: float
    correlation: float
    observations: int

    def declared_median(self, relative_mean: NDArray[np.float64]) -> NDArray[np.float64]:
        """Median declared income per UC, relative to the national one; NaN where the mean is NaN.

        Notes
        -----
        ``r = intercept + slope × ln(m)``: increasing and concave, as observed over the 31 IRIS of Calais (0.59 → 0.13,
        0.77 → 0.65, 1.07 → 1.07); a straight line misses the poorest ones.
        """
        with np.errstate(divide="ignore"):
            return np.maximum(self.intercept + self.slope * np.log(relative_mean), LOWEST_RELATIVE_MEDIAN)

    def log_spread(self, relative_median: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard deviation of log income in a place, from its relative declared median; NaN stays NaN.

        Notes
        -----
        A lognormal of median r and log spread s has the interquartile range ``2 r sinh(z s)`` with z = 0.674, hence
        ``s = asinh(range / 2r) / z``. The poorer the place, the wider the distribution on the log scale.
        """
        spread = self.range_intercept + self.range_slope * relative_median
        return np.asarray(np.arcsinh(spread / (2 * relative_median)) / QUARTILE_Z)


def fit_bridge(
    relative_mean: NDArray[np.float64],
    relative_median: NDArray[np.float64],
    relative_range: NDArray[np.float64],
    people: NDArray[np.float64],
) -> Bridge:
    """Fit the bridge on IRIS, by least squares weighted by people.

    Parameters
    ----------
    relative_mean : (n,) mean living standard of the cells of each IRIS over the national median living standard.
    relative_median : (n,) declared median of the IRIS over the national declared median of the same year.
    relative_range : (n,) interquartile range of declared income over the same national median; NaN where unknown.
    people : (n,) people in the cells of each IRIS.

    Raises
    ------
    InvalidInputError
        Fewer than ten IRIS with both figures.
    """
    known = np.isfinite(relative_mean) & np.isfinite(relative_median) & (people > 0) & (relative_mean > 0)
    if known.sum() < _FEWEST_IRIS:
        raise InvalidInputError(
            f"Seulement {int(known.sum())} IRIS ont à la fois un revenu déclaré et des carreaux",
            advice=f"donner des fichiers qui en couvrent au moins {_FEWEST_IRIS}",
        )
    median, weight = relative_median[known], people[known]
    log_mean = np.log(relative_mean[known])
    slope, intercept = np.polyfit(log_mean, median, 1, w=np.sqrt(weight))
    predicted = intercept + slope * log_mean
    ranged = known & np.isfinite(relative_range)
    range_slope, range_intercept = np.polyfit(
        relative_median[ranged], relative_range[ranged], 1, w=np.sqrt(people[ranged])
    )
    return Bridge(
        intercept=float(intercept),
        slope=float(slope),
        range_intercept=float(range_intercept),
        range_slope=float(range_slope),
        rmse=float(np.sqrt(np.average((predicted - median) ** 2, weights=weight))),
        correlation=_weighted_correlation(predicted, median, weight),
        observations=int(known.sum()),
    )


def _weighted_correlation(
    first: NDArray[np.float64], second: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    covariance = np.cov(first, second, aweights=weight)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
