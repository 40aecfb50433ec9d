"""A printed map on one sheet: title, map, legend, where it lies, scale, north, sources and date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.rendering.panel import ESTIMATE_WARNING
from geoville.rendering.statement.labels import Box
from geoville.rendering.static.furniture import draw_graticule, draw_locator, draw_north, draw_scale
from geoville.rendering.static.ground import ground_around, subject_bounds
from geoville.rendering.static.labels import write_labels
from geoville.rendering.static.legend import draw_legend
from geoville.rendering.static.map import MapDrawing, printed_perimeters, printed_places
from geoville.rendering.static.paper import ACCENT, PAPERS, SOFT_INK, Page, PaperFormat, line_height, wrapped

if TYPE_CHECKING:
    from geoville.rendering.map_cells import CellTheme
    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.statement.labels import Label
    from geoville.rendering.static.paper import Paper

_RULE_GAP_MM, _GUTTER_MM = 1.6, 4.0
_LOCATOR_SHARE = 0.62
_SOURCE_POINTS = 5.4


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """How a sheet is printed.

    Parameters
    ----------
    theme : key of the theme by which cells are coloured; empty for the first one.
    graticule : whether meridians and parallels are drawn.
    """

    paper: PaperFormat = PaperFormat.A4
    theme: str = ""
    graticule: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class MapSheet:
    """A sheet as drawn, and the names written on its map."""

    page: Page
    labels: tuple[Label, ...]


def draw_sheet(spec: MapSpec, options: SheetOptions | None = None) -> MapSheet:
    """Draw a map on one page; to be called, and its page saved, within `printing()`.

    Raises
    ------
    InvalidInputError
        The map has no theme of that key.
    """
    options = options or SheetOptions()
    theme = _theme(spec, options.theme)
    page = Page(PAPERS[options.paper])
    window, legend, locator = _boxes(page.paper, _head(page, spec), _foot(page, spec))
    ground = ground_around(subject_bounds(spec), window)
    drawing = MapDrawing(page, ground)
    drawing.backdrop(spec)
    if spec.cells is not None and theme is not None:
        drawing.cells(spec.cells, theme, spec.style.no_data)
    drawing.perimeters(printed_perimeters(spec, ground), spec)
    drawing.sector(spec)
    drawing.places(printed_places(spec, ground), spec)
    if options.graticule:
        draw_graticule(page, ground, drawing)
    taken = (draw_scale(page, ground), draw_north(page, ground))
    drawing.frame()
    draw_legend(page, legend, spec, theme, ground)
    draw_locator(page, locator, spec, ground)
    return MapSheet(page, write_labels(page, ground, spec, taken))


def _theme(spec: MapSpec, key: str) -> CellTheme | None:
    themes = {theme.key: theme for theme in spec.cells.themes} if spec.cells else {}
    if not key:
        return next(iter(themes.values()), None)
    if key not in themes:
        known = ", ".join(themes) or "aucun"
        raise InvalidInputError(f"Cette carte n'a pas de thème « {key} »", advice=f"thèmes : {known}")
    return themes[key]


def _boxes(paper: Paper, top: float, foot_top: float) -> tuple[Box, Box, Box]:
    """Boxes of the map, of the legend and of the locator."""
    height = foot_top - 2.0 - top
    map_width = paper.width_mm - 2 * paper.margin_mm - paper.column_mm - _GUTTER_MM
    left = paper.margin_mm + map_width + _GUTTER_MM
    locator = paper.column_mm * _LOCATOR_SHARE
    return (
        Box(paper.margin_mm, top, map_width, height),
        Box(left, top, paper.column_mm, height - locator - 2.0),
        Box(left, top + height - locator, paper.column_mm, locator),
    )


def _head(page: Page, spec: MapSpec) -> float:
    """Write the title block; return where the map begins."""
    paper = page.paper
    width = paper.width_mm - 2 * paper.margin_mm
    top = page.paragraph(spec.title, paper.margin_mm, paper.margin_mm, 16 * paper.text, width, bold=True, color=ACCENT)
    rule = page.paragraph(spec.subtitle, paper.margin_mm, top, 8.5 * paper.text, width, color=SOFT_INK) + _RULE_GAP_MM
    page.line([(paper.margin_mm, rule), (paper.width_mm - paper.margin_mm, rule)], color=ACCENT, linewidth=1.2)
    return rule + _RULE_GAP_MM


def _foot(page: Page, spec: MapSpec) -> float:
    """Write sources, date and what an estimate is worth at the foot of the page; return where they begin."""
    paper = page.paper
    points, width = _SOURCE_POINTS * paper.text, paper.width_mm - 2 * paper.margin_mm
    text = f"{spec.date_line} {ESTIMATE_WARNING} Sources : {' ; '.join(spec.sources)}."
    top = paper.height_mm - paper.margin_mm - len(wrapped(text, points, width)) * line_height(points)
    page.paragraph(text, paper.margin_mm, top, points, width, color=SOFT_INK)
    return top
