"""Polygons as numbers that compiled loops read: their limits as segments, and the sets of those that hold a place."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


NOWHERE = -1
"""Polygon of a point for which there is none."""


@dataclass(frozen=True, eq=False, slots=True)
class PolygonSets:
    """Numbered sets of polygons: 0 is the empty one, 1 + p holds polygon p alone, others follow.

    Parameters
    ----------
    starts, members : members of set s are `members[starts[s]:starts[s + 1]]`, in increasing order.
    """

    starts: NDArray[np.int64]
    members: NDArray[np.int32]

    def among(self, kept: NDArray[np.int64]) -> PolygonSets:
        """The same sets of fewer polygons: (k,) sorted numbers, whose places become the numbers.

        >>> sets = SetNumbers(3, [(0, 2)]).table().among(np.array([2]))
        >>> sets.starts.tolist(), sets.members.tolist()
        ([0, 0, 0, 0, 1, 2], [0, 0])
        """
        stays = np.isin(self.members, kept)
        starts = np.concatenate([[0], np.cumsum(stays)])[self.starts]
        return PolygonSets(starts, np.searchsorted(kept, self.members[stays]).astype(np.int32))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def renamed(self, names: NDArray[np.int32]) -> PolygonSets:
        """The same sets, each polygon p under its other number `names[p]`."""
        return PolygonSets(self.starts, names[self.members])

    def of(self, number: int) -> list[int]:
        """Return the polygons of one set."""
        return [int(polygon) for polygon in self.members[self.starts[number] : self.starts[number + 1]]]

    def numbers(self) -> SetNumbers:
        """Numbers that go on from these sets, of all the polygons."""
        polygons = int(np.argmax(np.append(np.diff(self.starts[1:]), 2) > 1))
        bounds, members = self.starts[1 + polygons :].tolist(), self.members.tolist()
        return SetNumbers(polygons, [tuple(members[first:last]) for first, last in pairwise(bounds)])


NO_SETS = PolygonSets(np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int32))
"""The empty set alone."""


def joined(tables: Sequence[PolygonSets]) -> PolygonSets:
    """The sets of several tables, numbered one table after another."""
    sizes = np.concatenate([np.diff(table.starts) for table in tables])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    return PolygonSets(starts.astype(np.int64), np.concatenate([table.members for table in tables]))


class SetNumbers:
    """Numbers given to sets as they are met, those of `PolygonSets`.

    Parameters
    ----------
    polygons : how many there are.
    several : sets of several of them that were met before.

    >>> numbers = SetNumbers(2)
    >>> numbers.of([1]), numbers.of([1, 0]), numbers.of([]), numbers.of((0, 1))
    (2, 3, 0, 3)
    """

    def __init__(self, polygons: int, several: Iterable[tuple[int, ...]] = ()) -> None:
        self._first = 1 + polygons
        self._several = list(several)
        self._number = {members: number for number, members in enumerate(self._several, self._first)}

    def of(self, polygons: Iterable[int]) -> int:
        """Return the number of a set, a new one where the set is new."""
        members = tuple(sorted(polygons))
        if len(members) <= 1:
            return 1 + members[0] if members else 0
        number = self._number.setdefault(members, self._first + len(self._several))
        if number == self._first + len(self._several):
            self._several.append(members)
        return number

    def members(self, number: int) -> tuple[int, ...]:
        """Return the polygons of a set."""
        if number < self._first:
            return (int(number) - 1,) if number else ()
        return self._several[number - self._first]

    def table(self) -> PolygonSets:
        """Every set met so far."""
        sizes = np.array([len(members) for members in self._several], dtype=np.int64)
        singles = np.arange(self._first)
        starts = np.concatenate([[0], singles, singles[-1] + np.cumsum(sizes)])
        members = np.concatenate([singles[:-1], *self._several], dtype=np.int32, casting="same_kind")
        return PolygonSets(starts, members)


@dataclass(frozen=True, eq=False, slots=True)
class Membership:
    """Which polygons hold each of n points.

    Parameters
    ----------
    sets : (n,) number of a set of polygons.
    table : members of the sets.
    """

    sets: NDArray[np.int32]
    table: PolygonSets

    def among(self, kept: NDArray[np.int64]) -> Membership:
        """The same among some of the polygons, whose sorted numbers are given: each gets its place among these."""
        return Membership(self.sets, self.table.among(kept))

    def held(self) -> NDArray[np.bool_]:
        """(n,) whether a polygon holds each point."""
        return (np.diff(self.table.starts) > 0)[self.sets]

    def pairs(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Points and the polygons that hold them, one pair after another: two (m,) arrays, by point then polygon."""
        held = np.flatnonzero(self.sets)  # the others are in the empty set
        sets = self.sets[held]
        counts = np.diff(self.table.starts)[sets]
        before = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(self.table.starts[sets] - before, counts)
        return np.repeat(held, counts), self.table.members[places]

    def counts(self) -> NDArray[np.int64]:
        """How many points each polygon holds: (p,), as many as there are polygons alone in a set."""
        of_sets = np.bincount(self.sets, minlength=len(self.table))
        counts = np.zeros(self.table.members.max(initial=-1) + 1, dtype=np.int64)
        np.add.at(counts, self.table.members, np.repeat(of_sets, np.diff(self.table.starts)))
        return counts


# --- The limits of polygons as flat arrays of segments, which compiled loops can read


@dataclass(frozen=True, eq=False, slots=True)
class Segments:
    """Every edge of n polygons, holes included, polygon after polygon.

    Parameters
    ----------
    ends : (m, 4) easting and northing of the start, then of the end, metres.
    starts : (n + 1,) where the edges of each polygon start.
    bounds : (n, 4) west, south, east, north of each polygon.
    """

    ends: NDArray[np.float64]
    starts: NDArray[np.int64]
    bounds: NDArray[np.float64]

    @property
    def owner(self) -> NDArray[np.int32]:
        """(m,) polygon of each edge."""
        return np.repeat(np.arange(len(self.bounds), dtype=np.int32), np.diff(self.starts))


def segments_of(polygons: Sequence[BaseGeometry]) -> Segments:
    """Take polygons or multipolygons apart; edges of no length are left out."""
    import shapely

    shapes = np.array(polygons, dtype=object)
    parts, polygon_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    vertices, ring_of_vertex = shapely.get_coordinates(rings, return_index=True)
    places = vertices.view(np.complex128)[:, 0]  # easting + i × northing: what moves together is one number
    start = np.flatnonzero((ring_of_vertex[:-1] == ring_of_vertex[1:]) & (places[:-1] != places[1:]))
    ends = np.column_stack([places[start], places[start + 1]]).view(np.float64)
    ring_of_polygon = np.searchsorted(polygon_of_part[part_of_ring], np.arange(len(shapes) + 1))
    starts = np.searchsorted(start, np.searchsorted(ring_of_vertex, ring_of_polygon)).astype(np.int64)
    return Segments(ends, starts, shapely.bounds(shapes).reshape(-1, 4))
