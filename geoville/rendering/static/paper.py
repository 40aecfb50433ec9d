"""Paper on which maps are printed: formats, and a page written in millimetres with matplotlib."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.errors import InvalidInputError
from geoville.french import UNIT_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

INK, SOFT_INK, ACCENT, HAIRLINE = "#1d2733", "#4a5563", "#12355b", "#c3cad3"
PNG_DPI = 300
MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72
LEADING = 1.3
_FONT = "DejaVu Sans"
_PLAIN_SPACES = re.compile(r"[ \n]+")
_BEFORE_MARK = re.compile(r" (?=[;:?!»])|(?<=«) ")
_SETTINGS: dict[Any, Any] = {
    "pdf.fonttype": 42,  # letters stay letters: the text can be searched and copied
    "pdf.compression": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "geoville",
    "hatch.linewidth": 0.5,
    "font.family": _FONT,
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


class Page:
    """One page; everything on it is placed in millimetres from its top left corner, downwards."""

    def __init__(self, paper: Paper) -> None:
        from matplotlib.figure import Figure

        self.paper = paper
        self.figure: Any = Figure(figsize=(paper.width_mm / MM_PER_INCH, paper.height_mm / MM_PER_INCH))
        self.axes: Any = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, paper.width_mm), ylim=(paper.height_mm, 0))
        self.axes.axis("off")

    def text(self, text: str, left: float, baseline: float, points: float, **options: Any) -> Any:
        """Write one line; nothing in it is read as a formula."""
        options = {"color": INK, "parse_math": False, "va": "baseline", **options}
        return self.axes.text(left, baseline, text, fontsize=points, **options)

    def paragraph(
        self, text: str, left: float, top: float, points: float, width_mm: float, *, bold: bool = False, **options: Any
    ) -> float:
        """Write lines that fit a width, and return the height of what follows."""
        if bold:
            options["fontweight"] = "bold"
        for line in wrapped(text, points, width_mm, bold=bold):
            self.text(line, left, top + points * MM_PER_POINT, points, **options)
            top += line_height(points)
        return top

    def line(self, points: Sequence[tuple[float, float]] | NDArray[np.float64], **options: Any) -> Any:
        """Draw a line through points."""
        from matplotlib.lines import Line2D

        horizontal, vertical = np.asarray(points, dtype=float).T
        return self.axes.add_line(Line2D(horizontal, vertical, **options))

    def box(self, left: float, top: float, width: float, height: float, **options: Any) -> Any:
        """Draw a rectangle."""
        from matplotlib.patches import Rectangle

        return self.axes.add_patch(Rectangle((left, top), width, height, **options))


def line_height(points: float) -> float:
    """Millimetres from one line of text to the next."""
    return points * MM_PER_POINT * LEADING


@cache
def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """Width in millimetres of a line of text."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=_FONT, size=points, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) * MM_PER_POINT


def wrapped(text: str, points: float, width_mm: float, *, bold: bool = False) -> list[str]:
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
    return [" ".join(line) for line in lines]


@contextmanager
def printing() -> Iterator[None]:
    """Fonts and lines of everything that is drawn and saved inside."""
    import matplotlib as mpl

    with mpl.rc_context(_SETTINGS):
        yield


def pdf_bytes(pages: Iterable[Page], title: str) -> bytes:
    """Pages as one PDF in vectors; the same pages always give the same bytes."""
    from matplotlib.backends.backend_pdf import PdfPages

    stream = io.BytesIO()
    described = {"Title": title, "Creator": "geoville", "Producer": None, "CreationDate": None}
    with PdfPages(stream, metadata=described) as file:
        for page in pages:
            file.savefig(page.figure)
    return stream.getvalue()


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
