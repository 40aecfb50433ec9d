"""A cluster of cells seen as a quarter: its figures, and the decree's tests that keep or reject it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.place_keys import find_keys, place_keys
from geoville.carroyage.uncertainty import Interval, median_interval, share_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.law import Threshold


@dataclass(frozen=True, eq=False, slots=True)
class CellZones:
    """Where each cell of a grid lies.

    Parameters
    ----------
    commune, iris : (n,) INSEE codes as text, empty where unknown.
    unit : (n,) code of the urban unit, empty outside urban units.
    """

    commune: NDArray[np.str_]
    iris: NDArray[np.str_]
    unit: NDArray[np.str_]

    def take(self, chosen: NDArray[np.intp]) -> CellZones:
        """Return the zones of some of the cells, in the order given."""
        return CellZones(self.commune[chosen], self.iris[chosen], self.unit[chosen])


@dataclass(frozen=True, slots=True)
class DecreeTest:
    """One test of the decree on a quarter: what was measured, against what."""

    name: str
    value: float
    limit: float
    passed: bool


@dataclass(frozen=True, eq=False, slots=True)
class Quarter:
    """A cluster of cells with its figures.

    Parameters
    ----------
    easting, northing : (n,) lattice places, some unpopulated, by (northing, easting): south-west corners, grid's CRS.
    rows : (m,) indices of its populated cells in the grid.
    population, households : sums over its cells; households NaN where some cell does not publish them.
    share_below : share of its people below the threshold, in [0, 1], with its 90 % interval.
    median_eur : estimated median declared income per UC, in the euros of the reference medians, with its 90 % interval.
    share_imputed : share of its people who live in cells whose values INSEE imputed.
    communes, iris : INSEE codes by decreasing population.
    threshold : the income threshold of its urban unit.
    tests : population, then median.
    held : (m,) share of each cell of `rows` inside the quarter; None where cells are held whole.
    squares : (2, n) row and column on the lattice of squares of the ground held; None where it is made of cells.
    outline : of that ground, in the CRS of the grid; None likewise, and where a test fails.
    """

    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    rows: NDArray[np.intp]
    population: float
    households: float
    share_below: Interval
    median_eur: Interval
    share_imputed: float
    communes: tuple[str, ...]
    iris: tuple[str, ...]
    threshold: Threshold
    tests: tuple[DecreeTest, ...]
    held: NDArray[np.float64] | None = None
    squares: NDArray[np.int64] | None = None
    outline: BaseGeometry | None = None

    @property
    def is_candidate(self) -> bool:
        """Whether every test is passed."""
        return all(test.passed for test in self.tests)


def describe_quarter(
    grid: Grid,
    income: CellIncome,
    zones: CellZones,
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    threshold: Threshold,
    minimum_population: float,
) -> Quarter:
    """Figures and tests of one cluster.

    Parameters
    ----------
    cells : easting and northing of its lattice places, in any order.
    """
    order = np.lexsort(cells)
    easting, northing = cells[0][order], cells[1][order]
    rows = _rows_of(grid, easting, northing)
    people, cells_income = grid.people[rows], income.take(rows)
    population = float(people.sum())
    iris = np.unique(zones.iris[rows], return_inverse=True)[1]
    median_eur = median_interval(cells_income, people, iris).times(threshold.reference.national_eur)
    return Quarter(
        easting=easting,
        northing=northing,
        rows=rows,
        population=population,
        households=float(grid.households[rows].sum()),
        share_below=share_interval(cells_income, people, iris, threshold.relative),
        median_eur=median_eur,
        share_imputed=float(people[grid.imputed[rows]].sum() / population) if population else float("nan"),
        communes=by_population(zones.commune[rows], people),
        iris=by_population(zones.iris[rows], people),
        threshold=threshold,
        tests=(
            DecreeTest("population", population, minimum_population, passed=population >= minimum_population),
            DecreeTest("revenu médian", median_eur.value, threshold.eur, passed=median_eur.value < threshold.eur),
        ),
    )


def _rows_of(grid: Grid, easting: NDArray[np.int64], northing: NDArray[np.int64]) -> NDArray[np.intp]:
    """Indices in the grid of the lattice places that are populated cells."""
    near = grid.rows_in_box(easting.min(), northing.min(), easting.max(), northing.max())
    found = find_keys(place_keys(easting, northing), place_keys(grid.easting[near], grid.northing[near]))
    return near[found[found >= 0]]


def by_population(codes: NDArray[np.str_], people: NDArray[np.float64]) -> tuple[str, ...]:
    """Codes by decreasing population, each once, without the empty ones."""
    totals: dict[str, float] = {}
    for code, count in zip(codes.tolist(), people.tolist(), strict=True):
        if code:
            totals[code] = totals.get(code, 0.0) + count
    return tuple(sorted(totals, key=lambda code: (-totals[code], code)))
