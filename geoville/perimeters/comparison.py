"""Two geographies compared: which quarters meet, what enters, stays and leaves, with its people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from geoville.perimeters.areas import PopulatedCells, meeting_pairs
from geoville.perimeters.score import f1_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter


# --- What becomes of perimeters from one map to the next


class Fate(StrEnum):
    """What happened to a group of linked perimeters.

    `changed` is one perimeter that both gained and lost, or several that were redrawn into several others.
    """

    KEPT = "kept"
    GROWN = "grown"
    SHRUNK = "shrunk"
    CHANGED = "changed"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    GONE = "gone"


FATE_NAMES = MappingProxyType(
    {
        Fate.KEPT: "inchangé",
        Fate.GROWN: "agrandi",
        Fate.SHRUNK: "réduit",
        Fate.CHANGED: "redessiné",
        Fate.SPLIT: "divisé",
        Fate.MERGED: "réuni",
        Fate.NEW: "nouveau",
        Fate.GONE: "disparu",
    }
)
"""French adjective of each fate, of a perimeter."""


def fate_of(old_count: int, new_count: int, flow: Flow, tolerance: float) -> Fate:
    """Fate of a group of linked perimeters.

    Parameters
    ----------
    old_count, new_count : perimeters of each side in the group; not both 0.
    flow : from the old ones to the new ones.
    tolerance : largest share, of people and of surface, that may enter or leave an unchanged perimeter.
    """
    if not old_count:
        return Fate.NEW
    if not new_count:
        return Fate.GONE
    if old_count > 1 or new_count > 1:
        return Fate.SPLIT if old_count == 1 else Fate.MERGED if new_count == 1 else Fate.CHANGED
    gains, loses = flow.share_entering > tolerance, flow.share_leaving > tolerance
    if gains and loses:
        return Fate.CHANGED
    return Fate.GROWN if gains else Fate.SHRUNK if loses else Fate.KEPT


# --- What enters, leaves and stays between an area and the one that takes its place


@dataclass(frozen=True, slots=True)
class SharedGround:
    """Size of an area.

    Parameters
    ----------
    people : by share of the area of their cells.
    cells : populated cells that the area covers by one half at least.
    """

    people: float
    cells: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Flow:
    """From an old area to a new one: `stay` is in both, `leave` in the old one only, `enter` in the new one only."""

    enter: SharedGround
    leave: SharedGround
    stay: SharedGround

    @property
    def before(self) -> SharedGround:
        """Size of the old area."""
        return _sum(self.stay, self.leave)

    @property
    def after(self) -> SharedGround:
        """Size of the new area."""
        return _sum(self.stay, self.enter)

    @property
    def f1(self) -> float:
        """Population F1 of the two areas; NaN where nobody lives in either."""
        return f1_of(self.stay.people, self.before.people, self.after.people)

    @property
    def area_iou(self) -> float:
        """Area of the intersection over that of the union; NaN where both areas are empty."""
        union_m2 = self.stay.area_m2 + self.enter.area_m2 + self.leave.area_m2
        return self.stay.area_m2 / union_m2 if union_m2 else float("nan")

    @property
    def share_entering(self) -> float:
        """Share of the new area that enters: of its people or of its surface, whichever is larger; 0 if it is empty."""
        return _share(self.enter, self.after)

    @property
    def share_leaving(self) -> float:
        """Share of the old area that leaves: of its people or of its surface, whichever is larger; 0 if it is empty."""
        return _share(self.leave, self.before)


def measure_flow(old: BaseGeometry, new: BaseGeometry, cells: PopulatedCells) -> Flow:
    """Measure what enters, leaves and stays.

    Parameters
    ----------
    old, new : valid polygons, or empty, in the CRS of the cells.

    Notes
    -----
    Each cell is counted once: it stays when it belongs to both areas, whether or not their intersection holds half of
    it. So counts of cells add up as people and areas do.
    """
    import shapely

    both = shapely.intersection(old, new)
    people_before, people_after, people_in_both = (cells.people_in(area) for area in (old, new, both))
    cells_before, cells_after = cells.cells_in(old), cells.cells_in(new)
    cells_in_both = len(np.intersect1d(cells_before, cells_after, assume_unique=True))
    return Flow(
        enter=_rest(people_after - people_in_both, len(cells_after) - cells_in_both, new.area - both.area),
        leave=_rest(people_before - people_in_both, len(cells_before) - cells_in_both, old.area - both.area),
        stay=SharedGround(people_in_both, cells_in_both, float(both.area)),
    )


def _rest(people: float, cells: int, area_m2: float) -> SharedGround:
    """What is left of an area once its intersection is taken out, never less than nothing by rounding."""
    return SharedGround(max(people, 0.0), cells, max(float(area_m2), 0.0))


def _sum(one: SharedGround, other: SharedGround) -> SharedGround:
    return SharedGround(one.people + other.people, one.cells + other.cells, one.area_m2 + other.area_m2)


def _share(part: SharedGround, whole: SharedGround) -> float:
    sizes = (part.people, whole.people), (part.area_m2, whole.area_m2)
    return max((some / every for some, every in sizes if every), default=0.0)


# --- Which perimeters of two maps answer to each other: those that share people

Linked = tuple[list[int], list[int]]


def linked_groups(
    old: Sequence[BaseGeometry], new: Sequence[BaseGeometry], cells: PopulatedCells, link_share: float
) -> list[Linked]:
    """Old and new perimeters, by indices, in groups tied by links.

    Parameters
    ----------
    old, new : valid polygons in the CRS of the cells.
    link_share : two perimeters are linked when at least this share of the people of one of them live in both; of its
        surface, where nobody lives in one of them.

    Returns
    -------
    Groups of (old, new) indices, each perimeter in exactly one.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(old) + len(new)
    if not count:
        return []
    links = list(_links(old, new, cells, link_share))
    first, second = np.array(links, dtype=np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(len(links)), (first, second + len(old))), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    groups: dict[int, Linked] = {}
    for place, number in enumerate(label.tolist()):
        olds, news = groups.setdefault(number, ([], []))
        if place < len(old):
            olds.append(place)
        else:
            news.append(place - len(old))
    return list(groups.values())


def _links(
    old: Sequence[BaseGeometry], new: Sequence[BaseGeometry], cells: PopulatedCells, link_share: float
) -> Iterator[tuple[int, int]]:
    import shapely

    people_before, people_after = ([cells.people_in(shape) for shape in shapes] for shapes in (old, new))
    for first, second in meeting_pairs(old, new):
        both = shapely.intersection(old[first], new[second])
        shared, whole = cells.people_in(both), min(people_before[first], people_after[second])
        if not whole:
            shared, whole = both.area, min(old[first].area, new[second].area)
        if shared >= link_share * whole:
            yield first, second


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


# --- Two maps of perimeters laid over each other: the pieces that enter, leave and stay

_LEAST_WIDTH_M = 0.05
"""Thinner parts come from coordinates rounded differently in two files, 1 cm each way at most."""


class Change(StrEnum):
    """Whether a place is in the new map only, in the old one only, or in both."""

    ENTER = "enter"
    LEAVE = "leave"
    STAY = "stay"


@dataclass(frozen=True, eq=False, slots=True)
class ChangedPiece:
    """Part of a perimeter that has one fate.

    Parameters
    ----------
    old, new : perimeters that it was cut from; None for `old` where it enters, for `new` where it leaves.
    geometry : polygon or multipolygon in the CRS of the perimeters.
    """

    change: Change
    old: Perimeter | None
    new: Perimeter | None
    geometry: BaseGeometry
    extent: SharedGround


def overlay(
    old: Sequence[Perimeter], new: Sequence[Perimeter], squares: NDArray[np.object_], people: NDArray[np.float64]
) -> tuple[ChangedPiece, ...]:
    """Cut two maps of perimeters by each other.

    Parameters
    ----------
    old, new, squares, people : as in `compare_perimeters`.

    Returns
    -------
    What leaves, by old perimeter; what enters, by new perimeter; what stays, by pair: in this order. Pieces do not
    overlap where perimeters of one map do not. Parts thinner than 5 cm are left out.
    """
    cells = PopulatedCells(squares, people)
    return tuple(
        ChangedPiece(
            change, before, after, shape, SharedGround(cells.people_in(shape), len(cells.cells_in(shape)), shape.area)
        )
        for change, before, after, cut in _cuts(old, new)
        if not (shape := _without_rounding(cut)).is_empty
    )


def _cuts(
    old: Sequence[Perimeter], new: Sequence[Perimeter]
) -> Iterator[tuple[Change, Perimeter | None, Perimeter | None, BaseGeometry]]:
    import shapely

    olds, news = [item.geometry for item in old], [item.geometry for item in new]
    all_old, all_new = shapely.union_all(olds), shapely.union_all(news)
    for perimeter in old:
        yield Change.LEAVE, perimeter, None, shapely.difference(perimeter.geometry, all_new)
    for perimeter in new:
        yield Change.ENTER, None, perimeter, shapely.difference(perimeter.geometry, all_old)
    for first, second in meeting_pairs(olds, news):
        yield Change.STAY, old[first], new[second], shapely.intersection(olds[first], news[second])


def _without_rounding(geometry: BaseGeometry) -> BaseGeometry:
    """Polygons of a geometry that are wider than what rounding makes; a thin polygon is about 2 area / length wide."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(geometry))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    wide = polygons[2 * shapely.area(polygons) >= _LEAST_WIDTH_M * shapely.length(polygons)]
    return shapely.union_all(wide)
