"""Which geocoder answers: the territory's own list, or one that the user chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.geocoding.address_index import AddressIndex, is_address_index
from geoville.geocoding.embedded import EmbeddedGeocoder
from geoville.geocoding.fallback import FirstThatKnows, WithoutAddresses
from geoville.sources.addresses import read_addresses
from geoville.sources.territory.pack_roles import fetching, lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from geoville.geocoding.protocol import Geocoder
    from geoville.sources.territory import Territory

GEOPLATEFORME = "geoplateforme"


def open_geocoder(pack: Territory, *, addresses: Path | None = None, geocoder: str | None = None) -> Geocoder:
    """Open the geocoder of a territory.

    Parameters
    ----------
    addresses : searched instead of the pack's list: an index that `geoville data addresses build` wrote, else a list,
        taken as incomplete.
    geocoder : remote service asked instead of any list: "geoplateforme", or the URL of one that answers as addok does.

    Raises
    ------
    InvalidInputError
        Both a list and a service are given, or the service is not one.
    """
    if addresses and geocoder:
        raise InvalidInputError(
            "Une liste d'adresses et un géocodeur distant sont demandés ensemble",
            advice="garder --addresses ou --geocoder",
        )
    if geocoder:
        return _remote(geocoder)
    if addresses and is_address_index(addresses):
        return EmbeddedGeocoder(AddressIndex.open(addresses))
    if addresses:
        return EmbeddedGeocoder(read_addresses(addresses, complete=False, name="la liste fournie"))
    return _of_pack(pack)


def _of_pack(pack: Territory) -> Geocoder:
    """Geocoder of the addresses that a pack has, in a list or in an index, and of those that the user added."""
    listed, index = pack.address_list(), pack.address_index
    has_list = any(not address.place for address in listed.addresses)
    if index is not None:
        indexed = EmbeddedGeocoder(AddressIndex.open(index), pack.places())
        return FirstThatKnows(EmbeddedGeocoder(listed), indexed) if has_list else indexed
    known = EmbeddedGeocoder(listed)
    if has_list:
        return known
    reason = f"{lacking('addresses', pack.name)} : {fetching('addresses', pack.name)}, ou donner --addresses."
    return WithoutAddresses(known, reason)


def _remote(geocoder: str) -> Geocoder:
    named = NAMED.get(geocoder.lower())
    return named() if named else _addok(geocoder)


def _addok(url: str) -> Geocoder:
    from geoville.geocoding.remote.addok import AddokGeocoder

    return AddokGeocoder(url)


def _geoplateforme() -> Geocoder:
    from geoville.geocoding.remote.geoplateforme import GeoplateformeGeocoder

    return GeoplateformeGeocoder()


NAMED: Mapping[str, Callable[[], Geocoder]] = {GEOPLATEFORME: _geoplateforme}
"""Geocoders known by name; any other name is the URL of an addok."""
