from __future__ import annotations

import math

import pytest

from geoville.french import UNKNOWN, agreed, counted, number


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (0, 0, "0 habitant"),
        (1, 0, "1 habitant"),
        (1.5, 1, "1,5 habitant"),
        (1.94, 1, "1,9 habitant"),
        (1.96, 1, "2 habitants"),  # what is written decides, not what was rounded
        (1.6, 0, "2 habitants"),
        (2, 0, "2 habitants"),
        (-1, 0, "\N{MINUS SIGN}1 habitant"),
        (7_590, 0, f"{number(7_590)} habitants"),
        (math.nan, 0, UNKNOWN),
    ],
)
def test_a_noun_is_plural_from_two_on(value: float, decimals: int, said: str) -> None:
    """Grevisse: the plural begins at two; zero, and one with decimals, are singular."""
    assert counted(value, "habitant", decimals=decimals) == said


def test_a_plural_that_is_not_an_s_is_given() -> None:
    assert [agreed(count, "lieu", "lieux") for count in (0, 1, 2)] == ["lieu", "lieu", "lieux"]
    assert counted(3, "adresse essayée", "adresses essayées") == "3 adresses essayées"
