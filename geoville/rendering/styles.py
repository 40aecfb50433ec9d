"""Lines, fills and stacking order of what is drawn, shared by the map and its legend."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class LineStyle:
    """A line of the map.

    Parameters
    ----------
    width_px : drawn width in pixels.
    dashes : SVG dash array, empty for a full line. Full lines are for official contours, dashes for estimates.
    """

    colour: str
    width_px: float
    dashes: str = ""


PERIMETER_LINES = {
    "qpv": LineStyle("#12355b", 3.5),
    "candidat": LineStyle("#12355b", 3, "9 6"),
    "veille": LineStyle("#00695c", 2.5),
    "vecu": LineStyle("#5b3f8c", 2.5),
    "npnru": LineStyle("#8a0f5b", 3.5),
    "zfu": LineStyle("#7a5200", 2.5),
    "former": LineStyle("#5b6673", 2),
    "action": LineStyle("#0072b2", 4, "2 6"),
}
PERIMETER_LINES |= {
    f"{kind}_estimated": replace(PERIMETER_LINES[kind], dashes="9 6")
    for kind in ("veille", "vecu", "npnru", "zfu", "former")
}
SECTOR_LINE = LineStyle("#8a0f5b", 3.5, "1 7")
PLACE_COLOUR = "#1d2733"
CASING_WIDTH_PX = 9
"""Width of the pale band under a perimeter's line: it parts the line from the cells and is easy to aim at."""


@dataclass(frozen=True, slots=True)
class PatternStyle:
    """A fill that colour alone does not carry.

    Parameters
    ----------
    paper, ink : colours of the ground and of the marks; blue and vermilion are told apart by every eye.
    marks : SVG path in a tile of 8 by 8 pixels, empty for a plain fill.
    """

    paper: str
    ink: str
    marks: str = ""


CHANGE_FILLS = {
    "enter": PatternStyle("#cfe4f2", "#0072b2", "M4 1V7M1 4H7"),
    "leave": PatternStyle("#fbdfcc", "#c04f00", "M-2 2L2 -2M0 8L8 0M6 10L10 6"),
    "stay": PatternStyle("#b4bdc8", "#5b6673"),
}
"""What enters is sown with blue crosses, what leaves is hatched in vermilion, what stays is plain."""

PANES = {"backdrop": 350, "cells": 400, "perimeters": 420, "sector": 430, "links": 440, "places": 450}
"""Stacking order: a layer switched off and on again comes back at its own height."""


def change_fill(change: str) -> str:
    """Identifier of the pattern of what enters, leaves or stays, defined once in the page."""
    return f"change-{change}"
