"""What an address that is being typed may become."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from geoville.geocoding.match import StreetMatch
from geoville.geocoding.reading import Reading, readings_of
from geoville.geocoding.street_name import StreetName
from geoville.geocoding.street_search import matches_of
from geoville.geocoding.towns import Designation
from geoville.geocoding.whole_town import town_position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.geocoding.address_index import AddressIndex
    from geoville.geocoding.parse import ParsedAddress
    from geoville.geocoding.street_answers import StreetAnswers
    from geoville.geocoding.street_index import Street
    from geoville.geocoding.towns import Town, Towns
    from geoville.model import Position

STARTED = 0.8
"""Score of a street whose name is not typed to its end."""

COMPARED = 4
"""How many positions are compared for one that is suggested: those that have the number asked come first."""

SHORTEST_TOWN = 2
MOST_TOWNS = 50


class Suggestions:
    """Suggests streets and towns of an index."""

    def __init__(self, index: AddressIndex, towns: Towns, answers: StreetAnswers) -> None:
        self._index = index
        self._towns = towns
        self._answers = answers

    def of(self, parsed: ParsedAddress, limits: frozenset[Town] | None, limit: int) -> list[Position]:
        """Positions for an address not typed to its end, the likeliest first, one for each label."""
        by_label: dict[str, Position] = {}
        for position in self._all(parsed, limits, limit * COMPARED):
            by_label.setdefault(position.label, position)
            if len(by_label) >= limit * COMPARED:
                break
        return sorted(by_label.values(), key=lambda position: -position.score)[:limit]

    def _all(self, parsed: ParsedAddress, limits: frozenset[Town] | None, limit: int) -> Iterator[Position]:
        readings = [*readings_of(parsed, self._towns, limits), *self._in_towns_being_typed(parsed, limits)]
        for reading in readings:
            if reading.is_a_town:
                yield from self._towns_of(reading.designation, limit)
            for match in matches_of(reading, self._index)[:limit]:
                yield self._answers.on(match, parsed, reading.designation.likeness, ())
        for reading in readings:
            for street in islice(self._started(reading), limit):
                yield self._answers.on(_started_match(street), parsed, reading.designation.likeness, ())

    def _towns_of(self, asked: Designation, limit: int) -> Iterator[Position]:
        for town in sorted(asked.towns or ())[:limit]:
            found = town_position(Designation(frozenset({town})), self._index)
            if found:
                yield found

    def _started(self, reading: Reading) -> Iterator[Street]:
        """Streets of which the name asked is a start."""
        if reading.is_a_town:
            return
        if reading.towns is None:
            last = (reading.street.content or (reading.street.type,))[-1]
            yield from self._index.streets_starting(last).starting(reading.street)
        else:
            for town in sorted(reading.towns):
                yield from self._index.streets_of(town).starting(reading.street)

    def _in_towns_being_typed(self, parsed: ParsedAddress, limits: frozenset[Town] | None) -> Iterator[Reading]:
        """Readings of which the town is not typed to its end: after a comma, or as the last word."""
        *words, last = parsed.street.words or ("",)
        ways = (
            ((parsed.street, parsed.city),) if parsed.city else ((StreetName(parsed.street.type, tuple(words)), last),)
        )
        for street, start in ways:
            towns = self._towns.starting_with(start) if len(start) >= SHORTEST_TOWN else frozenset()
            allowed = frozenset(sorted(towns if limits is None else towns & limits)[:MOST_TOWNS])
            if allowed:
                yield Reading(street, Designation(allowed))


def _started_match(street: Street) -> StreetMatch:
    return StreetMatch(street, STARTED, other_type=False, no_type=False, misspelt=False)
