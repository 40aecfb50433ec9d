"""From the two figures of a cell (mean living standard, share of poor households) to the share of its people below S.

On the probit of that share: ``z(t) = A ln t − B``, A and B being polynomials of the two figures. It is a lognormal of
log spread 1/A and log median B/A, all figures being relative to their national median.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.iris_share import iris_log_spread
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.method import MethodRules


_FEWEST_IRIS = 10

Coefficients = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ProbitBridge:
    """Fitted coefficients.

    Parameters
    ----------
    slope, intercept : A and B over (1, m, v, v²): m the relative mean, v the share of poor households.
    slope_of_mean, intercept_of_mean : A and B over (1, m, m², m³), for cells whose share of poor households is not
        published: safe only where the figures of an IRIS are met.
    observations : number of IRIS (times vintages of the grid) of the fit.
    """

    slope: Coefficients
    intercept: Coefficients
    slope_of_mean: Coefficients
    intercept_of_mean: Coefficients
    observations: int

    def apply(
        self, relative_mean: NDArray[np.float64], poor_share: NDArray[np.float64], rules: MethodRules
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A and B of each cell, A being kept between the slopes of the method.

        Parameters
        ----------
        relative_mean : (n,) over the national median living standard; NaN where nobody lives.
        poor_share : (n,) share of households under the poverty line; NaN where not published.

        Returns
        -------
        (n,) A and (n,) B; NaN where the mean is.
        """
        both = poverty_terms(relative_mean, poor_share)
        alone = mean_terms(relative_mean)
        published = np.isfinite(poor_share)
        slope = np.where(published, _sum(both, self.slope), _sum(alone, self.slope_of_mean))
        intercept = np.where(published, _sum(both, self.intercept), _sum(alone, self.intercept_of_mean))
        return np.clip(slope, rules.lowest_slope, rules.highest_slope), intercept


def poverty_terms(relative_mean: NDArray[np.float64], poor_share: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4): 1, m, v, v²."""
    return np.stack([np.ones_like(relative_mean), relative_mean, poor_share, poor_share**2], axis=-1)


def mean_terms(relative_mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 4): 1, m, m², m³."""
    return np.stack([relative_mean**power for power in range(4)], axis=-1)


def _sum(terms: NDArray[np.float64], coefficients: Coefficients) -> NDArray[np.float64]:
    """Terms times coefficients, added in one order: a product of matrices would round as its size goes."""
    first, *others = (terms[:, place] * value for place, value in enumerate(coefficients))
    return np.asarray(sum(others, start=first))


def fit_probit_bridge(
    relative_mean: NDArray[np.float64],
    poor_share: NDArray[np.float64],
    relative_median: NDArray[np.float64],
    relative_range: NDArray[np.float64],
    people: NDArray[np.float64],
    rules: MethodRules,
) -> ProbitBridge:
    """Fit the bridge on IRIS, by weighted least squares of 1/s and of ln(median)/s.

    Parameters
    ----------
    relative_mean, poor_share : (n,) of the cells of each IRIS, as in `ProbitBridge.apply`.
    relative_median, relative_range : (n,) declared median and interquartile range of each IRIS over the national
        declared median of their year; the range may be NaN.
    people : (n,) people in the cells of each IRIS.

    Notes
    -----
    The share below t of a lognormal IRIS is ``Φ(ln t / s − ln(med) / s)``: A is 1/s, B is ln(med)/s. Weights are
    ``people × (exp(−((med − centre) / width)² / 2) + floor)``: IRIS near the threshold count most.

    Raises
    ------
    InvalidInputError
        Fewer than ten IRIS with every figure.
    """
    known = np.isfinite(relative_mean) & np.isfinite(relative_median) & np.isfinite(poor_share) & (people > 0)
    if known.sum() < _FEWEST_IRIS:
        raise InvalidInputError(
            f"Seulement {int(known.sum())} IRIS ont un revenu déclaré, des carreaux et une part de ménages pauvres",
            advice=f"donner des fichiers qui en couvrent au moins {_FEWEST_IRIS}",
        )
    mean, poor, median = relative_mean[known], poor_share[known], relative_median[known]
    spread = iris_log_spread(median, relative_range[known], rules)
    near = np.exp(-(((median - rules.weight_centre) / rules.weight_width) ** 2) / 2) + rules.weight_floor
    root = np.sqrt(people[known] * near)

    def fitted(terms: NDArray[np.float64], wanted: NDArray[np.float64]) -> Coefficients:
        found = np.linalg.lstsq(terms * root[:, None], wanted * root, rcond=None)[0].tolist()
        return (found[0], found[1], found[2], found[3])

    both, alone = poverty_terms(mean, poor), mean_terms(mean)
    slope, intercept = 1 / spread, np.log(median) / spread
    return ProbitBridge(
        slope=fitted(both, slope),
        intercept=fitted(both, intercept),
        slope_of_mean=fitted(alone, slope),
        intercept_of_mean=fitted(alone, intercept),
        observations=int(known.sum()),
    )
