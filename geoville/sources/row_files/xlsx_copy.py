"""Copy of an XLSX workbook with cells added to the rows of a sheet; all else goes through as it is.

The XML of the sheet is read and written as a stream: formulas, formats, dates and other sheets are kept, nothing is
held in memory, and no temporary file is made.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from io import TextIOWrapper
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING, TextIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from geoville.sources.row_files.text import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geoville.sources.row_files import AddedCells, Cell

    Attributes = dict[str, str]

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
