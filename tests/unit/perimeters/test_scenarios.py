"""Suppositions and choices: what makes a search, and what is refused with a sentence."""

from __future__ import annotations

import math
from datetime import date

import pytest

from geoville.errors import InvalidInputError
from geoville.law import IncomeReference, Threshold, income_threshold
from geoville.model import Contiguity
from geoville.perimeters.scenarios import TRIED, Choices, Scenario, Supposition


@pytest.mark.parametrize("factor", [0.0, -0.5, -1.0, math.nan, math.inf])
def test_a_factor_of_the_threshold_is_positive(factor: float) -> None:
    with pytest.raises(InvalidInputError, match="n'est pas positif"):
        Supposition(factor)
    with pytest.raises(InvalidInputError, match="n'est pas positif"):
        Choices(threshold_factors=(1.0, factor))


@pytest.mark.parametrize("fewest", [-1.0, math.nan, math.inf])
def test_a_smallest_population_is_a_number_of_people(fewest: float) -> None:
    with pytest.raises(InvalidInputError, match="n'est pas un nombre positif"):
        Supposition(minimum_population=fewest)


def test_figures_that_make_a_search_are_taken() -> None:
    assert Supposition(0.01, 0.0).minimum_population == 0.0
    assert not Supposition(0.01, 0.0).is_decree
    assert Supposition().is_decree
    taken = Choices((1.0,), gaps_m=(0.0, 400.0), density_weights=(None, 0.0, 0.2), minimum_populations=(0.0, 800.0))
    assert len(taken.scenarios([2019])) == 2 * 2 * 3 * 2  # both contiguities


@pytest.mark.parametrize("wrong", [-0.1, math.nan, math.inf])
@pytest.mark.parametrize("choice", ["gaps_m", "density_weights", "kernel_sigmas_m", "minimum_populations"])
def test_a_choice_that_is_negative_or_no_number_is_refused(choice: str, wrong: float) -> None:
    with pytest.raises(InvalidInputError, match=r"n'est pas une distance|est négatif ou n'est pas un nombre"):
        Choices(**{choice: (0.1, wrong)})


@pytest.mark.parametrize("choice", ["threshold_factors", "contiguities", "gaps_m", "density_weights"])
def test_a_choice_without_a_value_is_refused(choice: str) -> None:
    with pytest.raises(InvalidInputError, match="aucune valeur"):
        Choices(**{choice: ()})


@pytest.mark.parametrize(
    ("supposed", "said"),
    [
        (Supposition(), ""),
        (Supposition(1.0, 0.0), "Scénario : aucun minimum d'habitants. Ce n'est pas le décret."),
        (Supposition(minimum_population=1), "Scénario : 1 habitant au moins. Ce n'est pas le décret."),
        (Supposition(minimum_population=2), "Scénario : 2 habitants au moins. Ce n'est pas le décret."),
        (Supposition(0.905_12), "Scénario : seuil du décret × 0,905. Ce n'est pas le décret."),
        (Supposition(minimum_population=800), "Scénario : 800 habitants au moins. Ce n'est pas le décret."),
    ],
)
def test_what_is_supposed_is_told_and_nothing_else(supposed: Supposition, said: str) -> None:
    assert supposed.sentence == said
    assert supposed.is_decree is (not said)


def test_a_supposed_threshold_is_the_decrees_times_the_factor_in_euros_and_in_shares() -> None:
    decree = Threshold(10_000.0, 0.5, IncomeReference(20_000, 15_000, 99_000), ())
    assert Supposition().threshold(decree) is decree
    assert Supposition(minimum_population=800).threshold(decree) is decree
    raised = Supposition(1.25).threshold(decree)
    assert (raised.eur, raised.relative, raised.reference) == (12_500, 0.625, decree.reference)


@pytest.mark.parametrize("factor", [0.1, 1.1, 3.0, 1e-9])
def test_a_scenario_keeps_the_amount_of_the_decree(factor: float) -> None:
    """Art. 4: 0.6 × (0.7 × 18,000 + 0.3 × 14,000) = 10,080, rounded up to 10,100; no division finds it again."""
    decree = income_threshold(IncomeReference(18_000, 14_000, 99_000), date(2026, 1, 15))
    assert Supposition(factor).threshold(decree).decree_eur == decree.eur == 10_100


def test_a_scenario_supposes_its_factor_and_its_fewest_people() -> None:
    scenario = Scenario(2019, 0.9, Contiguity.ROOK, 200.0, 0.14, 90.0, 800.0)
    assert scenario.supposed == Supposition(0.9, 800.0)
    assert Scenario(2019, 1.0, Contiguity.QUEEN, 0.0).supposed.is_decree


def test_what_is_tried_by_default_is_around_the_methods_own() -> None:
    found = Choices().scenarios([2019])
    assert {scenario.threshold_factor for scenario in found} == {0.9, 1.0, 1.1}
    assert {scenario.contiguity for scenario in found} == set(Contiguity)
    assert {scenario.gap_m for scenario in found} == {200.0}
    assert {(item.density_weight, item.kernel_sigma_m, item.minimum_population) for item in found} == {(None,) * 3}
    assert {scenario.density_weight for scenario in TRIED.scenarios([2019])} == {0.14, 0.18, 0.22}


def test_each_value_of_a_choice_goes_to_its_own_place() -> None:
    (found,) = Choices((1.1,), (Contiguity.ROOK,), (400.0,), (0.2,), (90.0,), (800.0,)).scenarios([2015])
    assert found == Scenario(2015, 1.1, Contiguity.ROOK, 400.0, 0.2, 90.0, 800.0)


def test_combinations_come_vintage_by_vintage_each_once() -> None:
    found = Choices((1.0, 0.9), (Contiguity.QUEEN,), (0.0, 0.0)).scenarios([2019, 2015, 2019])
    assert [(item.vintage, item.threshold_factor) for item in found] == [
        (2019, 1.0), (2019, 0.9), (2015, 1.0), (2015, 0.9),
    ]  # fmt: skip
    assert Choices().scenarios([]) == ()


@pytest.mark.parametrize("choice", ["kernel_sigmas_m", "minimum_populations"])
def test_every_choice_of_the_index_has_a_value(choice: str) -> None:
    with pytest.raises(InvalidInputError, match="aucune valeur"):
        Choices(**{choice: ()})
    assert Choices(**{choice: (0.0,)})
