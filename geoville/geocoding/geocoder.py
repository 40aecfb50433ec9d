"""What a geocoder is: the protocol, its questions, one that falls back on another."""

from __future__ import annotations

from typing import Protocol, TypedDict, Unpack

from geoville.errors import InvalidInputError, TextTooLongError
from geoville.model import NotFound, Position


class Limits(TypedDict, total=False):
    """Where to search, empty for anywhere: within a postcode, within the commune of an INSEE code."""

    postcode: str
    citycode: str


class Suggesting(Limits, total=False):
    """What to suggest: how many at most, 5 unless said, and near which longitude and latitude (degrees).

    Of two positions as likely, the nearer one comes first; None is no preference.
    """

    limit: int
    near: tuple[float, float] | None


class Geocoder(Protocol):
    """From an address as typed to a position, and back."""

    def search(self, text: str, **limits: Unpack[Limits]) -> Position | NotFound:
        """Position of an address, a street, a town or a named place.

        Raises
        ------
        InvalidInputError
            The text is empty or too long. The sentence does not hold it: an address is personal data.
        """
        ...

    def reverse(self, lon: float, lat: float) -> Position | NotFound:
        """Nearest address to a point in degrees, WGS84; not found where there is none near it."""
        ...

    def suggest(self, text: str, **asked: Unpack[Suggesting]) -> tuple[Position, ...]:
        """Positions for a text that is being typed, the likeliest first; none for a text that cannot be searched."""
        ...


SUGGESTED = 5
"""Positions suggested, unless another number is asked for."""


# --- Geocoders that stand behind another: for a territory without a list of addresses, or with two of them


class WithoutAddresses:
    """Geocoder that knows the named places of a territory and none of its addresses: what it misses, it says why.

    Parameters
    ----------
    places : searches the named places.
    reason : French sentence that says that the list is missing, and what brings it.
    """

    def __init__(self, places: Geocoder, reason: str) -> None:
        self._places = places
        self._missing = NotFound(reason)

    def search(self, text: str, **limits: Unpack[Limits]) -> Position | NotFound:
        """Position of a named place; what is none is not found for want of a list."""
        found = self._places.search(text, **limits)
        return found if isinstance(found, Position) else self._missing

    def reverse(self, lon: float, lat: float) -> NotFound:  # noqa: ARG002 - as every geocoder
        """No address is known."""
        return self._missing

    def suggest(self, text: str, **asked: Unpack[Suggesting]) -> tuple[Position, ...]:
        """Named places that start as the text does."""
        return self._places.suggest(text, **asked)


class FirstThatKnows:
    """Geocoder that asks a second one where the first does not know, or is not sure.

    Parameters
    ----------
    first, second : the first one's sure answers win, then the second's answers, then the first's doubtful ones.
    """

    def __init__(self, first: Geocoder, second: Geocoder) -> None:
        self._first, self._second = first, second

    def search(self, text: str, **limits: Unpack[Limits]) -> Position | NotFound:
        """Position of an address, a street, a town or a named place of either."""
        found = self._first.search(text, **limits)
        if isinstance(found, Position) and found.firm:
            return found
        other = self._second.search(text, **limits)
        return other if isinstance(other, Position) or isinstance(found, NotFound) else found

    def reverse(self, lon: float, lat: float) -> Position | NotFound:
        """Address nearest to a point: of the first where it has one near, else of the second."""
        found = self._first.reverse(lon, lat)
        return found if isinstance(found, Position) else self._second.reverse(lon, lat)

    def suggest(self, text: str, **asked: Unpack[Suggesting]) -> tuple[Position, ...]:
        """Addresses that start as the text does: the first's, then the second's."""
        one, other = (geocoder.suggest(text, **asked) for geocoder in (self._first, self._second))
        return tuple({item.label: item for item in (*one, *other)}.values())[: asked.get("limit", SUGGESTED)]


# --- What may be asked of a geocoder

LONGEST_TEXT = 200


def check_question(text: str) -> None:
    """Refuse a text that no geocoder can search.

    Raises
    ------
    InvalidInputError
        The text is empty, or longer than 200 characters (TextTooLongError). The sentence does not hold it: an address
        is personal data.
    """
    if not text.strip():
        raise InvalidInputError("Adresse vide", advice="saisir une adresse ou le nom d'un lieu")
    if len(text) > LONGEST_TEXT:
        advice = f"se limiter à {LONGEST_TEXT} caractères"
        raise TextTooLongError(f"Adresse de {len(text)} caractères", advice=advice)
