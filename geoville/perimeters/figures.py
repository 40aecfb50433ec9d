"""Figures of any polygon, whatever drew it: people, share below the threshold and median income, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.uncertainty import (
    Interval,
    median_interval,
    share_interval,
    shifted_median_interval,
    shifted_share_interval,
)
from geoville.perimeters.areas import ENOUGH_COVERED

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.perimeters.areas import PopulatedCells


class Coverage(StrEnum):
    """How much of an area data cover."""

    WHOLE = "whole"
    PARTIAL = "partial"
    NONE = "none"


def coverage_of(share: float) -> Coverage:
    """Coverage of an area, from the share of it that data cover.

    >>> coverage_of(0.98).value, coverage_of(0.5).value, coverage_of(0.0).value
    ('whole', 'partial', 'none')
    """
    if share >= ENOUGH_COVERED:
        return Coverage.WHOLE
    return Coverage.PARTIAL if share > 0 else Coverage.NONE


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """Estimated figures of one area.

    Parameters
    ----------
    population : people, by share of the area of their cells.
    share_below : share of them below the threshold, in [0, 1]; NaN where nobody lives, or without a threshold.
    median_eur : median declared income per UC, euros of the national median given; NaN where nobody lives.
    share_imputed : share of them in cells whose values INSEE imputed; NaN likewise.
    households : by share of the area of their cells; NaN where some cell does not publish them.
    share_covered : share of the area that the grid says something of, in [0, 1]; see `CoveredGround`.
    euros_of : year of the incomes that the euros are of; None where nobody says it.
    """

    population: float
    share_below: Interval
    median_eur: Interval
    share_imputed: float
    households: float = float("nan")
    share_covered: float = 1.0
    euros_of: int | None = None

    @property
    def coverage(self) -> Coverage:
        """Whether the figures are those of the whole area, of a part of it, or of nothing."""
        return coverage_of(self.share_covered)


def area_figures(
    area: BaseGeometry,
    cells: PopulatedCells,
    grid: Grid,
    income: CellIncome,
    iris: NDArray[np.str_],
    *,
    threshold: float,
    national_eur: float,
    parts: CellParts | None = None,
) -> AreaFigures:
    """Figures of one area.

    Parameters
    ----------
    area : polygon in the projected CRS of `cells`.
    cells, grid, income, iris : the cells as polygons, their figures, their estimate and the code of their IRIS, in one
        order.
    threshold : as a share of the national median; NaN where there is none.
    national_eur : national median declared income per UC.
    parts : of the cells, estimated as the index method does: shares and medians are then theirs, as in candidates.
    """
    rows, shares = cells.shares_inside(area)
    people, part = grid.people[rows] * shares, income.take(rows)
    group = np.unique(iris[rows], return_inverse=True)[1]
    population = float(people.sum())
    if parts is None:
        share, median = share_interval(part, people, group, threshold), median_interval(part, people, group)
    else:
        share, median = _of_parts(parts, np.bincount(rows, people, len(grid)).astype(float), threshold)
    return AreaFigures(
        population=population,
        share_below=share,
        median_eur=median.times(national_eur),
        share_imputed=float(people[grid.imputed[rows]].sum() / population) if population else float("nan"),
        households=float((grid.households[rows] * shares).sum()),
    )


def _of_parts(parts: CellParts, people: NDArray[np.float64], threshold: float) -> tuple[Interval, Interval]:
    """Share below the threshold and median, from the people of each cell inside."""
    near = np.flatnonzero(people[parts.cell] > 0)
    income, weights = parts.income.take(near), people[parts.cell[near]] * parts.weight[near]
    return (
        shifted_share_interval(income, weights, parts.probit_error, threshold),
        shifted_median_interval(income, weights, parts.probit_error),
    )
