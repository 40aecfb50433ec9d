"""How lines and marks look on paper: told apart without colour, by dashes, hatches and shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoville.rendering.styles import LineStyle

_POINTS_PER_PIXEL = 0.6
CASING_POINTS = 1.8
"""Width of the white band on both sides of a line."""

_DASHES = {"veille_estimated": "10 3 2 3", "vecu_estimated": "4 3", "former_estimated": "10 3 2 3 2 3"}
"""Dashes of estimates that colour alone would tell apart; the others keep theirs, and official lines are full."""

HATCHES = {
    "veille": "//",
    "veille_estimated": "//",
    "vecu": "..",
    "vecu_estimated": "..",
    "zfu": "\\\\",
    "zfu_estimated": "\\\\",
    "former": "--",
    "former_estimated": "--",
}
"""Hatches of what surrounds the quarters; the quarters themselves show the cells."""

MARKERS = {
    "sector": "o",
    "landmark": "D",
    "school": "^",
    "station": "s",
    "post": "v",
    "service": "P",
    "culture": "*",
    "health": "X",
    "shop": "p",
    "street": ".",
    "other": "h",
}
"""Shapes of the marks of places, by category."""

MARK_POINTS = 6.5
_PALENESS = 0.25


def line_options(key: str, line: LineStyle) -> dict[str, Any]:
    """What matplotlib needs to draw a line of the map."""
    width = line.width_px * _POINTS_PER_PIXEL
    dashes = _DASHES.get(key, line.dashes)
    lengths = tuple(float(length) / line.width_px for length in dashes.split())
    return {
        "color": line.colour,
        "linewidth": width,
        "linestyle": (0, lengths) if lengths else "solid",
        "dash_capstyle": "butt",
        "solid_joinstyle": "round",
    }


def mark_options(category: str, colour: str, *, filled: bool) -> dict[str, Any]:
    """What matplotlib needs to draw the mark of a place; those of the subject are filled."""
    return {
        "marker": MARKERS.get(category, "o"),
        "markersize": MARK_POINTS,
        "markerfacecolor": colour if filled else "white",
        "markeredgecolor": "white" if filled else colour,
        "markeredgewidth": 0.8 if filled else 1.1,
        "linestyle": "none",
    }


def paler(colour: str) -> str:
    """A fill on which lines and names stand out.

    >>> paler("#000000"), paler("#ffffff")
    ('#404040', '#ffffff')
    """
    parts = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * _PALENESS):02x}" for part in parts)


def readable_on(colour: str) -> str:
    """Ink that is read on a fill."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#3f4854"  # noqa: PLR2004 - half-light
