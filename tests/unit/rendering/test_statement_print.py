"""Text fit for print."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoville.rendering.paper import printed


@given(st.text(max_size=400), st.integers(1, 300))
def test_a_printed_text_is_one_visible_line_of_bounded_length(text, longest):
    line = printed(text, longest)
    assert len(line) <= longest
    assert not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert printed(line, longest) == line


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("12 bis, rue de l'Été", "12 bis, rue de l'Été"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("a\tb\r\nc", "a b c"),
        ("abc\N{RIGHT-TO-LEFT OVERRIDE}def", "abcdef"),
    ],
)
def test_what_is_typed_is_kept_but_for_what_misleads(typed, shown):
    assert printed(typed) == shown
