"""What is interrupted is kept and gone on with: the file is the same as in one go, and nothing private is left."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, InputRow
from geoville.workflows.lookup import DeskChoice, LookupDesk
from geoville.workflows.lookup_file import job as job_module
from geoville.workflows.lookup_file.desk import FileDesk
from geoville.workflows.lookup_file.job import FileJob, open_file_job
from geoville.workflows.lookup_file.output import Journal, merge
from geoville.workflows.lookup_file.questions import AddressQuestions, Asking, FileColumns
from geoville.workflows.lookup_file.results import ADDED_COLUMNS

ON = date(2026, 1, 15)
CALAIS = DeskChoice("calais")
TYPED = ["1 r. youri gagarine calais", "collège vauban", "12 rue de l'Inconnue, 62100 Calais", "", "1.8867, 50.9560"]
ASKED_BEFORE_THE_FAILURE = 150


_open_once = cache(DeskChoice.open)


@pytest.fixture(autouse=True)
def _desks_are_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be quick: what a desk holds is the same for all."""
    monkeypatch.setattr(DeskChoice, "open", _open_once)


class _FailingChoice(DeskChoice):
    """A desk whose geocoder goes out of reach after so many questions."""

    def __init__(self, questions: int) -> None:
        super().__init__("calais")
        object.__setattr__(self, "questions", questions)

    def open(self) -> LookupDesk:
        real = _open_once(CALAIS)
        return LookupDesk(_FailingGeocoder(real.geocoder, self.questions), real.index)  # type: ignore[attr-defined]


class _FailingGeocoder:
    def __init__(self, real: Any, questions: int) -> None:
        self._real, self._left = real, questions

    def search(self, text: str, **limits: str) -> Any:
        self._left -= 1
        if self._left < 0:
            raise DataUnavailableError("Géocodage impossible : adresse.exemple ne répond pas", advice="réessayer")
        return self._real.search(text, **limits)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file, the one that one go gives, and the journal of a job whose remote geocoder failed on the way."""
    folder = tmp_path_factory.mktemp("interrupted")
    table = [["dossier", "adresse"], *([f"SECRET-{rank}", address] for rank, address in enumerate(TYPED * 60))]
    source = folder / "in.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DeskChoice, "open", _open_once)
        open_file_job(source, folder / "one_go.csv", CALAIS, ON).run(lambda _: None)
        patch.setattr("geoville.workflows.lookup_file.desk.QUESTIONS_AT_HAND", 0)  # each row asks, though it repeats
        failing = open_file_job(source, folder / "out.csv", _FailingChoice(ASKED_BEFORE_THE_FAILURE), ON)
        with pytest.raises(DataUnavailableError, match="ne répond pas"):
            failing.run(lambda _: None)
    return folder


@pytest.fixture
def interrupted(_made: Path, tmp_path: Path) -> FileJob:
    """The same job, to be gone on with."""
    for path in _made.iterdir():
        shutil.copy2(path, tmp_path)
    return open_file_job(tmp_path / "in.csv", tmp_path / "out.csv", CALAIS, ON)


def _one_go_path(job: FileJob) -> Path:
    return job.out.path.with_name("one_go.csv")


def _one_go(job: FileJob) -> bytes:
    return _one_go_path(job).read_bytes()


def test_what_a_remote_geocoder_answered_before_it_failed_is_kept_and_gone_on_with(interrupted):
    assert not interrupted.out.exists()
    kept = len(interrupted.journal.path.read_text(encoding="utf-8").splitlines()) - 1
    assert kept >= ASKED_BEFORE_THE_FAILURE
    told: list[int] = []
    interrupted.run(told.append, resume=True)
    assert told[0] == kept
    assert interrupted.out.path.read_bytes() == _one_go(interrupted)
    assert not interrupted.journal.exists()


@pytest.mark.parametrize("left", [0, 1, 40, 5_000, 50_001, -1])
def test_a_journal_cut_anywhere_is_gone_on_with(interrupted, left):
    content = interrupted.journal.path.read_bytes()
    interrupted.journal.path.write_bytes(content[:left])
    interrupted.run(lambda _: None, resume=True)
    assert interrupted.out.path.read_bytes() == _one_go(interrupted)


def test_an_interrupted_work_is_neither_lost_nor_taken_for_another(interrupted, tmp_path):
    with pytest.raises(InvalidInputError, match=r"attend dans « out.csv.partiel » : le reprendre avec --resume"):
        interrupted.run(lambda _: None)
    other_day = open_file_job(interrupted.source.path, interrupted.out.path, CALAIS, date(2020, 1, 1))
    with pytest.raises(InvalidInputError, match=r"\(au 2026-01-15\).* diffère : le jour de la question :"):
        other_day.run(lambda _: None, resume=True)
    other_columns = open_file_job(interrupted.source.path, interrupted.out.path, CALAIS, ON, FileColumns(("dossier",)))
    with pytest.raises(InvalidInputError, match=r"diffère : les colonnes lues :"):
        other_columns.run(lambda _: None, resume=True)
    with interrupted.source.path.open("a", encoding="utf-8") as stream:
        stream.write("SECRET;de plus\n")
    with pytest.raises(InvalidInputError, match=r"diffère : le fichier d'entrée :"):
        interrupted.run(lambda _: None, resume=True)
    again = open_file_job(interrupted.source.path, interrupted.out.path, CALAIS, ON)
    again.run(lambda _: None, force=True)
    assert "de plus" in interrupted.out.path.read_text(encoding="utf-8")


def test_a_file_that_only_has_the_name_of_a_journal_is_not_touched(interrupted):
    interrupted.journal.path.write_text("mes notes\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="n'est pas un travail de geoville"):
        interrupted.run(lambda _: None, resume=True)
    assert interrupted.journal.path.read_text(encoding="utf-8") == "mes notes\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_journal_is_for_its_owner_alone(interrupted):
    assert interrupted.journal.path.stat().st_mode & 0o777 == 0o600


def test_the_journal_holds_no_cell_of_the_input(interrupted):
    """Nothing but, of each row, a checksum, a line, a seal and the cells that its output will have."""
    head, *lines = interrupted.journal.path.read_text(encoding="utf-8").splitlines()
    asked = {"input", "layout", "questions", "on", "data", "perimeters", "decide_at", "geocoder", "version"}
    assert set(json.loads(head)) == asked
    with _one_go_path(interrupted).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    for line, row in zip(lines, rows[1:], strict=False):
        checksum, _, document = line.partition(" ")
        rank, seal, *cells = json.loads(document)
        assert [len(checksum), len(seal), int(checksum + seal, 16) > 0, rank > 1] == [16, 16, True, True]
        assert len(cells) == len(ADDED_COLUMNS)
        assert ["" if cell is None else str(cell) for cell in cells] == [cell.removeprefix("'") for cell in row[2:]]


def _changed(lines: list[bytes], how: str) -> list[bytes]:
    """Lines of a journal of which the 11th is missing, doubled, put before the 10th, moved far or altered."""
    if how == "doubled":
        return [*lines[:11], *lines[10:]]
    if how == "swapped":
        return [*lines[:9], lines[10], lines[9], *lines[11:]]
    if how == "altered":
        return [*lines[:10], lines[10].replace(b'"', b"'", 1), *lines[11:]]
    if how == "cut within":
        return [*lines[:10], lines[10][:40], *lines[11:]]
    return [*lines[:10], *lines[11:]]


@pytest.mark.parametrize("how", ["missing", "doubled", "swapped", "altered", "cut within"])
def test_what_follows_a_damaged_line_of_the_journal_is_asked_again(interrupted, how):
    lines = interrupted.journal.path.read_bytes().splitlines(keepends=True)
    interrupted.journal.path.write_bytes(b"".join(_changed(lines, how)))
    told: list[int] = []
    interrupted.run(told.append, resume=True)
    assert told[0] == {"swapped": 8, "doubled": 10}.get(how, 9)
    assert interrupted.out.path.read_bytes() == _one_go(interrupted)


@pytest.mark.parametrize("how", ["missing", "doubled", "swapped", "altered", "cut within"])
def test_a_journal_damaged_before_the_merge_publishes_nothing(interrupted, how, monkeypatch):
    def damaged(rows: Any, places: Any, answers: Any, out: Path, check: Any) -> None:
        lines = interrupted.journal.path.read_bytes().splitlines(keepends=True)
        interrupted.journal.path.write_bytes(b"".join(_changed(lines, how)))
        merge(rows, places, answers, out, check)

    monkeypatch.setattr(job_module, "merge", damaged)
    with pytest.raises(InvalidInputError, match="a été modifié pendant le travail"):
        interrupted.run(lambda _: None, resume=True)
    assert not interrupted.out.exists()


def test_an_answer_goes_to_the_row_that_asked_and_to_no_other(tmp_path):
    """The file has other rows, at the same lines, than those that were answered: its bytes are not looked at here."""
    source = tmp_path / "in.csv"
    source.write_text("adresse\ncollège Vauban\n1 rue Mollien\n", encoding="utf-8")
    answers = list(FileDesk(_open_once(CALAIS), Asking(AddressQuestions(("adresse",)), ON)).answers(
        [InputRow(2, ("1 rue Mollien",)), InputRow(3, ("collège Vauban",))]
    ))  # fmt: skip
    with pytest.raises(InvalidInputError, match="ne sont pas celles qui ont été lues"):
        merge(open_row_file(source), [0], answers, tmp_path / "out.csv", lambda: None)
    assert not (tmp_path / "out.csv").exists()


POINTS = [(f"{rank:04}", 1.80 + rank / 10_000, 50.956) for rank in range(60)]
OTHERS = [(f"{rank:04}", 1.90 - rank / 10_000, 50.956) for rank in range(60)]


def _written(path: Path, rows: list[tuple[str, float, float]]) -> bytes:
    """A file of points, by its suffix: as long whichever they are, in CSV."""
    if path.suffix == ".csv":
        text = "".join(f"{name};{lon:.6f};{lat:.6f}\n" for name, lon, lat in rows)
        path.write_text(f"id;lon;lat\n{text}", encoding="utf-8")
    elif path.suffix == ".parquet":
        columns = zip(*rows, strict=True)
        pq.write_table(pa.table(dict(zip(("id", "lon", "lat"), map(list, columns), strict=True))), path)
    else:
        book = openpyxl.Workbook()
        for row in [("id", "lon", "lat"), *rows]:
            book.active.append(row)
        book.save(path)
    return path.read_bytes()


def _in_place(path: Path, content: bytes) -> None:
    with path.open("r+b") as stream:
        stream.write(content)
        stream.truncate()


def _replaced(path: Path, content: bytes) -> None:
    beside = path.with_name("autre")
    beside.write_bytes(content)
    beside.replace(path)


def _and_back(path: Path, content: bytes) -> None:
    before = path.read_bytes()
    _in_place(path, content)
    _in_place(path, before)


CHANGES = {
    "truncated": lambda path, content: _in_place(path, path.read_bytes()[: len(content) // 2]),
    "rewritten in place": _in_place,
    "replaced": _replaced,
    "rewritten, then put back": _and_back,
    "removed": lambda path, _: path.unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("moment", ["before the merge", "at its first row", "at its last row"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_an_input_that_changes_at_any_moment_is_found_out(tmp_path, monkeypatch, suffix, moment, change):
    other = _written(tmp_path / f"autre{suffix}", OTHERS)
    source, out = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    _written(source, POINTS)
    job = open_file_job(source, out, CALAIS, ON)
    write = type(job.rows).write

    def changing(rows: Any, beside: Path, columns: Any, added: Any) -> None:
        if moment == "before the merge":
            change(source, other)

        def answers() -> Iterator[AddedCells]:
            for rank, answer in enumerate(added):
                if rank == {"at its first row": 0, "at its last row": len(POINTS) - 1}.get(moment):
                    change(source, other)
                yield answer

        write(rows, beside, columns, answers())

    monkeypatch.setattr(type(job.rows), "write", changing)
    with pytest.raises(InvalidInputError):
        job.run(lambda _: None)
    assert not out.exists()
    assert not list(tmp_path.glob(".geoville-*"))


def test_an_input_that_changes_on_the_way_is_found_out(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("adresse\ncollège Vauban\n", encoding="utf-8")
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)

    def change(rows: int) -> None:
        if rows:
            source.write_text("adresse\ncollège Lucien Vadez\n", encoding="utf-8")

    with pytest.raises(InvalidInputError, match="a changé pendant le travail"):
        job.run(change)
    assert not job.out.exists()


def test_a_row_that_geoville_itself_fails_on_stops_nothing_and_is_quoted_nowhere(tmp_path, monkeypatch):
    source = tmp_path / "in.csv"
    source.write_text("adresse\npanne rue Secrète\ncollège Vauban\n", encoding="utf-8")
    answer = LookupDesk.answer

    def fragile(self: LookupDesk, question: str, *on: date, **limits: str) -> object:
        if question.startswith("panne"):
            raise RuntimeError(question)
        return answer(self, question, *on, **limits)

    monkeypatch.setattr(LookupDesk, "answer", fragile)
    job = open_file_job(source, tmp_path / "out.csv", CALAIS, ON)
    summary = job.run(lambda _: None)
    assert summary.statuses == {"error": 1, "ok": 1}
    text = job.out.path.read_text(encoding="utf-8")
    assert "Erreur interne (RuntimeError) (ligne 2) : la signaler." in text
    assert text.count("Secrète") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_one_french_sentence(interrupted):
    interrupted.journal.path.unlink()
    interrupted.journal.path.symlink_to("/dev/full")
    journal = Journal(interrupted.journal.path, {})
    with pytest.raises(InvalidInputError, match="la place sur le disque"):
        journal.append([AddedCells(2, ("x",) * 100_000)])
