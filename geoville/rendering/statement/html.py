"""A statement as one HTML page: no script, nothing fetched, one sheet when printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.rendering.assets import own_text, style_tag
from geoville.rendering.figure import page_text
from geoville.rendering.statement.map import TITLE
from geoville.rendering.statement.svg import FONT, drawing

if TYPE_CHECKING:
    from geoville.rendering.statement import Statement


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
