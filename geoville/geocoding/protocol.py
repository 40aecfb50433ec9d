"""What every geocoder offers, so that one can stand for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
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

    def suggest(self, text: str, *, limit: int = 5, postcode: str = "", citycode: str = "") -> tuple[Position, ...]:
        """Positions for a text that is being typed, the likeliest first; none for a text that cannot be searched."""
        ...
