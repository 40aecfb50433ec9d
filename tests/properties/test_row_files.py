"""A copy of a CSV file with columns added is the file itself, to the byte, for whoever takes the columns away."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from effort import cases
from hypothesis import given
from hypothesis import strategies as st

from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn

SEPARATORS = st.sampled_from([";", ",", "\t", "|"])
ENDS = st.sampled_from(["\n", "\r\n"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "latin-1"])
LETTERS = st.characters(codec="latin-1", min_codepoint=32, exclude_categories=["Cc"])
CELLS = st.text(st.one_of(LETTERS, st.sampled_from(list('";,|\t\n\r é='))), max_size=12)
WINDOWS = "\r\n"
MARK = "<added>"


def _copy(content: bytes, **options: str) -> tuple[list[tuple[str, ...]], bytes]:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "in.csv", Path(folder) / "out.csv"
        path.write_bytes(content)
        file = open_row_file(path, **options)
        rows = list(file.rows(range(len(file.columns))))
        file.write(out, [AddedColumn(MARK, str)], (AddedCells(row.line, (MARK,)) for row in rows))
        return [row.cells for row in rows], out.read_bytes()


@st.composite
def tables(draw):
    """Records as text, each with the cells that it holds; and how the file is written."""
    separator, end, width = draw(SEPARATORS), draw(ENDS), draw(st.integers(2, 4))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    cells = [[f"c{place}" for place in range(width)]]
    cells += draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))
    records = []
    for row in cells:
        text = io.StringIO()
        csv.writer(text, delimiter=separator, lineterminator=WINDOWS, quoting=quoting).writerow(row)
        records.append(text.getvalue().removesuffix(WINDOWS))
    return separator, end, cells, records


@cases(each_run=40, slow=300)
@given(tables(), ENCODINGS, st.booleans())
def test_every_record_keeps_its_text_and_gets_its_cells(table, encoding, ends_with_a_line_end):
    separator, end, cells, records = table
    last = end if ends_with_a_line_end else ""
    content = (end.join(records) + last).encode(encoding, errors="replace")
    read, copy = _copy(content, separator=separator, encoding=encoding)
    told = content.decode(encoding)
    assert [list(row) for row in read] == list(csv.reader(io.StringIO(told, newline=""), delimiter=separator))[1:]
    assert len(read) == len(cells) - 1
    without = copy.decode(encoding).replace(f'{separator}"{MARK}"', "").replace(f"{separator}{MARK}", "")
    assert without.encode(encoding) == content
    assert copy.decode(encoding).count(MARK) == len(records)


@cases(each_run=120, slow=600)
@given(st.text(st.sampled_from(list('ab;" \n\r')), max_size=60), ENCODINGS)
def test_no_text_at_all_stops_a_file_or_loses_a_byte(text, encoding):
    """Quotes never closed, lone line ends, rows of any width: only separators are added, where rows are filled up."""
    content = f"adresse\n{text}".encode(encoding)
    read, copy = _copy(content, separator=";")
    assert copy.decode(encoding).count(MARK) == len(read) + 1
    without = copy.decode(encoding).replace(f";{MARK}", "").replace(f';"{MARK}"', "")
    assert without.startswith("adresse")
    assert without.replace(";", "") == content.decode(encoding).replace(";", "")
    assert without.count(";") >= content.decode(encoding).count(";")
