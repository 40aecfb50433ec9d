"""Streets as a graph: edges that meet at nodes, and the nodes where a quarter is entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array
    from shapely.geometry.base import BaseGeometry

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
