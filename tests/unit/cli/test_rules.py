"""`geoville rules`, and what `geoville lookup` says of rules, generations and footprints."""

from __future__ import annotations

import json

import pytest
import shapely

from geoville.eligibility.rules import all_rules
from geoville.sources.files import embedded_data

TWO_GENERATIONS = {
    "QP062056": shapely.box(1.88, 50.95, 1.90, 50.97),
    "QN06254M": shapely.box(1.90, 50.95, 1.92, 50.97),
}


@pytest.fixture
def quarters(tmp_path):
    """A file of two generations side by side."""
    features = [
        {
            "type": "Feature",
            "properties": {"code_qp": code, "lib_qp": "Beau Marais", "insee_com": "62193"},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for code, shape in TWO_GENERATIONS.items()
    ]
    path = tmp_path / "qpv.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture
def footprint(tmp_path):
    path = tmp_path / "parcelle.geojson"
    path.write_text(shapely.to_geojson(shapely.box(1.899, 50.955, 1.901, 50.956)), encoding="utf-8")
    return path


def test_rules_are_a_json_list_with_reference_and_verified(geoville):
    printed = geoville("rules", "--json")
    assert (printed.code, printed.err) == (0, "")
    listed = json.loads(printed.out)
    assert [rule["id"] for rule in listed] == [rule.id for rule in all_rules()]
    assert all(rule["reference"] and isinstance(rule["verified"], bool) for rule in listed)


def test_rules_of_a_day(geoville):
    before = {rule["id"] for rule in json.loads(geoville("rules", "--on", "2014-06-01", "--json").out)}
    assert before
    assert not any(name.startswith("calais-") for name in before)


def test_rules_in_words_say_what_was_not_read_and_what_may_have_ended(geoville):
    shown = geoville("rules").out
    assert "Texte : CGI, art. 1383 C ter (non lu : non vérifiée, jamais donnée pour remplie)" in shown
    assert "Texte : Code du travail, art. L5141-1, 8° (lu en entier)" in shown
    assert "Validité : début non précisé, validité à vérifier" in shown
    assert "depuis le 1er janvier 2015, à vérifier après le 31 décembre 2020" in shown


def test_rules_of_2025_and_2026_differ_as_the_law_does(geoville):
    in_2025, in_2026 = (_states(geoville("rules", "--on", day).out) for day in ("2025-06-01", "2026-06-01"))
    changed = {name for name in in_2026 if in_2025.get(name) != in_2026[name]}
    assert changed == {"cfe-commerces-ancien-regime", "cfe-nouveau-regime", "is-ir-exoneration", "zfu-te"}
    assert in_2025["zfu-te"] == in_2025["cfe-commerces-ancien-regime"] == "en vigueur"
    assert in_2026["cfe-commerces-ancien-regime"] == "TERMINÉE depuis le 1er janvier 2026"
    assert in_2026["zfu-te"].startswith("TERMINÉE depuis le 1er janvier 2026 ; plus aucune entrée")
    assert in_2026["cfe-nouveau-regime"].startswith("NON VÉRIFIÉE")
    assert in_2025["emplois-francs"].startswith("TERMINÉE depuis le 1er janvier 2025")


def _states(shown):
    """State of each rule on the day asked about, by identifier."""
    states, name = {}, ""
    for line in shown.splitlines():
        if not line.startswith("  "):
            name = line.rpartition("(")[2].removesuffix(")")
        elif line.startswith("  Au "):
            states[name] = line.partition(" : ")[2]
    return states


def test_a_day_that_is_none_is_refused(geoville):
    assert geoville("rules", "--on", "hier").code == 2


def test_the_day_of_the_permit_judges_the_reduced_vat(geoville, quarters):
    asked = ("lookup", "--lon", 1.89, "--lat", 50.96, "--perimeters", quarters, "--on", "2025-01-15", "--json")
    for permit, judged in (((), "2025-01-15"), (("--permit-date", "2023-06-01"), "2023-06-01")):
        [vat] = [rule for rule in json.loads(geoville(*asked, *permit).out)["rules"] if rule["id"] == "tva-accession"]
        assert vat["judged_on"] == judged
    assert geoville(*asked, "--permit-date", "hier").code == 2


def test_lookup_shows_quality_generations_and_rules(geoville, quarters):
    asked = ("lookup", "--lon", 1.89, "--lat", 50.96, "--perimeters", quarters)
    shown = geoville(*asked, "--on", "2020-01-15").out
    assert "Qualité (échelle de l'Insee) : 1, sûre" in shown
    assert "Génération 2015 (du 1er janvier 2015 au 31 décembre 2023) : DEDANS" in shown
    assert "Génération 2024 (depuis le 1er janvier 2024) : DEHORS" in shown
    assert "Règles dont la condition de lieu est remplie. La position est dans : QPV « Beau Marais »" in shown
    assert "\n- Emplois francs (Décret n° 2019-1471 ; JORFTEXT000048729131). À vérifier : que l'adresse est" in shown
    assert "Règles non vérifiées (texte ou validité). La position est dans : QPV « Beau Marais »" in shown
    assert "\n- Adultes-relais (Code du travail, art. L5134-100, L5134-102 et D5134-155). À vérifier : que la" in shown


def test_lookup_on_an_estimate_shows_no_rule_as_met(geoville):
    estimates = str(embedded_data() / "calais" / "candidats.geojson")
    shown = geoville("lookup", "1 rue Youri Gagarine, 62100 Calais", "--perimeters", estimates).out
    assert "Règles à vérifier. La position est dans : périmètre estimé" in shown
    assert "remplie" not in shown


def test_lookup_of_a_footprint(geoville, quarters, footprint):
    asked = ("lookup", "--geometry", footprint, "--perimeters", quarters, "--on", "2020-01-15")
    shown = geoville(*asked).out
    assert shown.startswith("EN PARTIE DEDANS (au 15 janvier 2020)\n- En partie dedans : 50\N{NO-BREAK SPACE}%")
    document = json.loads(geoville(*asked, "--json").out)
    assert document["placement"] == "partly"
    assert document["share_of_area"] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("more", [("1 rue Youri Gagarine",), ("--lon", 1.89, "--lat", 50.96), ("--accuracy-m", 5)])
def test_a_footprint_and_something_else_is_no_question(geoville, footprint, more):
    refused = geoville("lookup", "--geometry", footprint, *more)
    assert (refused.code, refused.out) == (2, "")
    assert "--geometry" in refused.err


def test_a_missing_footprint_is_refused(geoville, tmp_path):
    refused = geoville("lookup", "--geometry", tmp_path / "absent.geojson")
    assert refused.code == 2
    assert "absent.geojson" in refused.err


def test_the_rules_of_a_day_to_come_say_what_they_suppose(geoville):
    to_come = geoville("rules", "--on", "2999-01-01").out.splitlines()
    assert to_come[0].startswith("Date à venir : ")
    assert to_come[0].endswith("1er janvier 2999.")
    assert sum("Date à venir" in line for line in to_come) == 1
    for asked in (("--on", "2026-01-15"), ()):
        assert "Date à venir" not in geoville("rules", *asked).out
    assert isinstance(json.loads(geoville("rules", "--on", "2999-01-01", "--json").out), list)


@pytest.mark.parametrize(("day", "said"), [("2999-01-01", True), ("2026-01-15", False)])
def test_an_answer_of_a_day_to_come_says_what_it_supposes(geoville, footprint, tmp_path, day, said):
    (tmp_path / "a.csv").write_text("adresse\n1 rue Youri Gagarine Calais\n", encoding="utf-8")
    geoville("lookup-file", tmp_path / "a.csv", tmp_path / "b.csv", "--on", day)
    asked = (("1 rue Youri Gagarine, Calais",), ("--geometry", footprint))
    told = [geoville("lookup", *place, "--on", day).out for place in asked]
    told.append((tmp_path / "b.csv").read_text(encoding="utf-8"))
    assert ["Date à venir" in text for text in told] == [said] * 3
