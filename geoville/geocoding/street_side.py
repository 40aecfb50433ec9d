"""The numbers of one side of a street: what a list knows of where a house number stands, beside its own position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.geocoding.answers import distance_m, number_of
from geoville.model import StreetSide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.model import Address

MOST_NEIGHBOURS = 40
"""Numbers kept on each side of the one asked: far beyond where it may be."""

SAME_PLACE_M = 0.5


def street_side(asked: Address, street: Sequence[Address]) -> StreetSide | None:
    """Numbers with the parity of an address, in their order; None where the list knows no other.

    Parameters
    ----------
    asked : a house number.
    street : addresses of its street, of any order and any town of that name.
    """
    if asked.number is None:
        return None
    even = asked.number % 2
    alike = [
        other
        for other in street
        if other.number is not None and other.number % 2 == even and other.citycode == asked.citycode
    ]
    alike.sort(key=lambda other: (other.number or 0, other.suffix, other is not asked))
    apart: list[Address] = []
    for other in alike:
        if not apart or distance_m(apart[-1].lon, apart[-1].lat, other) >= SAME_PLACE_M:
            apart.append(other)
        elif other is asked:
            apart[-1] = other
    if asked not in apart or len(apart) == 1:
        return None
    rank = apart.index(asked)
    first = max(rank - MOST_NEIGHBOURS, 0)
    kept = apart[first : rank + MOST_NEIGHBOURS + 1]
    return StreetSide(
        points=tuple((other.lon, other.lat) for other in kept),
        numbers=tuple(number_of(other) for other in kept),
        rank=rank - first,
    )
