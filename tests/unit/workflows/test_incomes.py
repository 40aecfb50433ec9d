"""Figures of an urban unit and IRIS, as each door's user names them: whole, or refused in the user's own words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geoville.errors import InvalidInputError
from geoville.workflows.incomes import ARGUMENTS, COMMAND_LINE, IrisInput, income_reference, iris_input

WORDS = {COMMAND_LINE: ("--rmuc-nat, --rmuc-uu et --uu-population", "donner aussi --iris")}
WORDS[ARGUMENTS] = ("rmuc_nat, rmuc_uu et uu_population", "donner aussi iris")


@pytest.mark.parametrize("naming", WORDS)
@pytest.mark.parametrize("given", [(18_355, None, None), (None, 12_000, 99_000), (18_355, 12_000, None)])
def test_a_part_of_the_figures_is_refused_by_the_names_of_the_door(naming, given):
    with pytest.raises(InvalidInputError) as refused:
        income_reference(*given, naming=naming)
    assert refused.value.advice == f"donner ensemble {WORDS[naming][0]}"


@pytest.mark.parametrize("more", [{"year": 2019}, {"small_since": date(2020, 1, 1)}])
def test_what_is_said_of_figures_that_are_not_given_is_refused(more):
    with pytest.raises(InvalidInputError, match="incomplets"):
        income_reference(None, None, None, naming=ARGUMENTS, **more)


def test_figures_given_by_a_user_are_never_verified():
    assert income_reference(None, None, None, naming=ARGUMENTS) is None
    given = income_reference(18_355, 12_000, 99_000, year=2011, naming=COMMAND_LINE)
    assert (given.national_eur, given.urban_unit_eur, given.urban_unit_population) == (18_355, 12_000, 99_000)
    assert (given.verified, given.source) == (False, "donnés en ligne de commande")


@pytest.mark.parametrize("naming", WORDS)
@pytest.mark.parametrize("given", [(None, "revenus.csv"), (None, None, 19_218), (None, None, None, 1.0)])
def test_what_is_said_of_iris_that_are_not_given_is_refused(naming, given):
    with pytest.raises(InvalidInputError) as refused:
        iris_input(*given, naming=naming)
    assert refused.value.advice == WORDS[naming][1]


def test_iris_are_read_where_they_are():
    assert iris_input(None, None, naming=ARGUMENTS) is None
    assert iris_input("iris.gpkg", None, naming=ARGUMENTS) == IrisInput(Path("iris.gpkg"))
