"""A statement as a PDF of one A4 page: embedded fonts, searchable text, a map in vectors, always the same bytes."""

from __future__ import annotations

from contextlib import ExitStack, closing
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from geoville.rendering.statement.map import TITLE
from geoville.rendering.statement.sheet import PAGE_HEIGHT_MM, Sheet
from geoville.rendering.statement.svg import drawing

if TYPE_CHECKING:
    from geoville.rendering.statement import Section, Statement
    from geoville.rendering.statement.svg import Drawing

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


def _lay_out(sheet: Sheet, statement: Statement, extract: Drawing | None) -> None:
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


def _ground(sheet: Sheet, statement: Statement, extract: Drawing | None) -> None:
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
