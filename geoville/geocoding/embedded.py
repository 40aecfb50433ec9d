"""The geocoder that searches a list of addresses of its own, without network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.geocoding.address_index import AddressIndex
from geoville.geocoding.answers import ListName, label_of, place_elsewhere, position, quoted_places, too_few_words
from geoville.geocoding.nearest import nearest
from geoville.geocoding.normalise import content_words, fold
from geoville.geocoding.parse import ParsedAddress, parse_address
from geoville.geocoding.places import SUGGESTIONS, PlaceIndex, PlaceMatch
from geoville.geocoding.question import LONGEST_TEXT, check_question
from geoville.geocoding.reading import Reading, in_order_of_search, readings_of
from geoville.geocoding.street_answers import MOST_ALTERNATIVES, StreetAnswers
from geoville.geocoding.street_search import matches_anywhere, near_names
from geoville.geocoding.suggestions import STARTED, Suggestions
from geoville.geocoding.towns import Designation, Town, Towns
from geoville.geocoding.whole_town import town_position
from geoville.model import AddressList, NotFound, PositionType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.model import Address, Position

OTHER_TOWN = 0.7
"""What the score of a street is worth where the town asked is not in the list."""


class EmbeddedGeocoder:
    """Geocoder over a list of addresses and places, fixed after construction. Several threads may search at once.

    Parameters
    ----------
    addresses : a list, indexed here, or an index; where it is not complete, a street that it lacks proves nothing, and
        a match that rests on likeness alone, or on a town that was not named, is not firm.
    places : named places to know beside an index, which holds none.
    """

    def __init__(self, addresses: AddressList | AddressIndex, places: Iterable[Address] = ()) -> None:
        listed = addresses.addresses if isinstance(addresses, AddressList) else ()
        places = [*(address for address in listed if address.place), *places]
        self._index = AddressIndex.of_list(addresses) if isinstance(addresses, AddressList) else addresses
        with self._index.telling_damage():
            self._read(places)

    def _read(self, places: list[Address]) -> None:
        self._list = ListName(self._index.name, self._index.size, complete=self._index.complete)
        known = self._index.towns()
        self._towns = Towns(
            [*known, *((Town("", place.city), place.postcode) for place in places if place.city)], self._index.spellings
        )
        self._places = PlaceIndex(places)
        self._streets = StreetAnswers(self._index, several_towns=len({town for town, _ in known}) > 1)
        self._suggestions = Suggestions(self._index, self._towns, self._streets)

    def search(self, text: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Position of an address, a street, a town or a named place of the list.

        Parameters
        ----------
        postcode, citycode : limits of the search; the code may be a former commune's, or an arrondissement's.

        Raises
        ------
        InvalidInputError
            The text is empty, or longer than 200 characters.
        """
        check_question(text)
        if not fold(text):
            return NotFound("Aucune lettre et aucun chiffre à chercher.")
        with self._index.telling_damage():
            limits = self._towns.within(postcode, citycode)
            return self._list.unknown_town() if limits == frozenset() else self._answer(parse_address(text), limits)

    def reverse(self, lon: float, lat: float) -> Position | NotFound:
        """Address of the list nearest to a point, degrees; its distance is said with its accuracy."""
        with self._index.telling_damage():
            return nearest(lon, lat, self._index.addresses_around(lon, lat))

    def suggest(self, text: str, *, limit: int = 5, postcode: str = "", citycode: str = "") -> tuple[Position, ...]:
        """Addresses that start as the text does, the likeliest first; none where there is nothing to search."""
        if not fold(text) or len(text) > LONGEST_TEXT or limit < 1:
            return ()
        parsed = parse_address(text)
        limits = self._towns.within(postcode, citycode)
        with self._index.telling_damage():
            found = self._suggestions.of(parsed, limits, limit)
        allowed = Reading(parsed.street, Designation(limits))
        places = self._suggested_places(allowed) if parsed.number is None else []
        return tuple([*places, *found] if parsed.street_type == "" else [*found, *places])[:limit]

    def _answer(self, parsed: ParsedAddress, limits: frozenset[Town] | None) -> Position | NotFound:
        readings = readings_of(parsed, self._towns, limits)
        if not readings:
            return self._without_town(parsed, limits)
        if parsed.number is None and readings[-1].is_a_town:
            return town_position(readings[-1].designation, self._index) or self._list.absent("Adresse")
        searches = (self._streets.of, self._place) if parsed.street_type else (self._place, self._streets.of)
        for search in searches:
            for reading in in_order_of_search(readings):
                found = search(reading, parsed)
                if found is not None:
                    return found
        return self._not_found(readings)

    def _without_town(self, parsed: ParsedAddress, limits: frozenset[Town] | None) -> Position | NotFound:
        """Answer where the town asked is not in the list; a complete list may know its street, under another town."""
        postcode, city_known = parsed.postcode, bool(self._towns.named(parsed.city))
        outside_limits = bool(self._towns.designated(postcode, parsed.city).towns)
        if outside_limits or (city_known and self._towns.designated(postcode, "").towns):
            return self._list.contradiction()
        towns = self._towns.in_departement_of(postcode) if postcode else None
        if not self._list.complete or city_known or towns == frozenset():
            return self._list.unknown_town()
        elsewhere = Designation(towns, self._list.searched_elsewhere(), OTHER_TOWN).within(limits)
        found = self._streets.of(Reading(parsed.street, elsewhere), parsed)
        return found if found and len(found.alternatives) < MOST_ALTERNATIVES else self._list.unknown_town()

    def _place(self, reading: Reading, parsed: ParsedAddress) -> Position | None:
        if parsed.number is not None:
            return None
        here = tuple(match for match in self._named(reading) if _answers(match, reading))
        if not here:
            return None
        as_good = [match.place for match in here if match.score == here[0].score]
        doubts = (f"Plusieurs lieux possibles : {quoted_places(as_good)}.",) if len(as_good) > 1 else ()
        found = position(here[0].place, PositionType.PLACE, here[0].score, doubts)
        return replace(found, alternatives=tuple(label_of(place) for place in as_good[1:]))

    def _suggested_places(self, reading: Reading) -> list[Position]:
        scores = dict.fromkeys(self._places.starting(_place_words(reading)), STARTED)
        scores |= {match.place: match.score for match in self._named(reading)}
        here = (item for item in scores.items() if reading.allows_town_named(item[0].city))
        likeliest = sorted(here, key=lambda item: -item[1])
        return [position(place, PositionType.PLACE, score) for place, score in likeliest]

    def _named(self, reading: Reading) -> tuple[PlaceMatch, ...]:
        return self._places.match(_place_words(reading))

    def _not_found(self, readings: tuple[Reading, ...]) -> NotFound:
        in_a_town = [
            reading.street for reading in readings if reading.towns is not None
        ]  # others were sought everywhere
        elsewhere = [match for street in in_a_town for match in matches_anywhere(street, self._index)]
        if elsewhere:
            return self._list.street_elsewhere(list(dict.fromkeys(match.street.title for match in elsewhere)))
        named = [match for reading in readings for match in self._named(reading)]
        places = list({match.place.id: match.place for match in named}.values())[:SUGGESTIONS]
        if any(match.enough for match in named):
            return place_elsewhere(places)
        if places:
            return too_few_words(places)
        thing = "Rue" if readings[0].street.type else "Adresse"
        return self._list.absent(thing, near_names(readings[-1], self._index))


def _place_words(reading: Reading) -> tuple[str, ...]:
    return content_words(tuple(word for word in (*reading.street.type.split(), *reading.street.words) if word))


def _answers(match: PlaceMatch, reading: Reading) -> bool:
    return match.enough and reading.allows_town_named(match.place.city)
