"""A statement's map as SVG elements: the page holds them as they are, the PDF draws them as vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.french import distance
from geoville.rendering.figure import page_text
from geoville.rendering.statement.map import HEIGHT_MM, WIDTH_MM

if TYPE_CHECKING:
    from geoville.rendering.statement.map import StatementMap

FONT = "DejaVu Sans"
_LEGEND_TOP_MM = 1.2
_LEGEND_ROW_MM = 3.6
_WHOLE_MM = 1.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """SVG elements, one unit a millimetre.

    Parameters
    ----------
    elements : without the `svg` element that holds them; texts are escaped.
    """

    elements: str
    width_mm: float
    height_mm: float


@dataclass(frozen=True, slots=True)
class _LegendKey:
    mark: str
    text: str
    colour: str = ""
    width_mm: float = 0.0
    dashes: str = ""


def drawing(extract: StatementMap) -> Drawing:
    """Draw the map and its legend; the same map always gives the same text."""
    legend = _legend(extract)
    elements = page_text(
        "statement/map.svg",
        map=extract,
        labels=(*extract.labels, *(landmark.label for landmark in extract.landmarks)),
        bar=extract.bar_m / extract.metres_per_mm,
        bar_text=distance(extract.bar_m),
        legend=legend,
        whole_width=_WHOLE_MM,
        width=WIDTH_MM,
        height=HEIGHT_MM,
    )
    return Drawing(elements, WIDTH_MM, HEIGHT_MM + _LEGEND_TOP_MM + _LEGEND_ROW_MM * len(legend))


def _legend(extract: StatementMap) -> list[_LegendKey]:
    lines = [
        _LegendKey("line", item.legend, item.colour, item.width_mm, item.dashes)
        for item in reversed(extract.outlines)
        if item.line
    ]
    near = f"Limite la plus proche : {distance(extract.limit_m)}"
    limit = [_LegendKey("line", near, "#000000", 0.35)] if extract.limit else []
    within = f"Précision de la position : {distance(extract.accuracy_m)} autour"
    circle = [_LegendKey("circle", within)] if extract.accuracy_mm else []
    places = [_LegendKey("point", "Lieux repères")] if extract.landmarks else []
    whole = [_LegendKey("dots", "Toute la rue ou toute la commune, comme la liste la connaît")] if extract.whole else []
    return [*dict.fromkeys(lines), _LegendKey("cross", "Position"), *circle, *whole, *limit, *places]
