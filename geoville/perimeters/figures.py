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
    shifted_median_intervals,
    shifted_share_intervals,
)
from geoville.perimeters.areas import ENOUGH_COVERED

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.cell_parts import CellParts
    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.perimeters.areas import CellsInside, PopulatedCells


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


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a perimeter is compared with.

    Parameters
    ----------
    town : name of its commune.
    territory : name of the whole.
    national_eur : median declared income per UC.
    threshold_eur : of the decree; NaN where there are several.
    unverified : what these rest on without its text having been read, a French enumeration or nothing.
    """

    town: str
    town_figures: AreaFigures
    territory: str
    territory_figures: AreaFigures
    national_eur: float
    threshold_eur: float
    unverified: str


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
    found = cells.inside([area])
    return figures_inside(
        found, 1, grid, income, iris, thresholds=np.array([threshold]), national_eur=national_eur, parts=parts
    )[0]


def figures_inside(
    inside: CellsInside,
    count: int,
    grid: Grid,
    income: CellIncome,
    iris: NDArray[np.str_],
    *,
    thresholds: NDArray[np.float64],
    national_eur: float,
    parts: CellParts | None = None,
    covered: NDArray[np.float64] | None = None,
    euros_of: int | None = None,
) -> tuple[AreaFigures, ...]:
    """Figures of many areas, from the cells that each holds; see `area_figures`.

    Parameters
    ----------
    count : number of areas.
    thresholds : (count,) of each area.
    covered : (count,) share of each area that the grid says something of; all of it unless given.
    euros_of : year of the incomes that the euros are of.
    """
    people = grid.people[inside.cell] * inside.share

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(inside.area, values, count).astype(np.float64)

    population, households = total(people), total(grid.households[inside.cell] * inside.share)
    with np.errstate(invalid="ignore"):
        imputed = total(np.where(grid.imputed[inside.cell], people, 0.0)) / population
    shares, medians = (
        _of_cells(inside, people, income, iris, thresholds)
        if parts is None
        else _of_parts(inside, people, parts, thresholds)
    )
    known = np.ones(count) if covered is None else covered
    numbers = (column.tolist() for column in (population, imputed, households, known))
    return tuple(
        AreaFigures(held, share, median.times(national_eur), of_imputed, homes, of_ground, euros_of)
        for share, median, held, of_imputed, homes, of_ground in zip(shares, medians, *numbers, strict=True)
    )


def _of_cells(
    inside: CellsInside,
    people: NDArray[np.float64],
    income: CellIncome,
    iris: NDArray[np.str_],
    thresholds: NDArray[np.float64],
) -> tuple[list[Interval], list[Interval]]:
    """Shares below the thresholds and medians, from one income for each cell: area by area."""
    ends = np.searchsorted(inside.area, np.arange(len(thresholds) + 1))
    shares, medians = [], []
    for threshold, start, stop in zip(thresholds.tolist(), ends[:-1], ends[1:], strict=True):
        rows, held = inside.cell[start:stop], people[start:stop]
        group = np.unique(iris[rows], return_inverse=True)[1]
        shares.append(share_interval(income.take(rows), held, group, threshold))
        medians.append(median_interval(income.take(rows), held, group))
    return shares, medians


def _of_parts(
    inside: CellsInside, people: NDArray[np.float64], parts: CellParts, thresholds: NDArray[np.float64]
) -> tuple[list[Interval], list[Interval]]:
    """Shares below the thresholds and medians, from the people inside of the parts of each cell."""
    first, last = (np.searchsorted(parts.cell, inside.cell, side) for side in ("left", "right"))
    held = np.repeat(np.arange(len(inside.cell)), last - first)
    part = np.arange(len(held)) - np.repeat(np.cumsum(last - first) - last, last - first)
    income, area = parts.income.take(part), inside.area[held]
    weights = people[held] * parts.weight[part]
    return (
        shifted_share_intervals(income, weights, area, parts.probit_error, thresholds),
        shifted_median_intervals(income, weights, area, len(thresholds), parts.probit_error),
    )
