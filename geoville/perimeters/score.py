"""How close candidates come to official contours, and the weight of the density that those contours fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError
from geoville.perimeters.areas import PopulatedCells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Score:
    """Agreement of two sets of perimeters.

    Parameters
    ----------
    precision : share of the candidates' people who live inside the official contours; NaN without candidates.
    recall : share of the official contours' people who live inside the candidates; NaN without official contours.
    f1 : harmonic mean of both.
    area_iou : area of the intersection over area of the union.
    population_official, population_candidates : people inside each, by share of the area of their cells.
    """

    precision: float
    recall: float
    f1: float
    area_iou: float
    population_official: float
    population_candidates: float


def score_perimeters(
    candidates: Sequence[BaseGeometry],
    official: Sequence[BaseGeometry],
    squares: NDArray[np.object_],
    people: NDArray[np.float64],
) -> Score:
    """Score candidates against official contours, all in one projected CRS.

    Parameters
    ----------
    candidates, official : valid polygons; overlaps inside one set count once.
    squares : (n,) cells as polygons.
    people : (n,) people in each cell, taken as spread evenly over its area.

    Raises
    ------
    InvalidInputError
        No official contour lies on the grid: there is nothing to compare with.
    """
    import shapely

    ours, theirs = shapely.union_all(list(candidates)), shapely.union_all(list(official))
    both = shapely.intersection(ours, theirs)
    cells = PopulatedCells(squares, people)
    in_ours, in_theirs, in_both = (cells.people_in(area) for area in (ours, theirs, both))
    if in_theirs == 0:
        raise InvalidInputError(
            "Aucun contour officiel ne recouvre la grille",
            advice="vérifier que la grille et les contours sont du même lieu",
        )
    precision = in_both / in_ours if in_ours else float("nan")
    recall = in_both / in_theirs
    return Score(
        precision=precision,
        recall=recall,
        f1=f1_of(in_both, in_ours, in_theirs),
        area_iou=both.area / shapely.union(ours, theirs).area,
        population_official=in_theirs,
        population_candidates=in_ours,
    )


def f1_of(shared: float, first: float, second: float) -> float:
    """F1 of two sets from their sizes and that of their intersection; NaN where both are empty.

    >>> f1_of(50.0, 100.0, 60.0)
    0.625
    """
    return 2 * shared / (first + second) if first + second else float("nan")


# --- The weight of the density, fitted on official contours

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
    first, slope, density = logistic_fit(np.column_stack([np.ones_like(share), share, density_term]), inside, people)
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
