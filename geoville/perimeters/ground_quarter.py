"""A cluster of ground seen as a quarter: figures of its own people, and the decree's tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.uncertainty import shifted_median_interval, shifted_share_interval
from geoville.perimeters.isoline import isoline_of
from geoville.perimeters.search import DecreeTest, Quarter, by_population

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.cell_parts import CellParts
    from geoville.law.method import MethodRules
    from geoville.perimeters.ground_clusters import PeopledGround
    from geoville.perimeters.unit_cells import UnitCells


_HALF = 0.5


def describe_ground(
    cells: UnitCells, place: PeopledGround, squares: NDArray[np.intp], minimum_population: float, rules: MethodRules
) -> Quarter:
    """Figures and tests of some ground.

    Parameters
    ----------
    squares : increasing indices in the ground.

    Notes
    -----
    Everything is that of the squares inside the outline, each with an equal part of its cell.
    """
    ground, parts, grid = place.ground, _parts(cells), cells.grid
    inhabited = squares[ground.part[squares] >= 0]
    part, count = np.unique(ground.part[inhabited], return_counts=True)
    rows, at = np.unique(parts.cell[part], return_inverse=True)
    held = np.bincount(at, count, len(rows)) / float(parts.side**2)
    mine = cells.zones.unit[rows] == cells.unit
    rows, held = rows[mine], held[mine]
    people = grid.people[rows] * held
    population = place.population(squares)
    weights = place_weights(cells, parts, part, count)
    income, threshold = parts.income.take(part), cells.threshold
    median = shifted_median_interval(income, weights, parts.probit_error).times(threshold.reference.national_eur)
    share = shifted_share_interval(income, weights, parts.probit_error, threshold.relative)
    tests = (
        DecreeTest("population", population, minimum_population, passed=population >= minimum_population),
        DecreeTest("revenu médian", median.value, threshold.eur, passed=share.value > _HALF),
    )
    return Quarter(
        *_cells_half_held(place, squares, parts.side),
        rows=rows,
        population=population,
        households=float((grid.households[rows] * held).sum()),
        share_below=share,
        median_eur=median,
        share_imputed=float(people[grid.imputed[rows]].sum() / population) if population else math.nan,
        communes=by_population(cells.zones.commune[rows], people),
        iris=by_population(cells.zones.iris[rows], people),
        threshold=threshold,
        tests=tests,
        held=held,
        squares=np.stack([ground.row[squares], ground.column[squares]]),
        outline=isoline_of(ground, squares, rules) if all(test.passed for test in tests) else None,
    )


def place_weights(
    cells: UnitCells, parts: CellParts, part: NDArray[np.intp], count: NDArray[np.intp]
) -> NDArray[np.float64]:
    """People of the unit on so many squares of each part."""
    cell = parts.cell[part]
    own = cells.zones.unit[cell] == cells.unit
    return np.asarray(cells.grid.people[cell] * own * count / float(parts.side**2))


def _parts(cells: UnitCells) -> CellParts:
    assert cells.parts is not None  # the index method was chosen, and has been searched with them
    return cells.parts


def _cells_half_held(
    place: PeopledGround, squares: NDArray[np.intp], side: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Easting and northing of the cells of which half lies in the ground, by northing; of the most held, if none is."""
    lattice = np.stack([place.ground.row[squares] // side, place.ground.column[squares] // side])
    found, count = np.unique(lattice, axis=1, return_counts=True)
    north, east = found[:, count >= min(_HALF * side**2, count.max())] * CELL_SIZE_M
    return east, north
