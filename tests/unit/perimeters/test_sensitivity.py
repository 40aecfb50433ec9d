"""Sweeping choices on a town small enough to know what every scenario keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from strategies import REFERENCE, UNIT, everywhere, grid_of

from geoville.carroyage.grid import Grid
from geoville.carroyage.income import CellIncome
from geoville.errors import InvalidInputError
from geoville.law import income_threshold
from geoville.model import Contiguity
from geoville.perimeters import sensitivity
from geoville.perimeters.quarters import CandidateOptions, LegalTests
from geoville.perimeters.scenarios import Choices, Scenario, SearchMethod
from geoville.perimeters.sensitivity import SearchStart, sweep

THRESHOLD = income_threshold(REFERENCE, date(2024, 1, 1))
LEGAL = LegalTests(poor_share=0.5, minimum_population=1000)
PLAIN = CandidateOptions(method=SearchMethod.CELLS, doubt=0, gap_m=0)


def start(grid: Grid, relative_to_threshold: list[float]) -> SearchStart:
    """Cells whose median is a known multiple of the threshold."""
    median = np.array(relative_to_threshold) * THRESHOLD.relative
    flat = np.full(len(grid), 0.1)
    income = CellIncome(median, log_spread=flat, variance=flat**2, shared_sd=0 * flat)
    return SearchStart(grid, income, everywhere(grid), {UNIT: THRESHOLD})


def row_of(columns: list[int], people: float = 1200.0) -> Grid:
    return grid_of([(0, column) for column in columns], [people] * len(columns), [15_000.0] * len(columns))


def test_the_threshold_decides_each_cell_in_turn() -> None:
    town = start(row_of([0, 1, 2, 3]), [0.7, 0.95, 1.05, 1.5])
    found = sweep([town], Choices((0.9, 1.0, 1.1), (Contiguity.QUEEN,), (0.0,)), LEGAL, PLAIN)
    assert found.times_kept.tolist() == [3, 2, 1, 0]
    assert found.share.tolist() == [1, 2 / 3, 1 / 3, 0]
    assert found.core.tolist() == [True, False, False, False]
    assert found.fringe.tolist() == [False, True, True, False]
    assert found.kept_by_own.tolist() == [True, True, False, False]
    assert [outcome.people for outcome in found.outcomes.values()] == [1200, 2400, 3600]


def test_a_gap_that_is_bridged_is_part_of_the_fringe() -> None:
    town = start(row_of([0, 2], people=600.0), [0.7, 0.7])
    found = sweep([town], Choices((1.0,), (Contiguity.QUEEN,), (0.0, 200.0)), LEGAL, PLAIN)
    assert found.times_kept.tolist() == [1, 1, 1]
    assert found.grid.people.tolist() == [600, 0, 600]
    # Two cells are populated, as a file of candidates counts them; the place between is in the fringe all the same.
    assert [(item.candidates, item.cells) for item in found.outcomes.values()] == [(0, 0), (1, 2)]
    assert not found.kept_by_own.any()


def test_contiguity_separates_cells_that_touch_by_a_corner() -> None:
    corner = grid_of([(0, 0), (1, 1)], [600.0, 600.0], [15_000.0, 15_000.0])
    found = sweep([start(corner, [0.7, 0.7])], Choices((1.0,), tuple(Contiguity), (0.0,)), LEGAL, PLAIN)
    assert found.times_kept.tolist() == [1, 1]
    kept = {scenario.contiguity: outcome.candidates for scenario, outcome in found.outcomes.items()}
    assert kept == {Contiguity.QUEEN: 1, Contiguity.ROOK: 0}


def test_vintages_are_joined_by_the_position_of_their_cells() -> None:
    older = replace(row_of([0, 1], people=1300.0), vintage=2015)
    newer = replace(row_of([1, 2]), vintage=2019)
    found = sweep(
        [start(newer, [0.7, 0.7]), start(older, [0.7, 0.7])],
        Choices((1.0,), (Contiguity.QUEEN,), (0.0,)),
        LEGAL,
        PLAIN,
    )
    assert found.times_kept.tolist() == [1, 2, 1]
    assert found.own == Scenario(2019, 1.0, Contiguity.QUEEN, 0.0)
    assert found.grid.vintage == 2019
    assert found.grid.people.tolist() == [0, 1200, 1200]
    assert np.isnan(found.grid.mean_eur[0])
    assert {scenario.vintage: outcome.people for scenario, outcome in found.outcomes.items()} == {
        2015: 2600,
        2019: 2400,
    }


def test_the_decree_s_own_scenario_counts_only_when_it_is_swept() -> None:
    town = start(row_of([0, 1]), [0.7, 0.95])
    found = sweep([town], Choices((0.9,), (Contiguity.QUEEN,), (0.0,)), LEGAL, PLAIN)
    assert found.own not in found.outcomes
    assert found.times_kept.tolist() == [1, 0]
    assert found.kept_by_own.tolist() == [True, True]
    assert found.own_outcome.people == 2400


def test_every_scenario_is_searched_once() -> None:
    seen: list[Scenario] = []

    def track(scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
        seen.extend(scenarios)
        return scenarios

    choices = Choices((1.0, 0.9, 1.0), tuple(Contiguity), (0.0,))
    sweep([start(row_of([0]), [0.7])], choices, LEGAL, PLAIN, track)
    assert len(seen) == len(set(seen)) == 4


@pytest.mark.parametrize(
    ("factors", "gaps", "said"),
    [
        ((), (0.0,), "aucune valeur"),
        ((0.0,), (0.0,), "n'est pas positif"),
        ((float("nan"),), (0.0,), "n'est pas positif"),
        ((1.0,), (-1.0,), "n'est pas une distance"),
        ((1.0,), (float("inf"),), "n'est pas une distance"),
    ],
)
def test_choices_that_make_no_search_are_refused(
    factors: tuple[float, ...], gaps: tuple[float, ...], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        Choices(factors, (Contiguity.QUEEN,), gaps)


def test_grids_that_are_not_vintages_of_one_town_are_refused() -> None:
    town = start(row_of([0]), [0.7])
    elsewhere = start(replace(row_of([0]), vintage=2015, epsg=2975), [0.7])
    choices = Choices((1.0,), (Contiguity.QUEEN,), (0.0,))
    for starts, said in (([], "Aucune grille"), ([town, town], "même millésime"), ([town, elsewhere], "plusieurs sys")):
        with pytest.raises(InvalidInputError, match=said):
            sweep(starts, choices, LEGAL, PLAIN)


def test_a_scenario_asks_the_search_for_what_it_chooses_and_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(sensitivity, "find_candidates", lambda *given: asked.append(given))
    town = start(row_of([0]), [0.7])
    own = CandidateOptions(method=SearchMethod.CELLS, doubt=0.3, hole_cells=5)
    town.search(Scenario(2019, 1.25, Contiguity.ROOK, 400.0, 0.2, 90.0, 800.0), LEGAL, own)
    town.search(Scenario(2019, 1.0, Contiguity.QUEEN, 0.0), LEGAL, own)
    (_, _, _, raised, legal, chosen, _), (_, _, _, same, decree, plain, _) = asked
    assert raised[UNIT].eur == THRESHOLD.eur * 1.25
    assert (legal.minimum_population, legal.poor_share) == (800, 0.5)
    assert (chosen.contiguity, chosen.gap_m, chosen.doubt, chosen.hole_cells) == (Contiguity.ROOK, 400, 0.3, 5)
    assert chosen.index == replace(own.index, density_weight=0.2, kernel_sigma_m=90.0)
    assert (same[UNIT], decree) == (THRESHOLD, LEGAL)
    assert (plain.contiguity, plain.gap_m, plain.index) == (Contiguity.QUEEN, 0, own.index)


def test_a_weight_or_a_width_of_naught_is_a_choice_and_not_the_methods_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[CandidateOptions] = []
    monkeypatch.setattr(sensitivity, "find_candidates", lambda *given: asked.append(given[5]))
    for weight, sigma_m in ((0.0, None), (None, 0.0)):
        start(row_of([0]), [0.7]).search(Scenario(2019, 1.0, Contiguity.QUEEN, 0.0, weight, sigma_m), LEGAL, PLAIN)
    assert asked[0].index == replace(PLAIN.index, density_weight=0.0)
    assert asked[1].index == replace(PLAIN.index, kernel_sigma_m=0.0)


def test_a_smallest_population_that_is_swept_decides_what_is_kept() -> None:
    choices = Choices((1.0,), (Contiguity.QUEEN,), (0.0,), minimum_populations=(None, 1200.0, 1201.0))
    found = sweep([start(row_of([0]), [0.7])], choices, LEGAL, PLAIN)
    assert found.times_kept.tolist() == [2]
    assert [outcome.candidates for outcome in found.outcomes.values()] == [1, 1, 0]


def test_the_decrees_own_scenario_has_the_contiguity_and_the_gap_of_the_options() -> None:
    options = replace(PLAIN, contiguity=Contiguity.ROOK, gap_m=400.0)
    found = sweep(
        [start(row_of([0, 3], 600.0), [0.7, 0.7])], Choices((0.9,), (Contiguity.QUEEN,), (0.0,)), LEGAL, options
    )
    assert found.own == Scenario(2019, 1.0, Contiguity.ROOK, 400.0)
    assert (found.own_outcome.candidates, found.own_outcome.cells, found.own_outcome.people) == (1, 2, 1200)
    assert found.kept_by_own.tolist() == [True] * 4
    assert found.times_kept.tolist() == [0] * 4
    assert found.core.tolist() == found.fringe.tolist() == [False] * 4


def test_figures_of_the_grid_are_those_of_the_latest_vintage_and_unknown_elsewhere() -> None:
    older = replace(row_of([0, 1], people=1300.0), vintage=2015)
    newer = replace(row_of([1, 2]), imputed=np.array([False, True]))
    choices = Choices((1.0,), (Contiguity.QUEEN,), (0.0,))
    grid = sweep([start(older, [0.7, 0.7]), start(newer, [0.7, 0.7])], choices, LEGAL, PLAIN).grid
    assert grid.imputed.tolist() == [False, False, True]
    assert grid.households.tolist() == [pytest.approx(value, nan_ok=True) for value in (np.nan, 1200 / 2.2, 1200 / 2.2)]
    assert grid.poor_households.tolist() == [pytest.approx(value, nan_ok=True) for value in (np.nan, 120, 120)]
    assert grid.income_sum_eur.tolist() == [0, 18_000_000, 18_000_000]
    assert grid.easting.tolist() == [3_750_000, 3_750_200, 3_750_400]
    assert (grid.northing.tolist(), grid.epsg) == ([3_120_000] * 3, 3035)
