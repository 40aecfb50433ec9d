"""An answer about a position as a JSON document: the same one for the command line, HTTP and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.eligibility.document_parts import (
    day_text,
    finding_document,
    perimeter_document,
    source_document,
    to_the_millimetre,
)

if TYPE_CHECKING:
    from geoville.model import Answer, PeriodVerdict, Position


def answer_document(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values, distances in metres to the millimetre, dates in ISO 8601."""
    return {
        "on": answer.on.isoformat(),
        "verdict": answer.verdict.value,
        "basis": answer.basis.value,
        "distance_m": to_the_millimetre(answer.distance_m),
        "accuracy_m": to_the_millimetre(answer.accuracy_m),
        "position": _position(answer.position) if answer.position else None,
        "quality": int(answer.quality) if answer.quality else None,
        "perimeters": [perimeter_document(hit, answer.on) for hit in answer.perimeters],
        "periods": [_period(period) for period in answer.periods],
        "reasons": list(answer.reasons),
        "rules": [finding_document(finding) for finding in answer.rules],
        "references": list(answer.references),
        "sources": [source_document(source) for source in answer.sources],
    }


def _position(position: Position) -> dict[str, Any]:
    return {
        "lon": position.lon,
        "lat": position.lat,
        "label": position.label,
        "score": round(position.score, 3),
        "type": position.type.value,
        "firm": position.firm,
        "alternatives": list(position.alternatives),
        "citycode": position.citycode or None,
        "source": position.source or None,
    }


def _period(period: PeriodVerdict) -> dict[str, Any]:
    return {
        "generation": period.generation,
        "valid_from": day_text(period.valid_from),
        "valid_to": day_text(period.valid_to),
        "verdict": period.verdict.value,
        "code": period.nearest.perimeter.code,
        "name": period.nearest.perimeter.name,
        "distance_m": to_the_millimetre(period.nearest.distance_m),
    }
