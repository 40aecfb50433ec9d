"""The numbers of one side of a street, and how those of a town were placed: what a list knows beside a position."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from geoville.crs import WGS84, transform_points
from geoville.eligibility.street_region import is_halfway, region_rules
from geoville.geocoding.answers import METRES_IN_A_DEGREE, distance_m, number_of
from geoville.geocoding.parse import street_name
from geoville.model import StreetAxis, StreetSide, Survey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from shapely import Point, STRtree
    from shapely.geometry.base import BaseGeometry

    from geoville.geocoding.match import Street
    from geoville.geocoding.parse import StreetName
    from geoville.geocoding.towns import Town
    from geoville.model import Address

Listed = TypeVar("Listed")

MOST_NEIGHBOURS = 40
"""Numbers kept on each side of the one asked: far beyond where it may be."""

SAME_PLACE_M = 0.5

_ARM_M = 8.0
"""How far from a crossing the directions of its streets are taken."""

UNSURVEYED_M = 30.0
"""Accuracy from which a position is deduced (a segment of street, a plot, no type at all), not taken on the spot."""

WITHOUT_TYPE = "segment"
"""Kind of position of an address of a list that says none."""


class StreetNumbers:
    """Addresses of a street, whose numbers are put in order once for each town and parity, whichever is asked.

    Parameters
    ----------
    street : of any order and any town of that name.
    """

    def __init__(self, street: Sequence[Address]) -> None:
        self.street = street
        self._sides: dict[tuple[str, int], _SideInOrder] = {}

    def side_of(self, asked: Address) -> _SideInOrder:
        """Numbers of the town and parity of a house number, apart; it comes before its likes."""
        key = asked.citycode, (asked.number or 0) % 2
        if key not in self._sides:  # two threads may make it, and one be lost
            alike = sorted(_of_parity(asked, self.street), key=lambda one: (one.number or 0, one.suffix))
            times = Counter((one.number, one.suffix) for one in alike)
            self._sides[key] = _SideInOrder.of(numbers_apart(alike), lambda one: times[one.number, one.suffix] == 1)
        side = self._sides[key]
        # One that shares its number, or its place with the one before, is kept in place of that one where it is asked.
        return side if id(asked) in side.rank_of else _SideInOrder.of(numbers_apart(_alike(asked, self.street), asked))


@dataclass(frozen=True, slots=True)
class _SideInOrder:
    """Numbers of one side of a street, in order.

    Parameters
    ----------
    rank_of : by the identity of the address of each, of those that are kept whichever is asked.
    """

    points: tuple[tuple[float, float], ...]
    numbers: tuple[str, ...]
    rank_of: Mapping[int, int]

    @classmethod
    def of(cls, apart: Sequence[Address], is_kept: Callable[[Address], bool] = lambda _: True) -> _SideInOrder:
        return cls(
            tuple((one.lon, one.lat) for one in apart),
            tuple(number_of(one) for one in apart),
            {id(one): rank for rank, one in enumerate(apart) if is_kept(one)},
        )


def street_side(
    asked: Address,
    street: Sequence[Address] | StreetNumbers,
    survey: Survey | None = None,
    axis: StreetAxis | None = None,
) -> StreetSide | None:
    """Numbers with the parity of an address, in their order; None where the list knows no other, and no axis.

    Parameters
    ----------
    asked : a house number, one of those of its street.
    street : addresses of its street, of any order and any town of that name.
    survey : how the numbers of its town were placed, where that is known.
    axis : of the street, where that is known.
    """
    if asked.number is None:
        return None
    known = street if isinstance(street, StreetNumbers) else StreetNumbers(street)
    side = known.side_of(asked)
    rank = side.rank_of.get(id(asked))
    if rank is None or (len(side.points) == 1 and axis is None):
        return None
    first, end = max(rank - MOST_NEIGHBOURS, 0), rank + MOST_NEIGHBOURS + 1
    return StreetSide(
        points=side.points[first:end],
        numbers=side.numbers[first:end],
        rank=rank - first,
        survey=survey,
        axis=axis,
        across=_across(asked, known.street, survey) if axis is not None else (),
    )


def _alike(asked: Address, street: Iterable[Address], parity: int = 0) -> list[Address]:
    """Numbers of the town and parity of one (1: of the other parity), in their order; it comes before its likes."""
    alike = _of_parity(asked, street, parity)
    return sorted(alike, key=lambda other: (other.number or 0, other.suffix, other is not asked))


def _of_parity(asked: Address, street: Iterable[Address], parity: int = 0) -> Iterator[Address]:
    even = ((asked.number or 0) + parity) % 2
    return (
        other
        for other in street
        if other.number is not None and other.number % 2 == even and other.citycode == asked.citycode
    )


def _across(asked: Address, street: Iterable[Address], survey: Survey | None) -> tuple[tuple[float, float], ...]:
    """Points of the numbers of the other parity that are nearest to one, by their numbers, in their order."""
    rules = region_rules()
    most = rules.axis_known if survey is not None and survey.interpolated else rules.axis_neighbours
    apart = numbers_apart(_alike(asked, street, 1))
    away = sorted(range(len(apart)), key=lambda place: abs((apart[place].number or 0) - (asked.number or 0)))
    return tuple((apart[place].lon, apart[place].lat) for place in sorted(away[: 2 * most]))


def numbers_apart(alike: Iterable[Address], asked: Address | None = None) -> list[Address]:
    """Numbers in order, those that stand at one point once; of these, the one asked is kept."""
    apart: list[Address] = []
    for other in alike:
        if not apart or distance_m(apart[-1].lon, apart[-1].lat, other) >= SAME_PLACE_M:
            apart.append(other)
        elif other is asked:
            apart[-1] = other
    return apart


# --- A number that the list lacks: between two that it has, or beyond them all


def neighbours_of(number: int, street: Sequence[Address]) -> tuple[Address, Address] | None:
    """The two numbers of the same parity between which one that the list lacks would stand; None without both."""
    alike = [other for other in street if other.number is not None and other.number % 2 == number % 2]
    below = [other for other in alike if (other.number or 0) <= number]
    above = [other for other in alike if (other.number or 0) > number]
    if not below or not above:
        return None
    low = max(below, key=lambda other: (other.number or 0, other.suffix))
    high = min(above, key=lambda other: (other.number or 0, other.suffix))
    return (low, high) if low.citycode == high.citycode else None


def beyond_m(number: int, last: int) -> float:
    """How far from a street a number beyond its last one may be: so many of its side, each as far as one may be."""
    return math.ceil((number - last) / 2) * region_rules().longest_step_m


# --- The axes of the streets of a territory


class StreetAxes:
    """Axes of streets, found by the name of a street and by how near they are to its numbers.

    Parameters
    ----------
    read : gives the lines of a territory, their projected CRS and the names of each; called once, when one is asked.
    """

    def __init__(self, read: Callable[[], tuple[NDArray[np.object_], int, Sequence[Sequence[str]]]]) -> None:
        self._read = read
        self._found: dict[tuple[Town, StreetName], StreetAxis | None] = {}

    def of(self, street: Street, addresses: Sequence[Address]) -> StreetAxis | None:
        """Axis of a street of a list; None where none bears its name along most of its numbers.

        Parameters
        ----------
        addresses : of the street.

        Notes
        -----
        Of lines that do not bear that very name, those count that hold all its words, or whose words it holds
        ("avenue Gallieni", "avenue du Général Gallieni"); the nearest ones where there are several.
        """
        key = street.town, street.name
        if key not in self._found:
            self._found[key] = self._search(street.name, addresses)
        return self._found[key]

    @cached_property
    def _tree(self) -> STRtree:
        """Lines, by where they are."""
        import shapely

        return shapely.STRtree(self._named[0])

    @cached_property
    def _named(self) -> tuple[NDArray[np.object_], int, dict[StreetName, list[int]]]:
        """Lines, their CRS, and where those of each name are."""
        lines, epsg, names = self._read()
        places: dict[StreetName, list[int]] = {}
        parsed = {text: street_name(text) for row in names for text in row}
        for place, row in enumerate(names):
            for text in row:
                places.setdefault(replace(parsed[text], other_types=()), []).append(place)
        return lines, epsg, places

    def _search(self, name: StreetName, addresses: Sequence[Address]) -> StreetAxis | None:
        import numpy as np
        import shapely

        lines, epsg, places = self._named
        degrees = np.array([(address.lon, address.lat) for address in addresses if address.number is not None])
        if not len(degrees) or not name.content:
            return None
        placed = np.column_stack(transform_points(degrees[:, 0], degrees[:, 1], WGS84, epsg))
        points, window = np.asarray(shapely.points(placed)), shapely.envelope(shapely.linestrings([*placed, placed[0]]))
        rules, asked, best, own = region_rules(), replace(name, other_types=()), lines[:0], name
        share = 0.5  # of the numbers that must be near it
        for known in _alike_names(asked, places):
            drawn = lines[places[known]]
            drawn = drawn[shapely.dwithin(drawn, window, rules.astray_m)]
            near = np.zeros(len(points), dtype=bool)
            for line in drawn:
                near |= shapely.dwithin(line, points, rules.axis_far_m)
            if len(drawn) and near.mean() >= share:
                share, best, own = near.mean(), drawn, known
            if known == asked and len(best):
                break
        if not len(best):
            return None
        merged = tuple(shapely.get_parts(shapely.line_merge(shapely.union_all(best))).tolist())
        return StreetAxis(merged, epsg, self._crossed(merged, places[own]))

    def _crossed(self, merged: Sequence[BaseGeometry], own: Collection[int]) -> tuple[tuple[bool, bool], ...]:
        """Whether the lines of other streets go by on both sides of each end of some lines."""
        import shapely

        lines, tree = self._named[0], self._tree
        found = []
        for line in merged:
            corners = [shapely.Point(point) for point in shapely.get_coordinates(line)]
            ends = []
            for end, inside in (corners[:2], corners[:-3:-1]):
                others = [place for place in tree.query(end, "dwithin", SAME_PLACE_M) if place not in own]
                ends.append(_goes_by(lines[others], end, inside))
            found.append((ends[0], ends[1]))
        return tuple(found)


def _goes_by(lines: NDArray[np.object_], end: Point, inside: Point) -> bool:
    """Whether lines that touch a point go by on both sides of the one that comes to it from another point."""
    import numpy as np
    import shapely

    at_m = np.concatenate([shapely.line_locate_point(lines, end) + step for step in (-_ARM_M, _ARM_M)])
    arms = np.concatenate([lines, lines])
    at_m = np.clip(at_m, 0.0, shapely.length(arms))
    reached = shapely.get_coordinates(shapely.line_interpolate_point(arms, at_m)) - (end.x, end.y)
    east, north = inside.x - end.x, inside.y - end.y
    turned = (east * reached[:, 1] - north * reached[:, 0]) / (math.hypot(east, north) or 1.0)
    return bool((turned > SAME_PLACE_M).any() and (turned < -SAME_PLACE_M).any())


def _alike_names(asked: StreetName, names: Collection[StreetName]) -> Iterator[StreetName]:
    """A name, then those whose words hold its own, or are held by them; these are looked for only where it is asked."""
    if asked in names:
        yield asked
    words = set(asked.content)
    alike = (one for one in names if one.content and (words <= set(one.content) or words >= set(one.content)))
    yield from sorted((one for one in alike if one != asked), key=lambda one: one.words)


# --- How the numbers of a town were placed


def sampled_streets(streets: Sequence[Listed]) -> Sequence[Listed]:
    """Some streets of a town, spread over all of them, the same ones each time."""
    return streets[:: math.ceil(len(streets) / region_rules().survey_streets) or 1]


def survey_of(addresses: Iterable[Address]) -> Survey | None:
    """How the numbers of some streets of a town were placed; None where they are too few to tell.

    Parameters
    ----------
    addresses : of those streets; those whose kind of position is known are left out.
    """
    rules = region_rules()
    streets: dict[str, list[Address]] = {}
    for address in addresses:
        if address.precision == WITHOUT_TYPE:
            streets.setdefault(address.street, []).append(address)
    threes = equal = 0
    overtaken: list[float] = []
    for street in streets.values():
        for parity in (0, 1):
            side = [one for one in street if one.number is not None and one.number % 2 == parity]
            points = _in_metres(numbers_apart(sorted(side, key=lambda one: (one.number or 0, one.suffix))))
            for rank in range(1, len(points) - 1):
                threes += 1
                if is_halfway(points[rank - 1], points[rank], points[rank + 1], rules.equal_step_m):
                    equal += 1
                else:
                    overtaken.append(_overtaken_m(points, rank, rules.survey_neighbours))
    if threes < rules.survey_numbers:
        return None
    interpolated = equal > rules.survey_equal_share * threes
    overtaken.sort()
    often = sum(metres > rules.backwards_m for metres in overtaken) > rules.survey_backward_share * len(overtaken)
    far_m = overtaken[int(rules.survey_quantile * (len(overtaken) - 1))] if often else 0.0
    along_m = min(max(far_m * rules.survey_factor + rules.survey_margin_m, rules.surveyed_m), rules.unordered_reach_m)
    return Survey(interpolated, along_m, not interpolated and along_m <= rules.surveyed_m)


def _in_metres(addresses: Sequence[Address]) -> list[tuple[float, float]]:
    """Points of some neighbours, in metres from the first one."""
    if not addresses:
        return []
    lon, lat = addresses[0].lon, addresses[0].lat
    east = METRES_IN_A_DEGREE * math.cos(math.radians(lat))
    return [((one.lon - lon) * east, (one.lat - lat) * METRES_IN_A_DEGREE) for one in addresses]


def _overtaken_m(points: Sequence[tuple[float, float]], rank: int, around: int) -> float:
    """How far a number stands behind the one before it, along the line of those around; 0 where it follows it."""
    first, last = points[max(rank - around, 0)], points[min(rank + around, len(points) - 1)]
    length = math.dist(first, last)
    if length < SAME_PLACE_M:
        return 0.0
    (x0, y0), (x1, y1) = points[rank - 1], points[rank]
    along = ((x1 - x0) * (last[0] - first[0]) + (y1 - y0) * (last[1] - first[1])) / length
    return max(0.0, -along)
