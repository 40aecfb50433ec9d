"""Today is a day of the place asked about, not of the machine."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from geoville.crs import LAMBERT_93, RGAF09_UTM20, RGPF_UTM6S, RGR92_UTM40, ZONES
from geoville.sources import clock


def test_the_day_is_that_of_paris_or_of_the_territory_overseas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, 23, 30, tzinfo=UTC))  # 0:30 on 1 January in Paris
    days = {epsg: clock.today_in(epsg) for epsg in (LAMBERT_93, RGR92_UTM40, RGAF09_UTM20, RGPF_UTM6S, 4326)}
    assert days == {
        LAMBERT_93: date(2027, 1, 1),
        RGR92_UTM40: date(2027, 1, 1),
        RGAF09_UTM20: date(2026, 12, 31),
        RGPF_UTM6S: date(2026, 12, 31),
        4326: date(2027, 1, 1),
    }
    assert clock.today_of("calais") == date(2027, 1, 1)


def test_every_territory_has_its_time() -> None:
    assert clock.TIME_ZONES.keys() == {epsg for epsg, _ in ZONES}


def test_the_day_at_a_place_is_that_of_its_territory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    places = {
        "Calais": (1.86, 50.95),
        "Saint-Denis": (55.45, -20.88),
        "Fort-de-France": (-61.07, 14.61),
        "Rome": (12.5, 41.9),
    }
    days = {name: clock.today_at(*place) for name, place in places.items()}
    assert days.pop("Fort-de-France") == date(2026, 12, 31)
    assert set(days.values()) == {date(2027, 1, 1)}
