"""Unpopulated gaps between clusters: a street, a park or a railway does not cut a quarter in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.contiguity import cluster_cells
from geoville.carroyage.grid import CELL_SIZE_M

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    cluster = cluster_cells(east, north, contiguity)
    seats = {(int(n), int(e)): int(c) for e, n, c in zip(east, north, cluster, strict=True)}
    populated = set(zip(grid.northing.tolist(), grid.easting.tolist(), strict=True))
    bridges: set[Lattice] = set()
    for (row, column), here in seats.items():
        for steps in _half_plane(reach + 1):
            there = seats.get((row + steps[0] * CELL_SIZE_M, column + steps[1] * CELL_SIZE_M))
            if there is None or there == here:
                continue
            between = set(_line_between((row, column), steps))
            if between.isdisjoint(populated):
                bridges |= between
    ordered = np.array(sorted(bridges), dtype=np.int64).reshape(-1, 2)
    return ordered[:, 1], ordered[:, 0]


def _half_plane(reach: int) -> Iterator[Lattice]:
    """Steps to every lattice place within reach but not touching, one of each opposite pair."""
    for up in range(reach + 1):
        for right in range(-reach, reach + 1):
            if max(up, abs(right)) > 1 and (up > 0 or right > 0):
                yield up, right


def _line_between(start: Lattice, steps: Lattice) -> Iterator[Lattice]:
    """Places strictly between a cell and the one `steps` away, along the straight line of the lattice."""
    length = max(abs(steps[0]), abs(steps[1]))
    for place in range(1, length):
        up, right = (round(place * step / length) for step in steps)
        yield start[0] + up * CELL_SIZE_M, start[1] + right * CELL_SIZE_M
