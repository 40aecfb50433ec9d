"""Numbers of one side of a street, as a list gives them."""

from __future__ import annotations

from dataclasses import replace

from geoville.geocoding.street_side import MOST_NEIGHBOURS, street_side
from geoville.model import Address

STREET = Address("1", 1, "", "Rue Test", "", "62100", "62193", "Calais", 1.85, 50.95, "segment")
STEP = 0.0002


def number(value: int | None, suffix: str = "", *, at: float | None = None, citycode: str = "62193") -> Address:
    """A number, 14 m east of the one before it."""
    east = (value or 0) * STEP if at is None else at
    return replace(STREET, id=f"{value}{suffix}", number=value, suffix=suffix, lon=1.85 + east, citycode=citycode)


def test_the_numbers_of_the_same_parity_stand_in_their_order():
    asked = number(5)
    side = street_side(asked, [number(9), number(4), asked, number(1), number(7), number(5, "bis", at=0.0011)])
    assert side is not None
    assert side.numbers == ("1", "5", "5 bis", "7", "9")
    assert side.rank == 1
    assert side.points[1] == (asked.lon, asked.lat)


def test_numbers_of_another_town_or_without_a_number_are_no_neighbours():
    asked = number(5)
    assert street_side(asked, [asked, number(7, citycode="62999"), number(None), number(6)]) is None


def test_numbers_at_one_point_count_once_and_the_one_asked_is_kept():
    asked = number(7, at=0.001)
    side = street_side(asked, [number(5, at=0.001), asked, number(9, at=0.001), number(11)])
    assert side is not None
    assert side.numbers == ("7", "11")


def test_a_street_without_numbers_has_no_side():
    assert street_side(number(None), [number(None), number(1)]) is None


def test_a_long_street_is_kept_around_the_number():
    street = [number(value) for value in range(1, 401, 2)]
    side = street_side(street[100], street)
    assert side is not None
    assert len(side.points) == 2 * MOST_NEIGHBOURS + 1
    assert side.numbers[side.rank] == "201"
