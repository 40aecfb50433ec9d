"""XLSX workbooks row by row: cells are read as values; the copy keeps every part of the workbook."""

from __future__ import annotations

import posixpath
import re
import struct
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from io import TextIOWrapper
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING, Any, TextIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from geoville.errors import InvalidInputError, Location
from geoville.sources.rows.row import InputRow, cell_text, harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.sources.rows.row import AddedCells, AddedColumn, Cell

    Attributes = dict[str, str]


# --- Copy of an XLSX workbook with cells added to the rows of a sheet; all else goes through as it is

_RELATIONS = "xl/_rels/workbook.xml.rels"
_RELATION = re.compile(r"\w+:id")
_LETTERS = re.compile(r"[A-Z]+")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_HEADER_LINE = 1
_ALPHABET = 26

_SIZE_OF_THE_SHEET = "dimension"
_SIZE_OF_THE_ROW = "spans"
"""Hints that a sheet may do without, and that the cells added make wrong."""


def sheet_part(path: Path, sheet: str) -> str:
    """Name, inside the workbook, of the part that holds a sheet."""
    with zipfile.ZipFile(path) as archive:
        sheets = _elements(archive.read("xl/workbook.xml"), "sheet")
        targets = {item["Id"]: item["Target"] for item in _elements(archive.read(_RELATIONS), "Relationship")}
    wanted = next(item for item in sheets if item["name"] == sheet)
    relation = next(value for key, value in wanted.items() if _RELATION.fullmatch(key))
    return posixpath.join("/xl", targets[relation])[1:]


def append_cells(path: Path, part: str, out: Path, header: tuple[str, ...], added: Iterator[AddedCells]) -> None:
    """Copy a workbook to `out`, with cells added to the right of every cell of a sheet.

    Parameters
    ----------
    part : of the workbook that holds the sheet.
    header : cells added to the first row.
    added : cells added to rows, by increasing line.
    """
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        with source.open(part) as sheet:
            width = _width(sheet)
        for item in source.infolist():
            with source.open(item) as read, target.open(_like(item), "w", force_zip64=True) as written:
                if item.filename == part:
                    with TextIOWrapper(written, encoding="utf-8", newline="") as text:
                        _CellAppender(text, width, header, added).copy(read)
                else:
                    copyfileobj(read, written)


def _like(item: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same entry, to be written: with its name and date, so that two copies are the same to the byte."""
    copy = zipfile.ZipInfo(item.filename, item.date_time)
    copy.compress_type = zipfile.ZIP_DEFLATED
    return copy


def _elements(document: bytes, name: str) -> list[Attributes]:
    """Attributes of every element of a name."""
    found: list[Attributes] = []

    def keep(element: str, attributes: Attributes) -> None:
        if _local(element) == name:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = keep
    parser.Parse(document)
    return found


def _width(sheet: IO[bytes]) -> int:
    """Number of the rightmost column that holds a cell; a cell without reference follows the one before it."""
    width = column = 0

    def count(element: str, attributes: Attributes) -> None:
        nonlocal width, column
        name = _local(element)
        if name == "row":
            column = 0
        elif name == "c":
            column = _column_number(attributes["r"]) if "r" in attributes else column + 1
            width = max(width, column)

    parser = expat.ParserCreate()
    parser.StartElementHandler = count
    parser.ParseFile(sheet)
    return width


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _CellAppender:
    """Writes a sheet as it is read, with cells added before each end of row."""

    def __init__(self, out: TextIO, width: int, header: tuple[str, ...], added: Iterator[AddedCells]) -> None:
        self._write: Callable[[str], object] = out.write
        self._width = width
        self._header = header
        self._added = added
        self._next = next(added, None)
        self._line = 0

    def copy(self, sheet: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._write(_escaped(text))
        self._write('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n')
        parser.ParseFile(sheet)

    def _start(self, element: str, attributes: Attributes) -> None:
        name = _local(element)
        if name == _SIZE_OF_THE_SHEET:
            return
        if name == "row":
            self._line = int(attributes.get("r", self._line + 1))
            attributes.pop(_SIZE_OF_THE_ROW, None)
        self._write(f"<{element}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>")

    def _end(self, element: str) -> None:
        name = _local(element)
        if name == _SIZE_OF_THE_SHEET:
            return
        if name == "row":
            self._append(element.removesuffix("row"))
        self._write(f"</{element}>")

    def _append(self, prefix: str) -> None:
        cells: tuple[Cell, ...] = ()
        if self._line == _HEADER_LINE:
            cells = self._header
        elif self._next is not None and self._next.line == self._line:
            cells, self._next = self._next.cells, next(self._added, None)
        for column, cell in enumerate(cells, start=self._width + 1):
            if cell is not None and cell != "":
                self._write(_cell_xml(f"{_column_letters(column)}{self._line}", cell, prefix))


def _cell_xml(reference: str, cell: Cell, prefix: str) -> str:
    if not isinstance(cell, str):
        return f'<{prefix}c r="{reference}"><{prefix}v>{cell!r}</{prefix}v></{prefix}c>'
    text = _escaped(harmless(_UNWRITABLE.sub(" ", cell)))
    return (
        f'<{prefix}c r="{reference}" t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">{text}'
        f"</{prefix}t></{prefix}is></{prefix}c>"
    )


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _column_number(reference: str) -> int:
    """Number of a column, from 1: "A5" is 1, "AB5" is 28."""
    letters = _LETTERS.match(reference)
    number = 0
    for letter in letters[0] if letters else "":
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number


def _column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


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
