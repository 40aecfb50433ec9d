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
    Marching squares with cuts of variable length, at most 100 m. At each corner of the lattice, a quarter that holds
    one of the four cells gives up the triangle of legs g there; one that holds three takes that of legs t; one that
    holds two opposite cells takes both triangles, and so is continuous where its cells meet by a corner. The people of
    a cell being spread evenly, the population changes by (t² · Σ people of cells taken from - g² · Σ of cells given up)
    / (2 · 200²): both cuts are of 100 m, unless the tolerance shortens the one that weighs most.

    Outlines cannot overlap: triangles of one cell never do (cuts ≤ 100 m), they are taken from cells of no quarter, and
    corners where two quarters meet are left as they are.
    """
    import shapely

    nothing = Outline(shapely.Polygon(), 0.0, 0.0)
    return tuple(
        _smoothed(_window(cells, members), cells.epsg, epsg, tolerance) if len(members) else nothing
        for members in cells.members()
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


def _window(cells: ClusteredCells, members: NDArray[np.intp]) -> _Window:
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
    return _Window(west, south, owner == cells.quarter[members[0]], owner == NO_QUARTER, people)


def _range(corners: NDArray[np.int64]) -> tuple[int, int]:
    """First and last row or column of a window: one more than the quarter's on each side."""
    return int(corners.min()) - CELL_SIZE_M, int(corners.max()) + CELL_SIZE_M


def _smoothed(window: _Window, source: int, target: int, tolerance: float) -> Outline:
    import shapely

    given, taken = _corners_to_cut(window)
    people = float(window.people[window.ours].sum())
    people_taken, people_given = (float(window.people[rows, columns].sum()) for rows, columns, _, _ in (taken, given))
    taken_m = _cut_m(people_taken, people_given, tolerance * people)
    given_m = _cut_m(people_given, people_taken, tolerance * people)
    rows, columns = np.nonzero(window.ours)
    ground = union_of_cells(cell_squares(*_south_west(window, rows, columns), source, source))
    ground = shapely.union_all([ground, *_triangles(window, taken, taken_m)])
    ground = shapely.difference(ground, shapely.union_all(_triangles(window, given, given_m)))
    outline = shapely.normalize(transform_geometry(ground, source, target))
    change = (people_taken * taken_m**2 - people_given * given_m**2) / (2 * CELL_SIZE_M**2)
    return Outline(outline, people, people + change)


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


def _cut_m(people: float, people_against: float, allowance: float) -> float:
    """Longest cut, to the millimetre below, that the opposite cuts of 100 m balance within an allowance.

    Parameters
    ----------
    people : people of the cells that this cut touches, counted once for each of their corners.
    people_against : the same for the opposite cut.
    allowance : change of population allowed.
    """
    if people <= people_against:
        return _LONGEST_CUT_M
    balanced = people_against * _LONGEST_CUT_M**2 + 2 * CELL_SIZE_M**2 * allowance * _ROUNDING_MARGIN
    return min(_LONGEST_CUT_M, math.floor(math.sqrt(balanced / people) * 1000) / 1000)


def _triangles(window: _Window, corners: _Corners, cut_m: float) -> NDArray[np.object_]:
    """Right triangles at corners of cells, metres in the grid's CRS: their legs lie on the edges of the cell."""
    import shapely

    if not cut_m:
        return np.empty(0, dtype=object)
    rows, columns, north, east = corners
    easting, northing = _south_west(window, rows + north, columns + east)
    right, up = cut_m * (1 - 2 * east), cut_m * (1 - 2 * north)
    tips = [(easting, northing), (easting + right, northing), (easting, northing + up)]
    return np.asarray(shapely.polygons(np.stack([np.stack(tip, axis=-1) for tip in tips], axis=1)))


def _south_west(
    window: _Window, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return window.west + columns * CELL_SIZE_M, window.south + rows * CELL_SIZE_M
