"""Geocoders that stand behind another: for a territory without a list of addresses, or with two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.model import NotFound, Position

if TYPE_CHECKING:
    from geoville.geocoding.protocol import Geocoder


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

    def suggest(self, text: str, *, limit: int = 5, postcode: str = "", citycode: str = "") -> tuple[Position, ...]:
        """Named places that start as the text does."""
        return self._places.suggest(text, limit=limit, postcode=postcode, citycode=citycode)


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

    def suggest(self, text: str, *, limit: int = 5, postcode: str = "", citycode: str = "") -> tuple[Position, ...]:
        """Addresses that start as the text does: the first's, then the second's."""
        one, other = (
            geocoder.suggest(text, limit=limit, postcode=postcode, citycode=citycode)
            for geocoder in (self._first, self._second)
        )
        return tuple({item.label: item for item in (*one, *other)}.values())[:limit]
