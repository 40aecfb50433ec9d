"""How a footprint lies among the perimeters that answer: placement, shares, nearest and farthest distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.eligibility.index import NEARBY_M
from geoville.eligibility.reach import farthest_m
from geoville.eligibility.secrecy import secrecy_threshold
from geoville.eligibility.shares import AREAS, POINTS, part_inside, share_of
from geoville.errors import InvalidInputError
from geoville.model import Placement

if TYPE_CHECKING:
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Kind, PerimeterHit
    from geoville.perimeters.areas import PopulatedCells

BANDS_M = (300.0, 500.0)
"""Distances whose side a measure always tells rightly: those of the bands of the rules."""

ROUNDING_M = 1e-6
"""What transforming coordinates may move them by: what passes a limit or a band by less does not pass it."""


@dataclass(frozen=True, slots=True)
class FootprintMeasure:
    """A footprint among perimeters, of which there is one at least.

    Parameters
    ----------
    hits : those near the footprint, the one that holds it or the nearest first.
    inside : part of the footprint that lies in them.
    share : in [0, 1], of its area, length or points, inside.
    nearest_m, farthest_m : distances from its nearest and farthest points, 0 inside.
    """

    hits: tuple[PerimeterHit, ...]
    inside: BaseGeometry
    placement: Placement
    share: float
    nearest_m: float
    farthest_m: float


def require_footprint(shape: BaseGeometry) -> None:
    """Refuse what cannot be measured.

    Raises
    ------
    InvalidInputError
        A shape that is empty, invalid, without a size, or made of points, lines and areas together.
    """
    import shapely

    if shape.is_empty:
        raise InvalidInputError("L'emprise est vide", advice="donner un polygone, une ligne ou des points")
    parts = shapely.get_parts(shape)
    if len(set(shapely.get_dimensions(parts).tolist())) > 1:
        raise InvalidInputError(
            "L'emprise mêle des surfaces, des lignes ou des points", advice="n'en garder qu'une sorte"
        )
    if not shape.is_valid or (shapely.get_dimensions(shape) != POINTS and not shape.length > 0):
        raise InvalidInputError(
            f"L'emprise n'est pas une géométrie valide ({shapely.is_valid_reason(shape)})",
            advice="la corriger, par exemple avec « Réparer les géométries » de QGIS",
        )


def measure_footprint(
    shape: BaseGeometry, epsg: int, index: PerimeterIndex, kinds: frozenset[Kind], on: date
) -> FootprintMeasure | None:
    """Measure a footprint against the perimeters of some kinds in force on a day; None where none is.

    Parameters
    ----------
    shape : in `epsg`, as `require_footprint` accepts it.
    """
    import shapely

    def answering(reach_m: float) -> tuple[PerimeterHit, ...]:
        hits = index.around_shape(shape, epsg, reach_m)
        return tuple(hit for hit in hits if hit.perimeter.kind in kinds and hit.perimeter.in_force(on))

    hits = answering(NEARBY_M)
    if not hits:
        return None
    west, south, east, north = shape.bounds
    nearest_m = _without_rounding(max(hits[0].distance_m, 0.0))
    reachable = answering(nearest_m + math.hypot(east - west, north - south))
    polygons = [hit.perimeter.geometry for hit in reachable]
    inside = part_inside(shape, [hit.perimeter.geometry for hit in reachable if hit.distance_m <= 0])
    marks = [band + ROUNDING_M for band in (0.0, *BANDS_M)]
    farthest = _without_rounding(farthest_m(shape, shapely.union_all(polygons), marks))
    placement = _placement(shape, inside, farthest)
    if placement is Placement.INSIDE:
        return FootprintMeasure(hits, shape, placement, 1.0, 0.0, 0.0)
    share = 0.0 if placement is Placement.OUTSIDE else share_of(inside, shape)
    return FootprintMeasure(hits, inside, placement, share, nearest_m, farthest)


def share_of_people(measure: FootprintMeasure, shape: BaseGeometry, population: PopulatedCells | None) -> float | None:
    """Share of the people of a footprint, spread over its cells, who live inside.

    None where cells give it too few people for statistics to be published.
    """
    people = population.people_in(shape) if population else 0.0
    if population is None or people < secrecy_threshold():
        return None
    return min(1.0, population.people_in(measure.inside) / people)


def _without_rounding(distance_m: float) -> float:
    """A distance, brought back to the limit or the band that it passes by rounding alone."""
    passed = [band for band in (0.0, *BANDS_M) if band < distance_m <= band + ROUNDING_M]
    return passed[0] if passed else distance_m


def _placement(shape: BaseGeometry, inside: BaseGeometry, farthest: float) -> Placement:
    """Placement, by what would remain of either part if the limit were moved by the rounding of coordinates."""
    import shapely

    dimension = shapely.get_dimensions(shape)
    if dimension == POINTS:
        is_in, is_out = share_of(inside, shape) == 1, inside.is_empty
    else:
        least = ROUNDING_M * inside.length if dimension == AREAS else ROUNDING_M
        size = inside.area if dimension == AREAS else inside.length
        is_in, is_out = farthest == 0, size <= least
    if is_in:
        return Placement.INSIDE
    return Placement.OUTSIDE if is_out else Placement.PARTLY
