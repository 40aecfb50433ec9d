"""Clusters of ground: joined, widened, their holes filled, cut down until the median test holds, outlined."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.ground_index import square_keys
from geoville.carroyage.lattice import cluster_cells, find_keys, members

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.ground_index import Ground
    from geoville.carroyage.method import MethodRules
    from geoville.model import Contiguity


_STEPS = tuple((up, right) for up in (-1, 0, 1) for right in (-1, 0, 1) if up or right)
_HALF = 0.5


@dataclass(frozen=True, eq=False, slots=True)
class PeopledGround:
    """Ground with those who live on it.

    Parameters
    ----------
    people : (n,) people of the urban unit on each square.
    below : (n,) those below the threshold.
    """

    ground: Ground
    people: NDArray[np.float64]
    below: NDArray[np.float64]

    def population(self, squares: NDArray[np.intp]) -> float:
        """People on some squares."""
        return float(self.people[squares].sum())

    def share_below(self, squares: NDArray[np.intp]) -> float:
        """Pooled share of the people of some squares below the threshold; NaN where nobody lives."""
        people = self.population(squares)
        return float(self.below[squares].sum()) / people if people else float("nan")

    def mean_index(self, squares: NDArray[np.intp]) -> float:
        """Mean index of some squares, weighted by their people; -inf where nobody lives."""
        people = self.people[squares]
        return float(self.ground.index[squares] @ people / people.sum()) if people.sum() else float("-inf")


def clusters_of(ground: Ground, chosen: NDArray[np.intp], contiguity: Contiguity) -> list[NDArray[np.intp]]:
    """Clusters of chosen squares that touch, each with its increasing indices in the ground."""
    labels = cluster_cells(ground.column[chosen] * CELL_SIZE_M, ground.row[chosen] * CELL_SIZE_M, contiguity)
    return [np.sort(chosen[cluster]) for cluster in members(labels)]


def widen(
    place: PeopledGround, squares: NDArray[np.intp], free: NDArray[np.bool_], minimum: float, rules: MethodRules
) -> NDArray[np.intp]:
    """Widen a cluster down the index until it holds enough people.

    Parameters
    ----------
    squares : indices of the cluster's squares in the ground.
    free : (n,) squares that it may take.
    minimum : people wanted.

    Returns
    -------
    The squares of the cluster with those taken, increasing; those given where the people cannot be had so.

    Notes
    -----
    Of the free squares that touch the cluster and whose centre lies at most `widening_reach_m` from that of one of its
    own, the one of highest index is taken, and so on. The result is kept where its mean index, weighted by people, is
    at least the cut.
    """
    around = _Neighbourhood(place.ground, squares, rules)
    held, people = set(squares.tolist()), place.population(squares)
    seen, queue = set(held), list[tuple[float, int]]()

    def look_around(square: int) -> None:
        for other in around.touching(square):
            if other not in seen:
                seen.add(other)
                if free[other] and around.reaches(other):
                    heapq.heappush(queue, (-float(place.ground.index[other]), other))

    for square in squares.tolist():
        look_around(square)
    while queue and people < minimum:
        _, taken = heapq.heappop(queue)
        held.add(taken)
        people += float(place.people[taken])
        look_around(taken)
    wider = np.array(sorted(held), dtype=np.intp)
    enough = people >= minimum and place.mean_index(wider) >= rules.index_cut
    return wider if enough else squares


class _Neighbourhood:
    """Squares around a cluster, by place."""

    def __init__(self, ground: Ground, squares: NDArray[np.intp], rules: MethodRules) -> None:
        from scipy.ndimage import distance_transform_edt

        self._reach = rules.widening_reach_m * rules.subcells_per_side / CELL_SIZE_M
        self._window = Window.around(ground, squares, int(self._reach) + 1)
        self._away = distance_transform_edt(~self._window.image_of(squares))

    def touching(self, square: int) -> list[int]:
        up, right = self._window.place(square)
        return [other for step in _STEPS if (other := self._window.square(up + step[0], right + step[1])) >= 0]

    def reaches(self, square: int) -> bool:
        return bool(self._away[self._window.place(square)] <= self._reach)


@dataclass(frozen=True, eq=False, slots=True)
class Window:
    """A rectangle of the lattice as an image, rows from the south.

    Parameters
    ----------
    south, west : row and column of its first square.
    squares : (rows, columns) index of each square in the ground, -1 where the ground has none.
    """

    ground: Ground
    south: int
    west: int
    squares: NDArray[np.intp]

    @classmethod
    def around(cls, ground: Ground, squares: NDArray[np.intp], margin: int) -> Window:
        """Window that holds some squares with a margin around them, in squares."""
        row, column = ground.row[squares], ground.column[squares]
        south, west = int(row.min()) - margin, int(column.min()) - margin
        shape = (int(row.max()) - south + margin + 1, int(column.max()) - west + margin + 1)
        rows = np.arange(*np.searchsorted(ground.row, [south, south + shape[0]]))
        near = rows[(ground.column[rows] >= west) & (ground.column[rows] < west + shape[1])]
        image = np.full(shape, -1, dtype=np.intp)
        image[ground.row[near] - south, ground.column[near] - west] = near
        return cls(ground, south, west, image)

    def place(self, square: int) -> tuple[int, int]:
        """Row and column of a square in the image."""
        return int(self.ground.row[square]) - self.south, int(self.ground.column[square]) - self.west

    def square(self, up: int, right: int) -> int:
        """Square at a row and column of the image; -1 where there is none."""
        rows, columns = self.squares.shape
        return int(self.squares[up, right]) if 0 <= up < rows and 0 <= right < columns else -1

    def image_of(self, squares: NDArray[np.intp]) -> NDArray[np.bool_]:
        """True on some squares."""
        image = np.zeros(self.squares.shape, dtype=bool)
        image[self.ground.row[squares] - self.south, self.ground.column[squares] - self.west] = True
        return image

    def values(self, of_square: NDArray[np.float64], elsewhere: float) -> NDArray[np.float64]:
        """Values of the squares as an image."""
        return np.where(self.squares >= 0, of_square[self.squares], elsewhere)


def fill_holes(
    ground: Ground, squares: NDArray[np.intp], free: NDArray[np.bool_], rules: MethodRules
) -> NDArray[np.intp]:
    """Fill the enclosed holes of a cluster that are small enough and free, as squares added to its own.

    Notes
    -----
    A hole is ground that cannot leave the cluster by the sides of squares. Ground near which nobody lives at all has no
    square: a hole with such ground stays.
    """
    from scipy.ndimage import label

    window = Window.around(ground, squares, 1)
    holes, _ = label(~window.image_of(squares))
    sizes = np.bincount(holes.ravel())
    barred = np.bincount(holes.ravel(), ((window.squares < 0) | ~free[window.squares]).ravel()) > 0
    square_m2 = (CELL_SIZE_M / rules.subcells_per_side) ** 2
    filled = (sizes * square_m2 <= rules.filled_hole_m2) & ~barred
    filled[[0, holes[0, 0]]] = False
    added = window.squares[filled[holes]]
    return np.sort(np.concatenate([squares, added])) if len(added) else squares


def drop_lowest(place: PeopledGround, squares: NDArray[np.intp], share: float = _HALF) -> NDArray[np.intp]:
    """Take the ground of lowest index away until more than a share of the people are below the threshold.

    Returns
    -------
    Increasing indices; empty where no ground passes. More than half of the people strictly below the threshold is a
    median strictly below it (décret n° 2014-767, art. 2).
    """
    best_first = squares[np.lexsort((squares, -place.ground.index[squares]))]
    people, below = np.cumsum(place.people[best_first]), np.cumsum(place.below[best_first])
    passes = np.flatnonzero((people > 0) & (below > share * people))
    return np.sort(best_first[: passes[-1] + 1]) if len(passes) else squares[:0]


def join_corners(ground: Ground, squares: NDArray[np.intp], free: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Add, where squares meet by a corner alone, the free square beside both whose index is highest.

    An outline is then in one piece wherever the cluster is.
    """
    window = Window.around(ground, squares, 1)
    held = window.image_of(squares)
    may = (window.squares >= 0) & free[window.squares]
    value = np.where(may, window.values(ground.index, -np.inf), -np.inf)
    for first, second, one, other in (
        (held[:-1, :-1], held[1:, 1:], (0, 1), (1, 0)),
        (held[:-1, 1:], held[1:, :-1], (0, 0), (1, 1)),
    ):
        rows, columns = held.shape
        beside = [(slice(up, rows - 1 + up), slice(right, columns - 1 + right)) for up, right in (one, other)]
        alone = first & second & ~held[beside[0]] & ~held[beside[1]]
        for up, right in zip(*np.nonzero(alone), strict=True):
            choices = [(up + one[0], right + one[1]), (up + other[0], right + other[1])]
            best = max(choices, key=lambda choice: (value[choice], choice))
            if np.isfinite(value[best]):
                held[best] = True
    return np.sort(window.squares[held])


def squares_of(ground: Ground, row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.intp]:
    """Index in the ground of places of the lattice; -1 where the ground has none."""
    return find_keys(square_keys(row, column), square_keys(ground.row, ground.column))


# --- Ground inside an outline: whole squares, and so much of those that the outline cuts


@dataclass(frozen=True, eq=False, slots=True)
class GroundInside:
    """What of the ground lies inside an outline.

    Parameters
    ----------
    squares : (n,) increasing indices in the ground.
    share : (n,) share of the area of each, in ]0, 1].
    """

    squares: NDArray[np.intp]
    share: NDArray[np.float64]

    @classmethod
    def whole(cls, squares: NDArray[np.intp]) -> GroundInside:
        """Squares as they are."""
        return cls(squares, np.ones(len(squares)))

    def population(self, place: PeopledGround) -> float:
        """People inside: those of a square that is cut count by its area."""
        return float(place.people[self.squares] @ self.share)

    def share_below(self, place: PeopledGround) -> float:
        """Pooled share of them below the threshold; NaN where nobody lives."""
        people = self.population(place)
        return float(place.below[self.squares] @ self.share) / people if people else float("nan")


def ground_inside(ground: Ground, squares: NDArray[np.intp], outline: BaseGeometry, rules: MethodRules) -> GroundInside:
    """Ground inside the outline of some squares.

    Parameters
    ----------
    outline : as `isoline_of` draws it: it goes no further than the squares beside its own.

    Notes
    -----
    The outline runs between the centres of squares kept and not kept: a square among eight kept ones lies whole inside,
    and only those with neighbours of both sorts are cut.
    """
    import shapely
    from scipy.ndimage import binary_dilation, binary_erosion

    window = Window.around(ground, squares, 2)
    kept, around = window.image_of(squares), np.ones((3, 3), dtype=bool)
    known = window.squares >= 0
    edge = window.squares[known & binary_dilation(kept, around) & ~binary_erosion(kept, around)]
    size = CELL_SIZE_M / rules.subcells_per_side
    west, south = ground.column[edge] * size, ground.row[edge] * size
    boxes = shapely.box(west, south, west + size, south + size)
    shapely.prepare(outline)
    share = shapely.contains_properly(outline, boxes).astype(float)
    cut = np.flatnonzero((share == 0) & shapely.intersects(outline, boxes))
    share[cut] = shapely.area(shapely.intersection(boxes[cut], outline)) / size**2
    deep = window.squares[binary_erosion(kept, around)]
    near, share = np.concatenate([deep, edge]), np.concatenate([np.ones(len(deep)), share])
    order = np.argsort(near)
    inside = order[share[order] > 0]
    return GroundInside(near[inside], share[inside])


# --- Outlines of ground: the isoline of its index

_LIFT = 0.001
_FAR_BELOW = 1.0


def isoline_of(ground: Ground, squares: NDArray[np.intp], rules: MethodRules) -> BaseGeometry:
    """Outline of some squares, in the CRS of the grid: the isoline of the index at the cut.

    Parameters
    ----------
    squares : indices of the squares kept.

    Returns
    -------
    Valid polygon or multipolygon that holds the centres of the squares kept, and of no other.

    Notes
    -----
    Marching squares between the centres of squares (contourpy). The index of a square that is kept though it lies below
    the cut is mirrored above it, and the other way round: two quarters that touch then draw one line between them.
    """
    import shapely
    from contourpy import FillType, contour_generator

    window = Window.around(ground, squares, 2)
    value = window.values(ground.index, rules.index_cut - _FAR_BELOW)
    kept = window.image_of(squares)
    above = np.maximum(np.abs(value - rules.index_cut), _LIFT)
    value = rules.index_cut + np.where(kept, above, -above)
    size = CELL_SIZE_M / rules.subcells_per_side
    north = (window.south + np.arange(value.shape[0]) + 0.5) * size
    east = (window.west + np.arange(value.shape[1]) + 0.5) * size
    generator = contour_generator(east, north, value, fill_type=FillType.OuterOffset)
    filled: Any = generator.filled(rules.index_cut, np.inf)
    pieces = []
    for line, breaks in zip(*filled, strict=True):
        rings = [line[start:stop] for start, stop in pairwise(breaks)]
        pieces.append(shapely.Polygon(rings[0], rings[1:]))
    outline = shapely.union_all(pieces)
    return outline if outline.is_valid else shapely.make_valid(outline, method="structure", keep_collapsed=False)
