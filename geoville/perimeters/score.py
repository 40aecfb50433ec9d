"""How close candidates come to official contours: population-weighted precision, recall and F1, and area IoU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.perimeters.areas import PopulatedCells

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
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
