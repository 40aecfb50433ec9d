"""At the very metre and on the very day at which a rule with bands changes; what a candidate stands for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from square_quarter import CANDIDATE, IN_2020, IN_2026, VEILLE, at, qpv

from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.judgement import locate
from geoville.eligibility.rules import (
    OFFICIAL_CONTOUR,
    Place,
    RuleGround,
    Standing,
    _finding,
    all_rules,
    best_standing,
    dated_rules,
    former_quarters,
    ground_of_position,
    place_by_bands,
    place_by_list,
    place_in,
    rule_findings,
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
        (Standing(qpv(), VerdictCode.OUTSIDE, 100.0), True, RuleStatus.NEARLY, False, "L'emprise est à 100 m de"),
        (Standing(qpv(), VerdictCode.OUTSIDE, 100.5), True, RuleStatus.NOT_MET, False, "L'emprise est à"),
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
    ids=[
        "80 m away",
        "100 m away",
        "100.5 m away",
        "250 m away",
        "a point",
        "in part",
        "an unsure contour",
        "an unsure point",
    ],
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


def inside(on: date, *, estimated: bool = False) -> RuleGround:
    """Ground of a position in a quarter of Calais."""
    standing = Standing(qpv(), VerdictCode.INSIDE, -10.0)
    return RuleGround(on, {Kind.QPV: standing}, estimated, frozenset({"62193"}))


@pytest.mark.parametrize(
    ("nearest_m", "farthest_m", "status"),
    [
        (0, 274, RuleStatus.MET),
        (274, 474, RuleStatus.MET),
        (275, 474, RuleStatus.TO_CHECK),  # 300 m from it may be
        (0, 475, RuleStatus.TO_CHECK),  # 500 m
        (0, 524, RuleStatus.TO_CHECK),
        (0, 525, RuleStatus.NEARLY),  # 500 m at least
        (324, 400, RuleStatus.TO_CHECK),
        (325, 400, RuleStatus.NEARLY),  # 300 m at least
    ],
)
def test_a_band_holds_or_leaves_out_what_it_does_wherever_the_contour_lies(
    nearest_m: float, farthest_m: float, status: RuleStatus
) -> None:
    standing = Standing(qpv(), VerdictCode.OUTSIDE, nearest_m, farthest_m, accuracy_m=25.0)
    ground = RuleGround(FIRST_DAY, {Kind.QPV: standing}, False, frozenset(), is_footprint=True)
    assert place_by_bands(VAT, standing, ground).status is status


@pytest.mark.parametrize(
    ("distance_m", "firm", "status"),
    [(539.0, True, RuleStatus.TO_CHECK), (540.0, True, RuleStatus.NOT_MET), (540.0, False, RuleStatus.TO_CHECK)],
)
def test_a_point_rules_out_what_is_beyond_the_accuracy_of_the_contour_too(
    distance_m: float, firm: bool, status: RuleStatus
) -> None:
    standing = Standing(qpv(), VerdictCode.OUTSIDE, distance_m, accuracy_m=25.0)
    ground = RuleGround(FIRST_DAY, {Kind.QPV: standing}, False, frozenset(), accuracy_m=15.0, firm=firm)
    assert place_by_bands(VAT, standing, ground).status is status


@pytest.mark.parametrize(
    ("of_quarter", "of_veille", "best"),
    [
        ((VerdictCode.OUTSIDE, 5.0), (VerdictCode.INSIDE, -1.0), Kind.VEILLE),
        ((VerdictCode.UNCERTAIN, 9.0), (VerdictCode.OUTSIDE, 5.0), Kind.QPV),
        ((VerdictCode.INSIDE, -1.0), (VerdictCode.UNCERTAIN, -9.0), Kind.QPV),
        ((VerdictCode.OUTSIDE, 90.0), (VerdictCode.OUTSIDE, 50.0), Kind.VEILLE),
    ],
)
def test_of_several_kinds_the_one_that_serves_a_rule_best_counts(
    of_quarter: tuple[VerdictCode, float], of_veille: tuple[VerdictCode, float], best: Kind
) -> None:
    either = next(rule for rule in all_rules() if rule.id == "calais-pre")
    standings = {Kind.QPV: Standing(qpv(), *of_quarter), Kind.VEILLE: Standing(VEILLE, *of_veille)}
    ground = RuleGround(IN_2026, standings, False, frozenset())
    assert best_standing(either, ground) is standings[best]
    assert best_standing(VAT, ground) is standings[Kind.QPV]
    assert best_standing(either, replace(ground, standings={})) is None
    former = next(rule for rule in all_rules() if rule.former)
    assert best_standing(former, ground) is None
    assert best_standing(former, replace(ground, former=standings[Kind.QPV])) is standings[Kind.QPV]


@pytest.mark.parametrize(
    ("rule_id", "place", "is_estimated", "status", "first"),
    [
        ("acre", Place(RuleStatus.MET, True, "."), False, RuleStatus.MET, ""),
        ("acre", Place(RuleStatus.MET, True, "."), True, RuleStatus.TO_CHECK, ""),
        ("acre", Place(RuleStatus.MET, True, ".", estimated=True), False, RuleStatus.TO_CHECK, OFFICIAL_CONTOUR),
        ("acre", Place(RuleStatus.MET, True, ".", condition="une convention"), False, RuleStatus.TO_CHECK, "une conv"),
        ("acre", Place(RuleStatus.NEARLY, False, "."), True, RuleStatus.NEARLY, ""),
        ("acre", Place(RuleStatus.NOT_MET, False, "."), False, RuleStatus.NOT_MET, None),
        ("cfe-nouveau-regime", Place(RuleStatus.MET, True, "."), True, RuleStatus.UNVERIFIED, "le texte"),
        ("cfe-nouveau-regime", Place(RuleStatus.UNKNOWN, None, "."), False, RuleStatus.UNKNOWN, "le texte"),
        ("emplois-francs", Place(RuleStatus.MET, True, "."), False, RuleStatus.OVER, None),
        ("emplois-francs", Place(RuleStatus.NOT_MET, False, "."), False, RuleStatus.NOT_MET, None),
    ],
)
def test_what_a_place_opens_is_met_only_where_its_text_its_days_and_its_contour_are_sure(
    rule_id: str, place: Place, is_estimated: bool, status: RuleStatus, first: str | None
) -> None:
    """`first` : how what is to be checked begins, before the conditions of the rule; None where nothing is."""
    (dated,) = [one for one in dated_rules(IN_2026) if one.rule.id == rule_id]
    found = _finding(dated, place, inside(IN_2026, estimated=is_estimated), permit_known=False)
    assert (found.status, found.place_met) == (status, place.met)
    if first is None:
        assert found.to_check == ()
    else:
        assert found.to_check[0].startswith(first)
        assert found.to_check[-len(dated.rule.conditions) :] == dated.rule.conditions
        assert len(found.to_check) == len(dated.rule.conditions) + bool(first)


def test_rules_judged_at_the_permit_are_those_of_its_day_among_the_others_in_the_files_order() -> None:
    found = rule_findings(inside(IN_2020), inside(IN_2026))
    order = [rule.id for rule in all_rules()]
    ranks = [order.index(one.rule.id) for one in found]
    assert ranks == sorted(ranks)
    judged = {one.rule.id: one.judged_on for one in found}
    assert judged["tva-accession"] == judged["tva-accession-anciens-qpv"] == IN_2026
    assert judged["acre"] == IN_2020
    assert "conge-conseil-citoyen" not in judged  # of 2024: it is judged on the day asked about
    days = {one.rule.id: one for one in rule_findings(inside(IN_2026))}
    assert any("le jour où le permis est demandé" in text for text in days["tva-accession"].to_check)
    assert not any("le jour où le permis" in text for one in found for text in one.to_check)
