"""The index at one place, with its parts, and what would change the answer; of a street or a polygon; of cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.ground_index import reference_density, typical_density
from geoville.carroyage.method import method_choice
from geoville.perimeters.ground_clusters import squares_of
from geoville.perimeters.index_search import ground_of_unit
from geoville.perimeters.scenarios import SearchMethod
from geoville.perimeters.search import cells_of_units

if TYPE_CHECKING:
    from collections.abc import Container

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.method import MethodRules
    from geoville.law import Threshold
    from geoville.perimeters.ground_clusters import PeopledGround
    from geoville.perimeters.quarters import CandidateOptions, Quarter
    from geoville.perimeters.sensitivity import SearchStart


@dataclass(frozen=True, eq=False, slots=True)
class CellIndex:
    """What the index says of each cell of a grid; NaN where nobody lives, or in no urban unit with a threshold.

    Parameters
    ----------
    index : (n,) mean of I over the squares of the cell.
    probability : (n,) mean over them of the estimated probability to be in an official quarter.
    """

    index: NDArray[np.float64]
    probability: NDArray[np.float64]


def cell_index(start: SearchStart, rules: MethodRules) -> CellIndex | None:
    """Index of every cell of a grid; None where its cells have no parts, which the index reads."""
    if start.parts is None:
        return None
    index, probability = np.full(len(start.grid), np.nan), np.full(len(start.grid), np.nan)
    for cells in cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts):
        if cells.parts is None:
            continue
        place = ground_of_unit(cells, rules)
        lived_in = np.flatnonzero(place.people > 0)
        rows, at = np.unique(cells.rows[cells.parts.cell[place.ground.part[lived_in]]], return_inverse=True)
        value, squares = place.ground.index[lived_in], np.bincount(at)
        index[rows] = np.bincount(at, value) / squares
        probability[rows] = np.bincount(at, probability_of(value, rules.index_cut)) / squares
    return CellIndex(index, probability)


def probability_of(index: NDArray[np.float64], cut: float) -> NDArray[np.float64]:
    """Estimated probability that ground is in an official quarter: ``logistic(level + steepness (I − cut))``.

    It was fitted on the contours of 2015 of the places that the file of the method names; the gap that was found in a
    place left out is there too.

    >>> probability_of(np.array([0.2, 0.5, 0.8]), 0.5).round(2).tolist()
    [0.02, 0.29, 0.89]
    """
    level, steepness = (method_choice(f"probability_{name}").value for name in ("level", "steepness"))
    return np.asarray(1 / (1 + np.exp(-(level + steepness * (index - cut)))))


@dataclass(frozen=True, slots=True)
class IndexAtPlace:
    """The index of the square that holds a place.

    Parameters
    ----------
    row, column : of the square on the lattice.
    share : share of the people around who are below the threshold.
    density, typical : people per 200 m cell around, and where the unit's people typically live.
    reference : people per cell that the density is compared to.
    index, cut : the index, and above what ground is in.
    density_weight : c of the index.
    """

    row: int
    column: int
    share: float
    density: float
    typical: float
    reference: float
    index: float
    cut: float
    density_weight: float

    @property
    def density_part(self) -> float:
        """What the density adds to the share, or takes from it."""
        return self.index - self.share

    @property
    def share_needed(self) -> float:
        """Share below the threshold above which ground of that density is in."""
        return self.cut - self.density_part

    @property
    def density_needed(self) -> float:
        """People per cell above which ground of that share is in."""
        return self.reference * math.exp((self.cut - self.share) / self.density_weight) - 1

    def is_in(self, quarter: Quarter) -> bool:
        """Whether the square is of a quarter."""
        if quarter.squares is None:
            return False
        return bool(((quarter.squares[0] == self.row) & (quarter.squares[1] == self.column)).any())

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "share_around": round(self.share, 4),
            "people_per_cell": round(self.density, 1),
            "typical_people_per_cell": round(self.typical, 1),
            "reference_people_per_cell": round(self.reference, 1),
            "density_part": round(self.density_part, 4),
            "index": round(self.index, 4),
            "cut": self.cut,
            "share_needed": round(self.share_needed, 4),
            "people_per_cell_needed": round(self.density_needed, 1),
        }


def place_index(
    start: SearchStart, options: CandidateOptions, easting: float, northing: float, row: int | None
) -> IndexAtPlace | None:
    """Index at a place; None by the method of cells, out of urban units, and where nobody lives near.

    Parameters
    ----------
    easting, northing : metres in the CRS of the grid.
    row : populated cell that holds the place, if any: its urban unit is the one that counts.
    """
    if options.method is not SearchMethod.INDEX:
        return None
    rules = options.index
    size = CELL_SIZE_M // rules.subcells_per_side
    wanted = np.array([int(northing // size)]), np.array([int(easting // size)])
    units = start.thresholds if row is None else {str(start.zones.unit[row])} & set(start.thresholds)
    for cells in cells_of_units(start.grid, start.income, start.zones, _of(start, units), start.parts):
        place = ground_of_unit(cells, rules)
        [square] = squares_of(place.ground, *wanted).tolist()
        if square >= 0 and place.ground.mine[square]:
            return _read(place, square, rules)
    return None


def _of(start: SearchStart, units: Container[str]) -> dict[str, Threshold]:
    return {unit: threshold for unit, threshold in start.thresholds.items() if unit in units}


def _read(place: PeopledGround, square: int, rules: MethodRules) -> IndexAtPlace:
    ground = place.ground
    return IndexAtPlace(
        row=int(ground.row[square]),
        column=int(ground.column[square]),
        share=float(ground.share[square]),
        density=float(ground.density[square]),
        typical=typical_density(ground.density, place.people),
        reference=reference_density(ground.density, place.people, rules),
        index=float(ground.index[square]),
        cut=rules.index_cut,
        density_weight=rules.density_weight,
    )


# --- The index of a street or a polygon: of the squares that its addresses stand on, or that it covers


@dataclass(frozen=True, slots=True)
class IndexOfArea:
    """The index over a polygon, each square by its people, or over points, each as much as another.

    Parameters
    ----------
    share, density, index : means; see `IndexAtPlace`.
    lowest, highest : index of a square.
    chosen : share of the people, or of the points, on ground whose index is above the cut.
    """

    share: float
    density: float
    index: float
    lowest: float
    highest: float
    chosen: float
    cut: float

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "share_around": round(self.share, 4),
            "people_per_cell": round(self.density, 1),
            "index": round(self.index, 4),
            "lowest_index": round(self.lowest, 4),
            "highest_index": round(self.highest, 4),
            "cut": self.cut,
            "chosen_share": round(self.chosen, 4),
        }


def area_index(start: SearchStart, options: CandidateOptions, area: BaseGeometry) -> IndexOfArea | None:
    """Index over a polygon, or at points; None as for `place_index`.

    Parameters
    ----------
    area : polygons, or points, in the CRS of the grid.

    Notes
    -----
    A square that the edge of a polygon cuts counts by the area inside; where nobody lives, squares count by area alone.
    """
    if options.method is not SearchMethod.INDEX:
        return None
    rules, found = options.index, []
    for cells in cells_of_units(start.grid, start.income, start.zones, start.thresholds, start.parts):
        place = ground_of_unit(cells, rules)
        squares, inside = _squares_under(place, area, CELL_SIZE_M // rules.subcells_per_side)
        mine = place.ground.mine[squares]
        squares, inside = squares[mine], inside[mine]
        values = (place.ground.share, place.ground.density, place.ground.index, place.people)
        found.append(np.stack([*(value[squares] for value in values), inside]))
    share, density, index, people, inside = np.concatenate([np.empty((5, 0)), *found], axis=1)
    if not len(index):
        return None
    weight = inside * people if area.area > 0 and (inside * people).sum() > 0 else inside
    mean_share, mean_density, mean_index = (float(np.average(of, weights=weight)) for of in (share, density, index))
    chosen = float(weight[index > rules.index_cut].sum() / weight.sum())
    return IndexOfArea(
        mean_share, mean_density, mean_index, float(index.min()), float(index.max()), chosen, rules.index_cut
    )


def _squares_under(
    place: PeopledGround, area: BaseGeometry, size_m: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Squares of the ground under points, one for each, or under polygons, and the area of each that lies inside."""
    import shapely

    if area.area == 0:
        corner = np.floor_divide(shapely.get_coordinates(area), size_m).astype(np.int64)
        squares = squares_of(place.ground, corner[:, 1], corner[:, 0])
        squares = squares[squares >= 0]
        return squares, np.ones(len(squares))
    west, south, east, north = area.bounds
    row, column = place.ground.row * size_m, place.ground.column * size_m
    near = np.flatnonzero((row > south - size_m) & (row < north) & (column > west - size_m) & (column < east))
    boxes = shapely.box(column[near], row[near], column[near] + size_m, row[near] + size_m)
    inside = shapely.area(shapely.intersection(boxes, area))
    return near[inside > 0], inside[inside > 0]
