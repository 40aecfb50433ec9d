"""Quarters that a bearer declares, compared with the place and the date of the action."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely
from made_up_actions import ALL, IN_2024, OUTSIDE, QPV_2015, QPV_2024, action, at, layers

from geoville.eligibility.actions import declared
from geoville.eligibility.actions.check import check_action
from geoville.eligibility.actions.declared import NEIGHBOUR_M, Agreement, QuartersByName, compare_declared
from geoville.model import Kind, NotFound, Perimeter

FORT = replace(QPV_2024, name="Fort Nieulay - Cailloux")
FAR = replace(QPV_2024, code="QN06292M", name="Fort Nieulay - Cailloux")
KNOWN = (FORT, QPV_2015, *ALL[2:])


def compared(*declared, place=None, known=KNOWN, start=date(2024, 3, 1)):
    among = layers(*KNOWN)
    found = check_action(action(place or at(IN_2024), start=start, end=start), among)
    hits = [hit for item in found.action.places for hit in among.quarters_near(item, NEIGHBOUR_M)]
    near = {hit.perimeter.code: hit for hit in hits}
    return compare_declared(declared, found.stages[0], QuartersByName(known), near)


@pytest.mark.parametrize(
    "written", ["QN06291M", " qn06291m ", "Fort Nieulay - Cailloux", "QPV Fort Nieulay", "fort-nieulay / cailloux"]
)
def test_a_quarter_that_holds_the_place_agrees_by_code_or_by_name(written):
    assert compared(written).agreement is Agreement.AGREES


def test_a_place_elsewhere_contradicts_with_its_distance():
    found = compared("QN06291M", place=at(OUTSIDE))
    assert found.agreement is Agreement.CONTRADICTS
    # From (5000, 5000) to the corner (1000, 400) of the square.
    assert "à 6,1 km" in found.reasons[0].replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


def test_a_quarter_of_another_town_contradicts_and_its_distance_would_say_nothing():
    found = compared(FAR.code, known=(*KNOWN, FAR))
    assert found.agreement is Agreement.CONTRADICTS
    assert found.reasons[0].replace("\N{NO-BREAK SPACE}", " ").endswith("il en est à plus de 20 km.")


@pytest.mark.parametrize(("away_m", "around"), [(19_999.5, True), (20_000.5, False)])
def test_a_name_may_mean_a_quarter_up_to_twenty_kilometres_away(away_m, around):
    far = replace(FAR, geometry=shapely.affinity.translate(FORT.geometry, away_m + 200))  # from the middle of 400 m
    found = layers(FORT, far).quarters_near(at(IN_2024), declared.NEIGHBOUR_M)
    assert [hit.perimeter.code for hit in found] == [FORT.code, *([FAR.code] if around else [])]


def test_a_code_of_the_other_generation_contradicts():
    found = compared("QP062901")
    assert found.agreement is Agreement.CONTRADICTS
    assert "génération 2015" in found.reasons[0]


@pytest.mark.parametrize(("written", "said"), [("QN99999M", "ne porte le code"), ("Les Lilas", "ne porte le nom")])
def test_what_no_quarter_bears_contradicts(written, said):
    found = compared(written)
    assert found.agreement is Agreement.CONTRADICTS
    assert said in found.reasons[0]


def test_words_that_name_no_quarter_leave_nothing_to_compare():
    assert compared("Tous les QPV").agreement is Agreement.NOTHING


def test_a_place_that_was_not_found_leaves_nothing_to_compare():
    assert compared("QN06291M", place=NotFound("Rue absente.")).agreement is Agreement.NOTHING


def test_of_two_quarters_of_one_name_the_one_around_is_meant():
    assert compared("Fort Nieulay", known=(*KNOWN, FAR)).agreement is Agreement.AGREES
    lost = compared("Fort Nieulay", place=NotFound("Rue absente."), known=(*KNOWN, FAR))
    assert lost.agreement is Agreement.NOTHING
    assert "donner le code" in lost.reasons[0]


def test_one_contradiction_is_enough():
    found = compared("QN06291M", "Les Lilas")
    assert found.agreement is Agreement.CONTRADICTS
    assert len(found.reasons) == 2


def test_perimeters_of_other_kinds_are_no_quarters_that_a_bearer_may_name():
    veille = Perimeter("V1", "Beau Marais", Kind.VEILLE, shapely.box(0, 0, 1, 1), 2154, estimated=False)
    known = QuartersByName([veille])
    assert known.by_code("V1") is None
    assert known.by_name("Beau Marais", date(2024, 6, 1)) == ()


def test_a_whole_name_is_meant_before_those_that_hold_it_and_no_name_means_none():
    short = replace(FORT, code="QN06293M", name="Fort Nieulay")
    known = QuartersByName((FORT, short))
    assert [item.code for item in known.by_name("Fort Nieulay", date(2024, 6, 1))] == ["QN06293M"]
    assert [item.code for item in known.by_name("Nieulay", date(2024, 6, 1))] == ["QN06291M", "QN06293M"]
    assert known.by_name("Fort Nieulay", date(2020, 6, 1)) == ()  # neither is in force yet
    assert known.by_name("QPV", date(2024, 6, 1)) == ()


def test_of_many_quarters_of_one_name_the_first_three_codes_are_told():
    alike = [replace(FORT, code=f"QN0629{rank}M") for rank in range(5, 9)]
    found = compared("Fort Nieulay", place=NotFound("Rue absente."), known=alike)
    assert found.agreement is Agreement.NOTHING
    assert "(QN06295M, QN06296M, QN06297M…)" in found.reasons[0]
