"""From cells that are poor on their own to the cells of a quarter: a doubtful cell follows a sure neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.contiguity import cluster_cells, members, neighbour_pairs
from geoville.carroyage.income import pooled_median

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.income import CellIncome
    from geoville.carroyage.touching import Contiguity


def doubtful_neighbours(
    grid: Grid,
    income: CellIncome,
    seeds: NDArray[np.bool_],
    threshold: float,
    contiguity: Contiguity,
    doubt: float,
) -> NDArray[np.bool_]:
    """Cells that touch a selected one and whose estimate cannot be told from the threshold.

    Parameters
    ----------
    seeds : (n,) cells selected on their own estimate.
    threshold : relative income threshold.
    doubt : a cell is doubtful when its median is less than this many standard errors above the threshold; 0 finds none.

    Notes
    -----
    The decree tests the median of the whole quarter, not each cell's, and wants a continuous space: where the estimate
    leaves a doubt, touching a poor cell is evidence. One ring only: doubt is not passed on.
    """
    if not seeds.any():
        return seeds
    first, second = neighbour_pairs(grid.easting, grid.northing, contiguity)
    touching = np.zeros(len(grid), dtype=bool)
    touching[second[seeds[first]]] = True
    touching[first[seeds[second]]] = True
    with np.errstate(invalid="ignore"):
        return np.asarray(touching & ~seeds & (income.median - doubt * income.standard_error < threshold))


def drop_excess(
    grid: Grid,
    income: CellIncome,
    seeds: NDArray[np.bool_],
    added: NDArray[np.bool_],
    threshold: float,
    contiguity: Contiguity,
) -> NDArray[np.bool_]:
    """Added cells that stay once the median of each cluster, seeds and added together, lies below the threshold.

    The richest of the added cells go first, as few of them as will do. Seeds alone are all below the threshold, so that
    there is always an end.
    """
    rows = np.flatnonzero(seeds | added)
    kept = np.zeros(len(grid), dtype=bool)
    for cluster in members(cluster_cells(grid.easting[rows], grid.northing[rows], contiguity)):
        cells = rows[cluster]
        richest_first = cells[added[cells]]
        richest_first = richest_first[np.argsort(-income.median[richest_first], kind="stable")]
        kept[richest_first[_fewest_drops(income, grid.people, cells, richest_first, threshold) :]] = True
    return kept


def _fewest_drops(
    income: CellIncome,
    people: NDArray[np.float64],
    cells: NDArray[np.intp],
    richest_first: NDArray[np.intp],
    threshold: float,
) -> int:
    low, high = 0, len(richest_first)
    while low < high:
        middle = (low + high) // 2
        rest = np.setdiff1d(cells, richest_first[:middle], assume_unique=True)
        if pooled_median(income.take(rest), people[rest]) < threshold:
            high = middle
        else:
            low = middle + 1
    return low
