"""Paper: frames, labels and text fit for print."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoville.french import UNIT_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


_NICE = (1.0, 2.0, 5.0)
_FINEST_MM = 0.05
"""Detail under this size is not drawn: no eye and no printer shows it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of paper and the ground that it shows.

    Parameters
    ----------
    width_mm, height_mm : of the paper; its origin is the top left corner, downwards.
    west_m, north_m : easting and northing of that corner.
    metres_per_mm : of ground on paper.
    """

    width_mm: float
    height_mm: float
    west_m: float
    north_m: float
    metres_per_mm: float

    @property
    def ground(self) -> BaseGeometry:
        """The rectangle of ground shown, easting and northing in metres."""
        import shapely

        east = self.west_m + self.width_mm * self.metres_per_mm
        south = self.north_m - self.height_mm * self.metres_per_mm
        return shapely.box(self.west_m, south, east, self.north_m)

    @property
    def ninths(self) -> NDArray[np.object_]:
        """The ground in three rows of three boxes."""
        import shapely

        west, south, east, north = self.ground.bounds
        eastings, northings = np.linspace(west, east, 4), np.linspace(south, north, 4)
        lefts, bottoms = np.meshgrid(eastings[:-1], northings[:-1])
        rights, tops = np.meshgrid(eastings[1:], northings[1:])
        return np.asarray(shapely.box(lefts, bottoms, rights, tops)).ravel()

    def place(self, easting_m: float, northing_m: float) -> tuple[float, float]:
        """Millimetres from the left and from the top of a point of the ground."""
        scale = self.metres_per_mm
        return (easting_m - self.west_m) / scale, (self.north_m - northing_m) / scale

    def path(self, geometry: BaseGeometry) -> str:
        """SVG path of what the frame shows of lines or polygons, empty where it shows nothing.

        Parameters
        ----------
        geometry : easting and northing in metres, valid.
        """
        import shapely

        shown = shapely.intersection(geometry, self.ground)
        drawn = shapely.simplify(shown, _FINEST_MM * self.metres_per_mm)
        rings = [
            ring
            for part in shapely.get_parts(drawn)
            for ring in ([part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part])
            if ring.geom_type != "Point" and not ring.is_empty
        ]
        return "".join(self._line(shapely.get_coordinates(ring)) for ring in rings)

    def dots(self, points: BaseGeometry) -> str:
        """SVG path of what the frame shows of points, each a line of no length; empty for other geometries."""
        import shapely

        shown = shapely.get_parts(shapely.intersection(points, self.ground))
        places = [self.place(part.x, part.y) for part in shown if part.geom_type == "Point" and not part.is_empty]
        return "".join(f"M{x:.2f} {y:.2f}h0.01" for x, y in places)

    def round_length_m(self, longest_mm: float) -> float:
        """Longest of 1, 2, 5, 10, 20… metres that is no longer than this on paper."""
        longest_m = longest_mm * self.metres_per_mm
        power = 10.0 ** math.floor(math.log10(longest_m))
        return max(step * power for step in _NICE if step * power <= longest_m)

    def _line(self, metres: NDArray[np.float64]) -> str:
        places = [self.place(*vertex) for vertex in metres.tolist()]
        return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in places)


def frame_around(
    shown: Sequence[BaseGeometry], *, width_mm: float, height_mm: float, margin_mm: float, least_m_per_mm: float
) -> Frame:
    """Frame that shows geometries whole, as large as it can.

    Parameters
    ----------
    margin_mm : of paper left free around them.
    least_m_per_mm : what is small is not drawn larger than this.
    """
    import shapely

    west, south, east, north = shapely.total_bounds(np.array(shown, dtype=object)).tolist()
    scale = max(
        (east - west) / (width_mm - 2 * margin_mm), (north - south) / (height_mm - 2 * margin_mm), least_m_per_mm
    )
    return Frame(
        width_mm=width_mm,
        height_mm=height_mm,
        west_m=(west + east) / 2 - scale * width_mm / 2,
        north_m=(south + north) / 2 + scale * height_mm / 2,
        metres_per_mm=scale,
    )


# --- Texts on a statement's map: each where it hides nothing, or not at all

_TEXT_HEIGHT = 1.25
_NARROW = frozenset(" .,:;'’!|()[]-/fijlrtI")
_WIDTHS = {"narrow": 0.36, "small": 0.61, "large": 0.7}
_BOLD = 1.12
"""Widths of the letters of DejaVu Sans, in parts of the size of the text: about, and rather more than less."""
_GAP_MM = 1.4


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of paper, millimetres from the top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    def overlaps(self, other: Box) -> bool:
        """Whether two rectangles share more than an edge."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )

    def holds(self, other: Box) -> bool:
        """Whether another rectangle is wholly in this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.left + other.width <= self.left + self.width
            and other.top + other.height <= self.top + self.height
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A text on the map, on a pale box."""

    text: str
    box: Box
    size_mm: float
    bold: bool

    @property
    def baseline_mm(self) -> float:
        """Height of the foot of the letters, from the top of the map."""
        return self.box.top + self.box.height * 0.77

    @property
    def middle_mm(self) -> float:
        """Middle of the text, from the left of the map."""
        return self.box.left + self.box.width / 2


@dataclass(slots=True)
class LabelBoard:
    """What is already written or drawn on a map, and room for more.

    Parameters
    ----------
    sheet : nothing is written outside of it.
    taken : boxes that must stay visible.
    extent : width and height in millimetres of a text of a size, bold or not; by rule of thumb where nothing measures.
    """

    sheet: Box
    taken: list[Box] = field(default_factory=list)
    extent: Callable[[str, float, bool], tuple[float, float]] = field(default_factory=lambda: _extent)

    def write(
        self, text: str, x: float, y: float, *, size_mm: float, bold: bool = False, beside: bool = True
    ) -> Label | None:
        """Write a text near a point; None where there is no room.

        Parameters
        ----------
        beside : right or left are tried first, else above or below.
        """
        width, height = self.extent(text, size_mm, bold)
        sides = [(x + _GAP_MM, y - height / 2), (x - _GAP_MM - width, y - height / 2)]
        ends = [(x - width / 2, y - _GAP_MM - height), (x - width / 2, y + _GAP_MM)]
        corners = [*sides, *ends] if beside else [*ends, *sides]
        return self._first_free([Box(left, top, width, height) for left, top in corners], text, size_mm, bold=bold)

    def write_on(self, text: str, x: float, y: float, *, size_mm: float, bold: bool = False) -> Label | None:
        """Write a text centred on a point; None where something is there."""
        width, height = self.extent(text, size_mm, bold)
        return self._first_free([Box(x - width / 2, y - height / 2, width, height)], text, size_mm, bold=bold)

    def _first_free(self, boxes: list[Box], text: str, size_mm: float, *, bold: bool) -> Label | None:
        for box in boxes:
            if self.sheet.holds(box) and not any(box.overlaps(other) for other in self.taken):
                self.taken.append(box)
                return Label(text, box, size_mm, bold)
        return None


def _extent(text: str, size_mm: float, bold: bool) -> tuple[float, float]:  # noqa: FBT001 - as `LabelBoard.extent`
    letters = sum(_WIDTHS[_breadth(character)] for character in text) * (_BOLD if bold else 1.0)
    return letters * size_mm + 0.4, size_mm * _TEXT_HEIGHT


def _breadth(character: str) -> str:
    if character in _NARROW:
        return "narrow"
    return "large" if character.isupper() or character in "mwMW" else "small"


# --- Text fit for print: what a user or a file wrote, made harmless, cut to size, and set as French typography wants

LONGEST = 240
"""Characters of one text: a statement holds on one page whatever the names in the files."""

_BEFORE_SIGN = re.compile(r" (?=[:;?!»])")
_AFTER_SIGN = re.compile(r"(?<=«) |(?<=\bn°) |(?<=\b\d) (?=m\b|km\b|%)")


def printed(text: str, longest: int = LONGEST) -> str:
    r"""One line of text for paper.

    Control characters become spaces and invisible ones are dropped: they could reorder what is read. Spaces that French
    typography holds to a sign do not break.

    >>> printed("Rue\u202e X\x00\nCalais : « ici »").replace(UNIT_SPACE, "_")
    'Rue X Calais_: «_ici_»'
    >>> printed("abcdef", 4)
    'abc…'
    """
    kept = "".join(_shown(character) for character in unicodedata.normalize("NFC", text))
    line = re.sub(r"[ \t]+", " ", kept).strip()
    cut = line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
    return _AFTER_SIGN.sub(UNIT_SPACE, _BEFORE_SIGN.sub(UNIT_SPACE, cut))


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category in {"Cf", "Cs", "Co", "Cn"} else character
