"""The address nearest to a point."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from geoville import french
from geoville.geocoding.answers import label_of, position
from geoville.law import position_accuracy
from geoville.model import NotFound, Position, PositionType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.geocoding.remote.address import RemoteAddress
    from geoville.model import Address

WITHIN_M = 100
SCORE_FALLS_OVER_M = 1_000
METRES_IN_A_DEGREE = 111_195


def nearest(lon: float, lat: float, addresses: Iterable[Address]) -> Position | NotFound:
    """Nearest of some addresses to a point given in degrees, with its distance in the reason of its accuracy."""
    address = min(addresses, key=lambda known: (distance_m(lon, lat, known), known.id), default=None)
    away_m = distance_m(lon, lat, address) if address else math.inf
    if address is None or away_m > WITHIN_M:
        return NotFound(f"Aucune adresse de la liste à moins de {french.quantity(WITHIN_M, 'm')}.")
    is_point = address.number is None or not position_accuracy(address.precision).firm
    kind = PositionType.STREET if is_point else PositionType.HOUSENUMBER
    found = position(address, kind, 1 - away_m / SCORE_FALLS_OVER_M, label=label_of(address) if is_point else "")
    at = f"à {french.quantity(away_m, 'm')} du point demandé"
    return replace(found, accuracy_reason=f"{found.accuracy_reason}, {at}")


def distance_m(lon: float, lat: float, address: Address | RemoteAddress) -> float:
    """Distance on the ground from a point in degrees to an address, good to a metre over a few hundred."""
    east = (address.lon - lon) * math.cos(math.radians(lat))
    return math.hypot(east, address.lat - lat) * METRES_IN_A_DEGREE
