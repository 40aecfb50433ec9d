"""Quarters fitted to blocks: the decree's contours follow streets, not cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_geometry import cell_squares
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.clustered_cells import NO_QUARTER
from geoville.perimeters.dasymetric import spread_people
from geoville.perimeters.outline import Outline, close_gaps, drop_slivers, fill_small_holes, pieces_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.perimeters.clustered_cells import ClusteredCells
    from geoville.perimeters.dasymetric import SpreadPeople

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
