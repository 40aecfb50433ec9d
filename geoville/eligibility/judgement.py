"""How a position is judged: the one test that turns a hit into a verdict, and how sure that verdict is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.street_region import street_region
from geoville.model import Kind, PeriodVerdict, PositionType, Quality, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.street_region import StreetRegion
    from geoville.model import PerimeterHit, Position


# --- Which share of a shape lies in perimeters: of its area, of its length, or of its points

POINTS, LINES, AREAS = 0, 1, 2
"""Dimensions of shapes, as GEOS numbers them."""


def part_inside(shape: BaseGeometry, perimeters: Sequence[BaseGeometry]) -> BaseGeometry:
    """Part of a shape that lies in the union of perimeters, limits included; empty where none does.

    Parameters
    ----------
    shape : points, lines or polygons, in the projected CRS of the perimeters.
    perimeters : valid polygons.
    """
    import shapely

    if shapely.get_dimensions(shape) != POINTS:
        return shapely.intersection(shape, shapely.union_all(perimeters))
    points = shapely.get_parts(shape)
    held = np.any([np.zeros(len(points)), *(shapely.intersects(one, points) for one in perimeters)], axis=0)
    return shapely.MultiPoint(points[held].tolist())


def share_of(part: BaseGeometry, shape: BaseGeometry) -> float:
    """Share in [0, 1] that a part is of a shape: of its area, of its length, or of its points."""
    import shapely

    measure = (shapely.get_num_coordinates, shapely.length, shapely.area)[shapely.get_dimensions(shape)]
    return min(1.0, float(measure(part) / measure(shape)))


REGION_WITHIN_M = 300.0
"""Farther from a limit than that, the side of the street is not asked: no number is so far from where it is."""

_MOST = 0.5
_DECIDING = {VerdictCode.INSIDE: 0, VerdictCode.UNCERTAIN: 1, VerdictCode.OUTSIDE: 2}


@dataclass(frozen=True)
class Located:
    """A position among perimeters.

    Parameters
    ----------
    whole : the whole street or town, projected, where it is known and judged in place of the point; else None.
    hits : of the lists that are known there, the deepest or nearest first; distances are those of the whole where
        there is one.
    """

    position: Position
    whole: BaseGeometry | None
    hits: tuple[PerimeterHit, ...]

    @property
    def firm(self) -> bool:
        """Whether what is judged is known: a firm point, or the whole of a street or town."""
        return self.position.firm or self.whole is not None

    def verdict_of(self, hit: PerimeterHit | None) -> VerdictCode:
        """Verdict about one of the hits, as `verdict_on` gives it: each is judged once, whatever rests on it."""
        return verdict_on(self, None) if hit is None else self._verdicts[id(hit)]

    def region(self, epsg: int) -> StreetRegion | None:
        """Where a house number may be, in a projected CRS; None where its position is a disc."""
        side = self.position.side
        if side is None or not self.position.firm:
            return None
        if epsg not in self._regions:
            self._regions[epsg] = street_region(side, epsg)
        return self._regions[epsg]

    @cached_property
    def _regions(self) -> dict[int, StreetRegion | None]:
        return {}

    @cached_property
    def _verdicts(self) -> dict[int, VerdictCode]:
        return {id(hit): verdict_on(self, hit) for hit in self.hits}


def locate(position: Position, index: PerimeterIndex) -> Located:
    """Find where a position stands; a street or town known whole is looked at whole.

    So are all the addresses that a question may mean. It is not where other matches are as good, or where a part of it
    leaves the territory whose perimeters are known.
    """
    whole = position.whole
    if position.firm or whole is None or position.alternatives or not index.covers_box(whole.bounds):
        return Located(position, None, index.around(position.lon, position.lat))
    shape, epsg = index.projected(whole)
    hits = index.known_at(index.around_shape(shape, epsg), whole.bounds, shape.bounds) if epsg else ()
    return Located(position, shape, tuple(hits))


def verdict_on(located: Located, nearest: PerimeterHit | None) -> VerdictCode:
    """Verdict about one perimeter: `uncertain` where its limit lies within its accuracy and the position's, added.

    A house number whose place is told by its side of the street is judged by all of it that may be the place.

    Parameters
    ----------
    nearest : None where no perimeter known is in force: what is not known is not "outside".
    """
    if nearest is None:
        return VerdictCode.NOT_FOUND
    if not located.firm:
        return VerdictCode.UNCERTAIN
    if abs(nearest.distance_m) <= REGION_WITHIN_M:
        region = located.region(nearest.perimeter.epsg)
        if region is not None:
            return _verdict_of_region(region.shape, nearest)
    astride = nearest.distance_m == 0 and not nearest.inside
    accuracy_m = located.position.accuracy_m + nearest.perimeter.accuracy_m
    if astride or (accuracy_m > 0 and abs(nearest.distance_m) <= accuracy_m):
        return VerdictCode.UNCERTAIN
    return VerdictCode.INSIDE if nearest.inside else VerdictCode.OUTSIDE


def _verdict_of_region(region: BaseGeometry, nearest: PerimeterHit) -> VerdictCode:
    """Verdict about a perimeter of all that may be the place: `uncertain` where its limit, as widened, meets that."""
    import shapely

    if shapely.distance(shapely.boundary(nearest.perimeter.geometry), region) <= nearest.perimeter.accuracy_m:
        return VerdictCode.UNCERTAIN
    return VerdictCode.INSIDE if nearest.inside else VerdictCode.OUTSIDE


def deciding_first(located: Located, hits: Iterable[PerimeterHit]) -> tuple[PerimeterHit, ...]:
    """Hits in the order in which they decide: one that surely holds the position, else one that may, else the nearest.

    Perimeters that are equally accurate decide in the order of their distances.
    """
    return tuple(sorted(hits, key=lambda hit: (_DECIDING[located.verdict_of(hit)], hit.distance_m)))


def quality_of(located: Located, verdict: VerdictCode, answering: Sequence[PerimeterHit]) -> Quality:
    """Grade a verdict on Insee's scale of geolocated firms: 1 sure, 2 probable, 3 random.

    Returns
    -------
    1 : `inside` or `outside` an official contour: the position is firm, or the whole street or town lies on one side,
        and the limit is farther than the accuracy.
    2 : the same for an estimate; or `uncertain`, but a firm position whose accuracy reaches the limit, or a street more
        than half of which lies on one side.
    3 : `uncertain` otherwise: a town, a street that is not known whole or is cut in two halves, one of several matches.

    Notes
    -----
    Insee publishes the scale (sûr, probable, aléatoire); what separates 2 from 3 here is a choice of geoville.
    """
    if verdict is not VerdictCode.UNCERTAIN:
        return Quality.PROBABLE if answering[0].perimeter.estimated else Quality.SURE
    if located.position.firm:
        return Quality.PROBABLE
    if located.whole is None or located.position.type is PositionType.MUNICIPALITY:
        return Quality.RANDOM
    return Quality.RANDOM if whole_share(located, answering) == _MOST else Quality.PROBABLE


def whole_share(located: Located, answering: Sequence[PerimeterHit]) -> float:
    """Share of a whole street or town that lies inside the perimeters."""
    assert located.whole is not None
    return share_of(part_inside(located.whole, [hit.perimeter.geometry for hit in answering]), located.whole)


def period_verdicts(located: Located) -> tuple[PeriodVerdict, ...]:
    """Verdict under each generation of QPV known there, the oldest first."""
    nearest: dict[int, PerimeterHit] = {}
    for hit in deciding_first(located, located.hits):
        if hit.perimeter.kind is Kind.QPV and hit.perimeter.generation:
            nearest.setdefault(hit.perimeter.generation, hit)
    return tuple(
        PeriodVerdict(generation, hit.perimeter.valid_from, hit.perimeter.valid_to, located.verdict_of(hit), hit)
        for generation, hit in sorted(nearest.items())
    )
