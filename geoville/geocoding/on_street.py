"""Where on a street: the house number asked, the nearest known one, or a point of the street."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.geocoding.answers import label_of, position
from geoville.geocoding.vocabulary import REPETITION_LETTERS
from geoville.law import position_accuracy
from geoville.model import PositionType

if TYPE_CHECKING:
    from geoville.geocoding.street_index import Street
    from geoville.model import Address, Position

ABSENT_NUMBER = 0.7
OTHER_SPELLING_OF_SUFFIX = 0.98


def on_street(street: Street, number: int | None, suffix: str, score: float, doubts: tuple[str, ...]) -> Position:
    """Position on a street that was found.

    Parameters
    ----------
    number, suffix : house number asked; None for the street itself.
    score : of the street, in [0, 1].
    doubts : French sentences saying why the street is not sure.
    """
    if number is None:
        return _point_of(street, score, doubts)
    numbered = [address for address in street.addresses if address.number is not None]
    same_number = [address for address in numbered if address.number == number]
    for spelling, factor in ((suffix, 1.0), (_other_spelling(suffix), OTHER_SPELLING_OF_SUFFIX)):
        found = [address for address in same_number if address.suffix == spelling]
        if found:
            address = min(found, key=_firmest)
            is_point = not position_accuracy(address.precision).firm
            kind = PositionType.STREET if is_point else PositionType.HOUSENUMBER
            return position(address, kind, score * factor, doubts)
    if not numbered:
        return _point_of(street, score * ABSENT_NUMBER, (*doubts, "Numéro absent de la liste."))
    nearest = min(numbered, key=lambda address: abs((address.number or 0) - number))
    absent = f"Numéro absent de la liste ; le plus proche qui soit connu est « {label_of(nearest)} »."
    return position(nearest, PositionType.STREET, score * ABSENT_NUMBER, (*doubts, absent), _label(street))


def _point_of(street: Street, score: float, doubts: tuple[str, ...]) -> Position:
    """The street's own point, else the middle one of its numbers."""
    points = [address for address in street.addresses if address.number is None]
    address = points[0] if points else street.addresses[len(street.addresses) // 2]
    return position(address, PositionType.STREET, score, doubts, _label(street))


def _label(street: Street) -> str:
    known = street.addresses[0]
    return f"{street.label}, {known.postcode} {known.city}"


def _firmest(address: Address) -> tuple[bool, float, str]:
    accuracy = position_accuracy(address.precision)
    return not accuracy.firm, accuracy.accuracy_m, address.id


def _other_spelling(suffix: str) -> str:
    """Spell "b" for "bis" and "bis" for "b"; a suffix without another spelling is its own."""
    words = {word: letter for letter, word in REPETITION_LETTERS.items()}
    return REPETITION_LETTERS.get(suffix) or words.get(suffix, suffix)
