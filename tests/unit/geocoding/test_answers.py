"""What is found, as the BAN writes it: values from its own answers and from the INSEE's codes."""

from __future__ import annotations

import pytest

from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.answers import context_as_ban, kind_as_ban, label_as_ban, remote_addresses, within_as_ban
from geoville.model import Address, AddressList, Position, PositionType

SEYNOD = Address(
    "74010_0001_00001", 1, "", "Rue du Lac", "", "74600", "74010", "Annecy", 6.1, 45.88, "entrée", "BAN",
    "74268", "Seynod",
)  # fmt: skip
PARIS = Address(
    "75115_0001_00001", 1, "", "Rue du Lac", "", "75015", "75056", "Paris", 2.29, 48.84, "entrée", "BAN",
    "75115", "Paris 15e Arrondissement",
)  # fmt: skip


@pytest.fixture(scope="module")
def geocoder():
    return EmbeddedGeocoder(AddressList((SEYNOD, PARIS), complete=True, name="la liste d'essai"))


def test_a_merged_commune_and_an_arrondissement_are_told_apart(geocoder):
    merged = geocoder.search("1 rue du Lac, 74600 Annecy")
    assert within_as_ban(merged) == ("74268", "Seynod", None)
    assert within_as_ban(geocoder.search("1 rue du Lac, 75015 Paris")) == (None, None, "Paris 15e Arrondissement")
    assert (label_as_ban(merged), kind_as_ban(merged)) == ("1 Rue du Lac 74600 Annecy", "housenumber")
    assert context_as_ban(merged) == "74, Haute-Savoie, Auvergne-Rhône-Alpes"


def test_a_street_has_the_id_that_its_numbers_begin_with(geocoder):
    assert geocoder.search("rue du Lac, 74600 Annecy").id == "74010_0001"


def test_a_place_and_what_lies_in_no_other_commune():
    place = Position(1.85, 50.95, "Gare de Calais-Ville", PositionType.PLACE, citycode="62193")
    assert (kind_as_ban(place), label_as_ban(place)) == ("locality", "Gare de Calais-Ville")
    assert within_as_ban(place) == (None, None, None)


@pytest.mark.parametrize(("said", "read"), [(0.67727, 0.67727), (None, 0), (1 + 1e-9, 1)])
def test_the_importance_that_a_service_says_is_kept(said, read):
    known = {"label": "Lac", "score": 1, "type": "street", "name": "Rue du Lac", "importance": said}
    feature = {"properties": known, "geometry": {"coordinates": [6.1, 45.88]}}
    (address,) = remote_addresses({"features": [feature]})
    assert address.importance == read
