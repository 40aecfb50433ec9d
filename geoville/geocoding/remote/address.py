"""One result of a remote geocoder, in the flat GeoJSON that addok and the Géoplateforme share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geoville.geocoding.normalise import normalise
from geoville.geocoding.street_name import StreetName, street_name


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """An address, a street, a place or a town as a remote geocoder writes it.

    Parameters
    ----------
    lon, lat : degrees, WGS84.
    score : in [0, 1], the service's own.
    kind : "housenumber", "street", "locality" or "municipality".
    housenumber : number with its "bis", "b"…; empty but for an address.
    name : of the street, the place or the town, without number.
    city, others : name of the town; the other names that its place goes by (delegated commune, arrondissement).
    """

    lon: float
    lat: float
    label: str
    score: float
    kind: str
    id: str
    housenumber: str
    name: str
    postcode: str
    citycode: str
    city: str
    others: tuple[str, ...]
    context: str

    @property
    def street(self) -> StreetName:
        """Name of the street, or of the place, cut and normalised."""
        return street_name(self.name)

    @property
    def town_names(self) -> tuple[str, ...]:
        """Normalised names of the town."""
        return tuple(dict.fromkeys(normalise(name) for name in (self.city, *self.others) if name))


def remote_addresses(document: Any) -> tuple[RemoteAddress, ...]:
    """Results of an answer, in its order.

    Raises
    ------
    ValueError
        The answer is not a collection of points with their properties. Its message may hold the question.
    """
    try:
        return tuple(_address(feature) for feature in document["features"])
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError from error


def _address(feature: Any) -> RemoteAddress:
    known = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"][:2]
    said = {key: _text(value) for key, value in known.items()}
    return RemoteAddress(
        lon=float(lon),
        lat=float(lat),
        label=said["label"],
        score=float(known["score"]),
        kind=said["type"],
        id=said.get("id", ""),
        housenumber=said.get("housenumber", ""),
        name=said.get("street") or said["name"],
        postcode=said.get("postcode", ""),
        citycode=said.get("citycode", ""),
        city=said.get("city", ""),
        others=tuple(said.get(key, "") for key in ("oldcity", "district")),
        context=said.get("context", ""),
    )


def _text(value: Any) -> str:
    """Text of a property; the first one where there are several, as addok gives the names of a merged town."""
    first = (value or [""])[0] if isinstance(value, list) else value
    return "" if first is None else str(first)
