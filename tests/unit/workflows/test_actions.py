"""Actions described in files, looked for in the pack of Calais: answers, tables, and no home anywhere."""

from __future__ import annotations

import csv
import json
import logging
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from geoville.eligibility.actions.action import ActionGround as Ground
from geoville.eligibility.documents import action_document
from geoville.errors import InvalidInputError
from geoville.sources.actions import action_of
from geoville.workflows.action_tables import ADDED_COLUMNS, check_table
from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import DeskChoice

TODAY = date(2026, 1, 15)
INSIDE = "1 rue Youri Gagarine, 62100 Calais"
SECRET = "73 rue Zéphyrine Ouistiti"


@pytest.fixture(scope="module")
def desk() -> ActionDesk:
    return ActionDesk(DeskChoice("calais").open(), "calais")


def check(desk: ActionDesk, folder: Path, **entries):
    asked = action_of({"title": "Atelier", **entries}, "action.toml", folder)
    return desk.check(asked, on=None, today=TODAY)


def homes_file(folder: Path, *rows: str, header: str = "adresse;commune") -> str:
    (folder / "domiciles.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return "domiciles.csv"


def test_an_address_a_name_and_coordinates_are_placed(desk, tmp_path):
    found = check(desk, tmp_path, places=[INSIDE, "Collège Martin Luther King", {"lon": 1.8860, "lat": 50.9550}])
    assert found.ground is Ground.IN_QPV
    assert found.stages[0].spots[0].label == "1 Rue Youri Gagarine, 62100 Calais"
    assert (found.action.start, found.action.end) == (TODAY, TODAY)


def test_the_day_asked_stands_for_the_period(desk, tmp_path):
    asked = action_of(
        {"title": "A", "places": [INSIDE], "start": "2023-01-01", "end": "2025-01-01"}, "a.toml", tmp_path
    )
    assert len(desk.check(asked, on=None, today=TODAY).stages) == 2
    found = desk.check(asked, on=date(2024, 5, 1), today=TODAY)
    assert (found.action.start, found.action.end, len(found.stages)) == (date(2024, 5, 1), date(2024, 5, 1), 1)


@pytest.mark.parametrize("place", [{"lon": 50.95, "lat": 1.88}, "a" * 201], ids=["exchanged", "too long"])
def test_a_place_that_cannot_be_asked_about_is_named_by_its_rank(desk, tmp_path, place):
    with pytest.raises(InvalidInputError, match=r"fichier action\.toml, colonne places\[2\]"):
        check(desk, tmp_path, places=[INSIDE, place])


def test_homes_of_a_file_are_counted_row_by_row(desk, tmp_path):
    rows = ["1 rue Youri Gagarine;62100 Calais"] * 30 + [f"{SECRET};62100 Calais"] * 20 + [f"{'x' * 300};"] * 10
    found = check(desk, tmp_path, places=[INSIDE], public={"addresses": homes_file(tmp_path, *rows)})
    assert found.beneficiaries is not None
    assert found.beneficiaries.share == (0.5, 1.0)
    text = json.dumps(action_document(found), ensure_ascii=False)
    assert "Ouistiti" not in text


def test_homes_by_coordinates(desk, tmp_path):
    rows = ["1.8860;50.9550"] * 20 + ["1,95;50,99"] * 11 + ["ici;là"] * 11
    name = homes_file(tmp_path, *rows, header="lon;lat")
    found = check(desk, tmp_path, places=[INSIDE], public={"addresses": name}).beneficiaries
    assert found is not None
    assert found.counts is not None
    assert found.counts.total == 42


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        ([], "adresse", "vide"),
        ([SECRET], "nom", "domiciles.csv|adresse"),
        (["1 rue A;62100 Calais", f"{SECRET};62100;Calais"], "adresse;commune", "ligne 3"),
    ],
    ids=["empty", "no column", "row with a cell too many"],
)
def test_a_list_of_homes_that_cannot_be_read_is_refused_by_its_line(desk, tmp_path, rows, header, said):
    with pytest.raises(InvalidInputError, match=said) as refused:
        check(desk, tmp_path, places=[INSIDE], public={"addresses": homes_file(tmp_path, *rows, header=header)})
    assert "Ouistiti" not in refused.value.sentence


def test_no_home_is_in_a_log(desk, tmp_path, caplog):
    with caplog.at_level(logging.DEBUG):
        check(desk, tmp_path, places=[INSIDE], public={"addresses": [f"{SECRET}, 62100 Calais"] * 12})
    assert "Ouistiti" not in caplog.text


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A call for projects whose third action has a fault, and whose fourth was not found."""
    homes_file(tmp_path, *["1 rue Youri Gagarine;62100 Calais"] * 30)
    path = tmp_path / "actions.csv"
    rows = [
        "Titre;Porteur;Lieu;Début;Fin;Part QPV;Fichier adresses;N°",
        f"Devoirs;=cmd();{INSIDE};01/09/2023;30/06/2024;60 %;;007",
        "=1+1;B;1.866,50.94|1.865,50.94;2024-01-01;2024-12-31;;domiciles.csv;008",
        f"Sport;C;{INSIDE};2024-12-31;2024-01-01;;;009",
        "Jardin;D;12 rue de l'Inconnue, 62100 Calais;;;;;010",
    ]
    path.write_bytes("\r\n".join(rows).encode("cp1252"))
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_every_row_of_a_table_has_an_answer_or_a_fault(desk, table, tmp_path):
    out = tmp_path / "reponses.csv"
    check_table(desk, table, out, on=None, today=TODAY).write(out)
    rows = read(out)
    assert [(row["action_statut"], row["action_ligne"], row["action_fondement"]) for row in rows] == [
        ("ok", "2", "in_qpv"),
        ("ok", "3", "elsewhere_with_evidence"),
        ("error", "4", ""),
        ("ok", "5", "unknown"),
    ]
    assert "colonne Fin" in rows[2]["action_raison"]
    assert [row["N°"] for row in rows] == ["007", "008", "009", "010"]
    assert "génération" in rows[0]["action_raison"]


def test_a_row_says_what_the_action_alone_is_told(desk, table, tmp_path):
    checked = check_table(desk, table, tmp_path / "out.csv", on=None, today=TODAY)
    alone = check(desk, tmp_path, places=[INSIDE], start="2023-09-01", end="2024-06-30", public={"share_in_qpv": 0.6})
    assert checked.findings[0].stages == alone.stages
    assert checked.findings[0].readings == alone.readings


def test_what_is_added_is_never_run_as_a_formula(desk, table, tmp_path):
    out = tmp_path / "reponses.csv"
    check_table(desk, table, out, on=None, today=TODAY).write(out)
    for row in read(out):
        for column in ADDED_COLUMNS:
            assert not row[column.name].startswith(("=", "+", "-", "@"))


def test_a_workbook_gives_a_workbook(desk, tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["Intitulé de l’action", "Lon", "Lat", "Date de début", "Date de fin"])
    sheet.append(["Atelier", 1.8945, 50.9540, date(2024, 1, 1), date(2024, 12, 31)])
    source, out = tmp_path / "actions.xlsx", tmp_path / "reponses.xlsx"
    workbook.save(source)
    check_table(desk, source, out, on=None, today=TODAY).write(out)
    header, row = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
    told = dict(zip(header, row, strict=True))
    assert (told["Lon"], told["action_statut"], told["action_ligne"]) == (1.8945, "ok", 2)
    assert told["action_fondement"] == "in_qpv"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Lieu;Porteur", "titre"),
        ("Titre;Porteur", "lieu"),
        ("Titre;Action;Lieu", "deux|Deux"),
        ("Titre;Lieu;action_statut", "d'origine"),
    ],
    ids=["no title", "no place", "two titles", "answered already"],
)
def test_a_table_that_describes_no_action_is_refused(desk, tmp_path, header, said):
    path = tmp_path / "actions.csv"
    path.write_text(f"{header}\na;b;c\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=said):
        check_table(desk, path, tmp_path / "out.csv", on=None, today=TODAY)


def test_the_provenance_says_under_which_count_nothing_is_published(desk, table, tmp_path):
    out = tmp_path / "reponses.csv"
    check_table(desk, table, out, on=None, today=TODAY).write(out)
    provenance = json.loads((tmp_path / "reponses.csv.provenance.json").read_text(encoding="utf-8"))
    assert provenance["law"][0]["parameter"] == "secrecy_threshold"
    assert provenance["inputs"][0]["role"] == "actions"
