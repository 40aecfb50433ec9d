"""What the pages for contributors show is done: a rule, a source, a layer, a geocoder added at the place they name."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from geoville.cli.main import main
from geoville.eligibility import rules
from geoville.eligibility.rules import all_rules, dated_rules, rules_at, rules_begun
from geoville.law.parameters import law_names
from geoville.model import Kind, VerdictCode
from geoville.rendering import Scene, layers, perimeters_map, render_page
from geoville.sources import registry
from geoville.sources.grids import read_grid
from geoville.sources.pack import open_pack
from geoville.workflows import lookup
from geoville.workflows.lookup import DeskChoice

PAGES = Path(__file__).resolve().parents[2] / "docs" / "contribuer"
ON = date(2026, 1, 15)

CONTRACT = """
reading: full
communes: {"59512": Roubaix}
valid_from: 2015-01-01
sure_until: 2020-12-31
rules:
"""


def _block(page: str, language: str) -> str:
    (block,) = re.findall(rf"```{language}\n(.*?)```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL)
    return block


def _defined(page: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(_block(page, "python"), names)
    return names


def _printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setattr(sys, "argv", ["geoville", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    return capsys.readouterr().out


@pytest.fixture
def rules_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the rules that a test may add to."""
    folder = tmp_path / "regles_de_ce_test"
    folder.mkdir()
    for name in law_names("", rules.FOLDER):
        (folder / name).write_bytes((files("geoville") / rules.FOLDER / name).read_bytes())
    monkeypatch.setattr(rules, "FOLDER", str(folder))
    for remembered in (all_rules, dated_rules, rules_at, rules_begun):
        remembered.cache_clear()
    yield folder
    for remembered in (all_rules, dated_rules, rules_at, rules_begun, rules.read_law):
        remembered.cache_clear()


def test_a_rule_added_to_the_yaml_is_listed_and_found(rules_folder, capsys, monkeypatch):
    with (rules_folder / "national.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{_block('regle.md', 'yaml')}")
    promised = re.findall(r"```\n(Aide .*?)```", (PAGES / "regle.md").read_text(encoding="utf-8"), re.DOTALL)
    assert promised[0] in _printed(capsys, monkeypatch, "rules")
    answer = DeskChoice("calais").open().answer("1 rue Youri Gagarine, 62100 Calais", ON)
    [found] = [finding for finding in answer.rules if finding.rule.id == "exemple-aide"]
    assert found.place_met
    assert found.to_check[0].startswith("le texte")


def test_a_contract_is_a_new_file(rules_folder):
    entry = _block("regle.md", "yaml").replace("verified: false", "verified: true")
    text = CONTRACT + "".join(f"  {line}\n" for line in entry.splitlines())
    (rules_folder / "contract_roubaix.yaml").write_text(text, encoding="utf-8")
    [rule] = [rule for rule in rules_at(ON) if "59512" in rule.communes]
    assert (rule.id, rule.within, rule.sure_until) == ("exemple-aide", (Kind.QPV, Kind.VEILLE), date(2020, 12, 31))
    assert {rule.id for rule in all_rules()} >= {"calais-pre", "emplois-francs"}


def test_a_source_added_to_the_registry_is_listed(capsys, monkeypatch):
    shipped = (files("geoville.sources") / registry.REGISTRY).read_text(encoding="utf-8")
    read = registry.read_registry(f"{shipped}\n{_block('source.md', 'toml')}")
    monkeypatch.setattr(registry, "_shipped", lambda: read)
    assert "exemple-qpv-2024" in _printed(capsys, monkeypatch, "data", "sources", "--kind", "qpv")
    assert registry.data_set("exemple-qpv-2024").address(mirror="http://127.0.0.1:9") == "http://127.0.0.1:9/qp2024.zip"


def test_a_layer_of_the_list_is_on_every_map(monkeypatch):
    known_area = _defined("couche.md")["known_area"]
    monkeypatch.setattr(layers, "GUIDES", (*layers.GUIDES, known_area))
    calais = open_pack("calais")
    scene = Scene(ON, calais.perimeters(), (), read_grid(calais.grid_path(2019), vintage=2019), rules=rules_at(ON))
    page = render_page(perimeters_map("Calais", scene))
    assert json.dumps("Étendue des carreaux connus") in page
    assert page.index("Bande de 300") < page.index("Étendue des carreaux</")


def test_a_geocoder_of_the_table_answers(monkeypatch):
    monkeypatch.setattr(lookup, "NAMED", {**lookup.NAMED, "jouet": _defined("geocodeur.md")["TownHallOnly"]})
    desk = DeskChoice("calais", geocoder="Jouet").open()
    answer = desk.answer("la mairie", ON)
    assert answer.verdict is VerdictCode.OUTSIDE
    assert answer.accuracy_m == 20
    assert desk.answer("ailleurs", ON).verdict is VerdictCode.NOT_FOUND


def test_every_page_is_listed_and_every_place_it_names_exists():
    listed = (PAGES / "README.md").read_text(encoding="utf-8")
    repository = PAGES.parents[1]
    for page in PAGES.glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in listed
        for place in re.findall(r"`((?:geoville|tests)/[\w./-]+)`", page.read_text(encoding="utf-8")):
            assert (repository / place).exists(), place


def test_a_newcomer_finds_each_thing_where_the_tree_suggests_it():
    rows = re.findall(
        r"^\| [^|]+\? \| `([^`]+)` \| `([^`]+)` \|$", (PAGES / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(rows) == 12
    for place, name in rows:
        text = (PAGES.parents[1] / place).read_text(encoding="utf-8")
        if place.endswith(".py"):
            tree = ast.parse(text)
            named = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
            assert name in named, (place, name)
        else:
            assert re.search(rf"\b{re.escape(name)}\b", text), (place, name)
