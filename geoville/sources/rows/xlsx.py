"""XLSX workbooks row by row: cells are read as values; the copy keeps every part of the workbook."""

from __future__ import annotations

import posixpath
import re
import warnings
import zipfile
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import IO, TYPE_CHECKING, Any
from xml.parsers import expat

from geoville.french import number
from geoville.sources.rows.limits import DEEPEST, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, beyond, too_many_columns
from geoville.sources.rows.row import FIRST_ROWS, AddedCells, Header, InputRow, cell_text, find_header, harmless
from geoville.sources.rows.workbook import (
    DAMAGE,
    MERGED_READ,
    UNWRITABLE,
    SheetCopy,
    SheetSeen,
    WorkbookRows,
    column_letters,
    copy_with,
    escaped,
    opening,
    unsaid_formula,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geoville.sources.rows.row import Cell, IsHeader
    from geoville.sources.rows.workbook import Attributes


# --- Copy of an XLSX workbook with cells added to the rows of a sheet; all else goes through as it is

_RELATIONS = "xl/_rels/workbook.xml.rels"
_RELATION = re.compile(r"\w+:id")
_LETTERS = re.compile(r"[A-Z]+")
_CORNERS = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")
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


def append_cells(path: Path, part: str, out: Path, added: Iterator[AddedCells]) -> None:
    """Copy a workbook to `out`, with cells added to the right of every cell of a sheet.

    Parameters
    ----------
    part : of the workbook that holds the sheet.
    added : cells added to rows, by increasing line.
    """
    with zipfile.ZipFile(path) as source, source.open(part) as sheet:
        width = read_layout(sheet, path).width
    copy_with(path, out, part, lambda read, text: _CellAppender(text, width, added).copy(read))


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


@dataclass(slots=True)
class SheetLayout:
    """What a sheet says of its cells besides their values.

    Parameters
    ----------
    width : number of the rightmost column that holds a cell.
    unsaid : columns, from 0, whose formula has no value kept, by line.
    merged : lines, first and last, of the merged cells that go over several rows, in order, by column from 0.
    """

    width: int = 0
    unsaid: dict[int, set[int]] = field(default_factory=dict)
    merged: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def first_of_merged(self, column: int, line: int) -> int | None:
        """Line of the first of the merged cells of which one is a part, None where it is not."""
        spans = self.merged.get(column, [])
        rank = bisect_right(spans, line, key=lambda span: span[0]) - 1
        return spans[rank][0] if rank >= 0 and line <= spans[rank][1] else None


def read_layout(sheet: IO[bytes], path: Path) -> SheetLayout:
    """Read the layout of a sheet; a cell without reference follows the one before it.

    Parameters
    ----------
    path : of the workbook, to name it.

    Raises
    ------
    InvalidInputError
        The sheet has more rows or columns than a spreadsheet, or a cell is longer than any: it was made to harm.
    """
    reader = _LayoutReader(path)
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.said
    parser.ParseFile(sheet)
    for spans in reader.layout.merged.values():
        spans.sort()
    return reader.layout


class _LayoutReader:
    """Takes note of the layout of a sheet, element by element, and stops at what no spreadsheet wrote."""

    def __init__(self, path: Path) -> None:
        self.layout = SheetLayout()
        self._path = path
        self._line = self._column = self._length = self._depth = 0
        self._has_formula = self._has_value = self._in_value = False

    def start(self, element: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise beyond(f"Plus de {DEEPEST} niveaux dans la feuille", self._path, self._line)
        name = _local(element)
        self._in_value = name == "v"
        if name == "row":
            self._line, self._column = int(attributes.get("r", self._line + 1)), 0
            if not 0 < self._line <= MOST_ROWS:
                raise beyond(f"Ligne hors d'un tableur, qui en a {number(MOST_ROWS)}", self._path)
        elif name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell":
            _add_merged(self.layout, attributes.get("ref", ""))

    def _start_cell(self, attributes: Attributes) -> None:
        self._column = _column_number(attributes["r"]) if "r" in attributes else self._column + 1
        if self._column > MOST_COLUMNS:
            raise too_many_columns(self._path, self._line)
        self.layout.width, self._length = max(self.layout.width, self._column), 0
        # the result of a formula may be an empty text
        self._has_formula, self._has_value = False, attributes.get("t") == "str"

    def said(self, text: str) -> None:
        self._has_value = self._has_value or self._in_value
        self._length += len(text)
        if self._length > LONGEST_CELL:
            raise beyond(f"Case de plus de {number(LONGEST_CELL)} caractères", self._path, self._line)

    def end(self, element: str) -> None:
        self._depth -= 1
        if _local(element) == "c" and self._has_formula and not self._has_value:
            self.layout.unsaid.setdefault(self._line, set()).add(self._column - 1)


def _add_merged(layout: SheetLayout, reference: str) -> None:
    """Take note of merged cells that go over several rows: their value is that of the first one."""
    corners = _CORNERS.fullmatch(reference)
    if corners and corners[2] != corners[4]:
        columns = layout.merged.setdefault(_column_number(corners[1]) - 1, [])
        columns.append((int(corners[2]), int(corners[4])))


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _CellAppender(SheetCopy):
    """Writes a sheet as it is read, with cells added before each end of row."""

    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

    def _start(self, element: str, attributes: Attributes) -> None:
        name = _local(element)
        if name == _SIZE_OF_THE_SHEET:
            return
        if name == "row":
            self._line = int(attributes.get("r", self._line + 1))
            attributes.pop(_SIZE_OF_THE_ROW, None)
        self._write(opening(element, attributes))

    def _end(self, element: str) -> None:
        name = _local(element)
        if name == _SIZE_OF_THE_SHEET:
            return
        if name == "row":
            self._append(element.removesuffix("row"))
        self._write(f"</{element}>")

    def _append(self, prefix: str) -> None:
        for column, cell in enumerate(self._added.at_or_none(self._line), start=self._width + 1):
            if cell is not None and cell != "":
                self._write(_cell_xml(f"{column_letters(column)}{self._line}", cell, prefix))


def _cell_xml(reference: str, cell: Cell, prefix: str) -> str:
    if not isinstance(cell, str):
        return f'<{prefix}c r="{reference}"><{prefix}v>{cell!r}</{prefix}v></{prefix}c>'
    text = escaped(harmless(UNWRITABLE.sub(" ", cell)))
    return (
        f'<{prefix}c r="{reference}" t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">{text}'
        f"</{prefix}t></{prefix}is></{prefix}c>"
    )


def _column_number(reference: str) -> int:
    """Number of a column, from 1: "A5" is 1, "AB5" is 28."""
    letters = _LETTERS.match(reference)
    number = 0
    for letter in letters[0] if letters else "":
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number


_ZEROS = re.compile(r"0+")


class XlsxRows(WorkbookRows):
    """One sheet of an XLSX workbook.

    A formula is read as its last computed value; of merged cells, each row has the value of the first one.
    """

    format_name = "XLSX"

    @contextmanager
    def _open_sheets(self, is_header: IsHeader | None) -> Iterator[dict[str, SheetSeen]]:
        with self._open() as workbook:
            yield {
                worksheet.title: SheetSeen(worksheet.max_row, partial(self._header_in, worksheet, is_header))
                for worksheet in workbook.worksheets
            }

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, empty ones left out, with the cells of the columns at these places."""
        layout = self._layout
        tops: dict[tuple[int, int], str] = {}
        with self._open() as workbook:
            worksheet = workbook[self._sheet]
            worksheet.reset_dimensions()
            first = self._header.last + 2
            for line, cells in enumerate(worksheet.iter_rows(min_row=first), start=first):
                unsaid = layout.unsaid.get(line, ())
                if not unsaid and all(cell.value is None for cell in cells):
                    continue
                lost = next((place for place in wanted if place in unsaid), None)
                if lost is not None:
                    yield InputRow(line, ("",) * len(wanted), unsaid_formula(f"{column_letters(lost + 1)}{line}"))
                    continue
                texts = {place: _text_of(cells[place]) if place < len(cells) else "" for place in wanted}
                remarks = _fill_merged(layout, line, texts, tops)
                yield InputRow(line, tuple(texts[place] for place in wanted), "", remarks)

    def _copy(self, out: Path, added: Iterator[AddedCells]) -> None:
        append_cells(self._path, sheet_part(self._path, self._sheet), out, added)

    @property
    def _width(self) -> int:
        return self._layout.width

    def _header_in(self, worksheet: Any, is_header: IsHeader | None) -> Header:
        """Header of a sheet, once it is seen that its rows may be read."""
        part = sheet_part(self._path, worksheet.title)
        with zipfile.ZipFile(self._path) as archive, archive.open(part) as sheet:
            self._layout = read_layout(sheet, self._path)
        return _header_of(worksheet, is_header)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

        with self._refusing_damage((*DAMAGE, OSError, InvalidFileException)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # about drawings and styles, which are not read
                workbook = load_workbook(self._path, read_only=True, data_only=True)
            try:
                yield workbook
            finally:
                workbook.close()


def _header_of(worksheet: Any, is_header: IsHeader | None) -> Header:
    worksheet.reset_dimensions()  # some programs write a wrong size, which would cut the rows
    rows = worksheet.iter_rows(max_row=FIRST_ROWS if is_header else 1, values_only=True)
    return find_header(([cell_text(value) for value in row] for row in rows), is_header)


def _fill_merged(
    layout: SheetLayout, line: int, texts: dict[int, str], tops: dict[tuple[int, int], str]
) -> tuple[str, ...]:
    """Give cells of a row that are merged with others above the value of the first one; say so."""
    filled = False
    for place, text in texts.items():
        first = layout.first_of_merged(place, line)
        if first == line:
            tops[place, line] = text
        elif first is not None and not text:
            texts[place] = tops.get((place, first), "")
            filled = filled or bool(texts[place])
    return (MERGED_READ,) if filled else ()


def _text_of(cell: Any) -> str:
    """Text of a cell, with the leading zeros that its number format shows ("00000")."""
    text = cell_text(cell.value)
    if isinstance(cell.value, (int, float)) and _ZEROS.fullmatch(cell.number_format):
        return text.zfill(len(cell.number_format))
    return text
