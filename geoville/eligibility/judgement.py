"""How a position is judged: the one test that turns a hit into a verdict, and how sure that verdict is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoville.crs import WGS84, transform_point
from geoville.eligibility.street_region import region_rules, street_region
from geoville.model import Kind, PeriodVerdict, PositionType, Quality, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.street_region import StreetRegion
    from geoville.model import Perimeter, PerimeterHit, Position


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

_ROUNDING_M = 1e-3
"""More than what two ways to measure a distance differ by."""

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
        """Whether what is judged is known: a firm point, all that may be it, or the whole of a street or town."""
        return self.position.firm or self.whole is not None or self.position.side is not None

    def verdict_of(self, hit: PerimeterHit | None) -> VerdictCode:
        """Verdict about one of the hits, as `verdict_on` gives it: each is judged once, whatever rests on it."""
        return verdict_on(self, None) if hit is None else self._verdicts[id(hit)]

    def region(self, epsg: int) -> StreetRegion | None:
        """Where a house number may be, in a projected CRS; None where its position is a disc."""
        side = self.position.side
        if side is None:
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
    leaves the territory whose perimeters are known. The whole town of a street that is not sure is looked at where it
    settles the answer, and nowhere else: it says nothing of what is in a part of it.
    """
    whole = position.whole
    point = Located(position, None, index.around(position.lon, position.lat))
    if position.firm or whole is None or position.side is not None or not index.covers_box(whole.bounds):
        return point
    if position.alternatives and not position.whole_is:
        return point
    shape, epsg = index.projected(whole)
    hits = index.known_at(index.around_shape(shape, epsg), whole.bounds, shape.bounds) if epsg else ()
    located = Located(position, shape, tuple(hits))
    unsettled = any(located.verdict_of(hit) is VerdictCode.UNCERTAIN for hit in hits)
    return point if position.whole_is and (unsettled or not hits) else located


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
    if abs(nearest.distance_m) <= REGION_WITHIN_M or not located.position.firm:
        region = located.region(nearest.perimeter.epsg)
        if region is not None:
            is_clear = _is_clear_of_the_limit(region, nearest, located.position)
            return _side_of(nearest) if is_clear else _verdict_of_region(region, nearest)
    astride = nearest.distance_m == 0 and not nearest.inside
    accuracy_m = located.position.accuracy_m + nearest.perimeter.accuracy_m
    if astride or (accuracy_m > 0 and abs(nearest.distance_m) <= accuracy_m):
        return VerdictCode.UNCERTAIN
    return _side_of(nearest)


def _side_of(nearest: PerimeterHit) -> VerdictCode:
    return VerdictCode.INSIDE if nearest.inside else VerdictCode.OUTSIDE


def _is_clear_of_the_limit(region: StreetRegion, nearest: PerimeterHit, position: Position) -> bool:
    """Whether a limit lies farther from the position than all that may be the place: most do, and need no measure."""
    here = transform_point(position.lon, position.lat, WGS84, nearest.perimeter.epsg)
    reach_m = math.dist(here, region.point) + region.reach_m
    return abs(nearest.distance_m) > reach_m + nearest.perimeter.accuracy_m + _ROUNDING_M


def _verdict_of_region(region: StreetRegion, nearest: PerimeterHit) -> VerdictCode:
    """Verdict about a perimeter of all that may be the place: `uncertain` where its limit, as widened, meets that.

    So it is where the axis of the street says one side of the limit, and the place that the list gives another.
    """
    import shapely

    perimeter = nearest.perimeter
    if shapely.distance(shapely.boundary(perimeter.geometry), region.shape) <= perimeter.accuracy_m:
        return VerdictCode.UNCERTAIN
    if region.by_axis:
        held = shapely.intersects(perimeter.geometry, shapely.point_on_surface(region.shape))
        if bool(held) is not nearest.inside:
            return VerdictCode.UNCERTAIN
    return _side_of(nearest)


# --- How probable it is that a quarter holds the place

_CELLS = 20
"""Of a grid over all that may be the place, along its longer side: its points are weighed."""

_RINGS = 0.5
"""Least step of that grid, metres: the rounding of published coordinates."""


def probability_inside(located: Located, verdict: VerdictCode, answering: Sequence[PerimeterHit]) -> float | None:
    """Probability in [0, 1] that one of the perimeters that answer holds the place.

    Parameters
    ----------
    answering : hits that the verdict rests on; all those that may hold the place are among them.

    Returns
    -------
    1 or 0 for a firm answer about what is known exactly, and `least_probability` from it where the position is deduced;
    where the answer is to be checked, the share of all that may be the place which is inside, each part weighed by how
    often positions are off by so much, and a limit that is not exact by how far such limits lie. None where nothing
    tells which place it is: another street may be meant, or nothing is known there.

    Notes
    -----
    Calibrated on lists degraded in known ways (`benchmarks/street_probability.py`): of answers to be checked that are
    given p, a share p is inside. The place is sometimes out of its region (`RegionRules.missed`, measured by how the
    numbers were placed): what lies around that is weighed too, so that no region that meets a limit is sure. Of a
    street or a town known whole, any part may be the place as well as another, and the share is the probability.
    """
    if not answering:
        return None
    rules = region_rules()
    least = 0.0 if is_exact(located.position) and located.whole is None else rules.least_probability
    if verdict is not VerdictCode.UNCERTAIN:
        return 1.0 - least if verdict is VerdictCode.INSIDE else least
    found = _weighed_places(located, answering[0].perimeter.epsg)
    if found is None:
        return None
    share = float(np.average(_chances_inside(found.points, answering), weights=found.weights))
    return sharpened(share, found.power, rules.least_probability)


def is_exact(position: Position) -> bool:
    """Whether a position is a point that is known exactly."""
    return position.accuracy_m == 0 and position.side is None


def sharpened(share: float, power: float, least: float) -> float:
    """A share whose odds are raised to a power, at least so far from 0 and 1.

    >>> sharpened(0.5, 2.0, 0.0001), round(sharpened(0.8, 2.0, 0.0001), 3), sharpened(0.0, 2.0, 0.0001)
    (0.5, 0.941, 0.0001)
    """
    kept = min(max(share, least), 1.0 - least)
    odds = math.exp(power * math.log(kept / (1.0 - kept)))
    return min(max(odds / (1.0 + odds), least), 1.0 - least)


class _Weighed(NamedTuple):
    """Points that may be a place.

    Parameters
    ----------
    points : (n, 2), projected.
    weights : (n,) of each.
    power : to which the odds of what they tell are raised.
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    power: float


def _weighed_places(located: Located, epsg: int) -> _Weighed | None:
    """Points that may be the place; None where nothing tells which may."""
    import shapely

    position, rules = located.position, region_rules()
    if located.whole is not None:
        return _weighed_whole(located.whole, position.accuracy_m)
    if not located.firm:
        return None
    region = located.region(epsg)
    if region is not None:
        missed, power = rules.missed(region.placing), rules.power(region.placing)
        return _Weighed(*weighed(region.shape, region.point, region.spread_m, missed), power)
    here = transform_point(position.lon, position.lat, WGS84, epsg)
    if not position.accuracy_m:
        return _Weighed(np.array([here]), np.ones(1), 1.0)
    disc = shapely.buffer(shapely.points(here), position.accuracy_m)
    spread_m = position.accuracy_m * rules.chance_disc
    return _Weighed(*weighed(disc, here, spread_m, rules.missed(None)), rules.power(None))


def _weighed_whole(whole: BaseGeometry, accuracy_m: float) -> _Weighed | None:
    """Points that may be one of a street or a town; None where they may be so far that it says nothing of them."""
    import shapely

    if accuracy_m > REGION_WITHIN_M:
        return None
    if not accuracy_m or shapely.get_dimensions(whole) != POINTS:
        points = places_in(whole)
        return _Weighed(points, np.ones(len(points)), 1.0)
    rules = region_rules()
    points = places_in(shapely.buffer(whole, accuracy_m))
    away_m = shapely.distance(shapely.points(points), whole)
    return _Weighed(points, np.exp(-away_m / (accuracy_m * rules.chance_disc)) + rules.chance_anywhere, 1.0)


def weighed(
    shape: BaseGeometry, point: tuple[float, float], spread_m: float, missed: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points that may be a place, (n, 2), and how much each weighs, (n,): less, the farther from a point.

    Parameters
    ----------
    shape : all that may be the place, projected.
    spread_m : over which the weight falls to a third.
    missed : in [0, 1], how often the place is out of the shape all the same: then it is around it.
    """
    import shapely

    rules = region_rules()
    around = shapely.difference(shapely.buffer(shape, rules.missed_within_m), shape)
    points, weights = [], []
    for part, chance in ((shape, 1.0 - missed), (around, missed)):
        places = places_in(part)
        away_m = np.hypot(places[:, 0] - point[0], places[:, 1] - point[1])
        fallen = np.exp(-away_m / spread_m) + rules.chance_anywhere
        points.append(places)
        weights.append(chance * fallen / fallen.sum())
    return np.concatenate(points), np.concatenate(weights)


def places_in(shape: BaseGeometry) -> NDArray[np.float64]:
    """(n, 2) points of a shape: its own, where it is points; else those of a grid that it holds."""
    import shapely

    if shapely.get_dimensions(shape) == POINTS:
        return np.asarray(shapely.get_coordinates(shape))
    west, south, east, north = shape.bounds
    step = max(east - west, north - south) / _CELLS
    step = max(min(step, 2.0 * shape.area / max(shape.length, _RINGS)), _RINGS)  # a narrow shape is crossed by several
    across, up = np.meshgrid(np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step))
    points = np.column_stack([across.ravel(), up.ravel()])
    held = points[shapely.contains_xy(shape, points[:, 0], points[:, 1])]
    return held if len(held) else np.asarray(shapely.get_coordinates(shapely.point_on_surface(shape)))


def _chances_inside(points: NDArray[np.float64], answering: Sequence[PerimeterHit]) -> NDArray[np.float64]:
    """(n,) chance that the perimeters hold each point: 0 or 1, but near a limit that is not exact."""
    import shapely

    found = np.zeros(len(points))
    places = np.asarray(shapely.points(points))
    bounds = shapely.box(*points.min(axis=0), *points.max(axis=0))
    for hit in answering:
        perimeter = hit.perimeter
        if shapely.distance(perimeter.geometry, bounds) > perimeter.accuracy_m:
            continue
        # Prepared, a shape answers for many points at once; a copy is, since one that threads share must not be.
        own = shapely.from_wkb(shapely.to_wkb(perimeter.geometry))
        shapely.prepare(own)
        held = np.asarray(shapely.intersects(own, places), dtype=np.float64)
        if perimeter.accuracy_m:
            held = _of_a_wide_limit(perimeter, places, held)
        found = np.maximum(found, held)
    return found


def _of_a_wide_limit(
    perimeter: Perimeter, places: NDArray[np.object_], held: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n,) chance that a perimeter whose limit is not exact holds points, given whether it seems to (0 or 1)."""
    import shapely

    spread_m = perimeter.accuracy_m * region_rules().contour_spread
    west, south, east, north = shapely.total_bounds(places)
    reach_m = _FARTHEST_SPREADS * spread_m
    around = (west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    near = shapely.clip_by_rect(shapely.boundary(perimeter.geometry), *around)  # few of the segments of a quarter
    away = np.nan_to_num(shapely.distance(near, places) / spread_m, nan=_FARTHEST_SPREADS)
    other_side = np.interp(away, *_chances_beyond())
    return np.where(held > 0, 1.0 - other_side, other_side)


_FARTHEST_SPREADS = 8.0
"""Beyond so many, a limit lies once in 10^15."""


@cache
def _chances_beyond() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numbers of spreads, and how often a limit lies farther than that on one side: to the millionth between two."""
    spreads = np.linspace(0.0, _FARTHEST_SPREADS, 4_001)
    return spreads, np.array([math.erfc(spread / math.sqrt(2.0)) / 2.0 for spread in spreads.tolist()])


# --- Which perimeter decides, and how sure that is


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
