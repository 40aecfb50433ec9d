"""Cells made to agree with what is published for their IRIS: the median declared income of each IRIS is met."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.bridge import LOWEST_RELATIVE_MEDIAN, Bridge
from geoville.carroyage.income import CellIncome, pooled_medians

if TYPE_CHECKING:
    from numpy.typing import NDArray


_ROUNDS = 30
_CLOSE_ENOUGH = 1e-6
_SLIVER = 0.01
_COVERED = 0.9


@dataclass(frozen=True, eq=False, slots=True)
class IrisOverlap:
    """How cells lie over IRIS.

    Parameters
    ----------
    cell, iris : (m,) indices of the two sides of each overlap.
    share : (m,) share of the cell's area in the IRIS, in (0, 1].
    complete : (k,) True for an IRIS that the grid covers: one that the grid's edge cuts cannot be raked.
    """

    cell: NDArray[np.intp]
    iris: NDArray[np.intp]
    share: NDArray[np.float64]
    complete: NDArray[np.bool_]


_OVERLAID_AT_ONCE = 50_000
"""Those of a country would take gigabytes."""


def overlap_of_cells(squares: NDArray[np.object_], iris: NDArray[np.object_]) -> IrisOverlap:
    """Overlap of cells with IRIS polygons, both in one projected CRS.

    Notes
    -----
    Generalised borders leave gaps and overlaps of some metres: shares are of the cell's area, and slivers under one
    hundredth of a cell are dropped. An IRIS counts as covered when at least nine tenths of its area lie inside the
    bounding box of the cells.
    """
    import shapely

    tree = shapely.STRtree(squares)
    place, cell = tree.query(iris, predicate="intersects")
    whole_place, whole_cell = tree.query(iris, predicate="covers")
    cut = np.flatnonzero(~np.isin(place * len(squares) + cell, whole_place * len(squares) + whole_cell))
    share = np.ones(len(cell))
    batches = math.ceil(len(cut) / _OVERLAID_AT_ONCE) or 1
    for some in np.array_split(cut, batches):
        parts = shapely.intersection(squares[cell[some]], iris[place[some]])
        share[some] = shapely.area(parts) / shapely.area(squares[cell[some]])
    kept = share > _SLIVER
    extent = shapely.box(*shapely.total_bounds(squares))
    covered = shapely.area(shapely.intersection(iris, extent)) >= _COVERED * shapely.area(iris)
    return IrisOverlap(cell[kept], place[kept], np.minimum(share[kept], 1.0), covered)


@dataclass(frozen=True, eq=False, slots=True)
class Raked:
    """Cells after raking.

    Parameters
    ----------
    median : (n,) relative declared median; NaN stays NaN.
    met : (n,) True where the cell lies mostly in IRIS whose published median is met.
    """

    median: NDArray[np.float64]
    met: NDArray[np.bool_]


def rake_to_iris(
    median: NDArray[np.float64],
    people: NDArray[np.float64],
    bridge: Bridge,
    overlap: IrisOverlap,
    published: NDArray[np.float64],
) -> Raked:
    """Shift the cells of each IRIS so that the median of its people is the published one.

    Parameters
    ----------
    median : (n,) relative declared median per cell.
    published : (k,) declared median of each IRIS over the national one of the same year; NaN where not published.

    Notes
    -----
    A cell that lies over several IRIS takes the mean of their shifts by area; shifts are found by repeated correction,
    IRIS by IRIS, until the medians are met. The residual of the bridge is additive (its spread does not grow with
    income), and so is the shift. The cells of an IRIS without a usable median take the mean shift of the others, so
    that a general drift between the two years is not lost on them.
    """
    usable = np.isfinite(published) & overlap.complete & _is_populated(overlap, people, median)
    weight = people[overlap.cell] * overlap.share
    shift = np.zeros(len(published))
    raked = median
    for _ in range(_ROUNDS):
        income = CellIncome(raked, bridge.log_spread(raked), np.zeros(len(raked)), np.zeros(len(raked)))
        reached = pooled_medians(income.take(overlap.cell), weight, overlap.iris, len(published))
        missing = np.where(usable, published - reached, 0.0)
        if np.abs(missing).max(initial=0) < _CLOSE_ENOUGH:
            break
        shift += missing
        raked = _shifted(median, shift, usable, people, overlap)
    met_share = np.bincount(overlap.cell, overlap.share * usable[overlap.iris], len(median))
    return Raked(raked, met_share > 1 / 2)


def _shifted(
    median: NDArray[np.float64],
    shift: NDArray[np.float64],
    usable: NDArray[np.bool_],
    people: NDArray[np.float64],
    overlap: IrisOverlap,
) -> NDArray[np.float64]:
    weight = people[overlap.cell] * overlap.share * usable[overlap.iris]
    mean_shift = float(np.average(shift[overlap.iris], weights=weight))
    applied = np.where(usable, shift, mean_shift)
    total = np.bincount(overlap.cell, overlap.share, len(median))
    with np.errstate(invalid="ignore", divide="ignore"):
        per_cell = np.bincount(overlap.cell, overlap.share * applied[overlap.iris], len(median)) / total
    moved = median + np.where(total > 0, per_cell, mean_shift)
    return np.where(np.isnan(median), np.nan, np.maximum(moved, LOWEST_RELATIVE_MEDIAN))


def _is_populated(overlap: IrisOverlap, people: NDArray[np.float64], median: NDArray[np.float64]) -> NDArray[np.bool_]:
    known = people * np.isfinite(median)
    return np.bincount(overlap.iris, known[overlap.cell] * overlap.share, len(overlap.complete)) > 0
