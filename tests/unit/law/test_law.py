"""The law's data files say when, where from, and whether they were read; values are found by date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoville.errors import InvalidInputError, LawError
from geoville.law import (
    IncomeReference,
    IncomeRule,
    counted_people,
    eligible_units,
    generation_of_code,
    generations,
    income_threshold,
    moved_thresholds,
    parameter,
    parameters,
    position_accuracy,
)

CALAIS = IncomeReference(18_355, 13_287, 99_000)


def test_every_value_has_a_reference_a_date_and_says_whether_it_was_read() -> None:
    for item in parameters().values():
        assert item.label
        assert item.unit
        for value in item.values:
            assert value.reference
            assert isinstance(value.valid_from, date)
            assert isinstance(value.verified, bool)


def test_values_are_in_order_of_date() -> None:
    for item in parameters().values():
        days = [value.valid_from for value in item.values]
        assert days == sorted(set(days))


def test_a_day_before_the_first_value_is_an_error() -> None:
    first = parameter("threshold_share_of_reference").values[0].valid_from
    with pytest.raises(LawError, match="n'a pas de valeur connue au 2 juillet 2014"):
        parameter("threshold_share_of_reference").at(first - timedelta(days=1))


def test_a_value_holds_from_its_first_day_and_until_that_of_the_next() -> None:
    for item in parameters().values():
        for value, following in zip(item.values, item.values[1:], strict=False):
            assert item.at(value.valid_from) is value
            assert item.at(following.valid_from - timedelta(days=1)) is value
        assert item.at(item.values[-1].valid_from) is item.values[-1]


def test_a_statistic_is_that_of_the_year_asked_and_of_no_other() -> None:
    medians = parameter("median_disposable_income_eur")
    for value in medians.values:
        assert medians.of_year(value.valid_from.year) is value
    with pytest.raises(LawError, match="n'est pas connu pour 1990"):
        medians.of_year(1990)


def test_a_parameter_is_known_by_its_identifier_and_described_apart() -> None:
    for key, item in parameters().items():
        assert item.id == key
        assert item.label != key
        assert {value.parameter for value in item.values} == {key}


def test_units_too_small_are_set_aside_and_the_others_have_each_their_threshold() -> None:
    day = date(2015, 1, 1)
    rich, small = IncomeReference(18_355, 20_000, 99_000), IncomeReference(18_355, 13_287, 9_000)
    thresholds, too_small = eligible_units({"calais": CALAIS, "rich": rich, "small": small}, day)
    assert thresholds == {"calais": income_threshold(CALAIS, day), "rich": income_threshold(rich, day)}
    assert too_small == ("small",)
    assert eligible_units({"calais": CALAIS, "small": small}, day) == ({"calais": thresholds["calais"]}, ("small",))


def test_the_only_unit_is_refused_rather_than_set_aside_where_it_is_too_small() -> None:
    with pytest.raises(LawError, match="9\N{NARROW NO-BREAK SPACE}000 habitants"):
        eligible_units({"small": IncomeReference(18_355, 13_287, 9_000)}, date(2015, 1, 1))


def test_the_threshold_of_calais_is_the_decrees_formula() -> None:
    threshold = income_threshold(CALAIS, date(2015, 1, 1))
    assert threshold.unrounded_eur == pytest.approx(0.6 * (0.7 * 18_355 + 0.3 * 13_287))
    assert threshold.eur == 10_200  # 10 100.76, rounded up to the next hundred
    assert threshold.relative == pytest.approx(threshold.eur / 18_355)
    assert threshold.verified


@pytest.mark.parametrize(("population", "accepted"), [(9_900, False), (9_901, True), (10_000, True)])
def test_the_population_counts_rounded_up_to_the_next_hundred(population: int, accepted: bool) -> None:
    reference = IncomeReference(18_355, 13_287, population)
    if accepted:
        assert income_threshold(reference, date(2015, 1, 1)).eur > 0
    else:
        with pytest.raises(LawError, match="moins que les 10\N{NARROW NO-BREAK SPACE}000"):
            income_threshold(reference, date(2015, 1, 1))


def test_a_unit_of_the_very_minimum_owes_nothing_to_the_derogation() -> None:
    law = income_threshold(IncomeReference(18_355, 13_287, 10_000), date(2025, 1, 1)).law
    assert "urban_unit_derogation_years" not in {value.parameter for value in law}


@given(st.sampled_from([float("nan"), float("inf"), 0.0, -1.0]))
def test_impossible_medians_are_refused(value: float) -> None:
    with pytest.raises(InvalidInputError, match="montant positif"):
        IncomeReference(value, 13_287, 99_000)


def test_the_generations_of_a_zone_follow_one_another_without_a_gap() -> None:
    for zone in ("metropole", "outre_mer"):
        first, second = sorted((item for item in generations() if item.zone == zone), key=lambda item: item.year)
        assert first.valid_to is not None
        assert second.valid_from == first.valid_to + timedelta(days=1)
        assert second.valid_to is None


@pytest.mark.parametrize(
    ("code", "year", "last_day"),
    [
        ("QP062055", 2015, date(2023, 12, 31)),
        ("QP974001", 2015, date(2024, 12, 31)),
        ("QP02A001", 2015, date(2023, 12, 31)),
        ("QN06253M", 2024, None),
        ("QN97401A", 2024, None),
    ],
)
def test_a_code_tells_its_generation(code: str, year: int, last_day: date | None) -> None:
    generation = generation_of_code(code)
    assert generation is not None
    assert (generation.year, generation.valid_to) == (year, last_day)


@pytest.mark.parametrize("code", ["", "QP06205", "QN062053", "ZUS12", "qp062055"])
def test_other_codes_tell_nothing(code: str) -> None:
    assert generation_of_code(code) is None


def test_a_street_point_is_never_firm_and_an_unknown_kind_is_taken_as_one() -> None:
    assert not position_accuracy("street").firm
    assert not position_accuracy("inconnu").firm
    assert position_accuracy("coordinates").accuracy_m == 0


@pytest.mark.parametrize(
    ("rule", "population", "counted"),
    [
        (IncomeRule.METROPOLE, 98_901, (99_000, 10_000, True)),  # the next hundred
        (IncomeRule.METROPOLE, 9_901, (10_000, 10_000, True)),
        (IncomeRule.METROPOLE, 9_900, (9_900, 10_000, False)),
        (IncomeRule.OVERSEAS, 14_901, (14_901, 15_000, False)),  # as it is: 2014-1575 writes no rounding
        (IncomeRule.OVERSEAS, 15_000, (15_000, 15_000, True)),
    ],
)
def test_people_are_counted_as_each_decree_counts_them(
    rule: IncomeRule, population: int, counted: tuple[int, float, bool]
) -> None:
    assert counted_people(IncomeReference(18_355, 13_287, population), date(2015, 1, 1), rule) == counted


@pytest.mark.parametrize(
    ("rule", "local", "national_weight"),
    [
        (IncomeRule.METROPOLE, "RMUC de l'unité urbaine", 0.7),
        (IncomeRule.OVERSEAS, "RMUC du département", 0.3),
    ],
)
def test_a_threshold_moves_with_each_of_its_medians_by_its_weight(
    rule: IncomeRule, local: str, national_weight: float
) -> None:
    """By 5 000 €, so that the rounding to the hundred hides nothing: 0.6 of the weight of what is wrong."""
    day = date(2015, 1, 1)
    threshold = income_threshold(CALAIS, day, rule)
    moved = moved_thresholds(threshold, 5_000, day)
    assert [name for name, _, _ in moved] == ["RMUC de la France métropolitaine", local]
    for (_, less, more), weight in zip(moved, (national_weight, 1 - national_weight), strict=True):
        assert less == pytest.approx(threshold.unrounded_eur - 3_000 * weight, abs=100)
        assert more == pytest.approx(threshold.unrounded_eur + 3_000 * weight, abs=100)
        assert more - less == pytest.approx(6_000 * weight, abs=100)


@pytest.mark.parametrize("population", [0, -5])
def test_an_urban_unit_of_nobody_is_refused(population: int) -> None:
    with pytest.raises(InvalidInputError, match="n'est pas positive"):
        IncomeReference(18_355, 13_287, population)
