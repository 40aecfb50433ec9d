"""What the decrees say, article by article: values written from the texts as they were read, never from the code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from geoville.errors import LawError
from geoville.law import (
    IncomeReference,
    IncomeRule,
    communes_entirely_qpv,
    eligible_units,
    generations,
    income_threshold,
    moved_thresholds,
    parameter,
    parameters,
    require_income_rule,
    whole_commune_at,
)
from geoville.model import TextRead

IN_2015, IN_2024, IN_2025 = date(2015, 1, 1), date(2024, 6, 1), date(2025, 1, 1)
SPACE = "\N{NARROW NO-BREAK SPACE}"


def eur(national: float, unit: float, population: int = 99_000, on: date = IN_2015) -> float:
    return income_threshold(IncomeReference(national, unit, population), on).eur


# Décret n° 2014-767


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("threshold_share_of_reference", 0.6),
        ("threshold_rounding_eur", 100),
        ("national_weight", 0.7),
        ("national_weight_large_urban_unit", 0.3),
        ("large_urban_unit_population", 5_000_000),
        ("minimum_urban_unit_population", 10_000),
        ("urban_unit_population_rounding", 100),
        ("minimum_quarter_population", 1_000),
    ],
)
def test_decret_2014_767_art_2_and_4_hold_since_3_july_2014_read_in_full(key: str, value: float) -> None:
    held = parameter(key).at(date(2014, 7, 3))
    assert (held.value, held.valid_from, held.verified) == (value, date(2014, 7, 3), True)
    assert held.reading is TextRead.FULL
    assert "2014-767" in held.reference
    assert "art. " in held.reference


@pytest.mark.parametrize(
    ("national", "unit", "threshold"),
    [
        (18_355, 13_287, 10_200),  # Calais: 10 100.76
        (17_000, 17_000, 10_200),  # exactly 10 200: stays
        (17_000, 17_000.01, 10_300),  # a hair more
        (16_999.9, 17_000, 10_200),  # a hair less
        (18_000, 8_000, 9_000),  # 0.6 × (12 600 + 2 400), floats give 9 000.000000000002 or so
    ],
)
def test_decret_2014_767_art_4_rounds_up_to_the_next_hundred(national: float, unit: float, threshold: float) -> None:
    assert eur(national, unit) == threshold


def test_decret_2014_767_art_4_marseille_goes_from_11_380_to_11_400() -> None:
    # 0.6 × (0.7 × 19 218 + 0.3 × 18 380) = 11 379.96
    found = income_threshold(IncomeReference(19_218, 18_380, 1_560_000), IN_2015)
    assert round(found.unrounded_eur) == 11_380
    assert found.eur == 11_400


def test_decret_2014_767_art_4_no_exact_hundred_is_pushed_up_by_the_noise_of_floats() -> None:
    assert all(eur(500 * step, 500 * step) == 300 * step for step in range(20, 80))


def test_decret_2014_767_art_4_swaps_the_weights_from_5_million_unrounded() -> None:
    assert eur(18_000, 20_000, 4_999_999) == 11_200  # 0.6 × (12 600 + 6 000) = 11 160
    assert eur(18_000, 20_000, 5_000_000) == 11_700  # 0.6 × (5 400 + 14 000) = 11 640
    found = income_threshold(IncomeReference(18_000, 20_000, 10_500_000), IN_2015)
    assert found.verified


def test_decret_2014_767_art_2_i_1_rounds_the_population_up_to_100_for_the_minimum_alone() -> None:
    assert eur(18_000, 18_000, 9_901) == 10_800
    with pytest.raises(LawError, match=f"9{SPACE}900 habitants, moins que les 10{SPACE}000"):
        eur(18_000, 18_000, 9_900)


@pytest.mark.parametrize(
    ("rule", "last_without", "first", "decree"),
    [
        (IncomeRule.METROPOLE, date(2014, 7, 2), "3 juillet 2014", "2014-767"),
        (IncomeRule.OVERSEAS, date(2014, 12, 21), "22 décembre 2014", "2014-1575"),
    ],
)
def test_before_its_decree_a_threshold_is_refused_as_no_quarter_existed(
    rule: IncomeRule, last_without: date, first: str, decree: str
) -> None:
    """The first list is in force on 1 January 2015 (décrets n° 2014-1750 and 2014-1751)."""
    told = (
        rf"^Aucun QPV n'existait le {last_without.day} \w+ 2014 ; les premiers datent du 1er janvier 2015 : demander "
        f"une date à partir du {first}, jour du décret n° {decree} qui fixe leur seuil"
    )
    reference = IncomeReference(18_000, 14_000, 99_000)
    with pytest.raises(LawError, match=told):
        income_threshold(reference, last_without, rule)
    with pytest.raises(LawError, match=told):
        eligible_units({"A": reference, "B": replace(reference, urban_unit_population=100)}, last_without, rule)
    assert income_threshold(reference, last_without + timedelta(days=1), rule).eur > 0


def test_decret_2014_767_art_4_names_metropolitan_france() -> None:
    assert "France métropolitaine" in parameter("national_weight").label
    assert "France métropolitaine" in parameter("median_declared_income_eur").label


def test_decret_2014_767_art_2_ii_incomes_of_2011_and_the_year_of_2024_unread() -> None:
    held = parameter("income_year").at(IN_2015)
    assert (held.value, held.verified, held.reading) == (2011, True, TextRead.FULL)
    with pytest.raises(LawError, match="pas de valeur connue au 1er juin 2024"):
        parameter("income_year").at(IN_2024)


def test_decret_2023_1312_urban_units_of_2020_and_census_of_2019_by_excerpt() -> None:
    for key, year in (("urban_unit_edition", 2020), ("urban_unit_census_year", 2019)):
        held = parameter(key).at(IN_2024)
        assert (held.value, held.reading) == (year, TextRead.EXCERPT)
        with pytest.raises(LawError):
            parameter(key).at(IN_2015)


@pytest.mark.parametrize("since", [date(2018, 1, 2), date(2023, 12, 28)])
@pytest.mark.parametrize(
    ("on", "kept"),
    [
        (date(2023, 12, 27), False),  # absent from the text of 2014
        (date(2023, 12, 28), True),
        (date(2029, 12, 27), True),
        (date(2029, 12, 28), False),
    ],
)
def test_decret_2023_1312_creates_the_six_years_unverified(since: date, on: date, kept: bool) -> None:
    small = IncomeReference(18_355, 13_287, 9_000, too_small_since=since)
    if not kept:
        with pytest.raises(LawError, match="habitants"):
            income_threshold(small, on)
        return
    found = income_threshold(small, on)
    [delay] = [value for value in found.law if value.parameter == "urban_unit_derogation_years"]
    assert (delay.value, delay.verified, delay.valid_from) == (6, False, date(2023, 12, 28))
    assert not found.verified


def test_decret_2023_1312_keeps_nothing_before_the_unit_is_too_small() -> None:
    with pytest.raises(LawError):
        income_threshold(IncomeReference(18_355, 13_287, 9_000, too_small_since=date(2026, 1, 1)), IN_2025)


def test_half_of_the_people_of_a_cell_is_no_law() -> None:
    assert "poor_cell_share" not in parameters()


# Décret n° 2014-1575, overseas


@pytest.mark.parametrize("commune", ["97209", "97411"])
def test_decret_2014_1575_martinique_and_la_reunion_have_their_own_formula(commune: str) -> None:
    assert require_income_rule([commune], IN_2015) is IncomeRule.OVERSEAS
    found = income_threshold(IncomeReference(19_218, 12_000, 15_000), IN_2015, IncomeRule.OVERSEAS)
    # 0.6 × (0.3 × 19 218 + 0.7 × 12 000) = 8 499.24
    assert found.eur == 8_500
    assert all("2014-1575" in value.reference and value.verified for value in found.law)


def test_decret_2014_1575_asks_for_a_commune_of_15_000() -> None:
    with pytest.raises(LawError, match=f"La commune compte 14{SPACE}999 habitants, moins que les 15{SPACE}000"):
        income_threshold(IncomeReference(19_218, 12_000, 14_999), IN_2015, IncomeRule.OVERSEAS)


def test_decret_2014_1575_asks_for_1_000_people_and_2_000_a_square_kilometre() -> None:
    assert parameter("overseas_minimum_quarter_population").at(IN_2015).value == 1_000
    assert parameter("overseas_minimum_density_per_km2").at(IN_2015).value == 2_000
    assert parameter("overseas_income_year").at(IN_2015).value == 2011


@pytest.mark.parametrize("commune", ["97209", "97411"])
def test_decret_2024_1211_not_read_refuses_martinique_and_la_reunion_from_2025(commune: str) -> None:
    assert require_income_rule([commune], date(2024, 12, 31)) is IncomeRule.OVERSEAS
    with pytest.raises(LawError, match=r"1er janvier 2025 .*2024-1211.*texte non lu"):
        require_income_rule([commune], IN_2025)


@pytest.mark.parametrize("on", [IN_2015, date(2026, 6, 1)])
@pytest.mark.parametrize(
    ("commune", "reason"),
    [
        ("97105", "Guadeloupe.*IRIS.*80"),
        ("97302", "Guyane.*IRIS"),
        ("97611", "Mayotte.*village.*6,5"),
        ("97801", "Saint-Martin.*IRIS.*55"),
        ("98735", "Polynésie française.*district.*25"),
    ],
)
def test_decret_2014_1575_refuses_where_an_index_decides(commune: str, reason: str, on: date) -> None:
    with pytest.raises(LawError, match=f"{reason}.*2014-1575"):
        require_income_rule([commune], on)


@pytest.mark.parametrize("commune", ["97502", "97701", "98818"])
def test_decret_2014_767_art_7_does_not_apply_overseas_at_all(commune: str) -> None:
    with pytest.raises(LawError, match=r"art\. 7"):
        require_income_rule([commune], IN_2015)


def test_communes_of_two_rules_are_not_searched_together() -> None:
    assert require_income_rule(["62193", "2A004", "", "13055"], IN_2015) is IncomeRule.METROPOLE
    with pytest.raises(LawError, match="même règle"):
        require_income_rule(["62193", "97209"], IN_2015)


# Loi n° 2025-797, Mayotte


def test_loi_2025_797_makes_the_17_communes_of_mayotte_quarters_until_2030() -> None:
    found = communes_entirely_qpv(date(2026, 1, 1))
    assert [item.code for item in found] == [str(code) for code in range(97601, 97618)]
    assert found[10].name == "Mamoudzou"
    assert {item.valid_to for item in found} == {date(2030, 1, 1)}
    assert all("2025-797" in item.reference and not item.verified for item in found)
    assert communes_entirely_qpv(date(2025, 8, 10)) == ()
    assert communes_entirely_qpv(date(2030, 1, 2)) == ()


def test_loi_2025_797_a_place_is_told_by_its_code_or_by_its_position() -> None:
    on, mamoudzou, calais = date(2026, 1, 1), (45.228, -12.780), (1.85, 50.95)
    by_code, by_place = whole_commune_at(*mamoudzou, "97611", on), whole_commune_at(*mamoudzou, "", on)
    assert by_code is not None
    assert by_place is not None
    assert (by_code.name, by_place.name) == ("Mamoudzou", "Mayotte")
    assert whole_commune_at(*calais, "62193", on) is None
    assert whole_commune_at(*calais, "", on) is None
    assert whole_commune_at(*mamoudzou, "97611", date(2024, 1, 1)) is None


# Lists of QPV


@pytest.mark.parametrize(
    ("year", "zone", "first", "last", "decrees"),
    [
        (2015, "metropole", date(2015, 1, 1), date(2023, 12, 31), ["2014-1750", "2015-1138"]),
        (2015, "outre_mer", date(2015, 1, 1), date(2024, 12, 31), ["2014-1751"]),
        (2024, "metropole", date(2024, 1, 1), None, ["2023-1314"]),
        (2024, "outre_mer", date(2025, 1, 1), None, ["2024-1212"]),
    ],
)
def test_each_list_of_quarters_has_its_decree(
    year: int, zone: str, first: date, last: date | None, decrees: list[str]
) -> None:
    [found] = [item for item in generations() if (item.year, item.zone) == (year, zone)]
    assert (found.valid_from, found.valid_to) == (first, last)
    assert all(decree in found.reference for decree in decrees)


def test_decret_2024_806_is_said_unverified_wherever_the_list_is_cited() -> None:
    [found] = [item for item in generations() if "2024-806" in item.reference]
    assert "2024-806 non vérifiée" in found.reference
    [overseas] = [item for item in generations() if item.zone == "outre_mer" and item.year == 2024]
    assert "2024-1211" not in overseas.reference  # the method, not the list


# Reference incomes


def test_filosofi_2019_is_21_930_and_not_the_tax_survey_s_22_040() -> None:
    held = parameter("median_disposable_income_eur").of_year(2019)
    assert (held.value, held.verified) == (21_930, True)
    assert "Filosofi" in held.reference
    assert "enquête" in held.remark
    assert parameter("median_disposable_income_eur").of_year(2021).value == 23_080


@pytest.mark.parametrize(
    ("key", "year", "value"),
    [
        ("median_disposable_income_eur", 2015, 20_566),
        ("median_disposable_income_eur", 2017, 21_110),
        ("median_declared_income_eur", 2011, 19_218),
    ],
)
def test_medians_that_no_source_gives_stay_unverified(key: str, year: int, value: float) -> None:
    held = parameter(key).of_year(year)
    assert (held.value, held.verified, held.reading) == (value, False, TextRead.NONE)


def test_200_euros_more_or_less_move_the_threshold_as_the_formula_says() -> None:
    threshold = income_threshold(IncomeReference(19_218, 18_380, 1_560_000, verified=False), IN_2015)
    # ±200 × 0.6 × 0.7 = ±84 around 11 379.96; ±200 × 0.6 × 0.3 = ±36; each rounded up
    assert [moved[1:] for moved in moved_thresholds(threshold, 200, IN_2015)] == [(11_300, 11_500), (11_400, 11_500)]


def test_what_was_read_is_said_of_every_value() -> None:
    for item in parameters().values():
        for value in item.values:
            assert isinstance(value.reading, TextRead)
            assert not (value.verified and value.reading is TextRead.NONE), value
