"""Which geocoder answers: the territory's own list, or one that the user chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.geocoding.embedded import EmbeddedGeocoder
from geoville.sources.addresses import read_addresses

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.geocoding.protocol import Geocoder
    from geoville.sources.territory import Territory


def open_geocoder(pack: Territory, *, addresses: Path | None = None) -> Geocoder:
    """Open the geocoder of a territory.

    Parameters
    ----------
    addresses : list searched instead of the pack's one; it is taken as incomplete.
    """
    if addresses:
        return EmbeddedGeocoder(read_addresses(addresses, complete=False, name="la liste fournie"))
    return EmbeddedGeocoder(pack.address_list())
