"""A statement on paper: HTML and PDF."""

from __future__ import annotations

import io
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville.rendering.folium_map import own_text, page_text, style_tag
from geoville.rendering.statement.map import FONT, TITLE, drawing
from geoville.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.rendering.statement.map import StatementDrawing
    from geoville.rendering.statement.text import Section, Statement


PAGE_HEIGHT_MM = 297.0 - 12.0
"""Lowest point that may be written: the page without its bottom margin."""

_LEFT_MM, _TOP_MM, _WIDTH_MM = 15.0, 13.0, 180.0
_MONO = f"{FONT} Mono"
_FILES = {(FONT, ""): "DejaVuSans", (FONT, "B"): "DejaVuSans-Bold", (_MONO, ""): "DejaVuSansMono"}
_INK, _SOFT_INK, _ACCENT, _LINE = (29, 39, 51), (74, 85, 99), (18, 53, 91), (195, 202, 211)
_MM_PER_POINT = 25.4 / 72
_LEADING = 1.32
_INDENT_MM = 3.5
_RULE_GAP_MM = 1.2
_UNKNOWN_CHARACTER = "\N{REPLACEMENT CHARACTER}"


class Sheet:
    """One page; texts are written under one another.

    Parameters
    ----------
    size : part of the usual size at which texts and gaps are written.
    """

    def __init__(self, size: float) -> None:
        from fpdf import FPDF

        self._size = size
        self._pdf: Any = FPDF(unit="mm", format="A4")
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        for (family, style), file in _FILES.items():
            self._pdf.add_font(family, style, _font_file(file))
        regular: Any = self._pdf.fonts[FONT.lower()]
        self._known = set(regular.cmap)
        self._pdf.add_page()
        self.y_mm = _TOP_MM
        self._left_mm, self.width_mm = _LEFT_MM, _WIDTH_MM

    def gap(self, height_mm: float) -> None:
        """Leave a blank."""
        self.y_mm += height_mm * self._size

    def rule(self, thickness_mm: float) -> None:
        """Draw a line across the column."""
        self.gap(_RULE_GAP_MM)
        self._line(thickness_mm, _ACCENT)
        self.gap(_RULE_GAP_MM)

    def hairline(self) -> None:
        """Draw a pale line across the column."""
        self._line(0.15, _LINE)

    def text(self, text: str, points: float, *, bold: bool = False, soft: bool = False, accent: bool = False) -> None:
        """Write a paragraph across the column."""
        self._font(FONT, points, bold=bold)
        self._pdf.set_text_color(*(_ACCENT if accent else _SOFT_INK if soft else _INK))
        self._pdf.set_xy(self._left_mm, self.y_mm)
        self._paragraph(text, points)

    def notice(self, title: str, text: str, points: float) -> None:
        """Write a paragraph that starts with bold words; both texts are of our own hand: fpdf2 reads markup in them."""
        self._font(FONT, points)
        self._pdf.set_text_color(*_INK)
        self._pdf.set_xy(self._left_mm, self.y_mm)
        self._paragraph(f"**{title}** {text}", points, markdown=True)

    def aside(self, text: str, points: float) -> None:
        """Write a short text at the right of the line that comes next."""
        width = self.width_of(text, points)
        self._pdf.set_text_color(*_SOFT_INK)
        self._pdf.set_xy(self._left_mm + self.width_mm - width, self.y_mm)
        self._pdf.cell(width, self._height(points), self._writable(text))

    def item(self, text: str, points: float) -> None:
        """Write an item of a list."""
        self._font(FONT, points)
        self._pdf.set_text_color(*_INK)
        self._pdf.set_xy(self._left_mm, self.y_mm)
        self._pdf.cell(_INDENT_MM, self._height(points), "•")
        with self.column(_INDENT_MM, self.width_mm - _INDENT_MM):
            self.text(text, points)

    def item_detail(self, text: str, points: float) -> None:
        """Write a line of figures and letters that are to be compared, under an item."""
        self._font(_MONO, points)
        self._pdf.set_text_color(*_SOFT_INK)
        self._pdf.set_xy(self._left_mm + _INDENT_MM, self.y_mm)
        self._paragraph(text, points)

    def width_of(self, text: str, points: float, *, bold: bool = False) -> float:
        """Width of a text on one line, in millimetres."""
        self._font(FONT, points, bold=bold)
        return float(self._pdf.get_string_width(self._writable(text)))

    @contextmanager
    def column(self, left_mm: float, width_mm: float) -> Iterator[None]:
        """Write within a part of the column, from where it stands."""
        outer = self._left_mm, self.width_mm
        self._left_mm, self.width_mm = self._left_mm + left_mm, width_mm
        yield
        self._left_mm, self.width_mm = outer

    def framed(self, top_mm: float, word: str, points: float, padding_mm: float) -> None:
        """Frame what was written since a height, with a large word at its left."""
        height = self.y_mm - top_mm
        self._pdf.set_draw_color(*_INK)
        self._pdf.set_line_width(0.6)
        self._pdf.rect(self._left_mm, top_mm, self.width_mm, height)
        self._font(FONT, points, bold=True)
        self._pdf.set_text_color(*_INK)
        self._pdf.set_xy(self._left_mm + padding_mm, top_mm)
        self._pdf.cell(h=height, text=self._writable(word))

    def picture(self, drawing: StatementDrawing, top_mm: float, *, alternative: str) -> None:
        """Draw a picture in vectors at the right of the column; what follows is written under it."""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{drawing.width_mm}mm" height="{drawing.height_mm}mm" '
            f'viewBox="0 0 {drawing.width_mm} {drawing.height_mm}" font-family="{FONT}">{drawing.elements}</svg>'
        )
        left = self._left_mm + self.width_mm - drawing.width_mm
        stream = io.BytesIO(svg.encode("utf-8"))
        self._pdf.image(stream, left, top_mm, drawing.width_mm, drawing.height_mm, alt_text=alternative)
        self.y_mm = max(self.y_mm, top_mm + drawing.height_mm)

    def foot(self, text: str, points: float) -> None:
        """Write a last paragraph at the foot of the page, or under all the rest where that reaches lower."""
        self._font(FONT, points)
        height = self._pdf.multi_cell(
            self.width_mm, self._height(points), self._writable(text), align="L", dry_run=True, output="HEIGHT"
        )
        self.y_mm = max(self.y_mm + self._size, PAGE_HEIGHT_MM - height - 2 * _RULE_GAP_MM * self._size)
        self.rule(0.2)
        self.text(text, points, soft=True)

    def close(self) -> None:
        """Close the files of the fonts, which fpdf2 leaves open."""
        for font in self._pdf.fonts.values():
            font.ttfont.close()

    def to_bytes(self, *, title: str, created: datetime) -> bytes:
        """Finish the document: its language, its title and the day of its issue."""
        self._pdf.set_title(title)
        self._pdf.set_lang("fr-FR")
        self._pdf.set_creator(f"geoville {__version__}")
        self._pdf.set_producer(f"geoville {__version__}")
        self._pdf.set_creation_date(created)
        return bytes(self._pdf.output())

    def _line(self, thickness_mm: float, colour: tuple[int, int, int]) -> None:
        self._pdf.set_draw_color(*colour)
        self._pdf.set_line_width(thickness_mm)
        self._pdf.line(self._left_mm, self.y_mm, self._left_mm + self.width_mm, self.y_mm)

    def _font(self, family: str, points: float, *, bold: bool = False) -> None:
        self._pdf.set_font(family, "B" if bold else "", points * self._size)

    def _height(self, points: float) -> float:
        return points * self._size * _MM_PER_POINT * _LEADING

    def _paragraph(self, text: str, points: float, *, markdown: bool = False) -> None:
        right = self._left_mm + self.width_mm
        width = right - self._pdf.x
        self._pdf.multi_cell(width, self._height(points), self._writable(text), align="L", markdown=markdown)
        self.y_mm = self._pdf.y

    def _writable(self, text: str) -> str:
        """The text without the letters that the font lacks: fpdf2 would name them in the log."""
        return "".join(character if ord(character) in self._known else _UNKNOWN_CHARACTER for character in text)


def _font_file(name: str) -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"


# --- A statement as one HTML page: no script, nothing fetched, one sheet when printed

_LONG = 2_400
"""Characters beyond which the page is printed smaller, so that it stays one sheet."""


def statement_html(statement: Statement) -> str:
    """Write a statement as HTML; the same statement always gives the same text."""
    return page_text(
        "statement/statement.html",
        statement=statement,
        style=style_tag(own_text("statement/statement.css")),
        drawing=drawing(statement.drawing) if statement.drawing else None,
        map_title=TITLE,
        is_long=_length(statement) > _LONG,
        font=FONT,
    )


def _length(statement: Statement) -> int:
    lines = [line for section in statement.sections for line in section.lines]
    return sum(len(value) for _, value in statement.facts) + sum(len(line.text) + len(line.detail) for line in lines)


# --- A statement as a PDF of one A4 page: embedded fonts, searchable text, a map in vectors, always the same bytes

_SIZES = (1.15, 1.08, 1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58)
"""Parts of the usual size of the text that are tried until all of it holds on the page."""
_ROUNDING_MM = 0.01
_GUTTER_MM = 6.0
_PADDING_MM = 3.0
_WORD_POINTS = 17.0


def statement_pdf(statement: Statement) -> bytes:
    """Write a statement as PDF; the same statement always gives the same bytes."""
    extract = drawing(statement.drawing) if statement.drawing else None
    issued_at = datetime.combine(statement.issued, time(), tzinfo=UTC)
    with ExitStack() as sheets:
        for size in _SIZES:
            sheet = sheets.enter_context(closing(Sheet(size)))
            _lay_out(sheet, statement, extract)
            if sheet.y_mm <= PAGE_HEIGHT_MM + _ROUNDING_MM:
                break
        return sheet.to_bytes(title=f"{statement.title} {statement.subtitle}", created=issued_at)


def _lay_out(sheet: Sheet, statement: Statement, extract: StatementDrawing | None) -> None:
    sheet.text(statement.title, 17, bold=True, accent=True)
    sheet.aside(statement.issued_line, 9)
    sheet.text(statement.subtitle, 9, soft=True)
    sheet.rule(0.6)
    _verdict(sheet, statement)
    _ground(sheet, statement, extract)
    for section in statement.sections:
        _section(sheet, section)
    sheet.foot(statement.scope, 7.5)


def _verdict(sheet: Sheet, statement: Statement) -> None:
    sheet.gap(2)
    top = sheet.y_mm
    text_mm = sheet.width_of(statement.verdict, _WORD_POINTS, bold=True) + 3 * _PADDING_MM
    with sheet.column(text_mm, sheet.width_mm - text_mm - _PADDING_MM):
        sheet.gap(_PADDING_MM)
        sheet.text(statement.sentence, 9.5, bold=True)
        for notice in statement.notices:
            sheet.gap(0.8)
            sheet.notice(f"{notice.title}.", notice.text, 8.5)
        sheet.gap(_PADDING_MM)
    sheet.framed(top, statement.verdict, _WORD_POINTS, _PADDING_MM)
    sheet.gap(3)


def _ground(sheet: Sheet, statement: Statement, extract: StatementDrawing | None) -> None:
    """Facts, and the map beside them."""
    top = sheet.y_mm
    map_mm = extract.width_mm + _GUTTER_MM if extract else 0.0
    with sheet.column(0, sheet.width_mm - map_mm):
        for label, value in statement.facts:
            sheet.text(label, 7, soft=True)
            sheet.text(value, 8.5)
            sheet.gap(0.7)
            sheet.hairline()
            sheet.gap(0.9)
    if extract and statement.drawing:
        sheet.picture(extract, top, alternative=f"{TITLE}. {statement.drawing.description}")


def _section(sheet: Sheet, section: Section) -> None:
    sheet.gap(2)
    sheet.text(section.title, 10, bold=True, accent=True)
    for line in section.lines:
        sheet.item(line.text, 8)
        if line.detail:
            sheet.item_detail(line.detail, 6)
