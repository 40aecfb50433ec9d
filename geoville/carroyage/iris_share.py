"""Share of the people of an IRIS under a threshold, from its published median and interquartile range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.bridge import QUARTILE_Z

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.method import MethodRules


def log_spread_of_range(median: NDArray[np.float64], quartile_range: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of log income from a median and an interquartile range of one unit; NaN stays NaN.

    Notes
    -----
    A lognormal of median M and log spread s has the quartiles ``M exp(±z s)`` with z = 0.6745, hence the range
    ``2 M sinh(z s)`` and ``s = asinh(range / 2M) / z``.

    >>> log_spread_of_range(np.array([1.0]), np.array([2 * np.sinh(QUARTILE_Z * 0.5)])).round(12).tolist()
    [0.5]
    """
    return np.asarray(np.arcsinh(quartile_range / (2 * median)) / QUARTILE_Z)


def iris_log_spread(
    median: NDArray[np.float64], quartile_range: NDArray[np.float64], rules: MethodRules
) -> NDArray[np.float64]:
    """Log spread of IRIS whose range is not always published.

    Parameters
    ----------
    median : (k,) declared medians relative to the national one of their year; NaN where not published.
    quartile_range : (k,) interquartile ranges over the same national median; NaN where not published.

    Notes
    -----
    Where the range is not published, it is ``range_intercept + range_slope × median``.
    """
    expected = rules.range_intercept + rules.range_slope * median
    return log_spread_of_range(median, np.where(np.isfinite(quartile_range), quartile_range, expected))


def iris_share_below(
    median: NDArray[np.float64], log_spread: NDArray[np.float64], threshold: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of the people of each IRIS strictly below a relative threshold: ``Φ((ln t − ln M) / s)``; NaN stays NaN.

    >>> iris_share_below(np.array([0.6]), np.array([0.7]), 0.6).tolist()
    [0.5]
    """
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        return np.asarray(ndtr((np.log(threshold) - np.log(median)) / log_spread))
