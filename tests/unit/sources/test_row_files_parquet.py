"""Parquet files: their columns go through with types and metadata, whatever the number of batches."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geoville.errors import InvalidInputError
from geoville.sources.rows import parquet as row_files_parquet
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn

COLUMNS = [AddedColumn("label", str), AddedColumn("metres", float), AddedColumn("quality", int)]


@pytest.fixture
def table() -> pa.Table:
    made = pa.table(
        {
            "id": pa.array(["007", None, "9"]),
            "lon": pa.array([1.8867, None, 2.0]),
            "count": pa.array([1, 2, None], pa.int8()),
            "day": pa.array([dt.date(2020, 2, 29), None, None]),
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "shape": pa.array([b"\x01", b"", None]),
        }
    )
    return made.replace_schema_metadata({"geo": "{}"})


@pytest.fixture
def path(tmp_path: Path, table: pa.Table) -> Path:
    pq.write_table(table, tmp_path / "in.parquet")
    return tmp_path / "in.parquet"


def test_rows_are_read_as_text(path):
    file = open_row_file(path)
    assert file.expected_rows == 3
    assert [(row.line, row.cells) for row in file.rows([1, 0, 2])] == [
        (1, ("1.8867", "007", "1")),
        (2, ("", "", "2")),
        (3, ("2", "9", "")),
    ]


@pytest.mark.parametrize("batch_rows", [1, 2, 50_000])
def test_a_copy_keeps_columns_types_and_metadata(path, table, batch_rows, monkeypatch):
    monkeypatch.setattr(row_files_parquet, "_BATCH_ROWS", batch_rows)
    out = path.with_name("out.parquet")
    cells = [("=1", -3.5, 1), (None, None, None), ("b", 2.0, 3)]
    open_row_file(path).write(out, COLUMNS, (AddedCells(line, row) for line, row in enumerate(cells, 1)))
    copy = pq.read_table(out)
    assert copy.select(table.column_names).equals(table)
    assert copy.schema.metadata[b"geo"] == b"{}"
    assert copy.select(["label", "metres", "quality"]).to_pylist() == [
        {"label": "'=1", "metres": -3.5, "quality": 1},
        {"label": None, "metres": None, "quality": None},
        {"label": "b", "metres": 2.0, "quality": 3},
    ]
    assert copy.schema.field("quality").type == pa.int64()


def test_what_is_not_parquet_is_refused(tmp_path):
    path = tmp_path / "in.parquet"
    path.write_bytes(b"a;b\n")
    with pytest.raises(InvalidInputError, match="Parquet lisible"):
        open_row_file(path)
