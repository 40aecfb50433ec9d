"""Walks from a quarter to a place: along the streets where they are known, else in a straight line made longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geoville.perimeters.street_graph import build_street_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry import Point
    from shapely.geometry.base import BaseGeometry

DETOUR = 1.3
"""How much longer than the straight line a walk in town is taken to be where the streets are not known."""

_NO_PREDECESSOR = -9999


@dataclass(frozen=True, eq=False, slots=True)
class Walk:
    """The shortest walk known between a quarter and a place.

    Parameters
    ----------
    metres : length walked.
    way : line or lines of the walk as drawn, from the place to the quarter's limit.
    on_streets : False for a straight line, whose `metres` are its length times 1.3.
    """

    metres: float
    way: BaseGeometry
    on_streets: bool


class Walks(Protocol):
    """Walks from one quarter."""

    def to(self, place: Point) -> Walk | None:
        """Shortest walk to a place outside the quarter; None where no way leads there."""


@dataclass(frozen=True, eq=False, slots=True)
class StraightWalks:
    """Walks where no street is known: the straight line, 1.3 times as long."""

    quarter: BaseGeometry

    def to(self, place: Point) -> Walk:
        """Straight walk from the quarter's limit to a place."""
        import shapely

        line = shapely.shortest_line(place, self.quarter)
        return Walk(float(line.length) * DETOUR, line, on_streets=False)


class StreetWalks:
    """Walks along streets, from wherever these meet the quarter.

    Parameters
    ----------
    lines : (n,) LineString, metres in the CRS of `quarter`.
    limit_m : walks longer than this are not looked for.

    Notes
    -----
    Dijkstra from all the doors of the quarter at once. A place is reached from the street nearest to it; the straight
    bit between both is walked too. A walk within the limit never leaves the disc of that radius around the quarter.
    """

    def __init__(self, quarter: BaseGeometry, lines: NDArray[np.object_], limit_m: float) -> None:
        import shapely
        from scipy.sparse.csgraph import dijkstra

        self._limit_m = limit_m
        near = lines[shapely.dwithin(lines, quarter, limit_m)]
        self._graph = build_street_graph(near, quarter)
        self._tree = shapely.STRtree(self._graph.edges)
        self._links = self._graph.shortest_links()
        self._metres = np.full(self._graph.nodes, np.inf)
        if len(self._graph.doors):
            self._metres, self._before, _ = dijkstra(
                self._graph.matrix(),
                directed=False,
                indices=self._graph.doors,
                min_only=True,
                return_predecessors=True,
                limit=limit_m,
            )

    def to(self, place: Point) -> Walk | None:
        """Shortest walk to a place outside the quarter; None where no street leads there within the limit."""
        import shapely
        from shapely.ops import substring

        if not len(self._graph.edges):
            return None
        edge = int(self._tree.nearest(place))
        line = self._graph.edges[edge]
        along = float(line.project(place))
        by_start = self._metres[self._graph.start[edge]] + along
        by_end = self._metres[self._graph.end[edge]] + line.length - along
        metres = float(min(by_start, by_end) + line.distance(place))
        if metres > self._limit_m:
            return None
        if by_start <= by_end:
            node, ends = int(self._graph.start[edge]), (0.0, along)
        else:
            node, ends = int(self._graph.end[edge]), (along, line.length)
        first_steps = shapely.LineString([place, line.interpolate(along)])
        pieces = [first_steps, substring(line, *ends), *self._edges_to_a_door(node)]
        return Walk(metres, shapely.union_all(pieces), on_streets=True)

    def _edges_to_a_door(self, node: int) -> list[BaseGeometry]:
        edges = []
        while (before := int(self._before[node])) != _NO_PREDECESSOR:
            edges.append(self._graph.edges[self._links[node, before]])
            node = before
        return edges
