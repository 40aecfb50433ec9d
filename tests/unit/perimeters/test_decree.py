from __future__ import annotations

import math

import numpy as np
import pytest

from geoville.carroyage.uncertainty import Interval
from geoville.errors import InvalidInputError
from geoville.model import Contiguity
from geoville.perimeters import quarters
from geoville.perimeters.decree import DecreeOutcome, UnitSize, conditions, outcome_of, people_over
from geoville.perimeters.figures import AreaFigures
from geoville.perimeters.quarters import (
    CandidateOptions,
    CellZones,
    DecreeTest,
    LegalTests,
    by_population,
    median_test,
    place_tests,
    quarter_tests,
)
from geoville.perimeters.scenarios import SearchMethod, Supposition

LEGAL = LegalTests(poor_share=0.5, minimum_population=1000)
CALAIS = UnitSize("62504", 99_000, 10_000, passed=True)
THRESHOLD_EUR = 10_200.0


def _figures(people=2_000.0, share=0.6, median=(9_000.0, 8_500.0, 9_600.0), covered=1.0) -> AreaFigures:
    return AreaFigures(people, Interval(share, share, share), Interval(*median), 0.0, share_covered=covered)


def _checked(figures, unit=CALAIS, legal=LEGAL, threshold_eur=THRESHOLD_EUR, area_m2=500_000.0):
    found = conditions(figures, area_m2, legal, unit, threshold_eur)
    return {item.test.name: item for item in found}, outcome_of(found, figures)


def test_a_poor_and_peopled_quarter_meets_the_three_conditions_with_its_margins():
    found, outcome = _checked(_figures())
    assert outcome is DecreeOutcome.MET
    assert {name: item.test.margin for name, item in found.items()} == {
        "unité urbaine": 89_000,
        "population": 1_000,
        "revenu médian": 1_200,
    }
    assert not any(item.needed for item in found.values())


def test_a_median_that_equals_the_threshold_is_not_below_it():
    found, _ = _checked(_figures(median=(THRESHOLD_EUR, 10_000, 10_500)))
    assert not found["revenu médian"].test.passed


def test_the_people_missing_are_counted():
    found, outcome = _checked(_figures(people=764.2))
    assert outcome is DecreeOutcome.NOT_MET
    assert "il manque 236 habitants" in found["population"].needed


def test_a_median_too_high_says_how_many_people_are_over():
    found, outcome = _checked(_figures(people=1_000, share=0.4, median=(12_750, 12_000, 13_500)))
    assert outcome is DecreeOutcome.NOT_MET
    assert "201 habitants au-dessus du seuil" in found["revenu médian"].needed
    assert "× 1,25" in found["revenu médian"].needed


@pytest.mark.parametrize(("people", "share"), [(1_000, 0.4), (1_001, 0.499), (10, 0.5), (4_722, 0.1)])
def test_without_the_people_over_more_than_half_are_below(people, share):
    below, away = people * share, people_over(people, share)
    assert below > (people - away) / 2
    assert below <= (people - (away - 1)) / 2 + 1e-9


def test_an_interval_that_holds_the_threshold_settles_nothing():
    _, outcome = _checked(_figures(median=(9_900, 9_400, 10_400)))
    assert outcome is DecreeOutcome.UNCERTAIN


def test_data_that_cover_a_part_settle_only_the_people_that_they_count():
    found, outcome = _checked(_figures(covered=0.6))
    assert found["population"].is_sure
    assert not found["revenu médian"].is_sure
    assert outcome is DecreeOutcome.UNCERTAIN
    found, outcome = _checked(_figures(people=63, covered=0.11))
    assert not found["population"].is_sure
    assert outcome is DecreeOutcome.UNCERTAIN


def test_out_of_the_data_nothing_is_known():
    nothing = (math.nan, math.nan, math.nan)
    assert _checked(_figures(people=0, share=math.nan, median=nothing, covered=0))[1] is DecreeOutcome.UNKNOWN


def test_overseas_the_density_is_a_condition_and_says_how_much_ground_to_drop():
    legal = LegalTests(0.5, 1000, minimum_density_per_km2=2000)
    found, _ = _checked(_figures(people=1_500), legal=legal, area_m2=1_000_000)
    assert found["densité"].test.margin == -500
    # 1 500 people need 75 ha at most.
    assert found["densité"].needed.replace("\N{NO-BREAK SPACE}", " ").startswith("retirer au moins 25 ha où personne")
    found, _ = _checked(_figures(people=1_500), legal=legal, area_m2=1_000_400)
    assert found["densité"].needed.replace("\N{NO-BREAK SPACE}", " ").startswith("retirer au moins 25 ha où personne")


def test_a_unit_too_small_cannot_be_mended_by_drawing():
    found, outcome = _checked(_figures(), unit=UnitSize("62999", 8_200, 10_000, passed=False))
    assert outcome is DecreeOutcome.NOT_MET
    assert "aucun tracé n'y suffit" in found["unité urbaine"].needed


def test_one_person_missing_is_told_in_the_singular():
    assert "il manque 1 habitant :" in _checked(_figures(people=999))[0]["population"].needed
    assert "il manque 2 habitants :" in _checked(_figures(people=998.5))[0]["population"].needed


@pytest.mark.parametrize(
    ("low", "high", "sure"),
    [
        (9_000.0, 10_200.0, False),  # the threshold is the upper end: a median there would not be below it
        (9_000.0, 10_199.0, True),
        (10_200.0, 10_900.0, True),  # the threshold is the lower end: no median of the interval is below it
        (10_199.0, 10_900.0, False),
    ],
)
def test_a_median_is_sure_where_its_whole_interval_is_on_one_side_of_the_threshold(low, high, sure):
    found, _ = _checked(_figures(median=((low + high) / 2, low, high)))
    assert found["revenu médian"].is_sure is sure


def test_an_area_in_no_urban_unit_is_told_so_and_settles_nothing():
    found, outcome = _checked(_figures(), unit=UnitSize("", 0, 10_000, passed=False), threshold_eur=math.nan)
    assert not found["unité urbaine"].is_sure
    assert "personne n'y vit dans une unité urbaine examinée" in found["unité urbaine"].needed
    assert found["revenu médian"].needed == "aucun revenu n'y est connu"
    assert outcome is not DecreeOutcome.MET


def test_incomes_that_are_not_known_are_told_so():
    found, _ = _checked(_figures(share=math.nan, median=(math.nan, math.nan, math.nan)))
    assert found["revenu médian"].needed == "aucun revenu n'y est connu"


def test_exactly_half_below_lacks_one_person():
    assert people_over(1_000, 0.5) == 1
    assert people_over(1_000, 0.500_001) == 0


def test_the_threshold_that_would_do_is_given_to_the_thousandth_of_the_decrees():
    found, _ = _checked(_figures(people=1_000, share=0.4, median=(12_751, 12_000, 13_500)))
    assert "(× 1,25)" in found["revenu médian"].needed.replace("\N{NO-BREAK SPACE}", " ")


def test_one_condition_that_is_surely_not_met_decides_whatever_the_others_leave_open():
    found, outcome = _checked(_figures(people=999, median=(9_900, 9_400, 10_400)))
    assert not found["revenu médian"].is_sure
    assert outcome is DecreeOutcome.NOT_MET


def test_too_few_people_counted_on_a_part_and_a_median_settle_nothing_yet_a_small_unit_does():
    small = UnitSize("62999", 9_999, 10_000, passed=False)
    assert _checked(_figures(people=63, covered=0.5))[1] is DecreeOutcome.UNCERTAIN
    assert _checked(_figures(people=63, covered=0.5), unit=small)[1] is DecreeOutcome.NOT_MET
    assert _checked(_figures(people=0, covered=0), unit=small)[1] is DecreeOutcome.UNKNOWN


def test_an_area_in_no_unit_with_all_else_met_is_uncertain():
    """All else is met: the unit alone is neither sure nor passed."""
    assert _checked(_figures(), unit=UnitSize("", 0, 10_000, passed=False))[1] is DecreeOutcome.UNCERTAIN


@pytest.mark.parametrize(("people", "passed"), [(1_000.0, True), (999.99, False)])
def test_a_thousand_people_are_enough(people, passed):
    assert _checked(_figures(people=people))[0]["population"].test.passed is passed


def test_a_unit_too_small_tells_what_it_counts_and_what_it_lacks():
    found, _ = _checked(_figures(), unit=UnitSize("62999", 8_200, 10_000, passed=False))
    assert found["unité urbaine"].test.margin == -1_800
    assert _plain(found["unité urbaine"].needed).endswith("compte 8 200 habitants, il en faut 10 000")


@pytest.mark.parametrize(("area_m2", "said"), [(1_003_000.0, "25,3 ha"), (751_000.0, "0,1 ha")])
def test_the_ground_to_drop_is_in_hectares_to_one_decimal(area_m2, said):
    """1 500 people at 2 000 per km² need 75 ha at most."""
    legal = LegalTests(0.5, 1000, minimum_density_per_km2=2000)
    found, _ = _checked(_figures(people=1_500), legal=legal, area_m2=area_m2)
    assert _plain(found["densité"].needed).startswith(f"retirer au moins {said} où personne")


def test_a_density_of_just_what_the_law_asks_is_enough():
    legal = LegalTests(0.5, 1000, minimum_density_per_km2=2000)
    found, outcome = _checked(_figures(people=1_500), legal=legal, area_m2=750_000)
    assert (found["densité"].test.value, found["densité"].test.passed, found["densité"].needed) == (2_000, True, "")
    assert outcome is DecreeOutcome.MET
    found, outcome = _checked(_figures(people=1_500, covered=0.6), legal=legal, area_m2=760_000)
    assert not found["densité"].is_sure
    assert outcome is DecreeOutcome.UNCERTAIN


def test_conditions_come_in_the_order_of_the_decree():
    legal = LegalTests(0.5, 1000, minimum_density_per_km2=2000)
    assert list(_checked(_figures(), legal=legal)[0]) == ["unité urbaine", "population", "densité", "revenu médian"]


def test_what_a_median_lacks_is_told_with_the_share_below_and_the_threshold_that_would_do():
    found, _ = _checked(_figures(people=1_000, share=0.4, median=(12_750, 12_000, 13_500)))
    needed = _plain(found["revenu médian"].needed)
    assert needed.startswith("40 % des habitants sont sous le seuil")
    assert "un seuil au-dessus de 12 750 € (× 1,25)" in needed


def _plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("population", "density", "passed"),
    [(1_000, 2_000, [True, True]), (999, 2_000, [False, True]), (1_000, 1_999, [True, False])],
)
def test_people_and_density_that_equal_what_the_law_asks_are_enough(population, density, passed):
    found = place_tests(LegalTests(0.5, 1_000, 2_000), population, density)
    assert [(test.name, test.value, test.limit) for test in found] == [
        ("population", population, 1_000), ("densité", density, 2_000),
    ]  # fmt: skip
    assert [test.passed for test in found] == passed
    assert [test.margin for test in found] == [population - 1_000, density - 2_000]


def test_the_margin_of_a_median_read_elsewhere_is_what_it_lacks_to_the_threshold():
    name = " ".join(["revenu", "médian"])
    assert DecreeTest(name, 9_000.0, 10_200.0, passed=True).margin == 1_200


def test_no_density_is_asked_for_where_the_law_asks_for_none():
    assert [test.name for test in place_tests(LEGAL, 1_000, 0.0)] == ["population"]
    assert [test.name for test in place_tests(LegalTests(0.5, 1_000, 0.5), 1_000, 0.0)] == ["population", "densité"]


@pytest.mark.parametrize(
    ("median", "passed"), [(10_199.99, True), (10_200.0, False), (10_201.0, False), (math.nan, False)]
)
def test_a_median_is_strictly_below(median, passed):
    test = median_test(median, THRESHOLD_EUR)
    assert test.passed is passed
    assert test.margin == pytest.approx(THRESHOLD_EUR - median, nan_ok=True)


def test_a_density_is_of_people_on_a_square_kilometre():
    population, density, median = quarter_tests(LegalTests(0.5, 1_000, 2_000), 1_500, 500_000, 9_000, THRESHOLD_EUR)
    assert (population.value, density.value, median.value, median.limit) == (1_500, 3_000, 9_000, THRESHOLD_EUR)
    assert quarters.CELLS_IN_A_KM2 == 25


def test_codes_come_by_people_then_by_code_without_those_that_are_not_known():
    codes, people = np.array(["B", "A", "", "C", "A", "D"]), np.array([30.0, 10.0, 99.0, 5.0, 20.0, 31.0])
    assert by_population(codes, people) == ("D", "A", "B", "C")
    assert by_population(codes[:0], people[:0]) == ()


@pytest.mark.parametrize("fewest", [0.0, 800.0])
def test_a_smallest_population_that_is_supposed_takes_the_place_of_the_decrees(fewest):
    legal = LegalTests(0.4, 1_000, 2_000)
    assert legal.supposing(Supposition(minimum_population=fewest)) == LegalTests(0.4, fewest, 2_000)
    assert legal.supposing(Supposition(1.1)) is legal


@pytest.mark.parametrize("choice", [{"doubt": 0.2}, {"gap_m": 0.0}, {"hole_cells": 0}])
def test_choices_of_the_method_of_cells_are_refused_for_the_index(choice):
    with pytest.raises(InvalidInputError, match="que dans la méthode des carreaux"):
        CandidateOptions(**choice)
    assert CandidateOptions(method=SearchMethod.CELLS, **choice)


def test_choices_are_by_default_those_of_the_note():
    options = CandidateOptions()
    assert (options.doubt, options.gap_m, options.hole_cells) == (0.1, 200, 2)
    assert (options.contiguity, options.method) == (Contiguity.QUEEN, SearchMethod.INDEX)


def test_zones_of_some_cells_come_in_the_order_asked():
    zones = CellZones(np.array(["a", "b", "c"]), np.array(["d", "e", "f"]), np.array(["g", "h", "i"])).take(
        np.array([2, 0])
    )
    assert [part.tolist() for part in (zones.commune, zones.iris, zones.unit)] == [["c", "a"], ["f", "d"], ["i", "g"]]
