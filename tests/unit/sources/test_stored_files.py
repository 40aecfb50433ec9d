"""A file is used the same way on a disk and in a store: whole or absent, read by ranges, with what is beside it."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geoville.errors import InvalidInputError
from geoville.sources.stores import StoredFile, stored

TABLE = pa.table({"n": list(range(1_000))})


@pytest.fixture(params=["disk", "store"])
def folder(request: pytest.FixtureRequest, seau: Any, tmp_path: Path) -> StoredFile:
    return stored(tmp_path / "d" if request.param == "disk" else "s3://seau/d")


def write(file: StoredFile) -> None:
    with file.writing() as whole, pq.ParquetWriter(whole, TABLE.schema) as writer:
        writer.write_table(TABLE)


def test_a_file_of_a_folder_comes_and_goes(folder: StoredFile) -> None:
    folder.make_folder()
    file = folder.within("t.parquet")
    assert (file.name, file.exists()) == ("t.parquet", False)
    write(file)
    assert file.exists()
    assert folder.exists()
    with file.parquet() as table:
        assert table.read().equals(TABLE)
    note = file.beside(".note")
    note.write_text("été\n")
    assert (note.name, note.read_bytes()) == ("t.parquet.note", "été\n".encode())
    folder.remove()
    folder.remove()
    assert not file.exists()


def test_another_process_finds_the_same_file(folder: StoredFile) -> None:
    folder.make_folder()
    file = folder.within("t.parquet")
    write(file)
    assert pickle.loads(pickle.dumps(file.absolute())).sha256() == file.sha256()


def test_a_file_that_is_not_finished_is_not_there(folder: StoredFile) -> None:
    folder.make_folder()
    file = folder.within("t.parquet")
    write(file)
    before = file.sha256()
    for place in (file, folder.within("new.parquet")):
        with pytest.raises(KeyboardInterrupt):
            write_half(place)
    assert file.sha256() == before
    assert not folder.within("new.parquet").exists()


def write_half(file: StoredFile) -> None:
    with file.writing() as whole, pq.ParquetWriter(whole, TABLE.schema) as writer:
        writer.write_table(TABLE)
        raise KeyboardInterrupt


def test_what_is_not_parquet_is_refused(folder: StoredFile) -> None:
    folder.make_folder()
    file = folder.within("t.parquet")
    file.write_text("rien de tel")
    with pytest.raises(InvalidInputError, match=r"Parquet lisible \(fichier t\.parquet\)"):
        file.parquet()
