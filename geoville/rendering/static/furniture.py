"""What helps to read a printed map: scale, north, graticule, and where the window lies in its territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.french import distance, number
from geoville.rendering.statement.labels import Box
from geoville.rendering.static.ground import ground_around
from geoville.rendering.static.map import MapDrawing, printed_perimeters
from geoville.rendering.static.paper import INK, MM_PER_POINT, SOFT_INK

if TYPE_CHECKING:
    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.static.ground import Ground
    from geoville.rendering.static.paper import Page

_LONGEST_BAR_MM = 50.0
_BAR_PARTS = 4
_PAD_MM = 2.5
_BAR_MM = 1.6
_ZORDER = 15
_PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9}
_LOCATOR_MARGIN = 0.06


def draw_scale(page: Page, ground: Ground) -> Box:
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
        page.text(text, start + share * length_mm, bar_top - 0.8, points, ha="center", zorder=_ZORDER + 1)
    scale = f"Échelle 1 : {number(ground.denominator)}"
    page.text(scale, start, bar_top + _BAR_MM + letters_mm + 0.9, points, zorder=_ZORDER + 1)
    return box


def draw_north(page: Page, ground: Ground) -> Box:
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
        page.axes.add_patch(Polygon(points, closed=True, **options))
    page.text("N", middle, top - 1.0, 10 * page.paper.text, ha="center", fontweight="bold", zorder=_ZORDER + 1)
    return box


def draw_graticule(page: Page, ground: Ground, drawing: MapDrawing) -> None:
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
        page.text(_degrees(lon, "E" if lon >= 0 else "O"), x, window.top + 2.2, points, **options)
    for lat, y in zip(parallels, down, strict=True):
        page.text(_degrees(lat, "N" if lat >= 0 else "S"), window.left + 2.2, y, points, rotation=90, **options)


def draw_locator(page: Page, window: Box, spec: MapSpec, shown: Ground) -> None:
    """Draw the whole territory small, with the window of the main map."""
    import shapely

    backdrop = shapely.geometry.shape(dict(spec.backdrop)) if spec.backdrop else shapely.box(*spec.bounds)
    whole = shapely.union_all([backdrop.envelope, shapely.box(*shown.degrees())]).bounds
    ground = ground_around(whole, window, margin=_LOCATOR_MARGIN)
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
