"""The cells of a town with the quarter that each belongs to: what outlines are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

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
    """

    epsg: int
    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    people: NDArray[np.float64]
    quarter: NDArray[np.intp]

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
    in_grid = place_keys(grid.easting, grid.northing)
    held = [place_keys(quarter.easting, quarter.northing) for quarter in quarters]
    number = np.repeat(np.arange(len(quarters)), [len(keys) for keys in held])
    owned, first = np.unique(np.concatenate([*held, np.empty(0, np.int64)]), return_index=True)
    places = np.sort(np.concatenate([in_grid, owned[find_keys(owned, in_grid) < 0]]))
    people = np.zeros(len(places))
    people[np.searchsorted(places, in_grid)] = grid.people
    quarter_of = np.full(len(places), NO_QUARTER, dtype=np.intp)
    quarter_of[np.searchsorted(places, owned)] = number[first]
    return ClusteredCells(grid.epsg, *places_of(places), people, quarter_of)
