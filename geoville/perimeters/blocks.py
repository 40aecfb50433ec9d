"""Outlines fitted to blocks: blocks of the street network, and the people who live in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import cell_squares
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.outlines import NO_QUARTER, Outline, close_gaps, drop_slivers, fill_small_holes, pieces_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.perimeters.outlines import ClusteredCells


# --- Where in a cell people live: spread over the blocks that it meets, since nobody lives on a street or a river

NOISE_M2 = 1.0
"""A cell and a block whose edges meet overlap by rounding alone; a share under this is nobody's home."""


@dataclass(frozen=True, eq=False, slots=True)
class SpreadPeople:
    """People of cells, on the parts of cells where they are taken to live.

    Parameters
    ----------
    units : (u,) polygons: the blocks in the order given, then the cells that meet no block.
    part : (m,) polygons, each the overlap of one cell and one unit.
    cell, unit : (m,) indices of the cell and the unit of each part.
    area_m2, people : (m,) of each part.
    """

    units: NDArray[np.object_]
    part: NDArray[np.object_]
    cell: NDArray[np.intp]
    unit: NDArray[np.intp]
    area_m2: NDArray[np.float64]
    people: NDArray[np.float64]


def spread_people(
    squares: NDArray[np.object_], people: NDArray[np.float64], blocks: NDArray[np.object_]
) -> SpreadPeople:
    """Spread the people of each cell over the blocks that it meets, in proportion to their area inside the cell.

    Parameters
    ----------
    squares : (n,) cells as polygons, not overlapping.
    people : (n,) people in each cell.
    blocks : (b,) valid polygons that do not overlap, in the same projected CRS.

    Notes
    -----
    The people of a cell that meets no block stay in the whole cell, which then counts as a block. Totals are kept, cell
    by cell.
    """
    import shapely

    cell, block = shapely.STRtree(blocks).query(squares, predicate="intersects")
    order = np.lexsort((block, cell))
    cell, block = cell[order], block[order]
    part = shapely.intersection(squares[cell], blocks[block])
    area_m2 = shapely.area(part)
    real = area_m2 >= NOISE_M2
    bare = np.setdiff1d(np.arange(len(squares)), cell[real])
    cell = np.concatenate([cell[real], bare])
    area_m2 = np.concatenate([area_m2[real], shapely.area(squares[bare])])
    area_of_cell = np.bincount(cell, weights=area_m2, minlength=len(squares))
    return SpreadPeople(
        units=np.concatenate([blocks, squares[bare]]),
        part=np.concatenate([part[real], squares[bare]]),
        cell=cell,
        unit=np.concatenate([block[real], len(blocks) + np.arange(len(bare))]),
        area_m2=area_m2,
        people=people[cell] * area_m2 / area_of_cell[cell],
    )


_EXACTLY = 1 - 1e-9
"""A half is a half: a sum of shares that rounds just below it counts."""


@dataclass(frozen=True, slots=True)
class BlockRules:
    """How blocks make a quarter.

    Parameters
    ----------
    selected_share : a block goes in when at least this share of its people (of its area, where nobody lives) lies in
        cells of a quarter.
    street_width_m : a gap narrower than this between blocks of a quarter is a street of the quarter.
    sliver_width_m : what is narrower than this is taken away.
    hole_area_m2 : an enclosed hole up to this area is filled; by default that of a cell.
    """

    selected_share: float = 0.5
    street_width_m: float = 30.0
    sliver_width_m: float = 10.0
    hole_area_m2: float = 40_000.0


def fit_to_blocks(
    cells: ClusteredCells, blocks: NDArray[np.object_], epsg: int, rules: BlockRules | None = None
) -> tuple[Outline, ...]:
    """Fit quarters made of cells to blocks.

    Parameters
    ----------
    cells : every populated cell, and the quarter of each.
    blocks : (b,) valid polygons that do not overlap, in EPSG `epsg`; their order changes nothing.
    epsg : projected CRS of the blocks, and of the outlines.

    Returns
    -------
    One outline for each quarter, in order; they do not overlap. An outline is empty where no block has enough of its
    people in the quarter.

    Notes
    -----
    METHOD, step 5. A block that several quarters hold goes to the one with most of its people. A cell that meets no
    block counts as one. The piece with most people is the quarter; what touches it at a corner at most is reported.
    """
    rules = rules or BlockRules()
    squares = cell_squares(cells.easting, cells.northing, cells.epsg, epsg, cells.size_m)
    spread = spread_people(squares, cells.people, _in_one_order(blocks))
    owner = _owner_of_units(spread, cells, rules.selected_share)
    plan = _Plan(spread, owner, rules)
    outlines: list[Outline] = []
    for quarter, members in enumerate(cells.members()):
        before = float(cells.people[members].sum())
        outlines.append(plan.outline(quarter, before, [outline.geometry for outline in outlines]))
    return tuple(outlines)


def _in_one_order(blocks: NDArray[np.object_]) -> NDArray[np.object_]:
    """Blocks in an order that depends on their geometry alone, so that sums round alike whatever the file."""
    import shapely

    normal = shapely.normalize(np.asarray(blocks, dtype=object))
    ordered: NDArray[np.object_] = normal[np.argsort(shapely.to_wkb(normal), kind="stable")]
    return ordered


def _owner_of_units(spread: SpreadPeople, cells: ClusteredCells, selected_share: float) -> NDArray[np.intp]:
    """(u,) quarter of each unit, or `NO_QUARTER`."""
    import shapely

    count = len(spread.units)
    everybody = np.bincount(spread.unit, weights=spread.people, minlength=count)
    inhabited = everybody > 0
    total = np.where(inhabited, everybody, shapely.area(spread.units))
    weight = np.where(inhabited[spread.unit], spread.people, spread.area_m2)

    quarter = cells.quarter[spread.cell]
    inside = quarter != NO_QUARTER
    pairs, pair = np.unique(np.stack([spread.unit[inside], quarter[inside]]), axis=1, return_inverse=True)
    unit_of_pair, quarter_of_pair = pairs
    held = np.bincount(pair.ravel(), weights=weight[inside], minlength=pairs.shape[1])
    held_by_any = np.bincount(unit_of_pair, weights=held, minlength=count)

    most_first = np.lexsort((quarter_of_pair, -held, unit_of_pair))
    claimed, first = np.unique(unit_of_pair[most_first], return_index=True)
    owner = np.full(count, NO_QUARTER, dtype=np.intp)
    owner[claimed] = quarter_of_pair[most_first[first]]
    too_little = (held_by_any <= 0) | (held_by_any < selected_share * total * _EXACTLY)
    owner[too_little] = NO_QUARTER
    return owner


class _Plan:
    """Units of a town and the quarter that each goes to."""

    def __init__(self, spread: SpreadPeople, owner: NDArray[np.intp], rules: BlockRules) -> None:
        import shapely

        self.units = spread.units
        self.homes = PopulatedCells(spread.part, spread.people)
        self.owner = owner
        self.rules = rules
        self.tree = shapely.STRtree(spread.units)

    def outline(self, quarter: int, people_before: float, drawn: list[BaseGeometry]) -> Outline:
        """Outline of one quarter that takes nothing from those already drawn."""
        import shapely

        ground = shapely.union_all(self.units[self.owner == quarter])

        def not_ours(area: BaseGeometry) -> BaseGeometry:
            return shapely.union_all([*self._units_in(area, self.owner != quarter), *drawn])

        def of_others(area: BaseGeometry) -> BaseGeometry:
            return shapely.union_all(self._units_in(area, ~np.isin(self.owner, [quarter, NO_QUARTER])))

        ground = close_gaps(ground, self.rules.street_width_m, not_ours)
        ground = fill_small_holes(ground, self.rules.hole_area_m2, of_others)
        ground = drop_slivers(ground, self.rules.sliver_width_m)
        pieces = pieces_of(ground, self.homes.people_in)
        if not pieces:
            return Outline(shapely.Polygon(), people_before, 0.0)
        return Outline(pieces[0].geometry, people_before, pieces[0].people, tuple(pieces[1:]))

    def _units_in(self, area: BaseGeometry, wanted: NDArray[np.bool_]) -> NDArray[np.object_]:
        near = np.sort(self.tree.query(area, predicate="intersects"))
        return self.units[near[wanted[near]]]


# --- Blocks from streets: the faces of the network that they draw

SNAP_M = 1.0
"""A street that ends this close to another meets it: files digitised by hand miss crossings by less than a metre."""

_GRID_M = 0.001
"""Lines are noded on a grid of a millimetre, on which crossings are exact."""


def blocks_from_streets(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Blocks that streets enclose.

    Parameters
    ----------
    lines : (n,) centre lines, LineString in a projected CRS, metres, in any order. They may cross without a common
        vertex (OpenStreetMap) or be cut at every crossing (BD TOPO).

    Returns
    -------
    (b,) polygons in an order that depends on their geometry alone; neighbours share their edges bit for bit. Dead ends
    enclose nothing and are ignored.

    Notes
    -----
    Bridges and tunnels cut blocks like streets do: the plane is all that is looked at. Loose ends within `SNAP_M` of
    another street, or of another loose end, are joined to it; ends that overshoot a crossing by less are left alone.
    """
    import shapely

    network = _noded(lines)
    joints = _joints(network)
    if len(joints):
        network = _noded(np.concatenate([network, joints]))
    blocks = shapely.normalize(shapely.get_parts(shapely.polygonize(network)))
    ordered: NDArray[np.object_] = blocks[np.argsort(shapely.to_wkb(blocks), kind="stable")]
    return ordered


def _noded(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Lines cut wherever they meet, each once."""
    import shapely

    return np.asarray(shapely.get_parts(shapely.union_all(lines, grid_size=_GRID_M)))


def _joints(network: NDArray[np.object_]) -> NDArray[np.object_]:
    """Short lines from loose ends to what they miss by less than `SNAP_M`, the nearest alone."""
    import shapely

    end_point, other_end, own_line = _loose_ends(network)
    end, line = shapely.STRtree(network).query(end_point, predicate="dwithin", distance=SNAP_M)
    elsewhere = line != own_line[end]
    end = np.concatenate([end[elsewhere], np.arange(len(end_point))])
    target = np.concatenate([network[line[elsewhere]], other_end])  # a loop may miss its own start
    gap_m = shapely.distance(end_point[end], target)
    order = np.lexsort((gap_m, end))
    order = order[gap_m[order] <= SNAP_M]
    _, nearest = np.unique(end[order], return_index=True)
    chosen = order[nearest]
    return np.asarray(shapely.shortest_line(end_point[end[chosen]], target[chosen]))


def _loose_ends(
    network: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.intp]]:
    """Ends that meet nothing, the other end of their line, and that line; overshoots of a crossing are left out."""
    import shapely

    starts, stops = shapely.get_point(network, 0), shapely.get_point(network, -1)
    end, other_end = np.concatenate([starts, stops]), np.concatenate([stops, starts])
    line = np.tile(np.arange(len(network)), 2)
    _, place, meeting = np.unique(shapely.get_coordinates(end), axis=0, return_inverse=True, return_counts=True)
    loose = (meeting[place.ravel()] == 1) & (shapely.length(network)[line] > SNAP_M)
    return end[loose], other_end[loose], line[loose]
