"""The one decision: from a position, perimeters and a date to a verdict with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility import sentences
from geoville.model import Answer, Basis, Kind, NotFound, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import PerimeterHit, Position, Source


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
    index that holds neither answers about whatever perimeters it holds. `uncertain` only where the limit is within the
    accuracy of the position, or where the position is not firm. What is not known is `not_found`, never "outside".
    """
    if isinstance(found, NotFound):
        return _unknown(found.reason, None, (), index, on)
    hits = index.around(found.lon, found.lat)
    if not index.covers(found.lon, found.lat):
        return _unknown(sentences.OUT_OF_TERRITORY, found, hits, index, on)
    basis, answering = _answering(hits, index, on)
    verdict = _verdict(found, answering[0] if answering else None)
    return Answer(
        on=on,
        verdict=verdict,
        basis=basis,
        perimeters=_listed(hits, answering),
        distance_m=answering[0].distance_m if answering else None,
        accuracy_m=found.accuracy_m,
        position=found,
        reasons=sentences.reasons(verdict, basis, found, answering, hits, on),
        references=_references(basis, answering, hits),
        sources=_distinct(hit.perimeter.source for hit in answering or hits),
    )


def _verdict(position: Position, nearest: PerimeterHit | None) -> VerdictCode:
    if not position.firm:
        return VerdictCode.UNCERTAIN
    if nearest is None:
        return VerdictCode.OUTSIDE
    if position.accuracy_m > 0 and abs(nearest.distance_m) <= position.accuracy_m:
        return VerdictCode.UNCERTAIN
    return VerdictCode.INSIDE if nearest.inside else VerdictCode.OUTSIDE


def _answering(
    hits: tuple[PerimeterHit, ...], index: PerimeterIndex, on: date
) -> tuple[Basis, tuple[PerimeterHit, ...]]:
    """Basis of the answer, and the perimeters that it rests on, the deepest or nearest first."""
    kinds = {perimeter.kind for perimeter in index.perimeters}
    if any(perimeter.kind is Kind.QPV and perimeter.in_force(on) for perimeter in index.perimeters):
        basis, kind = Basis.OFFICIAL, {Kind.QPV}
    elif Kind.CANDIDAT in kinds:
        basis, kind = Basis.ESTIMATED, {Kind.CANDIDAT}
    elif Kind.QPV in kinds:
        basis, kind = Basis.OFFICIAL, {Kind.QPV}
    else:
        estimated = any(perimeter.estimated for perimeter in index.perimeters)
        basis, kind = Basis.ESTIMATED if estimated else Basis.OFFICIAL, kinds
    return basis, tuple(hit for hit in hits if hit.perimeter.kind in kind and hit.perimeter.in_force(on))


def _listed(hits: tuple[PerimeterHit, ...], answering: tuple[PerimeterHit, ...]) -> tuple[PerimeterHit, ...]:
    return answering + tuple(hit for hit in hits if all(hit is not item for item in answering))


def _unknown(
    reason: str, position: Position | None, hits: tuple[PerimeterHit, ...], index: PerimeterIndex, on: date
) -> Answer:
    basis, _ = _answering((), index, on)
    return Answer(
        on=on,
        verdict=VerdictCode.NOT_FOUND,
        basis=basis,
        perimeters=hits,
        distance_m=None,
        accuracy_m=position.accuracy_m if position else None,
        position=position,
        reasons=(reason, sentences.NOT_A_NO),
        references=(),
        sources=_distinct(perimeter.source for perimeter in index.perimeters),
    )


def _references(basis: Basis, answering: tuple[PerimeterHit, ...], hits: tuple[PerimeterHit, ...]) -> tuple[str, ...]:
    texts = [hit.perimeter.reference for hit in (*answering, *hits) if hit.perimeter.reference]
    if basis is Basis.ESTIMATED:
        texts.insert(0, sentences.ESTIMATE_REFERENCE)
    return tuple(dict.fromkeys(texts))


def _distinct(sources: Iterable[Source | None]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(source for source in sources if source))
