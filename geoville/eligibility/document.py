"""An answer as a JSON document: the same one for the command line, HTTP and files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from geoville.model import Answer, PerimeterHit, Position, Source

_MILLIMETRE_DECIMALS = 3


def answer_document(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values, distances in metres to the millimetre, dates in ISO 8601."""
    return {
        "on": answer.on.isoformat(),
        "verdict": answer.verdict.value,
        "basis": answer.basis.value,
        "distance_m": _metres(answer.distance_m),
        "accuracy_m": _metres(answer.accuracy_m),
        "position": _position(answer.position) if answer.position else None,
        "perimeters": [_perimeter(hit, answer.on) for hit in answer.perimeters],
        "reasons": list(answer.reasons),
        "references": list(answer.references),
        "sources": [_source(source) for source in answer.sources],
    }


def _position(position: Position) -> dict[str, Any]:
    return {
        "lon": position.lon,
        "lat": position.lat,
        "label": position.label,
        "score": round(position.score, 3),
        "type": position.type.value,
        "firm": position.firm,
        "citycode": position.citycode or None,
        "source": position.source or None,
    }


def _perimeter(hit: PerimeterHit, on: date) -> dict[str, Any]:
    perimeter = hit.perimeter
    return {
        "code": perimeter.code,
        "name": perimeter.name,
        "kind": perimeter.kind.value,
        "generation": perimeter.generation,
        "vintage": perimeter.vintage,
        "estimated": perimeter.estimated,
        "distance_m": _metres(hit.distance_m),
        "in_force": perimeter.in_force(on),
        "valid_from": _day(perimeter.valid_from),
        "valid_to": _day(perimeter.valid_to),
        "reference": perimeter.reference or None,
    }


def _source(source: Source) -> dict[str, Any]:
    return {"citation": source.citation, "vintage": source.vintage or None, "sha256": source.sha256}


def _metres(value: float | None) -> float | None:
    """Round to the millimetre, without ever turning an inside into a zero or an outside: rounds away from the line."""
    if value is None or value == 0:
        return value
    factor = 10**_MILLIMETRE_DECIMALS
    return math.copysign(max(round(abs(value) * factor), 1) / factor, value)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
