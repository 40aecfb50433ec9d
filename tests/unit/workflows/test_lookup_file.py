"""A file is answered as `lookup` answers, row by row; what is interrupted is gone on with, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from geoville.eligibility.documents import answer_document
from geoville.errors import InvalidInputError
from geoville.model import VerdictCode
from geoville.workflows.lookup import DeskChoice, LookupDesk
from geoville.workflows.lookup_file.job import FileJob, open_file_job
from geoville.workflows.lookup_file.questions import FileColumns
from geoville.workflows.lookup_file.results import ADDED_COLUMNS, columns_beside

ON = date(2026, 1, 15)
CALAIS = DeskChoice("calais")

ADDRESSES = [
    "1 rue Youri Gagarine, 62100 Calais",
    "1 r. youri gagarine calais",
    "Rue Youri Gagarine, Calais",
    "Collège Lucien Vadez",
    "collège Vauban",
    "12 rue de l'Inconnue, 62100 Calais",
    "Rue Mollien, Calais",
    "62100 Calais",
    "1.8867, 50.9560",
    "¿¿¿",
]
NAMES = [column.name for column in ADDED_COLUMNS]


_open_once = cache(DeskChoice.open)


@pytest.fixture(autouse=True)
def _desks_are_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be quick: what a desk holds is the same for all."""
    monkeypatch.setattr(DeskChoice, "open", _open_once)


@pytest.fixture
def desk() -> LookupDesk:
    return CALAIS.open()


def _write_csv(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(rows)
    return path


def _read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""), delimiter=";"))


def _run(job: FileJob, **options: Any) -> list[dict[str, str]]:
    job.run(lambda _: None, **options)
    return _read_csv(job.out.path)


def _expected(answer: Any) -> dict[str, Any]:
    """What the columns must say, from the document that `lookup --json` prints."""
    document = answer_document(answer)
    position = document["position"]
    inside = document["verdict"] == "inside"
    return {
        "longitude": position and position["lon"],
        "latitude": position and position["lat"],
        "result_label": position and position["label"],
        "result_type": position and position["type"],
        "result_status": "ok" if position else "not-found",
        "qpv_date": document["on"],
        "qpv_verdict": document["verdict"],
        "qpv_basis": document["basis"],
        "qpv_distance_m": document["distance_m"],
        "qpv_qualite": document["quality"],
        "qpv_code": document["perimeters"][0]["code"] if inside else None,
        "qpv_raison": " ".join(document["reasons"]),
    }


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)


def test_every_address_is_answered_as_lookup_answers_it(tmp_path, desk):
    source = _write_csv(tmp_path / "in.csv", [["n", "adresse"], *enumerate(ADDRESSES)])
    rows = _run(open_file_job(source, tmp_path / "out.csv", CALAIS, ON))
    assert [row["adresse"] for row in rows] == ADDRESSES
    assert {row["qpv_verdict"] for row in rows} == {*VerdictCode}
    for row in rows:
        expected = _expected(desk.answer(row["adresse"], ON))
        assert {name: row[name] for name in expected} == {name: _as_text(value) for name, value in expected.items()}


def test_every_pair_of_coordinates_is_answered_as_lookup_answers_it(tmp_path, desk):
    random = np.random.default_rng(62193)
    points = np.column_stack([random.uniform(1.75, 1.95, 300), random.uniform(50.90, 51.0, 300)]).tolist()
    points.append([1.31, 51.13])  # Dover: no perimeter of France says anything of it
    source = _write_csv(tmp_path / "in.csv", [["lon", "lat"], *points])
    rows = _run(open_file_job(source, tmp_path / "out.csv", CALAIS, ON))
    assert {row["qpv_verdict"] for row in rows} >= {"inside", "outside"}
    for (lon, lat), row in zip(points, rows, strict=True):
        expected = _expected(desk.answer_at(lon, lat, ON))
        assert {name: row[name] for name in expected} == {name: _as_text(value) for name, value in expected.items()}


def test_the_three_formats_say_the_same(tmp_path):
    table = [["n", "adresse"], *([str(rank), address] for rank, address in enumerate(ADDRESSES))]
    _write_csv(tmp_path / "in.csv", table)
    book = Workbook()
    for row in table:
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    columns = list(zip(*table[1:], strict=True))
    pq.write_table(pa.table(dict(zip(table[0], columns, strict=True))), tmp_path / "in.parquet")
    for suffix in ("csv", "xlsx", "parquet"):
        job = open_file_job(tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}", CALAIS, ON)
        job.run(lambda _: None)
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    header, *cells = sheet.iter_rows(values_only=True)
    from_xlsx = [dict(zip(header, row, strict=True)) for row in cells]
    from_parquet = pq.read_table(tmp_path / "out.parquet").to_pylist()
    from_csv = _read_csv(tmp_path / "out.csv")
    assert from_csv == [{name: _as_text(value) for name, value in row.items()} for row in from_parquet]
    assert [{name: value or None for name, value in row.items()} for row in from_parquet] == from_xlsx


def test_an_address_may_stand_in_several_columns(tmp_path, desk):
    table = [["ville", "rue", "n°", "cp"], ["Calais", "rue Youri Gagarine", "1", "62100"]]
    source = _write_csv(tmp_path / "in.csv", table)
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON, FileColumns(("n°", "rue", "cp", "ville")))
    [row] = _run(job)
    assert row["qpv_verdict"] == desk.answer("1 rue Youri Gagarine 62100 Calais", ON).verdict == "inside"


def test_a_postcode_and_a_commune_limit_the_search(tmp_path, desk):
    table = [["rue", "cp", "insee"], ["collège Vauban", "62100", "62193"], ["rue Mollien", "59000", ""]]
    source = _write_csv(tmp_path / "in.csv", table)
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON, FileColumns(("rue",), "cp", "insee"))
    assert "code postal lu dans : cp ; code de commune lu dans : insee" in job.asking.questions.description
    for (street, postcode, citycode), row in zip(table[1:], _run(job), strict=True):
        answer = desk.answer(street, ON, postcode=postcode, citycode=citycode)
        assert (row["qpv_verdict"], row["qpv_raison"]) == (answer.verdict.value, " ".join(answer.reasons))


def test_a_bad_row_says_what_is_wrong_and_where_and_stops_nothing(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(f"id;adresse\n1;\n2;collège Vauban;de trop\n3\n4;{'x' * 201}\n5;collège Vauban\n", encoding="utf-8")
    rows = _run(open_file_job(path, tmp_path / "out.csv", CALAIS, ON))
    assert [row["result_status"] for row in rows[:1]] == ["skipped"]
    assert rows[0]["qpv_raison"] == "Rien à chercher (ligne 2)."
    assert "2;collège Vauban;de trop;" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "3 cases au lieu de 2 (ligne 3)" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "1 cases au lieu de 2 (ligne 4)" in rows[2]["qpv_raison"]
    assert rows[3]["result_status"] == "error"
    assert "201 caractères (ligne 5)" in rows[3]["qpv_raison"]
    assert rows[4]["result_status"] == "ok"
    assert rows[4]["qpv_verdict"] in {"inside", "outside"}


@pytest.mark.parametrize(
    ("lon", "lat", "status", "reason"),
    [
        ("1,8867", "50,9560", "ok", ""),
        ("+1.8867", "5.0956e1", "ok", ""),
        ("", " ", "skipped", "Rien à chercher (ligne 2)."),
        ("1.8867", "", "error", "illisible (ligne 2)"),
        ("est", "nord", "error", "illisible (ligne 2)"),
        ("nan", "50.9", "error", "illisible (ligne 2)"),
        ("618000", "7095000", "error", "hors du globe (ligne 2)"),
        ("50.9560", "1.8867", "error", "inversées (ligne 2)"),
    ],
)
def test_coordinates_are_read_or_said_to_be_wrong(tmp_path, lon, lat, status, reason):
    source = _write_csv(tmp_path / "in.csv", [["x", "y"], [lon, lat]])
    [row] = _run(open_file_job(source, tmp_path / "out.csv", CALAIS, ON, FileColumns(lon="x", lat="y")))
    assert row["result_status"] == status
    assert reason in row["qpv_raison"]


def test_a_perimeter_is_named_where_the_row_is_inside_and_nowhere_else(tmp_path):
    """Whoever counts the rows that have a code counts beneficiaries."""
    source = _write_csv(tmp_path / "in.csv", [["adresse"], *([address] for address in ADDRESSES)])
    rows = _run(open_file_job(source, tmp_path / "out.csv", CALAIS, ON))
    assert all(bool(row["qpv_code"]) == (row["qpv_verdict"] == "inside") for row in rows)


def test_columns_already_there_are_kept_and_those_added_renamed(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["Longitude", "latitude", "qpv_code"], ["1.8867", "50.9560", "mien"]])
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    assert job.renamed == {"longitude": "longitude_2", "latitude": "latitude_2", "qpv_code": "qpv_code_2"}
    [row] = _run(job)
    assert (row["qpv_code"], row["qpv_code_2"], row["latitude_2"]) == ("mien", "", "50.956")


def test_the_answer_of_an_answer_has_its_own_columns(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["adresse", *NAMES], ["collège Vauban", *NAMES]])
    [row] = _run(open_file_job(source, tmp_path / "out.csv", CALAIS, ON))
    assert [row[name] for name in NAMES] == NAMES
    assert row["result_status_2"] == "ok"
    assert [column.name for column in columns_beside([])] == NAMES


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("nom;Adresse;Code Postal;Ville", ("Adresse", "Code Postal", "Ville")),
        ("ADRESSE_POSTALE;commune", ("ADRESSE_POSTALE", "commune")),
        ("Latitude;Longitude", ("Longitude", "Latitude")),
        ("adresse;lon;lat", ("adresse",)),
    ],
)
def test_columns_whose_names_say_what_they_hold_are_recognised(tmp_path, header, read):
    path = tmp_path / "in.csv"
    path.write_text(f"{header}\n", encoding="utf-8")
    job = open_file_job(path, tmp_path / "out.csv", CALAIS, ON)
    assert job.asking.questions.columns == read
    assert all(name in job.asking.questions.description for name in read)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "colonnes du fichier : a, b, b"),
        ({"address": ("c",)}, r"Colonne absente \(colonne c\)"),
        ({"address": ("b",)}, "présente deux fois"),
        ({"lon": "a"}, "Il manque une coordonnée"),
        ({"postcode": "a"}, "nommer --address-columns aussi"),
        ({"address": ("a",), "lon": "b", "lat": "b"}, "demandées ensemble"),
    ],
)
def test_columns_that_cannot_be_read_are_refused_before_anything_is_written(tmp_path, options, sentence):
    path = tmp_path / "in.csv"
    path.write_text("a;b;b\n1;2;3\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=sentence):
        open_file_job(path, tmp_path / "out.csv", CALAIS, ON, FileColumns(**options))
    assert list(tmp_path.iterdir()) == [path]


def test_outputs_that_cannot_be_are_refused(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["adresse"], ["collège Vauban"]])
    for out, sentence in (
        (source, "le même fichier"),
        (tmp_path / "out.xlsx", "n'a pas le format"),
        (tmp_path / "absent" / "out.csv", "n'existe pas"),
    ):
        with pytest.raises(InvalidInputError, match=sentence):
            open_file_job(source, out, CALAIS, ON)


def test_an_input_that_does_not_exist_is_said_so_though_the_output_does(tmp_path):
    (tmp_path / "out.csv").write_text("précieux", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"« absent.csv » n'existe pas"):
        open_file_job(tmp_path / "absent.csv", tmp_path / "out.csv", CALAIS, ON)


def test_what_is_there_is_never_replaced_without_a_word(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["adresse"], ["collège Vauban"]])
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    job.out.path.write_text("précieux", encoding="utf-8")
    for options in ({}, {"resume": True}):
        with pytest.raises(InvalidInputError, match=r"« out.csv » existe déjà : le remplacer avec --force"):
            job.run(lambda _: None, **options)
    assert job.out.path.read_text(encoding="utf-8") == "précieux"
    assert len(_run(job, force=True)) == 1
    with pytest.raises(InvalidInputError, match="se contredisent"):
        job.run(lambda _: None, resume=True, force=True)


def test_the_summary_counts_every_row_and_provenance_says_what_was_read(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["n", "adresse"], *enumerate([*ADDRESSES, ""])])
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    told: list[int] = []
    summary = job.run(told.append)
    assert summary.rows == len(ADDRESSES) + 1 == told[-1]
    assert sum(summary.statuses.values()) == summary.rows
    assert sum(summary.verdicts.values()) == len(ADDRESSES)
    assert summary.statuses["skipped"] == 1
    provenance = json.loads((tmp_path / "out.csv.provenance.json").read_text(encoding="utf-8"))
    assert provenance["parameters"]["on"] == "2026-01-15"
    assert provenance["inputs"][0]["name"] == "in.csv"
    assert provenance["sources"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv", "out.csv.provenance.json"]


def test_a_file_of_no_row_has_its_columns(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["adresse"]])
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    assert _run(job) == []
    assert job.out.path.read_bytes().startswith(b"adresse;longitude;latitude;result_score;")


def test_several_processes_write_the_same_file_as_one(tmp_path):
    rows = [["n", "adresse"], *enumerate([*ADDRESSES, "", "x" * 300] * 60)]
    source = _write_csv(tmp_path / "in.csv", rows)
    one = open_file_job(source, tmp_path / "one.csv", CALAIS, ON)
    two = open_file_job(source, tmp_path / "two.csv", CALAIS, ON)
    one.run(lambda _: None)
    two.run(lambda _: None, workers=2)
    assert two.out.path.read_bytes() == one.out.path.read_bytes()
    assert two.out.path.read_bytes().count(b"\n") == len(rows)


def test_a_service_that_counts_what_a_machine_asks_is_asked_by_one_process(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["adresse"], ["collège Vauban"]])
    job = open_file_job(source, tmp_path / "out.csv", DeskChoice("calais", geocoder="Geoplateforme"), ON)
    with pytest.raises(InvalidInputError, match="sans --workers"):
        job.run(lambda _: None, workers=2)
    assert list(tmp_path.iterdir()) == [source]
