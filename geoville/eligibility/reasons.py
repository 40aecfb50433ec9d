"""Reasons of an answer about a position: the verdict in words, what it rests on, what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.judgement import verdict_on, whole_share
from geoville.eligibility.sentences import (
    NOT_A_NO,
    basis_sentences,
    dates_in_force,
    describe,
    if_far,
    part_in_words,
    verdict_sentence,
)
from geoville.model import PositionType, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.judgement import Located
    from geoville.model import Basis, Perimeter, PerimeterHit, PeriodVerdict, Position

_WHOLE = {PositionType.STREET: "toute la rue", PositionType.MUNICIPALITY: "toute la commune"}
_WHOLE_OTHERWISE = "tout le lieu"


def position_reasons(
    located: Located,
    verdict: VerdictCode,
    basis: Basis,
    answering: tuple[PerimeterHit, ...],
    periods: tuple[PeriodVerdict, ...],
    on: date,
) -> tuple[str, ...]:
    """Reasons of an answer, the verdict in words first.

    Parameters
    ----------
    answering : hits that the verdict rests on, the deepest or nearest first.
    periods : the verdict under each generation.
    """
    nearest = answering[0] if answering else None
    if located.whole is not None and nearest is not None:
        first, precision = _whole_sentence(located, verdict, nearest, answering), []
    else:
        first = verdict_sentence(
            verdict, nearest.perimeter if nearest else None, nearest.distance_m if nearest else None, on
        )
        precision = _precision(verdict, located.position, nearest) if nearest else [NOT_A_NO]
    return (
        first,
        *basis_sentences(basis, answering),
        *precision,
        *_at_other_dates(located, verdict, periods, on),
        *_also_in(located.hits, nearest, on),
    )


def _whole_sentence(
    located: Located, verdict: VerdictCode, nearest: PerimeterHit, answering: tuple[PerimeterHit, ...]
) -> str:
    """Verdict about the whole of a street or town."""
    whole = _WHOLE.get(located.position.type, _WHOLE_OTHERWISE)
    name, metres = describe(nearest.perimeter), french.distance(abs(nearest.distance_m))
    if verdict is VerdictCode.INSIDE:
        return f"Dedans : {whole} est dans : {name}, à {metres} au moins de la limite."
    if verdict is VerdictCode.OUTSIDE:
        far = if_far(nearest.distance_m)
        return f"Dehors : {whole} est à {metres} au moins du périmètre le plus proche, {name}{far}."
    if nearest.distance_m:
        known = french.distance(located.position.accuracy_m)
        return (
            f"À vérifier : {whole} est du même côté de la limite, mais à {metres} d'elle, et ses adresses ne sont "
            f"connues qu'à {known} près ({name})."
        )
    share = part_in_words(whole_share(located, answering))
    return (
        f"À vérifier : sans numéro, la réponse dépend de l'endroit ; {share} de l'ensemble est à l'intérieur ({name})."
    )


def _precision(verdict: VerdictCode, position: Position, nearest: PerimeterHit | None) -> list[str]:
    if not position.firm:
        return [position.firm_reason]
    if not position.accuracy_m:
        return []
    radius = french.distance(position.accuracy_m)
    reason = f" ({position.accuracy_reason})" if position.accuracy_reason else ""
    if verdict is VerdictCode.UNCERTAIN and nearest:
        limit = french.distance(abs(nearest.distance_m))
        return [f"La limite est à {limit} et la position n'est connue qu'à {radius} près{reason}."]
    return [f"Position connue à {radius} près{reason}."]


def _at_other_dates(located: Located, verdict: VerdictCode, periods: tuple[PeriodVerdict, ...], on: date) -> list[str]:
    """What other dates would have been answered: perimeters that held the position, generations that did not."""
    past = [hit for hit in located.hits if hit.inside and not hit.perimeter.in_force(on)]
    held = [
        f"À une autre date, la position aurait été dans le {_dated(hit.perimeter)}."
        for hit in past
        if verdict_on(located, hit) is VerdictCode.INSIDE
    ]
    told = {verdict, VerdictCode.OUTSIDE} if verdict is VerdictCode.NOT_FOUND else {verdict}
    others = [period for period in periods if not period.covers(on) and period.verdict not in told]
    return held + [_otherwise(period) for period in others if period.verdict is not VerdictCode.INSIDE]


def _otherwise(period: PeriodVerdict) -> str:
    metres = french.distance(abs(period.nearest.distance_m))
    name = _dated(period.nearest.perimeter)
    if period.verdict is VerdictCode.OUTSIDE:
        return f"À une autre date, la position aurait été dehors, à {metres} du {name}."
    return f"À une autre date, la réponse aurait été à vérifier : la limite est à {metres} ({name})."


def _dated(perimeter: Perimeter) -> str:
    return f"{describe(perimeter)}, en vigueur {dates_in_force(perimeter)}"


def _also_in(hits: tuple[PerimeterHit, ...], answered: PerimeterHit | None, on: date) -> list[str]:
    others = [hit.perimeter for hit in hits if hit.inside and hit is not answered]
    return [f"La position est aussi dans le {describe(other)}." for other in others if other.in_force(on)]
