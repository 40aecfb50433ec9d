"""What every geocoder offers, so that one can stand for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from geoville.model import NotFound, Position


class Geocoder(Protocol):
    """From an address as typed to a position."""

    def search(self, text: str) -> Position | NotFound:
        """Position of an address, a street, a town or a named place.

        Raises
        ------
        InvalidInputError
            The text is empty or too long. The sentence does not hold it: an address is personal data.
        """
        ...
