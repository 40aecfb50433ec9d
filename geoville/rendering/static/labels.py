"""Names on a printed map: each where it hides nothing, the subject's first; what finds no room is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.rendering.place_layer import short_name
from geoville.rendering.statement.labels import Box, LabelBoard
from geoville.rendering.static.map import printed_perimeters, printed_places
from geoville.rendering.static.marks import MARK_POINTS
from geoville.rendering.static.paper import ACCENT, INK, LEADING, MM_PER_POINT, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.statement.labels import Label
    from geoville.rendering.static.ground import Ground
    from geoville.rendering.static.paper import Page

_PLACE_MM, _PERIMETER_MM = 2.3, 2.7
_LONGEST_NAME = 36
_TRIES_ACROSS = 7
_MARK_MM = MARK_POINTS * MM_PER_POINT
_PAD_MM = 1.0
_ZORDER = 10


def write_labels(page: Page, ground: Ground, spec: MapSpec, taken: Sequence[Box]) -> tuple[Label, ...]:
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


def _placed(board: LabelBoard, spec: MapSpec, ground: Ground, size: float) -> Iterator[Label | None]:
    place_mm, perimeter_mm = _PLACE_MM * size, _PERIMETER_MM * size
    layers = sorted(printed_places(spec, ground), key=lambda layer: not layer.labelled)
    for layer in (layer for layer in layers if layer.labelled):
        for place in layer.places:
            yield board.write(place.label, *_point(ground, place.lon, place.lat), size_mm=place_mm)
    yield from _outline_label(board, spec, ground, perimeter_mm)
    for name, shape in _named_shapes(spec, ground):
        tries = (board.write_on(name, *spot, size_mm=perimeter_mm, bold=True) for spot in _spots_inside(shape, ground))
        yield next((label for label in tries if label), None)
    for link in spec.links.links if spec.links else ():
        middle = np.array(link.points).mean(axis=0)
        yield board.write(link.label, *_point(ground, *middle), size_mm=place_mm, bold=True, beside=False)
    for layer in (layer for layer in layers if not layer.labelled):
        for place in layer.places:
            yield board.write(place.label, *_point(ground, place.lon, place.lat), size_mm=place_mm)


def _outline_label(board: LabelBoard, spec: MapSpec, ground: Ground, size_mm: float) -> Iterator[Label | None]:
    """Label of the sector, one line under the other."""
    if spec.outline is None:
        return
    x, y = _point(ground, spec.outline.label_lon, spec.outline.label_lat)
    for rank, line in enumerate(spec.outline.label.split("\n")):
        yield board.write(line, x, y + rank * size_mm * 1.6, size_mm=size_mm, bold=True, beside=False)


def _named_shapes(spec: MapSpec, ground: Ground) -> Iterator[tuple[str, BaseGeometry]]:
    for layer in printed_perimeters(spec, ground):
        for shape in layer.shapes:
            title = shape.popup.title
            name = title if len(title) <= _LONGEST_NAME else short_name(title)
            if len(name) <= _LONGEST_NAME:
                yield name, ground.shape(shape.geometry)


def _spots_inside(shape: BaseGeometry, ground: Ground) -> list[tuple[float, float]]:
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


def _marks(spec: MapSpec, ground: Ground) -> Iterable[Box]:
    for layer in printed_places(spec, ground):
        for place in layer.places:
            x, y = _point(ground, place.lon, place.lat)
            yield Box(x - _MARK_MM / 2, y - _MARK_MM / 2, _MARK_MM, _MARK_MM)


def _extent(text: str, size_mm: float, bold: bool) -> tuple[float, float]:  # noqa: FBT001 - as `LabelBoard.extent`
    return text_width(text, size_mm / MM_PER_POINT, bold=bold) + _PAD_MM, size_mm * LEADING


def _point(ground: Ground, lon: float, lat: float) -> tuple[float, float]:
    x, y = ground.place(np.array([lon, lat])).tolist()
    return x, y


def _write(page: Page, label: Label) -> None:
    from matplotlib.patheffects import withStroke

    written = page.text(
        label.text,
        label.middle_mm,
        label.baseline_mm,
        label.size_mm / MM_PER_POINT,
        ha="center",
        color=ACCENT if label.bold else INK,
        fontweight="bold" if label.bold else "normal",
        zorder=_ZORDER,
    )
    written.set_path_effects([withStroke(linewidth=1.5, foreground="white")])
    box = label.box
    options = {"facecolor": "white", "edgecolor": "none", "alpha": 0.82, "zorder": _ZORDER - 1}
    page.box(box.left, box.top, box.width, box.height, **options)
