"""The geocoder that searches a territory's own list of addresses, without network."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.geocoding.answers import ListName, place_elsewhere, position, quoted_places, too_few_words
from geoville.geocoding.match import StreetMatch, as_good_as_first, match_streets
from geoville.geocoding.normalise import content_words, fold
from geoville.geocoding.on_street import on_street
from geoville.geocoding.parse import ParsedAddress, parse_address
from geoville.geocoding.places import SUGGESTIONS, PlaceIndex, PlaceMatch
from geoville.geocoding.reading import Reading, readings_of
from geoville.geocoding.street_index import StreetIndex
from geoville.geocoding.towns import Town, Towns
from geoville.model import NotFound, PositionType

if TYPE_CHECKING:
    from geoville.model import AddressList, Position

LONGEST_TEXT = 200


class EmbeddedGeocoder:
    """Geocoder over a list of addresses and places, indexed once and fixed after construction.

    Several threads may search at once.

    Parameters
    ----------
    addresses : the list; where it is not complete, a street that it lacks proves nothing, and a match that rests on
        likeness alone, or on a town that was not named, is not firm.
    """

    def __init__(self, addresses: AddressList) -> None:
        on_streets = [address for address in addresses.addresses if not address.place]
        self._list = ListName(addresses.name, len(on_streets), complete=addresses.complete)
        self._addresses = tuple(sorted(addresses.addresses, key=lambda address: address.id))
        self._towns = Towns(self._addresses)
        self._streets = StreetIndex(on_streets)
        self._places = PlaceIndex(address for address in addresses.addresses if address.place)

    def search(self, text: str) -> Position | NotFound:
        """Position of an address, a street, a town or a named place of the list.

        Raises
        ------
        InvalidInputError
            The text is empty, or longer than 200 characters.
        """
        if not text.strip():
            raise InvalidInputError("Adresse vide", advice="saisir une adresse ou le nom d'un lieu")
        if len(text) > LONGEST_TEXT:
            raise InvalidInputError(
                f"Adresse de {len(text)} caractères", advice=f"se limiter à {LONGEST_TEXT} caractères"
            )
        if not fold(text):
            return NotFound("Aucune lettre et aucun chiffre à chercher.")
        return self._answer(parse_address(text))

    def _answer(self, parsed: ParsedAddress) -> Position | NotFound:
        readings = readings_of(parsed, self._towns)
        if not readings:
            both_known = self._towns.named(parsed.city) and self._towns.designated(parsed.postcode, "")
            return self._list.contradiction() if both_known else self._list.unknown_town()
        if parsed.number is None and readings[-1].is_a_town:
            return self._town(readings[-1].towns or frozenset())
        searches = (self._street, self._place) if parsed.street_type else (self._place, self._street)
        for search in searches:
            for reading in readings:
                found = search(reading, parsed)
                if found is not None:
                    return found
        return self._not_found(readings)

    def _street(self, reading: Reading, parsed: ParsedAddress) -> Position | None:
        matches = match_streets(reading.street, self._streets)
        here = tuple(match for match in matches if reading.allows(match.street.town))
        if not here:
            return None
        doubts = self._doubts(as_good_as_first(here), reading)
        return on_street(here[0].street, parsed.number, parsed.suffix, here[0].score, doubts)

    def _doubts(self, matches: tuple[StreetMatch, ...], reading: Reading) -> tuple[str, ...]:
        """French sentences saying why a street is not sure; none where it is."""
        best, doubts = matches[0], []
        if len(matches) > 1:
            streets = ", ".join(match.street.title for match in matches)
            doubts.append(f"Plusieurs rues possibles : {streets} ; préciser le nom de la rue ou la commune.")
        elif reading.towns is None and not self._list.complete and len(self._streets.towns) > 1:
            doubts.append("Commune non précisée : une rue du même nom peut manquer à la liste dans une autre commune.")
        if best.other_type:
            doubts.append(f"Le type de voie demandé n'est pas celui de la liste : {best.street.title}.")
        elif not self._list.complete and (best.no_type or best.misspelt):
            doubts.append(f"Nom rapproché de {best.street.title}, dans une liste où d'autres rues manquent.")
        return tuple(doubts)

    def _place(self, reading: Reading, parsed: ParsedAddress) -> Position | None:
        if parsed.number is not None:
            return None
        here = tuple(match for match in self._named(reading) if _answers(match, reading))
        if not here:
            return None
        as_good = [match.place for match in here if match.score == here[0].score]
        doubts = (f"Plusieurs lieux possibles : {quoted_places(as_good)}.",) if len(as_good) > 1 else ()
        return position(here[0].place, PositionType.PLACE, here[0].score, doubts)

    def _named(self, reading: Reading) -> tuple[PlaceMatch, ...]:
        typed = tuple(word for word in (*reading.street.type.split(), *reading.street.words) if word)
        return self._places.match(content_words(typed))

    def _town(self, towns: frozenset[Town]) -> Position | NotFound:
        """The address nearest to the middle of those known in the towns designated."""
        known = [address for address in self._addresses if Town(address.citycode, address.city) in towns]
        if not known:
            return self._list.absent("Adresse")
        lon, lat = median(address.lon for address in known), median(address.lat for address in known)
        middle = min(known, key=lambda address: (address.lon - lon) ** 2 + (address.lat - lat) ** 2)
        names = ", ".join(sorted({address.city for address in known}))
        return position(middle, PositionType.MUNICIPALITY, 1.0, label=names)

    def _not_found(self, readings: tuple[Reading, ...]) -> NotFound:
        streets = [match.street for reading in readings for match in match_streets(reading.street, self._streets)]
        if streets:
            return self._list.street_elsewhere(dict.fromkeys(street.title for street in streets))
        named = [match for reading in readings for match in self._named(reading)]
        places = list({match.place.id: match.place for match in named}.values())[:SUGGESTIONS]
        if any(match.enough for match in named):
            return place_elsewhere(places)
        if places:
            return too_few_words(places)
        thing = "Rue" if readings[0].street.type else "Adresse"
        return self._list.absent(thing, self._streets.suggestions(readings[-1].street, readings[-1].towns))


def _answers(match: PlaceMatch, reading: Reading) -> bool:
    return match.enough and reading.allows_town_named(match.place.city)
