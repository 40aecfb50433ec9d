"""Addresses, and where a question was found to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geoville.model.codes import PositionType


@dataclass(frozen=True, slots=True)
class Address:
    """One line of an address list, or one named place.

    Parameters
    ----------
    number : house number as an integer, None for a street or a place.
    suffix : "bis", "ter", "b"…, empty where there is none.
    street : name of the street with its type ("Rue Mollien"); for a place, its postal address or empty.
    place : name of the place ("Collège Vauban"), empty for an address.
    postcode, citycode : text, leading zeros kept.
    lon, lat : degrees, WGS84.
    precision : key of the position accuracy table of `law` ("adresse", "segment", "street", "declared"…).
    former_citycode, former_city : of the commune that was merged into the town, or of the arrondissement; else empty.
    category : of a place, as its file writes it ("college", "gare"…); else empty.
    """

    id: str
    number: int | None
    suffix: str
    street: str
    place: str
    postcode: str
    citycode: str
    city: str
    lon: float
    lat: float
    precision: str
    source: str = ""
    former_citycode: str = ""
    former_city: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class AddressList:
    """Addresses and named places that a geocoder searches.

    Parameters
    ----------
    complete : False where the list holds only some addresses of the town: an absent street proves nothing.
    name : French noun phrase that names the list ("la liste embarquée").
    """

    addresses: tuple[Address, ...]
    complete: bool
    name: str


@dataclass(frozen=True, slots=True)
class Position:
    """A located question: coordinates as typed, or what a geocoder found.

    Parameters
    ----------
    lon, lat : degrees, WGS84.
    label : what was found, as written by the address list; "lon, lat" for typed coordinates.
    score : in [0, 1], 1 for typed coordinates.
    accuracy_m : radius in metres within which the true place lies; 0 means exact. Of a street or a town known whole,
        the largest of its addresses'.
    accuracy_reason : French clause saying where the accuracy comes from.
    firm : False where the match is a street, a town or one of several: the verdict is then `uncertain`.
    firm_reason : French sentence saying why it is not firm, empty when it is.
    id, housenumber, street, context : as the address list writes them; empty where it says nothing.
    score_next : score of the best other match, None where there is none.
    alternatives : labels of the other matches that are as good as this one.
    whole : for a street or a town that a complete list knows whole, all of it (WGS84: the points of its addresses, or
        their convex hull); None where it is not known whole.
    """

    lon: float
    lat: float
    label: str
    type: PositionType
    score: float = 1.0
    accuracy_m: float = 0.0
    accuracy_reason: str = ""
    firm: bool = True
    firm_reason: str = ""
    citycode: str = ""
    city: str = ""
    postcode: str = ""
    source: str = ""
    id: str = ""
    housenumber: str = ""
    street: str = ""
    context: str = ""
    score_next: float | None = None
    alternatives: tuple[str, ...] = ()
    whole: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class NotFound:
    """A geocoder's honest "I do not know", with its French reason."""

    reason: str
