"""The registry of official data sets: what is shipped is whole, and a broken one tells all its faults at once."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.resources import files
from inspect import getsource

import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources.official import convert
from geoville.sources.registry import (
    KIND_NAMES,
    NOT_READ,
    READERS,
    data_set,
    read_registry,
    registry,
    registry_date,
)
from geoville.workflows.fetch import KINDS

SHIPPED = (files("geoville.sources") / "registry.toml").read_text(encoding="utf-8")

ENTRY = {
    "id": "qpv-2024",
    "kind": "qpv",
    "title": "Quartiers",
    "producer": "ANCT",
    "licence": "Licence Ouverte 2.0",
    "page": "https://exemple.fr/qpv",
    "url": "https://exemple.fr/fichiers/qpv.zip",
    "format": "zip/shp",
    "vintage": "2024",
    "scope": "national",
    "seen_in": "exemple/depot, README.md",
    "reader": "perimeters",
    "generation": 2024,
}


def _toml(*entries: dict[str, object], read_on: str = "2026-11-23") -> str:
    lines = [f"read_on = {read_on}"] if read_on else []
    for entry in entries:
        lines.append("[[data_set]]")
        lines += [f"{key} = {_value(value)}" for key, value in entry.items() if value is not None]
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def test_every_kind_of_the_issue_is_there():
    found = {(item.kind, item.vintage) for item in registry()}
    assert {item.kind for item in registry()} == set(READERS)
    assert {("grid", year) for year in ("2015", "2017", "2019", "2021")} <= found
    assert {("iris_income", year) for year in ("2011", "2019", "2020", "2021")} <= found
    assert {("urban_units", "2010"), ("urban_units", "2020"), ("qpv", "2015"), ("qpv", "2024")} <= found
    assert {item.generation for item in registry() if item.kind == "qpv"} == {2015, 2024}
    assert {item.grid_vintage for item in registry() if item.kind == "grid"} == {2015, 2017, 2019, 2021}
    assert all(item.grid_vintage == int(item.vintage) for item in registry() if item.kind == "grid")


def test_every_kind_has_its_converter():
    converters = getsource(convert)
    assert [kind for kind, reader in READERS.items() if reader != NOT_READ and f'"{kind}"' not in converters] == []
    assert {kind for kind, reader in READERS.items() if reader != NOT_READ} == set(KINDS)
    assert set(KIND_NAMES) == set(READERS)


def test_declared_and_disposable_incomes_of_each_year_are_two_data_sets():
    incomes = {item.id for item in registry() if item.kind == "iris_income"}
    assert incomes >= {f"iris-{income}-{year}" for income in ("declared", "disposable") for year in (2019, 2020, 2021)}


@pytest.mark.parametrize("item", registry(), ids=lambda item: item.id)
def test_an_address_says_where_it_was_read_and_none_pretends_to_be_checked(item):
    assert item.seen_in
    assert item.url or "--from-dir" in item.notes
    assert not item.checked
    assert item.checked_on is None


@pytest.mark.parametrize("item", registry(), ids=lambda item: item.id)
def test_a_data_set_can_be_cited(item):
    citation = item.source.citation
    assert item.producer in citation
    assert item.licence in citation


def test_addresses_and_identifiers_are_given_once():
    addresses = [item.url for item in registry() if item.url]
    assert len(set(addresses)) == len(addresses)
    assert registry_date() <= date(2026, 12, 31)


def test_the_address_of_a_departement_has_its_code():
    assert data_set("ban-departement").address("62").endswith("/adresses-62.csv.gz")
    assert data_set("ban-departement").address("2a").endswith("/adresses-2A.csv.gz")
    assert "_D02A_" in data_set("bdtopo-departement").address("2A")
    assert data_set("bdtopo-departement").address("62").count("D062") == 2


@pytest.mark.parametrize("code", ["20", "00", "96", "6", "062", "970", "979", "62/../x", ""])
def test_a_departement_that_is_none_is_refused(code):
    with pytest.raises(InvalidInputError, match="département"):
        data_set("ban-departement").address(code)


def test_the_address_of_a_commune_has_its_code_and_that_of_its_departement():
    parcels = data_set("cadastre-parcels")
    assert parcels.address("97411").endswith("/communes/974/97411/cadastre-97411-parcelles.json.gz")
    assert parcels.address("2a004").endswith("/communes/2A/2A004/cadastre-2A004-parcelles.json.gz")
    with pytest.raises(InvalidInputError, match="n'est pas une commune"):
        parcels.address("62")
    with pytest.raises(InvalidInputError, match="par commune : donner son code, par exemple 62193"):
        parcels.address()


def test_a_departement_is_asked_for_where_it_is_needed():
    with pytest.raises(InvalidInputError, match="par département : donner son code, par exemple 62"):
        data_set("ban-departement").address()


def test_a_mirror_holds_the_files_under_their_own_names():
    mirror = "http://127.0.0.1:8000/donnees/"
    assert data_set("zfu").address(mirror=mirror) == "http://127.0.0.1:8000/donnees/zfu.zip"
    assert data_set("ban-departement").address("62", mirror) == "http://127.0.0.1:8000/donnees/adresses-62.csv.gz"
    assert data_set("iris-rfl-2011").address(mirror=mirror) == "http://127.0.0.1:8000/donnees/iris-rfl-2011"


def test_files_of_a_mirror_have_different_names():
    parts = {"departement": "62", "commune": "62193"}
    names = [item.address(parts.get(item.scope), "http://miroir") for item in registry()]
    assert len(set(names)) == len(names)


def test_an_unknown_address_says_what_to_do_by_hand():
    with pytest.raises(InvalidInputError, match=r"2388989\?sommaire=2389000 et le donner avec --from-dir"):
        data_set("iris-rfl-2011").address()


def test_an_unknown_data_set_names_those_known():
    with pytest.raises(InvalidInputError, match=r"« qpv-2030 ».*choisir parmi .*qpv-2024.*qpv-2015"):
        data_set("qpv-2030")


def test_a_registry_is_read_in_its_order():
    second = ENTRY | {"id": "qpv-2015", "generation": 2015, "size_bytes": 12, "sha256": "0a" * 32}
    read_on, data_sets = read_registry(_toml(ENTRY, second))
    assert read_on == date(2026, 11, 23)
    assert [item.id for item in data_sets] == ["qpv-2024", "qpv-2015"]
    assert (data_sets[1].size_bytes, data_sets[1].sha256) == (12, "0a" * 32)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "qvp"}, "kind, « qvp »"),
        ({"title": "  "}, "title, texte absent"),
        ({"seen_in": None}, "seen_in, texte absent"),
        ({"url": None}, "url, texte absent"),
        ({"notes": 3}, "notes, texte absent"),
        ({"couleur": "bleu"}, "couleur, entrée inconnue"),
        ({"id": "QPV 2024"}, "id, lettres minuscules"),
        ({"reader": "grid"}, "reader, « grid » ne lit pas"),
        ({"generation": None}, "generation, année demandée pour qpv"),
        ({"grid_vintage": 2019}, "grid_vintage, année demandée pour grid"),
        ({"scope": "region"}, "scope, « region »"),
        ({"page": "exemple.fr"}, "page, adresse https"),
        ({"url": "http://exemple.fr/qpv.zip"}, "url, adresse https"),
        ({"url": "https://exemple.fr/fichiers/"}, "url, adresse https"),
        ({"url": "https://exemple.fr/{region}.zip"}, "sans autre accolade"),
        ({"url": "https://exemple.fr/{departement}.zip"}, "seulement alors"),
        ({"url": "https://exemple.fr/{departement.zip"}, "sans autre accolade"),
        ({"url": "https://exemple.fr/{departement.x}.zip"}, "sans autre accolade"),
        ({"scope": "departement"}, "seulement alors"),
        ({"url": ""}, "--from-dir"),
        ({"format": "zip/doc"}, "format, « doc »"),
        ({"size_bytes": 0}, "size_bytes, nombre"),
        ({"size_bytes": True}, "size_bytes, nombre"),
        ({"sha256": "0A" * 32}, "sha256, 64"),
        ({"checked": "oui"}, "checked, true ou false"),
        ({"checked": True}, "checked_on, checked_by"),
        ({"checked_on": date(2026, 1, 1)}, "checked_on, checked_by"),
        ({"checked": True, "checked_on": date(2026, 1, 1)}, "checked_on, checked_by"),
        ({"checked_by": "quelqu'un"}, "checked_on, checked_by"),
        ({"read_on": "hier"}, "read_on, date attendue"),
        ({"scope": "commune", "url": "https://exemple.fr/{departement}.zip"}, "seulement alors"),
    ],
)
def test_each_fault_is_told_with_its_entry(change, fault):
    with pytest.raises(DataUnavailableError, match=re.escape(fault)) as refused:
        read_registry(_toml(ENTRY | change))
    assert re.search(r"mal écrit ; \S.* : ", refused.value.message)


def test_all_the_faults_are_told_at_once():
    other = ENTRY | {"id": "zfu", "kind": "zfu", "format": "zip/doc", "licence": None}
    with pytest.raises(DataUnavailableError) as refused:
        read_registry(_toml(ENTRY | {"scope": "region", "sha256": "?"}, other, ENTRY, read_on='"hier"'))
    sentence = refused.value.sentence
    for fault in (
        "read_on",
        "qpv-2024 : scope",
        "qpv-2024 : sha256",
        "zfu : licence",
        "qpv-2024 : identifiant donné deux",
    ):
        assert fault in sentence
    assert sentence.endswith("(fichier registry.toml) : réinstaller geoville.")


@pytest.mark.parametrize("text", ["", "read_on = 2026-11-23", "read_on = 2026-11-23\ndata_set = 3", "[[data_set"])
def test_what_is_no_registry_is_refused(text):
    with pytest.raises(DataUnavailableError, match="registre des données officielles"):
        read_registry(text)


def test_the_shipped_file_says_nothing_that_is_not_read():
    assert tomllib.loads(SHIPPED).keys() == {"read_on", "data_set"}
    assert "pypi" not in SHIPPED.lower()
