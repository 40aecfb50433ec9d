"""A static sheet: map, legend, furniture, text, as PDF or image."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from geoville.errors import InvalidInputError
from geoville.french import distance, number
from geoville.rendering.cells import IMPUTED
from geoville.rendering.map_spec import PanelSection
from geoville.rendering.maps import ESTIMATE_WARNING
from geoville.rendering.paper import Box
from geoville.rendering.sheet.map import (
    HATCHES,
    MapDrawing,
    class_letter,
    line_options,
    mark_options,
    printed_perimeters,
    printed_places,
    readable_on,
    write_labels,
)
from geoville.rendering.sheet.page import (
    ACCENT,
    HAIRLINE,
    INK,
    MM_PER_POINT,
    PAPERS,
    SOFT_INK,
    Page,
    PaperFormat,
    ShapeReader,
    TrialPage,
    ground_around,
    line_height,
    pdf_bytes,
    png_bytes,
    printing,
    subject_bounds,
    text_width,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geoville.rendering.cells import CellTheme
    from geoville.rendering.map_spec import Block, FigureTable, MapSpec
    from geoville.rendering.paper import Label
    from geoville.rendering.sheet.page import Paper, SheetGround


_AnyPage = TypeVar("_AnyPage", bound=TrialPage)


# --- What helps to read a printed map: scale, north, graticule, and where the window lies in its territory

_LONGEST_BAR_MM = 50.0
_BAR_PARTS = 4
_PAD_MM = 2.5
_BAR_MM = 1.6
_ZORDER = 15
_PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9}
_LOCATOR_MARGIN = 0.06


def draw_scale(page: Page, ground: SheetGround) -> Box:
    """Draw the scale bar and the scale in words at the lower left of the window; return the box that they take."""
    length_m = ground.frame.round_length_m(_LONGEST_BAR_MM)
    length_mm = length_m / ground.metres_per_mm
    points = 6.5 * page.paper.text
    letters_mm = points * MM_PER_POINT
    height = 3 * _PAD_MM + _BAR_MM + 2 * letters_mm
    window = ground.window
    left, top = window.left + _PAD_MM, window.top + window.height - height - _PAD_MM
    box = Box(left, top, length_mm + 14 * page.paper.text, height)
    page.box(box.left, box.top, box.width, box.height, zorder=_ZORDER, **_PAPER)
    start, bar_top = left + _PAD_MM + 1, top + _PAD_MM + letters_mm + 0.6
    part = length_mm / _BAR_PARTS
    for rank in range(_BAR_PARTS):
        fill = INK if rank % 2 == 0 else "white"
        options = {"facecolor": fill, "edgecolor": INK, "linewidth": 0.5, "zorder": _ZORDER + 1}
        page.box(start + rank * part, bar_top, part, _BAR_MM, **options)
    for share, text in ((0.0, "0"), (0.5, distance(length_m / 2)), (1.0, distance(length_m))):
        page.text(text, start + share * length_mm, bar_top - 0.8, points, centred=True, zorder=_ZORDER + 1)
    scale = f"Échelle 1 : {number(ground.denominator)}"
    page.text(scale, start, bar_top + _BAR_MM + letters_mm + 0.9, points, zorder=_ZORDER + 1)
    return box


def draw_north(page: Page, ground: SheetGround) -> Box:
    """Draw the north arrow at the upper right of the window; return the box that it takes."""
    from matplotlib.patches import Polygon

    size = 6.0 * page.paper.text
    window = ground.window
    box = Box(window.left + window.width - size - 2 * _PAD_MM, window.top + _PAD_MM, size + _PAD_MM, 2.3 * size)
    page.box(box.left, box.top, box.width, box.height, zorder=_ZORDER, **_PAPER)
    middle, top = box.left + box.width / 2, box.top + 1.05 * size
    west = [(middle, top), (middle - size / 3, top + size), (middle, top + 0.75 * size)]
    east = [(middle, top), (middle + size / 3, top + size), (middle, top + 0.75 * size)]
    for points, fill in ((west, INK), (east, "white")):
        options = {"facecolor": fill, "edgecolor": INK, "linewidth": 0.6, "zorder": _ZORDER + 1}
        page.add(Polygon(points, closed=True, **options))
    page.text("N", middle, top - 1.0, 10 * page.paper.text, centred=True, bold=True, zorder=_ZORDER + 1)
    return box


def draw_graticule(page: Page, ground: SheetGround, drawing: MapDrawing) -> None:
    """Draw meridians and parallels, with their degrees along the edges of the window."""
    meridians, parallels = ground.graticule()
    window = ground.window
    across = [ground.place(np.array([lon, ground.lat]))[0] for lon in meridians]
    down = [ground.place(np.array([ground.lon, lat]))[1] for lat in parallels]
    drawing.ruled(down, across)
    points = 5.5 * page.paper.text
    options = {"color": SOFT_INK, "zorder": _ZORDER, "ha": "center", "va": "center"}
    options["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
    for lon, x in zip(meridians, across, strict=True):
        page.lettering(_degrees(lon, "E" if lon >= 0 else "O"), x, window.top + 2.2, points, **options)
    for lat, y in zip(parallels, down, strict=True):
        page.lettering(_degrees(lat, "N" if lat >= 0 else "S"), window.left + 2.2, y, points, rotation=90, **options)


def draw_locator(page: Page, window: Box, spec: MapSpec, shown: SheetGround) -> None:
    """Draw the whole territory small, with the window of the main map."""
    import shapely

    backdrop = shown.read(spec.backdrop) if spec.backdrop else shapely.box(*spec.bounds)
    whole = shapely.union_all([backdrop.envelope, shapely.box(*shown.degrees())]).bounds
    ground = ground_around(whole, window, margin=_LOCATOR_MARGIN, read=shown.read)
    page.box(window.left, window.top, window.width, window.height, facecolor="white", edgecolor="none")
    drawing = MapDrawing(page, ground)
    drawing.backdrop(spec)
    drawing.perimeters(printed_perimeters(spec, ground), spec, scale=0.45)
    drawing.rectangle(shown)
    drawing.frame(linewidth=0.5)
    caption = "Dans le territoire : le cadre épais est la carte"
    page.text(caption, window.left + 1.2, window.top + 2.8, 5.2 * page.paper.text, color=SOFT_INK, zorder=_ZORDER)


def _degrees(value: float, side: str) -> str:
    """An angle in degrees and minutes, with its cardinal point."""
    seconds = round(abs(value) * 3600)
    degrees, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    written = f"{degrees}°{minutes:02d}′" + (f"{rest:02d}″" if rest else "")
    return f"{written} {side}"


# --- The legend of a printed map: every class, line and mark that is drawn, as it is drawn

_KEY_MM = 9.0
_GAP_MM = 1.6
_SIZES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52)
"""Parts of the usual size that are tried until the whole legend holds in its box."""


def draw_legend(page: Page, room: Box, spec: MapSpec, theme: CellTheme | None, ground: SheetGround) -> None:
    """Draw the legend in a box of the page, as large as it holds there."""
    for size in _SIZES:
        legend = _Legend(TrialPage(page.paper), room, size * page.paper.text)
        legend.draw(spec, theme, ground)
        if legend.top <= room.top + room.height:
            break
    _Legend(page, room, size * page.paper.text).draw(spec, theme, ground)


class _Legend:
    """A legend being drawn from top to bottom."""

    def __init__(self, page: TrialPage, room: Box, size: float) -> None:
        self._page, self._room, self._size = page, room, size
        self.top = room.top

    def draw(self, spec: MapSpec, theme: CellTheme | None, ground: SheetGround) -> None:
        if theme is not None:
            self._theme(spec, theme)
        self._lines(spec, ground)
        self._places(spec, ground)

    def _theme(self, spec: MapSpec, theme: CellTheme) -> None:
        self._title(theme.legend_title)
        for rank, (colour, label) in enumerate(zip(theme.classes.colours, theme.classes.labels, strict=True)):
            if rank == theme.classes.mark_rank:
                self._mark_threshold(theme.classes.mark)
            counted = f"{label} ({theme.people[rank]})" if theme.people else label
            self._entry(counted, self._swatch(colour, class_letter(rank)))
        if theme.has_unknown:
            self._entry("Pas de valeur", self._swatch(spec.style.no_data))
        if spec.cells is not None and spec.cells.imputed.any():
            self._entry(f"Valeurs {IMPUTED}", self._crossed)
        self._entry("Aucun habitant", self._swatch("#ffffff"))
        for note in (theme.classes.method, theme.note):
            self._note(note)

    def _lines(self, spec: MapSpec, ground: SheetGround) -> None:
        self._title("Périmètres")
        for layer in printed_perimeters(spec, ground):
            options = line_options(layer.style, spec.style.lines[layer.style])
            self._entry(layer.name, self._line(options, HATCHES.get(layer.style, "")))
        if spec.outline is not None and spec.outline.outline is not None:
            options = line_options("sector", spec.style.lines["sector"]) | {"dash_capstyle": "round"}
            self._entry(spec.outline.name, self._line(options))
        if spec.links is not None:
            for is_axis, name in ((True, "Axe existant (tracé schématique)"), (False, "Liaison à faire (schématique)")):
                if any(link.is_axis is is_axis for link in spec.links.links):
                    key = "axis" if is_axis else "link"
                    self._entry(name, self._line(line_options(key, spec.style.lines[key])))

    def _places(self, spec: MapSpec, ground: SheetGround) -> None:
        layers = printed_places(spec, ground)
        if layers:
            self._title("Lieux")
        for layer in layers:
            place = spec.style.places[layer.category]
            self._entry(layer.name, self._mark(mark_options(layer.category, place.colour, filled=layer.labelled)))

    def _title(self, text: str) -> None:
        self.top += _GAP_MM * self._size if self.top > self._room.top else 0
        points = 7.5 * self._size
        options: dict[str, Any] = {"color": ACCENT, "zorder": _ZORDER}
        self.top = self._page.paragraph(text, self._room.left, self.top, points, self._room.width, bold=True, **options)
        self.top += 0.6 * self._size

    def _entry(self, text: str, draw_key: Callable[[float, float], None]) -> None:
        points, key_mm = 6.8 * self._size, _KEY_MM * self._size
        draw_key(self._room.left, self.top + line_height(points) / 2)
        width = self._room.width - key_mm
        self.top = self._page.paragraph(text, self._room.left + key_mm, self.top, points, width, zorder=_ZORDER)
        self.top += 0.35 * self._size

    def _mark_threshold(self, text: str) -> None:
        """Rule and words between the classes under the threshold and those above."""
        points, left = 6.8 * self._size, self._room.left
        self._page.line(
            [(left, self.top), (left + self._room.width, self.top)], color=INK, linewidth=0.9, zorder=_ZORDER
        )
        self.top = self._page.paragraph(
            text, left, self.top + 0.3 * self._size, points, self._room.width, bold=True, zorder=_ZORDER
        )
        self.top += 0.35 * self._size

    def _note(self, text: str) -> None:
        if text:
            options: dict[str, Any] = {"color": SOFT_INK, "zorder": _ZORDER}
            self.top = self._page.paragraph(
                text, self._room.left, self.top + 0.4, 5.6 * self._size, self._room.width, **options
            )

    def _swatch(self, colour: str, letter: str = "") -> Callable[[float, float], None]:
        def draw(left: float, middle: float) -> None:
            width, height = 6.5 * self._size, 2.6 * self._size
            options = {"facecolor": colour, "edgecolor": SOFT_INK, "linewidth": 0.3, "zorder": _ZORDER}
            self._page.box(left, middle - height / 2, width, height, **options)
            points = 5 * self._size
            self._page.text(
                letter,
                left + width / 2,
                middle + points * MM_PER_POINT * 0.36,
                points,
                centred=True,
                color=readable_on(colour),
                zorder=_ZORDER + 1,
            )

        return draw

    def _crossed(self, left: float, middle: float) -> None:
        self._swatch("#ffffff")(left, middle)
        width, height = 6.5 * self._size, 2.6 * self._size
        ends = [(left, middle - height / 2), (left + width, middle + height / 2)]
        self._page.line(ends, color=SOFT_INK, linewidth=0.5, zorder=_ZORDER + 1)

    def _line(self, options: dict[str, Any], hatch: str = "") -> Callable[[float, float], None]:
        def draw(left: float, middle: float) -> None:
            if hatch:
                height = 1.7 * self._size
                fill = {"facecolor": "none", "edgecolor": options["color"], "hatch": hatch, "linewidth": 0}
                self._page.box(left, middle - height, 7 * self._size, 2 * height, zorder=_ZORDER, **fill)
            self._page.line([(left, middle), (left + 7 * self._size, middle)], zorder=_ZORDER, **options)

        return draw

    def _mark(self, options: dict[str, Any]) -> Callable[[float, float], None]:
        def draw(left: float, middle: float) -> None:
            self._page.line([(left + 3 * self._size, middle)], zorder=_ZORDER, **options)

        return draw


# --- A printed map on one sheet: title, map, legend, where it lies, scale, north, sources and date

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


def draw_sheet(spec: MapSpec, options: SheetOptions | None = None, read: ShapeReader | None = None) -> MapSheet:
    """Draw a map on one page; to be called, and its page saved, within `printing()`.

    Parameters
    ----------
    read : the reader of sheets that share geometries.

    Raises
    ------
    InvalidInputError
        The map has no theme of that key.
    """
    options = options or SheetOptions()
    theme = _theme(spec, options.theme)
    page = Page(PAPERS[options.paper])
    window, legend, locator = _boxes(page.paper, _head(page, spec), _foot(page, spec))
    read = read or ShapeReader()
    ground = ground_around(subject_bounds(spec, read), window, read=read)
    drawing = MapDrawing(page, ground)
    drawing.backdrop(spec)
    drawing.ground(spec)
    if spec.cells is not None and theme is not None:
        drawing.cells(spec.cells, theme, spec.style.no_data)
    drawing.perimeters(printed_perimeters(spec, ground), spec)
    drawing.sector(spec)
    drawing.places(printed_places(spec, ground), spec)
    drawing.reasons(spec)
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


# --- Texts and tables printed in columns, page after page, after the map that they are about

_COLUMN_GUTTER_MM = 10.0
_HEAD_MM = 16.0
_FIGURE_MM = 24.0
_ITEM_MM = 3.5
_CELL_GAP_MM = 2.0
_TITLE, _TEXT, _SMALL, _FIGURE = 10.0, 8.2, 6.8, 11.5


def text_pages(title: str, blocks: Iterable[Block], paper: PaperFormat, *, columns: int = 2) -> tuple[Page, ...]:
    """Print blocks under a title; to be called within `printing()`.

    What leaves a page half empty is written larger, as far as it fills that page.
    """
    written, usual = list(blocks), PAPERS[paper]
    sizes = [replace(usual, text=usual.text * scale) for scale in _LARGER]
    size = next((size for size in sizes if len(_flowed(title, written, size, columns, TrialPage)) == 1), usual)
    return _flowed(title, written, size, columns, Page)


_LARGER = (1.5, 1.35, 1.2, 1.1)


def _flowed(
    title: str, blocks: Iterable[Block], paper: Paper, columns: int, page_of: type[_AnyPage]
) -> tuple[_AnyPage, ...]:
    flow = _Flow(title, paper, columns, page_of)
    for block in blocks:
        if isinstance(block, PanelSection):
            flow.section(block)
        else:
            flow.table(block)
    return tuple(flow.pages)


class _Flow(Generic[_AnyPage]):
    """A place on the last of some pages, which goes from column to column."""

    def __init__(self, title: str, paper: Paper, columns: int, page_of: type[_AnyPage]) -> None:
        self._title, self._paper, self._columns, self._page_of = title, paper, columns, page_of
        self._width = (paper.width_mm - 2 * paper.margin_mm - _COLUMN_GUTTER_MM * (columns - 1)) / columns
        self.pages: list[_AnyPage] = []
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
            self._item(*((item[2:], item[0]) if section.numbered else (item, "–")))
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

    def _item(self, text: str, sign: str) -> None:
        size, indent = _TEXT * self._paper.text, _ITEM_MM * self._paper.text * (1.0 if sign == "–" else 1.5)
        lines = wrapped(text, size, self._width - indent)
        self._room(len(lines) * line_height(size))
        self._page.paragraph(sign, self._left, self._top, size, indent)
        self._top = self._page.paragraph(text, self._left + indent, self._top, size, self._width - indent)
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
        self._page = self._page_of(paper)
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
        self._left = self._paper.margin_mm + self._column * (self._width + _COLUMN_GUTTER_MM)
        self._top = self._first


def sheet_pdf(spec: MapSpec, options: SheetOptions | None = None) -> bytes:
    """Print a map, then what its panel says; the same map always gives the same bytes.

    Raises
    ------
    InvalidInputError
        The map has no theme of the key asked for.
    """
    options = options or SheetOptions()
    with printing():
        sheet = draw_sheet(spec, options)
        return pdf_bytes((sheet.page, *text_pages(spec.title, spec.panel, options.paper)), spec.title)


def sheet_png(spec: MapSpec, options: SheetOptions | None = None) -> bytes:
    """Print a map as a picture at 300 dots per inch; parameters and errors as `sheet_pdf`."""
    with printing():
        return png_bytes(draw_sheet(spec, options).page)
