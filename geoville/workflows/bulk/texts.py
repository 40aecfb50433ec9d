"""Numbers as `lookup` writes them, a column at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_MILLIMETRES = 1_000
_KILOMETRE_M = 1_000
_TENTH_M = 100
_TIE = 1e-6
_SMALLEST_WITHOUT_EXPONENT = 1e-4


def millimetres(distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round distances to the millimetre as an answer's document does: what is not on the limit never gets there."""
    rounded = np.maximum(np.rint(np.abs(distance_m) * _MILLIMETRES), 1) / _MILLIMETRES
    return np.where(distance_m == 0, 0.0, np.copysign(rounded, distance_m))


def distance_kinds(distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed numbers that are equal only where `french.distance` writes the same.

    >>> distance_kinds(np.array([-12.4, -12.2, 0.2, 0.0, 1239.0, 1241.0, 1250.0])).tolist()
    [-13.0, -13.0, 1.0, 0.0, 1201.0, 1201.0, 1250.0]
    """
    metres = np.abs(distance_m)
    tenths = metres / _KILOMETRE_M * 10
    halfway = np.abs(tenths - np.floor(tenths) - 0.5) < _TIE  # which way these go is for the writer to say
    far = np.where(halfway, metres, np.rint(tenths) * _TENTH_M + 1)
    kinds = np.where(np.rint(metres) < _KILOMETRE_M, np.rint(metres) + 1, far)
    return np.where(distance_m == 0, 0.0, np.copysign(kinds, distance_m))


def coordinate_labels(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> pa.Array:
    """Labels "lon, lat" of typed coordinates, harmless in a spreadsheet.

    >>> coordinate_labels(np.array([1.8867, -5e-05]), np.array([50.9, 48.0])).to_pylist()
    ['1.8867, 50.9', "'-5e-05, 48.0"]
    """
    import pyarrow.compute as pc

    labels = pc.binary_join_element_wise(_written(lon), _written(lat), ", ")
    return pc.if_else(pc.starts_with(labels, "-"), pc.binary_join_element_wise("'", labels, ""), labels)


def _written(degrees: NDArray[np.float64]) -> pa.Array:
    """Numbers as Python writes them: Arrow writes the same digits, but whole and tiny numbers in another way."""
    import pyarrow as pa
    import pyarrow.compute as pc

    differing = (np.abs(degrees) < _SMALLEST_WITHOUT_EXPONENT) | (degrees == np.rint(degrees))
    written = pc.cast(pa.array(degrees), pa.string())
    return pc.replace_with_mask(
        written, pa.array(differing), pa.array(map(repr, degrees[differing].tolist()), pa.string())
    )


def first_of_each(kinds: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the kinds of n rows in order of appearance: (n,) number of each row, (k,) first row of each number.

    >>> [part.tolist() for part in first_of_each(np.array([7, 5, 7]))]
    [[0, 1, 0], [0, 1]]
    """
    import pyarrow as pa

    encoded = pa.array(kinds).dictionary_encode()
    number = encoded.indices.to_numpy().astype(np.int64)
    first = np.empty(len(encoded.dictionary), dtype=np.int64)
    first[number[::-1]] = np.arange(len(kinds))[::-1]
    return number, first
