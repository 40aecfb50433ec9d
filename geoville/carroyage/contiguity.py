"""Which cells touch, and the clusters that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.touching import Contiguity

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cluster_cells(
    easting: NDArray[np.int64], northing: NDArray[np.int64], contiguity: Contiguity = Contiguity.QUEEN
) -> NDArray[np.intp]:
    """Label the connected clusters of cells.

    Parameters
    ----------
    easting, northing : (n,) metres, south-west corners of cells of one lattice, each cell once.

    Returns
    -------
    (n,) cluster numbers from 0, in the order in which clusters first appear.

    Notes
    -----
    Neighbours are found by sorted keys, so the cost is that of sorting; a union-find over the pairs does the rest.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(easting)
    if count == 0:
        return np.empty(0, dtype=np.intp)
    first, second = neighbour_pairs(easting, northing, contiguity)
    links = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(count, count))
    _, labels = connected_components(links, directed=False)
    return _in_order_of_appearance(labels)


def neighbour_pairs(
    easting: NDArray[np.int64], northing: NDArray[np.int64], contiguity: Contiguity
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of touching cells, each pair once: two (m,) arrays of indices."""
    column = (easting - easting.min()) // CELL_SIZE_M
    row = (northing - northing.min()) // CELL_SIZE_M
    width = int(column.max()) + 3  # one empty column on each side, so that a row's end never meets the next one's start
    key = row * width + column + 1
    order = np.argsort(key, kind="stable")
    sorted_key = key[order]
    forward = [1, width] if contiguity is Contiguity.ROOK else [1, width - 1, width, width + 1]
    firsts, seconds = [], []
    for step in forward:
        place = np.minimum(np.searchsorted(sorted_key, sorted_key + step), len(key) - 1)
        touching = sorted_key[place] == sorted_key + step
        firsts.append(order[touching])
        seconds.append(order[place[touching]])
    return np.concatenate(firsts), np.concatenate(seconds)


def members(labels: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Indices of the members of each cluster, in the order of the cluster numbers."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(labels) else []


def _in_order_of_appearance(labels: NDArray[np.int32]) -> NDArray[np.intp]:
    _, first_seen, dense = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first_seen), dtype=np.intp)
    rank[np.argsort(first_seen)] = np.arange(len(first_seen))
    return rank[dense]
