"""The index method on a made-up town whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from geoville.carroyage.cell_parts import CellParts, whole_cells
from geoville.carroyage.grid import Grid
from geoville.carroyage.ground_index import Ground
from geoville.carroyage.income import CellIncome
from geoville.errors import InvalidInputError
from geoville.law import IncomeReference, income_threshold
from geoville.perimeters import index_search
from geoville.perimeters.ground_clusters import GroundInside, PeopledGround
from geoville.perimeters.index_search import (
    Lines,
    _cells_half_held,
    _drawn,
    _enough,
    _mostly_below,
    _passes,
    ground_of_unit,
    place_weights,
    quarters_by_index,
    search_by_index,
)
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
    assert quarter.rows.tolist() == list(range(SIDE**2)), "the first cell of the grid is one of them"


def test_a_pocket_under_the_minimum_is_rejected_for_its_population() -> None:
    people, share = np.full((SIDE, SIDE), 20.0), np.full((SIDE, SIDE), 0.1)
    people[5:7, 5:7], share[5:7, 5:7] = 100, 0.9
    found = town(people, share)
    assert found.kept == ()
    [pocket] = found.rejected
    assert [test.name for test in pocket.tests if not test.passed] == ["population"]
    assert pocket.outline is None


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


def two_cells(unit: str) -> UnitCells:
    """Cells of 80 and 50 people in the units U and V, read for one of them."""
    nothing = np.zeros(2)
    grid = Grid(
        3035, 2017, np.array([0, 200]), np.zeros(2, int), np.array([80.0, 50.0]), nothing, nothing > 0, nothing, nothing
    )
    income = CellIncome(np.full(2, 0.5), np.full(2, 0.7), nothing, nothing)
    parts = CellParts(4, *whole_cells(np.full(2, -1), 4), income, 0.24)
    zones = CellZones(np.full(2, ""), np.full(2, ""), np.array(["U", "V"]))
    return UnitCells(unit, THRESHOLD, np.arange(2), grid, income, zones, parts)


@pytest.mark.parametrize(("unit", "mine"), [("U", [True, False]), ("V", [False, True]), ("W", [False, False])])
def test_a_search_says_which_cells_are_its_units(unit: str, mine: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_search, "quarters_by_index", lambda *_: ())
    assert search_by_index(two_cells(unit), LEGAL, CandidateOptions()).mine.tolist() == mine


@pytest.mark.parametrize(("held", "selected"), [(None, [True, True]), ([0.5, 0.49], [True, False])])
def test_a_cell_is_selected_from_one_half_of_it(
    held: list[float] | None, selected: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter = SimpleNamespace(rows=np.array([0, 1]), held=None if held is None else np.array(held))
    monkeypatch.setattr(index_search, "quarters_by_index", lambda *_: (quarter,))
    assert search_by_index(two_cells("U"), LEGAL, CandidateOptions()).selected.tolist() == selected


def test_ground_around_cells_is_of_no_part_of_theirs() -> None:
    ground = ground_of_unit(two_cells("U"), CandidateOptions().index).ground
    lived_in = (ground.row >= 0) & (ground.row < 4) & (ground.column >= 0) & (ground.column < 8)
    assert ground.part[lived_in].tolist() == [0, 0, 0, 0, 1, 1, 1, 1] * 4
    assert set(ground.part[~lived_in].tolist()) == {-1}


@pytest.mark.parametrize(("times", "passes"), [(0.9, True), (1.0, False), (1.1, False)])
def test_more_than_half_of_a_quarter_is_below_its_threshold(times: float, passes: bool) -> None:
    """The threshold of those whose median it is has one half below it, and no more."""
    one = CellIncome(np.array([THRESHOLD.relative * times]), np.array([0.7]), np.zeros(1), np.zeros(1))
    content = SimpleNamespace(population=1_000.0, density=0.0, income=one, weights=np.ones(1))
    assert _passes(two_cells("U"), content, LEGAL) is passes


def test_people_on_some_squares_of_a_part_are_that_share_of_its_cell() -> None:
    """Four squares of sixteen are a quarter of 80 people; those of another unit do not count."""
    cells = two_cells("U")
    parts = cells.parts
    assert place_weights(cells, parts, np.array([0, 1]), np.array([4.0, 16.0])).tolist() == [20.0, 0.0]


@pytest.mark.parametrize(("people", "taker"), [((60, 80), 1), ((80, 60), 0), ((70, 70), 0)])
def test_the_most_populated_cluster_takes_ground_first_and_of_two_alike_that_of_the_south_west(
    people: tuple[float, float], taker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A square of 50 people between two clusters that each lack some of the hundred that a quarter must hold."""
    place = ground_row([people[0], 50, people[1]], [0.9, 0.45, 0.9], [0.9, 0.6, 0.9])
    monkeypatch.setattr(index_search, "Lines", lambda *_: Outlined(place, [1, 1, 1], smallest_widened_population=1))
    monkeypatch.setattr(index_search, "describe_ground", lambda _cells, _lines, squares, _legal: squares.tolist())
    found = quarters_by_index(None, place, replace(LEGAL, minimum_population=100), CandidateOptions())
    assert sorted(found) == ([[0, 1], [2]] if taker == 0 else [[0], [1, 2]])


def test_the_cells_of_a_quarter_are_those_of_which_it_has_half_the_squares() -> None:
    generator = np.random.default_rng(4)
    for quarter in town(generator.uniform(60, 200, (SIDE, SIDE)), generator.uniform(0.1, 0.95, (SIDE, SIDE))).kept:
        cell, squares = np.unique(quarter.squares // 4, axis=1, return_counts=True)
        half = cell[:, squares >= 8] * 200
        assert sorted(zip(quarter.northing, quarter.easting, strict=True)) == sorted(zip(*half, strict=True))


def ground_row(people: list[float], index: list[float], share: list[float]) -> PeopledGround:
    """Squares side by side."""
    count, held = len(people), np.array(people)
    squares = np.arange(count)
    ground = Ground(
        np.zeros(count, int), squares, np.array(share), np.full(count, 100.0), np.array(index), np.ones(count, bool),
        squares,
    )  # fmt: skip
    return PeopledGround(ground, held, held * np.array(share))


class Outlined:
    """Outlines that hold a share of each square; it remembers which were asked for."""

    def __init__(self, place: PeopledGround, part: list[float], **rules: float) -> None:
        self.place, self.part = place, np.array(part)
        self.rules = replace(CandidateOptions().index, **rules)
        self.asked: list[list[int]] = []

    def around(self, squares: np.ndarray) -> tuple[None, GroundInside]:
        self.asked.append(squares.tolist())
        return None, GroundInside(squares, self.part[squares])


@pytest.mark.parametrize(("fewest", "held"), [(50.0, [0, 1]), (50.1, [0])])
def test_a_cluster_of_just_the_smallest_population_is_widened(fewest: float, held: list[int]) -> None:
    place = ground_row([50, 60, 100], [0.9, 0.49, 0.1], [0.9, 0.6, 0.1])
    lines = Outlined(place, [1, 1, 1], smallest_widened_population=fewest)
    assert _enough(lines, np.array([0]), np.array([False, True, True]), 100).tolist() == held


@pytest.mark.parametrize(("minimum", "asked"), [(50, [[0]]), (49.9, [])])
def test_an_outline_is_drawn_unless_the_squares_hold_more_than_twice_the_minimum(
    minimum: float, asked: list[list[int]]
) -> None:
    lines = Outlined(ground_row([100, 10], [0.9, 0.1], [0.9, 0.1]), [1, 1], smallest_widened_population=1)
    assert _enough(lines, np.array([0]), np.array([False, True]), minimum).tolist() == [0]
    assert lines.asked == asked


@pytest.mark.parametrize(("part", "held"), [(1.0, [0]), (0.99, [0, 1])])
def test_ground_is_widened_by_those_whom_its_outline_leaves_out(part: float, held: list[int]) -> None:
    """A hundred people of a hundred wanted: just enough if the outline leaves nobody out."""
    lines = Outlined(ground_row([100, 10], [0.9, 0.49], [0.9, 0.6]), [part, 1], smallest_widened_population=1)
    assert _enough(lines, np.array([0]), np.array([False, True]), 100).tolist() == held
    assert lines.asked == ([[0]] if part == 1.0 else [[0], [0, 1]])


@pytest.mark.parametrize(("share", "asked"), [(0.5625, []), (0.546875, [[0]])])
def test_ground_of_which_well_over_half_are_below_needs_no_outline_to_tell(
    share: float, asked: list[list[int]]
) -> None:
    lines = Outlined(ground_row([100], [0.9], [share]), [1])
    assert _mostly_below(lines, np.array([0])).tolist() == [0]
    assert lines.asked == asked


@pytest.mark.parametrize(("inside", "kept"), [(1.0, [0, 1]), (0.9, [0, 1]), (0.5, [0])])
def test_ground_is_cut_down_until_its_outline_holds_more_than_half_below(inside: float, kept: list[int]) -> None:
    """3/4 of 64 people and 1/4 of 56 are below, 62 of 120; with half of the first square, 38 of 88."""
    lines = Outlined(ground_row([64, 56], [0.9, 0.8], [0.75, 0.25]), [inside, 1])
    assert _mostly_below(lines, np.array([0, 1])).tolist() == kept


def test_half_and_no_more_inside_an_outline_is_not_enough() -> None:
    """Of 124 people 62.25 are below; of the 60 and 60 that the outline holds, 33.75 and 26.25."""
    lines = Outlined(ground_row([64, 60], [0.9, 0.8], [0.5625, 0.4375]), [60 / 64, 1])
    assert _mostly_below(lines, np.array([0, 1])).tolist() == [0]
    assert len(_mostly_below(Outlined(ground_row([100], [0.9], [0.5]), [1]), np.array([0]))) == 0


@pytest.mark.parametrize(
    ("squares", "share", "quarters"),
    [
        pytest.param([0, 1, 2], 0.4, [[0], [2]], id="its middle goes: 48 % of all are below"),
        pytest.param([0, 1, 2], 0.9, [[0, 1, 2]], id="nothing goes"),
        pytest.param([0, 2], 0.4, [[0, 2]], id="what came in two pieces is left so"),
    ],
)
def test_ground_that_is_cut_in_two_makes_two_quarters(squares: list[int], share: float, quarters) -> None:
    lines = Outlined(ground_row([2000, 2000, 2000], [0.9, 0.8, 0.9], [0.52, share, 0.52]), [1, 1, 1])
    found = _drawn(lines, np.array(squares), np.zeros(3, dtype=bool), LEGAL, CandidateOptions())
    assert [item.tolist() for item in found] == quarters


def test_ground_of_nobody_makes_no_quarter_and_a_small_one_is_left_as_it_is() -> None:
    options, free = CandidateOptions(), np.zeros(2, dtype=bool)
    empty = Outlined(ground_row([0, 0], [0.9, 0.9], [0.9, 0.9]), [1, 1])
    assert _drawn(empty, np.array([0, 1]), free, LEGAL, options) == []
    small = Outlined(ground_row([1, 0], [0.9, 0.9], [0.9, 0.9]), [1, 1])
    assert [item.tolist() for item in _drawn(small, np.array([0, 1]), free, LEGAL, options)] == [[0, 1]]
    rich = Outlined(ground_row([3000, 0], [0.9, 0.9], [0.1, 0.1]), [1, 1])
    assert [item.tolist() for item in _drawn(rich, np.array([0, 1]), free, LEGAL, options)] == [[0, 1]]


@pytest.mark.parametrize(
    ("counts", "cells"),
    [
        ([8, 7], [(1000, 400)]),
        ([8, 8], [(1000, 400), (1200, 400)]),
        ([3, 2], [(1000, 400)]),
        ([2, 2], [(1000, 400), (1200, 400)]),
    ],
)
def test_cells_are_those_half_held_or_else_the_most_held(counts: list[int], cells: list[tuple[int, int]]) -> None:
    """Two cells, sixteen squares each, whose south-west corners are 400 m north, 1 000 and 1 200 m east."""
    seats = [(8 + rank // 4, 20 + 4 * place + rank % 4) for place, count in enumerate(counts) for rank in range(count)]
    row, column = np.array(seats).T
    place = SimpleNamespace(ground=SimpleNamespace(row=row, column=column))
    east, north = _cells_half_held(place, np.arange(len(seats)), 4)
    assert list(zip(east.tolist(), north.tolist(), strict=True)) == cells


def test_the_index_needs_the_parts_of_the_cells() -> None:
    cells = SimpleNamespace(parts=None)
    with pytest.raises(InvalidInputError, match="demande les parts des carreaux"):
        search_by_index(cells, LEGAL, CandidateOptions())


def test_an_outline_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[list[int]] = []
    monkeypatch.setattr(index_search, "isoline_of", lambda _ground, squares, _rules: drawn.append(squares.tolist()))
    monkeypatch.setattr(index_search, "ground_inside", lambda _ground, squares, _line, _rules: squares)
    lines = Lines(ground_row([1, 1], [0.9, 0.9], [0.5, 0.5]), CandidateOptions().index)
    for squares in ([0], [1], [0], [0, 1]):
        assert lines.around(np.array(squares))[1].tolist() == squares
    assert drawn == [[0], [1], [0, 1]]
