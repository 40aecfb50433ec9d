"""Identifiers of cells are read as a regular expression reads them."""

from __future__ import annotations

import re

import numpy as np
from effort import cases
from hypothesis import given, settings
from hypothesis import strategies as st

from geoville.carroyage.cell_id import format_cell_ids, parse_cell_ids

SPELLING = re.compile(rb"CRS(\d{4})RES200mN(\d{6,7})E(\d{6,7})")

coordinates = st.integers(0, 9_999_999).map(lambda metres: f"{metres:06d}")
well_spelt = st.builds("CRS{:04d}RES200mN{}E{}".format, st.integers(0, 9999), coordinates, coordinates)


@st.composite
def misspelt(draw: st.DrawFn) -> bytes:
    """An identifier with one character changed, into any byte: those next to the digits first of all."""
    letters = bytearray(draw(well_spelt).encode())
    letters[draw(st.integers(0, len(letters) - 1))] = draw(
        st.sampled_from(b"/:0123456789;EN*\xfa\xff") | st.integers(1, 255)
    )
    return bytes(letters)


def by_expression(text: bytes) -> tuple[int, ...]:
    found = SPELLING.fullmatch(text)
    return tuple(int(number) for number in found.groups()) if found else (0, 0, 0)


@given(st.lists(well_spelt.map(str.encode) | misspelt() | st.binary(max_size=32), min_size=1, max_size=30))
@cases(each_run=120, slow=1000)
def test_identifiers_are_read_as_by_a_regular_expression(texts: list[bytes]) -> None:
    ids = np.array(texts, dtype="S")
    read = [tuple(numbers) for numbers in np.column_stack(parse_cell_ids(ids)).tolist()]
    assert read == [by_expression(text) for text in ids.tolist()]


@given(st.lists(st.tuples(st.integers(500, 49_999), st.integers(500, 49_999)), max_size=40))
@settings(max_examples=100, deadline=None)
def test_what_is_formatted_is_read_back(seats: list[tuple[int, int]]) -> None:
    north, east = (200 * np.array([seat[axis] for seat in seats], dtype=np.int64) for axis in (0, 1))
    ids = np.array(format_cell_ids(3035, north, east), dtype="S")
    epsg, northing, easting = parse_cell_ids(ids)
    assert set(epsg.tolist()) <= {3035}
    assert northing.tolist() == north.tolist()
    assert easting.tolist() == east.tolist()


def test_many_identifiers_are_read_in_several_goes() -> None:
    north = 200 * np.arange(10_000, 50_000)
    ids = np.array(format_cell_ids(2975, north, north[::-1]), dtype="S")
    assert [numbers.tolist() for numbers in parse_cell_ids(ids)[1:]] == [north.tolist(), north[::-1].tolist()]
