"""The answer about an action as a JSON document: the same one for the command line, HTTP and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.eligibility.document_parts import source_document

if TYPE_CHECKING:
    from geoville.eligibility.actions.action import (
        ActionFinding,
        Beneficiaries,
        LayerFinding,
        Reading,
        SpotFinding,
        StageFinding,
    )


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
