"""An answer, a footprint, a rule and an action as JSON documents."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from geoville.model import CELL_PEOPLE, CELL_PEOPLE_SOURCE, POPULATION, POPULATION_SOURCE, RuleStatus, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.actions.action import (
        ActionFinding,
        Beneficiaries,
        LayerFinding,
        Reading,
        SpotFinding,
        StageFinding,
    )
    from geoville.model import (
        Answer,
        Band,
        FootprintAnswer,
        Perimeter,
        PerimeterHit,
        PeriodVerdict,
        Position,
        Rule,
        RuleFinding,
        Source,
        WholeCommune,
    )


# --- What the JSON documents of answers share: perimeters, rules, sources, distances and days

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
        "accuracy_m": None if perimeter.estimated else perimeter.accuracy_m,
        "accuracy_source": perimeter.accuracy_source or None,
        "in_force": perimeter.in_force(on),
        "valid_from": day_text(perimeter.valid_from),
        "valid_to": day_text(perimeter.valid_to),
        "reference": perimeter.reference or None,
        "population": _people(perimeter, POPULATION, POPULATION_SOURCE),
        "population_cells": _people(perimeter, CELL_PEOPLE, CELL_PEOPLE_SOURCE),
    }


def _people(perimeter: Perimeter, *keys: str) -> dict[str, int | str] | None:
    """People of an official quarter, as Insee or as cells count them, with the source; None where not known.

    Parameters
    ----------
    keys : attributes that hold the number and its source.
    """
    count, source = (perimeter.attributes.get(key) for key in keys)
    return {"count": count, "source": source} if isinstance(count, int) and isinstance(source, str) else None


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
        "judged_on": day_text(finding.judged_on),
        "over_since": day_text(rule.over_since) if finding.status is RuleStatus.OVER else None,
    }


def source_document(source: Source) -> dict[str, Any]:
    """A source to cite."""
    return {"citation": source.citation, "vintage": source.vintage or None, "sha256": source.sha256}


def verdict_document(answer: Answer) -> dict[str, str | float | int | None]:
    """An answer in one row: what the columns `qpv_*` of a file and the `qpv` of an address say."""
    # Elsewhere than inside, a code would be counted as a beneficiary.
    inside = answer.verdict is VerdictCode.INSIDE
    perimeter = answer.perimeters[0].perimeter if inside and answer.perimeters else None
    named = perimeter or answer.whole_commune
    return {
        "verdict": answer.verdict.value,
        "basis": answer.basis.value,
        "code": named.code if named else None,
        "nom": named.name if named else None,
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


def answer_document(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values, distances in metres to the millimetre, dates in ISO 8601."""
    return {
        "on": answer.on.isoformat(),
        "verdict": answer.verdict.value,
        "basis": answer.basis.value,
        "distance_m": to_the_millimetre(answer.distance_m),
        "accuracy_m": to_the_millimetre(answer.accuracy_m),
        "position": _position(answer.position) if answer.position else None,
        "whole_commune": _whole_commune(answer.whole_commune) if answer.whole_commune else None,
        "quality": int(answer.quality) if answer.quality else None,
        "perimeters": [perimeter_document(hit, answer.on) for hit in answer.perimeters],
        "periods": [_period(period) for period in answer.periods],
        "reasons": list(answer.reasons),
        "rules": [finding_document(finding) for finding in answer.rules],
        "references": list(answer.references),
        "sources": [source_document(source) for source in answer.sources],
    }


def _whole_commune(commune: WholeCommune) -> dict[str, Any]:
    return {
        "code": commune.code,
        "name": commune.name,
        "valid_from": day_text(commune.valid_from),
        "valid_to": day_text(commune.valid_to),
        "reference": commune.reference,
        "verified": commune.verified,
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


# --- The answer about an action as a JSON document: the same one for the command line, HTTP and files


def action_document(finding: ActionFinding) -> dict[str, Any]:
    """Return the answer about an action as plain values; dates in ISO 8601, hidden counts null."""
    action, first = finding.action, finding.stages[0]
    return {
        "title": action.title,
        "bearer": action.bearer or None,
        "start": action.start.isoformat(),
        "end": action.end.isoformat(),
        "ground": first.ground.value,
        "basis": first.basis.value if first.basis else None,
        "partial": first.partial,
        "reason": first.reason,
        "notes": list(finding.notes),
        "stages": [_stage(stage) for stage in finding.stages],
        "beneficiaries": _beneficiaries(finding.beneficiaries) if finding.beneficiaries else None,
        "readings": [_reading(reading) for reading in finding.readings],
        "evidence_used": list(finding.evidence_used),
        "evidence_missing": list(finding.evidence_missing),
        "to_check": list(finding.to_check),
        "references": list(finding.references),
        "sources": [source_document(source) for source in finding.sources],
    }


def _stage(stage: StageFinding) -> dict[str, Any]:
    return {
        "start": stage.start.isoformat(),
        "end": stage.end.isoformat(),
        "generation": stage.generation,
        "ground": stage.ground.value,
        "basis": stage.basis.value if stage.basis else None,
        "partial": stage.partial,
        "reason": stage.reason,
        "places": [_spot(spot) for spot in stage.spots],
    }


def _spot(spot: SpotFinding) -> dict[str, Any]:
    return {
        "label": spot.label,
        "qpv": _layer(spot.quarters),
        "vecu": _layer(spot.vecu),
        "veille": _layer(spot.veille),
    }


def _layer(finding: LayerFinding) -> dict[str, Any]:
    return {"standing": finding.standing.value, "basis": finding.basis.value, "reason": finding.reason}


def _beneficiaries(found: Beneficiaries) -> dict[str, Any]:
    least, most = found.share or (None, None)
    return {
        "benefit": found.benefit.value,
        "basis": found.basis.value,
        "share_least": least,
        "share_most": most,
        "total": found.counts.total if found.counts else None,
        "counts": [
            {"label": label, "shown": cell.shown.value, "people": cell.people}
            for label, cell in zip(found.labels, found.counts.cells if found.counts else (), strict=True)
        ],
        "reasons": list(found.reasons),
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "rule": reading.rule.id,
        "name": reading.name,
        "status": reading.status.value,
        "reason": reading.reason,
        "reference": reading.rule.reference,
        "verified": reading.rule.verified,
        "to_check": list(reading.to_check),
    }


# --- An answer about a footprint as a JSON document

_SHARE_DECIMALS = 6


def footprint_document(answer: FootprintAnswer) -> dict[str, Any]:
    """Return an answer as plain values, distances in metres to the millimetre, shares in [0, 1], dates in ISO 8601."""
    people = answer.share_of_people
    return {
        "on": answer.on.isoformat(),
        "placement": answer.placement.value,
        "basis": answer.basis.value,
        "share_of_area": round(answer.share_of_area, _SHARE_DECIMALS),
        "share_of_people": None if people is None else round(people, _SHARE_DECIMALS),
        "nearest_m": to_the_millimetre(answer.nearest_m),
        "farthest_m": to_the_millimetre(answer.farthest_m),
        "wholly_within_300_m": answer.wholly_within_300_m,
        "wholly_within_500_m": answer.wholly_within_500_m,
        "whole_commune": _whole_commune(answer.whole_commune) if answer.whole_commune else None,
        "perimeters": [perimeter_document(hit, answer.on) for hit in answer.perimeters],
        "reasons": list(answer.reasons),
        "rules": [finding_document(finding) for finding in answer.rules],
        "references": list(answer.references),
        "sources": [source_document(source) for source in answer.sources],
    }


# --- A rule as a JSON document


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
        "former": rule.former,
        "judged_at": rule.judged_at.value,
        "conditions": list(rule.conditions),
        "reference": rule.reference,
        "reading": rule.reading.value,
        "remark": rule.remark or None,
        "verified": rule.verified,
        "valid_from": day_text(rule.valid_from),
        "valid_to": day_text(rule.valid_to),
        "end_known": rule.end_known,
        "sure_until": day_text(rule.sure_until),
        "over_since": day_text(rule.over_since),
        "after_end": rule.after_end or None,
        "earlier_form": rule.earlier_form or None,
        "unread": [{"from": day_text(span.first), "to": day_text(span.last)} for span in rule.unread],
    }


def _band(band: Band) -> dict[str, Any]:
    return {
        "whole_m": band.whole_m,
        "part_m": band.part_m,
        "valid_from": day_text(band.valid_from),
        "condition": band.condition or None,
    }
