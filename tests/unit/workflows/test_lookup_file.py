"""A file is answered as `lookup` answers, row by row; what is interrupted is gone on with, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook, load_workbook

from geoville.eligibility.documents import answer_document
from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.geocoding.geocoder import Geocoder, WithoutAddresses
from geoville.model import NotFound, Position, VerdictCode
from geoville.sources.rows.row import InputRow
from geoville.workflows.cluster import in_order
from geoville.workflows.lookup import DeskChoice, LookupDesk
from geoville.workflows.lookup_file.desk import ROWS_WORTH_A_BULK, FileDesk, worth_starting
from geoville.workflows.lookup_file.job import FileJob, open_file_job
from geoville.workflows.lookup_file.questions import AddressQuestions, Asking, FileColumns
from geoville.workflows.lookup_file.results import ADDED_COLUMNS, STATUS_PLACE, columns_beside

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
    on_a_street = position and position["type"] in {"housenumber", "street"}  # the BAN writes those without a comma
    return {
        "longitude": position and position["lon"],
        "latitude": position and position["lat"],
        "result_label": position and (position["label"].replace(", ", " ") if on_a_street else position["label"]),
        "result_type": position and {"place": "locality"}.get(position["type"], position["type"]),
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
    written = [{name: None if value == "" else value for name, value in row.items()} for row in from_parquet]
    assert written == from_xlsx


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
    assert rows[2]["qpv_raison"] == "Rien à chercher (ligne 4)."
    assert "plus courte que l'en-tête" in rows[2]["qpv_lecture"]
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
        ("200", "50.9", "error", "hors du globe (ligne 2)"),
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


class Counting:
    """A geocoder that remembers what it was asked; it fails once where it is told to."""

    def __init__(self, geocoder: Geocoder, *, fails: bool = False) -> None:
        self.geocoder, self.fails = geocoder, fails
        self.asked: list[str] = []

    def search(self, text: str, **limits: str) -> Position | NotFound:
        self.asked.append(text)
        if self.fails:
            self.fails = False
            raise DataUnavailableError("Géocodage impossible : panne")
        return self.geocoder.search(text, **limits)


def _desk_of(geocoder: Counting, desk: LookupDesk) -> FileDesk:
    asking = Asking(AddressQuestions(("adresse",)), ON)
    return FileDesk(replace(desk, geocoder=geocoder), asking)


def _rows(*texts: str) -> list[InputRow]:
    return [InputRow(line, (text,)) for line, text in enumerate(texts, start=2)]


def test_what_rows_ask_alike_is_looked_for_once_and_what_is_wrong_is_said_of_each_line(desk):
    geocoder = Counting(desk.geocoder)
    damaged = InputRow(9, (ADDRESSES[0],), remarks=("Caractère nul lu comme une espace",))
    rows = [*_rows(ADDRESSES[0], "x" * 300, "", ADDRESSES[4], "x" * 300, "", ADDRESSES[0]), damaged]
    together = list(_desk_of(geocoder, desk).answers(rows))
    assert together == [_desk_of(Counting(desk.geocoder), desk).answer(row) for row in rows]
    assert [geocoder.asked.count(ADDRESSES[rank]) for rank in (0, 4)] == [1, 1]
    reasons = [str(answer.cells[NAMES.index("qpv_raison")]) for answer in together]
    assert ["ligne 3" in reasons[1], "ligne 6" in reasons[4], "ligne 4" in reasons[2], "ligne 7" in reasons[5]] == [
        True
    ] * 4
    assert [answer.cells[-1] for answer in (together[0], together[-1])] == [None, *damaged.remarks]


def test_a_question_that_failed_is_asked_again(desk):
    geocoder = Counting(desk.geocoder, fails=True)
    file = _desk_of(geocoder, desk)
    with pytest.raises(DataUnavailableError):
        file.answer(*_rows(ADDRESSES[0]))
    assert file.answer(*_rows(ADDRESSES[0])).cells[STATUS_PLACE] == "ok"
    assert geocoder.asked == [ADDRESSES[0]] * 2


def test_no_more_questions_of_a_file_are_kept_than_is_said(desk, monkeypatch):
    monkeypatch.setattr("geoville.workflows.lookup_file.desk.QUESTIONS_AT_HAND", 2)
    geocoder = Counting(desk.geocoder)
    first, second, third = ADDRESSES[0], ADDRESSES[4], ADDRESSES[6]
    list(_desk_of(geocoder, desk).answers(_rows(first, second, first, third, first, second)))
    assert geocoder.asked == [first, second, third, second]


def test_rules_that_no_column_shows_are_not_looked_at(tmp_path, desk, monkeypatch):
    source = _write_csv(tmp_path / "in.csv", [["adresse"], *([text] for text in ADDRESSES)])
    before = _run(open_file_job(source, tmp_path / "before.csv", CALAIS, ON))
    looked_at: list[object] = []
    monkeypatch.setattr("geoville.eligibility.decide.rule_findings", lambda *given: looked_at.append(given) or ())
    assert _run(open_file_job(source, tmp_path / "after.csv", CALAIS, ON)) == before
    assert looked_at == []
    desk.answer(ADDRESSES[0], ON)
    assert len(looked_at) == 1


def test_several_processes_write_the_same_file_as_one(tmp_path):
    rows = [["n", "adresse"], *enumerate([*ADDRESSES, "", "x" * 300] * 60)]
    source = _write_csv(tmp_path / "in.csv", rows)
    one = open_file_job(source, tmp_path / "one.csv", CALAIS, ON)
    two = open_file_job(source, tmp_path / "two.csv", CALAIS, ON)
    one.run(lambda _: None)
    two.run(lambda _: None, workers=2)
    assert two.out.path.read_bytes() == one.out.path.read_bytes()
    assert two.out.path.read_bytes().count(b"\n") == len(rows)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of processes that were started, on a machine of two cores where one is ready at once."""
    numbers: list[int] = []

    def noted(*given: Any, workers: int, **named: Any) -> Any:
        numbers.append(workers)
        return in_order(*given, workers=workers, **named)

    monkeypatch.setattr("geoville.workflows.lookup_file.desk.in_order", noted)
    monkeypatch.setattr("geoville.workflows.lookup_file.desk.START_S", 0.000_1)
    monkeypatch.setattr("geoville.workflows.lookup_file.job.usable_cores", lambda: 2)
    monkeypatch.setattr("geoville.workflows.lookup_file.job.more_that_fit", lambda: None)
    return numbers


def _numbered(path: Path, rows: int) -> Path:
    return _write_csv(path, [["adresse"], *([f"{number} rue Youri Gagarine, Calais"] for number in range(rows))])


def test_a_long_file_is_shared_out_by_itself_and_is_that_of_one_process(tmp_path, started):
    source = _numbered(tmp_path / "in.csv", 2_000)
    one = open_file_job(source, tmp_path / "one.csv", CALAIS, ON)
    shared = open_file_job(source, tmp_path / "shared.csv", CALAIS, ON)
    alone = one.run(lambda _: None)
    assert started == []
    seen: list[int] = []
    assert shared.run(seen.append, workers=None) == alone
    assert started == [2]
    assert shared.out.path.read_bytes() == one.out.path.read_bytes()
    assert seen == list(range(0, 2_001, 200))


def test_a_file_shared_out_by_itself_that_is_interrupted_is_gone_on_with(tmp_path, started):
    source = _numbered(tmp_path / "in.csv", 3_000)
    one = open_file_job(source, tmp_path / "one.csv", CALAIS, ON)
    one.run(lambda _: None)

    def interrupt(answered: int) -> None:
        if started and answered >= 1_400:
            raise KeyboardInterrupt

    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    with pytest.raises(KeyboardInterrupt):
        job.run(interrupt, workers=None)
    assert started == [2]
    assert multiprocessing.active_children() == []
    assert not job.out.path.exists()
    seen: list[int] = []
    job.run(seen.append, resume=True, workers=None)
    assert seen[0] == 1_400
    assert job.out.path.read_bytes() == one.out.path.read_bytes()


@pytest.mark.parametrize("why", ["short", "one core", "no room", "a service", "coordinates"])
def test_a_file_stays_in_one_process_where_others_are_not_worth_their_start(tmp_path, started, monkeypatch, why):
    choice = CALAIS
    source = _numbered(tmp_path / "in.csv", 600 if why == "short" else 2_000)
    if why == "one core":
        monkeypatch.setattr("geoville.workflows.lookup_file.job.usable_cores", lambda: 1)
    elif why == "no room":
        monkeypatch.setattr("geoville.workflows.lookup_file.job.more_that_fit", lambda: 0)
    elif why == "a service":
        monkeypatch.setattr("geoville.workflows.lookup._addok", lambda _: WithoutAddresses(CALAIS.open().geocoder, ""))
        choice = DeskChoice("calais", geocoder="http://localhost:1")
    elif why == "coordinates":
        _write_csv(source, [["lon", "lat"], *[[1.8867, 50.9560]] * 2_000])
    assert open_file_job(source, tmp_path / "out.csv", choice, ON).run(lambda _: None, workers=None).rows >= 600
    assert started == []


def test_processes_are_started_for_twice_as_long_as_they_take_to_be_ready():
    ready_s = 1.0
    assert [worth_starting(left_s, ready_s, 64) for left_s in (0.0, 3.9, 4.0, 9.9, 1_000.0)] == [1, 1, 2, 4, 8]
    assert [worth_starting(1_000.0, ready_s, most) for most in (0, 1, 2)] == [1, 1, 2]


def test_a_service_that_counts_what_a_machine_asks_is_asked_by_one_process(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["adresse"], ["collège Vauban"]])
    job = open_file_job(source, tmp_path / "out.csv", DeskChoice("calais", geocoder="Geoplateforme"), ON)
    with pytest.raises(InvalidInputError, match="sans --workers"):
        job.run(lambda _: None, workers=2)
    assert list(tmp_path.iterdir()) == [source]


# --- Ordinary damage of spreadsheets: the right answers are those of the same questions, well written

GAGARINE = ["1 rue Youri Gagarine", "62100", "Calais"]
FOIX = """id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat
09122_1;37;;Rue de Croix;09000;09122;Foix;1.6200;42.9600
09122_2;39;;Rue de Croix;09000;09122;Foix;1.6202;42.9601
09225_1;5;;Rue de la République;09100;09225;Pamiers;1.6110;43.1160
"""


@pytest.fixture
def foix(tmp_path: Path) -> DeskChoice:
    path = tmp_path / "ban-09.csv"
    path.write_text(FOIX, encoding="utf-8")
    return DeskChoice("calais", addresses=path)


def test_a_postcode_that_lost_its_zero_is_read_with_it_and_said(foix, tmp_path):
    """A spreadsheet takes 09000 for the number 9000: the Ariège has no other postcode of four digits."""
    rows = [["adresse", "code_postal", "commune"]]
    rows += [["37 rue de Croix", code, "Foix"] for code in ("09000", "9000", "9 000", "9000.0")]
    rows += [["5 rue de la République", "9100", "Pamiers"]]
    job = open_file_job(_write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", foix, ON)
    read = _run(job)
    assert [row["result_id"] for row in read] == [*["09122_1"] * 4, "09225_1"]
    assert len({(row["qpv_verdict"], row["qpv_qualite"], row["longitude"]) for row in read[:4]}) == 1
    assert [row["qpv_lecture"] for row in read] == [
        "",
        *["Zéro de tête rendu : code_postal 09000"] * 3,
        "Zéro de tête rendu : code_postal 09100",
    ]


def test_a_postcode_that_lost_its_zero_in_a_text_is_read_with_it_and_said(foix, tmp_path):
    """In the cell of the town, or in a whole address; a year in the name of a street is none."""
    texts = [
        "37 rue de Croix, 9000 Foix",
        "37 rue de Croix 9000 Foix",
        "37 rue de Croix, 1000 Lausanne",
        "rue de 1918 Foix",
    ]
    source = _write_csv(tmp_path / "in.csv", [["adresse"], *[[text] for text in texts]])
    read = _run(open_file_job(source, tmp_path / "out.csv", foix, ON))
    assert [row["result_id"] for row in read] == ["09122_1", "09122_1", "", ""]
    assert [row["qpv_lecture"] for row in read] == [*["Zéro de tête rendu au code postal : 09000"] * 2, "", ""]
    assert "Zéro de tête rendu au code postal : 09000." in read[0]["qpv_raison"]


def test_a_zero_that_the_town_does_not_confirm_is_said_so(foix, tmp_path):
    """1000 is Lausanne or Bruxelles as well as 01000; 6210 Calais has lost its last figure, and not its first."""
    rows = [["adresse", "code_postal", "commune"], ["37 rue de Croix", "1000", "Lausanne"]]
    [row] = _run(open_file_job(_write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", foix, ON))
    assert row["result_status"] == "not-found"
    assert row["qpv_lecture"].endswith("la commune trouvée ne confirme pas le zéro de tête : code_postal 01000")
    rows = [["adresse", "code_postal", "commune"], ["1 rue Youri Gagarine", "6210", "Calais"]]
    [row] = _run(open_file_job(_write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", CALAIS, ON), force=True)
    assert "06210" in row["qpv_lecture"]
    assert row["result_city"] in {"Calais", ""}


def test_an_insee_code_that_lost_its_zero_limits_the_search_as_it_should(foix, tmp_path):
    rows = [["adresse", "insee"], ["37 rue de Croix", "9122"], ["37 rue de Croix", "2a004"]]
    columns = FileColumns(("adresse",), citycode="insee")
    found, other = _run(open_file_job(_write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", foix, ON, columns))
    assert (found["result_id"], found["qpv_lecture"]) == ("09122_1", "Zéro de tête rendu : insee 09122")
    assert (other["result_status"], other["qpv_lecture"]) == ("not-found", "")


def test_the_summary_counts_what_was_read_otherwise_and_names_its_lines(foix, tmp_path):
    rows = [["adresse", "cp"], ["37 rue de Croix", "9000"], ["37 rue de Croix", "09000"], ["39 rue de Croix", "9000"]]
    job = open_file_job(_write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", foix, ON)
    assert [kind.sentence for kind in job.run(lambda _: None).readings] == ["Zéro de tête rendu : 2 lignes (2, 4)"]


def test_the_town_of_the_file_answers_the_rows_that_name_none(tmp_path):
    """A town's own list: without the town the number 37 of two rues de Croix would not be sure."""
    both = FOIX + "09225_2;37;;Rue de Croix;09100;09225;Pamiers;1.6115;43.1161\n"
    addresses = tmp_path / "deux.csv"
    addresses.write_text(both, encoding="utf-8")
    source = _write_csv(
        tmp_path / "in.csv", [["adresse"], ["37 rue de Croix"], ["5 rue de la République, 09100 Pamiers"]]
    )
    choice, columns = DeskChoice("calais", addresses=addresses), FileColumns(default_citycode="09122")
    job = open_file_job(source, tmp_path / "out.csv", choice, ON, columns)
    assert "commune des lignes qui n'en disent pas : 09122" in job.asking.questions.description
    first, other = _run(job)
    sure = choice.open().answer("37 rue de Croix, 09000 Foix", ON)
    assert (first["result_id"], first["qpv_verdict"]) == ("09122_1", sure.verdict.value)
    assert first["qpv_verdict"] in {"inside", "outside"}
    assert other["result_id"] == "09225_1"  # a row that names its town is about that one
    assert other["qpv_verdict"] in {"inside", "outside"}


def test_a_postcode_that_the_list_does_not_know_is_no_obstacle_where_the_town_is_known(tmp_path):
    """Lists of a town, as published, without any postcode."""
    bare = FOIX.replace(";09000;", ";;").replace(";09100;", ";;")
    addresses = tmp_path / "sans.csv"
    addresses.write_text(bare, encoding="utf-8")
    source = _write_csv(
        tmp_path / "in.csv", [["adresse", "cp"], ["37 rue de Croix", "09000"], ["37 rue de Croix", "31000"]]
    )
    choice, columns = DeskChoice("calais", addresses=addresses), FileColumns(default_citycode="09122")
    first, other = _run(open_file_job(source, tmp_path / "out.csv", choice, ON, columns))
    assert first["result_id"] == "09122_1"
    assert first["qpv_verdict"] in {"inside", "outside"}
    assert first["qpv_lecture"].endswith("laissé de côté : 09000")
    assert other["result_status"] == "not-found"  # the postcode of another département contradicts the town


def test_each_row_has_its_day_as_french_files_write_it(tmp_path):
    """On 1 June 2016, the quarters of 2015; on 1 June 2024, those of 2024; blank, the day of the work."""
    days = ["2016-06-01", "01/06/2016", "1er juin 2016", "2016-06-01 00:00:00", "", "32/01/2016"]
    rows = [["adresse", "cp", "ville", "signé le"], *([*GAGARINE, day] for day in days)]
    job = open_file_job(
        _write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", CALAIS, ON, FileColumns(date="signé le")
    )
    read = _run(job)
    assert [row["qpv_date"] for row in read] == [*["2016-06-01"] * 4, ON.isoformat(), ON.isoformat()]
    assert {row["qpv_generation"] for row in read[:4]} == {"2015"}
    assert read[4]["qpv_generation"] == "2024"
    assert read[5]["qpv_raison"].startswith("Date illisible (ligne 7, colonne signé le)")
    with pytest.raises(InvalidInputError, match="Colonne absente"):
        open_file_job(job.source.path, tmp_path / "out.csv", CALAIS, ON, FileColumns(date="date"))


@pytest.mark.parametrize("rows", [3, pytest.param(ROWS_WORTH_A_BULK, marks=pytest.mark.slow)])
def test_coordinates_of_a_projection_are_answered_as_their_degrees(tmp_path, rows):
    """Beau Marais in Lambert-93, with decimal commas and spaces between thousands; one by one and in bulk."""
    metres = ["622 097,72", "7 095 814,64"]
    source = _write_csv(tmp_path / "in.csv", [["x", "y"], *[metres] * rows])
    with pytest.raises(
        InvalidInputError, match=r"en Lambert-93 \(EPSG:2154\), et non en degrés : le dire par --crs 2154"
    ):
        open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    read = _run(open_file_job(source, tmp_path / "out.csv", CALAIS, ON, FileColumns(crs="Lambert-93")))
    assert {row["qpv_nom"] for row in read} == {"Beau Marais"}
    assert float(read[-1]["longitude"]) == pytest.approx(1.893673, abs=1e-6)
    assert float(read[-1]["latitude"]) == pytest.approx(50.953397, abs=1e-6)


def test_a_pair_of_metres_among_degrees_is_named_in_its_row(tmp_path):
    rows = [["lon", "lat"], *[["1.8867", "50.9560"]] * 3, ["622097.72", "7095814.64"]]
    *_, last = _run(open_file_job(_write_csv(tmp_path / "in.csv", rows), tmp_path / "out.csv", CALAIS, ON))
    assert last["qpv_raison"].startswith("Coordonnées en Lambert-93 (EPSG:2154), et non en degrés (ligne 5)")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["Nom", "ADRESSE 1", "CP", "VILLE"], ["A", "1 rue Youri Gagarine", "62100", "CALAIS"]),
        (["N°", "Type de voie", "Voie", "CP", "Ville"], ["1", "rue", "Youri Gagarine", "62100", "Calais"]),
        (
            ["numeroVoieEtablissement", "typeVoieEtablissement", "libelleVoieEtablissement", "codePostalEtablissement"],
            ["1", "RUE", "YOURI GAGARINE", "62100"],
        ),
    ],
)
def test_columns_of_the_files_that_town_halls_have_are_recognised(tmp_path, header, row):
    source = _write_csv(tmp_path / "in.csv", [header, row])
    [read] = _run(open_file_job(source, tmp_path / "out.csv", CALAIS, ON))
    assert (read["result_housenumber"], read["result_street"]) == ("1", "Rue Youri Gagarine")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("nom,adresse,cp,ville\nA,1, rue Youri Gagarine,62100,Calais\n", (2,)),
        ("nom;adresse;cp;ville\nA;1 rue Youri Gagarine;;62100;Calais\n", (2,)),
        (
            "nom;adresse;cp;ville;tel\nA;1;rue;Youri Gagarine;62100;Calais;03\nB;1 rue Youri Gagarine;62100;Calais;\n",
            (2,),
        ),
    ],
)
def test_a_separator_in_an_address_shifts_no_column_and_is_said(tmp_path, text, lines):
    """What follows is in its own columns again: the postcode among the postcodes, the town among the towns."""
    source = tmp_path / "in.csv"
    source.write_text(text, encoding="utf-8")
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    summary = job.run(lambda _: None)
    assert summary.statuses == {"ok": text.count("\n") - 1}
    assert [kind.lines for kind in summary.readings] == [lines]
    assert summary.verdicts == {"inside": text.count("\n") - 1}
    assert "Séparateur en trop" in (tmp_path / "out.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", ["A;1 rue X;Calais;62100;France;rien", "A;B;C;D;E", "A;1 rue X;62100;Calais;62;100"])
def test_a_row_with_too_many_cells_of_which_nothing_tells_is_at_fault(tmp_path, row):
    source = tmp_path / "in.csv"
    source.write_text(f"nom;adresse;cp;ville\n{row}\n", encoding="utf-8")
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    assert job.run(lambda _: None).statuses == {"error": 1}


def test_decimal_commas_in_a_file_of_commas_are_numbers_again(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("nom,lon,lat\nA,1,8867,50,9560\nB,1.8867,50.9560\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert open_file_job(source, out, CALAIS, ON).run(lambda _: None).statuses == {"ok": 2}
    first, second = (line.split(",") for line in out.read_text(encoding="utf-8").splitlines()[1:])
    assert first[5:7] == second[5:7] == ["1.8867", "50.956"]


def test_a_list_of_addresses_with_its_positions_is_asked_by_them(tmp_path):
    """A BAL, in capitals or not, says where its addresses are; a file of people says their address first."""
    header, row = (
        ["NUMERO", "VOIE_NOM", "COMMUNE_NOM", "LONG", "LAT"],
        ["1", "Rue X", "Calais", "1.893673", "50.953397"],
    )
    job = open_file_job(_write_csv(tmp_path / "in.csv", [header, row]), tmp_path / "out.csv", CALAIS, ON)
    assert job.asking.questions.columns == ("LONG", "LAT")
    header, row = ["ADRESSE", "LONG", "LAT"], ["1 rue X", "1.893673", "50.953397"]
    job = open_file_job(_write_csv(tmp_path / "in2.csv", [header, row]), tmp_path / "out.csv", CALAIS, ON)
    assert job.asking.questions.columns == ("ADRESSE",)


def test_an_output_that_cannot_be_is_refused_before_any_row(tmp_path):
    source = _write_csv(tmp_path / "in.csv", [["adresse"], ["1 rue Mollien"]])
    (tmp_path / "dossier.csv").mkdir()
    with pytest.raises(InvalidInputError, match="est un dossier"):
        open_file_job(source, tmp_path / "dossier.csv", CALAIS, ON)
    with pytest.raises(InvalidInputError, match="a plus de 239 octets"):
        open_file_job(source, tmp_path / f"{'é' * 120}.csv", CALAIS, ON)
    longest = tmp_path / f"{'é' * 117}x.csv"
    open_file_job(source, longest, CALAIS, ON).run(lambda _: None)
    assert longest.exists()


def test_a_workbook_without_room_for_the_answers_is_refused_before_any_row(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["adresse"])
    book.active.cell(2, 16_370, "XEP")
    book.save(tmp_path / "in.xlsx")
    with pytest.raises(InvalidInputError, match="va jusqu'à la colonne XEP, sans place pour 30 réponses"):
        open_file_job(tmp_path / "in.xlsx", tmp_path / "out.xlsx", CALAIS, ON)
