"""Perimeters that a planner draws from others: joined, cut, or with something taken away. All of them are drafts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.model import Kind, Perimeter
from geoville.perimeters.outlines import polygons_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shapely.geometry.base import BaseGeometry


def merged(perimeters: Sequence[Perimeter]) -> Perimeter:
    """All of some perimeters as one draft.

    Parameters
    ----------
    perimeters : one at least, in one projected CRS; where they overlap, ground is taken once.
    """
    import shapely

    if len(perimeters) == 1:
        return perimeters[0]
    joined = shapely.union_all([item.geometry for item in perimeters])
    communes = tuple(dict.fromkeys(code for item in perimeters for code in item.communes))
    codes = [item.code for item in perimeters]
    named = " + ".join(codes) if len(codes) <= _NAMED else f"{len(codes)} tracés"
    return _draft(perimeters[0], joined, code="reunion", name=f"Réunion de {named}", communes=communes)


_NAMED = 4
"""Perimeters that the name of a draft made of them lists."""


def cut(perimeters: Sequence[Perimeter], within: Sequence[BaseGeometry]) -> tuple[Perimeter, ...]:
    """What of each perimeter lies within some areas; one of which nothing does is left out."""
    import shapely

    frame = shapely.union_all(list(within))
    return _redrawn(perimeters, lambda shape: shapely.intersection(shape, frame))


def subtracted(perimeters: Sequence[Perimeter], minus: Sequence[BaseGeometry]) -> tuple[Perimeter, ...]:
    """What of each perimeter lies outside some areas; one of which nothing does is left out."""
    import shapely

    taken = shapely.union_all(list(minus))
    return _redrawn(perimeters, lambda shape: shapely.difference(shape, taken))


def _redrawn(perimeters: Sequence[Perimeter], redraw: Callable[[BaseGeometry], BaseGeometry]) -> tuple[Perimeter, ...]:
    """Perimeters drawn again; one that does not change stays what it is."""
    import shapely

    made = []
    for item in perimeters:
        shape = shapely.union_all(polygons_of(redraw(item.geometry)))
        if shape.area <= 0:
            continue
        is_same = shapely.equals(shape, item.geometry)
        made.append(item if is_same else _draft(item, shape, code=item.code, name=item.name, communes=item.communes))
    return tuple(made)


def _draft(first: Perimeter, geometry: BaseGeometry, *, code: str, name: str, communes: tuple[str, ...]) -> Perimeter:
    """A draft, whatever it was drawn from: what a decree fixed is not kept of it."""
    drawn = Perimeter(
        code=code, name=name, kind=Kind.CANDIDAT, geometry=geometry, epsg=first.epsg, estimated=True, communes=communes
    )
    return replace(drawn, source=first.source)
