"""Which of several perimeters of the same quarter counts: nothing is held, listed or drawn twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Perimeter


_ROUNDING_M = 0.01


def each_once(perimeters: Iterable[Perimeter]) -> tuple[Perimeter, ...]:
    """Perimeters without those that another, before them, stands for.

    An official QPV stands for every other of its code and generation; anything else, for what is the same in all: kind,
    code, name, and contour to the centimetre.
    """
    kept: dict[tuple[object, ...], list[Perimeter]] = {}
    for item in perimeters:
        is_official = item.kind is Kind.QPV and not item.estimated
        alike = kept.setdefault((item.kind, item.code, item.generation, *(() if is_official else _details(item))), [])
        if not alike or not (is_official or any(_same_contour(item, other) for other in alike)):
            alike.append(item)
    return tuple(item for alike in kept.values() for item in alike)


def _details(item: Perimeter) -> tuple[object, ...]:
    return item.name, item.estimated, item.epsg, item.valid_from, item.valid_to


def _same_contour(one: Perimeter, other: Perimeter) -> bool:
    """Whether two contours differ by the rounding of coordinates alone."""
    return bool(one.geometry.normalize().equals_exact(other.geometry.normalize(), _ROUNDING_M))
