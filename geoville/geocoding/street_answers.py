"""From the streets that a question may mean to one position, with what makes it unsure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.geocoding.answers import listed
from geoville.geocoding.match import StreetMatch, as_good_as_first
from geoville.geocoding.on_street import OnStreet
from geoville.geocoding.street_search import matches_of

if TYPE_CHECKING:
    from geoville.geocoding.address_index import AddressIndex
    from geoville.geocoding.parse import ParsedAddress
    from geoville.geocoding.reading import Reading
    from geoville.model import Position

MOST_ALTERNATIVES = 10


class StreetAnswers:
    """Answers about the streets of an index."""

    def __init__(self, index: AddressIndex, *, several_towns: bool) -> None:
        self._index = index
        self._several_towns = several_towns

    def of(self, reading: Reading, parsed: ParsedAddress) -> Position | None:
        """Position on the best street that a reading may mean; None where it means none."""
        matches = matches_of(reading, self._index)
        if not matches:
            return None
        likely = self._with_the_number(as_good_as_first(matches), parsed)
        others = [match for match in matches if match is not likely[0]]
        likeness = reading.designation.likeness
        found = self.on(likely[0], parsed, likeness, self._doubts(likely, reading))
        return replace(
            found,
            score_next=round(others[0].score * likeness, 4) if others else None,
            alternatives=tuple(f"{match.street.label}, {match.street.town.title}" for match in likely[1:])[
                :MOST_ALTERNATIVES
            ],
        )

    def on(self, match: StreetMatch, parsed: ParsedAddress, likeness: float, doubts: tuple[str, ...]) -> Position:
        """Position on one street."""
        addresses = self._index.addresses_of(match.street.keys)
        found = OnStreet(match.street, addresses, match.score * likeness, doubts, complete=self._index.complete)
        return found.at(parsed)

    def _with_the_number(self, matches: tuple[StreetMatch, ...], parsed: ParsedAddress) -> tuple[StreetMatch, ...]:
        """Among streets as good as each other of a complete list, those that have the number asked, if any has it."""
        if parsed.number is None or len(matches) == 1 or len(matches) > MOST_ALTERNATIVES or not self._index.complete:
            return matches
        having = tuple(match for match in matches if self._index.has_number(match.street.keys, parsed.number))
        return having or matches

    def _doubts(self, matches: tuple[StreetMatch, ...], reading: Reading) -> tuple[str, ...]:
        """French sentences saying why a street is not sure; none where it is."""
        best, complete = matches[0], self._index.complete
        doubts = [reading.designation.doubt] if reading.designation.doubt else []
        if len(matches) > 1:
            streets = listed([match.street.title for match in matches])
            doubts.append(f"Plusieurs rues possibles : {streets} ; préciser le nom de la rue ou la commune.")
        elif reading.towns is None and not complete and self._several_towns:
            doubts.append("Commune non précisée : une rue du même nom peut manquer à la liste dans une autre commune.")
        if best.other_type:
            doubts.append(f"Le type de voie demandé n'est pas celui de la liste : {best.street.title}.")
        elif not complete and (best.no_type or best.misspelt):
            doubts.append(f"Nom rapproché de {best.street.title}, dans une liste où d'autres rues manquent.")
        return tuple(doubts)
