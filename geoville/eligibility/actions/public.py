"""Who benefits from an action: the share of those who live in a QPV, as an interval that keeps statistical secrecy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.actions.action import (
    Beneficiaries,
    Benefit,
    Catchment,
    EvidenceBasis,
    Homes,
    StatedCounts,
    StatedShare,
)
from geoville.eligibility.actions.places import any_in_force
from geoville.eligibility.decide import decide
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.secrecy import publish, secrecy_threshold
from geoville.law import generation_of_code
from geoville.model import Basis, VerdictCode

if TYPE_CHECKING:
    from datetime import date

    from geoville.eligibility.actions.action import Public
    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.secrecy import PublishedCounts
    from geoville.perimeters.areas import PopulatedCells

_HOME_CELLS = {
    VerdictCode.OUTSIDE: "hors QPV",
    VerdictCode.NOT_FOUND: "adresse non trouvée",
    VerdictCode.UNCERTAIN: "à vérifier (trop près d'une limite, ou position imprécise)",
    VerdictCode.INSIDE: "en QPV",
}
"""Cells of the table of homes, the one that is masked first to protect another first."""

_ELSEWHERE = "hors de ces périmètres"
_CONTOURS = {
    Basis.OFFICIAL: "les contours officiels",
    Basis.ESTIMATED: "des périmètres estimés, sans valeur réglementaire",
}
_BOUNDS = "L'intervalle va de « tout ce qui est incertain est dehors » à « tout ce qui est incertain est dedans »."

_PERCENT = 100
_NOISE_DECIMALS = 9
"""A share written 0.57 is 56.99999999999999 percent in binary: it stays 57 %."""


def beneficiaries(
    public: Public, quarters: PerimeterIndex, on: date, population: PopulatedCells | None = None
) -> Beneficiaries:
    """Share of the beneficiaries who live in a QPV on a day, from the least to the greatest that it may be.

    Parameters
    ----------
    quarters : QPV, and candidates where no contour in force is known.
    population : people of the territory, for a catchment.
    """
    if isinstance(public, StatedShare):
        return _of_stated_share(public)
    if isinstance(public, StatedCounts):
        return _of_stated_counts(public, quarters, on)
    if isinstance(public, Homes):
        return _of_homes(public, quarters, on)
    return _of_catchment(public, quarters, on, population)


def _of_stated_share(public: StatedShare) -> Beneficiaries:
    share = _outwards(public.share, public.share)
    told = _told("Part des bénéficiaires habitant un QPV, déclarée par le porteur et non vérifiée", share)
    return Beneficiaries(_benefit(public.share, public.share), EvidenceBasis.DECLARED, share, (told,))


def _of_stated_counts(public: StatedCounts, quarters: PerimeterIndex, on: date) -> Beneficiaries:
    """Beneficiaries of a quarter that does not answer that day are neither in nor out of a QPV: they are unsure."""
    in_force = [_in_force(code, quarters, on) for code, _ in public.people]
    elsewhere = public.total - sum(people for _, people in public.people)
    counts = publish([elsewhere, *(people for _, people in public.people)], secrecy_threshold())
    inside = {place for place, known in enumerate(in_force, start=1) if known}
    unsure = {place for place, known in enumerate(in_force, start=1) if not known}
    benefit, share = _interval(counts, inside, unsure)
    reasons = [
        _told(
            "Part des bénéficiaires habitant un QPV, d'après les effectifs déclarés par le porteur et non vérifiés",
            share,
        )
    ]
    out = [code for (code, _), known in zip(public.people, in_force, strict=True) if not known]
    if out:
        day = french.long_date(on)
        reasons.append(f"Périmètres inconnus ou hors vigueur le {day}, tenus pour incertains : {', '.join(out)}.")
    labels = (_ELSEWHERE, *(code for code, _ in public.people))
    return Beneficiaries(benefit, EvidenceBasis.DECLARED, share, (*reasons, *_secret(counts)), labels, counts)


def _of_homes(public: Homes, quarters: PerimeterIndex, on: date) -> Beneficiaries:
    if not any_in_force(quarters, on):
        return _untold(EvidenceBasis.OFFICIAL, "Aucun contour de QPV en vigueur n'est connu : domiciles non situés.")
    answers = [decide(found, quarters, on) for found in public.found]
    verdicts, basis = [answer.verdict for answer in answers], answers[0].basis
    cells = list(_HOME_CELLS)
    counts = publish([verdicts.count(code) for code in cells], secrecy_threshold())
    unsure = {cells.index(VerdictCode.UNCERTAIN), cells.index(VerdictCode.NOT_FOUND)}
    benefit, share = _interval(counts, {cells.index(VerdictCode.INSIDE)}, unsure)
    reasons = (
        _told(f"Part des bénéficiaires dont le domicile est en QPV, d'après {_CONTOURS[basis]}", share),
        _BOUNDS,
        *_secret(counts),
    )
    # Every source is cited, whichever home it answered about: those of the answers could tell where nobody lives.
    cited = tuple(dict.fromkeys(item.source for item in quarters.perimeters if item.source and item.in_force(on)))
    labels = tuple(_HOME_CELLS.values())
    return Beneficiaries(benefit, EvidenceBasis(basis), share, reasons, labels, counts, cited)


def _of_catchment(
    public: Catchment, quarters: PerimeterIndex, on: date, population: PopulatedCells | None
) -> Beneficiaries:
    answer = decide_footprint(public.geometry, quarters, on, population) if any_in_force(quarters, on) else None
    if answer is None or answer.share_of_people is None:
        return _untold(
            EvidenceBasis.ESTIMATED, "La part des habitants du secteur qui vivent en QPV ne peut pas être estimée ici."
        )
    people = answer.share_of_people
    share = _outwards(people, people)
    told = f"Part des habitants du secteur qui vivent en QPV, estimée par carreaux sur {_CONTOURS[answer.basis]}"
    reasons = (_told(told, share), "Habiter le secteur ne prouve pas que l'on participe à l'action.")
    return Beneficiaries(_benefit(people, people), EvidenceBasis.ESTIMATED, share, reasons, sources=answer.sources)


def _untold(basis: EvidenceBasis, reason: str) -> Beneficiaries:
    return Beneficiaries(Benefit.UNDECIDED, basis, None, (reason,))


def _in_force(code: str, quarters: PerimeterIndex, on: date) -> bool:
    """Whether a code is that of a QPV, or of a candidate, which answers on a day."""
    known = [perimeter for perimeter in quarters.perimeters if perimeter.code == code]
    if known:
        return any(perimeter.in_force(on) for perimeter in known)
    generation = generation_of_code(code)
    return generation is not None and generation.in_force(on)


def _interval(
    counts: PublishedCounts, inside: set[int], unsure: set[int]
) -> tuple[Benefit, tuple[float, float] | None]:
    """What the published counts tell, and they alone: the unsure all out, then all in."""
    all_out, all_in = counts.range_of(inside), counts.range_of(inside | unsure)
    if all_out is None or all_in is None or not counts.total:
        return Benefit.UNDECIDED, None
    least, most = all_out[0] / counts.total, all_in[1] / counts.total
    return _benefit(least, most), _outwards(least, most)


def _benefit(least: float, most: float) -> Benefit:
    if least > 0:
        return Benefit.SHOWN
    return Benefit.EXCLUDED if most == 0 else Benefit.UNDECIDED


def _outwards(least: float, most: float) -> tuple[float, float]:
    """Shares to the whole percent, the least one rounded down and the greatest one up."""
    down = math.floor(round(least * _PERCENT, _NOISE_DECIMALS))
    up = math.ceil(round(most * _PERCENT, _NOISE_DECIMALS))
    return down / _PERCENT, up / _PERCENT


def _told(what: str, share: tuple[float, float] | None) -> str:
    return f"{what} : {share_in_words(share)}."


def share_in_words(share: tuple[float, float] | None) -> str:
    """Write an interval of shares.

    >>> share_in_words((0.25, 0.25)).replace(french.UNIT_SPACE, " "), share_in_words(None)
    ('25 %', 'non publiée (effectifs trop petits)')
    >>> share_in_words((0, 0.5)).replace(french.UNIT_SPACE, " ")
    'entre 0 % et 50 %'
    """
    if share is None:
        return "non publiée (effectifs trop petits)"
    least, most = (french.percent(bound) for bound in share)
    return least if least == most else f"entre {least} et {most}"


def _secret(counts: PublishedCounts) -> tuple[str, ...]:
    if all(cell.people is not None for cell in counts.cells):
        return ()
    return (
        f"Secret statistique : aucun effectif de moins de {counts.threshold} personnes n'est publié, ni ce qui "
        "permettrait de le retrouver ; l'intervalle n'est calculé que sur ce qui est publié.",
    )
