"""What the JSON documents of answers share: perimeters, rules, sources, distances and days."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geoville.model import VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.model import Answer, Perimeter, PerimeterHit, RuleFinding, Source

_MILLIMETRE_DECIMALS = 3


def identity_document(perimeter: Perimeter) -> dict[str, Any]:
    """What tells a perimeter from another."""
    return {
        "code": perimeter.code,
        "name": perimeter.name,
        "kind": perimeter.kind.value,
        "generation": perimeter.generation,
        "vintage": perimeter.vintage,
        "estimated": perimeter.estimated,
    }


def perimeter_document(hit: PerimeterHit, on: date) -> dict[str, Any]:
    """A perimeter near what was asked about."""
    perimeter = hit.perimeter
    return {
        **identity_document(perimeter),
        "distance_m": to_the_millimetre(hit.distance_m),
        "in_force": perimeter.in_force(on),
        "valid_from": day_text(perimeter.valid_from),
        "valid_to": day_text(perimeter.valid_to),
        "reference": perimeter.reference or None,
    }


def finding_document(finding: RuleFinding) -> dict[str, Any]:
    """What was found of one rule."""
    rule = finding.rule
    return {
        "id": rule.id,
        "name": rule.name,
        "status": finding.status.value,
        "place_met": finding.place_met,
        "reason": finding.reason,
        "to_check": list(finding.to_check),
        "reference": rule.reference,
        "verified": rule.verified,
    }


def source_document(source: Source) -> dict[str, Any]:
    """A source to cite."""
    return {"citation": source.citation, "vintage": source.vintage or None, "sha256": source.sha256}


def verdict_document(answer: Answer) -> dict[str, str | float | int | None]:
    """An answer in one row: what the columns `qpv_*` of a file and the `qpv` of an address say."""
    # Elsewhere than inside, a code would be counted as a beneficiary.
    perimeter = answer.perimeters[0].perimeter if answer.verdict is VerdictCode.INSIDE else None
    return {
        "verdict": answer.verdict.value,
        "basis": answer.basis.value,
        "code": perimeter.code if perimeter else None,
        "nom": perimeter.name if perimeter else None,
        "generation": perimeter.generation if perimeter else None,
        "distance_m": to_the_millimetre(answer.distance_m),
        "qualite": None if answer.quality is None else int(answer.quality),
        "raison": " ".join(answer.reasons),
    }


def to_the_millimetre(value: float | None) -> float | None:
    """Round to the millimetre, without ever turning an inside into a zero or an outside: rounds away from the line."""
    if value is None or value == 0:
        return value
    factor = 10**_MILLIMETRE_DECIMALS
    return math.copysign(max(round(abs(value) * factor), 1) / factor, value)


def day_text(value: date | None) -> str | None:
    """A day in ISO 8601."""
    return value.isoformat() if value else None
