"""Answers as the API Adresse writes addresses: a flat GeoJSON collection of points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.api.adresse_models import AddressType
from geoville.crs import WGS84, transform_points
from geoville.eligibility.document_parts import verdict_document
from geoville.model import PositionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoville.model import Answer, Position

    Place = tuple[float, float]

_TYPES = {
    PositionType.HOUSENUMBER: AddressType.HOUSENUMBER,
    PositionType.STREET: AddressType.STREET,
    PositionType.PLACE: AddressType.LOCALITY,
    PositionType.MUNICIPALITY: AddressType.MUNICIPALITY,
}
_CENTIMETRE_DECIMALS = 2


def type_of(position: Position) -> str:
    """Type of a position as the API Adresse names it; "coordinates" for what was typed, which it does not know."""
    return str(_TYPES.get(position.type, position.type))


def collection_document(
    asked: Answer, found: Sequence[tuple[Position, Answer]], epsg: int, *, query: str, limit: int, near: Place | None
) -> dict[str, Any]:
    """The collection of what was found.

    Parameters
    ----------
    asked : answer to the question itself.
    found : positions with what is answered there, the likeliest first.
    epsg : projected CRS of the territory.
    near : (lon, lat) of the point from which distances are given; None for none.
    """
    sources = dict.fromkeys(source for answer in (asked, *(answer for _, answer in found)) for source in answer.sources)
    lists = (position.source for position, _ in found)
    return {
        "type": "FeatureCollection",
        "version": "draft",
        "features": [_feature(position, answer, epsg, near) for position, answer in found],
        "attribution": _joined([*lists, *(source.citation for source in sources)]),
        "licence": _joined(source.licence for source in sources),
        "query": query,
        "limit": limit,
        "qpv": qpv_document(asked),
    }


def qpv_document(answer: Answer) -> dict[str, Any]:
    """The verdict of an answer, as the columns `qpv_*` of a file have it, and its day."""
    return {"on": answer.on.isoformat(), **verdict_document(answer)}


def _feature(position: Position, answer: Answer, epsg: int, near: Place | None) -> dict[str, Any]:
    x, y = _projected(position.lon, position.lat, epsg)
    name = " ".join(part for part in (position.housenumber, position.street) if part)
    properties = {
        "label": position.label,
        "score": position.score,
        "type": type_of(position),
        "id": position.id,
        "housenumber": position.housenumber or None,
        "name": name or position.label,
        "street": position.street or None,
        "postcode": position.postcode,
        "citycode": position.citycode,
        "city": position.city,
        "context": position.context,
        "x": round(x, _CENTIMETRE_DECIMALS),
        "y": round(y, _CENTIMETRE_DECIMALS),
        "distance": _distance(x, y, near, epsg),
        "qpv": qpv_document(answer),
    }
    point = {"type": "Point", "coordinates": [position.lon, position.lat]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _distance(x: float, y: float, near: Place | None, epsg: int) -> float | None:
    if near is None:
        return None
    from_x, from_y = _projected(*near, epsg)
    return round(math.hypot(x - from_x, y - from_y), _CENTIMETRE_DECIMALS)


def _projected(lon: float, lat: float, epsg: int) -> Place:
    easting, northing = transform_points(np.array([lon]), np.array([lat]), WGS84, epsg)
    return float(easting[0]), float(northing[0])


def _joined(texts: Iterable[str]) -> str:
    return " ; ".join(text for text in dict.fromkeys(texts) if text)
