"""An answer about a footprint as a JSON document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.eligibility.document_parts import finding_document, perimeter_document, source_document, to_the_millimetre

if TYPE_CHECKING:
    from geoville.model import FootprintAnswer

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
        "perimeters": [perimeter_document(hit, answer.on) for hit in answer.perimeters],
        "reasons": list(answer.reasons),
        "rules": [finding_document(finding) for finding in answer.rules],
        "references": list(answer.references),
        "sources": [source_document(source) for source in answer.sources],
    }
