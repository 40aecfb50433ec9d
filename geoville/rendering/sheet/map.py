"""The map of a static sheet: marks and labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.rendering.cells import NO_CLASS
from geoville.rendering.layers import short_name
from geoville.rendering.look import GROUND_LINES
from geoville.rendering.paper import Box, LabelBoard
from geoville.rendering.sheet.page import ACCENT, INK, LEADING, MM_PER_POINT, SOFT_INK, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.rendering.cells import CellLayer, CellTheme
    from geoville.rendering.look import LineStyle
    from geoville.rendering.map_spec import MapSpec, PerimeterLayer, PlaceLayer, PlacePoint
    from geoville.rendering.paper import Label
    from geoville.rendering.sheet.page import Page, SheetGround


# --- How lines and marks look on paper: told apart without colour, by dashes, hatches and shapes

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


def readable_on(colour: str) -> str:
    """Ink that is read on a fill."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#3f4854"  # noqa: PLR2004 - half-light


# --- A map as data drawn on a page: cells of one theme, perimeters, axis and links, places

BACKDROP = "#eceef1"
CELL_EDGE = "#ffffff"
_REASON_POINTS = 11
_REASON_MM = 4.2
"""Size of the disc of a number, and how far it stands from its place."""

_HEIGHTS = {
    "backdrop": 1.0,
    "water": 1.5,
    "cells": 2.0,
    "ground": 2.3,
    "letters": 2.5,
    "hatches": 3.0,
    "lines": 4.0,
    "links": 5.0,
    "places": 6.0,
}
_LEAST_LETTERED_MM = 5.0
_LETTER_POINTS = 5.0
_LETTER_INSET = 0.1
_ALWAYS_OFF = frozenset({"street"})
"""Categories that only serve to find one's way on a page."""


class MapDrawing:
    """Everything that is drawn inside the frame of a map.

    Parameters
    ----------
    page, ground : where, and what of the ground.
    """

    def __init__(self, page: Page, ground: SheetGround) -> None:
        from matplotlib.transforms import Bbox, TransformedBbox

        window = ground.window
        self._page, self._ground = page, ground
        self._clip = TransformedBbox(
            Bbox.from_bounds(window.left, window.top, window.width, window.height), page.placed
        )

    def cells(self, cells: CellLayer, theme: CellTheme, no_data: str) -> None:
        """Draw the cells in the window, each with the letter of its class where there is room for one."""
        squares = self._ground.place(cells.squares)
        seen = self._seen(squares)
        squares, classes = squares[seen], theme.class_of[seen]
        colours = [no_data if rank == NO_CLASS else theme.classes.colours[rank] for rank in classes.tolist()]
        self._polygons(squares, facecolors=colours, edgecolors=CELL_EDGE, linewidths=0.3, zorder=_HEIGHTS["cells"])
        marked = squares[cells.imputed[seen]]
        diagonals = marked[:, [1, 3]]
        self._segments(diagonals, colors=SOFT_INK, linewidths=0.35, zorder=_HEIGHTS["cells"] + 0.1)
        if len(squares) and np.ptp(squares[0, :, 0]) >= _LEAST_LETTERED_MM:
            self._letters(squares, classes, colours)

    def backdrop(self, spec: MapSpec) -> None:
        """Draw the inhabited area."""
        if spec.backdrop is not None:
            self._fill(self._ground.shape(spec.backdrop), facecolor=BACKDROP, zorder=_HEIGHTS["backdrop"])

    def ground(self, spec: MapSpec) -> None:
        """Draw water under the cells; streets and railways are seen through them."""
        import shapely

        for layer in spec.ground:
            line = GROUND_LINES[layer.kind]
            shapes = layer.shapes
            for area in shapes[shapely.get_dimensions(shapes) > 1]:
                self._fill(self._ground.shown(area), facecolor=line.colour, zorder=_HEIGHTS["water"])
            lines = [
                self._ground.place(shapely.get_coordinates(item))
                for item in shapes[shapely.get_dimensions(shapes) == 1]
            ]
            options = {"linewidths": line.width_px * _POINTS_PER_PIXEL, "zorder": _HEIGHTS["ground"], "alpha": 0.6}
            self._segments(lines, colors=line.colour, linestyles="dashed" if line.dashes else "solid", **options)

    def perimeters(self, layers: Iterable[PerimeterLayer], spec: MapSpec, *, scale: float = 1.0) -> None:
        """Draw outlines on a white casing, and the hatches of what surrounds the quarters."""
        for layer in layers:
            options = line_options(layer.style, spec.style.lines[layer.style])
            options["linewidth"] *= scale
            drawn = [self._ground.shape(shape.geometry) for shape in layer.shapes]
            if (hatch := HATCHES.get(layer.style)) and scale == 1.0:
                hatched = {"facecolor": "none", "edgecolor": options["color"], "hatch": hatch}
                for area in drawn:
                    self._fill(area, zorder=_HEIGHTS["hatches"], **hatched)
            self._outlines(drawn, options)

    def sector(self, spec: MapSpec) -> None:
        """Draw the outline of the sector, its axis and what must be connected."""
        if spec.outline is not None and spec.outline.outline is not None:
            options = line_options("sector", spec.style.lines["sector"]) | {"dash_capstyle": "round"}
            self._outlines([self._ground.shape(spec.outline.outline.geometry)], options)
        for link in spec.links.links if spec.links else ():
            key = "axis" if link.is_axis else "link"
            options = line_options(key, spec.style.lines[key])
            points = self._ground.place(np.array(link.points))
            self._cased([points], options, _HEIGHTS["links"])

    def reasons(self, spec: MapSpec) -> None:
        """Write the numbers of the reasons where they stand; those of one place side by side."""
        held: Counter[tuple[float, float]] = Counter()
        for number, point in ((reason.number, point) for reason in spec.reasons for point in reason.points):
            x, y = self._ground.place(np.array(point)).tolist()
            x, y = x + held[point] * _REASON_MM, y - _REASON_MM
            held[point] += 1
            if self._ground.holds(np.array((x, y))):
                disc = {"marker": "o", "markersize": _REASON_POINTS, "color": spec.style.lines["sector"].colour}
                self._page.line([(x, y)], markeredgecolor="white", zorder=_HEIGHTS["places"] + 1, **disc)
                options: dict[str, Any] = {"ha": "center", "va": "center_baseline", "color": "white"}
                height = _HEIGHTS["places"] + 2
                self._page.lettering(str(number), x, y, _LETTER_POINTS + 1, zorder=height, weight="bold", **options)

    def places(self, layers: Iterable[PlaceLayer], spec: MapSpec) -> None:
        """Draw the marks of places, those of the subject above the others."""
        for layer in sorted(layers, key=lambda layer: layer.labelled):
            colour = spec.style.places[layer.category].colour
            options = mark_options(layer.category, colour, filled=layer.labelled)
            for place in layer.places:
                position = self._ground.place(np.array([place.lon, place.lat]))
                self._page.line([tuple(position)], zorder=_HEIGHTS["places"], **options)

    def rectangle(self, other: SheetGround) -> None:
        """Draw the window of another map."""
        west, south, east, north = other.degrees()
        ring = np.array([(west, south), (east, south), (east, north), (west, north), (west, south)])
        options = {"color": "#b00020", "linewidth": 1.4}
        self._lines([self._ground.place(ring)], options, zorder=_HEIGHTS["places"])

    def frame(self, **options: Any) -> None:
        """Draw the edge of the window."""
        window = self._ground.window
        options = {"facecolor": "none", "edgecolor": SOFT_INK, "linewidth": 0.8, "zorder": 20, **options}
        self._page.box(window.left, window.top, window.width, window.height, **options)

    def ruled(self, horizontal: Iterable[float], vertical: Iterable[float]) -> None:
        """Draw lines across the window at heights and at distances from the left of the page."""
        window = self._ground.window
        across = [((window.left, top), (window.left + window.width, top)) for top in horizontal]
        along = [((left, window.top), (left, window.top + window.height)) for left in vertical]
        lines = np.array([*across, *along]).reshape(-1, 2, 2)
        self._segments(lines, colors=SOFT_INK, linewidths=0.3, linestyles="dotted", zorder=_HEIGHTS["hatches"])

    def _seen(self, squares: Any) -> Any:
        window = self._ground.window
        low, high = squares.min(axis=1), squares.max(axis=1)
        right, bottom = window.left + window.width, window.top + window.height
        beside = (high[:, 0] < window.left) | (low[:, 0] > right)
        return ~(beside | (high[:, 1] < window.top) | (low[:, 1] > bottom))

    def _letters(self, squares: Any, classes: Any, colours: list[str]) -> None:
        south_west, north_east = squares[:, 0], squares[:, 2]
        corners = south_west + _LETTER_INSET * (north_east - south_west)
        for corner, rank, colour in zip(corners, classes.tolist(), colours, strict=True):
            if rank != NO_CLASS and self._ground.holds(corner):
                options: dict[str, Any] = {"color": readable_on(colour), "zorder": _HEIGHTS["letters"]}
                options |= {"centred": True, "clip": self._clip}
                left, top = corner.tolist()
                self._page.text(class_letter(rank), left, top, _LETTER_POINTS, **options)

    def _outlines(self, areas: Iterable[BaseGeometry], options: dict[str, Any]) -> None:
        self._cased([ring for area in areas for ring in _rings(area)], options, _HEIGHTS["lines"])

    def _cased(self, lines: Sequence[Any], options: dict[str, Any], zorder: float) -> None:
        """Draw lines on a white casing, which parts them from dark cells."""
        casing = {"color": "white", "linewidth": options["linewidth"] + CASING_POINTS, "alpha": 0.85}
        self._lines(lines, casing, zorder=zorder)
        self._lines(lines, options, zorder=zorder + 0.5)

    def _lines(self, lines: Sequence[Any], options: dict[str, Any], *, zorder: float) -> None:
        """Draw lines as one: matplotlib takes as long for each thing that it draws as for its points."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        if not lines:
            return
        look = {name: value for name, value in options.items() if not name.endswith("style")}
        dashes = options.get("linestyle", "solid")
        cap = "projecting" if dashes == "solid" else options["dash_capstyle"]
        drawn = Path.make_compound_path(*map(Path, lines))
        patch = PathPatch(drawn, fill=False, linestyle=dashes, capstyle=cap, joinstyle="round", zorder=zorder, **look)
        self._page.add(patch).set_clip_box(self._clip)

    def _fill(self, drawn: BaseGeometry, **options: Any) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        rings = [Path(ring, closed=True) for ring in _rings(drawn)]
        if rings:
            patch = PathPatch(Path.make_compound_path(*rings), linewidth=0, **options)
            self._page.add(patch).set_clip_box(self._clip)

    def _polygons(self, polygons: Any, **options: Any) -> None:
        from matplotlib.collections import PolyCollection

        self._page.add(PolyCollection(polygons, **options)).set_clip_box(self._clip)

    def _segments(self, segments: Any, **options: Any) -> None:
        from matplotlib.collections import LineCollection

        self._page.add(LineCollection(segments, **options)).set_clip_box(self._clip)


def class_letter(rank: int) -> str:
    """Letter of a class, the same in its cells and in the legend."""
    return chr(ord("A") + rank)


def printed_places(spec: MapSpec, ground: SheetGround) -> tuple[PlaceLayer, ...]:
    """Places of a window that a sheet draws, on or off on a page: paper has no list to switch them on from."""
    layers = (layer for layer in spec.places if layer.shown or layer.category not in _ALWAYS_OFF)
    seen = (replace(layer, places=tuple(place for place in layer.places if _is_in(place, ground))) for layer in layers)
    return tuple(layer for layer in seen if layer.places)


def printed_perimeters(spec: MapSpec, ground: SheetGround) -> tuple[PerimeterLayer, ...]:
    """Layers of perimeters that are on when the map opens, and of which a window shows something."""
    return tuple(
        layer
        for layer in spec.perimeters
        if layer.shown and any(not ground.shape(shape.geometry).is_empty for shape in layer.shapes)
    )


def _is_in(place: PlacePoint, ground: SheetGround) -> bool:
    return ground.holds(ground.place(np.array([place.lon, place.lat])))


def _rings(drawn: BaseGeometry) -> list[Any]:
    import shapely

    polygons = [part for part in shapely.get_parts(drawn) if part.geom_type == "Polygon" and not part.is_empty]
    return [shapely.get_coordinates(ring) for part in polygons for ring in (part.exterior, *part.interiors)]


_PLACE_MM, _PERIMETER_MM = 2.3, 2.7
_LONGEST_NAME = 36
_TRIES_ACROSS = 7
_MARK_MM = MARK_POINTS * MM_PER_POINT
_PAD_MM = 1.0
_ZORDER = 10


def write_labels(page: Page, ground: SheetGround, spec: MapSpec, taken: Sequence[Box]) -> tuple[Label, ...]:
    """Write the names of what is drawn.

    Parameters
    ----------
    taken : boxes of the page that names must leave free.

    Returns
    -------
    Names as written: none of their boxes overlaps another one, nor a mark, nor `taken`.
    """
    board = LabelBoard(ground.window, [*taken, *_marks(spec, ground)], _extent)
    written = [label for label in _placed(board, spec, ground, page.paper.text) if label]
    for label in written:
        _write(page, label)
    return tuple(written)


def _placed(board: LabelBoard, spec: MapSpec, ground: SheetGround, size: float) -> Iterator[Label | None]:
    place_mm, perimeter_mm = _PLACE_MM * size, _PERIMETER_MM * size
    layers = sorted(printed_places(spec, ground), key=lambda layer: not layer.labelled)
    for layer in (layer for layer in layers if layer.labelled):
        for place in layer.places:
            yield board.write(place.label, *_point(ground, place.lon, place.lat), size_mm=place_mm)
    yield from _outline_label(board, spec, ground, perimeter_mm)
    yield from _perimeter_labels(board, spec, ground, perimeter_mm)
    for link in spec.links.links if spec.links else ():
        if not link.label:
            continue
        middle = np.array(link.points).mean(axis=0)
        yield board.write(link.label, *_point(ground, *middle), size_mm=place_mm, bold=True, beside=False)
    for layer in (layer for layer in layers if not layer.labelled):
        for place in layer.places:
            yield board.write(place.label, *_point(ground, place.lon, place.lat), size_mm=place_mm)


def _outline_label(board: LabelBoard, spec: MapSpec, ground: SheetGround, size_mm: float) -> Iterator[Label | None]:
    """Label of the sector, one line under the other."""
    if spec.outline is None:
        return
    x, y = _point(ground, spec.outline.label_lon, spec.outline.label_lat)
    for rank, line in enumerate(spec.outline.label.split("\n")):
        yield board.write(line, x, y + rank * size_mm * 1.6, size_mm=size_mm, bold=True, beside=False)


def _perimeter_labels(board: LabelBoard, spec: MapSpec, ground: SheetGround, size_mm: float) -> Iterator[Label | None]:
    """Names of the perimeters, each in its shape, once for a quarter that is drawn in two generations."""
    import shapely

    written: dict[str, list[Box]] = {}
    for name, shape in _named_shapes(spec, ground):
        if any(shape.intersects(shapely.box(*box.bounds)) for box in written.get(name, ())):
            continue
        tries = (board.write_on(name, *spot, size_mm=size_mm, bold=True) for spot in _spots_inside(shape, ground))
        label = next((label for label in tries if label), None)
        if label:
            written.setdefault(name, []).append(label.box)
        yield label


def _named_shapes(spec: MapSpec, ground: SheetGround) -> Iterator[tuple[str, BaseGeometry]]:
    for layer in printed_perimeters(spec, ground):
        for shape in layer.shapes:
            title = shape.popup.title
            name = title if len(title) <= _LONGEST_NAME else short_name(title)
            if len(name) <= _LONGEST_NAME:
                yield name, ground.shape(shape.geometry)


def _spots_inside(shape: BaseGeometry, ground: SheetGround) -> list[tuple[float, float]]:
    """Points of a shape that lie in the window, the nearest to its heart first."""
    import shapely

    window = ground.window
    box = shapely.box(window.left, window.top, window.left + window.width, window.top + window.height)
    shown = shape.intersection(box)
    if shown.is_empty:
        return []
    heart = shown.representative_point()
    left, top, right, bottom = shown.bounds
    across, down = np.meshgrid(np.linspace(left, right, _TRIES_ACROSS), np.linspace(top, bottom, 2 * _TRIES_ACROSS))
    tried = np.column_stack((across.ravel(), down.ravel()))
    inside = tried[shapely.intersects_xy(shown, *tried.T)]
    order = np.argsort(np.hypot(*(inside - (heart.x, heart.y)).T), kind="stable")
    return [(heart.x, heart.y), *(tuple(spot) for spot in inside[order].tolist())]


def _marks(spec: MapSpec, ground: SheetGround) -> Iterable[Box]:
    for layer in printed_places(spec, ground):
        for place in layer.places:
            x, y = _point(ground, place.lon, place.lat)
            yield Box(x - _MARK_MM / 2, y - _MARK_MM / 2, _MARK_MM, _MARK_MM)


def _extent(text: str, size_mm: float, bold: bool) -> tuple[float, float]:  # noqa: FBT001 - as `LabelBoard.extent`
    return text_width(text, size_mm / MM_PER_POINT, bold=bold) + _PAD_MM, size_mm * LEADING


def _point(ground: SheetGround, lon: float, lat: float) -> tuple[float, float]:
    x, y = ground.place(np.array([lon, lat])).tolist()
    return x, y


def _write(page: Page, label: Label) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.patheffects import withStroke

    from geoville.rendering.sheet.canvas import letters

    size, drawn = label.size_mm, letters(label.text, bold=label.bold)
    start = label.middle_mm - text_width(label.text, size / MM_PER_POINT, bold=label.bold) / 2
    vertices = np.asarray(drawn.vertices, dtype=float) * (size, -size) + (start, label.baseline_mm)
    colour = ACCENT if label.bold else INK
    written = page.add(PathPatch(Path(vertices, drawn.codes), facecolor=colour, linewidth=0, zorder=_ZORDER))
    written.set_path_effects([withStroke(linewidth=1.5, foreground="white")])
    box = label.box
    options = {"facecolor": "white", "edgecolor": "none", "alpha": 0.82, "zorder": _ZORDER - 1}
    page.box(box.left, box.top, box.width, box.height, **options)
