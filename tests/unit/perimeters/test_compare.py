"""Fates, figures and their sums on a street of ten cells of 100 people."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.model import Kind, Perimeter
from geoville.perimeters.areas import PopulatedCells
from geoville.perimeters.comparison import (
    Change,
    Comparison,
    ComparisonRules,
    Fate,
    Flow,
    SharedGround,
    _rest,
    compare_perimeters,
    fate_of,
    measure_flow,
    overlay,
)
from geoville.perimeters.score import score_perimeters

CELL_M = 200
SQUARES = np.array([shapely.box(east * CELL_M, 0, (east + 1) * CELL_M, CELL_M) for east in range(10)])
PEOPLE = np.full(10, 100.0)
NONE = SharedGround(0.0, 0, 0.0)


def stretch(code: str, first: float, last: float, kind: Kind = Kind.QPV) -> Perimeter:
    """A perimeter from one place of the street to another, in cells."""
    shape = shapely.box(first * CELL_M, 0, last * CELL_M, CELL_M)
    return Perimeter(code, code, kind, shape, 2154, estimated=kind is Kind.CANDIDAT)


def compare(old: list[tuple[float, float]], new: list[tuple[float, float]], **rules: float) -> Comparison:
    olds = [stretch(f"O{place}", *ends) for place, ends in enumerate(old)]
    news = [stretch(f"N{place}", *ends) for place, ends in enumerate(new)]
    return compare_perimeters(olds, news, SQUARES, PEOPLE, ComparisonRules(**rules))


@pytest.mark.parametrize(
    ("old", "new", "fates"),
    [
        ([(0, 4)], [(0, 4)], [Fate.KEPT]),
        ([(0, 4)], [(0, 6)], [Fate.GROWN]),
        ([(0, 6)], [(0, 4)], [Fate.SHRUNK]),
        ([(0, 4)], [(1, 5)], [Fate.CHANGED]),
        ([(0, 6)], [(0, 3), (3, 6)], [Fate.SPLIT]),
        ([(0, 3), (3, 6)], [(0, 6)], [Fate.MERGED]),
        ([(0, 4), (4, 8)], [(0, 2), (2, 8)], [Fate.CHANGED]),
        ([], [(0, 4)], [Fate.NEW]),
        ([(0, 4)], [], [Fate.GONE]),
        ([(0, 4)], [(6, 10)], [Fate.GONE, Fate.NEW]),
        ([(0, 5), (6, 8)], [(0, 5), (8, 10)], [Fate.KEPT, Fate.NEW, Fate.GONE]),
        ([], [], []),
    ],
)
def test_fates(old, new, fates):
    comparison = compare(old, new)
    assert sorted(group.fate for group in comparison.groups) == sorted(fates)


def test_what_enters_leaves_and_stays_is_counted():
    total = compare([(0, 4)], [(1, 6)]).total
    assert total.stay == SharedGround(300.0, 3, 3 * CELL_M**2)
    assert total.leave == SharedGround(100.0, 1, CELL_M**2)
    assert total.enter == SharedGround(200.0, 2, 2 * CELL_M**2)
    assert total.before == SharedGround(400.0, 4, 4 * CELL_M**2)
    assert total.after == SharedGround(500.0, 5, 5 * CELL_M**2)


def test_each_member_of_a_group_has_its_own_figures():
    (group,) = compare([(0, 6)], [(0, 3), (4, 8)]).groups
    (old,) = group.old
    assert (old.flow.stay.people, old.flow.leave.people, old.flow.enter) == (500, 100, NONE)
    first, second = group.new
    assert (first.flow.stay.people, first.flow.enter.people, first.flow.leave) == (300, 0, NONE)
    assert (second.flow.stay.people, second.flow.enter.people, second.flow.leave) == (200, 200, NONE)


@pytest.mark.parametrize("people", [PEOPLE, np.zeros(10)])
def test_the_tolerance_is_of_people_and_of_surface(people):
    def fate(end: float) -> Fate:
        return compare_perimeters([stretch("O", 0, 4)], [stretch("N", 0, end)], SQUARES, people).groups[0].fate

    assert fate(4.05) is Fate.KEPT
    assert fate(4.2) is Fate.GROWN
    assert fate(3.8) is Fate.SHRUNK


def test_uninhabited_land_added_is_a_change():
    (group,) = compare([(8, 10)], [(8, 12)]).groups
    assert group.flow.enter.people == 0
    assert group.fate is Fate.GROWN


@pytest.mark.parametrize(("link_share", "fates"), [(0.2, {Fate.CHANGED}), (0.3, {Fate.GONE, Fate.NEW})])
def test_the_link_share_decides_what_answers_to_what(link_share, fates):
    comparison = compare([(0, 4)], [(3, 7)], link_share=link_share)
    assert {group.fate for group in comparison.groups} == fates


def test_perimeters_where_nobody_lives_are_linked_by_surface():
    uninhabited = np.zeros(10)
    comparison = compare_perimeters([stretch("O", 0, 4)], [stretch("N", 2, 6)], SQUARES, uninhabited)
    assert [group.fate for group in comparison.groups] == [Fate.CHANGED]
    assert np.isnan(comparison.total.f1)


def test_a_small_quarter_swallowed_by_a_large_one_answers_to_it():
    (group,) = compare([(0, 1)], [(0, 10)]).groups
    assert group.fate is Fate.GROWN


def test_people_who_pass_from_one_quarter_to_its_neighbour_stay_and_are_counted_apart():
    comparison = compare([(0, 5), (5, 10)], [(0, 4), (4, 10)])
    assert {group.fate for group in comparison.groups} == {Fate.SHRUNK, Fate.GROWN}
    assert comparison.total.leave.people == comparison.total.enter.people == 0
    assert comparison.people_between_groups == pytest.approx(100)
    assert sum(group.flow.leave.people for group in comparison.groups) == pytest.approx(100)


def test_nobody_passes_between_perimeters_of_one_map_that_overlap():
    """Two neighbours that share a cell, kept as they were: its people stay in both, and are one hundred in all."""
    comparison = compare([(0, 4), (3, 8)], [(0, 4), (3, 8)], link_share=0.5)
    assert [group.fate for group in comparison.groups] == [Fate.KEPT] * 2
    assert (comparison.total.stay.people, comparison.people_between_groups) == (pytest.approx(800), 0.0)


def test_groups_come_by_decreasing_population():
    comparison = compare([(0, 2), (4, 8)], [(0, 2), (9, 10)])
    assert [group.flow.before.people for group in comparison.groups] == [400, 200, 0]


def test_overlaps_of_one_map_count_once():
    assert compare([(0, 4), (2, 6)], [(0, 6)]).total.before.people == pytest.approx(600)


def test_one_estimate_makes_the_comparison_an_estimate():
    official, candidate = stretch("QP1", 0, 4), stretch("C1", 0, 4, Kind.CANDIDAT)
    assert not compare_perimeters([official], [official], SQUARES, PEOPLE).estimated
    assert compare_perimeters([candidate], [official], SQUARES, PEOPLE).estimated


def test_f1_and_iou_are_those_of_the_score():
    old, new = [stretch("O1", 0, 3.3), stretch("O2", 5, 7)], [stretch("N1", 1.1, 6)]
    total = compare_perimeters(old, new, SQUARES, PEOPLE).total
    score = score_perimeters([item.geometry for item in new], [item.geometry for item in old], SQUARES, PEOPLE)
    assert (total.f1, total.area_iou) == pytest.approx((score.f1, score.area_iou))
    assert (total.before.people, total.after.people) == pytest.approx(
        (score.population_official, score.population_candidates)
    )


def test_what_equals_the_tolerance_or_the_share_that_links_is_within_it():
    """One cell of five enters or leaves, 20 %; one cell of four is shared, 25 %."""
    assert compare([(0, 4)], [(0, 5)], tolerance=0.2).groups[0].fate is Fate.KEPT
    assert compare([(0, 5)], [(0, 4)], tolerance=0.2).groups[0].fate is Fate.KEPT
    assert len(compare([(0, 4)], [(3, 8)], link_share=0.25).groups) == 1


@pytest.mark.parametrize(("apart_m", "changes"), [(0.01, [Change.STAY]), (0.1, list(Change)[::-1])])
def test_pieces_of_a_centimetre_come_from_rounding_and_are_left_out(apart_m, changes):
    old, new = stretch("O", 0, 4), stretch("N", apart_m / CELL_M, 4 + apart_m / CELL_M)
    pieces = overlay([old], [new], SQUARES, PEOPLE)
    assert sorted(piece.change for piece in pieces) == sorted(changes)
    (stays,) = (piece for piece in pieces if piece.change is Change.STAY)
    assert (stays.old, stays.new) == (old, new)
    assert stays.extent.area_m2 == pytest.approx((4 * CELL_M - apart_m) * CELL_M)
    assert stays.extent.cells == 4


def test_what_rounding_leaves_is_nothing_and_no_less():
    """An area in a larger one: what of it is left may be a hair under zero."""
    inner = shapely.affinity.rotate(shapely.box(10.1, 10.2, 90.3, 90.7), 33.3)
    flow = measure_flow(inner, shapely.box(-50, -50, 150, 150), PopulatedCells(SQUARES, PEOPLE))
    assert (flow.leave.people, flow.leave.area_m2) == (0.0, 0.0)
    assert _rest(-1e-9, 0, -1e-9) == NONE


def test_what_two_perimeters_must_share_and_what_passes_for_no_change_are_those_of_the_note():
    assert ComparisonRules() == ComparisonRules(link_share=0.25, tolerance=0.02)
    assert compare([(0, 4)], [(0, 4)], tolerance=0.5).rules == ComparisonRules(tolerance=0.5)
    assert compare_perimeters([], [], SQUARES, PEOPLE).rules == ComparisonRules()


def test_two_empty_maps_share_nothing_and_nothing_enters_or_leaves():
    comparison = compare([], [])
    total = comparison.total
    assert (total.enter, total.leave, total.stay) == (NONE, NONE, NONE)
    assert np.isnan(total.f1)
    assert np.isnan(total.area_iou)
    assert (total.share_entering, total.share_leaving) == (0.0, 0.0)
    assert (comparison.groups, comparison.people_between_groups, comparison.estimated) == ((), 0.0, False)


def test_a_part_counts_by_its_people_or_by_its_surface_whichever_is_the_larger():
    """The last cell has 600 people of 1 000 on a fifth of the ground, then 10 of 410 on as much."""
    for people, share in ((600.0, 0.6), (10.0, 0.2)):
        held = np.where(np.arange(10) == 4, people, 100.0)
        flow = measure_flow(stretch("O", 0, 4).geometry, stretch("N", 0, 5).geometry, PopulatedCells(SQUARES, held))
        assert (flow.share_entering, flow.share_leaving) == (pytest.approx(share), 0.0)
        back = measure_flow(stretch("N", 0, 5).geometry, stretch("O", 0, 4).geometry, PopulatedCells(SQUARES, held))
        assert (back.share_entering, back.share_leaving) == (0.0, pytest.approx(share))


def test_a_cell_of_both_areas_stays_even_where_their_intersection_holds_less_than_half_of_it():
    flow = measure_flow(stretch("O", 0, 0.6).geometry, stretch("N", 0.4, 1).geometry, PopulatedCells(SQUARES, PEOPLE))
    assert (flow.stay.cells, flow.enter.cells, flow.leave.cells) == (1, 0, 0)
    assert flow.stay.people == pytest.approx(20)
    assert (flow.enter.people, flow.leave.people) == pytest.approx((40, 40))
    assert flow.area_iou == pytest.approx(0.2)
    assert flow.f1 == pytest.approx(2 * 20 / 120)


@pytest.mark.parametrize(("first", "groups"), [(3.0, 1), (3.1, 2)])
@pytest.mark.parametrize("swapped", [False, True])
def test_where_nobody_lives_in_one_of_two_a_quarter_of_the_smaller_surface_links_them(first, groups, swapped):
    people = np.where(np.arange(10) < 4, 0.0, 100.0)
    empty, other = stretch("E", 0, 4), stretch("P", first, 10)
    maps = ([other], [empty]) if swapped else ([empty], [other])
    assert len(compare_perimeters(*maps, SQUARES, people).groups) == groups


def test_groups_come_by_people_before_or_after_and_then_by_code():
    comparison = compare([(0, 3), (3, 4), (4, 5)], [(6, 10)])
    codes = [[item.perimeter.code for item in (*group.old, *group.new)] for group in comparison.groups]
    assert codes == [["N0"], ["O0"], ["O1"], ["O2"]]
    backwards = compare_perimeters([stretch("B", 0, 1), stretch("A", 2, 3)], [], SQUARES, PEOPLE)
    assert [group.old[0].perimeter.code for group in backwards.groups] == ["A", "B"]


def test_an_estimate_on_the_new_map_alone_makes_the_comparison_an_estimate():
    official, candidate = stretch("QP1", 0, 4), stretch("C1", 0, 4, Kind.CANDIDAT)
    assert compare_perimeters([official], [candidate], SQUARES, PEOPLE).estimated


def test_nobody_passes_between_groups_where_one_group_has_all():
    assert compare([(0, 4)], [(1, 5)]).people_between_groups == 0.0


def test_perimeters_are_tied_together_through_others():
    """O0 and O1 share nothing, nor do N0 and N1, yet each meets the next."""
    (group,) = compare([(0, 4), (4, 8)], [(2, 6), (6, 10)]).groups
    assert [item.perimeter.code for item in group.old] == ["O0", "O1"]
    assert [item.perimeter.code for item in group.new] == ["N0", "N1"]
    assert group.fate is Fate.CHANGED


@pytest.mark.parametrize(("apart_m", "count"), [(0.049, 1), (0.0505, 3)])
def test_a_piece_is_left_out_under_five_centimetres(apart_m, count):
    old, new = stretch("O", 0, 4), stretch("N", apart_m / CELL_M, 4 + apart_m / CELL_M)
    assert len(overlay([old], [new], SQUARES, PEOPLE)) == count


def test_pieces_come_as_what_leaves_what_enters_and_what_stays_with_their_people():
    olds, news = [stretch("O0", 0, 4), stretch("O1", 5, 7)], [stretch("N0", 3, 6)]
    pieces = overlay(olds, news, SQUARES, PEOPLE)
    assert [(piece.change, piece.old and piece.old.code, piece.new and piece.new.code) for piece in pieces] == [
        (Change.LEAVE, "O0", None),
        (Change.LEAVE, "O1", None),
        (Change.ENTER, None, "N0"),
        (Change.STAY, "O0", "N0"),
        (Change.STAY, "O1", "N0"),
    ]
    assert [piece.extent.people for piece in pieces] == pytest.approx([300, 100, 100, 100, 100])
    assert [piece.extent.cells for piece in pieces] == [3, 1, 1, 1, 1]
    assert [piece.extent.area_m2 for piece in pieces] == pytest.approx([120_000, 40_000, 40_000, 40_000, 40_000])


def test_a_limit_that_only_touches_is_no_piece():
    """What stays is a polygon and a line of touch: the line is not ground."""
    old = stretch("O", 0, 4)
    shape = shapely.MultiPolygon([shapely.box(0, 0, 200, 200), shapely.box(800, 0, 1000, 200)])
    new = Perimeter("N", "N", Kind.QPV, shape, 2154, estimated=False)
    (stays,) = (piece for piece in overlay([old], [new], SQUARES, PEOPLE) if piece.change is Change.STAY)
    assert stays.geometry.equals(shapely.box(0, 0, 200, 200))
    assert overlay([stretch("O", 0, 2)], [stretch("N", 2, 4)], SQUARES, PEOPLE)[-1].change is Change.ENTER


@pytest.mark.parametrize(
    ("old_count", "new_count", "fate"),
    [(1, 2, Fate.SPLIT), (1, 3, Fate.SPLIT), (2, 1, Fate.MERGED), (3, 1, Fate.MERGED), (2, 2, Fate.CHANGED),
     (0, 1, Fate.NEW), (0, 2, Fate.NEW), (1, 0, Fate.GONE), (2, 0, Fate.GONE), (1, 1, Fate.KEPT)],
)  # fmt: skip
def test_the_fate_of_a_group_where_nothing_enters_or_leaves_is_that_of_its_counts(old_count, new_count, fate):
    assert fate_of(old_count, new_count, Flow(NONE, NONE, NONE), 0.0) is fate
