"""What each text says of a rule: places, first and last days, conditions, written from the texts as they were read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import shapely
from square_quarter import EAST, IN_2026, NORTH, VEILLE, ask, at, qpv, shape_at

from geoville.eligibility.decide import decide
from geoville.eligibility.documents import answer_document, footprint_document, verdict_document
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.rules import all_rules, rules_begun
from geoville.model import Basis, Kind, Placement, Rule, RuleFinding, RuleStatus, TextRead, VerdictCode

MET, NEARLY, OVER, UNVERIFIED = RuleStatus.MET, RuleStatus.NEARLY, RuleStatus.OVER, RuleStatus.UNVERIFIED
TO_CHECK, NOT_MET, UNKNOWN = RuleStatus.TO_CHECK, RuleStatus.NOT_MET, RuleStatus.UNKNOWN
FULL, EXCERPT, NONE = TextRead.FULL, TextRead.EXCERPT, TextRead.NONE
RULES = {rule.id: rule for rule in all_rules()}
QUARTERS = (qpv(), qpv("QN06254M"))
LATER = replace(qpv("QN06254M"), geometry=shapely.box(EAST + 9000, NORTH, EAST + 9900, NORTH + 900))


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def inside(rule_id: str, on: date, permit_date: date | None = None) -> RuleFinding:
    answer = decide(at(500, 500), PerimeterIndex(QUARTERS), on, permit_date=permit_date)
    return next(item for item in answer.rules if item.rule.id == rule_id)


def of_building(
    rule_id: str, south: float, north: float, on: date, permit_date: date | None = None, *layers: object
) -> RuleFinding:
    shape = shape_at(shapely.box(480, south, 520, north))
    answer = decide_footprint(shape, PerimeterIndex(layers or QUARTERS), on, permit_date=permit_date)
    return next(item for item in answer.rules if item.rule.id == rule_id)


@pytest.mark.parametrize(
    ("rule_id", "text", "first", "last", "reading", "verified"),
    [
        ("tva-accession", "278 sexies, III, 2°", "2015-01-01", None, EXCERPT, True),
        ("tva-accession-anciens-qpv", "278 sexies B", "2024-01-01", "2026-12-31", EXCERPT, True),
        ("tva-accession-anru", "278 sexies, 11", None, None, FULL, True),
        ("tfpb-logement-social", "1388 bis", "2016-01-01", "2030-12-31", EXCERPT, True),
        ("cfe-commerces-ancien-regime", "1466 A, I septies", None, "2025-12-31", EXCERPT, True),
        ("cfe-nouveau-regime", "F34020", "2026-01-01", "2030-12-31", EXCERPT, False),
        ("tfpb-petits-commerces", "1383 C ter", None, None, NONE, False),
        ("is-ir-exoneration", "F34020", "2026-01-01", "2030-12-31", EXCERPT, False),
        ("zfu-te", "44 octies A, II", None, "2025-12-31", EXCERPT, True),
        ("emplois-francs", "2019-1471", "2020-01-01", "2024-12-31", EXCERPT, True),
        ("adultes-relais", "L5134-100, L5134-102", "2021-09-16", None, FULL, True),
        ("acre", "L5141-1, 8°", "2019-01-01", None, FULL, True),
        ("sls", "L441-3", None, None, EXCERPT, False),
        ("maintien-logement-social", "L442-3-1 et L442-3-3", None, None, FULL, False),
        ("cumul-retraite-independant", "D634-11-2", "2023-09-01", None, FULL, True),
        ("iae-geiq-resident-qpv", "sans texte lu", None, None, NONE, False),
        ("conge-conseil-citoyen", "L3142-54-1, 2°", "2024-04-17", None, FULL, True),
        ("bop-147-hors-qpv", "circulaire du 31 août 2023", None, None, EXCERPT, True),
    ],
)
def test_each_rule_has_its_article_its_days_and_how_it_was_read(
    rule_id: str, text: str, first: str | None, last: str | None, reading: TextRead, verified: bool
) -> None:
    rule = RULES[rule_id]
    assert text in rule.reference
    assert (rule.valid_from, rule.valid_to) == (day(first), day(last))
    assert (rule.reading, rule.verified) == (reading, verified)


def test_no_other_national_rule_is_held() -> None:
    assert {rule.id for rule in all_rules() if not rule.communes} == {
        "tva-accession", "tva-accession-anciens-qpv", "tva-accession-anru", "tfpb-logement-social",
        "cfe-commerces-ancien-regime", "cfe-nouveau-regime", "tfpb-petits-commerces", "is-ir-exoneration", "zfu-te",
        "emplois-francs", "adultes-relais", "acre", "sls", "maintien-logement-social", "cumul-retraite-independant",
        "iae-geiq-resident-qpv", "conge-conseil-citoyen", "bop-147-hors-qpv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule_id", "last_day", "status"),
    [
        ("emplois-francs", date(2024, 12, 31), MET),
        ("cfe-commerces-ancien-regime", date(2025, 12, 31), MET),
        ("cfe-nouveau-regime", date(2030, 12, 31), UNVERIFIED),
        ("is-ir-exoneration", date(2030, 12, 31), UNVERIFIED),
        ("tfpb-logement-social", date(2030, 12, 31), MET),
    ],
)
def test_a_rule_is_over_from_the_day_after_its_last_and_says_since_when(
    rule_id: str, last_day: date, status: RuleStatus
) -> None:
    assert inside(rule_id, last_day).status is status
    after = inside(rule_id, last_day + timedelta(days=1))
    assert after.status is OVER
    assert f"depuis le 1er janvier {last_day.year + 1}" in after.reason
    assert after.rule.over_since == last_day + timedelta(days=1)


@pytest.mark.parametrize(
    ("rule_id", "first_day"),
    [
        ("acre", date(2019, 1, 1)),
        ("emplois-francs", date(2020, 1, 1)),
        ("cumul-retraite-independant", date(2023, 9, 1)),
        ("conge-conseil-citoyen", date(2024, 4, 17)),
        ("tfpb-logement-social", date(2016, 1, 1)),
    ],
)
def test_a_rule_does_not_exist_before_its_first_day(rule_id: str, first_day: date) -> None:
    assert inside(rule_id, first_day).status is MET
    assert rule_id not in {rule.id for rule in rules_begun(first_day - timedelta(days=1))}


# CGI 278 sexies: the reduced VAT


def test_cgi_278_sexies_less_than_300_m_is_strict() -> None:
    before_2017 = date(2016, 6, 1)
    assert of_building("tva-accession", 1100, 1299.99, before_2017, before_2017).status is MET
    assert of_building("tva-accession", 1100, 1300, before_2017, before_2017).status is NEARLY


def test_cgi_278_sexies_500_m_is_strict_on_both_sides_from_2017() -> None:
    on = date(2017, 1, 1)
    assert of_building("tva-accession", 1299.99, 1499.99, on, on).place_met is True
    assert of_building("tva-accession", 1300, 1499.99, on, on).status is NEARLY
    assert of_building("tva-accession", 1299.99, 1500, on, on).status is NEARLY
    day_before = on - timedelta(days=1)
    assert of_building("tva-accession", 1299.99, 1499.99, day_before, day_before).status is NEARLY


def test_cgi_278_sexies_500_m_asks_for_a_convention_and_since_lfi_2024_art_86_a_contract() -> None:
    found = of_building("tva-accession", 1290, 1400, IN_2026, IN_2026)
    assert found.status is TO_CHECK
    assert any("NPNRU" in text and "contrat de ville" in text for text in found.to_check)


def test_cgi_278_sexies_300_m_asks_for_a_contrat_de_ville_and_for_every_dwelling() -> None:
    found = of_building("tva-accession", 100, 200, IN_2026, IN_2026)
    assert found.status is MET
    assert any(text == "que le quartier fait l'objet d'un contrat de ville" for text in found.to_check)
    assert any("n° 717" in text and "un seul, même en partie" in text for text in found.to_check)
    assert not any("NPNRU" in text for text in found.to_check)


def test_cgi_278_sexies_judges_at_the_day_of_the_permit_s_application() -> None:
    """A building in the quarter of 2015, far from that of 2024."""
    known, on = (qpv(), LATER), date(2025, 6, 1)
    asked_in_2023 = of_building("tva-accession", 100, 200, on, date(2023, 12, 31), *known)
    assert (asked_in_2023.status, asked_in_2023.judged_on) == (MET, date(2023, 12, 31))
    asked_in_2024 = of_building("tva-accession", 100, 200, on, date(2024, 1, 1), *known)
    assert asked_in_2024.status is NOT_MET
    unknown = of_building("tva-accession", 100, 200, date(2023, 6, 1), None, *known)
    assert unknown.status is MET
    assert any("le jour où le permis est demandé" in text for text in unknown.to_check)


def test_cgi_278_sexies_starts_with_permits_applied_for_in_2015() -> None:
    answer = decide(at(500, 500), PerimeterIndex(QUARTERS), IN_2026, permit_date=date(2014, 12, 31))
    assert "tva-accession" not in {item.rule.id for item in answer.rules}


def test_cgi_278_sexies_b_keeps_former_quarters_until_2026() -> None:
    known, on, rule = (qpv(), LATER), date(2026, 6, 1), "tva-accession-anciens-qpv"
    last = of_building(rule, 100, 200, on, date(2026, 12, 31), *known)
    assert last.status is MET
    assert any("31 décembre 2023" in text for text in last.to_check)
    assert "QP062" in last.reason
    assert of_building(rule, 1100, 1299, on, on, *known).status is MET
    assert of_building(rule, 1300, 1600, on, on, *known).status is NEARLY
    assert of_building(rule, 100, 200, on, date(2027, 1, 1), *known).status is OVER
    before = decide(at(500, 500), PerimeterIndex(known), on, permit_date=date(2023, 12, 31))
    assert rule not in {item.rule.id for item in before.rules}


def test_cgi_278_sexies_b_says_nothing_where_no_former_quarter_is_known() -> None:
    assert of_building("tva-accession-anciens-qpv", 100, 200, IN_2026, None, LATER).status is UNKNOWN


def test_cgi_278_sexies_11_looks_at_a_layer_of_its_own() -> None:
    layer = replace(qpv(), kind=Kind.ANRU, code="A1", generation=None, valid_from=None, valid_to=None)
    found = of_building("tva-accession-anru", 100, 200, IN_2026, IN_2026, layer, LATER)
    assert found.status is UNVERIFIED  # the version of 2015 alone was read
    assert of_building("tva-accession-anru", 1300, 1600, IN_2026, IN_2026, layer, LATER).place_met is False
    assert of_building("tva-accession-anru", 100, 200, IN_2026, IN_2026).status is UNKNOWN


# CGI 1388 bis


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2020, 12, 31), MET),
        (date(2021, 1, 1), UNVERIFIED),
        (date(2024, 12, 31), UNVERIFIED),
        (date(2025, 1, 1), MET),
    ],
)
def test_cgi_1388_bis_taxes_of_2021_to_2024_were_not_read(on: date, status: RuleStatus) -> None:
    assert inside("tfpb-logement-social", on).status is status


def test_cgi_1388_bis_asks_for_the_contract_and_the_convention_annexed_to_it() -> None:
    checks = " ; ".join(RULES["tfpb-logement-social"].conditions)
    assert "signé, au 1er janvier, le contrat de ville" in checks
    assert "2017, la convention annexée" in checks


# CGI 44 octies A, LFI 2025 art. 100


def test_lfi_2025_art_100_closes_the_zfu_to_new_entries() -> None:
    layer = replace(qpv(), kind=Kind.ZFU, code="Z1", generation=None, valid_from=None, valid_to=None)
    found = {
        on: next(item for item in ask(at(500, 500), layer, *QUARTERS, on=on).rules if item.rule.id == "zfu-te")
        for on in (date(2025, 12, 31), date(2026, 1, 1))
    }
    assert [item.status for item in found.values()] == [MET, OVER]
    assert "les droits acquis continuent" in found[date(2026, 1, 1)].reason


def test_a_rule_is_over_even_where_its_layer_is_not_known() -> None:
    assert inside("zfu-te", date(2025, 12, 31)).status is UNKNOWN
    assert inside("zfu-te", date(2026, 1, 1)).status is OVER


# Code du travail


def test_l5134_102_asks_for_26_years_since_16_september_2021_and_30_before() -> None:
    assert any("26 ans" in text and "30 ans avant" in text for text in RULES["adultes-relais"].conditions)
    assert inside("adultes-relais", date(2021, 9, 16)).status is MET
    before = inside("adultes-relais", date(2021, 9, 15))
    assert before.status is UNVERIFIED
    assert any("30 ans" in text and "non lue" in text for text in before.to_check)


def test_l5134_102_does_not_name_the_veille_and_that_is_said() -> None:
    answer = ask(at(500, 500), VEILLE, LATER, on=IN_2026)
    found = next(item for item in answer.rules if item.rule.id == "adultes-relais")
    assert any("la veille n'est pas dans le texte, c'est une lecture" in text for text in found.to_check)


def test_loi_2014_173_is_not_cited_for_credits_outside_a_quarter() -> None:
    assert "2014-173" not in RULES["bop-147-hors-qpv"].reference
    assert "n'en disent rien" in RULES["bop-147-hors-qpv"].remark


# Whatever the rule


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
@pytest.mark.parametrize("on", [date(2018, 6, 1), date(2025, 6, 1), date(2026, 6, 1), date(2031, 6, 1)])
def test_what_is_over_or_not_verified_is_never_met(rule: Rule, on: date) -> None:
    layers = [
        replace(qpv(), kind=kind, code=kind.value, generation=None, valid_from=None, valid_to=None)
        for kind in (Kind.VEILLE, Kind.VECU, Kind.ZFU, Kind.ANRU)
    ]
    place = at(500, 500, citycode="62193")
    found = [item for item in ask(place, *QUARTERS, *layers, on=on).rules if item.rule.id == rule.id]
    for item in found:
        if rule.is_over(on):
            assert item.status in {OVER, NOT_MET}
        elif not rule.verified:
            assert item.status in {UNVERIFIED, TO_CHECK, NOT_MET}
            assert item.status is NOT_MET or item.to_check[0].startswith("le texte")


# Loi n° 2025-797


def test_loi_2025_797_answers_inside_by_law_at_mayotte() -> None:
    place = replace(at(500, 500), lon=45.228, lat=-12.78, citycode="97611")
    answer = decide(place, PerimeterIndex(QUARTERS), date(2026, 1, 1))
    assert (answer.verdict, answer.basis, answer.probability_inside) == (VerdictCode.INSIDE, Basis.OFFICIAL, 1.0)
    assert "2025-797" in answer.references[0]
    assert any("entrée en vigueur non lue" in reason for reason in answer.reasons)
    assert verdict_document(answer)["code"] == "97611"
    assert answer_document(answer)["whole_commune"]["name"] == "Mamoudzou"
    assert next(item for item in answer.rules if item.rule.id == "acre").status is MET


MAMOUDZOU = shapely.box(45.22, -12.79, 45.23, -12.78)


@pytest.mark.parametrize("shape", [MAMOUDZOU, MAMOUDZOU.exterior, MAMOUDZOU.centroid], ids=["area", "line", "point"])
def test_loi_2025_797_holds_a_footprint_that_lies_wholly_in_mayotte(shape: shapely.Geometry) -> None:
    answer = decide_footprint(shape, PerimeterIndex(QUARTERS), date(2026, 1, 1))
    assert (answer.placement, answer.basis, answer.share_of_area) == (Placement.INSIDE, Basis.OFFICIAL, 1)
    assert (answer.nearest_m, answer.farthest_m, answer.perimeters) == (None, None, ())
    assert "2025-797" in answer.references[0]
    assert any("entrée en vigueur non lue" in reason for reason in answer.reasons)
    assert footprint_document(answer)["whole_commune"]["name"] == "Mayotte"
    assert next(item for item in answer.rules if item.rule.id == "acre").status is MET


@pytest.mark.parametrize(
    ("shape", "on"),
    [
        (MAMOUDZOU, date(2025, 8, 10)),
        (MAMOUDZOU, date(2030, 1, 2)),
        (shapely.box(45.2, -12.8, 46.0, -12.7), date(2026, 1, 1)),
    ],
    ids=["before", "after", "beyond Mayotte"],
)
def test_loi_2025_797_holds_no_footprint_at_another_date_or_beyond(shape: shapely.Geometry, on: date) -> None:
    answer = decide_footprint(shape, PerimeterIndex(QUARTERS), on)
    assert answer.whole_commune is None
    assert answer.placement is not Placement.INSIDE


def test_loi_2025_797_says_nothing_of_mayotte_before_it() -> None:
    place = replace(at(500, 500), lon=45.228, lat=-12.78, citycode="97611")
    assert decide(place, PerimeterIndex(QUARTERS), date(2025, 8, 10)).whole_commune is None
