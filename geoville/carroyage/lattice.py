"""Cells as places of a lattice: keys, neighbours, clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.model import Contiguity

if TYPE_CHECKING:
    from numpy.typing import NDArray


_EASTING_BITS = 24  # eastings have seven digits at most
_EASTING = (1 << _EASTING_BITS) - 1


def place_keys(easting: NDArray[np.int64], northing: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for each place, in order of (northing, easting); the key of a sum is the sum of the keys."""
    return (northing << _EASTING_BITS) + easting


def places_of(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Easting and northing of keys, the inverse of `place_keys`."""
    return keys & _EASTING, keys >> _EASTING_BITS


def find_keys(wanted: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.intp]:
    """Index of each wanted key among increasing ones; -1 where it is absent."""
    if len(among) == 0:
        return np.full(np.shape(wanted), -1, dtype=np.intp)
    index = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    return np.where(among[index] == wanted, index, -1)


# --- Which cells touch, and the clusters that they make


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
    Cells that follow one another in a row make a run; runs, far fewer than cells, are joined to those that they touch
    in the row above by two searches among sorted keys, and their graph gives the clusters.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if len(easting) == 0:
        return np.empty(0, dtype=np.intp)
    lattice = _by_rows(easting, northing)
    begins = np.concatenate([[True], np.diff(lattice.key) != 1])
    starts, ends = lattice.key[begins], lattice.key[np.append(begins[1:], True)]
    reach = _corner_reach(contiguity)
    lowest = np.searchsorted(ends, starts + lattice.width - reach)
    touching = np.searchsorted(starts, ends + lattice.width + reach, side="right") - lowest
    first = np.repeat(np.arange(len(starts)), touching)
    second = np.arange(len(first)) + np.repeat(lowest - np.cumsum(touching) + touching, touching)
    links = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(len(starts), len(starts)))
    _, of_run = connected_components(links, directed=False)
    labels = np.empty(len(easting), dtype=np.intp)
    labels[lattice.order] = of_run[np.cumsum(begins) - 1]
    return _in_order_of_appearance(labels)


def neighbour_pairs(
    easting: NDArray[np.int64], northing: NDArray[np.int64], contiguity: Contiguity
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of touching cells, each pair once: two (m,) arrays of indices."""
    lattice = _by_rows(easting, northing)
    reach = _corner_reach(contiguity)
    above = range(lattice.width - reach, lattice.width + reach + 1)
    key, beyond = lattice.key, np.append(lattice.key, -1)  # a place past the end holds no cell
    firsts, seconds = [], []
    for steps in ((1,), above):
        place = np.searchsorted(key, key + steps[0])
        for step in steps:
            touching = beyond[place] == key + step
            firsts.append(lattice.order[touching])
            seconds.append(lattice.order[place[touching]])
            place += touching
    return np.concatenate(firsts), np.concatenate(seconds)


def members(labels: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Indices of the members of each cluster, in the order of the cluster numbers."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(labels) else []


@dataclass(frozen=True, eq=False, slots=True)
class _Rows:
    """Cells row after row, from the south-west.

    Parameters
    ----------
    key : (n,) increasing; 1 more for the next place to the east, `width` more for the next one to the north.
    order : (n,) index of each in the cells given.
    """

    key: NDArray[np.int64]
    order: NDArray[np.intp]
    width: int


def _by_rows(easting: NDArray[np.int64], northing: NDArray[np.int64]) -> _Rows:
    column = (easting - easting.min()) // CELL_SIZE_M
    row = (northing - northing.min()) // CELL_SIZE_M
    width = int(column.max()) + 3  # one empty column on each side, so that a row's end never meets the next one's start
    key = row * width + column
    order = np.argsort(key, kind="stable")
    return _Rows(key[order], order, width)


def _corner_reach(contiguity: Contiguity) -> int:
    """How many places beside the one above still touch."""
    return 1 if contiguity is Contiguity.QUEEN else 0


def _in_order_of_appearance(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    _, first_seen, dense = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first_seen), dtype=np.intp)
    rank[np.argsort(first_seen)] = np.arange(len(first_seen))
    return rank[dense]
