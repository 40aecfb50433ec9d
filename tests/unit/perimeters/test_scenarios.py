"""Suppositions and choices: what makes a search, and what is refused with a sentence."""

from __future__ import annotations

import math

import pytest

from geoville.errors import InvalidInputError
from geoville.perimeters.scenarios import Choices, Supposition


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
