"""Outlines: from cells to polygons, smoothed, without slivers; drafts that a planner draws from others."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M, cell_squares, union_of_cells
from geoville.carroyage.lattice import find_keys, place_keys, places_of
from geoville.crs import transform_geometry
from geoville.model import Kind, Perimeter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.perimeters.quarters import Quarter

    _Corners = NDArray[np.intp]


_HAIR_M = 0.001
"""Half the width under which a gap is the rounding of two computations of one edge."""


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A polygon, and the people who live in it."""

    geometry: BaseGeometry
    people: float


@dataclass(frozen=True, eq=False, slots=True)
class Outline:
    """The outline of a quarter.

    Parameters
    ----------
    geometry : one valid polygon; empty where nothing of the quarter is left.
    people_before : people in the cells of the quarter.
    people_after : people inside the outline.
    left_out : pieces that touch the outline at a corner at most, by decreasing population.
    """

    geometry: BaseGeometry
    people_before: float
    people_after: float
    left_out: tuple[Piece, ...] = ()


def close_gaps(ground: BaseGeometry, width_m: float, foreign: Callable[[BaseGeometry], BaseGeometry]) -> BaseGeometry:
    """Add to a ground the gaps narrower than a width that it holds between its own parts.

    Parameters
    ----------
    foreign : gives, for an area, the ground inside it that must not be taken.

    Notes
    -----
    A morphological closing with mitred corners, which leaves straight corners as they are. A gap is taken with a
    millimetre of the ground around it, so that it joins what it lies between whatever the rounding.
    """
    import shapely

    closed = _moved(_moved(ground, width_m / 2), -width_m / 2)
    barred = foreign(closed)
    gaps = _moved(shapely.difference(shapely.difference(closed, ground), barred), -_HAIR_M)
    if gaps.is_empty:
        return ground
    overlapping = shapely.intersection(_moved(gaps, 2 * _HAIR_M), closed)
    free = shapely.get_parts(shapely.difference(overlapping, barred))
    return shapely.union_all([ground, *free[shapely.area(free) > 0]])


def fill_small_holes(
    ground: BaseGeometry, area_m2: float, foreign: Callable[[BaseGeometry], BaseGeometry]
) -> BaseGeometry:
    """Fill the holes of at most an area that hold no foreign ground."""
    import shapely

    rings = [ring for part in shapely.get_parts(ground) for ring in shapely.get_rings(part)[1:]]
    holes = [shapely.Polygon(ring) for ring in rings]
    filled = [hole for hole in holes if hole.area <= area_m2 and not shapely.intersection(foreign(hole), hole).area]
    return shapely.union_all([ground, *filled]) if filled else ground


def drop_slivers(ground: BaseGeometry, width_m: float) -> BaseGeometry:
    """Take away what is narrower than a width.

    Notes
    -----
    A morphological opening. Tips and crumbs under `width_m`² / 4 are corners, not slivers: they stay.
    """
    import shapely

    thick = _moved(_moved(ground, -width_m / 2), width_m / 2)
    thin = shapely.get_parts(shapely.difference(ground, thick))
    slivers = thin[shapely.area(thin) > width_m**2 / 4]
    return shapely.difference(ground, shapely.union_all(slivers)) if len(slivers) else ground


def pieces_of(ground: BaseGeometry, people_in: Callable[[BaseGeometry], float]) -> list[Piece]:
    """Pieces that touch one another at a corner at most, by decreasing population, then from the south-west."""
    import shapely

    polygons = [part for part in shapely.get_parts(ground) if part.area > 0]
    pieces = [Piece(shapely.normalize(polygon), people_in(polygon)) for polygon in polygons]
    return sorted(pieces, key=lambda piece: (-piece.people, piece.geometry.bounds))


def _moved(ground: BaseGeometry, outward_m: float) -> BaseGeometry:
    """The ground with its outline moved outward (inward if negative), corners kept.

    GEOS draws some mitred outlines across themselves (about one in a hundred): they are mended before use.
    """
    import shapely

    moved = shapely.buffer(ground, outward_m, join_style="mitre")
    return moved if moved.is_valid else shapely.make_valid(moved, method="structure", keep_collapsed=False)


# --- The cells of a town with the quarter that each belongs to: what outlines are drawn from

NO_QUARTER = -1


@dataclass(frozen=True, eq=False, slots=True)
class ClusteredCells:
    """Every populated cell, and the unpopulated places that quarters hold (bridges, holes), by (northing, easting).

    Parameters
    ----------
    epsg : CRS of the grid.
    easting, northing : (n,) south-west corners, metres in `epsg`, each place once.
    people : (n,) people who live there.
    quarter : (n,) number of the quarter, from 0; `NO_QUARTER` outside them all.
    size_m : side of a cell, metres: squares of ground are smaller ones.
    """

    epsg: int
    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    people: NDArray[np.float64]
    quarter: NDArray[np.intp]
    size_m: int = CELL_SIZE_M

    def members(self) -> list[NDArray[np.intp]]:
        """Indices of the cells of each quarter, increasing."""
        count = int(self.quarter.max(initial=NO_QUARTER)) + 1
        order = np.argsort(self.quarter, kind="stable")
        starts = np.searchsorted(self.quarter[order], np.arange(count + 1))
        return [order[start:stop] for start, stop in pairwise(starts)]


def cells_of_quarters(grid: Grid, quarters: Sequence[Quarter]) -> ClusteredCells:
    """Put the cells of a grid into quarters, numbered in the order given.

    A place that two quarters hold goes to the first.
    """
    held = [place_keys(quarter.easting, quarter.northing) for quarter in quarters]
    return _clustered(grid.epsg, place_keys(grid.easting, grid.northing), grid.people, held, CELL_SIZE_M)


def squares_of_quarters(grid: Grid, quarters: Sequence[Quarter], side: int) -> ClusteredCells:
    """Put the squares of the cells of a grid into quarters made of squares; see `cells_of_quarters`.

    Parameters
    ----------
    side : squares along the side of a cell: each holds an equal part of its people.
    """
    size = CELL_SIZE_M // side
    steps = np.arange(side) * size
    northing = (grid.northing[:, None, None] + steps[:, None]).repeat(side, axis=2).ravel()
    easting = (grid.easting[:, None, None] + steps).repeat(side, axis=1).ravel()
    held = [place_keys(*(quarter.squares[::-1] * size)) for quarter in quarters if quarter.squares is not None]
    keys = place_keys(easting, northing)
    order = np.argsort(keys, kind="stable")
    people = np.repeat(grid.people / side**2, side**2)
    return _clustered(grid.epsg, keys[order], people[order], held, size)


def _clustered(
    epsg: int, in_grid: NDArray[np.int64], in_grid_people: NDArray[np.float64], held: list[NDArray[np.int64]], size: int
) -> ClusteredCells:
    number = np.repeat(np.arange(len(held)), [len(keys) for keys in held])
    owned, first = np.unique(np.concatenate([*held, np.empty(0, np.int64)]), return_index=True)
    places = np.sort(np.concatenate([in_grid, owned[find_keys(owned, in_grid) < 0]]))
    people = np.zeros(len(places))
    people[np.searchsorted(places, in_grid)] = in_grid_people
    quarter_of = np.full(len(places), NO_QUARTER, dtype=np.intp)
    quarter_of[np.searchsorted(places, owned)] = number[first]
    return ClusteredCells(epsg, *places_of(places), people, quarter_of, size)


# --- Slivers: strips too narrow to be a place, left where two drawings of one limit do not quite agree

_QUADRANT_SEGMENTS = 16
_SEAM_M = 0.001
"""Rounding of the opening's own arithmetic: what is left over is looked for a millimetre off its edge."""


def split_slivers(area: BaseGeometry, width_m: float) -> tuple[BaseGeometry, tuple[BaseGeometry, ...]]:
    """Part an area from its slivers.

    Parameters
    ----------
    area : polygons in a projected CRS.
    width_m : what a disc of this diameter cannot enter is a sliver; 0 finds none.

    Returns
    -------
    The area without its slivers, and the slivers, in an order that the area alone decides. Together they are the area:
    nothing is added to it, nothing of it is lost.

    Notes
    -----
    The morphological opening of radius r = width / 2 is what discs of radius r inside the area cover. What it leaves
    out is a corner, or a sliver. It counts as a corner, and stays, when all of it lies within r of the opening (so do
    corners of more than 60° and necks shorter than the width); as a sliver otherwise. The operation is idempotent: the
    opening of what stays is the same opening.
    """
    import shapely

    if width_m == 0 or area.is_empty:
        return area, ()
    radius = width_m / 2
    opened = area.buffer(-radius, quad_segs=_QUADRANT_SEGMENTS).buffer(radius, quad_segs=_QUADRANT_SEGMENTS)
    left_out = shapely.difference(area, opened.buffer(_SEAM_M, quad_segs=1))
    near = opened.buffer(radius + _SEAM_M, quad_segs=_QUADRANT_SEGMENTS)
    slivers = tuple(part for part in polygons_of(left_out) if not near.covers(part))
    if not slivers:
        return area, ()
    return shapely.union_all(polygons_of(shapely.difference(area, shapely.union_all(slivers)))), slivers


def polygons_of(geometry: BaseGeometry) -> tuple[BaseGeometry, ...]:
    """Polygons of any geometry, by decreasing surface then from the west and the south; lines and points are left."""
    import shapely

    parts = shapely.get_parts(geometry)
    found = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return tuple(sorted(found, key=lambda part: (-part.area, *part.bounds)))


# --- Outlines without the stair steps of cells, with nearly the same people inside

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


# --- Perimeters that a planner draws from others: joined, cut, or with something taken away. All of them are drafts


def merged(perimeters: Sequence[Perimeter]) -> Perimeter:
    """All of some perimeters as one draft.

    Parameters
    ----------
    perimeters : one at least, in one projected CRS; where they overlap, ground is taken once.
    """
    import shapely

    if len(perimeters) == 1:
        return perimeters[0]
    joined = shapely.union_all([item.geometry for item in perimeters])
    communes = tuple(dict.fromkeys(code for item in perimeters for code in item.communes))
    codes = [item.code for item in perimeters]
    named = " + ".join(codes) if len(codes) <= _NAMED else f"{len(codes)} tracés"
    return _draft(perimeters[0], joined, code="reunion", name=f"Réunion de {named}", communes=communes)


_NAMED = 4
"""Perimeters that the name of a draft made of them lists."""


def cut(perimeters: Sequence[Perimeter], within: Sequence[BaseGeometry]) -> tuple[Perimeter, ...]:
    """What of each perimeter lies within some areas; one of which nothing does is left out."""
    import shapely

    frame = shapely.union_all(list(within))
    return _redrawn(perimeters, lambda shape: shapely.intersection(shape, frame))


def subtracted(perimeters: Sequence[Perimeter], minus: Sequence[BaseGeometry]) -> tuple[Perimeter, ...]:
    """What of each perimeter lies outside some areas; one of which nothing does is left out."""
    import shapely

    taken = shapely.union_all(list(minus))
    return _redrawn(perimeters, lambda shape: shapely.difference(shape, taken))


def _redrawn(perimeters: Sequence[Perimeter], redraw: Callable[[BaseGeometry], BaseGeometry]) -> tuple[Perimeter, ...]:
    """Perimeters drawn again; one that does not change stays what it is."""
    import shapely

    made = []
    for item in perimeters:
        shape = shapely.union_all(polygons_of(redraw(item.geometry)))
        if shape.area <= 0:
            continue
        is_same = shapely.equals(shape, item.geometry)
        made.append(item if is_same else _draft(item, shape, code=item.code, name=item.name, communes=item.communes))
    return tuple(made)


def _draft(first: Perimeter, geometry: BaseGeometry, *, code: str, name: str, communes: tuple[str, ...]) -> Perimeter:
    """A draft, whatever it was drawn from: what a decree fixed is not kept of it."""
    drawn = Perimeter(
        code=code, name=name, kind=Kind.CANDIDAT, geometry=geometry, epsg=first.epsg, estimated=True, communes=communes
    )
    return replace(drawn, source=first.source)
