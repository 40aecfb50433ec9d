"""The position of a town as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.geocoding.answers import listed, position
from geoville.law import position_accuracy
from geoville.model import Address, PositionType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from geoville.geocoding.address_index import AddressIndex, TownExtent
    from geoville.geocoding.towns import Designation
    from geoville.model import Position

LIKE_ANY = "municipality"
VAGUEST = "segment"
"""Vaguest type of position of an address: which types its outermost addresses have is not kept of a town."""


def town_position(asked: Designation, index: AddressIndex) -> Position | None:
    """Address nearest to the middle of the largest town designated; None where the index has no address of them."""
    known = [(extent, town) for town in sorted(asked.towns or ()) if (extent := index.extent_of(town))]
    if not known:
        return None
    extent, town = max(known, key=lambda pair: pair[0].addresses)
    middle = Address(
        id=town.citycode,
        number=None,
        suffix="",
        street="",
        place="",
        postcode=extent.postcode,
        citycode=town.citycode,
        city=town.name,
        lon=extent.lon,
        lat=extent.lat,
        precision=LIKE_ANY,
        source=extent.source,
    )
    names = [town.title] if len(known) == 1 else sorted({town.name for _, town in known})
    doubts = (asked.doubt,) if asked.doubt else ()
    is_whole = index.complete and not doubts
    whole = _hull(extent for extent, _ in known) if is_whole else None
    found = position(middle, PositionType.MUNICIPALITY, asked.likeness, doubts, listed(names), whole)
    return replace(found, accuracy_m=position_accuracy(VAGUEST).accuracy_m) if is_whole else found


def _hull(extents: Iterable[TownExtent]) -> BaseGeometry:
    import shapely

    return shapely.union_all(shapely.from_wkb([extent.hull for extent in extents])).convex_hull
