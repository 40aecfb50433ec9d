"""The rules' data files say what a reader needs; what an answer finds of each rule, and what it never claims."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2020, IN_2026, NORTH, VEILLE, ask, at, qpv, shape_at

from geoville.eligibility.documents import rule_document
from geoville.eligibility.footprint import BANDS_M, decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.rules import CONTRACT, FOLDER, NATIONAL, all_rules, law_reservations, rules_at, rules_begun
from geoville.law.parameters import law_names, read_law
from geoville.model import (
    Answer,
    FootprintAnswer,
    Kind,
    NotFound,
    Perimeter,
    PositionType,
    RuleFinding,
    RuleStatus,
    RuleTest,
    TextRead,
    VerdictCode,
)

MET, NEARLY, TO_CHECK = RuleStatus.MET, RuleStatus.NEARLY, RuleStatus.TO_CHECK
NOT_MET, UNKNOWN, UNVERIFIED = RuleStatus.NOT_MET, RuleStatus.UNKNOWN, RuleStatus.UNVERIFIED
CALAIS = {"citycode": "62193"}
IN_2018 = date(2018, 6, 1)
NEW = qpv("QN06254M")
CONTRACT_OF_CALAIS = {"calais-iae-cui", "calais-pre", "calais-region", "calais-cma-vision-360", "calais-rep-plus"}


def finding(answer: Answer | FootprintAnswer, rule_id: str) -> RuleFinding:
    return next(item for item in answer.rules if item.rule.id == rule_id)


def layer(kind: Kind, *, estimated: bool = False) -> Perimeter:
    return Perimeter("L1", "Couche", kind, qpv().geometry, qpv().epsg, estimated=estimated)


def test_every_rule_of_the_contract_is_there_once_with_its_reference() -> None:
    found = {rule.id: rule for rule in all_rules()}
    assert len(found) == len(all_rules())
    assert {rule.id for rule in found.values() if rule.communes} == CONTRACT_OF_CALAIS
    for name in CONTRACT_OF_CALAIS:
        assert found[name].reference.startswith("Contrat de ville de Calais 2015-2020"), name
        assert found[name].verified, name


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_says_who_where_what_and_when(rule) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", rule.id)
    assert rule.name
    assert rule.beneficiary
    assert rule.reference
    assert rule.conditions
    assert isinstance(rule.verified, bool)
    assert bool(rule.bands) == (rule.test is RuleTest.FOOTPRINT)
    assert bool(rule.listed) == (rule.test is RuleTest.LISTED)
    assert bool(rule.within) != (rule.test is RuleTest.LISTED)
    assert rule.valid_from is None or rule.valid_to is None or rule.valid_from <= rule.valid_to
    assert rule.sure_until is None or not rule.end_known
    assert all(code.isdigit() or code.istitle() for code in rule.communes)
    assert not any(text.endswith(".") for text in rule.conditions)


def test_the_files_hold_no_key_that_is_not_read() -> None:
    contracts = [rule for name in law_names(CONTRACT, FOLDER) for rule in read_law(name, FOLDER)["rules"]]
    entries = [*read_law(NATIONAL, FOLDER), *contracts]
    known = {"name", "id", "beneficiary", "test", "within", "bands", "listed", "conditions", "reference", "verified"}
    known |= {"end_known", "valid_from", "valid_to", "judged_at", "former", "reading", "remark", "unread"}
    assert all(set(entry) <= known | {"after_end", "earlier_form"} for entry in entries)


def test_footprints_are_measured_exactly_at_every_band_of_the_rules() -> None:
    distances = {band.whole_m for rule in all_rules() for band in rule.bands}
    assert distances <= set(BANDS_M)


def test_rules_are_found_by_day() -> None:
    contract = {rule.id for rule in all_rules() if rule.communes}
    assert contract
    assert not contract & {rule.id for rule in rules_at(date(2014, 12, 31))}
    later = {rule.id: rule for rule in rules_at(IN_2026)}
    assert contract <= set(later)
    assert later["calais-pre"].surely_holds(date(2020, 12, 31))
    assert not later["calais-pre"].surely_holds(date(2021, 1, 1))
    assert "emplois-francs" not in later
    assert "emplois-francs" in {rule.id for rule in rules_begun(IN_2026)}


def test_a_rule_whose_text_was_read_is_met_inside_an_official_quarter() -> None:
    found = finding(ask(at(500, 500), NEW, on=IN_2026), "adultes-relais")
    assert (found.status, found.place_met) == (MET, True)
    assert "QN06254M" in found.reason
    assert found.to_check == found.rule.conditions


@pytest.mark.parametrize("rule_id", ["tfpb-petits-commerces", "iae-geiq-resident-qpv", "sls", "cfe-nouveau-regime"])
def test_a_rule_whose_text_was_not_read_is_never_met(rule_id: str) -> None:
    answer = ask(at(500, 500), NEW, layer(Kind.ZFU), on=IN_2026)
    found = finding(answer, rule_id)
    assert found.status is UNVERIFIED
    assert any(text.startswith("le texte") and "pas lu" in text for text in found.to_check)


def test_a_rule_that_may_have_ended_is_never_met() -> None:
    found = finding(ask(at(500, 500, **CALAIS), NEW, on=IN_2026), "calais-pre")
    assert (found.status, found.place_met) == (UNVERIFIED, True)
    assert any("validité à vérifier" in text for text in found.to_check)


def test_a_contract_is_sure_for_its_own_years_and_in_its_own_towns() -> None:
    inside = at(500, 500, **CALAIS)
    assert finding(ask(inside, qpv(), on=IN_2018), "calais-pre").status is MET
    assert finding(ask(inside, NEW, on=IN_2026), "calais-pre").status is UNVERIFIED
    elsewhere = ask(at(500, 500, citycode="13055"), qpv(), on=IN_2018)
    assert not [item for item in elsewhere.rules if item.rule.communes]


def test_a_point_without_a_town_takes_that_of_its_quarter() -> None:
    for commune in ("62193", "Calais"):
        here = replace(qpv(), communes=(commune,))
        assert finding(ask(at(500, 500), here, on=IN_2018), "calais-pre").status is MET
    assert not [item for item in ask(at(500, 500), qpv(), on=IN_2018).rules if item.rule.communes]


@pytest.mark.parametrize("on", [IN_2018, IN_2020, IN_2026])
def test_on_an_estimate_no_rule_is_ever_met(on: date) -> None:
    school = at(500, 500, label="Collège Vauban, Calais", type=PositionType.PLACE, **CALAIS)
    layers = (CANDIDATE, layer(Kind.VEILLE, estimated=True), layer(Kind.VECU, estimated=True), layer(Kind.ZFU))
    for position in (at(500, 500, **CALAIS), school):
        statuses = {item.rule.id: item.status for item in ask(position, *layers, on=on).rules}
        assert statuses
        assert MET not in statuses.values()
    assert statuses["adultes-relais"] is (TO_CHECK if on == IN_2026 else UNVERIFIED)
    footprint = decide_footprint(shape_at(shapely.box(100, 100, 200, 200)), PerimeterIndex(layers), on)
    assert MET not in {item.status for item in footprint.rules}


def test_veille_opens_what_the_table_says_and_nothing_else() -> None:
    elsewhere = qpv(geometry=shapely.box(EAST + 9000, NORTH, EAST + 9900, NORTH + 900))
    answer = ask(at(500, 500, **CALAIS), VEILLE, elsewhere, on=IN_2018)
    assert answer.verdict is VerdictCode.OUTSIDE
    assert {item.rule.id for item in answer.rules if item.status is MET} == {"calais-pre", "calais-region"}
    assert finding(answer, "adultes-relais").status is UNVERIFIED  # its form before 2021 was not read
    assert finding(answer, "calais-cma-vision-360").status is NOT_MET


def test_a_missing_layer_is_unknown_and_no_no() -> None:
    outside = ask(at(500, 1300), qpv(), on=IN_2018)
    assert finding(outside, "zfu-te").status is UNKNOWN
    assert "ZFU-TE" in finding(outside, "zfu-te").reason
    assert finding(outside, "bop-147-hors-qpv").status is UNKNOWN
    assert finding(outside, "adultes-relais").status is UNKNOWN  # it may be in veille
    assert finding(outside, "tfpb-logement-social").status is NOT_MET


@pytest.mark.parametrize(("north_m", "status"), [(1099, NEARLY), (1101, NOT_MET)])
def test_a_place_just_outside_nearly_meets_a_rule_and_is_told_by_how_much(north_m: float, status: RuleStatus) -> None:
    found = finding(ask(at(500, north_m), NEW, on=IN_2026), "tfpb-logement-social")
    assert (found.status, found.place_met) == (status, False)
    assert f"{north_m - 1000}\N{NO-BREAK SPACE}m" in found.reason
    assert bool(found.to_check) == (status is NEARLY)


def test_an_unsure_position_leaves_every_rule_to_check() -> None:
    found = finding(ask(at(500, 995, accuracy_m=15.0), NEW, on=IN_2026), "adultes-relais")
    assert (found.status, found.place_met) == (TO_CHECK, None)


def test_nothing_is_said_of_rules_where_nothing_was_found() -> None:
    assert ask(NotFound("Rue absente de la liste."), NEW).rules == ()


@pytest.mark.parametrize("name", ["Collège Vauban", "COLLEGE VAUBAN, Rue de Verdun", "collège Martin Luther King"])
def test_a_school_of_the_list_is_found_whatever_its_accents(name: str) -> None:
    answer = ask(at(500, 5000, label=name, **CALAIS), qpv(), on=IN_2018)
    assert finding(answer, "calais-rep-plus").status is MET
    other = ask(at(500, 5000, label="Collège Jean Jaurès", **CALAIS), qpv(), on=IN_2018)
    assert finding(other, "calais-rep-plus").status is NOT_MET


@pytest.mark.parametrize(
    ("north_m", "status"), [(500, TO_CHECK), (1250, TO_CHECK), (1499, TO_CHECK), (1510, TO_CHECK), (1520, NOT_MET)]
)
def test_an_address_point_leaves_the_vat_to_be_checked_on_the_footprint(north_m: float, status: RuleStatus) -> None:
    found = finding(ask(at(500, north_m, accuracy_m=15.0), NEW, on=IN_2026), "tva-accession")
    assert found.status is status
    if status is TO_CHECK:
        assert found.place_met is None
        assert "À vérifier sur l'emprise" in found.reason


@pytest.mark.parametrize(
    ("south", "north", "on", "status", "place_met"),
    [
        (100, 200, IN_2026, MET, True),  # wholly in
        (950, 1050, IN_2026, MET, True),  # astride, wholly less than 300 m away
        (1200, 1299.99, IN_2026, MET, True),
        (1200, 1300, IN_2026, TO_CHECK, True),  # at 300 m to the metre: wholly within 500 m, partly within 300 m
        (1299.99, 1499.99, IN_2026, TO_CHECK, True),
        (1300, 1499.99, IN_2026, NEARLY, False),  # wholly within 500 m, no part within 300 m
        (1200, 1500, IN_2026, NEARLY, False),
        (1500, 1600, IN_2026, NOT_MET, False),
        (1200, 1300, date(2016, 12, 31), NEARLY, False),  # 500 m: permits asked from 2017 only
        (1200, 1299.99, date(2016, 12, 31), MET, True),
    ],
)
def test_a_footprint_decides_the_place_of_the_vat(
    south: float, north: float, on: date, status: RuleStatus, place_met: bool
) -> None:
    building = shape_at(shapely.box(480, south, 520, north))
    answer = decide_footprint(building, PerimeterIndex([qpv(), NEW]), on)
    found = finding(answer, "tva-accession")
    assert (found.status, found.place_met) == (status, place_met)
    if place_met:
        assert any("NPNRU" in text for text in found.to_check) == (answer.farthest_m >= 300)


def test_a_street_or_a_point_is_no_footprint_of_a_building() -> None:
    for shape in (shapely.Point(500, 500), shapely.LineString([(400, 500), (500, 500)])):
        found = finding(decide_footprint(shape_at(shape), PerimeterIndex([NEW]), IN_2026), "tva-accession")
        assert (found.status, found.place_met) == (TO_CHECK, None)


def test_a_footprint_partly_in_nearly_meets_what_asks_to_be_in() -> None:
    answer = decide_footprint(shape_at(shapely.box(480, 900, 520, 1100)), PerimeterIndex([NEW]), IN_2026)
    found = finding(answer, "tfpb-logement-social")
    assert (found.status, found.place_met) == (NEARLY, False)
    assert "en partie" in found.reason


def test_the_document_of_a_rule_is_plain_json() -> None:
    documents = json.loads(json.dumps([rule_document(rule) for rule in all_rules()]))
    assert all({"id", "reference", "verified", "valid_from", "valid_to"} <= set(item) for item in documents)
    [vat] = [item for item in documents if item["id"] == "tva-accession"]
    assert [band["whole_m"] for band in vat["bands"]] == [300, 500]
    assert vat["bands"][1]["valid_from"] == "2017-01-01"


def test_of_a_text_read_in_part_what_was_read_is_told_where_the_rule_says_it() -> None:
    rule = replace(next(rule for rule in all_rules() if rule.id == "sls"), reading=TextRead.EXCERPT, verified=False)
    told = law_reservations(replace(rule, remark="version de 2017"), IN_2026)
    assert told[0] == "le texte en vigueur, que geoville n'a pas lu (version de 2017)"
    assert law_reservations(replace(rule, remark=""), IN_2026)[0] == "le texte en vigueur"


def test_a_rule_of_former_quarters_is_judged_where_some_are_known_and_unknown_elsewhere() -> None:
    """CGI, art. 278 sexies B: contours of generation 2015 that are no longer QPV."""
    building = shape_at(shapely.box(100, 100, 200, 200))
    known = decide_footprint(building, PerimeterIndex([qpv(), NEW]), IN_2026)
    former = next(item for item in known.rules if item.rule.former)
    assert former.place_met is True
    assert "QP062056" in former.reason
    unknown = finding(decide_footprint(building, PerimeterIndex([NEW]), IN_2026), former.rule.id)
    assert (unknown.status, unknown.place_met) == (UNKNOWN, None)
    assert unknown.reason == "Aucun QPV de la génération précédente n'est connu ici."
