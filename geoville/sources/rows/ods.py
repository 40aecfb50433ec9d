"""ODS workbooks row by row: cells are read as values; the copy keeps every part of the workbook.

OpenDocument v1.2, part 1, chapter 9: rows and cells may be repeated, and merged cells cover the ones beside and below.
"""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree as ET

from geoville.sources.rows.limits import DEEPEST, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS
from geoville.sources.rows.row import FIRST_ROWS, AddedCells, InputRow, cell_text, find_header, harmless
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
    from typing import TextIO

    from geoville.sources.rows.row import Cell, IsHeader
    from geoville.sources.rows.workbook import Attributes


_CONTENT = "content.xml"
_URI = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT = (f"{{{_URI}{name}:1.0}}" for name in ("table", "office", "text"))
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_PARAGRAPHS = (f"{_TEXT}p", f"{_TEXT}h")

_MOST_SPACES = 1_000
"""Of a cell, in a row."""
_MOST_REPEATED_CHARACTERS = 200_000_000
"""Of a row that is repeated, and has to be written as many times."""

# --- Rows of a sheet


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell as it is read.

    Parameters
    ----------
    unsaid : whether it is a formula without a value.
    covers : number of rows that it is merged over, its own included; 0 where another one covers it.
    """

    text: str = ""
    unsaid: bool = False
    covers: int = 1


_BLANK = (_Cell(), _Cell(covers=0))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, and how many times it is repeated; its cells go up to the last one that is not blank."""

    line: int
    repeated: int
    cells: tuple[_Cell, ...]


@dataclass(slots=True)
class _Sheet:
    """What is known of a sheet once it is read: its first rows, how wide it is, and how many lines have something."""

    name: str
    first: list[list[str]] = field(default_factory=list)
    width: int = 0
    lines: int = 0


def _rows_of(content: IO[bytes]) -> Iterator[tuple[str, _Row | None]]:
    """Every row of every sheet, with the sheet's name; None once at the start of each sheet.

    Raises
    ------
    ValueError
        More rows or columns than a spreadsheet has, a cell longer than any, or elements too deep.
    """
    sheet, depth, line = "", 0, 0
    row, cells_read = 0, 0
    within: list[ET.Element] = []
    for event, element in ET.iterparse(content, events=("start", "end")):  # noqa: S314 - expat bounds entities
        if event == "start":
            within.append(element)
            row += element.tag == f"{_TABLE}table-row"
            cells_read = cells_read + (element.tag in _CELLS) if row else 0
            if len(within) > DEEPEST or cells_read > MOST_COLUMNS:
                raise ValueError
        else:
            within.pop()
        if element.tag == f"{_TABLE}table":
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                sheet, line = element.get(f"{_TABLE}name", ""), 0
                yield sheet, None
        elif element.tag == f"{_TABLE}table-row" and event == "end" and depth == 1:
            repeated = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
            cells = _cells_of(element)
            if repeated < 1 or (cells and line + repeated > MOST_ROWS):
                raise ValueError
            yield sheet, _Row(line + 1, repeated, cells)
            line += repeated
        if event == "end":
            row -= element.tag == f"{_TABLE}table-row"
            if within and not row:
                within[-1].clear()  # nothing of a row, nor of a style, is kept once it is read


def _cells_of(row: ET.Element) -> tuple[_Cell, ...]:
    cells: list[_Cell] = []
    blanks = 0
    for element in row:
        if element.tag not in _CELLS:
            continue
        repeated = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
        cell = _cell_of(element)
        if cell in _BLANK:
            blanks += repeated
            continue
        if len(cells) + blanks + repeated > MOST_COLUMNS:
            raise ValueError
        cells += [_Cell()] * blanks + [cell] * repeated
        blanks = 0
    return tuple(cells)


def _cell_of(element: ET.Element) -> _Cell:
    covered = element.tag == _CELLS[1]
    kind = element.get(f"{_OFFICE}value-type") or element.get(f"{_URI}calcext:value-type") or ""
    shown = "\n".join(_paragraph(part) for part in element if part.tag in _PARAGRAPHS)
    if len(shown) > LONGEST_CELL:
        raise ValueError
    unsaid = element.get(f"{_TABLE}formula") is not None and not kind and not shown
    covers = 0 if covered else int(element.get(f"{_TABLE}number-rows-spanned", "1"))
    return _Cell(_value(element, kind, shown), unsaid, covers)


def _value(element: ET.Element, kind: str, shown: str) -> str:
    if kind in {"float", "percentage", "currency"}:
        text = cell_text(float(element.get(f"{_OFFICE}value", "nan")))
        return shown if shown.isdigit() and shown.lstrip("0") == text else text  # the zeros that its format shows
    if kind == "date":
        return element.get(f"{_OFFICE}date-value", shown)
    return shown or element.get(f"{_OFFICE}string-value", "")


def _paragraph(element: ET.Element) -> str:
    """Text of a paragraph: spaces and line breaks are elements of their own, and notes are not read."""
    parts = [element.text or ""]
    for part in element:
        if part.tag == f"{_TEXT}s":
            parts.append(" " * min(int(part.get(f"{_TEXT}c", "1")), _MOST_SPACES))
        elif part.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif part.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif part.tag != f"{_OFFICE}annotation":
            parts.append(_paragraph(part))
        parts.append(part.tail or "")
    return "".join(parts)


class OdsRows(WorkbookRows):
    """One sheet of an ODS workbook."""

    format_name = "ODS"

    @contextmanager
    def _open_sheets(self, is_header: IsHeader | None) -> Iterator[dict[str, SheetSeen]]:
        with self._refusing_damage((*DAMAGE, OSError)):
            self._read = self._read_sheets()
        yield {
            name: SheetSeen(sheet.lines, partial(find_header, sheet.first, is_header))
            for name, sheet in self._read.items()
        }

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, empty ones left out, with the cells of the columns at these places."""
        with self._refusing_damage(DAMAGE), self._content() as content:
            merged: dict[int, tuple[int, str]] = {}
            for name, row in _rows_of(content):
                if name != self._sheet or row is None or not row.cells:
                    continue
                for line in range(row.line, row.line + row.repeated):
                    if line > self._header.last + 1:
                        yield _input_row(line, row.cells, wanted, merged)

    @property
    def _width(self) -> int:
        return self._read[self._sheet].width

    def _copy(self, out: Path, added: Iterator[AddedCells]) -> None:
        copy_with(
            self._path, out, _CONTENT, lambda read, text: _ContentCopy(text, self._sheet, self._width, added).copy(read)
        )

    def _read_sheets(self) -> dict[str, _Sheet]:
        sheets: dict[str, _Sheet] = {}
        with self._content() as content:
            for name, row in _rows_of(content):
                sheet = sheets.setdefault(name, _Sheet(name))
                if row is None:
                    continue
                texts = [cell.text for cell in row.cells]
                sheet.first += [texts] * min(row.repeated, FIRST_ROWS - len(sheet.first))
                sheet.width = max(sheet.width, len(row.cells))
                sheet.lines += row.repeated if row.cells else 0
        return sheets

    @contextmanager
    def _content(self) -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(self._path) as archive, archive.open(_CONTENT) as content:
            yield content


def _input_row(
    line: int, cells: Sequence[_Cell], wanted: Sequence[int], merged: dict[int, tuple[int, str]]
) -> InputRow:
    """A row as it is asked; `merged` holds, by column, the last line of the cells merged there, and their text."""
    texts: dict[int, str] = {}
    remarks: tuple[str, ...] = ()
    for place in wanted:
        cell = cells[place] if place < len(cells) else _Cell()
        if cell.unsaid:
            return InputRow(line, ("",) * len(wanted), unsaid_formula(f"{column_letters(place + 1)}{line}"))
        last, text = merged.get(place, (0, ""))
        if line <= last and not cell.text:
            texts[place], remarks = text, (MERGED_READ,) if text else remarks
            continue
        texts[place] = cell.text
        if cell.covers > 1:
            merged[place] = line + cell.covers - 1, cell.text
    return InputRow(line, tuple(texts[place] for place in wanted), "", remarks)


# --- Copy of a workbook with cells added to the rows of a sheet; all else goes through as it is


@dataclass(slots=True)
class _CopiedCell:
    """A cell of the row being copied.

    Parameters
    ----------
    repeated : columns that it stands for.
    inside : XML between its tags.
    """

    element: str
    attributes: Attributes
    repeated: int
    inside: list[str] = field(default_factory=list)


class _ContentCopy(SheetCopy):
    """Writes the content of a workbook as it is read, with cells added at the end of rows of one sheet."""

    declaration = '<?xml version="1.0" encoding="UTF-8"?>'

    def __init__(self, out: TextIO, sheet: str, width: int, added: Iterator[AddedCells]) -> None:
        super().__init__(out, width, added)
        self._sheet = sheet
        self._prefixes: dict[str, str] = {}
        self._tables: list[bool] = []
        self._row: tuple[str, Attributes] | None = None
        self._cells: list[_CopiedCell] = []
        self._depth = 0

    def _write(self, text: str) -> None:
        if self._row is None:
            self._out(text)
        elif self._cells and self._depth:
            self._cells[-1].inside.append(text)

    def _name(self, space: str, local: str) -> str:
        """A name as the document writes it, with the prefix that it gave to the namespace."""
        prefix = self._prefixes.get(f"{_URI}{space}:1.0", space)
        return f"{prefix}:{local}" if prefix else local

    def _start(self, element: str, attributes: Attributes) -> None:
        for name, uri in attributes.items():
            if name == "xmlns" or name.startswith("xmlns:"):
                self._prefixes[uri] = name.partition(":")[2]
        if element == self._name("table", "table"):
            named = attributes.get(self._name("table", "name"), "") == self._sheet
            self._tables.append(not self._tables and named)
        if self._row is not None:
            self._start_in_row(element, attributes)
        elif element == self._name("table", "table-row") and self._tables == [True]:
            self._row, self._cells, self._depth = (element, attributes), [], 0
        else:
            self._write(opening(element, attributes))

    def _start_in_row(self, element: str, attributes: Attributes) -> None:
        if self._depth == 0:
            repeated = int(attributes.pop(self._name("table", "number-columns-repeated"), "1"))
            self._cells.append(_CopiedCell(element, attributes, repeated))
        else:
            self._write(opening(element, attributes))
        self._depth += 1

    def _end(self, element: str) -> None:
        if element == self._name("table", "table"):
            self._tables.pop()
        if self._row is None:
            self._write(f"</{element}>")
        elif self._depth == 0:
            row, self._row = self._row, None
            self._end_row(*row)
        else:
            self._depth -= 1
            if self._depth:
                self._write(f"</{element}>")

    def _end_row(self, element: str, attributes: Attributes) -> None:
        """Write the row that has been read: as often as it is repeated where cells are added to it."""
        repeat = self._name("table", "number-rows-repeated")
        repeated = int(attributes.get(repeat, "1"))
        first, self._line = self._line + 1, self._line + repeated
        if not first <= self._added.line <= self._line:
            cells = "".join(self._cell(cell, cell.repeated) for cell in self._cells)
            self._out(f"{opening(element, attributes)}{cells}</{element}>")
            return
        attributes.pop(repeat, None)
        own = self._fitted()
        if len(own) * repeated > _MOST_REPEATED_CHARACTERS:
            raise ValueError
        for line in range(first, self._line + 1):
            tail = "".join(map(self._added_cell, self._added.at_or_none(line)))
            self._out(f"{opening(element, attributes)}{own}{tail}</{element}>")

    def _fitted(self) -> str:
        """Cells of the row, as many as the sheet is wide: those beyond are blank."""
        parts, left = [], self._width
        for cell in self._cells:
            taken = min(cell.repeated, left)
            if taken:
                parts.append(self._cell(cell, taken))
            left -= taken
        if left:
            parts.append(self._cell(_CopiedCell(self._name("table", "table-cell"), {}, left), left))
        return "".join(parts)

    def _cell(self, cell: _CopiedCell, repeated: int) -> str:
        times = {self._name("table", "number-columns-repeated"): str(repeated)} if repeated > 1 else {}
        return f"{opening(cell.element, cell.attributes | times)}{''.join(cell.inside)}</{cell.element}>"

    def _added_cell(self, cell: Cell) -> str:
        element, paragraph = self._name("table", "table-cell"), self._name("text", "p")
        kind, value = self._name("office", "value-type"), self._name("office", "value")
        if cell is None or cell == "":
            return opening(element, {}) + f"</{element}>"
        if not isinstance(cell, str):
            return f'<{element} {kind}="float" {value}="{cell!r}"><{paragraph}>{cell!r}</{paragraph}></{element}>'
        text = escaped(harmless(UNWRITABLE.sub(" ", cell)))
        lines = "".join(f"<{paragraph}>{line}</{paragraph}>" for line in text.split("\n"))
        return f'<{element} {kind}="string">{lines}</{element}>'
