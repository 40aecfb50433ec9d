"""At the very metre and on the very day at which a rule with bands changes; what a candidate stands for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from square_quarter import CANDIDATE, IN_2026, VEILLE, at, qpv

from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.judgement import locate
from geoville.eligibility.rules import (
    Place,
    RuleGround,
    Standing,
    all_rules,
    dated_rules,
    former_quarters,
    ground_of_position,
    place_by_bands,
    place_by_list,
    place_in,
)
from geoville.model import Basis, Kind, RuleStatus, VerdictCode

VAT = next(rule for rule in all_rules() if rule.id == "tva-accession")
NEAR, WIDE = VAT.bands
FIRST_DAY = date(2017, 1, 1)


def place(distance_m: float, farthest_m: float | None = None, on: date = FIRST_DAY, accuracy_m: float = 0.0) -> Place:
    standing = Standing(qpv(), VerdictCode.OUTSIDE, distance_m, farthest_m)
    whole = farthest_m is not None
    ground = RuleGround(on, {Kind.QPV: standing}, False, frozenset(), accuracy_m=accuracy_m, is_footprint=whole)
    return place_by_bands(VAT, standing, ground)


def test_a_footprint_short_of_the_very_limit_of_a_band_is_in_it() -> None:
    assert (NEAR.whole_m, WIDE.part_m, WIDE.whole_m) == (300, 300, 500)
    assert place(0, 299.99).status is RuleStatus.MET
    assert place(299.99, 499.99).status is RuleStatus.MET
    assert place(299.99, 499.99).condition == WIDE.condition
    assert place(0, 300).condition == WIDE.condition
    assert place(0, 299.99).condition == ""
    assert place(300, 499.99).status is RuleStatus.NEARLY
    assert place(0, 500).status is RuleStatus.NEARLY


def test_the_second_band_counts_from_its_first_day() -> None:
    assert place(200, 400, FIRST_DAY).status is RuleStatus.MET
    assert place(200, 400, FIRST_DAY - timedelta(days=1)).status is RuleStatus.NEARLY


def test_a_footprint_nearly_meets_the_rule_up_to_the_widest_band_in_force() -> None:
    assert place(499.99, 600).status is RuleStatus.NEARLY
    assert place(500, 600).status is RuleStatus.NOT_MET
    before = FIRST_DAY - timedelta(days=1)
    assert [place(metres, 600, before).status for metres in (299.99, 300)] == [RuleStatus.NEARLY, RuleStatus.NOT_MET]


def test_a_point_rules_out_only_what_is_beyond_the_band_and_its_accuracy() -> None:
    assert place(514.99, accuracy_m=15).status is RuleStatus.TO_CHECK
    assert place(515, accuracy_m=15).status is RuleStatus.NOT_MET


@pytest.mark.parametrize(
    ("distance_m", "side"), [(-20, "de la limite"), (0, "de la limite"), (0.6, "à l'extérieur"), (20, "à l'extérieur")]
)
def test_a_point_is_said_to_be_on_the_side_where_it_is(distance_m: float, side: str) -> None:
    assert side in place(distance_m).reason


def test_a_candidate_stands_for_the_quarter_where_no_contour_in_force_is_known() -> None:
    located = locate(at(500, 500), PerimeterIndex([CANDIDATE]))
    ground = ground_of_position(located, Basis.ESTIMATED, located.hits, IN_2026)
    assert ground.standings[Kind.QPV].perimeter is CANDIDATE
    assert ground.estimated


def test_a_contour_in_force_is_not_replaced_by_a_layer_that_answers_nothing() -> None:
    official = qpv("QN06254M")
    located = locate(at(500, 500), PerimeterIndex([CANDIDATE, official]))
    ground = ground_of_position(
        located, Basis.OFFICIAL, tuple(h for h in located.hits if not h.perimeter.estimated), IN_2026
    )
    assert ground.standings[Kind.QPV].perimeter is official


def test_without_a_town_in_the_address_the_communes_are_those_of_the_perimeter() -> None:
    located = locate(at(500, 500), PerimeterIndex([replace(qpv(), communes=("62193",))]))
    for answering in (located.hits, ()):
        assert ground_of_position(located, Basis.OFFICIAL, answering, IN_2026).communes == {"62193"}


def test_reasons_name_what_was_asked_about() -> None:
    standing = Standing(qpv(), VerdictCode.INSIDE, -10.0)
    ground = RuleGround(IN_2026, {Kind.QPV: standing}, False, frozenset())
    assert place_in(standing, ground).reason.startswith("La position est dans")
    assert place_in(standing, replace(ground, is_footprint=True)).reason.startswith("L'emprise est dans")


def test_a_rule_with_a_list_of_names_is_met_by_those_alone() -> None:
    rule = next(rule for rule in all_rules() if rule.id == "calais-rep-plus")
    ground = RuleGround(IN_2026, {}, False, frozenset(), name=f"École {rule.listed[0].upper()}, 62100 Calais")
    found, other = place_by_list(rule, ground), place_by_list(rule, replace(ground, name="Gare de Calais-Ville"))
    assert (found.status, found.met) == (RuleStatus.MET, True)
    assert rule.listed[0] in found.reason
    assert (other.status, other.met) == (RuleStatus.NOT_MET, False)


@pytest.mark.parametrize(
    ("standing", "is_footprint", "status", "met", "said"),
    [
        (Standing(qpv(), VerdictCode.OUTSIDE, 80.0), True, RuleStatus.NEARLY, False, "L'emprise est à 80 m de"),
        (Standing(qpv(), VerdictCode.OUTSIDE, 250.0), True, RuleStatus.NOT_MET, False, "L'emprise est à 250 m de"),
        (Standing(qpv(), VerdictCode.OUTSIDE, 250.0), False, RuleStatus.NOT_MET, False, "La position est à 250 m de"),
        (Standing(qpv(), VerdictCode.UNCERTAIN, 0.0), True, RuleStatus.NEARLY, False, "n'est qu'en partie dans"),
        (
            Standing(qpv(), VerdictCode.UNCERTAIN, 10.0, in_doubt=True),
            True,
            RuleStatus.TO_CHECK,
            None,
            "Le contour n'est pas assez sûr",
        ),
        (Standing(qpv(), VerdictCode.UNCERTAIN, 10.0), False, RuleStatus.TO_CHECK, None, "La position n'est pas assez"),
    ],
    ids=["80 m away", "250 m away", "a point", "in part", "an unsure contour", "an unsure point"],
)
def test_what_is_in_part_is_told_apart_from_what_is_beside_and_from_what_is_not_sure(
    standing: Standing, is_footprint: bool, status: RuleStatus, met: bool | None, said: str
) -> None:
    ground = RuleGround(IN_2026, {Kind.QPV: standing}, False, frozenset(), is_footprint=is_footprint)
    found = place_in(standing, ground)
    assert (found.status, found.met) == (status, met)
    assert said in found.reason.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("rule_id", "on", "said"),
    [
        ("zfu-te", date(2025, 12, 31), ""),
        (
            "zfu-te",
            date(2026, 1, 1),
            " depuis le 1er janvier 2026 : plus aucune entrée dans le régime, mais les droits",
        ),
        (
            "emplois-francs",
            date(2025, 1, 1),
            " depuis le 1er janvier 2025 : plus aucun contrat nouveau n'y ouvre droit.",
        ),
        ("cfe-nouveau-regime", date(2031, 1, 1), " depuis le 1er janvier 2031."),
        ("tva-accession-anciens-qpv", date(2027, 1, 1), " pour un permis demandé depuis le 1er janvier 2027."),
    ],
)
def test_since_when_a_rule_is_over_is_said_with_what_remains_of_it(rule_id: str, on: date, said: str) -> None:
    (dated,) = [one for one in dated_rules(on) if one.rule.id == rule_id]
    expected = f"Règle terminée{said}" if said else ""
    assert dated.ended.startswith(expected)
    assert bool(dated.ended) is bool(said)


def test_plain_rules_are_those_of_a_position_alone() -> None:
    """Not those of a building, which the day of the permit judges, nor that of a list of schools."""
    asked = ("acre", "zfu-te", "calais-pre", "calais-rep-plus", "tva-accession", "tva-accession-anciens-qpv")
    plain = {one.rule.id: one.is_plain for one in dated_rules(IN_2026)}
    assert [plain[rule_id] for rule_id in asked] == [True, True, True, False, False, False]


def test_former_quarters_are_those_of_the_last_list_that_is_over() -> None:
    last_day = date(2023, 12, 31)
    older = replace(qpv("QP062057"), valid_to=date(2014, 12, 31))
    candidate = replace(CANDIDATE, valid_to=last_day)
    veille = replace(VEILLE, valid_to=last_day)
    known = (older, qpv("QP062056"), candidate, veille, qpv("QN06254M"), qpv("QP062055"))
    assert [one.code for one in former_quarters(known, last_day)] == ["QP062057"]
    assert [one.code for one in former_quarters(known, last_day + timedelta(days=1))] == ["QP062056", "QP062055"]
    assert former_quarters(known, date(2014, 12, 31)) == ()
