"""Places of the lattice as single numbers, which sort and compare faster than pairs of coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
