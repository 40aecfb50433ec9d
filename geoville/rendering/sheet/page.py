"""The paper of a static sheet: its page and its ground."""

from __future__ import annotations

import io
import math
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.errors import InvalidInputError
from geoville.french import UNIT_SPACE
from geoville.rendering.paper import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.paper import Box


INK, SOFT_INK, ACCENT, HAIRLINE = "#1d2733", "#4a5563", "#12355b", "#c3cad3"
PNG_DPI = 300
MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72
LEADING = 1.3
_PLAIN_SPACES = re.compile(r"[ \n]+")
_BEFORE_MARK = re.compile(r" (?=[;:?!»])|(?<=«) ")
_SETTINGS: dict[Any, Any] = {
    "pdf.fonttype": 42,  # letters stay letters: the text can be searched and copied
    "svg.fonttype": "path",
    "svg.hashsalt": "geoville",
    "hatch.linewidth": 0.5,
    "font.family": "DejaVu Sans",
    "axes.unicode_minus": True,
}


class PaperFormat(StrEnum):
    """Formats of a sheet, landscape."""

    A4 = "a4"
    A3 = "a3"


@dataclass(frozen=True, slots=True)
class Paper:
    """Sizes of a sheet in landscape.

    Parameters
    ----------
    column_mm : width of the column beside the map.
    text : part of the usual size at which texts are written.
    """

    width_mm: float
    height_mm: float
    margin_mm: float
    column_mm: float
    text: float


PAPERS = {
    PaperFormat.A4: Paper(297.0, 210.0, 10.0, 70.0, 1.0),
    PaperFormat.A3: Paper(420.0, 297.0, 12.0, 92.0, 1.25),
}


def paper_format(name: str) -> PaperFormat:
    """Return the format of that name.

    Raises
    ------
    InvalidInputError
        There is none.
    """
    try:
        return PaperFormat(name.lower())
    except ValueError:
        known = ", ".join(PaperFormat)
        raise InvalidInputError(f"Le papier « {name} » est inconnu", advice=f"formats connus : {known}") from None


class TrialPage:
    """A page where things take room and nothing is drawn: what is tried is not what is printed."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    def text(self, text: str, left: float, baseline: float, points: float, **options: Any) -> None:
        """Write one line, as `Page` does: no room is taken."""

    def paragraph(
        self, text: str, left: float, top: float, points: float, width_mm: float, *, bold: bool = False, **options: Any
    ) -> float:
        """Write lines that fit a width, and return the height of what follows."""
        for line in wrapped(text, points, width_mm, bold=bold):
            self.text(line, left, top + points * MM_PER_POINT, points, bold=bold, **options)
            top += line_height(points)
        return top

    def line(self, points: Sequence[tuple[float, float]] | NDArray[np.float64], **options: Any) -> Any:
        """Draw a line through points, as `Page` does."""

    def box(self, left: float, top: float, width: float, height: float, **options: Any) -> Any:
        """Draw a rectangle, as `Page` does."""


class Page(TrialPage):
    """One page; everything on it is placed in millimetres from its top left corner, downwards."""

    def __init__(self, paper: Paper) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        super().__init__(paper)
        width, height = paper.width_mm / MM_PER_INCH, paper.height_mm / MM_PER_INCH
        self.figure: Any = Figure(figsize=(width, height))
        inches = Affine2D().scale(1 / MM_PER_INCH, -1 / MM_PER_INCH).translate(0, height)
        self.placed: Any = inches + self.figure.dpi_scale_trans
        self._lines: dict[tuple[float, int], Any] = {}

    def add(self, artist: Any) -> Any:
        """Draw what matplotlib draws, placed in millimetres."""
        artist.set_transform(self.placed)
        return self.figure.add_artist(artist)

    def text(self, text: str, left: float, baseline: float, points: float, **options: Any) -> None:
        """Write one line; nothing in it is read as a formula.

        Parameters
        ----------
        left : where the line begins, or its middle where it is centred.
        options : `bold`, `centred`, `color`, `zorder`, and `clip`, a box of matplotlib where alone it is written.
        """
        from geoville.rendering.sheet.canvas import WrittenLine, WrittenLines

        zorder, clip, bold = options.get("zorder", 3.0), options.get("clip"), options.get("bold", False)
        if not text:
            return
        lines = self._lines.get((zorder, id(clip)))
        if lines is None:
            lines = self._lines[zorder, id(clip)] = self.add(WrittenLines(zorder))
            lines.set_clip_box(clip)
        start = left - text_width(text, points, bold=bold) / 2 if options.get("centred") else left
        lines.add(WrittenLine(text, start, baseline, points, bold, options.get("color", INK)))

    def lettering(self, text: str, left: float, baseline: float, points: float, **options: Any) -> Any:
        """Write one line as matplotlib's `Text` can: turned, boxed or with an edge."""
        from matplotlib.text import Text

        options = {"color": INK, "parse_math": False, "va": "baseline", **options}
        return self.add(Text(left, baseline, text, fontsize=points, **options))

    def line(self, points: Sequence[tuple[float, float]] | NDArray[np.float64], **options: Any) -> Any:
        """Draw a line through points."""
        from matplotlib.lines import Line2D

        horizontal, vertical = np.asarray(points, dtype=float).T
        return self.add(Line2D(horizontal, vertical, **options))

    def box(self, left: float, top: float, width: float, height: float, **options: Any) -> Any:
        """Draw a rectangle."""
        from matplotlib.patches import Rectangle

        return self.add(Rectangle((left, top), width, height, **options))


def line_height(points: float) -> float:
    """Millimetres from one line of text to the next."""
    return points * MM_PER_POINT * LEADING


def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """Width in millimetres of a line of text."""
    return _width_of_a_point(text, bold) * points * MM_PER_POINT


_TEXTS_AT_HAND = 16_384


@lru_cache(_TEXTS_AT_HAND)
def _width_of_a_point(text: str, bold: bool) -> float:  # noqa: FBT001 - a key
    """Width of a text one point high, in points: letters are measured without fitting them to dots."""
    from matplotlib.textpath import text_to_path

    from geoville.rendering.sheet.canvas import font

    width, _, _ = text_to_path.get_text_width_height_descent(text, font(1.0, bold=bold), ismath=False)
    return float(width)


@lru_cache(_TEXTS_AT_HAND)
def wrapped(text: str, points: float, width_mm: float, *, bold: bool = False) -> tuple[str, ...]:
    """Lines of a text that fit a width; a word longer than that keeps a line of its own.

    Notes
    -----
    Only plain spaces part words: no-break spaces hold numbers and units together, and no line begins with a mark that
    French parts from its word.
    """
    space = text_width("a a", points, bold=bold) - text_width("aa", points, bold=bold)
    lines: list[list[str]] = [[]]
    filled = 0.0
    for word in _PLAIN_SPACES.split(_BEFORE_MARK.sub(UNIT_SPACE, text.strip())):
        width = text_width(word, points, bold=bold)
        if lines[-1] and filled + space + width > width_mm:
            lines.append([])
            filled = 0.0
        filled += width + (space if lines[-1] else 0.0)
        lines[-1].append(word)
    return tuple(" ".join(line) for line in lines)


@contextmanager
def printing() -> Iterator[None]:
    """Fonts and lines of everything that is drawn and saved inside."""
    import matplotlib as mpl

    with mpl.rc_context(_SETTINGS):
        yield


def pdf_bytes(pages: Iterable[Page], title: str) -> bytes:
    """Pages as one PDF in vectors; the same pages always give the same bytes."""
    from geoville.rendering.sheet.canvas import PdfBook

    book = PdfBook(title)
    for page in pages:
        book.add(page.figure)
    return book.close()


def png_bytes(page: Page, dpi: int = PNG_DPI) -> bytes:
    """One page as a picture."""
    stream = io.BytesIO()
    page.figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()


def svg_text(page: Page) -> str:
    """One page as an SVG document, letters as outlines."""
    stream = io.StringIO()
    page.figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


# --- The window of ground that a printed map shows, at a round scale, and where things fall on the paper

_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 10.0)
_METRES_PER_DEGREE = 111_320.0
"""Of longitude at the equator, on the sphere of the WGS84 major axis."""
_MM_PER_METRE = 1000.0
_BEYOND_MM = 5.0
"""What is drawn beyond the frame, so that no outline runs along it."""
_LARGEST_SCALE = 5000.0
"""Cells of 200 m say nothing more when they are drawn larger."""
_MARGIN = 0.12
"""Part of the subject's size left around it: a page leaves more to move about, a sheet cannot be moved."""
_GRATICULE_MINUTES = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0)
_FEWEST_LINES = 3


class ShapeReader:
    """GeoJSON geometries of maps, each read once however many sheets draw it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Mapping[str, Any], BaseGeometry]] = {}

    def __call__(self, geometry: Mapping[str, Any]) -> BaseGeometry:
        """Return the same for GEOS, in degrees."""
        import shapely

        known = self._known.get(id(geometry))
        if known is None:  # what is read is kept: no other geometry takes its place in memory
            known = self._known[id(geometry)] = (geometry, shapely.geometry.shape(dict(geometry)))
        return known[1]


@dataclass(frozen=True, slots=True)
class SheetGround:
    """A rectangle of the page and the ground that it shows, north up.

    Parameters
    ----------
    window : on the page, in millimetres.
    lon, lat : of its middle, degrees WGS84.
    denominator : of the scale, true in the middle; degrees are drawn straight.
    read : what reads the geometries of maps.
    """

    window: Box
    lon: float
    lat: float
    denominator: float
    read: ShapeReader = field(default_factory=ShapeReader, compare=False, repr=False)
    _shown: dict[int, tuple[object, BaseGeometry]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def metres_per_mm(self) -> float:
        """Ground on paper."""
        return self.denominator / _MM_PER_METRE

    @property
    def frame(self) -> Frame:
        """Paper and ground of the window, in metres from its middle."""
        scale = self.metres_per_mm
        width, height = self.window.width, self.window.height
        return Frame(width, height, -width * scale / 2, height * scale / 2, scale)

    def place(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """(…, 2) millimetres on the page of lon and lat in degrees."""
        per_mm = _METRES_PER_DEGREE / self.metres_per_mm
        across = (positions[..., 0] - self.lon) * math.cos(math.radians(self.lat)) * per_mm
        down = (self.lat - positions[..., 1]) * per_mm
        return np.stack(
            (self.window.left + self.window.width / 2 + across, self.window.top + self.window.height / 2 + down), -1
        )

    def shape(self, geometry: Mapping[str, Any]) -> BaseGeometry:
        """What the window shows of a GeoJSON geometry, in millimetres of the page, and a little beyond."""
        known = self._shown.get(id(geometry))
        if known is None:
            known = self._shown[id(geometry)] = (geometry, self.shown(self.read(geometry)))
        return known[1]

    def shown(self, area: BaseGeometry) -> BaseGeometry:
        """Return the same of a geometry in degrees."""
        import shapely

        left, top = self.window.left - _BEYOND_MM, self.window.top - _BEYOND_MM
        right, bottom = left + self.window.width + 2 * _BEYOND_MM, top + self.window.height + 2 * _BEYOND_MM
        (west, low), (east, high) = self.place(np.array(area.bounds).reshape(2, 2)).tolist()
        if east < left or west > right or low < top or high > bottom:
            return shapely.Polygon()
        drawn = shapely.make_valid(shapely.transform(area, self.place))
        seen: BaseGeometry = drawn.intersection(shapely.box(left, top, right, bottom))
        return seen

    def holds(self, position: NDArray[np.float64]) -> bool:
        """Whether a point of the page is in the window."""
        return bool(
            self.window.left <= position[0] <= self.window.left + self.window.width
            and self.window.top <= position[1] <= self.window.top + self.window.height
        )

    def degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the window."""
        down = self.window.height * self.metres_per_mm / _METRES_PER_DEGREE / 2
        across = self.window.width * self.metres_per_mm / _METRES_PER_DEGREE / 2 / math.cos(math.radians(self.lat))
        return self.lon - across, self.lat - down, self.lon + across, self.lat + down

    def graticule(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Longitudes and latitudes of lines that cross the window, a round number of minutes apart."""
        west, south, east, north = self.degrees()
        span = min(east - west, north - south) * 60
        step = max((minutes for minutes in _GRATICULE_MINUTES if span / minutes >= _FEWEST_LINES), default=0.25) / 60
        return tuple(_multiples(west, east, step)), tuple(_multiples(south, north, step))


def subject_bounds(spec: MapSpec, read: ShapeReader | None = None) -> tuple[float, float, float, float]:
    """West, south, east, north of what a map opens on: the perimeters, sector and named places wholly in its view."""
    import shapely

    view, read = shapely.box(*spec.bounds), read or ShapeReader()
    drawn = [shape.geometry for layer in spec.perimeters if layer.shown for shape in layer.shapes]
    if spec.outline is not None and spec.outline.outline is not None:
        drawn.append(spec.outline.outline.geometry)
    named = [place for layer in spec.places if layer.labelled for place in layer.places]
    shapes = [
        *map(read, drawn),
        *(shapely.Point(place.lon, place.lat) for place in named),
    ]
    inside = [shape for shape in shapes if view.contains(shape)]
    return shapely.union_all(inside).bounds if any(shape.area for shape in inside) else spec.bounds


def ground_around(
    bounds: tuple[float, float, float, float], window: Box, *, margin: float = _MARGIN, read: ShapeReader | None = None
) -> SheetGround:
    """Show a subject at the largest round scale at which it holds in a window.

    Parameters
    ----------
    bounds : west, south, east, north of the subject, degrees.
    margin : part of its size left around it.
    """
    west, south, east, north = bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    across = (east - west) * (1 + margin) * math.cos(math.radians(lat)) * _METRES_PER_DEGREE
    along = (north - south) * (1 + margin) * _METRES_PER_DEGREE
    least = max(max(across / window.width, along / window.height) * _MM_PER_METRE, _LARGEST_SCALE)
    return SheetGround(window, lon, lat, _round_up(least), read or ShapeReader())


def _round_up(denominator: float) -> float:
    power = 10.0 ** math.floor(math.log10(denominator))
    return next(step * power for step in (*_STEPS, 20.0) if step * power >= denominator * (1 - 1e-9))


def _multiples(low: float, high: float, step: float) -> Iterator[float]:
    for count in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield count * step
