"""INSEE's cell identifiers: ``CRS3035RES200mN{northing}E{easting}``, the south-west corner in metres."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


_START = b"CRS"
_CODE_DIGITS = 4
_RESOLUTION = b"RES200mN"
_NORTHING_START = len(_START) + _CODE_DIGITS + len(_RESOLUTION)
_DIGITS = (6, 7)
_WORD = 8  # bytes
_JOINS = (  # what is kept of a word, what it is multiplied by, and how far the joined digits are then moved
    (np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(1 + (10**1 << 8)), np.uint64(8)),
    (np.uint64(0x00FF00FF00FF00FF), np.uint64(1 + (10**2 << 16)), np.uint64(16)),
    (np.uint64(0x0000FFFF0000FFFF), np.uint64(1 + (10**4 << 32)), np.uint64(32)),
)
_HIGH_HALVES = np.uint64(0xF0F0F0F0F0F0F0F0)
_SIX = np.uint64(0x0606060606060606)  # brings whatever follows "9" to the next high half
_ALL_DIGITS = np.uint64(0x3333333333333333)
_IDS_AT_ONCE = 16_384  # what stays in the processor's cache


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
    Northings have six or seven digits, and so have eastings: the identifiers of each of the four layouts are read
    together, eight characters at a time.

    >>> epsg, northing, easting = parse_cell_ids(encode_ids(["CRS3035RES200mN3118000E3750400", "non"]))
    >>> epsg.tolist(), northing.tolist(), easting.tolist()
    ([3035, 0], [3118000, 0], [3750400, 0])
    """
    numbers = tuple(np.zeros(len(ids), dtype=np.int64) for _ in range(3))
    lengths = np.char.str_len(ids)
    characters = np.ascontiguousarray(ids).view(np.uint8).reshape(len(ids), ids.dtype.itemsize)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = slice(start, start + _IDS_AT_ONCE)
        for northing_digits, easting_digits in product(_DIGITS, repeat=2):
            as_long = lengths[some] == _NORTHING_START + northing_digits + 1 + easting_digits
            if not as_long.any():
                continue
            *read, spelt = _read_layout(characters[some], northing_digits, easting_digits)
            for place, values in zip(numbers, read, strict=True):
                np.copyto(place[some], values.view(np.int64), where=spelt & as_long)
    epsg, northing, easting = numbers
    return epsg, northing, easting


def format_cell_ids(epsg: int, northing: NDArray[np.int64], easting: NDArray[np.int64]) -> list[str]:
    """Identifiers of cells, the inverse of `parse_cell_ids`.

    >>> format_cell_ids(3035, np.array([3118000]), np.array([3750400]))
    ['CRS3035RES200mN3118000E3750400']
    """
    return [f"CRS{epsg}RES200mN{n}E{e}" for n, e in zip(northing.tolist(), easting.tolist(), strict=True)]


def _read_layout(
    block: NDArray[np.uint8], northing_digits: int, easting_digits: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.bool_]]:
    """EPSG code, northing and easting of identifiers of one layout, and which of them are well spelt."""
    e_at = _NORTHING_START + northing_digits
    start = _word_ending_at(block, _WORD)
    codes, codes_ok = _number(start << np.uint64(8), _CODE_DIGITS)  # one character more: it ends with the code
    norths, norths_ok = _number(_word_ending_at(block, e_at), northing_digits)
    easts, easts_ok = _number(_word_ending_at(block, e_at + 1 + easting_digits), easting_digits)
    good = codes_ok & norths_ok & easts_ok
    good &= start & _first_bytes(len(_START)) == _as_word(_START)
    good &= _word_ending_at(block, _NORTHING_START) == _as_word(_RESOLUTION)
    good &= block[:, e_at] == ord("E")
    return codes, norths, easts, good


def _word_ending_at(block: NDArray[np.uint8], end: int) -> NDArray[np.uint64]:
    """Eight characters of each row of a contiguous block as one number, the first character lowest."""
    return np.ndarray(len(block), "<u8", block, offset=end - _WORD, strides=block.strides[:1])


def _as_word(text: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(text, "little"))


def _first_bytes(count: int) -> np.uint64:
    """Mask of the first characters of a word."""
    return np.uint64((1 << 8 * count) - 1)


def _number(words: NDArray[np.uint64], digits: int) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Value of the last digits of words, and which hold nothing but digits there.

    Notes
    -----
    Neighbouring digits, then pairs, then fours are joined by one multiplication each, for the eight characters at once:
    D. Lemire (2021), "Number Parsing at a Gigabyte per Second", Software: Practice and Experience 51(8), 1700-1727.
    """
    before = _WORD - digits
    words = words & ~_first_bytes(before) | _as_word(b"0" * before)
    value = words
    for kept, factor, shift in _JOINS:
        value = (value & kept) * factor >> shift
    high_halves = words & _HIGH_HALVES | (words + _SIX & _HIGH_HALVES) >> np.uint64(4)
    return value, high_halves == _ALL_DIGITS
