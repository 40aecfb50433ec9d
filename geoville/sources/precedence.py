"""Which of several perimeters of the same quarter counts: nothing is held, listed or drawn twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Perimeter


def each_once(perimeters: Iterable[Perimeter]) -> tuple[Perimeter, ...]:
    """Perimeters without those that another, before them, stands for.

    An official QPV stands for every other of its code and generation; anything else, for what is the same in all: kind,
    code, and contour.
    """
    kept: dict[tuple[object, ...], Perimeter] = {}
    for item in perimeters:
        is_official = item.kind is Kind.QPV and not item.estimated
        same = () if is_official else (item.estimated, item.epsg, item.geometry.wkb)
        kept.setdefault((item.kind, item.code, item.generation, *same), item)
    return tuple(kept.values())
