"""How the cells of a grid lie over IRIS, and cells made to agree with what is published for their IRIS.

The share of each cell in each IRIS, the IRIS of each of its squares; then the declared median of each IRIS is met.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.bridge import LOWEST_RELATIVE_MEDIAN, Bridge
from geoville.carroyage.cell_parts import NO_IRIS, cut_by_iris, square_centres, whole_cells
from geoville.carroyage.grid import cell_squares
from geoville.carroyage.income import CellIncome, pooled_medians
from geoville.crs import transform_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid


_SLIVER = 0.01
_COVERED = 0.9
_CELLS_AT_ONCE = 50_000
"""The polygons of the cells of a country would take gigabytes. In the order of a grid, so many make a band of it."""


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


@dataclass(frozen=True, eq=False, slots=True)
class CellsOverIris:
    """How the cells of a grid lie over IRIS, and the parts that IRIS cut them into.

    Parameters
    ----------
    overlap : by area, in order of cell, then IRIS.
    cell, squares, iris : (p,) parts, as in `CellParts`: a square belongs to the IRIS that holds its centre, to the
        first one where several do, as on a common border.
    """

    overlap: IrisOverlap
    cell: NDArray[np.intp]
    squares: NDArray[np.uint64]
    iris: NDArray[np.intp]


def overlap_of_cells(squares: NDArray[np.object_], polygons: NDArray[np.object_]) -> IrisOverlap:
    """Overlap of cells with IRIS polygons, both in one projected CRS, in order of cell, then IRIS.

    Notes
    -----
    Generalised borders leave gaps and overlaps of some metres: shares are of the cell's area, and slivers under one
    hundredth of a cell are dropped. An IRIS counts as covered when at least nine tenths of its area lie inside the
    bounding box of the cells.
    """
    import shapely

    met = _meet(squares, polygons)
    cell, iris, share = met.shares(squares, polygons)
    return IrisOverlap(cell, iris, share, _covered(polygons, shapely.total_bounds(squares)))


def cells_over_iris(grid: Grid, polygons: NDArray[np.object_], epsg: int, side: int) -> CellsOverIris:
    """How the cells of a grid lie over IRIS: `overlap_of_cells`, and parts, some thousands of cells after others.

    Parameters
    ----------
    polygons : (k,) IRIS in the projected CRS `epsg`.
    side : squares along the side of a cell.
    """
    import shapely

    bands, bounds = [], []
    for start in range(0, len(grid), _CELLS_AT_ONCE):
        rows = np.arange(start, min(start + _CELLS_AT_ONCE, len(grid)))
        band = grid.take(rows)
        shapes = cell_squares(band.easting, band.northing, grid.epsg, epsg)
        met = _meet(shapes, polygons)
        cell, iris, share = met.shares(shapes, polygons)
        of_part, squares, of_square = _parts(band, met, polygons, epsg, side)
        bands.append((rows[cell], iris, share, rows[of_part], squares, of_square))
        bounds.append(shapely.total_bounds(shapes))
    south_west, north_east = np.min(bounds, axis=0)[:2], np.max(bounds, axis=0)[2:]
    complete = _covered(polygons, np.append(south_west, north_east))
    cell, iris, share, of_part, squares, of_square = (np.concatenate(column) for column in zip(*bands, strict=True))
    return CellsOverIris(IrisOverlap(cell, iris, share, complete), of_part, squares, of_square)


@dataclass(frozen=True, eq=False, slots=True)
class _Met:
    """Pairs of a cell and an IRIS that have a point in common, in this order.

    Parameters
    ----------
    whole : (m,) True where the IRIS covers the cell.
    """

    cell: NDArray[np.intp]
    iris: NDArray[np.intp]
    whole: NDArray[np.bool_]

    def shares(
        self, squares: NDArray[np.object_], polygons: NDArray[np.object_]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Cell, IRIS and share of the area of the cell of each pair that is no sliver."""
        import shapely

        share = np.ones(len(self.cell))
        cut = np.flatnonzero(~self.whole)
        cells = squares[self.cell[cut]]
        share[cut] = shapely.area(shapely.intersection(cells, polygons[self.iris[cut]])) / shapely.area(cells)
        kept = share >= _SLIVER
        return self.cell[kept], self.iris[kept], np.minimum(share[kept], 1.0)


def _meet(squares: NDArray[np.object_], polygons: NDArray[np.object_]) -> _Met:
    import shapely

    near = _in_box(polygons, shapely.total_bounds(squares))
    shapely.prepare(polygons[near])
    place, cell = shapely.STRtree(squares).query(polygons[near], predicate="intersects")
    order = np.lexsort((place, cell))
    cell, iris = cell[order], near[place[order]]
    whole = shapely.covers(polygons[iris], squares[cell])
    shapely.destroy_prepared(polygons[near])
    return _Met(cell, iris, whole)


def _in_box(polygons: NDArray[np.object_], box: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of the polygons whose box meets a box."""
    import shapely

    west, south, east, north = shapely.bounds(polygons).T
    return np.flatnonzero((west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1]))


def _parts(
    grid: Grid, met: _Met, polygons: NDArray[np.object_], epsg: int, side: int
) -> tuple[NDArray[np.intp], NDArray[np.uint64], NDArray[np.intp]]:
    """Cell, squares and IRIS of the parts of cells: whole where an IRIS covers a cell and no other one meets it."""
    only = np.full(len(grid), NO_IRIS, dtype=np.intp)
    only[met.cell[met.whole]] = met.iris[met.whole]
    only[np.bincount(met.cell, minlength=len(grid)) != 1] = NO_IRIS
    closed, cut = np.flatnonzero(only != NO_IRIS), np.flatnonzero(only == NO_IRIS)
    of_closed = whole_cells(only[closed], side)
    of_cut = cut_by_iris(_iris_of_squares(grid, cut, met, polygons, epsg, side), side)
    cell = np.concatenate([closed, cut[of_cut[0]]])
    order = np.argsort(cell, kind="stable")
    squares, iris = (np.concatenate(both)[order] for both in zip(of_closed[1:], of_cut[1:], strict=True))
    return cell[order], squares, iris


def _iris_of_squares(
    grid: Grid, rows: NDArray[np.intp], met: _Met, polygons: NDArray[np.object_], epsg: int, side: int
) -> NDArray[np.intp]:
    """(n, side²) first IRIS that holds the centre of each square of some cells, `NO_IRIS` where none does."""
    import shapely

    east, north = square_centres(grid.easting[rows], grid.northing[rows], side)
    east, north = transform_points(east, north, grid.epsg, epsg)
    place = np.full(len(grid), -1, dtype=np.intp)
    place[rows] = np.arange(len(rows))
    last_first = np.flatnonzero(place[met.cell] >= 0)[::-1]  # the first IRIS of a square is written last
    cell, iris = place[met.cell[last_first]], met.iris[last_first]
    near = np.unique(iris)
    shapely.prepare(polygons[near])
    pair, square = np.nonzero(shapely.intersects_xy(polygons[iris][:, None], east[cell], north[cell]))
    shapely.destroy_prepared(polygons[near])
    found = np.full(east.shape, NO_IRIS, dtype=np.intp)
    found[cell[pair], square] = iris[pair]
    return found


def _covered(polygons: NDArray[np.object_], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(k,) True for polygons of which nine tenths at least lie in a box: no need to cut those wholly inside."""
    import shapely

    west, south, east, north = shapely.bounds(polygons).T
    cut = np.flatnonzero((west < box[0]) | (south < box[1]) | (east > box[2]) | (north > box[3]))
    covered = np.ones(len(polygons), dtype=bool)
    inside = shapely.area(shapely.intersection(polygons[cut], shapely.box(*box)))
    covered[cut] = inside >= _COVERED * shapely.area(polygons[cut])
    return covered


# --- Raking: the median declared income of each IRIS is met

_ROUNDS = 30
_CLOSE_ENOUGH = 1e-6
_UNCHANGED = 1e-12
"""An IRIS of which no cell has moved by more has the median that it had; few are looked at in all the rounds."""


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
    IRIS by IRIS, until the medians are met: an IRIS is looked at again where one of its cells has moved. The residual
    of the bridge is additive (its spread does not grow with income), and so is the shift. The cells of an IRIS without
    a usable median take the mean shift of the others, so that a general drift between the two years is not lost on
    them.
    """
    usable = np.isfinite(published) & overlap.complete & _is_populated(overlap, people, median)
    counted = usable[overlap.iris] & np.isfinite(median)[overlap.cell]
    cell, iris = overlap.cell[counted], overlap.iris[counted]
    weight = people[cell] * overlap.share[counted]
    shift, reached, changed = np.zeros(len(published)), published.copy(), usable
    raked, sure = median, np.zeros(len(median))
    for _ in range(_ROUNDS):
        some = changed[iris]
        held = CellIncome(raked, bridge.log_spread(raked), sure, sure).take(cell[some])
        reached[changed] = pooled_medians(held, weight[some], iris[some], len(published), published)[changed]
        missing = np.where(usable, published - reached, 0.0)
        if np.abs(missing).max(initial=0) < _CLOSE_ENOUGH:
            break
        shift += missing
        before, raked = raked, _shifted(median, shift, usable, people, overlap)
        moved = np.abs(raked - before) > _UNCHANGED
        changed = np.bincount(iris, moved[cell], len(published)) > 0
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
