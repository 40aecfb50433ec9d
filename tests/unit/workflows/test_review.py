"""The page of the rows left to be checked, and the decisions that are taken back into the file."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geoville import Territory
from geoville.errors import InvalidInputError
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.lookup_file.job import FileJob, open_file_job
from geoville.workflows.lookup_file.questions import RECOGNISED
from geoville.workflows.lookup_file.review import apply_decisions, key_of, read_decisions, write_review

ON = date(2026, 1, 15)
ROWS = ["Salle Nelson Mandela", "1 rue Youri Gagarine, 62100 Calais", "Gare de Calais-Ville", "=SOMME(1)"]
OPEN = "Salle Nelson Mandela"

_open_once = cache(DeskChoice.open)


@pytest.fixture(autouse=True)
def _desks_are_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be quick: what a desk holds is the same for all."""
    monkeypatch.setattr(DeskChoice, "open", _open_once)


@pytest.fixture
def job(tmp_path: Path) -> FileJob:
    source = tmp_path / "salles.csv"
    source.write_text("adresse\n" + "\n".join(f'"{row}"' for row in ROWS) + "\n", encoding="utf-8")
    made = open_file_job(source, tmp_path / "out.csv", DeskChoice("calais"), ON)
    made.run(lambda _: None)
    return made


def shown(page: Path) -> list[dict[str, Any]]:
    text = page.read_text(encoding="utf-8").partition('<script type="application/json" id="rows">')[2]
    rows: list[dict[str, Any]] = json.loads(text.partition("</script>")[0])["rows"]
    return rows


def decisions(path: Path, *made: dict[str, str], version: str) -> Path:
    document = {"format": "geoville-decisions", "version": 1, "data_version": version, "decisions": list(made)}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def decided(decision: str, text: str = OPEN, **others: str) -> dict[str, str]:
    key = key_of((text,), ON.isoformat())
    return {"key": key, "decision": decision, "by": "A. Martin", "at": "2026-01-16T09:30:00.000Z", **others}


def answered(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_the_page_shows_the_open_rows_alone(job: FileJob, tmp_path: Path) -> None:
    out, page = tmp_path / "out.csv", tmp_path / "relire.html"
    out.chmod(0o600)
    assert write_review(job, out, RECOGNISED, page) == 1
    (row,) = shown(page)
    assert (row["asked"], row["line"]) == (OPEN, 2)
    assert 0 < row["probability"] < 0.5, "38 m outside, known within 30 m, of a limit known within 25 m"
    assert row["reasons"][0].startswith("À vérifier")
    assert row["map"]["limits"]
    assert row["map"]["region"]
    text = page.read_text(encoding="utf-8")
    assert "Cette page contient des adresses" in text
    assert "Youri Gagarine" not in text, "what is answered is not in it"
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert page.stat().st_mode & 0o777 == 0o600, "whoever may read the output may read the page"


def test_decisions_stand_beside_the_verdict(job: FileJob, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    before = answered(out)
    version = job.desk.data_version
    path = decisions(
        tmp_path / "d.json",
        decided("inside"),
        decided("outside", "1 rue Youri Gagarine, 62100 Calais"),
        version=version,
    )
    taken = read_decisions(path, version)
    assert apply_decisions(job, out, RECOGNISED, taken, path) == 1, "a row that is answered is not decided again"
    after = answered(out)
    columns = ("qpv_decision", "qpv_decision_par", "qpv_decision_le")
    assert [{name: row[name] for name in before[0]} for row in after] == before, "nothing is written over"
    assert [tuple(row[name] for name in columns) for row in after] == [
        ("dedans", "A. Martin", "2026-01-16T09:30:00.000Z"),
        *[("", "", "")] * 3,
    ]
    assert write_review(job, out, RECOGNISED, tmp_path / "relire.html", taken) == 0, "it is not asked again"


def test_the_same_question_has_one_key_in_any_file() -> None:
    assert key_of(("12  rue A",), "2026-01-15") == key_of(("12 RUE A",), "2026-01-15")
    assert key_of(("12 rue A",), "2026-01-15") != key_of(("12 rue A",), "2016-01-15")
    assert "rue" not in key_of(("12 rue A",), "2026-01-15")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ([decided("inside"), decided("outside")], "décidée de deux façons"),
        ([decided("later")], "ni dedans ni dehors"),
        ([decided("inside", by=" ")], "sans auteur"),
        ([decided("inside", at="hier")], "Date de décision"),
        ([{"decision": "inside"}], "sans clé"),
        (["inside"], "sans clé"),
    ],
)
def test_decisions_that_cannot_be_taken_back_are_refused(made: list[Any], said: str, tmp_path: Path) -> None:
    path = decisions(tmp_path / "d.json", *made, version="v")
    with pytest.raises(InvalidInputError, match=said):
        read_decisions(path, "v")


def test_decisions_made_on_other_data_are_refused(tmp_path: Path) -> None:
    path = decisions(tmp_path / "d.json", decided("inside"), version="before")
    with pytest.raises(InvalidInputError, match="d'autres données"):
        read_decisions(path, "after")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "geoville-decisions", "version": 2}', "é" * 9])
def test_a_file_that_is_none_of_decisions_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="décisions"):
        read_decisions(path, "v")


def test_python_writes_the_page_and_takes_decisions_back(job: FileJob, tmp_path: Path) -> None:
    calais, page, out = Territory.open("calais"), tmp_path / "relire.html", tmp_path / "python.csv"
    calais.lookup_file(tmp_path / "salles.csv", out, on=ON, review=page)
    assert [row["asked"] for row in shown(page)] == [OPEN]
    given = decisions(tmp_path / "d.json", decided("inside"), version=job.desk.data_version)
    calais.lookup_file(tmp_path / "salles.csv", out, on=ON, decisions=given, review=page, force=True)
    assert [row["qpv_decision"] for row in answered(out)] == ["dedans", "", "", ""]
    assert shown(page) == [], "what is decided is not asked again"
    with pytest.raises(InvalidInputError, match=r"\.html"):
        calais.lookup_file(tmp_path / "salles.csv", out, on=ON, review=tmp_path / "relire.pdf", force=True)


def test_the_provenance_names_the_decisions_and_says_no_one(job: FileJob, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    given = decisions(tmp_path / "d.json", decided("inside"), version=job.desk.data_version)
    apply_decisions(job, out, RECOGNISED, read_decisions(given, job.desk.data_version), given)
    text = (tmp_path / "out.csv.provenance.json").read_text(encoding="utf-8")
    document = json.loads(text)
    digest = hashlib.sha256(given.read_bytes()).hexdigest()
    assert {"role": "decisions", "name": "d.json", "sha256": digest, "vintage": None} in document["inputs"]
    assert document["parameters"]["decisions"] == 1
    assert "A. Martin" not in text
