"""What the notes on privacy and on data claim: each test that they name exists, and the data are as they say."""

from __future__ import annotations

import re
import socket
import sys
import tomllib
from pathlib import Path

import pytest
from shown import REPOSITORY

from geoville.cli.main import main

PRIVACY = (REPOSITORY / "docs" / "confidentialite.md").read_text(encoding="utf-8")
DATA = (REPOSITORY / "docs" / "donnees.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?!ce qui est promis)([^|\n]+) \| ([^|\n]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
DATA_ROW = re.compile(r"^\| (`[\w.]+`(?:, `[\w.]+`)*) \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
ADDRESS = "1 rue Youri Gagarine, 62100 Calais"


def test_each_promise_names_its_test():
    rows = ROW.findall(PRIVACY)
    assert len(rows) > 20
    assert [promise for promise, test in rows if not NAMED.fullmatch(test)] == []


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PRIVACY))))
def test_each_test_that_is_named_exists(file, name):
    assert any(f"def {name}(" in path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob(file))


@pytest.mark.parametrize(
    "command",
    [
        ("lookup", ADDRESS, "--on", "2026-01-15"),
        ("attest", ADDRESS, "--on", "2026-01-15", "--out", "releve.html"),
        ("lookup-file", str(REPOSITORY / "docs/exemples/domiciles-inventes.csv"), "reponses.csv"),
        ("action", "check", str(REPOSITORY / "docs/exemples/action.toml")),
    ],
    ids=lambda command: command[0],
)
def test_no_answer_opens_a_connection(command, tmp_path, monkeypatch):
    def refused(*_: object) -> None:
        raise AssertionError("a connection was opened")

    for call in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, call, refused, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["geoville", *command])
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code


def test_the_data_are_those_of_the_pack():
    pack = tomllib.loads((REPOSITORY / "data" / "calais" / "territory.toml").read_text(encoding="utf-8"))
    shown = {
        name: (producer.strip(), licence.strip())
        for names, producer, licence in DATA_ROW.findall(DATA)
        for name in re.findall(r"`([\w.]+)`", names)
    }
    shipped = {Path(file["path"]).name: file for file in pack["files"]}
    assert shown.keys() == shipped.keys()
    for name, (producer, licence) in shown.items():
        assert (producer, licence) == (shipped[name]["producer"], shipped[name]["licence"]), name


def test_the_list_of_addresses_is_as_long_as_it_says():
    rows = (REPOSITORY / "data" / "calais" / "addresses.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert f"{len(rows)} adresses" in DATA
