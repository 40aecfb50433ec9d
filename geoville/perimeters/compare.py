"""Two maps of perimeters, an old one and a new one: which perimeters answer to which, who enters, leaves and stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.fate import Fate, fate_of
from geoville.perimeters.flow import Flow, measure_flow
from geoville.perimeters.links import linked_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """What two perimeters must share to answer to each other, and what passes for no change.

    Parameters
    ----------
    link_share : an old and a new perimeter are linked when at least this share of the people of one of them live in
        both. A quarter: a row of cells along a common limit does not tie two neighbours together, and a perimeter
        that kept a good part of its people is not called gone.
    tolerance : largest share, of people and of surface, that may enter or leave an unchanged perimeter. 2 %: what
        redrawing the same limit along streets changes.
    """

    link_share: float = 0.25
    tolerance: float = 0.02


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A perimeter within its group.

    Parameters
    ----------
    flow : of an old perimeter, what stays in the new ones of its group and what leaves them; of a new perimeter, what
        was in the old ones of its group and what enters.
    """

    perimeter: Perimeter
    flow: Flow


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """Old and new perimeters that answer to each other, directly or through others.

    Parameters
    ----------
    flow : from the union of the old ones to the union of the new ones.
    """

    fate: Fate
    old: tuple[Member, ...]
    new: tuple[Member, ...]
    flow: Flow


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """What changes from one map to the next.

    Parameters
    ----------
    groups : every perimeter is in exactly one; by decreasing population, before or after.
    total : from the union of all old perimeters to that of all new ones; its F1 and IoU are those of the two maps.
    people_between_groups : people who stay, but from the perimeters of one group to those of another. They leave one
        and enter the other: the people who leave the groups are those of `total` and these, if perimeters of one map
        do not overlap.
    estimated : whether any perimeter is estimated, and so the whole comparison.
    """

    groups: tuple[Group, ...]
    total: Flow
    people_between_groups: float
    estimated: bool
    rules: ComparisonRules


def compare_perimeters(
    old: Sequence[Perimeter],
    new: Sequence[Perimeter],
    squares: NDArray[np.object_],
    people: NDArray[np.float64],
    rules: ComparisonRules | None = None,
) -> Comparison:
    """Compare two maps of perimeters on the people of one grid.

    Parameters
    ----------
    old, new : in the CRS of the cells; either may be empty.
    squares : (n,) cells as polygons.
    people : (n,) people in each cell, taken as spread evenly over its area: the same for both maps, so that only
        limits change.

    Notes
    -----
    Comparing the other way round gives the mirror: new and gone, grown and shrunk, split and merged, what enters and
    what leaves change places, and nothing else.
    """
    rules = rules or ComparisonRules()
    cells = PopulatedCells(squares, people)
    groups = [
        _group([old[place] for place in olds], [new[place] for place in news], cells, rules.tolerance)
        for olds, news in linked_groups(_shapes(old), _shapes(new), cells, rules.link_share)
    ]
    groups.sort(key=_largest_first)
    total = measure_flow(_union(old), _union(new), cells)
    staying_in_groups = sum(group.flow.stay.people for group in groups)
    return Comparison(
        groups=tuple(groups),
        total=total,
        people_between_groups=max(total.stay.people - staying_in_groups, 0.0),
        estimated=any(perimeter.estimated for perimeter in (*old, *new)),
        rules=rules,
    )


def _group(old: list[Perimeter], new: list[Perimeter], cells: PopulatedCells, tolerance: float) -> Group:
    before, after = _union(old), _union(new)
    flow = measure_flow(before, after, cells)
    return Group(
        fate=fate_of(len(old), len(new), flow, tolerance),
        old=tuple(Member(item, measure_flow(item.geometry, _within(item, after), cells)) for item in old),
        new=tuple(Member(item, measure_flow(_within(item, before), item.geometry, cells)) for item in new),
        flow=flow,
    )


def _within(perimeter: Perimeter, area: BaseGeometry) -> BaseGeometry:
    import shapely

    return shapely.intersection(perimeter.geometry, area)


def _largest_first(group: Group) -> tuple[float, list[str]]:
    codes = sorted(member.perimeter.code for member in (*group.old, *group.new))
    return -max(group.flow.before.people, group.flow.after.people), codes


def _shapes(perimeters: Sequence[Perimeter]) -> list[BaseGeometry]:
    return [perimeter.geometry for perimeter in perimeters]


def _union(perimeters: Sequence[Perimeter]) -> BaseGeometry:
    import shapely

    return shapely.union_all(_shapes(perimeters))
