"""Does this address benefit a QPV? The desk that answers, for the command line, HTTP and Python alike."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import InvalidInputError
from geoville.geocoding.geocoder import FirstThatKnows, WithoutAddresses
from geoville.geocoding.index import AddressIndex, is_address_index
from geoville.geocoding.search import EmbeddedGeocoder
from geoville.law import position_accuracy
from geoville.model import Kind, Position, PositionType
from geoville.sources.addresses import read_addresses
from geoville.sources.contours import read_perimeters
from geoville.sources.manifest import fetching, lacking, missing
from geoville.sources.pack import open_pack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from geoville.geocoding.geocoder import Geocoder
    from geoville.model import Answer, NotFound
    from geoville.sources.pack import Pack


# --- Which geocoder answers: the territory's own list, or one that the user chose

GEOPLATEFORME = "geoplateforme"


def open_geocoder(pack: Pack, *, addresses: Path | None = None, geocoder: str | None = None) -> Geocoder:
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


def _of_pack(pack: Pack) -> Geocoder:
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
    from geoville.geocoding.remote import AddokGeocoder

    return AddokGeocoder(url)


def _geoplateforme() -> Geocoder:
    from geoville.geocoding.remote import GeoplateformeGeocoder

    return GeoplateformeGeocoder()


NAMED: Mapping[str, Callable[[], Geocoder]] = {GEOPLATEFORME: _geoplateforme}
"""Geocoders known by name; any other name is the URL of an addok."""


_COORDINATES = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
_QUARTERS = (Kind.QPV, Kind.CANDIDAT)


@dataclass(frozen=True, slots=True)
class LookupDesk:
    """Everything that answers need, loaded once: a geocoder and an index of perimeters."""

    geocoder: Geocoder
    index: PerimeterIndex

    def answer(self, question: str, on: date, *, postcode: str = "", citycode: str = "") -> Answer:
        """Answer about an address, the name of a place, or "lon,lat".

        Parameters
        ----------
        postcode, citycode : of the town where the address is, empty where the question says it itself.

        Raises
        ------
        InvalidInputError
            The question is empty or too long, or its coordinates are out of range. The message never repeats it.
        """
        return decide(self.located(question, postcode=postcode, citycode=citycode), self.index, on)

    def located(self, question: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Where the place that a question is about was found, or typed."""
        typed = _COORDINATES.fullmatch(question)
        if typed:
            return typed_position(float(typed[1]), float(typed[2]))
        return self.geocoder.search(question, postcode=postcode, citycode=citycode)

    def answer_at(self, lon: float, lat: float, on: date, accuracy_m: float = 0.0) -> Answer:
        """Answer about coordinates, exact unless an accuracy in metres is given."""
        return decide(typed_position(lon, lat, accuracy_m), self.index, on)


def open_desk(
    territory: str,
    *,
    perimeters: Sequence[Path] = (),
    addresses: Path | None = None,
    geocoder: str | None = None,
    generation: int | None = None,
) -> LookupDesk:
    """Load a territory's addresses and perimeters.

    Parameters
    ----------
    territory : name of a pack.
    perimeters : files that answer instead of the pack's perimeters.
    addresses : list, taken as incomplete, or index of addresses searched instead of the pack's list.
    geocoder : remote service asked instead of any list: "geoplateforme", or the URL of one that answers as addok does.
    generation : of the files' QPV, where their codes do not tell.

    Raises
    ------
    DataUnavailableError
        The pack knows no QPV and no candidate, and no file is given instead.
    """
    pack = open_pack(territory)
    searcher = open_geocoder(pack, addresses=addresses, geocoder=geocoder)
    if perimeters:
        given = [found for path in perimeters for found in read_perimeters(path, generation=generation).perimeters]
        return LookupDesk(searcher, PerimeterIndex(given))
    known = pack.perimeters()
    if not any(item.kind in _QUARTERS for item in known):  # every answer would be "outside", of quarters not known
        raise missing("qpv", pack.name)
    return LookupDesk(searcher, PerimeterIndex(known, pack.extent))


def typed_position(lon: float, lat: float, accuracy_m: float = 0.0) -> Position:
    """Coordinates as a user typed them, WGS84 degrees.

    Raises
    ------
    InvalidInputError
        Out of range, or given in the wrong order.
    """
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - the globe's own bounds; also refuses NaN
        raise InvalidInputError(
            "Coordonnées hors du globe", advice="donner la longitude puis la latitude, en degrés décimaux"
        )
    if 41 <= lon <= 52 and -6 <= lat <= 10:  # noqa: PLR2004 - metropolitan France, latitude first
        raise InvalidInputError(
            "Latitude et longitude semblent inversées", advice="donner la longitude d'abord, puis la latitude"
        )
    if not (math.isfinite(accuracy_m) and accuracy_m >= 0):
        raise InvalidInputError(
            f"La précision ({accuracy_m} m) n'est pas une distance", advice="donner un nombre de mètres, zéro ou plus"
        )
    accuracy = position_accuracy("coordinates")
    return Position(
        lon=lon,
        lat=lat,
        label=f"{lon}, {lat}",
        type=PositionType.COORDINATES,
        accuracy_m=accuracy_m or accuracy.accuracy_m,
        accuracy_reason="précision indiquée avec les coordonnées" if accuracy_m else accuracy.reason,
    )
