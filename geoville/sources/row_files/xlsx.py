"""XLSX workbooks row by row: cells are read as values; the copy keeps every part of the workbook."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from geoville.errors import InvalidInputError, Location
from geoville.sources.row_files import InputRow
from geoville.sources.row_files.text import cell_text
from geoville.sources.row_files.xlsx_copy import append_cells, sheet_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.sources.row_files import AddedCells, AddedColumn

_ZEROS = re.compile(r"0+")


_DAMAGE = (
    ArithmeticError, AttributeError, EOFError, LookupError, RuntimeError, StopIteration, SyntaxError, TypeError,
    ValueError, expat.ExpatError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What readers of ZIP and XML raise on bytes that are not what they should; RuntimeError where there is a password."""


class XlsxRows:
    """One sheet of a workbook, the first one unless named. A formula is read as its last computed value.

    Raises
    ------
    InvalidInputError
        The file is no XLSX workbook, has no such sheet, or the first row of the sheet names no column.
    """

    def __init__(self, path: Path, sheet: str | None = None) -> None:
        self._path = path
        with self._refusing_damage((*_DAMAGE, OSError)):
            _check_whole(path)
        with self._open() as workbook:
            names = [worksheet.title for worksheet in workbook.worksheets]
            if not names or (sheet and sheet not in names):
                raise InvalidInputError(
                    f"Le classeur n'a pas de feuille « {sheet or ''} »",
                    where=Location(path.name),
                    advice=f"feuilles connues : {', '.join(names)}",
                )
            self._sheet = sheet or names[0]
            worksheet = workbook[self._sheet]
            self.expected_rows: int | None = worksheet.max_row
            worksheet.reset_dimensions()  # some programs write a wrong size, which would cut the rows
            header = next(worksheet.iter_rows(max_row=1, values_only=True), ())
        self.columns = tuple(cell_text(value) for value in header)
        if not any(self.columns):
            raise InvalidInputError(
                "La première ligne de la feuille ne nomme aucune colonne",
                where=Location(path.name, 1),
                advice="mettre les noms des colonnes en première ligne, ou choisir une autre feuille",
            )
        self.description = f"XLSX, feuille « {self._sheet} »"

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, empty ones left out, with the cells of the columns at these places."""
        with self._open() as workbook:
            worksheet = workbook[self._sheet]
            worksheet.reset_dimensions()
            for line, cells in enumerate(worksheet.iter_rows(), start=1):
                if line > 1 and any(cell.value is not None for cell in cells):
                    texts = (_text_of(cells[place]) if place < len(cells) else "" for place in wanted)
                    yield InputRow(line, tuple(texts))

    def write(self, out: Path, columns: Sequence[AddedColumn], added: Iterable[AddedCells]) -> None:
        """Copy the workbook with columns added to the right of everything that its sheet holds."""
        with self._refusing_damage(_DAMAGE):
            part = sheet_part(self._path, self._sheet)
            append_cells(self._path, part, out, tuple(column.name for column in columns), iter(added))

    @contextmanager
    def _open(self) -> Iterator[Any]:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

        with self._refusing_damage((*_DAMAGE, OSError, InvalidFileException)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # about drawings and styles, which are not read
                workbook = load_workbook(self._path, read_only=True, data_only=True)
            try:
                yield workbook
            finally:
                workbook.close()

    @contextmanager
    def _refusing_damage(self, damage: tuple[type[Exception], ...]) -> Iterator[None]:
        try:
            yield
        except damage as error:
            raise InvalidInputError(
                "Ce n'est pas un classeur XLSX lisible",
                where=Location(self._path.name),
                advice="l'ouvrir dans un tableur et l'enregistrer à nouveau, sans mot de passe",
            ) from error


def _check_whole(path: Path) -> None:
    """Read every part once: a damaged one is known before the first row is answered, not after the last."""
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise zipfile.BadZipFile


def _text_of(cell: Any) -> str:
    """Text of a cell, with the leading zeros that its number format shows ("00000")."""
    text = cell_text(cell.value)
    if isinstance(cell.value, (int, float)) and _ZEROS.fullmatch(cell.number_format):
        return text.zfill(len(cell.number_format))
    return text
