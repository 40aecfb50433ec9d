"""What holds of comparisons whatever the two maps."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from effort import cases
from hypothesis import given
from hypothesis import strategies as st

from geoville.model import Kind, Perimeter
from geoville.perimeters.comparison import (
    Change,
    Comparison,
    ComparisonRules,
    Fate,
    Flow,
    Group,
    SharedGround,
    compare_perimeters,
    overlay,
)

CELL_M = 200.0
SIDE = 8
SQUARES = np.array(
    [
        shapely.box(east * CELL_M, north * CELL_M, (east + 1) * CELL_M, (north + 1) * CELL_M)
        for north in range(SIDE)
        for east in range(SIDE)
    ]
)
MIRROR = {Fate.NEW: Fate.GONE, Fate.GROWN: Fate.SHRUNK, Fate.SPLIT: Fate.MERGED}
MIRROR |= {there: back for back, there in MIRROR.items()}

people = st.lists(st.integers(0, 400), min_size=SIDE**2, max_size=SIDE**2).map(lambda halves: np.array(halves) / 2)


@st.composite
def maps(draw: st.DrawFn) -> list[Perimeter]:
    """Up to five disjoint perimeters, on cells or cutting them, some beyond the grid."""
    perimeters: list[Perimeter] = []
    taken = shapely.Polygon()
    for number in range(draw(st.integers(0, 5))):
        west, south = (draw(st.integers(-2, 2 * SIDE)) * CELL_M / 2 for _ in range(2))
        width, height = (draw(st.integers(1, SIDE)) * CELL_M / 2 for _ in range(2))
        shape = shapely.difference(shapely.box(west, south, west + width, south + height), taken)
        if shape.area > 0:
            perimeters.append(Perimeter(f"P{number}", f"P{number}", Kind.QPV, shape, 2154, estimated=False))
            taken = shapely.union(taken, shape)
    return perimeters


def codes(group: Group) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(item.perimeter.code for item in group.old), frozenset(item.perimeter.code for item in group.new)


def close(one: SharedGround, other: SharedGround) -> bool:
    return one.cells == other.cells and (one.people, one.area_m2) == pytest.approx(
        (other.people, other.area_m2), abs=1e-6
    )


def mirrors(flow: Flow, other: Flow) -> bool:
    return close(flow.enter, other.leave) and close(flow.leave, other.enter) and close(flow.stay, other.stay)


@given(maps(), maps(), people, st.sampled_from([0.1, 0.25, 0.5]))
@cases(each_run=20, slow=240)
def test_comparing_the_other_way_round_gives_the_mirror(
    old: list[Perimeter], new: list[Perimeter], heads: np.ndarray, link_share: float
) -> None:
    rules = ComparisonRules(link_share=link_share)
    there, back = (
        compare_perimeters(old, new, SQUARES, heads, rules),
        compare_perimeters(new, old, SQUARES, heads, rules),
    )
    assert mirrors(there.total, back.total)
    assert there.people_between_groups == pytest.approx(back.people_between_groups, abs=1e-6)
    behind = {codes(group): group for group in back.groups}
    assert len(behind) == len(there.groups)
    for group in there.groups:
        olds, news = codes(group)
        other = behind[news, olds]
        assert other.fate is MIRROR.get(group.fate, group.fate)
        assert mirrors(group.flow, other.flow)
        assert all(mirrors(a.flow, b.flow) for a, b in zip(group.old, other.new, strict=True))


@given(maps(), people)
@cases(each_run=25, slow=120)
def test_a_map_compared_with_itself_is_kept_whole(perimeters: list[Perimeter], heads: np.ndarray) -> None:
    comparison = compare_perimeters(perimeters, perimeters, SQUARES, heads)
    assert len(comparison.groups) == len(perimeters)
    assert {group.fate for group in comparison.groups} <= {Fate.KEPT}
    total = comparison.total
    assert math.isnan(total.f1) if total.before.people == 0 else total.f1 == pytest.approx(1)
    assert total.area_iou == pytest.approx(1) if perimeters else math.isnan(total.area_iou)


def held(perimeters: list[Perimeter], heads: np.ndarray) -> float:
    """People in the union of perimeters, the plain way."""
    union = shapely.union_all([item.geometry for item in perimeters])
    return float(heads @ (shapely.area(shapely.intersection(SQUARES, union)) / CELL_M**2))


@given(maps(), maps(), people)
@cases(each_run=20, slow=160)
def test_people_cells_and_areas_add_up(old: list[Perimeter], new: list[Perimeter], heads: np.ndarray) -> None:
    comparison: Comparison = compare_perimeters(old, new, SQUARES, heads)
    total = comparison.total
    assert total.before.people == pytest.approx(held(old, heads), abs=1e-6)
    assert total.after.people == pytest.approx(held(new, heads), abs=1e-6)
    assert total.before.area_m2 == pytest.approx(sum(item.geometry.area for item in old))
    between = comparison.people_between_groups
    groups = comparison.groups
    assert sum(group.flow.leave.people for group in groups) == pytest.approx(total.leave.people + between, abs=1e-6)
    assert sum(group.flow.enter.people for group in groups) == pytest.approx(total.enter.people + between, abs=1e-6)
    for group in groups:
        assert group.flow.before.people == pytest.approx(sum(item.flow.before.people for item in group.old), abs=1e-6)
        assert group.flow.after.people == pytest.approx(sum(item.flow.after.people for item in group.new), abs=1e-6)


@given(maps(), maps(), people)
@cases(each_run=20, slow=120)
def test_every_perimeter_is_in_exactly_one_group(old: list[Perimeter], new: list[Perimeter], heads: np.ndarray) -> None:
    groups = compare_perimeters(old, new, SQUARES, heads).groups
    assert sorted(item.perimeter.code for group in groups for item in group.old) == [item.code for item in old]
    assert sorted(item.perimeter.code for group in groups for item in group.new) == [item.code for item in new]


@given(maps(), maps(), people)
@cases(each_run=20, slow=160)
def test_pieces_are_disjoint_and_make_up_the_flow(
    old: list[Perimeter], new: list[Perimeter], heads: np.ndarray
) -> None:
    total = compare_perimeters(old, new, SQUARES, heads).total
    pieces = overlay(old, new, SQUARES, heads)
    union = shapely.union_all([piece.geometry for piece in pieces])
    assert union.area == pytest.approx(sum(piece.geometry.area for piece in pieces), abs=1e-3)
    for change, expected in ((Change.ENTER, total.enter), (Change.LEAVE, total.leave), (Change.STAY, total.stay)):
        chosen = [piece.extent for piece in pieces if piece.change is change]
        assert sum(extent.people for extent in chosen) == pytest.approx(expected.people, abs=1e-6)
        assert sum(extent.area_m2 for extent in chosen) == pytest.approx(expected.area_m2, abs=1e-3)
