"""The index method on a made-up town whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from geoville.carroyage.cell_parts import CellParts, whole_cells
from geoville.carroyage.grid import Grid
from geoville.carroyage.income import CellIncome
from geoville.law import IncomeReference, income_threshold
from geoville.perimeters.index_search import place_weights
from geoville.perimeters.quarters import CandidateOptions, CellZones, LegalTests, UnitCells
from geoville.perimeters.search import CandidateSearch, find_candidates

SIDE = 12
THRESHOLD = income_threshold(IncomeReference(19_218, 18_380, 1_560_000), date(2015, 1, 1))
LEGAL = LegalTests(poor_share=0.5, minimum_population=1000)


def town(
    people: np.ndarray, share: np.ndarray, unit: np.ndarray | None = None, legal: LegalTests = LEGAL
) -> CandidateSearch:
    """Search a square town: (rows, columns) people and share below the threshold of each cell."""
    from scipy.special import ndtri

    row, column = (part.ravel() for part in np.indices(people.shape))
    count = people.size
    held, nothing, unknown = people.ravel().astype(float), np.zeros(count), np.full(count, "")
    grid = Grid(
        3035,
        2017,
        3_900_000 + 200 * column,
        2_300_000 + 200 * row,
        held,
        held * 20_000,
        nothing > 0,
        held / 2,
        held / 8,
    )
    median = THRESHOLD.relative * np.exp(-0.7 * ndtri(share.ravel()))
    income = CellIncome(median, np.full(count, 0.7), nothing, nothing)
    cell, squares, iris = whole_cells(np.full(count, -1), 4)
    zones = CellZones(unknown, unknown, np.full(count, "U") if unit is None else unit.ravel())
    thresholds = dict.fromkeys(np.unique(zones.unit).tolist(), THRESHOLD)
    parts = CellParts(4, cell, squares, iris, income, 0.24)
    return find_candidates(grid, income, zones, thresholds, legal, CandidateOptions(), parts)


@pytest.fixture
def estate() -> tuple[np.ndarray, np.ndarray]:
    """Four by four poor cells of 120 people in a town of cells of 60 who are not."""
    people, share = np.full((SIDE, SIDE), 60.0), np.full((SIDE, SIDE), 0.2)
    people[4:8, 4:8], share[4:8, 4:8] = 120, 0.75
    return people, share


def test_a_dense_poor_estate_is_found_and_nothing_else(estate: tuple[np.ndarray, np.ndarray]) -> None:
    found = town(*estate)
    [quarter] = found.kept
    assert set(quarter.rows.tolist()) >= {SIDE * row + column for row in range(4, 8) for column in range(4, 8)}
    assert found.selected.reshape(SIDE, SIDE)[5:7, 5:7].all()
    assert not found.selected.reshape(SIDE, SIDE)[:3].any()


def test_figures_are_those_of_the_outline_by_the_area_of_the_cells_it_covers(
    estate: tuple[np.ndarray, np.ndarray],
) -> None:
    people, share = estate
    [quarter] = town(people, share).kept
    row, column = np.indices((SIDE, SIDE)).reshape(2, -1)
    west, south = 3_900_000 + 200 * column, 2_300_000 + 200 * row
    cells = shapely.box(west, south, west + 200, south + 200)
    held = people.ravel() * shapely.area(shapely.intersection(cells, quarter.outline)) / 40_000
    assert quarter.population == pytest.approx(held.sum())
    assert quarter.households == pytest.approx(held.sum() / 2)
    assert quarter.share_below.value == pytest.approx(np.average(share.ravel(), weights=held))
    tested = {test.name: test.value for test in quarter.tests}
    assert tested == {"population": quarter.population, "revenu médian": quarter.median_eur.value}
    assert quarter.held is not None
    assert (people.ravel()[quarter.rows] * quarter.held).sum() == pytest.approx(quarter.population)


def test_a_town_of_one_density_and_one_share_is_in_or_out_as_the_decree_says() -> None:
    people = np.full((SIDE, SIDE), 60.0)
    assert town(people, np.full((SIDE, SIDE), 0.4)).kept == ()
    [quarter] = town(people, np.full((SIDE, SIDE), 0.9)).kept  # much more than a thin town needs
    assert quarter.population == pytest.approx(60 * SIDE**2, rel=0.05)


def test_a_pocket_under_the_minimum_is_rejected_for_its_population() -> None:
    people, share = np.full((SIDE, SIDE), 20.0), np.full((SIDE, SIDE), 0.1)
    people[5:7, 5:7], share[5:7, 5:7] = 100, 0.9
    found = town(people, share)
    assert found.kept == ()
    [pocket] = found.rejected
    assert [test.name for test in pocket.tests if not test.passed] == ["population"]


def test_no_quarter_holds_people_of_two_units_and_outlines_do_not_overlap(
    estate: tuple[np.ndarray, np.ndarray],
) -> None:
    people, share = estate
    people = np.where(people > 60, 400.0, people)
    unit = np.where(np.arange(SIDE)[None, :] < 6, "A", "B").repeat(SIDE, axis=0).reshape(SIDE, SIDE)
    first, second = town(people, share, unit).kept
    columns = [set((quarter.rows % SIDE >= 6).tolist()) for quarter in (first, second)]
    assert sorted(columns, key=str) == [{False}, {True}]
    assert shapely.intersection(first.outline, second.outline).area < 50 * 50 * 2


def test_the_interval_of_the_share_is_that_of_the_probit(estate: tuple[np.ndarray, np.ndarray]) -> None:
    from scipy.special import ndtr, ndtri

    people = np.full((SIDE, SIDE), 200.0)
    [quarter] = town(people, np.full((SIDE, SIDE), 0.7)).kept
    band = quarter.share_below
    assert band.value == pytest.approx(0.7)
    ends = [ndtr(ndtri(0.7) + sign * 1.6448536269514722 * 0.24) for sign in (-1, 1)]
    assert (band.low, band.high) == pytest.approx(ends)
    assert quarter.median_eur.low < quarter.median_eur.value < quarter.median_eur.high
    scaled = replace(THRESHOLD, relative=quarter.median_eur.value / 19_218)
    assert scaled.relative < THRESHOLD.relative


def test_an_outline_that_would_hold_too_few_people_is_widened_until_it_holds_enough() -> None:
    people, share = np.full((SIDE, SIDE), 40.0), np.full((SIDE, SIDE), 0.42)
    people[5:7, 5:7], share[5:7, 5:7] = 240, 0.8  # 960 people, and a little poorer than its surroundings
    [quarter] = town(people, share).kept
    row, column = np.indices((SIDE, SIDE)).reshape(2, -1)
    west, south = 3_900_000 + 200 * column, 2_300_000 + 200 * row
    cells = shapely.box(west, south, west + 200, south + 200)
    assert people.ravel() @ shapely.area(shapely.intersection(cells, quarter.outline)) / 40_000 >= 1000


def test_the_median_test_is_that_of_the_outline() -> None:
    people, share = np.full((SIDE, SIDE), 600.0), np.full((SIDE, SIDE), 0.1)
    share[4:8, 4:8] = 0.49  # dense enough to be in, yet less than half of its people are below
    share[5, 5] = 0.7
    for quarter in town(people, share).kept:
        assert quarter.share_below.value > 0.5


def test_cells_are_selected_where_half_of_them_lies_in_a_quarter() -> None:
    generator = np.random.default_rng(4)
    found = town(generator.uniform(60, 200, (SIDE, SIDE)), generator.uniform(0.1, 0.95, (SIDE, SIDE)))
    held = np.zeros(SIDE**2)
    for quarter in (*found.kept, *found.rejected):
        held[quarter.rows] += quarter.held
    assert ((held > 0) & (held < 0.5)).any()
    assert found.selected.tolist() == (held >= 0.5).tolist()


def test_a_quarter_is_widened_by_no_ground_of_another() -> None:
    """Two pockets of 800 people, a cell apart: neither holds enough, and each is widened on its own side."""
    people, share = np.full((SIDE, SIDE), 60.0), np.full((SIDE, SIDE), 0.3)
    for column in (3, 6):
        people[5:7, column : column + 2], share[5:7, column : column + 2] = 200, 0.9
    found = town(people, share)
    squares = np.concatenate([quarter.squares.T for quarter in (*found.kept, *found.rejected)])
    assert len(found.kept) + len(found.rejected) == 2
    assert len(np.unique(squares, axis=0)) == len(squares)


def test_ground_of_less_than_one_person_is_rejected_and_not_forgotten() -> None:
    """A cell of half a person amid a dense and poor town of another unit."""
    people, unit = np.full((SIDE, SIDE), 200.0), np.full((SIDE, SIDE), "B")
    people[5, 5], unit[5, 5] = 0.5, "A"
    found = town(people, np.full((SIDE, SIDE), 0.9), unit)
    assert [quarter.population for quarter in found.rejected] == [pytest.approx(0.5, abs=0.1)]


def test_a_density_is_in_people_per_square_kilometre() -> None:
    """Cells of 60 people: twenty-five of them make a square kilometre, hence 1 500 people on it."""
    legal, share = replace(LEGAL, minimum_density_per_km2=2_000.0), np.full((SIDE, SIDE), 0.1)
    share[3:9, 3:9] = 0.95
    (quarter,) = town(np.full((SIDE, SIDE), 60.0), share, legal=legal).rejected
    (density,) = (test for test in quarter.tests if test.name == "densité")
    assert density.value == pytest.approx(1_500)
    assert not density.passed


def test_people_on_some_squares_of_a_part_are_that_share_of_its_cell() -> None:
    """Four squares of sixteen are a quarter of 80 people; those of another unit do not count."""
    nothing = np.zeros(2)
    grid = Grid(
        3035, 2017, np.array([0, 200]), np.zeros(2, int), np.array([80.0, 50.0]), nothing, nothing > 0, nothing, nothing
    )
    income = CellIncome(np.full(2, 0.5), np.full(2, 0.7), nothing, nothing)
    parts = CellParts(4, *whole_cells(np.full(2, -1), 4), income, 0.24)
    zones = CellZones(np.full(2, ""), np.full(2, ""), np.array(["U", "V"]))
    cells = UnitCells("U", THRESHOLD, np.arange(2), grid, income, zones, parts)
    assert place_weights(cells, parts, np.array([0, 1]), np.array([4.0, 16.0])).tolist() == [20.0, 0.0]


def test_the_cells_of_a_quarter_are_those_of_which_it_has_half_the_squares() -> None:
    generator = np.random.default_rng(4)
    for quarter in town(generator.uniform(60, 200, (SIDE, SIDE)), generator.uniform(0.1, 0.95, (SIDE, SIDE))).kept:
        cell, squares = np.unique(quarter.squares // 4, axis=1, return_counts=True)
        half = cell[:, squares >= 8] * 200
        assert sorted(zip(quarter.northing, quarter.easting, strict=True)) == sorted(zip(*half, strict=True))
