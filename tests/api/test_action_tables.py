"""`POST /actions/check/csv`: the table of `geoville action check-file`, by HTTP, and nothing kept."""

from __future__ import annotations

import base64
import csv
import io
import json
import logging
from datetime import date

import openpyxl
import pytest

from geoville.api.app import create_app
from geoville.api.settings import Settings
from geoville.sources.action_tables import Meaning
from geoville.workflows.action_tables import TableChoices, check_table
from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import DeskChoice

ON = date(2026, 1, 15)
INSIDE = "1 rue Youri Gagarine, 62100 Calais"
SECRET = "73 rue Zéphyrine Ouistiti"
TABLE = (
    "Titre;Porteur;Endroit;Montant;Thème\r\n"
    f"Devoirs;Asso A;{INSIDE};1000;École\r\n"
    "Jardin;Asso B;1.8660,50.9400;500;Nature\r\n"
    ";;;;\r\n"
    f"Vélo;Asso C;{SECRET};250;Nature\r\n"
    "Total;;;1750;\r\n"
)


@pytest.fixture
def send(app, request_of, tmp_path, monkeypatch):
    """`send(content, column=[…])`; nothing may be left in the folder of temporary files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def sent(content, served=app, accept="*/*", others=None, named="../appel 2026.csv", **fields):
        content = content.encode() if isinstance(content, str) else content
        files = {"data": (named, content)} | {name: (f"{name}.csv", text) for name, text in (others or {}).items()}
        data = {"column": "lieu=Endroit", "on": ON.isoformat()} | fields
        answer = request_of(served, "POST", "/actions/check/csv", files=files, data=data, headers={"Accept": accept})
        assert list(tmp_path.glob("geoville-fichier-*")) == []
        return answer

    return sent


def test_the_table_is_that_of_the_command_line(send, tmp_path):
    answer = send(TABLE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"] == 'attachment; filename="appel 2026.actions.csv"'
    source, out = tmp_path / "t.csv", tmp_path / "o.csv"
    source.write_text(TABLE, encoding="utf-8", newline="")
    desk = ActionDesk(DeskChoice("calais").open(), "calais")
    choices = TableChoices({Meaning.PLACE: "Endroit"})
    check_table(desk, source, out, on=ON, today=ON, choices=choices).write(out)
    assert answer.content == out.read_bytes()


def test_codes_have_their_french_words_beside_them(send):
    rows = list(csv.DictReader(io.StringIO(send(TABLE).text), delimiter=";"))
    assert [row["action_reponse"] for row in rows] == [
        "En QPV", "Hors QPV, preuve à donner", "Pas une action", "On ne sait pas", "Pas une action"
    ]  # fmt: skip
    assert rows[0]["action_base_en_clair"] == "contour officiel"
    assert rows[0]["action_bop_147_en_clair"] in {"rempli", "à vérifier"}


def test_the_summary_says_what_reaches_the_quarters(send):
    told = send(TABLE, result="summary").json()
    reach = {total["key"]: (total["actions"], total["euros"]) for total in told["summary"]["by_reach"]}
    assert reach == {"certain": (1, 1000), "possible": (0, 0), "unknown": (1, 250), "not_shown": (1, 500)}
    assert [(total["label"], total["euros"]) for total in told["summary"]["by_theme"]] == [
        ("École", 1000), ("Nature", 750)
    ]  # fmt: skip
    assert (told["faults"], told["skipped"]) == (0, 2)  # a blank row, a total
    first, garden, *_ = told["rows"]
    assert first["quarters"][0]["name"] == "Beau Marais"
    assert first["places"][0]["label"].startswith("1 Rue Youri Gagarine")
    assert garden["nearest"]["distance_m"] > 0
    assert garden["missing"]


def test_two_years_are_compared(send):
    last_year = send(TABLE.replace("1000", "400")).content
    told = send(TABLE, result="summary", others={"before": last_year}).json()
    whole = next(change for change in told["changes"] if change["group"] == "Ensemble")
    assert (whole["before"]["euros"], whole["after"]["euros"]) == (1150, 1750)


@pytest.mark.parametrize(
    ("result", "start", "name"),
    [("report", b"PK", "synthese.xlsx"), ("page", b"%PDF", "synthese.pdf"), ("map", b"<!DOCTYPE", "carte.html")],
)
def test_the_report_and_the_map_are_given_back(send, result, start, name):
    answer = send(TABLE, result=result)
    assert answer.status_code == 200
    assert answer.content[:9].upper().startswith(start)
    assert answer.headers["content-disposition"].endswith(f'appel 2026.{name}"')


def test_a_workbook_keeps_its_sheets(send):
    book = openpyxl.Workbook()
    book.active.title = "Notice"
    book.active.append(["À lire"])
    sheet = book.create_sheet("Actions")
    for row in (["Titre", "Endroit", "Montant"], ["Devoirs", INSIDE, 1000]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    given = openpyxl.load_workbook(io.BytesIO(send(content.getvalue()).content))
    assert given.sheetnames == ["Notice", "Actions"]
    header, row = given["Actions"].iter_rows(values_only=True)
    assert dict(zip(header, row, strict=True))["action_fondement"] == "in_qpv"


def test_who_follows_is_told_each_row_then_the_table_then_the_files(send):
    answer = send(TABLE, accept="application/x-ndjson", result=["table", "report"])
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    kinds = [next(iter(line)) for line in lines]
    assert kinds[:6] == ["row"] * 5 + ["table"]
    assert [line["row"]["ground"] for line in lines[:5]] == ["in_qpv", "outside_qpv", None, "unknown", None]
    files: dict[str, bytes] = {}
    for line in lines[6:]:
        part = line["file"]
        files[part["name"]] = files.get(part["name"], b"") + base64.b64decode(part["part"])
    assert list(files) == ["appel 2026.actions.csv", "appel 2026.synthese.xlsx"]
    assert files["appel 2026.actions.csv"] == send(TABLE).content


def test_who_follows_is_told_why_there_is_no_answer(send):
    answer = send("Nom;Age\nA;3\n", accept="application/x-ndjson", column=[])
    (line,) = (json.loads(line) for line in answer.text.splitlines())
    assert line["problem"]["detail"].endswith("dire laquelle : column titre=…, column porteur=…, column lieu=….")


def test_seats_and_decisions_come_in_files_of_their_own(send):
    bearers = f"nom;adresse\nAsso C;{INSIDE}\n".encode()
    table = "Titre;Porteur;Endroit\nVélo;Asso C;\n"
    first = send(table, others={"bearers": bearers}, seat_as_place="true")
    (row,) = csv.DictReader(io.StringIO(first.text), delimiter=";")
    assert row["action_fondement"] == "in_qpv"
    assert "siège du porteur" in row["action_remarques"]
    columns, cells = first.text.splitlines()
    decided = dict(zip(columns.split(";"), cells.split(";"), strict=True))
    decided |= {"action_decision": "retenue", "action_decision_par": "MD", "action_decision_le": "2026-02-01"}
    known = f"{';'.join(decided)}\n{';'.join(decided.values())}\n".encode()
    told = send(table, others={"decisions": known}, result="summary").json()
    assert told["rows"][0]["decision"] == {"text": "retenue", "by": "MD", "on": "2026-02-01"}


@pytest.mark.parametrize("column", ["Fichier adresses", "Secteur", "Zone"])
def test_no_file_that_a_table_names_is_read(send, tmp_path, column):
    homes = tmp_path / "domiciles.csv"
    homes.write_text("adresse\n" + f"{INSIDE}\n" * 30, encoding="utf-8")
    told = send(f"Titre;Endroit;{column}\nA;1.8660,50.9400;{homes}\n", result="summary").json()
    (row,) = told["rows"]
    assert row["share_least"] is None
    assert "30" not in row["reason"]


def test_homes_are_counted_where_the_cell_lists_them(send):
    homes = " | ".join([INSIDE] * 30)
    (row,) = send(f"Titre;Endroit;Domiciles\nA;1.8660,50.9400;{homes}\n", result="summary").json()["rows"]
    assert row["ground"] == "elsewhere_with_evidence"
    assert 0 < row["share_least"] < row["share_most"] == 1  # up to 10 of the 30 might be outside: no zero is published


BAD = {
    "unknown field": ({"jour": "2026-01-15"}, 422),
    "column of nothing": ({"column": "couleur=Titre"}, 400),
    "column without a name": ({"column": "lieu"}, 400),
    "absent column": ({"column": "lieu=Adresse"}, 400),
    "town that is none": ({"default_citycode": "Calai"}, 400),
    "seat without a list": ({"seat_as_place": "true"}, 400),
    "several results at once": ({"result": ["table", "map"]}, 400),
    "result of nothing": ({"result": "tableau"}, 422),
    "day": ({"on": "15/01/2026"}, 422),
}


@pytest.mark.parametrize(("fields", "status"), BAD.values(), ids=BAD)
def test_a_bad_question_is_refused_in_words(send, fields, status):
    answer = send(TABLE, **fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "--" not in answer.json()["detail"]


def test_more_actions_than_are_answered_at_once_are_refused(send, request_of):
    small = create_app(Settings(territory="calais", perimeters=(), max_rows=2))
    assert "Plus de 2 lignes" in send(TABLE, served=small).json()["detail"]


def test_nothing_of_a_table_is_in_a_log(send, caplog):
    logging.getLogger("httpx").disabled = True
    try:
        with caplog.at_level(logging.DEBUG):
            send(TABLE)
            send("Nom;Age\n" + SECRET, column=[])
    finally:
        logging.getLogger("httpx").disabled = False
    assert "Ouistiti" not in caplog.text
