"""Which communes are of an area, under any of the codes that official files give them."""

from __future__ import annotations

import pytest

from geoville.sources.official.area import Area


@pytest.mark.parametrize(
    ("code", "mainland", "departement", "town"),
    [
        ("13055", True, True, True),
        ("13203", True, True, True),
        ("13001", True, True, False),
        ("2A004", True, False, False),
        ("97411", False, False, False),
        ("97801", False, False, False),
        ("98735", False, False, False),
        ("", False, False, False),
    ],
)
def test_areas_of_three_kinds(code: str, mainland: bool, departement: bool, town: bool) -> None:
    areas = (Area(2154, None), Area(2154, None, "13"), Area(2154, frozenset({"13201"})))
    assert tuple(area.holds(code) for area in areas) == (mainland, departement, town)
    assert tuple(area.holds_each([code, code]).tolist() for area in areas) == tuple(
        [held, held] for held in (mainland, departement, town)
    )


def test_no_code_is_held_by_no_area() -> None:
    assert Area(2154, frozenset({"62193"})).holds_each([]).tolist() == []
