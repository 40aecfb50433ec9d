"""Tables of official files, whatever their format: CSV, DBF, Parquet, or a sheet of a workbook under its titles."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError, Location
from geoville.sources.grids.files import open_grid_file
from geoville.sources.official.layers import main_files
from geoville.sources.official.workbooks import SUFFIXES as WORKBOOK_SUFFIXES
from geoville.sources.official.workbooks import sheet_names, sheet_rows
from geoville.sources.row_files.text import cell_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from geoville.sources.official.area import Recognised

COLUMN_SUFFIXES = (".csv", ".dbf", ".parquet")
_HEAD_ROWS = 5
_TITLE_ROWS = 12
"""INSEE writes a few lines of titles, then labels, then the names of the columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns are known by name.

    Parameters
    ----------
    sheet : of a workbook; empty elsewhere.
    header : 0-based row of the sheet that holds the names; 0 elsewhere.
    names : of the columns, as the file writes them.
    """

    path: Path
    sheet: str
    header: int
    names: tuple[str, ...]

    @property
    def known(self) -> frozenset[str]:
        """Names of the columns in lower case."""
        return frozenset(name.strip().lower() for name in self.names)

    def named(self, *spellings: str) -> str | None:
        """First column that has one of these names (in lower case), as the file writes it; None where none has."""
        lower = {name.strip().lower(): name for name in self.names}
        return next((lower[spelling] for spelling in spellings if spelling in lower), None)

    def column(self, *spellings: str) -> str:
        """`named`, where one of them must be there.

        Raises
        ------
        InvalidInputError
            None is.
        """
        found = self.named(*spellings)
        if found is None:
            raise InvalidInputError(
                "Colonne absente", where=Location(self.path.name, column=spellings[0]), advice=self._expected(spellings)
            )
        return found

    def read(self, columns: Sequence[str]) -> list[list[str]]:
        """Cells of some columns as trimmed text, one list a column; empty where nothing is written."""
        table = self.read_texts(columns)
        return [table[name].to_pylist() for name in columns]

    def read_texts(self, columns: Sequence[str], kept: NDArray[np.bool_] | None = None) -> pa.Table:
        """`read` as columns of text, for big files.

        Parameters
        ----------
        kept : which rows of data to give; all of them by default.
        """
        import pyarrow as pa

        once = list(dict.fromkeys(columns))
        if self.path.suffix.lower() in WORKBOOK_SUFFIXES:
            rows = sheet_rows(self.path, self.sheet)[self.header + 1 :]
            cells = {name: [_cell(row, self.names.index(name)) for row in rows] for name in once}
            table = pa.table({name: pa.array(texts, pa.string()) for name, texts in cells.items()})
            return table if kept is None else table.filter(kept)
        table = open_grid_file(self.path).read(once)
        table = table if kept is None else table.filter(kept)
        return pa.table({name: _texts(table[name]) for name in once})

    def head(self, column: str) -> list[str]:
        """First cells of a column, without reading the whole of a big file."""
        if self.path.suffix.lower() != ".csv":
            return [str(text) for text in self.read_texts([column])[column][:_HEAD_ROWS].to_pylist()]
        with self.path.open("rb") as stream:
            lines = [stream.readline() for _ in range(_HEAD_ROWS + 1)][1:]
        header = open_grid_file(self.path)
        rows = csv.reader((line.decode("latin-1") for line in lines), delimiter=";" if header.decimal_comma else ",")
        place = self.names.index(column)
        try:
            return [row[place].strip() for row in rows if place < len(row)]
        except csv.Error:
            return []  # no kind of table is recognised by such lines

    def line_of(self, row: int) -> int:
        """Where a row of data (0-based) is: 1-based line, header and titles included."""
        if self.path.suffix.lower() in WORKBOOK_SUFFIXES:
            return self.header + row + 2
        return open_grid_file(self.path).line_of(row)

    def _expected(self, spellings: Sequence[str]) -> str:
        shown = ", ".join(self.names[:_TITLE_ROWS])
        return f"attendu : {' ou '.join(spellings)} ; colonnes du fichier : {shown}"


def tables_of(path: Path) -> Iterator[Table]:
    """Tables that a file may hold: one, or for a workbook each of its sheets under each of its first rows.

    Raises
    ------
    InvalidInputError
        The file is not of the format that its name says.
    """
    suffix = path.suffix.lower()
    if suffix in COLUMN_SUFFIXES:
        yield Table(path, "", 0, open_grid_file(path).names)
    elif suffix in WORKBOOK_SUFFIXES:
        for sheet in sheet_names(path):
            for header, row in enumerate(sheet_rows(path, sheet, _TITLE_ROWS)):
                yield Table(path, sheet, header, tuple(cell_text(value).strip() for value in row))


def only_table(found: Recognised, is_one: Callable[[Table], bool]) -> Table:
    """The table of a publication that is of its kind.

    Raises
    ------
    InvalidInputError
        No file has such a table any more.
    """
    tables = (table for path in main_files(found.files) for table in tables_of(path))
    first = next((table for table in tables if is_one(table)), None)
    if first is None:
        raise InvalidInputError(
            "Aucun de ces fichiers ne contient plus la table attendue",
            where=Location(found.files[0].name),
            advice="les décompresser de nouveau",
        )
    return first


def _cell(row: Sequence[Any], place: int) -> str:
    return cell_text(row[place]).strip() if place < len(row) else ""


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells as trimmed text; bytes are in UTF-8, else in Windows-1252."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_binary(column.type):
        try:
            texts = column.cast(pa.string())
        except pa.ArrowInvalid:
            values = column.to_pylist()
            texts = pa.chunked_array([[(value or b"").decode("cp1252", errors="replace") for value in values]])
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = column.cast(pa.string())
    else:
        texts = pa.chunked_array([pa.array([cell_text(value) for value in column.to_pylist()], pa.string())])
    return pc.fill_null(pc.utf8_trim_whitespace(texts), "")
