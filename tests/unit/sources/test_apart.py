"""What reads a file apart is held to its budget, ended at once, and reads as `open_row_file` does."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.sources.rows import apart as apart_module
from geoville.sources.rows.apart import Apart, ApartRows, ReadingBudget
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")
CSV = "nom;adresse\na;1 rue Mollien\n\nb;\udce9té\nc;trop;de;cases\n".encode("utf-8", "surrogateescape")


def in_the_background() -> int:
    """Start a process that would outlive this one, and say which."""
    child = os.fork()
    if child == 0:
        time.sleep(60)
    return child


def busy() -> None:
    """Take five seconds of processor: what is to be ended before, and ends by itself where nothing ends it."""
    while time.process_time() < 5:
        pass


def lives(process: int) -> bool:
    """Whether a process has not ended; one that has but is not waited for is dead."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def apart():
    apart = Apart(ReadingBudget(memory_bytes=50_000_000, cpu_s=0, opening_s=20))
    yield apart
    apart.end()


def test_a_file_is_read_and_copied_as_here(apart, tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(CSV)
    here = open_row_file(path)
    with apart.opening():
        there = open_row_file(path)
    assert isinstance(there, ApartRows)
    names = ("columns", "description", "expected_rows", "sheets", "charset", "has_mark")
    assert [getattr(there, name) for name in names] == [getattr(here, name) for name in names]
    assert list(there.rows([1, 0])) == list(here.rows([1, 0]))
    columns = [AddedColumn("x", str), AddedColumn("y", float), AddedColumn("z", int)]
    for file, out in ((here, "a"), (there, "b")):
        file.write(tmp_path / out, columns, (AddedCells(row.line, ("é", 1.5, None)) for row in file.rows([0])))
    assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()


def test_what_is_wrong_with_a_file_is_said_as_here(apart, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"%PDF-1.7")
    with pytest.raises(InvalidInputError) as here:
        open_row_file(tmp_path / "in.csv")
    with pytest.raises(InvalidInputError) as there, apart.opening():
        open_row_file(tmp_path / "in.csv")
    assert str(there.value) == str(here.value)


def test_memory_is_counted(apart):
    with pytest.raises(InvalidInputError, match="trop lourd"):
        apart.call(bytearray, 500_000_000)


def test_processor_is_counted():
    apart = Apart(ReadingBudget(cpu_s=0, opening_s=600))
    with pytest.raises(InvalidInputError, match="trop lourd"):
        apart.call(busy)


def test_the_time_before_a_file_is_open_is_counted():
    apart = Apart(ReadingBudget(opening_s=0.2))
    with pytest.raises(InvalidInputError, match="trop lourd"):
        apart.call(time.sleep, 60)


def test_the_copy_is_counted(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"adresse\n" + b"a\n" * 5_000)
    apart = Apart(ReadingBudget(written_bytes=1_000))
    with apart.opening():
        rows = open_row_file(tmp_path / "in.csv")
    with pytest.raises(DataUnavailableError, match="n'a plus de place"):
        rows.write(
            tmp_path / "out.csv", [AddedColumn("x", str)], (AddedCells(line, ("x" * 9,)) for line in range(2, 5_002))
        )
    apart.end()


def test_everything_is_ended_at_one_stroke(apart, tmp_path):
    (tmp_path / "in.csv").write_bytes(CSV)
    with apart.opening():
        rows = open_row_file(tmp_path / "in.csv")
    child = apart.call(in_the_background)
    assert lives(child)
    groups = list(apart._groups)
    apart.end()
    until = time.monotonic() + 10
    while any(lives(process) for process in (child, *groups)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(lives(process) for process in (child, *groups))
    with pytest.raises(InvalidInputError, match="trop lourd"):
        list(rows.rows([0]))


def test_the_token_is_passed_to_nobody(apart, monkeypatch):
    monkeypatch.setenv("GEOVILLE_ADMIN_TOKEN", "un-jeton-de-seize-lettres")
    forker = apart_module._Forker()
    monkeypatch.setattr(apart_module, "_forker", forker)
    assert apart.call(os.getenv, "GEOVILLE_ADMIN_TOKEN") is None
    forker.end()


def test_a_forker_that_was_killed_is_started_again(apart, monkeypatch):
    forker = apart_module._Forker()
    monkeypatch.setattr(apart_module, "_forker", forker)
    assert apart.call(len, "four") == 4
    forker._process.kill()
    forker._process.wait()
    assert apart.call(len, "four") == 4
    forker.end()
