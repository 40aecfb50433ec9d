"""Texts on a statement's map: each where it hides nothing, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

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
