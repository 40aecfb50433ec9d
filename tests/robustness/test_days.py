"""Days of any calendar that has a year from 1 to 9999, before and after what a clock of 32 bits can tell."""

from __future__ import annotations

import pytest

DAYS = ("0001-01-01", "1582-10-15", "1900-01-01", "1969-12-31", "2024-02-29", "2038-01-20", "2039-01-01", "9999-12-31")
NO_DAYS = (
    "0000-01-01",
    "1900-02-29",
    "2023-02-29",
    "2024-13-01",
    "10000-01-01",
    "-0001-01-01",
    "demain",
    "",
    "é\udce9",
)


@pytest.mark.parametrize("day", DAYS)
def test_any_day_has_its_rules_and_its_answer(geoville, day):
    assert geoville("rules", "--on", day).code == 0
    told = geoville("lookup", "--lon", "1.8860", "--lat", "50.9550", "--on", day, "--json")
    assert (told.code, told.err) == (0, "")
    assert day in told.out


@pytest.mark.parametrize("day", NO_DAYS)
def test_what_is_no_day_is_refused(geoville, day):
    told = geoville("rules", f"--on={day}")
    told.check_refused()
    assert told.code == 2
    assert "n'est pas une date" in told.err
