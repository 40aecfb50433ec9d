"""A statement as one HTML page: no script, nothing fetched, one sheet when printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.rendering.assets import own_text, style_tag
from geoville.rendering.figure import page_text
from geoville.rendering.statement_svg import FONT, drawing

if TYPE_CHECKING:
    from geoville.rendering.statement import Statement


def statement_html(statement: Statement) -> str:
    """Write a statement as HTML; the same statement always gives the same text."""
    return page_text(
        "statement.html",
        statement=statement,
        style=style_tag(own_text("statement.css")),
        drawing=drawing(statement.drawing) if statement.drawing else None,
        font=FONT,
    )
