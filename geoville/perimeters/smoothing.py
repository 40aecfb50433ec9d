"""Outlines without the stair steps of cells, with nearly the same people inside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import transform_geometry
from geoville.perimeters.clustered_cells import NO_QUARTER
from geoville.perimeters.outline import Outline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.perimeters.clustered_cells import ClusteredCells

    _Corners = NDArray[np.intp]  # (4, m): row and column of a cell in its window, then steps to its corner

POPULATION_TOLERANCE = 0.02
_LONGEST_CUT_M = CELL_SIZE_M / 2
_ROUNDING_MARGIN = 0.999
"""In the projected CRS, where people are counted, cells are squares to one part in ten thousand."""

_CORNERS_OF_A_CELL = ((0, 0), (0, 1), (1, 0), (1, 1))
"""As steps north and east from its south-west."""


def smooth_outlines(
    cells: ClusteredCells, epsg: int, *, tolerance: float = POPULATION_TOLERANCE
) -> tuple[Outline, ...]:
    """Outlines of quarters made of cells, their stair steps turned into slopes.

    Parameters
    ----------
    cells : every populated cell, and the quarter of each.
    epsg : projected CRS of the outlines.
    tolerance : largest change of population, as a share of the quarter's.

    Returns
    -------
    One outline for each quarter, in order.

    Notes
    -----
    Marching squares with a cut of variable length c, at most 100 m. At each corner of the lattice, a quarter that holds
    one of the four cells gives up the triangle of legs c there; one that holds three takes it; one that holds two
    opposite cells takes both triangles, and so is continuous where its cells meet by a corner. The people of a cell
    being spread evenly, the population changes by c² / (2 · 200²) · (Σ people of cells taken from - Σ of those given
    up): the longest cut within the tolerance has a closed form.

    Outlines cannot overlap: triangles of one cell never do (c ≤ 100 m), they are taken from cells of no quarter, and
    corners where two quarters meet are left as they are.
    """
    import shapely

    nothing = Outline(shapely.Polygon(), 0.0, 0.0)
    return tuple(
        _smoothed(_window(cells, quarter), cells.epsg, epsg, tolerance) if (cells.quarter == quarter).any() else nothing
        for quarter in cells.quarters
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Window:
    """The lattice around one quarter, with an empty border, rows from south to north.

    Parameters
    ----------
    west, south : of the first column and row, metres.
    ours, free : (rows, columns) places of the quarter, and places of no quarter.
    people : (rows, columns).
    """

    west: int
    south: int
    ours: NDArray[np.bool_]
    free: NDArray[np.bool_]
    people: NDArray[np.float64]


def _window(cells: ClusteredCells, quarter: int) -> _Window:
    members = cells.quarter == quarter
    south, north = _range(cells.northing[members])
    west, east = _range(cells.easting[members])
    rows = slice(*np.searchsorted(cells.northing, [south, north + 1]))  # cells are in order of northing
    near = np.arange(rows.start, rows.stop)[(cells.easting[rows] >= west) & (cells.easting[rows] <= east)]
    place = ((cells.northing[near] - south) // CELL_SIZE_M, (cells.easting[near] - west) // CELL_SIZE_M)
    shape = ((north - south) // CELL_SIZE_M + 1, (east - west) // CELL_SIZE_M + 1)
    owner = np.full(shape, NO_QUARTER, dtype=np.intp)
    owner[place] = cells.quarter[near]
    people = np.zeros(shape)
    people[place] = cells.people[near]
    return _Window(west, south, owner == quarter, owner == NO_QUARTER, people)


def _range(corners: NDArray[np.int64]) -> tuple[int, int]:
    """First and last row or column of a window: one more than the quarter's on each side."""
    return int(corners.min()) - CELL_SIZE_M, int(corners.max()) + CELL_SIZE_M


def _smoothed(window: _Window, source: int, target: int, tolerance: float) -> Outline:
    import shapely

    given, taken = _corners_to_cut(window)
    people = float(window.people[window.ours].sum())
    change = float(window.people[taken[0], taken[1]].sum() - window.people[given[0], given[1]].sum())
    cut_m = _cut_m(people, change, tolerance)
    rows, columns = np.nonzero(window.ours)
    ground = union_of_cells(cell_squares(*_south_west(window, rows, columns), source, source))
    if cut_m:
        with_taken = shapely.union_all([ground, *_triangles(window, taken, cut_m)])
        ground = shapely.difference(with_taken, shapely.union_all(_triangles(window, given, cut_m)))
    outline = shapely.normalize(transform_geometry(ground, source, target))
    return Outline(outline, people, people + change * cut_m**2 / (2 * CELL_SIZE_M**2))


def _corners_to_cut(window: _Window) -> tuple[_Corners, _Corners]:
    """Corners of cells that the quarter gives up, and those that it takes."""
    given: list[_Corners] = []
    taken: list[_Corners] = []
    for north, east in _CORNERS_OF_A_CELL:
        up, right = 2 * north - 1, 2 * east - 1
        around = ((0, right), (up, 0), (up, right))
        beside, above, across = (_at(window.ours, *step) for step in around)
        alone = np.all([_at(window.free, *step) for step in around], axis=0)
        unclaimed = across | _at(window.free, up, right)
        for found, places in ((given, window.ours & alone), (taken, window.free & beside & above & unclaimed)):
            rows, columns = np.nonzero(places)
            found.append(np.stack([rows, columns, np.full_like(rows, north), np.full_like(rows, east)]))
    return np.concatenate(given, axis=1), np.concatenate(taken, axis=1)


def _at(places: NDArray[np.bool_], up: int, right: int) -> NDArray[np.bool_]:
    """What holds so many steps away from each place; the border of the window keeps its ends from meeting."""
    return np.roll(places, (-up, -right), axis=(0, 1))


def _cut_m(people: float, change: float, tolerance: float) -> float:
    """Longest cut, to the millimetre below, that changes the population by no more than the tolerance.

    Parameters
    ----------
    change : people of the cells taken from, minus those of the cells given up.
    """
    if not change:
        return _LONGEST_CUT_M
    within = CELL_SIZE_M * math.sqrt(2 * tolerance * _ROUNDING_MARGIN * people / abs(change))
    return min(_LONGEST_CUT_M, math.floor(within * 1000) / 1000)


def _triangles(window: _Window, corners: _Corners, cut_m: float) -> NDArray[np.object_]:
    """Right triangles at corners of cells, metres in the grid's CRS: their legs lie on the edges of the cell."""
    import shapely

    rows, columns, north, east = corners
    easting, northing = _south_west(window, rows + north, columns + east)
    right, up = cut_m * (1 - 2 * east), cut_m * (1 - 2 * north)
    tips = [(easting, northing), (easting + right, northing), (easting, northing + up)]
    return np.asarray(shapely.polygons(np.stack([np.stack(tip, axis=-1) for tip in tips], axis=1)))


def _south_west(
    window: _Window, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return window.west + columns * CELL_SIZE_M, window.south + rows * CELL_SIZE_M
