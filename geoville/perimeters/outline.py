"""An outline fit to be a perimeter: no gap the width of a street, no small hole, no sliver, one piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

_HAIR_M = 0.001
"""Half the width under which a gap is the rounding of two computations of one edge."""


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A polygon, and the people who live in it."""

    geometry: BaseGeometry
    people: float


@dataclass(frozen=True, eq=False, slots=True)
class Outline:
    """The outline of a quarter.

    Parameters
    ----------
    geometry : one valid polygon; empty where nothing of the quarter is left.
    people_before : people in the cells of the quarter.
    people_after : people inside the outline.
    left_out : pieces that touch the outline at a corner at most, by decreasing population.
    """

    geometry: BaseGeometry
    people_before: float
    people_after: float
    left_out: tuple[Piece, ...] = ()


def close_gaps(ground: BaseGeometry, width_m: float, foreign: Callable[[BaseGeometry], BaseGeometry]) -> BaseGeometry:
    """Add to a ground the gaps narrower than a width that it holds between its own parts.

    Parameters
    ----------
    foreign : gives, for an area, the ground inside it that must not be taken.

    Notes
    -----
    A morphological closing with mitred corners, which leaves straight corners as they are. A gap is taken with a
    millimetre of the ground around it, so that it joins what it lies between whatever the rounding.
    """
    import shapely

    closed = _moved(_moved(ground, width_m / 2), -width_m / 2)
    barred = foreign(closed)
    gaps = _moved(shapely.difference(shapely.difference(closed, ground), barred), -_HAIR_M)
    if gaps.is_empty:
        return ground
    overlapping = shapely.intersection(_moved(gaps, 2 * _HAIR_M), closed)
    free = shapely.get_parts(shapely.difference(overlapping, barred))
    return shapely.union_all([ground, *free[shapely.area(free) > 0]])


def fill_small_holes(
    ground: BaseGeometry, area_m2: float, foreign: Callable[[BaseGeometry], BaseGeometry]
) -> BaseGeometry:
    """Fill the holes of at most an area that hold no foreign ground."""
    import shapely

    rings = [ring for part in shapely.get_parts(ground) for ring in shapely.get_rings(part)[1:]]
    holes = [shapely.Polygon(ring) for ring in rings]
    filled = [hole for hole in holes if hole.area <= area_m2 and not shapely.intersection(foreign(hole), hole).area]
    return shapely.union_all([ground, *filled]) if filled else ground


def drop_slivers(ground: BaseGeometry, width_m: float) -> BaseGeometry:
    """Take away what is narrower than a width.

    Notes
    -----
    A morphological opening. Tips and crumbs under `width_m`² / 4 are corners, not slivers: they stay.
    """
    import shapely

    thick = _moved(_moved(ground, -width_m / 2), width_m / 2)
    thin = shapely.get_parts(shapely.difference(ground, thick))
    slivers = thin[shapely.area(thin) > width_m**2 / 4]
    return shapely.difference(ground, shapely.union_all(slivers)) if len(slivers) else ground


def pieces_of(ground: BaseGeometry, people_in: Callable[[BaseGeometry], float]) -> list[Piece]:
    """Pieces that touch one another at a corner at most, by decreasing population, then from the south-west."""
    import shapely

    polygons = [part for part in shapely.get_parts(ground) if part.area > 0]
    pieces = [Piece(shapely.normalize(polygon), people_in(polygon)) for polygon in polygons]
    return sorted(pieces, key=lambda piece: (-piece.people, piece.geometry.bounds))


def _moved(ground: BaseGeometry, outward_m: float) -> BaseGeometry:
    """The ground with its outline moved outward (inward if negative), corners kept.

    GEOS draws some mitred outlines across themselves (about one in a hundred): they are mended before use.
    """
    import shapely

    moved = shapely.buffer(ground, outward_m, join_style="mitre")
    return moved if moved.is_valid else shapely.make_valid(moved, method="structure", keep_collapsed=False)
