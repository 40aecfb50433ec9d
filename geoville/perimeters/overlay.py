"""Two maps of perimeters laid over each other: the pieces that enter, leave and stay."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoville.perimeters.areas import PopulatedCells, meeting_pairs
from geoville.perimeters.flow import Extent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter

_LEAST_WIDTH_M = 0.05
"""Thinner parts come from coordinates rounded differently in two files, 1 cm each way at most."""


class Change(StrEnum):
    """Whether a place is in the new map only, in the old one only, or in both."""

    ENTER = "enter"
    LEAVE = "leave"
    STAY = "stay"


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Part of a perimeter that has one fate.

    Parameters
    ----------
    old, new : perimeters that it was cut from; None for `old` where it enters, for `new` where it leaves.
    geometry : polygon or multipolygon in the CRS of the perimeters.
    """

    change: Change
    old: Perimeter | None
    new: Perimeter | None
    geometry: BaseGeometry
    extent: Extent


def overlay(
    old: Sequence[Perimeter], new: Sequence[Perimeter], squares: NDArray[np.object_], people: NDArray[np.float64]
) -> tuple[Piece, ...]:
    """Cut two maps of perimeters by each other.

    Parameters
    ----------
    old, new, squares, people : as in `compare_perimeters`.

    Returns
    -------
    What leaves, by old perimeter; what enters, by new perimeter; what stays, by pair: in this order. Pieces do not
    overlap where perimeters of one map do not. Parts thinner than 5 cm are left out.
    """
    cells = PopulatedCells(squares, people)
    return tuple(
        Piece(change, before, after, shape, Extent(cells.people_in(shape), len(cells.cells_in(shape)), shape.area))
        for change, before, after, cut in _cuts(old, new)
        if not (shape := _without_rounding(cut)).is_empty
    )


def _cuts(
    old: Sequence[Perimeter], new: Sequence[Perimeter]
) -> Iterator[tuple[Change, Perimeter | None, Perimeter | None, BaseGeometry]]:
    import shapely

    olds, news = [item.geometry for item in old], [item.geometry for item in new]
    all_old, all_new = shapely.union_all(olds), shapely.union_all(news)
    for perimeter in old:
        yield Change.LEAVE, perimeter, None, shapely.difference(perimeter.geometry, all_new)
    for perimeter in new:
        yield Change.ENTER, None, perimeter, shapely.difference(perimeter.geometry, all_old)
    for first, second in meeting_pairs(olds, news):
        yield Change.STAY, old[first], new[second], shapely.intersection(olds[first], news[second])


def _without_rounding(geometry: BaseGeometry) -> BaseGeometry:
    """Polygons of a geometry that are wider than what rounding makes; a thin polygon is about 2 area / length wide."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(geometry))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    wide = polygons[2 * shapely.area(polygons) >= _LEAST_WIDTH_M * shapely.length(polygons)]
    return shapely.union_all(wide)
