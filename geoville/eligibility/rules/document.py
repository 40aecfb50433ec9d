"""A rule as a JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.eligibility.document_parts import day_text

if TYPE_CHECKING:
    from geoville.model import Band, Rule


def rule_document(rule: Rule) -> dict[str, Any]:
    """Return everything that a rule's data file says, as plain values; dates in ISO 8601, null where unknown."""
    return {
        "id": rule.id,
        "name": rule.name,
        "beneficiary": rule.beneficiary,
        "test": rule.test.value,
        "within": [kind.value for kind in rule.within],
        "bands": [_band(band) for band in rule.bands],
        "listed": list(rule.listed),
        "communes": list(rule.communes),
        "conditions": list(rule.conditions),
        "reference": rule.reference,
        "verified": rule.verified,
        "valid_from": day_text(rule.valid_from),
        "valid_to": day_text(rule.valid_to),
        "end_known": rule.end_known,
        "sure_until": day_text(rule.sure_until),
    }


def _band(band: Band) -> dict[str, Any]:
    return {
        "whole_m": band.whole_m,
        "part_m": band.part_m,
        "valid_from": day_text(band.valid_from),
        "condition": band.condition or None,
    }
