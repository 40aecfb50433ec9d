"""Texts and tables printed in columns, page after page, after the map that they are about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geoville.rendering.map_spec import PanelSection
from geoville.rendering.static.paper import ACCENT, HAIRLINE, PAPERS, SOFT_INK, Page, line_height, text_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoville.rendering.atlas.spec import Block, FigureTable
    from geoville.rendering.static.paper import Paper, PaperFormat

_GUTTER_MM = 10.0
_HEAD_MM = 16.0
_FIGURE_MM = 24.0
_ITEM_MM = 3.5
_CELL_GAP_MM = 2.0
_TITLE, _TEXT, _SMALL, _FIGURE = 10.0, 8.2, 6.8, 11.5


def text_pages(title: str, blocks: Iterable[Block], paper: PaperFormat, *, columns: int = 2) -> tuple[Page, ...]:
    """Print blocks under a title; to be called within `printing()`."""
    flow = _Flow(title, PAPERS[paper], columns)
    for block in blocks:
        if isinstance(block, PanelSection):
            flow.section(block)
        else:
            flow.table(block)
    return tuple(flow.pages)


class _Flow:
    """A place on the last of some pages, which goes from column to column."""

    def __init__(self, title: str, paper: Paper, columns: int) -> None:
        self._title, self._paper, self._columns = title, paper, columns
        self._width = (paper.width_mm - 2 * paper.margin_mm - _GUTTER_MM * (columns - 1)) / columns
        self.pages: list[Page] = []
        self._left, self._top, self._column = 0.0, 0.0, 0
        self._new_page()

    def section(self, section: PanelSection) -> None:
        """Write a section of the panel: its text, its figures, its list and their source."""
        self._heading(section.title)
        if section.text:
            self._paragraph(section.text, _TEXT)
        for value, caption in section.figures:
            self._figure(value, caption)
        for item in section.items:
            self._item(item)
        if section.source:
            self._paragraph(f"Source : {section.source}.", _SMALL, soft=True)

    def table(self, table: FigureTable) -> None:
        """Write a table, row by row."""
        self._heading(table.title)
        widths = self._widths(table)
        self._row(table.headers, widths, bold=True)
        for row in table.rows:
            self._row(row, widths)
        if table.note:
            self._paragraph(table.note, _SMALL, soft=True)

    def _heading(self, text: str) -> None:
        self._top += 2.5 if self._top > self._first else 0.0
        self._room(line_height(_TITLE) + 3 * line_height(_TEXT))
        self._paragraph(text, _TITLE, bold=True, color=ACCENT)
        self._top += 0.8

    def _paragraph(self, text: str, points: float, *, soft: bool = False, bold: bool = False, **options: Any) -> None:
        size = points * self._paper.text
        if soft:
            options["color"] = SOFT_INK
        for line in wrapped(text, size, self._width, bold=bold):
            self._room(line_height(size))
            self._top = self._page.paragraph(line, self._left, self._top, size, self._width, bold=bold, **options)

    def _figure(self, value: str, caption: str) -> None:
        size, indent = _TEXT * self._paper.text, _FIGURE_MM * self._paper.text
        lines = wrapped(caption, size, self._width - indent)
        self._room(max(len(lines) * line_height(size), line_height(_FIGURE * self._paper.text)))
        options: dict[str, Any] = {"color": ACCENT}
        beside = self._page.paragraph(
            value, self._left, self._top, _FIGURE * self._paper.text, indent - 2, bold=True, **options
        )
        below = self._page.paragraph(caption, self._left + indent, self._top + 0.8, size, self._width - indent)
        self._top = max(beside, below) + 0.8

    def _item(self, text: str) -> None:
        size = _TEXT * self._paper.text
        lines = wrapped(text, size, self._width - _ITEM_MM)
        self._room(len(lines) * line_height(size))
        self._page.paragraph("–", self._left, self._top, size, _ITEM_MM)
        self._top = self._page.paragraph(text, self._left + _ITEM_MM, self._top, size, self._width - _ITEM_MM)
        self._top += 0.6

    def _widths(self, table: FigureTable) -> list[float]:
        """Widths of columns: long texts get more, less than in proportion, since they may take several lines."""
        columns = zip(table.headers, *table.rows, strict=True)
        needs = [math.sqrt(max(text_width(text, _SMALL) for text in column) + _CELL_GAP_MM) for column in columns]
        return [self._width * need / sum(needs) for need in needs]

    def _row(self, texts: Sequence[str], widths: Sequence[float], *, bold: bool = False) -> None:
        size = _SMALL * self._paper.text
        cells = [
            wrapped(text, size, width - _CELL_GAP_MM, bold=bold) for text, width in zip(texts, widths, strict=True)
        ]
        height = max(len(lines) for lines in cells) * line_height(size)
        self._room(height + 1.2)
        left = self._left
        for text, width in zip(texts, widths, strict=True):
            self._page.paragraph(text, left, self._top, size, width - _CELL_GAP_MM, bold=bold)
            left += width
        self._top += height + 0.6
        self._page.line([(self._left, self._top), (self._left + self._width, self._top)], color=HAIRLINE, linewidth=0.4)
        self._top += 0.6

    def _room(self, height: float) -> None:
        """Go to the next column, or to a new page, where a height is not left."""
        if self._top + height <= self._paper.height_mm - self._paper.margin_mm:
            return
        self._column += 1
        if self._column == self._columns:
            self._new_page()
        self._begin_column()

    def _new_page(self) -> None:
        paper = self._paper
        self._page = Page(paper)
        self.pages.append(self._page)
        width = paper.width_mm - 2 * paper.margin_mm
        self._page.paragraph(
            self._title, paper.margin_mm, paper.margin_mm, 14 * paper.text, width, bold=True, color=ACCENT
        )
        rule = paper.margin_mm + (_HEAD_MM - 4) * paper.text
        self._page.line([(paper.margin_mm, rule), (paper.margin_mm + width, rule)], color=ACCENT, linewidth=1.2)
        self._first = paper.margin_mm + _HEAD_MM * paper.text
        self._column = 0
        self._begin_column()

    def _begin_column(self) -> None:
        self._left = self._paper.margin_mm + self._column * (self._width + _GUTTER_MM)
        self._top = self._first
