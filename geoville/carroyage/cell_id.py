"""INSEE's cell identifiers: ``CRS3035RES200mN{northing}E{easting}``, the south-west corner in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_RESOLUTION = b"RES200mN"
_EPSG_DIGITS = slice(3, 7)
_NORTHING_START = len(b"CRS0000") + len(_RESOLUTION)
_DIGITS = (6, 7)


def encode_ids(ids: Iterable[object]) -> NDArray[np.bytes_]:
    """Identifiers as fixed-width bytes; what is not text becomes an empty identifier."""
    return np.array([item.encode("ascii", "replace") if isinstance(item, str) else b"" for item in ids], dtype="S")


def parse_cell_ids(
    ids: NDArray[np.bytes_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Read cell identifiers.

    Parameters
    ----------
    ids : (n,) fixed-width bytes.

    Returns
    -------
    epsg, northing, easting : (n,) int64, metres; what is not the identifier of a 200 m cell gives epsg 0.

    Notes
    -----
    Bytes are read column by column for all identifiers of one layout at once: northings have six or seven digits, and
    so have eastings.

    >>> epsg, northing, easting = parse_cell_ids(encode_ids(["CRS3035RES200mN3118000E3750400", "non"]))
    >>> epsg.tolist(), northing.tolist(), easting.tolist()
    ([3035, 0], [3118000, 0], [3750400, 0])
    """
    epsg, northing, easting = (np.zeros(len(ids), dtype=np.int64) for _ in range(3))
    lengths = np.char.str_len(ids)
    characters = np.frombuffer(np.ascontiguousarray(ids).tobytes(), dtype=np.uint8).reshape(len(ids), -1)
    for northing_digits in _DIGITS:
        for easting_digits in _DIGITS:
            e_at = _NORTHING_START + northing_digits
            length = e_at + 1 + easting_digits
            rows = np.flatnonzero(lengths == length)
            if len(rows) == 0:
                continue
            block = characters[rows, :length]
            codes, codes_ok = _number(block[:, _EPSG_DIGITS])
            norths, norths_ok = _number(block[:, _NORTHING_START:e_at])
            easts, easts_ok = _number(block[:, e_at + 1 :])
            good = _spells(block, 0, b"CRS") & _spells(block, 7, _RESOLUTION) & _spells(block, e_at, b"E")
            good &= codes_ok & norths_ok & easts_ok
            epsg[rows[good]], northing[rows[good]], easting[rows[good]] = (
                codes[good],
                norths[good],
                easts[good],
            )
    return epsg, northing, easting


def format_cell_ids(epsg: int, northing: NDArray[np.int64], easting: NDArray[np.int64]) -> list[str]:
    """Identifiers of cells, the inverse of `parse_cell_ids`.

    >>> format_cell_ids(3035, np.array([3118000]), np.array([3750400]))
    ['CRS3035RES200mN3118000E3750400']
    """
    return [f"CRS{epsg}RES200mN{n}E{e}" for n, e in zip(northing.tolist(), easting.tolist(), strict=True)]


def _number(digits: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Value of columns of ASCII digits, and which rows hold nothing but digits."""
    are_digits = np.ones(len(digits), dtype=bool)
    value = np.zeros(len(digits), dtype=np.int64)
    for digit in digits.T:
        are_digits &= (digit >= ord("0")) & (digit <= ord("9"))
        value *= 10
        value += digit
        value -= ord("0")
    return value, are_digits


def _spells(block: NDArray[np.uint8], start: int, word: bytes) -> NDArray[np.bool_]:
    spelt: NDArray[np.bool_] = (block[:, start : start + len(word)] == np.frombuffer(word, np.uint8)).all(axis=1)
    return spelt
