"""How many people and cells an area holds: what scores, comparisons and differences of perimeters are measured with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M, cell_squares
from geoville.crs import GRID_CRS, transform_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


# --- Polygons with very many corners, cut in tiles: to overlay many small shapes with the whole takes minutes

MANY_CORNERS = 1_000
"""From which a polygon is cut: official contours have fewer, and are measured whole."""

CORNERS_OF_A_TILE = 100
TIMES_CUT = 8


def tiled(area: BaseGeometry) -> NDArray[np.object_]:
    """Polygons that do not overlap and together are an area, with few corners each where it has very many.

    Parameters
    ----------
    area : valid; its parts with fewer corners than `MANY_CORNERS` are returned as they are.

    Notes
    -----
    A part is cut in four, and again, by its own bounds: the sum of the areas is its area but for rounding.
    """
    import shapely

    parts = np.asarray(shapely.get_parts(area))
    large = (shapely.get_num_coordinates(parts) >= MANY_CORNERS) & (shapely.area(parts) > 0)
    kept, pieces = [parts[~large]], parts[large]
    for _ in range(TIMES_CUT):
        few = shapely.get_num_coordinates(pieces) <= CORNERS_OF_A_TILE
        kept.append(pieces[few])
        if few.all():
            return np.concatenate(kept)
        pieces = np.concatenate([_quarters(piece) for piece in pieces[~few]])
    return np.concatenate([*kept, pieces])


def clipped(shape: BaseGeometry, frame: tuple[float, float, float, float]) -> BaseGeometry:
    """What of a shape lies within a frame: west, south, east, north in the CRS of the shape; valid.

    Notes
    -----
    GEOS clips by a rectangle some hundred times faster than it overlays, but makes a ring of three points, and refuses
    it, where a corner of the shape is off a side of the frame by no more than rounding; and rings that touch or cross
    each other, which no longer say what is inside, where many corners lie on a side. In both cases it is overlaid.
    """
    import shapely

    try:
        inside = shapely.clip_by_rect(shape, *frame)
    except shapely.errors.GEOSException:
        inside = None
    if inside is None or not shapely.is_valid(inside):
        inside = shapely.intersection(shape, shapely.box(*frame))
    return shapely.make_valid(inside)


def _quarters(polygon: BaseGeometry) -> NDArray[np.object_]:
    import shapely

    west, south, east, north = polygon.bounds
    across, up = (west + east) / 2, (south + north) / 2
    frames = [
        (west, south, across, up),
        (across, south, east, up),
        (west, up, across, north),
        (across, up, east, north),
    ]
    cut = shapely.get_parts([clipped(polygon, frame) for frame in frames])
    parts = np.asarray(shapely.get_parts(cut))  # a collection within a collection
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


_HALF = 0.5


class PopulatedCells:
    """Cells with their people, indexed so that many areas can be measured.

    Parameters
    ----------
    squares : (n,) cells as polygons, in one projected CRS.
    people : (n,) people in each cell, taken as spread evenly over its area.
    ground : that they cover; None where all of it is taken as covered.
    """

    def __init__(
        self, squares: NDArray[np.object_], people: NDArray[np.float64], ground: CoveredGround | None = None
    ) -> None:
        import shapely

        self.squares = squares
        self._people = people
        self._ground = ground
        self._tree = shapely.STRtree(squares)

    def people_in(self, area: BaseGeometry) -> float:
        """People who live in an area, by share of the area of their cells."""
        touching, shares = self.shares_inside(area)
        return float(self._people[touching] @ shares)

    def covers(self, area: BaseGeometry) -> bool:
        """Whether its figures are those of the whole of an area, and not of the part that data cover."""
        return self._ground is None or self._ground.share(area) >= ENOUGH_COVERED

    def cells_in(self, area: BaseGeometry) -> NDArray[np.intp]:
        """Indices, increasing, of the cells that an area covers by one half at least."""
        touching, shares = self.shares_inside(area)
        return touching[shares >= _HALF]

    def shares_inside(self, area: BaseGeometry) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Cells that an area touches, by increasing index, and the share of each that lies inside."""
        found = self.inside([area])
        return found.cell, found.share

    def inside(self, areas: Sequence[BaseGeometry]) -> CellsInside:
        """Cells that each of many areas touches.

        The parts of a multipolygon do not overlap: each is laid on its own cells, which is much faster than the whole.
        """
        import shapely

        shapes = np.fromiter(areas, dtype=object, count=len(areas))
        many = np.flatnonzero(shapely.get_num_coordinates(shapes) >= MANY_CORNERS)
        few = np.setdiff1d(np.arange(len(shapes)), many)
        cut = [tiled(shapes[place]) for place in many.tolist()]
        parts, owner = shapely.get_parts(shapes[few], return_index=True)
        parts = np.concatenate([parts, *cut])
        owner = np.concatenate([few[owner], np.repeat(many, [len(piece) for piece in cut])])
        part, cell = self._tree.query(parts, predicate="intersects")
        squares = self.squares[cell]
        shares = _areas_inside(parts[part], squares) / shapely.area(squares)
        pair, place = np.unique(owner[part] * len(self.squares) + cell, return_inverse=True)
        area, held = np.divmod(pair, len(self.squares))
        return CellsInside(area, held, np.bincount(place, shares, len(pair)).astype(np.float64))


FEW_CORNERS = 64
"""Up to which a shape is cut with many others at once, in a third of the time that GEOS takes for each."""

_SIDES = range(4)


def _areas_inside(shapes: NDArray[np.object_], squares: NDArray[np.object_]) -> NDArray[np.float64]:
    """Surface of what each shape and each square share: of a shape that its square holds, its own, not overlaid."""
    import shapely

    held = shapely.contains(squares, shapes)
    few = ~held & (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON)
    few &= (shapely.get_num_coordinates(shapes) <= FEW_CORNERS) & _have_four_sides(squares)
    many = ~held & ~few
    made = np.empty(len(shapes))
    made[held] = shapely.area(shapes[held])
    if few.any():
        made[few] = _areas_cut(shapes[few], squares[few])
    made[many] = shapely.area(shapely.intersection(squares[many], shapes[many]))
    return made


def _have_four_sides(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes are convex, of four corners, counter-clockwise, as those of `cell_squares`."""
    import shapely

    found = np.asarray(shapely.get_num_coordinates(shapes) == len(_SIDES) + 1)
    corners = shapely.get_coordinates(shapes[found]).reshape(-1, len(_SIDES) + 1, 2)
    across, up = np.moveaxis(np.diff(corners, axis=1), 2, 0)
    after = np.roll(_SIDES, -1)
    found[found] = (across * up[:, after] > up * across[:, after]).all(axis=1)
    return found


def _areas_cut(polygons: NDArray[np.object_], squares: NDArray[np.object_]) -> NDArray[np.float64]:
    """Surface of what each polygon and each square share, all cut together, side of the squares after side.

    Parameters
    ----------
    polygons : valid, in one part each, with holes or not.
    squares : of four sides, see `_have_four_sides`.

    Notes
    -----
    Sutherland and Hodgman (1974): what it joins along a side, where it should leave pieces apart, has no surface. Each
    ring is cut alone: those of the holes are taken away.
    """
    import shapely

    _, corners, (ring_ends, first_rings) = shapely.to_ragged_array(polygons)
    rings = len(ring_ends) - 1
    pair = np.repeat(np.arange(len(polygons)), np.diff(first_rings))
    squared = shapely.get_coordinates(squares).reshape(-1, len(_SIDES) + 1, 2)
    ring = np.repeat(np.arange(rings), np.diff(ring_ends) - 1)
    origin = squared[:, 0]  # near the corners, for digits
    corners = np.delete(corners, ring_ends[1:] - 1, axis=0) - origin[pair[ring]]
    east, north = corners[:, 0], corners[:, 1]
    for side in _SIDES:
        start, end = squared[:, side] - origin, squared[:, side + 1] - origin
        east, north, ring = _cut_along(east, north, ring, start[pair], end[pair])
    after = _after(ring)
    twice = np.bincount(ring, east * north[after] - east[after] * north, rings)
    sign = np.full(rings, -0.5)
    sign[first_rings[:-1]] = 0.5
    return np.bincount(pair, sign * np.abs(twice), len(polygons)).astype(np.float64)


def _cut_along(
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    ring: NDArray[np.intp],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Corners of rings on the left of a line for each ring, from `start` to `end`, and where they cross it.

    Parameters
    ----------
    east, north, ring : (n,) corners and the ring of each, ring after ring, none closed by its first corner again.
    start, end : (rings, 2).
    """
    (along, up), (across, over) = (end - start).T, start.T
    aside = along[ring] * (north - over[ring]) - up[ring] * (east - across[ring])
    is_left, after = aside >= 0, _after(ring)
    crosses = is_left != is_left[after]
    kept = is_left.astype(np.int8) + crosses
    place = np.cumsum(kept) - kept
    before = np.flatnonzero(crosses)
    beyond, where = after[before], place[before] + is_left[before]
    share = aside[before] / (aside[before] - aside[beyond])
    made = []
    for axis in (east, north):
        cut = np.empty(int(kept.sum()))
        cut[place[is_left]] = axis[is_left]
        cut[where] = axis[before] + share * (axis[beyond] - axis[before])
        made.append(cut)
    return made[0], made[1], np.repeat(ring, kept)


def _after(ring: NDArray[np.intp]) -> NDArray[np.intp]:
    """(n,) index of the corner that follows each in its ring: after the last, the first."""
    after = np.arange(1, len(ring) + 1)
    ends = np.flatnonzero(np.diff(ring, append=-1))
    after[ends] = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    return after


@dataclass(frozen=True, eq=False, slots=True)
class CellsInside:
    """Cells that areas touch, by increasing area then cell.

    Parameters
    ----------
    area, cell : (m,) indices.
    share : (m,) of the cell that lies inside the area, in [0, 1].
    """

    area: NDArray[np.intp]
    cell: NDArray[np.intp]
    share: NDArray[np.float64]


# --- Which part of an area a grid says something of: INSEE gives no cell to places where nobody lives

REACH_CELLS = 5
"""Cells on each side over which empty ground between inhabited cells is taken as known to be empty: a park, a port."""

AROUND_CELLS = 1
"""Cells around the inhabited ones that are known too: an official limit runs along the far side of a road."""

ENOUGH_COVERED = 0.95
"""Share of an area from which its figures are those of the whole of it."""

_MOST_SQUARES = 20_000
_MARGIN = 2 * REACH_CELLS + AROUND_CELLS


class CoveredGround:
    """Ground of which a grid of inhabited cells tells how many people live there.

    Parameters
    ----------
    easting, northing : (n,) south-west corners of the cells, metres, in the CRS of the grid; one at least.
    epsg : of the grid.

    Notes
    -----
    Where a grid is cut, nothing says whether the ground beyond is empty or unknown. Ground that lies among inhabited
    cells (a closing by `REACH_CELLS`) or at their edge (`AROUND_CELLS`) is taken as known, the rest as unknown.
    """

    def __init__(self, easting: NDArray[np.int64], northing: NDArray[np.int64], epsg: int) -> None:
        self._column, self._row, self._epsg = easting // CELL_SIZE_M, northing // CELL_SIZE_M, epsg
        self._west, self._south = (int(axis.min()) - _MARGIN for axis in (self._column, self._row))

    def share(self, area: BaseGeometry) -> float:
        """Share of an area that is covered, in [0, 1].

        Parameters
        ----------
        area : in the projected CRS of the territory of the grid.
        """
        return float(self.shares([area])[0])

    def shares(self, areas: Sequence[BaseGeometry]) -> NDArray[np.float64]:
        """(n,) `share` of many areas."""
        import shapely

        shapes = np.fromiter(areas, dtype=object, count=len(areas))
        found = np.zeros(len(shapes))
        rows = np.flatnonzero(shapely.area(shapes) > 0)
        frames, is_inside = self._frames(shapely.bounds(shapes[rows]))
        top, bottom, right, left = (self._sums[at] for at in _corners(frames))
        whole = is_inside & (top - bottom - right + left == (frames[1] - frames[0]) * (frames[3] - frames[2]))
        found[rows[whole]] = 1.0
        partly = rows[~whole]
        places = [self._places_within(*frame) for frame in frames[:, ~whole].T.tolist()]
        is_large = np.array([len(held) > _MOST_SQUARES for held in places], dtype=bool)
        for rank in np.flatnonzero(is_large).tolist():
            area, held = shapes[partly[rank]], places[rank]
            in_cells = float(shapely.area(area)) / CELL_SIZE_M**2
            found[partly[rank]] = min(self._share_of_centres(area, *self._corners_of(held)) / in_cells, 1.0)
        few = [held for held, large in zip(places, is_large.tolist(), strict=True) if not large]
        if few:
            found[partly[~is_large]] = self._shares_within(shapes[partly[~is_large]], np.unique(np.concatenate(few)))
        return found

    def _shares_within(self, areas: NDArray[np.object_], places: NDArray[np.intp]) -> NDArray[np.float64]:
        """Share of each area that some covered places hold."""
        import shapely

        squares = cell_squares(*self._corners_of(places), self._epsg, GRID_CRS[self._epsg])
        inside = PopulatedCells(squares, np.ones(len(squares))).inside(areas.tolist())
        covered_m2 = np.bincount(inside.area, shapely.area(squares[inside.cell]) * inside.share, len(areas))
        return np.minimum(covered_m2 / shapely.area(areas), 1.0)

    def _places_within(self, south: int, north: int, west: int, east: int) -> NDArray[np.intp]:
        """Covered places of a frame, numbered over the whole lattice."""
        row, column = np.nonzero(self._covered[south:north, west:east])
        return np.asarray((south + row) * self._covered.shape[1] + west + column)

    def _corners_of(self, places: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Easting and northing of the south-west corners of places."""
        row, column = np.divmod(places, self._covered.shape[1])
        return (self._west + column) * CELL_SIZE_M, (self._south + row) * CELL_SIZE_M

    @cached_property
    def _sums(self) -> NDArray[np.int64]:
        """How many places are covered south and west of each corner of the lattice."""
        height, width = self._covered.shape
        sums = np.zeros((height + 1, width + 1), dtype=np.int64)
        sums[1:, 1:] = self._covered.cumsum(axis=0, dtype=np.int64).cumsum(axis=1)
        return sums

    @cached_property
    def _covered(self) -> NDArray[np.bool_]:
        """Which places of the lattice are covered, from the south-west corner of the grid and its margin."""
        from scipy import ndimage

        height, width = (
            int(axis.max()) - start + _MARGIN + 1
            for axis, start in ((self._row, self._south), (self._column, self._west))
        )
        cells = np.zeros((height, width), dtype=bool)
        cells[self._row - self._south, self._column - self._west] = True
        square = np.ones((3, 3), dtype=bool)
        closed = ndimage.binary_closing(cells, square, iterations=REACH_CELLS)
        return np.asarray(ndimage.binary_dilation(closed | cells, square, iterations=AROUND_CELLS))

    def _frames(self, bounds: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Rows and columns of the lattice around boxes, and whether the whole of each lies within the lattice.

        Parameters
        ----------
        bounds : (n, 4) west, south, east, north, in the projected CRS of the territory.

        Returns
        -------
        (4, n) first row, row after the last, first column, column after the last; and (n,).
        """
        corners = bounds[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)
        across, up = (
            axis.reshape(-1, 4)
            for axis in transform_points(corners[:, 0], corners[:, 1], GRID_CRS[self._epsg], self._epsg)
        )
        # The sides of a box bend in another CRS: a hundredth of its size is more than enough.
        size_m = np.maximum(np.ptp(across, axis=1), np.ptp(up, axis=1))
        margin = (size_m / CELL_SIZE_M / 100).astype(np.int64) + 1
        frames, is_inside = [], np.ones(len(bounds), dtype=bool)
        for places, start, size in zip((up, across), (self._south, self._west), self._covered.shape, strict=True):
            first = (places.min(axis=1) // CELL_SIZE_M).astype(np.int64) - margin - start
            last = (places.max(axis=1) // CELL_SIZE_M).astype(np.int64) + margin + 1 - start
            is_inside &= (first >= 0) & (last <= size)
            frames += [np.clip(first, 0, size), np.clip(last, 0, size)]
        return np.array(frames), is_inside

    def _share_of_centres(self, area: BaseGeometry, easting: NDArray[np.int64], northing: NDArray[np.int64]) -> float:
        """How many covered places have their centre in a large area."""
        import shapely

        half = CELL_SIZE_M / 2
        corners = easting.astype(np.float64), northing.astype(np.float64)
        across, up = transform_points(corners[0] + half, corners[1] + half, self._epsg, GRID_CRS[self._epsg])
        shapely.prepare(area)
        return float(np.count_nonzero(shapely.contains_xy(area, across, up)))


def _corners(frames: NDArray[np.int64]) -> tuple[tuple[NDArray[np.int64], NDArray[np.int64]], ...]:
    """Corners of frames on the lattice: of a sum, the first and the last count, the others are taken off."""
    south, north, west, east = frames
    return (north, east), (south, east), (north, west), (south, west)


def meeting_pairs(first: Sequence[BaseGeometry], second: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    """Indices of the areas of two lists that meet, were it in one point, in increasing order."""
    import shapely

    shapes = np.array(first, dtype=object)
    pairs = shapely.STRtree(second).query(shapes, predicate="intersects")
    return sorted(zip(*pairs.tolist(), strict=True))
