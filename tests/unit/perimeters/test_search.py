"""Clusters of cells put together, step by step, on a lattice drawn by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from strategies import grid_of

from geoville.carroyage.grid import Grid
from geoville.carroyage.income import CellIncome
from geoville.law import IncomeReference, Threshold
from geoville.model import Contiguity
from geoville.perimeters import search
from geoville.perimeters.quarters import CandidateOptions, CellZones, LegalTests, UnitSearch
from geoville.perimeters.scenarios import SearchMethod
from geoville.perimeters.search import (
    CandidateSearch,
    _fewest_drops,
    _half_plane,
    _line_of,
    bridging_cells,
    cells_of_units,
    describe_quarter,
    doubtful_neighbours,
    drop_excess,
    filled_holes,
    find_candidates,
    put_together,
)

QUEEN, ROOK = Contiguity.QUEEN, Contiguity.ROOK
THRESHOLD = 0.55


def row_of(people: list[float]) -> Grid:
    """Cells side by side."""
    return grid_of([(0, column) for column in range(len(people))], people, [16_000.0] * len(people))


def income_of(median: list[float], error: float = 0.0) -> CellIncome:
    """All the people of a cell have about its median."""
    count = len(median)
    return CellIncome(np.array(median), np.full(count, 0.01), np.full(count, error**2), np.zeros(count))


def chosen(count: int, *places: int) -> np.ndarray:
    return np.isin(np.arange(count), places)


def test_the_richest_of_the_added_cells_go_until_the_median_of_the_cluster_is_below() -> None:
    """Of three cells of as many people the median is the middle one, 0.6; of the two poorest it lies in between."""
    income, seeds, added = income_of([0.9, 0.3, 0.6]), chosen(3, 1), chosen(3, 0, 2)
    assert drop_excess(row_of([100.0] * 3), income, seeds, added, THRESHOLD, QUEEN).tolist() == [False, False, True]
    many = row_of([100.0, 300.0, 100.0])  # most people are in the poorest: nothing has to go
    assert drop_excess(many, income, seeds, added, THRESHOLD, QUEEN).tolist() == [True, False, True]
    few = row_of([100.0, 50.0, 100.0])  # most are in the others, whichever of them stays
    assert drop_excess(few, income, seeds, added, THRESHOLD, QUEEN).tolist() == [False, False, False]


def test_each_cluster_drops_its_own() -> None:
    grid = grid_of([(0, 0), (0, 1), (0, 5), (0, 6)], [100.0, 300.0, 300.0, 100.0], [16_000.0] * 4)
    kept = drop_excess(grid, income_of([0.3, 0.6, 0.3, 0.6]), chosen(4, 0, 2), chosen(4, 1, 3), THRESHOLD, QUEEN)
    assert kept.tolist() == [False, False, False, True]


def test_a_median_that_equals_the_threshold_is_not_below_it() -> None:
    income = income_of([THRESHOLD, THRESHOLD])
    assert drop_excess(row_of([1.0, 1.0]), income, chosen(2, 0), chosen(2, 1), THRESHOLD, QUEEN).tolist() == [False] * 2


def test_a_doubtful_cell_touches_a_sure_one_and_is_within_its_error() -> None:
    grid, seeds = row_of([100.0] * 4), chosen(4, 1)
    assert doubtful_neighbours(grid, income_of([0.6] * 4, 0.1), seeds, THRESHOLD, QUEEN, 1.0).tolist() == [
        True, False, True, False,
    ]  # fmt: skip
    assert not doubtful_neighbours(grid, income_of([0.7] * 4, 0.1), seeds, THRESHOLD, QUEEN, 1.0).any()
    assert not doubtful_neighbours(grid, income_of([0.6] * 4, 0.1), chosen(4), THRESHOLD, QUEEN, 1.0).any()


RING = [(row, column) for row in range(3) for column in range(4) if (row, column) not in {(1, 1), (1, 2)}]
"""Around a hole of two places, the eastern of which has people in the tests that say so."""


def filled(inside: list[tuple[int, int]], most: int, barred: bool = False, contiguity: Contiguity = QUEEN):
    seats = sorted([*RING, *inside, (9, 9), (0, 9), (9, 0)])
    grid = grid_of(seats, [10.0] * len(seats), [16_000.0] * len(seats))
    ring = np.array([seats.index(seat) for seat in RING])
    held = np.array([seat in inside and barred for seat in seats])
    east, north = filled_holes(grid, grid.easting[ring], grid.northing[ring], contiguity, most, held)
    return sorted(zip(((north - 3_120_000) // 200).tolist(), ((east - 3_750_000) // 200).tolist(), strict=True))


HOLE = [(1, 1), (1, 2)]


def test_a_hole_where_nobody_lives_is_filled() -> None:
    assert filled([], 0) == HOLE


def test_a_hole_of_more_populated_cells_than_said_stays_open() -> None:
    assert [filled([(1, 2)], most) for most in (0, 1, 2)] == [[], HOLE, HOLE]
    assert [filled(HOLE, most) for most in (1, 2)] == [[], HOLE]


def test_a_hole_that_holds_a_cell_of_others_stays_open() -> None:
    assert filled([(1, 2)], 2, barred=True) == []


def test_a_ring_that_holds_by_corners_encloses_for_the_queen_alone() -> None:
    seats = [(0, 1), (1, 0), (1, 2), (2, 1)]
    grid = grid_of(seats, [10.0] * 4, [16_000.0] * 4)

    def places(contiguity: Contiguity) -> int:
        return len(filled_holes(grid, grid.easting, grid.northing, contiguity, 0, np.zeros(4, dtype=bool))[0])

    assert (places(QUEEN), places(ROOK)) == (1, 0)
    assert len(filled_holes(grid, grid.easting[:3], grid.northing[:3], QUEEN, 0, np.zeros(4, dtype=bool))[0]) == 0


@pytest.mark.parametrize(
    ("other", "gap_m", "between"),
    [
        ((0, 2), 200.0, [(0, 1)]),
        ((0, 2), 199.0, []),
        ((2, 2), 200.0, [(1, 1)]),
        ((0, 3), 400.0, [(0, 1), (0, 2)]),
        ((0, 3), 399.0, []),
        ((3, 0), 400.0, [(1, 0), (2, 0)]),
        ((2, 4), 600.0, [(0, 1), (1, 2), (2, 3)]),  # along the straight line of the lattice
        ((1, 1), 200.0, []),  # they touch already
    ],
)
def test_clusters_apart_by_a_gap_of_empty_places_are_joined(
    other: tuple[int, int], gap_m: float, between: list[tuple[int, int]]
) -> None:
    def joined(*populated: tuple[int, int]) -> list[tuple[int, int]]:
        seats = sorted({(0, 0), other, (12, 12), *populated})
        grid = grid_of(seats, [10.0] * len(seats), [16_000.0] * len(seats))
        selected = np.array([seat in {(0, 0), other} for seat in seats])
        east, north = bridging_cells(grid, selected, QUEEN, gap_m)
        return sorted(zip(((north - 3_120_000) // 200).tolist(), ((east - 3_750_000) // 200).tolist(), strict=True))

    assert joined() == between
    if between:
        assert joined(between[-1]) == []  # people are never jumped over


def test_steps_go_to_every_place_within_reach_that_does_not_touch_one_of_each_opposite_pair() -> None:
    steps = list(_half_plane(2))
    assert steps == [(0, 2), (1, -2), (1, 2), (2, -2), (2, -1), (2, 0), (2, 1), (2, 2)]
    assert list(_half_plane(1)) == []
    assert len(list(_half_plane(3))) == (7 * 7 - 3 * 3) // 2


def test_places_between_two_cells_are_on_the_straight_line() -> None:
    assert list(_line_of((0, 3))) == [(0, 1), (0, 2)]
    assert list(_line_of((3, -3))) == [(1, -1), (2, -2)]
    assert list(_line_of((3, 1))) == [(1, 0), (2, 1)]
    assert list(_line_of((1, 1))) == []


def test_bridges_come_each_once_from_the_south_and_nothing_selected_has_none() -> None:
    """Three cells each two apart from the next: the place in the middle of two gaps is told once."""
    grid = grid_of([(0, 0), (0, 2), (2, 0), (2, 2)], [10.0] * 4, [16_000.0] * 4)
    east, north = bridging_cells(grid, np.ones(4, dtype=bool), QUEEN, 200.0)
    places = [(0, 1), (1, 0), (1, 1), (1, 2), (2, 1)]
    assert list(zip((north - 3_120_000) // 200, (east - 3_750_000) // 200, strict=True)) == places
    for selected, gap_m in ((np.zeros(4, dtype=bool), 200.0), (np.ones(4, dtype=bool), 0.0)):
        assert [len(axis) for axis in bridging_cells(grid, selected, QUEEN, gap_m)] == [0, 0]


def test_cells_of_one_cluster_are_not_bridged() -> None:
    """A horseshoe: its ends are two apart, and joined already."""
    seats = [(0, 0), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)]
    grid = grid_of(seats, [10.0] * 7, [16_000.0] * 7)
    assert len(bridging_cells(grid, np.ones(7, dtype=bool), QUEEN, 400.0)[0]) == 0


@pytest.mark.parametrize(("median", "doubtful"), [(1.0, False), (0.99, True), (1.01, False)])
def test_a_cell_just_so_many_errors_above_is_not_doubtful(median: float, doubtful: bool) -> None:
    """Two errors of 0.25 under 1 is the threshold of 0.5, and the decree wants less."""
    income = income_of([0.3, median], 0.25)
    found = doubtful_neighbours(row_of([1.0, 1.0]), income, chosen(2, 0), 0.5, QUEEN, 2.0)
    assert found.tolist() == [False, doubtful]


def test_a_cell_that_touches_by_a_corner_is_a_neighbour_for_the_queen_alone() -> None:
    grid, income = grid_of([(0, 0), (1, 1)], [1.0] * 2, [16_000.0] * 2), income_of([0.3, 0.56], 0.1)
    for contiguity, doubtful in ((QUEEN, True), (ROOK, False)):
        for seed in (0, 1):
            medians = income.take(np.array([0, 1] if seed == 0 else [1, 0]))
            found = doubtful_neighbours(grid, medians, chosen(2, seed), THRESHOLD, contiguity, 1.0)
            assert found.tolist() == [doubtful and place != seed for place in range(2)]


def test_a_cell_of_nobody_in_a_hole_is_no_populated_cell() -> None:
    seats = sorted([*RING, (1, 1)])
    people = [0.0 if seat == (1, 1) else 10.0 for seat in seats]
    grid = grid_of(seats, people, [16_000.0] * len(seats))
    ring = np.array([seats.index(seat) for seat in RING])
    nothing = np.zeros(len(seats), dtype=bool)
    assert len(filled_holes(grid, grid.easting[ring], grid.northing[ring], QUEEN, 0, nothing)[0]) == 2


def town(grid: Grid, medians: list[float], unit: list[str] | None = None, **options: object) -> CandidateSearch:
    """Search by cells; medians are multiples of the threshold."""
    zones = CellZones(
        np.full(len(grid), "62193"), np.full(len(grid), ""), np.array(unit or ["U"] * len(grid), dtype=np.str_)
    )
    income = income_of((np.array(medians) * LIMIT.relative).tolist())
    chosen_options = CandidateOptions(method=SearchMethod.CELLS, **{"doubt": 0.0, "gap_m": 0.0, **options})
    return find_candidates(grid, income, zones, {"U": LIMIT, "V": LIMIT}, LEGAL, chosen_options)


LIMIT = Threshold(10_000.0, 0.5, IncomeReference(20_000, 15_000, 99_000), ())
LEGAL = LegalTests(poor_share=0.5, minimum_population=1000)


def test_a_cell_half_of_whose_people_are_below_is_not_selected() -> None:
    found = town(row_of([1000.0] * 3), [0.9, 1.0, 1.1])
    assert found.selected.tolist() == [True, False, False]
    assert found.share_below[1] == 0.5
    assert [quarter.rows.tolist() for quarter in found.kept] == [[0]]


def test_quarters_come_by_people_then_from_the_south_then_from_the_west() -> None:
    seats = [(0, 0), (0, 4), (4, 0), (8, 0), (12, 0)]
    found = town(grid_of(seats, [1000.0, 1000.0, 1000.0, 3000.0, 999.0], [16_000.0] * 5), [0.5] * 5)
    assert [quarter.rows.tolist() for quarter in found.kept] == [[3], [0], [1], [2]]
    assert [quarter.rows.tolist() for quarter in found.rejected] == [[4]]


def test_a_quarter_has_the_figures_of_its_cells() -> None:
    """Two cells of 300 and 900 people, one of them imputed, and a bridge between: three places for 1 200 people."""
    grid = replace(row_of([300.0, 900.0]), easting=np.array([3_750_000, 3_750_400]), imputed=np.array([True, False]))
    (quarter,) = town(grid, [0.5, 0.5], gap_m=200.0).kept
    assert quarter.easting.tolist() == [3_750_000, 3_750_200, 3_750_400]
    assert (quarter.population, quarter.share_imputed) == (1200, 0.25)
    assert quarter.households == pytest.approx(1200 / 2.2)
    assert quarter.median_eur.value == pytest.approx(5_000)  # half of the threshold of 10 000 euros
    assert (quarter.communes, quarter.iris, quarter.threshold) == (("62193",), (), LIMIT)
    overseas = replace(LEGAL, minimum_density_per_km2=10_000.0)
    described = describe_quarter(
        grid, income_of([0.25, 0.25]), CellZones(*[np.array(["a", "b"])] * 3),
        (quarter.easting[::-1], quarter.northing[::-1]), LIMIT, overseas,
    )  # fmt: skip
    assert [test.value for test in described.tests][:2] == [1200, pytest.approx(10_000)]  # 3 cells are 0.12 km²
    assert described.rows.tolist() == [0, 1]
    assert (described.communes, described.iris) == (("b", "a"), ("b", "a"))


def test_quarters_do_not_cross_units_and_cells_of_none_are_counted_apart() -> None:
    found = town(row_of([1000.0] * 5), [0.5] * 5, ["U", "U", "V", "", "W"])
    assert [quarter.rows.tolist() for quarter in found.kept] == [[0, 1], [2]]
    assert found.selected.tolist() == [True, True, True, False, False]
    assert np.isnan(found.share_below).tolist() == [False, False, False, True, True]
    assert found.outside_unit == 2


def test_cells_within_six_hundred_metres_of_the_box_of_a_unit_are_read_with_it() -> None:
    near, far = [(4, 7), (7, 4), (10, 7), (7, 10)], [(3, 7), (7, 3), (11, 7), (7, 11)]
    grid = grid_of([(7, 7), *near, *far], [1.0] * 9, [16_000.0] * 9)
    unit = np.where((grid.northing == 3_121_400) & (grid.easting == 3_751_400), "U", "V")
    zones = CellZones(unit, unit, unit)
    (cells,) = cells_of_units(grid, income_of([0.5] * 9), zones, {"U": LIMIT})
    found = zip((cells.grid.northing - 3_120_000) // 200, (cells.grid.easting - 3_750_000) // 200, strict=True)
    assert list(found) == sorted([(7, 7), *near])
    assert cells.rows.tolist() == [row for row in range(9) if row in cells.rows]
    (nothing,) = cells_of_units(grid, income_of([0.5] * 9), zones, {"X": LIMIT})
    assert (len(nothing.rows), nothing.unit, nothing.parts) == (0, "X", None)


def test_what_any_unit_says_of_its_cells_stays_when_their_searches_are_put_together() -> None:
    """Each search reads a cell of the other unit too, and one cell is of none."""

    def search(rows: list[int], mine: list[int], share: list[float], selected: int, added: int) -> UnitSearch:
        places = np.array(rows)
        of_rows = [np.isin(rows, held) for held in (mine, [selected], [added])]
        return UnitSearch(places, of_rows[0], np.array(share), *of_rows[1:], ())

    zones = CellZones(*[np.array(["U", "U", "V", "V", ""])] * 3)
    first, second = search([0, 1, 2], [0, 1], [0.9, 0.4, 0.1], 0, 1), search([1, 2, 3], [2, 3], [0.2, 0.45, 0.8], 3, 2)
    for units in ((first, second), (second, first)):
        found = put_together(units, zones, {"U": LIMIT, "V": LIMIT})
        assert found.share_below[:4].tolist() == [0.9, 0.4, 0.45, 0.8]
        assert np.isnan(found.share_below[4])
        assert found.selected.tolist() == [True, False, False, True, False]
        assert found.added.tolist() == [False, True, True, False, False]
        assert found.outside_unit == 1


def test_a_hole_that_holds_a_cell_of_another_unit_is_not_filled_and_one_of_its_own_is() -> None:
    seats = [(row, column) for row in range(3) for column in range(3)]
    grid, medians = grid_of(seats, [200.0] * 9, [16_000.0] * 9), [0.5] * 4 + [3.0] + [0.5] * 4
    (filled_one,) = town(grid, medians).kept
    (open_one,) = town(grid, medians, ["U"] * 4 + ["V"] + ["U"] * 4).kept
    assert (filled_one.population, open_one.population) == (1800, 1600)
    (narrow,) = town(grid, medians, hole_cells=0).kept
    assert narrow.population == 1600


@pytest.mark.parametrize("drops", range(9))
def test_as_few_of_the_richest_go_as_will_do(drops: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nine cells, eight of which may go, those that stay are too rich while they are more than so many."""
    monkeypatch.setattr(search, "pooled_median", lambda _, people: len(people))
    income = SimpleNamespace(take=lambda _: None)
    found = _fewest_drops(income, np.ones(9), np.arange(9), np.arange(1, 9), 9 - drops + 0.5)
    assert found == drops


def test_quarters_as_far_south_come_by_their_south_western_cell_however_far_east_they_end() -> None:
    """The first goes north from its south-western cell, then east beyond the second."""
    around = [(0, 0), (1, 0), (2, 0), (3, 0), *((4, column) for column in range(7))]
    seats = [*around, (0, 4)]
    people = [200.0] * len(around) + [2_200.0]
    grid = grid_of(seats, people, [16_000.0] * len(seats))
    found = town(grid, [0.5] * len(seats))
    assert [(quarter.easting[0] - 3_750_000) // 200 for quarter in found.kept] == [0, 4]
