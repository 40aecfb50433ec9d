"""`geoville data sources` and `geoville data check` in the terminal."""

from __future__ import annotations

import json
from datetime import date

import pytest

from geoville.sources.downloads import RemoteAnswer
from geoville.sources.registry import registry
from geoville.workflows.data_check import NewerDeposit, Update

ANSWERS = {
    "zfu.zip": RemoteAnswer(200, size_bytes=1234567, last_modified="Wed, 17 Jan 2018 11:06:44 GMT"),
    "qp-politiquedelaville-shp.zip": RemoteAnswer(
        200, moved_to="https://exemple.fr/ailleurs.zip", last_modified="hier"
    ),
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(client: object, address: str) -> RemoteAnswer:
        return ANSWERS.get(address.rpartition("/")[2], RemoteAnswer(404))

    monkeypatch.setattr("geoville.workflows.data_check.ask", ask)


def test_sources_are_listed_with_what_is_not_checked(geoville, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    printed = geoville("data", "sources")
    assert (printed.code, printed.err) == (0, "")
    assert all(f" {item.id} " in printed.out for item in registry())
    assert "qpv : quartiers prioritaires" in printed.out
    assert "non vérifiée" in printed.out
    assert "à la main" in printed.out
    assert "49 données, adresses relevées le 23 novembre 2026, dont 39 que personne n'a encore ouvertes" in printed.out


def test_sources_of_one_kind_as_a_document(geoville):
    document = json.loads(geoville("data", "sources", "--kind", "grid", "--json").out)
    assert document["read_on"] == "2026-11-23"
    assert {item["grid_vintage"] for item in document["data_sets"]} == {2015, 2017, 2019, 2021}
    assert all(item["seen_in"] and item["checked"] is False for item in document["data_sets"])
    assert all(item["size_bytes"] is None for item in document["data_sets"])


def test_each_of_a_kind_says_where_it_was_read_when_and_by_whom_it_was_opened(geoville):
    addressed, by_hand = (
        geoville("data", "sources", "--kind", kind).out for kind in ("buildings", "quarter_population")
    )
    assert "rnb-departement : adresse lue le 30 novembre 2026 dans : Huit chargeurs" in addressed
    assert "Personne ne l'a ouverte ici." in addressed
    page = "À enregistrer depuis https://www.insee.fr/fr/statistiques/8210600 sous le nom pop_QPV24.csv."
    assert page in by_hand
    (item,) = json.loads(geoville("data", "sources", "--kind", "buildings", "--json").out)["data_sets"]
    assert (item["read_on"], item["checked_by"]) == ("2026-11-30", "")


def test_an_unknown_kind_is_refused(geoville):
    printed = geoville("data", "sources", "--kind", "carreaux")
    assert (printed.code, printed.out) == (2, "")
    assert "« carreaux »" in printed.err


@pytest.mark.usefixtures("answers")
def test_the_check_tells_what_answers_and_ends_well(geoville, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    printed = geoville("data", "check", "--only", "zfu", "--only", "qpv", "--only", "iris-rfl-2011")
    assert (printed.code, printed.err) == (0, "")
    assert "1\u202f234\u202f567" in printed.out
    assert "17 janvier 2018" in printed.out
    assert "hier" in printed.out
    assert "n'y est plus (404)" in printed.out
    assert "Déplacé : qpv-2015, vers https://exemple.fr/ailleurs.zip" in printed.out
    assert printed.out.endswith("Répondent : 2 ; changées : 0 ; refusées : 3 ; injoignables : 0 ; à la main : 1\n")


@pytest.mark.usefixtures("answers")
def test_the_check_as_a_document(geoville):
    document = json.loads(geoville("data", "check", "--only", "zfu", "--json").out)
    assert document["counts"]["available"] == 1
    assert document["data_sets"][0]["size_bytes"] == 1234567


def test_without_network_one_sentence_and_code_1(geoville, monkeypatch):
    monkeypatch.setattr("geoville.workflows.data_check.ask", lambda *_: RemoteAnswer(fault="injoignable"))
    printed = geoville("data", "check", "--only", "zfu")
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith("Aucun serveur n'a répondu (1 adresse essayée) : vérifier l'accès au réseau")


@pytest.mark.parametrize("as_json", [False, True])
def test_the_check_proposes_newer_deposits(geoville, monkeypatch, as_json):
    page = "https://www.data.gouv.fr/datasets/quartiers-prioritaires-de-la-politique-de-la-ville-qpv/"
    newer = NewerDeposit(page, "QPV corrigés", "https://exemple.fr/q.zip", "zip", date(2026, 9, 12), date(2026, 1, 15))
    found = Update(asked=(page,), unread=(("https://exemple.fr/x", "coupe la connexion"),), newer=(newer,))
    monkeypatch.setattr("geoville.workflows.data_check.newer_deposits", lambda *_: found)
    printed = geoville("data", "check", "--update", "--only", "qpv", *(["--json"] if as_json else []))
    assert (printed.code, printed.err) == (0, "")
    if as_json:
        assert json.loads(printed.out)["newer"][0]["deposited_on"] == "2026-09-12"
        assert json.loads(printed.out)["unread"] == [{"page": "https://exemple.fr/x", "why": "coupe la connexion"}]
    else:
        assert "QPV corrigés : https://exemple.fr/q.zip" in printed.out
        assert "12 septembre 2026" in printed.out
        assert "--from-dir" in printed.out
        assert "Non lue : https://exemple.fr/x, coupe la connexion" in printed.out
