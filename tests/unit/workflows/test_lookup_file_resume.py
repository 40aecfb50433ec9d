"""What is interrupted is kept and gone on with: the file is the same as in one go, and nothing private is left."""

from __future__ import annotations

import csv
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources.rows.row import AddedCells
from geoville.workflows.lookup import LookupDesk
from geoville.workflows.lookup_file.desk import DeskChoice
from geoville.workflows.lookup_file.job import FileJob, open_file_job
from geoville.workflows.lookup_file.output import Journal

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


@pytest.fixture
def interrupted(tmp_path: Path) -> FileJob:
    """A job whose remote geocoder failed on the way, its journal, and the file that one go gives."""
    table = [["dossier", "adresse"], *([f"SECRET-{rank}", address] for rank, address in enumerate(TYPED * 60))]
    source = tmp_path / "in.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(table)
    open_file_job(source, tmp_path / "one_go.csv", CALAIS, ON).run(lambda _: None)
    failing = open_file_job(source, tmp_path / "out.csv", _FailingChoice(ASKED_BEFORE_THE_FAILURE), ON)
    with pytest.raises(DataUnavailableError, match="ne répond pas"):
        failing.run(lambda _: None)
    return open_file_job(source, tmp_path / "out.csv", CALAIS, ON)


def _one_go(job: FileJob) -> bytes:
    return job.out.with_name("one_go.csv").read_bytes()


def test_what_a_remote_geocoder_answered_before_it_failed_is_kept_and_gone_on_with(interrupted):
    assert not interrupted.out.exists()
    kept = len(interrupted.journal.read_text(encoding="utf-8").splitlines()) - 1
    assert kept >= ASKED_BEFORE_THE_FAILURE
    told: list[int] = []
    interrupted.run(told.append, resume=True)
    assert told[0] == kept
    assert interrupted.out.read_bytes() == _one_go(interrupted)
    assert not interrupted.journal.exists()


@pytest.mark.parametrize("left", [0, 1, 40, 5_000, 50_001, -1])
def test_a_journal_cut_anywhere_is_gone_on_with(interrupted, left):
    content = interrupted.journal.read_bytes()
    interrupted.journal.write_bytes(content[:left])
    interrupted.run(lambda _: None, resume=True)
    assert interrupted.out.read_bytes() == _one_go(interrupted)


def test_an_interrupted_work_is_neither_lost_nor_taken_for_another(interrupted, tmp_path):
    with pytest.raises(InvalidInputError, match=r"attend dans « out.csv.partiel » : le reprendre avec --resume"):
        interrupted.run(lambda _: None)
    other_day = open_file_job(interrupted.source, interrupted.out, CALAIS, date(2020, 1, 1))
    with pytest.raises(InvalidInputError, match=r"\(au 2026-01-15\).* diffère : le jour de la question :"):
        other_day.run(lambda _: None, resume=True)
    other_columns = open_file_job(interrupted.source, interrupted.out, CALAIS, ON, address=("dossier",))
    with pytest.raises(InvalidInputError, match=r"diffère : les colonnes lues :"):
        other_columns.run(lambda _: None, resume=True)
    with interrupted.source.open("a", encoding="utf-8") as stream:
        stream.write("SECRET;de plus\n")
    with pytest.raises(InvalidInputError, match=r"diffère : le fichier d'entrée :"):
        interrupted.run(lambda _: None, resume=True)
    interrupted.run(lambda _: None, force=True)
    assert "de plus" in interrupted.out.read_text(encoding="utf-8")


def test_a_file_that_only_has_the_name_of_a_journal_is_not_touched(interrupted):
    interrupted.journal.write_text("mes notes\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="n'est pas un travail de geoville"):
        interrupted.run(lambda _: None, resume=True)
    assert interrupted.journal.read_text(encoding="utf-8") == "mes notes\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_journal_is_for_its_owner_alone(interrupted):
    assert interrupted.journal.stat().st_mode & 0o777 == 0o600


def test_the_journal_holds_no_cell_of_the_input(interrupted):
    text = interrupted.journal.read_text(encoding="utf-8")
    assert "SECRET" not in text
    assert "1 r. youri gagarine calais" not in text


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
    text = job.out.read_text(encoding="utf-8")
    assert "Erreur interne (RuntimeError) (ligne 2) : la signaler." in text
    assert text.count("Secrète") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_one_french_sentence(interrupted):
    interrupted.journal.unlink()
    interrupted.journal.symlink_to("/dev/full")
    journal = Journal(interrupted.journal, {})
    with pytest.raises(InvalidInputError, match="la place sur le disque"):
        journal.append([AddedCells(2, ("x",) * 100_000)])
