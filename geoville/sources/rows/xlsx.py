"""XLSX workbooks row by row: cells are read as values; the copy keeps every part of the workbook."""

from __future__ import annotations

import posixpath
import re
import warnings
import zipfile
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import IO, TYPE_CHECKING, Any
from xml.parsers import expat

from geoville.sources.rows.header import FIRST_ROWS, Header, find_header
from geoville.sources.rows.row import AddedCells, InputRow, cell_text, harmless
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

    from geoville.sources.rows.header import IsHeader
    from geoville.sources.rows.row import Cell

    Attributes = dict[str, str]


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
        width = read_layout(sheet).width
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


def read_layout(sheet: IO[bytes]) -> SheetLayout:
    """Read the layout of a sheet; a cell without reference follows the one before it."""
    layout = SheetLayout()
    line = column = 0
    has_formula = has_value = in_value = False

    def start(element: str, attributes: Attributes) -> None:
        nonlocal line, column, has_formula, has_value, in_value
        name = _local(element)
        in_value = name == "v"
        if name == "row":
            line, column = int(attributes.get("r", line + 1)), 0
        elif name == "c":
            column = _column_number(attributes["r"]) if "r" in attributes else column + 1
            layout.width = max(layout.width, column)
            has_formula, has_value = False, attributes.get("t") == "str"  # the result may be an empty text
        elif name == "f":
            has_formula = True
        elif name == "mergeCell":
            _add_merged(layout, attributes.get("ref", ""))

    def said(_: str) -> None:
        nonlocal has_value
        has_value = has_value or in_value

    def end(element: str) -> None:
        if _local(element) == "c" and has_formula and not has_value:
            layout.unsaid.setdefault(line, set()).add(column - 1)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = said
    parser.ParseFile(sheet)
    for spans in layout.merged.values():
        spans.sort()
    return layout


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
                worksheet.title: SheetSeen(worksheet.max_row, partial(_header_of, worksheet, is_header))
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

    @cached_property
    def _layout(self) -> SheetLayout:
        with (
            self._refusing_damage(DAMAGE),
            zipfile.ZipFile(self._path) as archive,
            archive.open(sheet_part(self._path, self._sheet)) as sheet,
        ):
            return read_layout(sheet)

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
