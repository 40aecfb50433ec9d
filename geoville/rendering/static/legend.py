"""The legend of a printed map: every class, line and mark that is drawn, as it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.rendering.cell_layer import IMPUTED
from geoville.rendering.static.map import class_letter, printed_perimeters, printed_places
from geoville.rendering.static.marks import HATCHES, line_options, mark_options, paler, readable_on
from geoville.rendering.static.paper import ACCENT, MM_PER_POINT, SOFT_INK, line_height

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoville.rendering.map_cells import CellTheme
    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.statement.labels import Box
    from geoville.rendering.static.ground import Ground
    from geoville.rendering.static.paper import Page

_KEY_MM = 9.0
_GAP_MM = 1.6
_SIZES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58, 0.52)
"""Parts of the usual size that are tried until the whole legend holds in its box."""
_ZORDER = 15


def draw_legend(page: Page, room: Box, spec: MapSpec, theme: CellTheme | None, ground: Ground) -> None:
    """Draw the legend in a box of the page, as large as it holds there."""
    from geoville.rendering.static.paper import Page as Draft

    for size in _SIZES:
        legend = _Legend(Draft(page.paper), room, size * page.paper.text)
        legend.draw(spec, theme, ground)
        if legend.top <= room.top + room.height:
            break
    _Legend(page, room, size * page.paper.text).draw(spec, theme, ground)


class _Legend:
    """A legend being drawn from top to bottom."""

    def __init__(self, page: Page, room: Box, size: float) -> None:
        self._page, self._room, self._size = page, room, size
        self.top = room.top

    def draw(self, spec: MapSpec, theme: CellTheme | None, ground: Ground) -> None:
        if theme is not None:
            self._theme(spec, theme)
        self._lines(spec, ground)
        self._places(spec, ground)

    def _theme(self, spec: MapSpec, theme: CellTheme) -> None:
        self._title(theme.legend_title)
        for rank, (colour, label) in enumerate(zip(theme.classes.colours, theme.classes.labels, strict=True)):
            self._entry(label, self._swatch(paler(colour), class_letter(rank)))
        if theme.has_unknown:
            self._entry("Pas de valeur", self._swatch(paler(spec.style.no_data)))
        if spec.cells is not None and spec.cells.imputed.any():
            self._entry(f"Valeurs {IMPUTED}", self._crossed)
        self._entry("Aucun habitant", self._swatch("#ffffff"))
        for note in (theme.classes.method, theme.note):
            self._note(note)

    def _lines(self, spec: MapSpec, ground: Ground) -> None:
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

    def _places(self, spec: MapSpec, ground: Ground) -> None:
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
                ha="center",
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
