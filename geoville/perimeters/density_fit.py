"""The weight of the density, fitted on official contours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray


_STEPS = 50
_CLOSE_ENOUGH = 1e-10


@dataclass(frozen=True, slots=True)
class DensityFit:
    """What official contours say of the index.

    Parameters
    ----------
    density_weight : c of the index.
    level, steepness : a square of index I is in with probability ``logistic(level + steepness (I − cut))``.
    """

    density_weight: float
    level: float
    steepness: float


def fit_density(
    share: NDArray[np.float64],
    density_term: NDArray[np.float64],
    inside: NDArray[np.float64],
    people: NDArray[np.float64],
    cut: float,
) -> DensityFit:
    """Fit the weight of the density by a logistic regression weighted by people.

    Parameters
    ----------
    share : (n,) k of each square.
    density_term : (n,) ``ln((den + 1) / ref)``.
    inside : (n,) share of each square in the contours, in [0, 1].
    people : (n,) weights.

    Notes
    -----
    ``logit P(in) = b0 + b1 k + b2 ln((den + 1) / ref)`` is ``b0 + b1 I`` with c = b2 / b1.

    Raises
    ------
    InvalidInputError
        The contours hold nobody or everybody, or do not go with the share below the threshold.
    """
    if not (inside @ people > 0 and (1 - inside) @ people > 0):
        raise InvalidInputError(
            "Les contours officiels ne séparent pas les habitants de la grille",
            advice="donner une grille qui déborde des contours, et les contours du même lieu",
        )
    first, slope, density = logistic_fit(np.stack([np.ones_like(share), share, density_term], axis=-1), inside, people)
    if slope <= 0:
        raise InvalidInputError(
            "Dans ces contours, la part sous le seuil ne compte pas : rien ne peut être ajusté",
            advice="vérifier le seuil, le millésime et les contours",
        )
    return DensityFit(density / slope, first + slope * cut, slope)


def logistic_fit(terms: NDArray[np.float64], inside: NDArray[np.float64], weight: NDArray[np.float64]) -> list[float]:
    """Coefficients of a weighted logistic regression, by Newton's method."""
    found = np.zeros(terms.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(terms @ found)))
        curvature = (terms * (weight * chance * (1 - chance))[:, None]).T @ terms
        step = np.linalg.solve(curvature, terms.T @ (weight * (inside - chance)))
        found = found + step
        if np.abs(step).max() < _CLOSE_ENOUGH:
            break
    return [float(value) for value in found]
