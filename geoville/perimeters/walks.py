"""Walks from a quarter to a place: along the streets where they are known, else in a straight line made longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array
    from shapely.geometry import Point
    from shapely.geometry.base import BaseGeometry


# --- Streets as a graph: edges that meet at nodes, and the nodes where a quarter is entered

_SNAP_M = 0.01
"""Streets that come this near to one another meet."""

_ON_THE_LIMIT_M = 0.001


@dataclass(frozen=True, eq=False, slots=True)
class StreetGraph:
    """Streets around one quarter.

    Parameters
    ----------
    edges : (m,) LineString between two nodes, projected CRS in metres; none crosses the quarter's limit.
    start, end : (m,) indices of its nodes.
    nodes : number of nodes.
    doors : (k,) nodes inside the quarter or on its limit: a walk out of the quarter starts there.
    """

    edges: NDArray[np.object_]
    start: NDArray[np.intp]
    end: NDArray[np.intp]
    nodes: int
    doors: NDArray[np.intp]

    def shortest_links(self) -> dict[tuple[int, int], int]:
        """Shortest edge between two neighbouring nodes, in both directions."""
        lengths = self._lengths()
        links: dict[tuple[int, int], int] = {}
        for edge in np.argsort(-lengths, kind="stable").tolist():
            first, second = int(self.start[edge]), int(self.end[edge])
            links[first, second] = links[second, first] = edge
        return links

    def matrix(self) -> csr_array:
        """(nodes, nodes) lengths in metres of the shortest links, as a CSR graph for `scipy.sparse.csgraph`."""
        from scipy.sparse import csr_array

        lengths = self._lengths()
        links = {pair: edge for pair, edge in self.shortest_links().items() if pair[0] != pair[1]}
        pairs = np.array(list(links), dtype=np.intp).reshape(-1, 2)
        metres = lengths[np.fromiter(links.values(), dtype=np.intp, count=len(links))]
        return csr_array((metres, (pairs[:, 0], pairs[:, 1])), shape=(self.nodes, self.nodes))

    def _lengths(self) -> NDArray[np.float64]:
        import shapely

        return np.asarray(shapely.length(self.edges), dtype=float)


def build_street_graph(lines: NDArray[np.object_], quarter: BaseGeometry) -> StreetGraph:
    """Cut streets where they meet one another and where they meet a quarter's limit.

    Parameters
    ----------
    lines : (n,) LineString, metres in a projected CRS; they may cross without a common vertex.
    quarter : polygon in the same CRS.

    Notes
    -----
    Lines know nothing of heights: where a bridge crosses a street, the graph has a crossing.
    """
    import shapely

    streets = shapely.get_parts(shapely.union_all(lines, grid_size=_SNAP_M))
    within = _lines_of(shapely.intersection(streets, quarter))
    edges = np.concatenate([_lines_of(shapely.difference(streets, quarter)), within])
    firsts, lasts = (shapely.get_coordinates(shapely.get_point(edges, place)) for place in (0, -1))
    corners, node = np.unique(np.concatenate([firsts, lasts]), axis=0, return_inverse=True)
    start, end = node.ravel().reshape(2, -1)
    at_the_door = np.array(shapely.dwithin(shapely.points(corners), quarter, _ON_THE_LIMIT_M), dtype=bool)
    at_the_door[start[len(edges) - len(within) :]] = True
    at_the_door[end[len(edges) - len(within) :]] = True
    return StreetGraph(edges, start, end, len(corners), np.flatnonzero(at_the_door))


def _lines_of(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Lines among geometries and their parts; points, where a street only touches a limit, are left."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(geometries))
    return np.asarray(parts[(shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING) & ~shapely.is_empty(parts)])


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
