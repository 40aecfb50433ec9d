"""The one decision: from a position, perimeters and a date to a verdict with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility.evidence import listed, references_of, sources_of
from geoville.eligibility.judgement import locate, period_verdicts, quality_of, verdict_on
from geoville.eligibility.reasons import position_reasons
from geoville.eligibility.rules import rule_findings
from geoville.eligibility.rules.ground import ground_of_position
from geoville.eligibility.sentences import NOT_A_NO, OUT_OF_TERRITORY
from geoville.model import Answer, NotFound, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import PerimeterHit, Position


def decide(found: Position | NotFound, index: PerimeterIndex, on: date) -> Answer:
    """Say whether a position is inside a priority quarter on a day, how sure that is, and why.

    Parameters
    ----------
    found : what a geocoder answered, or coordinates as typed.
    index : the perimeters known.
    on : day asked about.

    Returns
    -------
    The verdict rests on the QPV in force that day; where no contour in force is known, on candidates (`estimated`); an
    index that holds neither answers about whatever perimeters it holds, and nothing in force that day is `not_found`:
    quarters of another generation do not make an "outside". `uncertain` only where the limit is within the
    accuracy of the position, or where the position is not firm. A street or town known whole is judged whole: its
    distances are those of its part nearest to the limit. What is not known is `not_found`, never "outside".
    """
    if isinstance(found, NotFound):
        return _unknown(found.reason, None, (), index, on)
    located = locate(found, index)
    hits = located.hits
    if not index.covers(found.lon, found.lat):
        return _unknown(OUT_OF_TERRITORY, found, hits, index, on)
    basis, kinds = index.answering(on, hits[0].perimeter.epsg if hits else None)
    answering = tuple(hit for hit in hits if hit.perimeter.kind in kinds and hit.perimeter.in_force(on))
    verdict = verdict_on(located, answering[0] if answering else None)
    periods = period_verdicts(located)
    return Answer(
        on=on,
        verdict=verdict,
        basis=basis,
        perimeters=listed(answering, hits),
        distance_m=answering[0].distance_m if answering else None,
        accuracy_m=found.accuracy_m,
        position=found,
        reasons=position_reasons(located, verdict, basis, answering, periods, on),
        references=references_of(basis, answering, hits),
        sources=sources_of(hit.perimeter for hit in answering or hits),
        quality=quality_of(located, verdict, answering) if answering else None,
        periods=periods,
        rules=rule_findings(ground_of_position(located, basis, answering, on)),
    )


def _unknown(
    reason: str, position: Position | None, hits: tuple[PerimeterHit, ...], index: PerimeterIndex, on: date
) -> Answer:
    basis, _ = index.answering(on)
    return Answer(
        on=on,
        verdict=VerdictCode.NOT_FOUND,
        basis=basis,
        perimeters=hits,
        distance_m=None,
        accuracy_m=position.accuracy_m if position else None,
        position=position,
        reasons=(reason, NOT_A_NO),
        references=(),
        sources=sources_of(index.perimeters),
    )
