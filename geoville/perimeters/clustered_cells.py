"""The cells of a town with the quarter that each belongs to: what outlines are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.place_keys import find_keys, place_keys, places_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.perimeters.quarter import Quarter

NO_QUARTER = -1


@dataclass(frozen=True, eq=False, slots=True)
class ClusteredCells:
    """Every populated cell, and the unpopulated places that quarters hold (bridges, holes), by (northing, easting).

    Parameters
    ----------
    epsg : CRS of the grid.
    easting, northing : (n,) south-west corners, metres in `epsg`, each place once.
    people : (n,) people who live there.
    quarter : (n,) number of the quarter, from 0; `NO_QUARTER` outside them all.
    size_m : side of a cell, metres: squares of ground are smaller ones.
    """

    epsg: int
    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    people: NDArray[np.float64]
    quarter: NDArray[np.intp]
    size_m: int = CELL_SIZE_M

    def members(self) -> list[NDArray[np.intp]]:
        """Indices of the cells of each quarter, increasing."""
        count = int(self.quarter.max(initial=NO_QUARTER)) + 1
        order = np.argsort(self.quarter, kind="stable")
        starts = np.searchsorted(self.quarter[order], np.arange(count + 1))
        return [order[start:stop] for start, stop in pairwise(starts)]


def cells_of_quarters(grid: Grid, quarters: Sequence[Quarter]) -> ClusteredCells:
    """Put the cells of a grid into quarters, numbered in the order given.

    A place that two quarters hold goes to the first.
    """
    held = [place_keys(quarter.easting, quarter.northing) for quarter in quarters]
    return _clustered(grid.epsg, place_keys(grid.easting, grid.northing), grid.people, held, CELL_SIZE_M)


def squares_of_quarters(grid: Grid, quarters: Sequence[Quarter], side: int) -> ClusteredCells:
    """Put the squares of the cells of a grid into quarters made of squares; see `cells_of_quarters`.

    Parameters
    ----------
    side : squares along the side of a cell: each holds an equal part of its people.
    """
    size = CELL_SIZE_M // side
    steps = np.arange(side) * size
    northing = (grid.northing[:, None, None] + steps[:, None]).repeat(side, axis=2).ravel()
    easting = (grid.easting[:, None, None] + steps).repeat(side, axis=1).ravel()
    held = [place_keys(*(quarter.squares[::-1] * size)) for quarter in quarters if quarter.squares is not None]
    keys = place_keys(easting, northing)
    order = np.argsort(keys, kind="stable")
    people = np.repeat(grid.people / side**2, side**2)
    return _clustered(grid.epsg, keys[order], people[order], held, size)


def _clustered(
    epsg: int, in_grid: NDArray[np.int64], in_grid_people: NDArray[np.float64], held: list[NDArray[np.int64]], size: int
) -> ClusteredCells:
    number = np.repeat(np.arange(len(held)), [len(keys) for keys in held])
    owned, first = np.unique(np.concatenate([*held, np.empty(0, np.int64)]), return_index=True)
    places = np.sort(np.concatenate([in_grid, owned[find_keys(owned, in_grid) < 0]]))
    people = np.zeros(len(places))
    people[np.searchsorted(places, in_grid)] = in_grid_people
    quarter_of = np.full(len(places), NO_QUARTER, dtype=np.intp)
    quarter_of[np.searchsorted(places, owned)] = number[first]
    return ClusteredCells(epsg, *places_of(places), people, quarter_of, size)
