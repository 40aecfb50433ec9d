"""What a place is told of its index."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from scipy.special import ndtri

from geoville.carroyage.cell_parts import CellParts, whole_cells
from geoville.carroyage.grid import Grid
from geoville.carroyage.ground_index import index_of
from geoville.carroyage.income import CellIncome
from geoville.carroyage.method import method_choice, method_rules
from geoville.law import IncomeReference, income_threshold
from geoville.perimeters.index_search import ground_of_unit
from geoville.perimeters.place_index import (
    IndexAtPlace,
    IndexOfArea,
    area_index,
    cell_index,
    place_index,
    probability_of,
)
from geoville.perimeters.quarters import CandidateOptions, CellZones
from geoville.perimeters.scenarios import SearchMethod
from geoville.perimeters.search import cells_of_units
from geoville.perimeters.sensitivity import SearchStart
from geoville.sources.pack import open_pack
from geoville.workflows.search_inputs import CandidateRequest, prepare_search


@pytest.fixture
def place() -> IndexAtPlace:
    index = float(index_of(0.45, 199.0, 100.0, 0.13))  # type: ignore[arg-type]
    return IndexAtPlace(
        0, 0, share=0.45, density=199.0, typical=80.0, reference=100.0, index=index, cut=0.5, density_weight=0.13
    )


def test_the_index_is_its_two_parts(place: IndexAtPlace) -> None:
    assert place.density_part == pytest.approx(0.13 * 0.6931, abs=1e-4)  # twice the density of reference: ln 2
    assert place.share + place.density_part == pytest.approx(place.index)


def test_what_it_lacks_or_could_lose_makes_the_index_the_cut(place: IndexAtPlace) -> None:
    assert index_of(place.share_needed, 199.0, 100.0, 0.13) == pytest.approx(0.5)  # type: ignore[arg-type]
    for share in (0.1, 0.45, 0.7):
        needed = replace(place, share=share).density_needed
        assert index_of(share, needed, 100.0, 0.13) == pytest.approx(0.5)  # type: ignore[arg-type]


def test_the_index_of_a_cell_is_the_mean_of_its_squares_and_unknown_where_there_is_no_threshold() -> None:
    calais = open_pack("calais")
    start = prepare_search(calais.grid_path(2019), CandidateRequest(on=date(2024, 1, 1), territory=calais)).start
    found = cell_index(start, method_rules())
    assert found is not None
    row = int(np.nanargmax(found.index))
    (cells,) = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
    ground = ground_of_unit(cells, method_rules()).ground
    up, right = ground.row * 50 - start.grid.northing[row], ground.column * 50 - start.grid.easting[row]
    squares = ground.index[(up >= 0) & (up < 200) & (right >= 0) & (right < 200)]
    assert len(squares) == 16
    assert found.index[row] == pytest.approx(squares.mean())
    assert np.isnan(found.index[start.zones.unit == ""]).all()
    assert ((found.probability > 0) & (found.probability < 1))[np.isfinite(found.index)].all()


def test_the_probability_grows_with_the_index_from_its_level_at_the_cut() -> None:
    """At the cut the odds are exp(level): ground at the edge is less often in than out."""
    level = method_choice("probability_level").value
    odds = probability_of(np.array([0.5]), 0.5) / (1 - probability_of(np.array([0.5]), 0.5))
    assert odds == pytest.approx(np.exp(level))
    assert (np.diff(probability_of(np.linspace(0, 1, 20), 0.5)) > 0).all()


def made_up(poor: slice = slice(4, 8)) -> SearchStart:
    """A square town of 12 × 12 cells from the corner of the lattice, the western half of which is another unit."""
    row, column = (part.ravel() for part in np.indices((12, 12)))
    count, nothing = len(row), np.zeros(len(row))
    people, share = np.full((12, 12), 60.0), np.full((12, 12), 0.2)
    people[poor, poor], share[poor, poor] = 120.0, 0.75
    threshold = income_threshold(IncomeReference(19_218, 18_380, 1_560_000), date(2015, 1, 1))
    held = people.ravel()
    grid = Grid(3035, 2017, 200 * column, 200 * row, held, held * 2e4, nothing > 0, held / 2, held / 8)
    median = threshold.relative * np.exp(-0.7 * ndtri(share.ravel()))
    income = CellIncome(median, np.full(count, 0.7), nothing, nothing)
    zones = CellZones(np.full(count, ""), np.full(count, ""), np.where(column < 6, "A", "B"))
    parts = CellParts(4, *whole_cells(np.full(count, -1), 4), income, 0.24)
    return SearchStart(grid, income, zones, {"A": threshold, "B": threshold}, parts)


INDEX, BY_CELLS = CandidateOptions(), CandidateOptions(method=SearchMethod.CELLS)


def test_a_place_is_told_the_index_of_its_square_in_its_own_unit() -> None:
    start = made_up()
    found = place_index(start, INDEX, 1_030.0, 820.0, 4 * 12 + 5)
    assert found is not None
    assert (found.row, found.column) == (16, 20)
    (cells, _) = cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts)
    ground = ground_of_unit(cells, method_rules()).ground
    (square,) = np.flatnonzero((ground.row == 16) & (ground.column == 20))
    assert (found.index, found.share, found.density) == (
        ground.index[square], ground.share[square], ground.density[square],
    )  # fmt: skip
    assert found.index == pytest.approx(
        found.share + found.density_weight * np.log((found.density + 1) / found.reference)
    )
    assert (found.cut, found.density_weight) == (method_rules().index_cut, method_rules().density_weight)
    people = ground_of_unit(cells, method_rules()).people
    assert found.typical == pytest.approx(np.exp(np.average(np.log(ground.density + 1), weights=people)))
    assert place_index(start, INDEX, 1_030.0, 820.0, 4 * 12 + 7) is None  # asked of the other unit's ground
    assert place_index(start, INDEX, 1_030.0, 820.0, None) == found  # of whichever has it


def test_the_first_square_of_the_ground_is_a_place_as_any_other() -> None:
    """Around a town the ground goes on as far as its people weigh: its first square is its south-west corner."""
    start = made_up()
    ground = ground_of_unit(next(iter(cells_of_units(*vars_of(start)))), method_rules()).ground
    assert ground.mine[0]
    found = place_index(start, INDEX, ground.column[0] * 50 + 1.0, ground.row[0] * 50 + 1.0, None)
    assert found is not None
    assert (found.row, found.column) == (ground.row[0], ground.column[0])


def vars_of(start: SearchStart) -> tuple[object, ...]:
    return start.grid, start.income, start.zones, start.thresholds, start.parts


def test_no_place_has_an_index_by_the_method_of_cells_or_where_nobody_lives_near() -> None:
    start = made_up()
    assert place_index(start, BY_CELLS, 1_030.0, 820.0, None) is None
    assert area_index(start, BY_CELLS, shapely.Point(1_030, 820)) is None
    assert place_index(start, INDEX, 9_000.0, 9_000.0, None) is None
    assert area_index(start, INDEX, shapely.box(9_000, 9_000, 9_100, 9_100)) is None


def test_the_index_of_an_area_is_the_mean_over_the_people_of_its_squares() -> None:
    start = made_up()
    at_a_point = place_index(start, INDEX, 1_030.0, 820.0, None)
    point, square = (
        area_index(start, INDEX, shapely.Point(1_030, 820)),
        area_index(start, INDEX, shapely.box(1_000, 800, 1_050, 850)),
    )
    assert at_a_point is not None
    assert point is not None
    assert square is not None
    assert point.index == square.index == at_a_point.index
    both = area_index(
        start, INDEX, shapely.box(1_000, 700, 1_050, 850)
    )  # three squares, of 60, 60 and 120 people a cell
    others = [place_index(start, INDEX, 1_030.0, north, None) for north in (720.0, 770.0)]
    assert both is not None
    assert both.index == pytest.approx((others[0].index + others[1].index + 2 * at_a_point.index) / 4)
    assert (both.lowest, both.highest) == (others[0].index, at_a_point.index)


def by_hand(start: SearchStart, area: shapely.Polygon) -> dict[str, float]:
    """Figures over an area, square by square, each in the unit that it is of."""
    found = []
    for cells in cells_of_units(*vars_of(start)):
        place = ground_of_unit(cells, method_rules())
        ground = place.ground
        boxes = shapely.box(ground.column * 50, ground.row * 50, ground.column * 50 + 50, ground.row * 50 + 50)
        inside = shapely.area(shapely.intersection(boxes, area)) / 2_500 * ground.mine
        held = inside > 0
        found.append(np.stack([ground.share, ground.density, ground.index, place.people * inside, inside])[:, held])
    share, density, index, people, inside = np.concatenate(found, axis=1)
    weight = people if people.any() else inside
    return {
        "share": np.average(share, weights=weight), "density": np.average(density, weights=weight),
        "index": np.average(index, weights=weight),
        "lowest": index.min(), "highest": index.max(), "chosen": weight[index > 0.5].sum() / weight.sum(), "cut": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    "area",
    [
        shapely.box(610, 810, 930, 930),
        shapely.box(1_010, 790, 1_390, 1_010),
        shapely.box(610, -90, 790, -10),
        shapely.box(610, -50, 660, 5),
        shapely.box(1_030, 799.5, 1_030.5, 800.5),
    ],
    ids=[
        "squares that its sides cut",
        "two units",
        "where nobody lives",
        "a few tenths of a person",
        "half a square metre",
    ],
)
def test_an_area_has_the_means_of_the_parts_of_squares_that_it_holds(area: shapely.Polygon) -> None:
    start = made_up()
    found = area_index(start, INDEX, area)
    assert found is not None
    assert asdict(found) == pytest.approx(by_hand(start, area))


def test_part_of_an_estate_is_on_ground_that_is_chosen_and_part_is_not() -> None:
    assert 0 < by_hand(made_up(), shapely.box(610, 810, 930, 930))["chosen"] < 1


def test_points_off_the_ground_say_nothing_and_those_on_its_first_square_do() -> None:
    start = made_up()
    ground = ground_of_unit(next(iter(cells_of_units(*vars_of(start)))), method_rules()).ground
    east, north = float(ground.column[0] * 50 + 1), float(ground.row[0] * 50 + 1)
    alone = area_index(start, INDEX, shapely.Point(east, north))
    assert alone is not None
    assert alone.index == pytest.approx(ground.index[0])
    assert area_index(start, INDEX, shapely.MultiPoint([(east, north), (9_000, 9_000)])) == alone


def test_points_count_each_as_much_as_another_and_a_square_at_the_very_cut_is_not_chosen() -> None:
    """One stands among 60 people a cell, the other among 120."""
    start, places = made_up(), [(1_030.0, 720.0), (1_030.0, 820.0)]
    both = area_index(start, INDEX, shapely.MultiPoint(places))
    low, high = (area_index(start, INDEX, shapely.Point(place)) for place in places)
    assert both is not None
    assert low is not None
    assert high is not None
    assert both.index == pytest.approx((low.index + high.index) / 2)
    for cut, chosen in ((low.index, 0.5), (high.index, 0.0)):
        at_the_cut = CandidateOptions(index=replace(method_rules(), index_cut=cut))
        assert area_index(start, at_the_cut, shapely.MultiPoint(places)) == replace(both, chosen=chosen, cut=cut)


@pytest.mark.parametrize(("people", "is_known"), [(8.0, True), (0.0, False)])
def test_a_cell_has_an_index_where_somebody_lives_were_it_half_a_person_a_square(people: float, is_known: bool) -> None:
    start = made_up()
    start.grid.people[70] = people
    found = cell_index(start, method_rules())
    assert found is not None
    assert [bool(np.isfinite(values[70])) for values in (found.index, found.probability)] == [is_known] * 2


def test_every_unit_with_parts_has_its_index_and_the_others_are_unknown() -> None:
    found = cell_index(made_up(), method_rules())
    assert found is not None
    assert np.isfinite(found.index).all()


def test_a_square_is_of_a_quarter_where_its_row_and_column_are(place: IndexAtPlace) -> None:
    quarter = SimpleNamespace(squares=np.array([[16, 16, 17], [20, 21, 20]]))

    def is_in(row: int, column: int) -> bool:
        return replace(place, row=row, column=column).is_in(quarter)

    assert [is_in(16, 20), is_in(16, 21), is_in(17, 20)] == [True] * 3
    assert [is_in(17, 21), is_in(16, 22), is_in(18, 20), is_in(16, 19), is_in(15, 20), is_in(17, 19)] == [False] * 6
    assert not replace(place, row=16).is_in(SimpleNamespace(squares=None))


def test_figures_are_written_to_the_fourth_decimal_and_people_to_the_tenth(place: IndexAtPlace) -> None:
    index = 0.4512345 + 0.0988246
    said = replace(place, share=0.4512345, density=199.06, index=index, reference=100.14, typical=80.06).document()
    assert (said["share_around"], said["density_part"], said["index"]) == (0.4512, 0.0988, 0.5501)
    assert (said["people_per_cell"], said["typical_people_per_cell"], said["reference_people_per_cell"]) == (
        199.1,
        80.1,
        100.1,
    )
    assert (said["share_needed"], said["people_per_cell_needed"]) == (0.4012, 144.7)  # 100.14 exp(0.0487655 / 0.13) - 1
    of_area = IndexOfArea(0.451_266, 199.06, 0.123_456, -0.012_344, 0.987_654, 0.333_333, 0.47).document()
    assert of_area == {
        "share_around": 0.4513, "people_per_cell": 199.1, "index": 0.1235, "lowest_index": -0.0123,
        "highest_index": 0.9877, "cut": 0.47, "chosen_share": 0.3333,
    }  # fmt: skip
