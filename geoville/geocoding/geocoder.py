"""What a geocoder is: the protocol, its questions, one that falls back on another."""

from __future__ import annotations

from typing import Protocol

from geoville.errors import InvalidInputError, TextTooLongError
from geoville.model import NotFound, Position


class Geocoder(Protocol):
    """From an address as typed to a position, and back."""

    def search(self, text: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Position of an address, a street, a town or a named place.

        Parameters
        ----------
        postcode, citycode : limits of the search, empty for none; the second one is an INSEE code.

        Raises
        ------
        InvalidInputError
            The text is empty or too long. The sentence does not hold it: an address is personal data.
        """
        ...

    def reverse(self, lon: float, lat: float) -> Position | NotFound:
        """Nearest address to a point in degrees, WGS84; not found where there is none near it."""
        ...

    def suggest(
        self,
        text: str,
        *,
        limit: int = 5,
        postcode: str = "",
        citycode: str = "",
        near: tuple[float, float] | None = None,
    ) -> tuple[Position, ...]:
        """Positions for a text that is being typed, the likeliest first; none for a text that cannot be searched.

        Parameters
        ----------
        near : longitude and latitude, degrees: of two as likely, the nearer one comes first; None for no preference.
        """
        ...


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

    def search(self, text: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Position of a named place; what is none is not found for want of a list."""
        found = self._places.search(text, postcode=postcode, citycode=citycode)
        return found if isinstance(found, Position) else self._missing

    def reverse(self, lon: float, lat: float) -> NotFound:  # noqa: ARG002 - as every geocoder
        """No address is known."""
        return self._missing

    def suggest(
        self,
        text: str,
        *,
        limit: int = 5,
        postcode: str = "",
        citycode: str = "",
        near: tuple[float, float] | None = None,
    ) -> tuple[Position, ...]:
        """Named places that start as the text does."""
        return self._places.suggest(text, limit=limit, postcode=postcode, citycode=citycode, near=near)


class FirstThatKnows:
    """Geocoder that asks a second one where the first does not know, or is not sure.

    Parameters
    ----------
    first, second : the first one's sure answers win, then the second's answers, then the first's doubtful ones.
    """

    def __init__(self, first: Geocoder, second: Geocoder) -> None:
        self._first, self._second = first, second

    def search(self, text: str, *, postcode: str = "", citycode: str = "") -> Position | NotFound:
        """Position of an address, a street, a town or a named place of either."""
        found = self._first.search(text, postcode=postcode, citycode=citycode)
        if isinstance(found, Position) and found.firm:
            return found
        other = self._second.search(text, postcode=postcode, citycode=citycode)
        return other if isinstance(other, Position) or isinstance(found, NotFound) else found

    def reverse(self, lon: float, lat: float) -> Position | NotFound:
        """Address nearest to a point: of the first where it has one near, else of the second."""
        found = self._first.reverse(lon, lat)
        return found if isinstance(found, Position) else self._second.reverse(lon, lat)

    def suggest(
        self,
        text: str,
        *,
        limit: int = 5,
        postcode: str = "",
        citycode: str = "",
        near: tuple[float, float] | None = None,
    ) -> tuple[Position, ...]:
        """Addresses that start as the text does: the first's, then the second's."""
        one, other = (
            geocoder.suggest(text, limit=limit, postcode=postcode, citycode=citycode, near=near)
            for geocoder in (self._first, self._second)
        )
        return tuple({item.label: item for item in (*one, *other)}.values())[:limit]


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
