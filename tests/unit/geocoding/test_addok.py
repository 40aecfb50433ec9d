"""A real addok, on a real redis, both started here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from geoville.geocoding.remote import AddokGeocoder
from geoville.model import NotFound, Position, PositionType
from geoville.sources.addresses import read_addresses

ADDRESSES = Path(__file__).resolve().parents[3] / "data" / "calais" / "addresses.csv"
HOUSE, STREET, TOWN = PositionType.HOUSENUMBER, PositionType.STREET, PositionType.MUNICIPALITY


@pytest.fixture(scope="module")
def addok(benchmark_module) -> Iterator[AddokGeocoder]:
    local = benchmark_module("local_addok")
    why = local.missing()
    if why and os.environ.get("GEOVILLE_REQUIRE_ALL_TESTS"):
        pytest.fail(why)
    if why:
        pytest.skip(why)
    addresses = read_addresses(ADDRESSES, complete=False, name="la liste d'essai").addresses
    with local.local_addok(addresses) as url:
        geocoder = AddokGeocoder(url)
        yield geocoder
        geocoder.close()


@pytest.mark.parametrize(
    ("text", "kind", "label", "firm"),
    [
        ("66 rue Mollien, 62100 Calais", HOUSE, "66 Rue Mollien 62100 Calais", True),
        ("66 RUE MOLLIEN CALAIS", HOUSE, "66 Rue Mollien 62100 Calais", True),
        ("372 rue d’Orléansville, Calais", HOUSE, "372 Rue d'Orléansville 62100 Calais", True),
        ("67 rue Mollien, 62100 Calais", STREET, "Rue Mollien 62100 Calais", False),
        ("rue Mollien, Calais", STREET, "Rue Mollien 62100 Calais", False),
        ("Marck", TOWN, "Marck", False),
    ],
)
def test_what_addok_finds(addok: AddokGeocoder, text: str, kind: PositionType, label: str, firm: bool) -> None:
    position = addok.search(text)
    assert isinstance(position, Position), position
    assert (position.type, position.label, position.firm) == (kind, label, firm)
    assert position.citycode in {"62193", "62548"}


@pytest.mark.parametrize("text", ["12 rue Victor Hugo, Calais", "66 rue Mollien, Marck", "66 rue Mollien 62730 Marck"])
def test_what_addok_finds_elsewhere_is_put_aside(addok: AddokGeocoder, text: str) -> None:
    assert isinstance(addok.search(text), NotFound)


def test_limits_are_kept(addok: AddokGeocoder) -> None:
    assert isinstance(addok.search("66 rue Mollien", postcode="62100", citycode="62193"), Position)
    assert isinstance(addok.search("66 rue Mollien", citycode="62548"), NotFound)


def test_reverse_and_suggestions(addok: AddokGeocoder) -> None:
    near = addok.reverse(1.8937, 50.9534)
    assert isinstance(near, Position)
    assert near.label == "1 Rue Youri Gagarine 62100 Calais"
    assert isinstance(addok.reverse(2.5, 50.2), NotFound)
    assert addok.suggest("rue you", limit=3)[0].label == "Rue Youri Gagarine 62100 Calais"
