"""What sheets are drawn on with matplotlib: lines of text, and a PDF written page after page."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_pdf import Op, PdfFile, RendererPdf
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT = "DejaVu Sans"
_DOTS_PER_INCH = 72
_NAMES_AT_HAND = 1_024


@cache
def font(points: float, *, bold: bool = False) -> FontProperties:
    """Font of a line of text."""
    return FontProperties(family=FONT, size=points, weight="bold" if bold else "normal")


@lru_cache(_NAMES_AT_HAND)
def letters(text: str, *, bold: bool = False) -> Path:
    """Outline of a text one high, from the left of its baseline, upwards; nothing in it is read as a formula."""
    vertices, codes = text_to_path.get_text_path(font(1.0, bold=bold), text, ismath=False)
    return Path(np.asarray(vertices, dtype=float).reshape(-1, 2) / text_to_path.FONT_SCALE, codes)


class WrittenLine(NamedTuple):
    """A line of text.

    Parameters
    ----------
    left, baseline : where it begins, in the unit of the page.
    """

    text: str
    left: float
    baseline: float
    points: float
    bold: bool
    colour: str


class WrittenLines(Artist):
    """Plain lines of text, one above the other on the page.

    They are neither turned, boxed nor read as formulas: a `Text` of matplotlib lays each one out to know how much room
    it takes, then once more to draw it, which takes most of the time of a page.
    """

    def __init__(self, zorder: float) -> None:
        super().__init__()
        self.zorder = zorder
        self._lines: list[WrittenLine] = []

    def add(self, line: WrittenLine) -> None:
        """Write one more line."""
        self._lines.append(line)

    def draw(self, renderer: Any) -> None:
        """Draw the lines; called by matplotlib."""
        places = self.get_transform().transform(np.array([(line.left, line.baseline) for line in self._lines]))
        _, height = renderer.get_canvas_width_height()
        for line, (x, y) in zip(self._lines, places.tolist(), strict=True):
            context = renderer.new_gc()
            context.set_foreground(to_rgba(line.colour), isRGBA=True)
            context.set_clip_rectangle(self.get_clip_box())
            below = height - y if renderer.flipy() else y
            renderer.draw_text(context, x, below, line.text, font(line.points, bold=line.bold), 0.0)
            context.restore()


class PdfBook:
    """A PDF in vectors, written page after page; the same pages always give the same bytes."""

    def __init__(self, title: str) -> None:
        described = {"Title": title, "Creator": "geoville", "Producer": None, "CreationDate": None}
        self._stream = io.BytesIO()
        self._file = PdfFile(self._stream, metadata=described)
        self._known: dict[tuple[object, ...], bytes] = {}  # texts as written, by what they are: those of this file

    def add(self, figure: Figure) -> None:
        """Write a figure on a page of its own."""
        figure.dpi = _DOTS_PER_INCH
        width, height = figure.get_size_inches()
        self._file.newPage(width, height)
        renderer: Any = _Printer(self._file, width, height, self._known)
        stream: Any = self._file.currentstream
        self._file.currentstream = drawn = io.BytesIO()  # compressed at once, not mark after mark
        figure.draw(renderer)
        renderer.finalize()
        stream.write(drawn.getvalue())
        self._file.currentstream = stream
        self._file.endStream()

    def close(self) -> bytes:
        """End the file, and return it."""
        self._file.finalize()
        self._file.close()
        return self._stream.getvalue()


class _Printer(RendererPdf):
    """Draws a page, and lays out only once a text that comes back: most do, on the pages of an atlas."""

    def __init__(self, file: PdfFile, width: float, height: float, known: dict[tuple[object, ...], bytes]) -> None:
        plain: Any = super()
        plain.__init__(file, _DOTS_PER_INCH, height, width)
        self._known = known

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *others: Any, **more: Any
    ) -> None:
        """Write a text as matplotlib does, moved to its place; called by artists."""
        plain: Any = super()
        key = (s, prop.get_size_in_points(), prop.get_weight(), angle)
        plain.check_gc(gc, gc._rgb)
        if key not in self._known:
            page, self.file.currentstream = self.file.currentstream, io.BytesIO()
            plain.draw_text(gc, 0.0, 0.0, s, prop, angle, *others, **more)
            self._known[key], self.file.currentstream = self.file.currentstream.getvalue(), page
        self.file.output(Op.gsave, 1, 0, 0, 1, x, y, Op.concat_matrix)
        self.file.write(self._known[key])
        self.file.output(Op.grestore)
