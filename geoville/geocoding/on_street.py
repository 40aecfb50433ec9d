"""Where on a street: the house number asked, the nearest known one, or a point of the street."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.geocoding.answers import label_of, position
from geoville.geocoding.nearest import distance_m
from geoville.geocoding.vocabulary import REPETITION_LETTERS
from geoville.law import position_accuracy
from geoville.model import PositionType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from geoville.geocoding.parse import ParsedAddress
    from geoville.geocoding.street_index import Street
    from geoville.model import Address, Position

ABSENT_NUMBER = 0.7
OTHER_SPELLING_OF_SUFFIX = 0.98


class OnStreet:
    """A street that was found, with its addresses.

    Parameters
    ----------
    addresses : of the street, sorted by number; never empty.
    score : of the street, in [0, 1].
    doubts : French sentences saying why the street is not sure.
    complete : whether no address of the street is missing.
    """

    def __init__(
        self, street: Street, addresses: tuple[Address, ...], score: float, doubts: tuple[str, ...], *, complete: bool
    ) -> None:
        self._street = street
        self._addresses = addresses
        self._score = score
        self._doubts = doubts
        self._known_whole = complete and not doubts

    def at(self, asked: ParsedAddress) -> Position:
        """Position of the house number asked, else of the nearest one, else of a point of the street."""
        number = asked.number
        if number is None:
            return self._point(self._score)
        found = self._numbered(number, asked.suffix, asked.postcode)
        if found is not None:
            return found
        numbered = [address for address in self._addresses if address.number is not None]
        if not numbered:
            return self._point(self._score * ABSENT_NUMBER, "Numéro absent de la liste.")
        nearest = min(numbered, key=lambda address: abs((address.number or 0) - number))
        absent = f"Numéro absent de la liste ; le plus proche qui soit connu est « {label_of(nearest)} »."
        return self._of_the_street(nearest, self._score * ABSENT_NUMBER, absent)

    def _numbered(self, number: int, suffix: str, postcode: str) -> Position | None:
        same_number = [address for address in self._addresses if address.number == number]
        for spelling, factor in ((suffix, 1.0), (_other_spelling(suffix), OTHER_SPELLING_OF_SUFFIX)):
            found = [address for address in same_number if address.suffix == spelling]
            if found:
                here = [address for address in found if address.postcode == postcode] or found
                address = min(here, key=_firmest)
                doubts = (*self._doubts, *_several_places(address, here))
                is_point = not position_accuracy(address.precision).firm
                kind = PositionType.STREET if is_point else PositionType.HOUSENUMBER
                return position(address, kind, self._score * factor, doubts)
        return None

    def _point(self, score: float, *more_doubts: str) -> Position:
        """The street's own point, else the middle one of its numbers."""
        points = [address for address in self._addresses if address.number is None]
        return self._of_the_street(
            points[0] if points else self._addresses[len(self._addresses) // 2], score, *more_doubts
        )

    def _of_the_street(self, address: Address, score: float, *more_doubts: str) -> Position:
        label = f"{self._street.label}, {address.postcode} {self._street.town.name}".replace("  ", " ")
        found = position(address, PositionType.STREET, score, (*self._doubts, *more_doubts), label, self._whole())
        return replace(found, accuracy_m=max(map(_accuracy_m, self._addresses))) if self._known_whole else found

    def _whole(self) -> BaseGeometry | None:
        """Every address of the street, WGS84; None where the street is not sure, or not known whole."""
        if not self._known_whole:
            return None
        from shapely import MultiPoint

        return MultiPoint([(address.lon, address.lat) for address in self._addresses])


def _several_places(chosen: Address, found: Iterable[Address]) -> tuple[str, ...]:
    """Doubt about a number that the list places twice, farther apart than both places are known."""
    far = (
        address
        for address in found
        if distance_m(chosen.lon, chosen.lat, address) > _accuracy_m(chosen) + _accuracy_m(address)
    )
    return ("La liste donne plusieurs positions éloignées à ce numéro.",) if any(far) else ()


def _accuracy_m(address: Address) -> float:
    return position_accuracy(address.precision).accuracy_m


def _firmest(address: Address) -> tuple[bool, float, str]:
    accuracy = position_accuracy(address.precision)
    return not accuracy.firm, accuracy.accuracy_m, address.id


def _other_spelling(suffix: str) -> str:
    """Spell "b" for "bis" and "bis" for "b"; a suffix without another spelling is its own."""
    words = {word: letter for letter, word in REPETITION_LETTERS.items()}
    return REPETITION_LETTERS.get(suffix) or words.get(suffix, suffix)
