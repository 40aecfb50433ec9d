"""Thin and imputed cells borrow strength from their neighbours: Fay and Herriot's small-area estimator on the lattice.

R. E. Fay and R. A. Herriot (1979), "Estimates of Income for Small Places", JASA 74(366), 269-277.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.lattice import neighbour_pairs
from geoville.model import Contiguity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid


PEOPLE_PER_HOUSEHOLD = 2.2
"""Where the grid publishes no households. It sets the precision of a cell, nothing else."""


@dataclass(frozen=True, eq=False, slots=True)
class Shrunk:
    """Cells after borrowing strength.

    Parameters
    ----------
    median : (n,) relative declared median; NaN where neither the cell nor a neighbour is known.
    variance : (n,) of its error, in squared shares of the national median.
    between_variance : variance of true cell medians around the mean of their neighbours, estimated on this grid.
    """

    median: NDArray[np.float64]
    variance: NDArray[np.float64]
    between_variance: float


WITHIN_CELL_SHARE = 0.5
"""Share of the variance of incomes inside an IRIS that is found inside a cell: neighbours are more alike.

Of the values tried, the one with which a vintage of Calais predicts another best (`benchmarks/income_errors.py`)."""


def sampling_variance(grid: Grid, within_sd: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance of a cell's own figure, seen as a sample of households; infinite where INSEE imputed it.

    Parameters
    ----------
    within_sd : (n,) standard deviation of relative income inside an IRIS of the cell's median.

    Notes
    -----
    ``share × within_sd² / households``: the people of a household share one income, so households count, not people.
    The households of an imputed cell are not its sample: INSEE gives it the value of a wider place.
    """
    published = np.isfinite(grid.households) & (grid.households > 0)
    households = np.where(published, grid.households, grid.people / PEOPLE_PER_HOUSEHOLD)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = WITHIN_CELL_SHARE * within_sd**2 / households
    return np.where(grid.imputed, np.inf, variance)


def shrink_to_neighbours(grid: Grid, median: NDArray[np.float64], variance: NDArray[np.float64]) -> Shrunk:
    """Pull each cell towards the mean of its queen neighbours, the more so as its own figure is less precise.

    Parameters
    ----------
    median : (n,) relative declared median of each cell, on its own.
    variance : (n,) of its error; infinite where the cell is no sample of itself (imputed).

    Notes
    -----
    ``r̂ = B r + (1 − B) μ`` with ``B = τ² / (τ² + v)``, μ the mean of the neighbours weighted by people, v the variance,
    and τ² estimated by the method of moments: the mean square of ``r − μ`` less what sampling explains of it. A cell
    without known neighbours keeps its own figure.

    An imputed value, that of a wider place, is worth as much as the mean of the neighbours: v = τ², B = ½. It is the
    weight with which cells of Calais imputed in one vintage predict best those observed in another
    (`benchmarks/income_errors.py`).
    """
    mean, mean_variance = neighbour_mean(grid, median, variance)
    sampled, around = np.isfinite(median) & np.isfinite(variance), np.isfinite(mean)
    both = sampled & around
    between = _between_variance(median[both] - mean[both], variance[both] + mean_variance[both], grid.people[both])
    own_variance = np.where(sampled, variance, between)
    with np.errstate(invalid="ignore"):
        trust = np.where(between > 0, between / (between + own_variance), 0.0)
    trust = np.where(np.isnan(median), 0.0, np.where(around, trust, 1.0))
    shrunk = np.where(around, trust * np.nan_to_num(median) + (1 - trust) * mean, median)
    remaining = np.where(np.isnan(median), between + mean_variance, trust * own_variance)
    return Shrunk(shrunk, np.where(np.isfinite(shrunk), remaining, np.nan), between)


def _between_variance(gap: NDArray[np.float64], explained: NDArray[np.float64], people: NDArray[np.float64]) -> float:
    if len(gap) == 0 or people.sum() == 0:
        return 0.0
    return max(0.0, float(np.average(gap**2 - explained, weights=people)))


def neighbour_mean(
    grid: Grid, values: NDArray[np.float64], variance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean of the observed queen neighbours weighted by people, and its sampling variance; NaN where there is none."""
    if len(grid) == 0:
        return values, variance
    first, second = neighbour_pairs(grid.easting, grid.northing, Contiguity.QUEEN)
    cell, neighbour = np.concatenate([first, second]), np.concatenate([second, first])
    known = np.isfinite(values[neighbour]) & np.isfinite(variance[neighbour]) & (grid.people[neighbour] > 0)
    cell, neighbour = cell[known], neighbour[known]
    people = grid.people[neighbour]
    total = np.bincount(cell, people, len(grid))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(cell, people * values[neighbour], len(grid)) / total
        mean_variance = np.bincount(cell, people**2 * variance[neighbour], len(grid)) / total**2
    return mean, mean_variance
