"""Unpopulated gaps between clusters: a street, a park or a railway does not cut a quarter in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.contiguity import cluster_cells
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.place_keys import find_keys, place_keys, places_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.touching import Contiguity

Lattice = tuple[int, int]


def bridging_cells(
    grid: Grid, selected: NDArray[np.bool_], contiguity: Contiguity, gap_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Unpopulated places of the lattice that join clusters of selected cells.

    Parameters
    ----------
    selected : (n,) cells of the grid that were selected.
    gap_m : widest gap to bridge, in metres; 0 bridges nothing.

    Returns
    -------
    easting, northing : (m,) south-west corners in the grid's CRS, each once, in order of (northing, easting).

    Notes
    -----
    Two cells of different clusters are joined when the straight line of the lattice between them is at most `gap_m`
    long and meets no populated cell: people are never jumped over.
    """
    reach = int(gap_m // CELL_SIZE_M)
    east, north = grid.easting[selected], grid.northing[selected]
    if reach == 0 or len(east) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    seats = place_keys(east, north)  # increasing, as cells are in order of (northing, easting)
    cluster = cluster_cells(east, north, contiguity)
    populated = place_keys(grid.easting, grid.northing)
    bridges = [np.empty(0, np.int64)]
    for steps in _half_plane(reach + 1):
        there = find_keys(seats + _keys_of([steps]), seats)
        joined = (there >= 0) & (cluster[there] != cluster)
        between = seats[joined, None] + _keys_of(_line_of(steps))
        bridges.append(between[(find_keys(between, populated) < 0).all(axis=1)].ravel())
    return places_of(np.unique(np.concatenate(bridges)))


def _keys_of(moves: Iterable[Lattice]) -> NDArray[np.int64]:
    """What moves of so many cells (north, east) add to the key of a place."""
    up, right = np.array(list(moves), dtype=np.int64).T * CELL_SIZE_M
    return place_keys(right, up)


def _half_plane(reach: int) -> Iterator[Lattice]:
    """Steps to every lattice place within reach but not touching, one of each opposite pair."""
    for up in range(reach + 1):
        for right in range(-reach, reach + 1):
            if max(up, abs(right)) > 1 and (up > 0 or right > 0):
                yield up, right


def _line_of(steps: Lattice) -> Iterator[Lattice]:
    """Steps to the places strictly between a cell and the one `steps` away, along the straight line of the lattice."""
    length = max(abs(steps[0]), abs(steps[1]))
    for place in range(1, length):
        up, right = (round(place * step / length) for step in steps)
        yield up, right
