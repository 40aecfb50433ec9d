"""What an action may rest on: the one answer that every door gives about an action."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from geoville import french
from geoville.crs import LAMBERT_93, epsg_at_point
from geoville.eligibility.actions.action import (
    NO_PLACE,
    Action,
    ActionFinding,
    ActionGround,
    Beneficiaries,
    Benefit,
    Catchment,
    EvidenceBasis,
    Homes,
    LayerFinding,
    Reading,
    SpotFinding,
    SpotStanding,
    StageFinding,
    StatedCounts,
    StatedShare,
)
from geoville.eligibility.decide import decide
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.rules import law_reservations, rules_begun
from geoville.eligibility.secrecy import publish, secrecy_threshold
from geoville.eligibility.sentences import none_in_force, to_come_sentences
from geoville.law import generation_of_code, generations
from geoville.model import QUARTER_KINDS, Answer, Basis, Kind, NotFound, Placement, RuleStatus, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.actions.action import Public
    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.secrecy import PublishedCounts
    from geoville.model import FootprintAnswer, Generation, Perimeter, PerimeterHit, Position, Rule
    from geoville.perimeters.areas import PopulatedCells

    _Question = Callable[[PerimeterIndex], Answer | FootprintAnswer]


# --- The ground of an action: from where its places stand and who benefits, to what it may rest on, in words

GROUND_NAMES = {
    ActionGround.IN_QPV: "En QPV",
    ActionGround.IN_VECU: "En quartier vécu, avec preuve",
    ActionGround.IN_VEILLE: "En quartier de veille",
    ActionGround.ELSEWHERE_WITH_EVIDENCE: "Ailleurs, avec preuve",
    ActionGround.OUTSIDE_QPV: "Hors QPV, preuve à donner",
    ActionGround.NONE: "Aucun fondement trouvé",
    ActionGround.UNKNOWN: "On ne sait pas",
}
"""What each ground is called in tables and on maps."""

_TOLD_WITHIN_M = 50_000.0
"""A quarter farther than that is no neighbour: its distance would only look like an answer."""

_THERE = (SpotStanding.INSIDE, SpotStanding.PARTLY)
_UNSURE = (SpotStanding.UNCERTAIN, SpotStanding.NOT_FOUND, SpotStanding.UNKNOWN)

_NOT_KNOWN_THERE = (SpotStanding.NOT_FOUND, SpotStanding.UNKNOWN)
"""Of a place that was found: there is no perimeter of that kind at all, or none is known there."""

_FROM_CONTOURS = {
    Basis.OFFICIAL: "d'après un contour officiel",
    Basis.ESTIMATED: "d'après un périmètre estimé, sans valeur réglementaire",
}
_FROM_EVIDENCE = {
    EvidenceBasis.OFFICIAL: "d'après leurs adresses et les contours officiels",
    EvidenceBasis.ESTIMATED: "d'après une estimation, sans valeur réglementaire",
    EvidenceBasis.DECLARED: "selon ce que le porteur déclare",
}
_PLACES = {
    ActionGround.IN_QPV: "un quartier prioritaire (QPV)",
    ActionGround.IN_VECU: "un quartier vécu",
    ActionGround.IN_VEILLE: "un quartier de veille",
}


def stage_finding(stage: Stage, spots: tuple[SpotFinding, ...], public: Beneficiaries | None) -> StageFinding:
    """ActionGround of an action during one stage, with its reason in words.

    Parameters
    ----------
    spots : its places and its zone, at least one.
    public : what is told of its beneficiaries on the first day of the stage; None where nothing is known of them.
    """
    ground = ground_of(spots, public.benefit if public else Benefit.NOT_STATED)
    deciding = _deciding(ground, spots)
    too_early = _too_early(stage.generation, spots)
    return StageFinding(
        start=stage.start,
        end=stage.end,
        generation=stage.generation,
        ground=ground,
        basis=_basis(ground, deciding, public),
        partial=_is_partial(ground, deciding),
        reason=_before_quarters(stage) if too_early else _reason(ground, spots, deciding, public),
        spots=spots,
    )


def ground_of(spots: Sequence[SpotFinding], benefit: Benefit) -> ActionGround:  # noqa: PLR0911 - a list of cases
    """What an action rests on: one of its places in a QPV is enough, and what is not known is never a "no".

    Outside every QPV, an action may still serve their inhabitants: until that is shown, or excluded, it is to be told
    what to give, which « on ne sait pas » would not do.
    """
    if any(spot.quarters.standing in _THERE for spot in spots):
        return ActionGround.IN_QPV
    if any(spot.quarters.standing in _UNSURE for spot in spots):
        return ActionGround.UNKNOWN
    in_vecu = any(spot.vecu.standing in _THERE for spot in spots)
    if in_vecu and benefit is Benefit.SHOWN:
        return ActionGround.IN_VECU
    if any(spot.veille.standing in _THERE for spot in spots):
        return ActionGround.IN_VEILLE
    if benefit is Benefit.SHOWN:
        return ActionGround.ELSEWHERE_WITH_EVIDENCE
    maybe_veille = any(spot.veille.standing in _UNSURE for spot in spots)
    if benefit is Benefit.EXCLUDED and not maybe_veille:
        return ActionGround.NONE
    return ActionGround.OUTSIDE_QPV


def _deciding(ground: ActionGround, spots: Sequence[SpotFinding]) -> tuple[LayerFinding, ...]:
    """Findings of place that a ground rests on."""
    if ground is ActionGround.UNKNOWN:
        return ()
    if ground is ActionGround.IN_VECU:
        return tuple(spot.vecu for spot in spots)
    if ground is ActionGround.IN_VEILLE:
        return tuple(spot.veille for spot in spots)
    if ground is ActionGround.NONE:
        return tuple(item for spot in spots for item in (spot.quarters, spot.veille))
    return tuple(spot.quarters for spot in spots)


def _basis(ground: ActionGround, deciding: tuple[LayerFinding, ...], public: Beneficiaries | None) -> Basis | None:
    if not deciding:
        return None
    served = ground in (ActionGround.IN_VECU, ActionGround.ELSEWHERE_WITH_EVIDENCE)
    guessed = served and public is not None and public.basis is EvidenceBasis.ESTIMATED
    estimated = guessed or any(item.basis is Basis.ESTIMATED for item in deciding)
    return Basis.ESTIMATED if estimated else Basis.OFFICIAL


def _is_partial(ground: ActionGround, deciding: tuple[LayerFinding, ...]) -> bool:
    """Whether some of the places are elsewhere than where the ground says that the action takes place."""
    return ground in _PLACES and any(item.standing is not SpotStanding.INSIDE for item in deciding)


def _reason(
    ground: ActionGround, spots: Sequence[SpotFinding], deciding: tuple[LayerFinding, ...], public: Beneficiaries | None
) -> str:
    if ground is ActionGround.UNKNOWN:
        return _why_unknown(spots)
    estimated = any(item.basis is Basis.ESTIMATED for item in deciding)
    contours = _FROM_CONTOURS[Basis.ESTIMATED if estimated else Basis.OFFICIAL]
    evidence = _FROM_EVIDENCE[public.basis] if public else "faute d'en savoir quoi que ce soit"
    if ground is ActionGround.ELSEWHERE_WITH_EVIDENCE:
        return f"L'action a lieu hors des QPV, {contours} ; des habitants de QPV en bénéficient, {evidence}."
    if ground is ActionGround.OUTSIDE_QPV:
        return f"{_outside(spots, contours)} {_not_shown(spots, public)}"
    if ground is ActionGround.NONE:
        return (
            f"Aucun fondement dans ce qui est donné : le lieu est hors des QPV et de la veille, {contours}, et rien ne "
            f"montre que des habitants de QPV bénéficient de l'action, {evidence}."
        )
    partly = ", en partie seulement" if _is_partial(ground, deciding) else ""
    served = f" ; des habitants de QPV en bénéficient, {evidence}" if ground is ActionGround.IN_VECU else ""
    return f"L'action a lieu dans {_PLACES[ground]}{partly}, {contours}{served}."


def _too_early(generation: int | None, spots: Sequence[SpotFinding]) -> bool:
    """Whether nothing can be said of places because no QPV existed yet."""
    return generation is None and all(spot.quarters.standing in _NOT_KNOWN_THERE for spot in spots)


def _before_quarters(stage: Stage) -> str:
    return f"On ne sait pas : {none_in_force(stage.start)} Juger un jour où il y en a. Ce n'est pas un « non »."


def _outside(spots: Sequence[SpotFinding], contours: str) -> str:
    """Where an action is that is in no QPV: how far the nearest one is, and what is known of vécu and veille there."""
    nearest = min(
        (spot.quarters.nearest for spot in spots if spot.quarters.nearest is not None),
        key=lambda hit: hit.distance_m,
        default=None,
    )
    near = ""
    if nearest is not None and nearest.distance_m <= _TOLD_WITHIN_M:
        name = " ".join(filter(None, (nearest.perimeter.code, nearest.perimeter.name)))
        near = f" ; le plus proche est {name}, à {french.distance(nearest.distance_m)}"
    return f"L'action a lieu hors des QPV, {contours}{near}."


def _not_shown(spots: Sequence[SpotFinding], public: Beneficiaries | None) -> str:
    """What an action outside every QPV lacks, said of the vécu, of the veille and of its beneficiaries."""
    if any(spot.vecu.standing in _THERE for spot in spots):
        around = "Elle est dans un quartier vécu"
    elif all(spot.vecu.standing in _NOT_KNOWN_THERE for spot in spots):
        around = "Aucun quartier vécu n'est connu ici"
    elif any(spot.vecu.standing in _UNSURE for spot in spots):
        around = "On ne sait pas si elle est dans un quartier vécu"
    else:
        around = "Elle n'est dans aucun quartier vécu connu"
    if all(spot.veille.standing in _NOT_KNOWN_THERE for spot in spots):
        around += ", aucun quartier de veille n'est connu ici"
    elif any(spot.veille.standing in _UNSURE for spot in spots):
        around += ", on ne sait pas si elle est en veille"
    benefit = public.benefit if public else Benefit.NOT_STATED
    told = {
        Benefit.NOT_STATED: "rien n'est dit de ses bénéficiaires",
        Benefit.UNDECIDED: "ce qui est dit de ses bénéficiaires ne tranche pas",
        Benefit.EXCLUDED: "d'après ce qui est donné, aucun bénéficiaire n'habite un QPV",
    }[benefit]
    return f"{around}, et {told} : il reste à montrer que des habitants de QPV en bénéficient."


def _why_unknown(spots: Sequence[SpotFinding]) -> str:
    standings = [spot.quarters.standing for spot in spots]
    if SpotStanding.UNKNOWN in standings:
        why = "aucun contour de QPV en vigueur n'est connu"
    elif SpotStanding.NOT_FOUND in standings:
        told = next(spot.quarters.reason for spot in spots if spot.quarters.standing is SpotStanding.NOT_FOUND)
        why = f"un lieu n'est pas trouvé, ou sort du territoire connu ({told.rstrip('.')})"
    else:
        told = next(spot.quarters.reason for spot in spots if spot.quarters.standing is SpotStanding.UNCERTAIN)
        why = told.removeprefix("À vérifier : ").rstrip(".")
    return f"On ne sait pas : {why}. Ce n'est pas un « non »."


# --- The period of an action, cut where perimeters come into force or go out of it

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """Days, both ends included, on which the same perimeters are in force.

    Parameters
    ----------
    generation : year of the QPV in force; None before the first ones.
    """

    start: date
    end: date
    generation: int | None


def stages(start: date, end: date, perimeters: Iterable[Perimeter]) -> tuple[Stage, ...]:
    """Cut a period where the law or one of the perimeters changes.

    The law's own dates count even where no contour of a generation is known: the answer must say that it changes.
    """
    perimeters = tuple(perimeters)
    lists = _generations(perimeters)
    dated: tuple[Generation | Perimeter, ...] = (*lists, *perimeters)
    firsts = {item.valid_from for item in dated} | {item.valid_to + _DAY for item in dated if item.valid_to}
    cuts = sorted({start, *(day for day in firsts if day is not None and start < day <= end)})
    ends = [*(day - _DAY for day in cuts[1:]), end]
    return tuple(
        Stage(first, last, next((item.year for item in lists if item.in_force(first)), None))
        for first, last in zip(cuts, ends, strict=True)
    )


def period_notes(found: tuple[Stage, ...]) -> tuple[str, ...]:
    """French sentences saying that the generation of QPV changes within a period; none where it does not."""
    spans: dict[int | None, tuple[date, date]] = {}
    for stage in found:
        first, _ = spans.get(stage.generation, (stage.start, stage.end))
        spans[stage.generation] = first, stage.end
    if len(spans) == 1:
        return ()
    told = ", puis ".join(
        f"{f'la génération {year}' if year else 'aucune'} {french.period(first, last)}"
        for year, (first, last) in spans.items()
    )
    return (f"La génération des QPV change pendant l'action : {told}.",)


def _generations(perimeters: tuple[Perimeter, ...]) -> tuple[Generation, ...]:
    """Lists of QPV of the place: overseas ones have dates of their own."""
    overseas = bool(perimeters) and all(item.epsg != LAMBERT_93 for item in perimeters)
    zone = "outre_mer" if overseas else "metropole"
    return tuple(item for item in generations() if item.zone == zone)


# --- Where the places of an action stand, with the QPV, the vécu and the veille in turn

_STANDINGS = {
    VerdictCode.INSIDE: SpotStanding.INSIDE,
    VerdictCode.OUTSIDE: SpotStanding.OUTSIDE,
    VerdictCode.UNCERTAIN: SpotStanding.UNCERTAIN,
    VerdictCode.NOT_FOUND: SpotStanding.NOT_FOUND,
    Placement.INSIDE: SpotStanding.INSIDE,
    Placement.PARTLY: SpotStanding.PARTLY,
    Placement.OUTSIDE: SpotStanding.OUTSIDE,
    Placement.UNCERTAIN: SpotStanding.UNCERTAIN,
    Placement.UNKNOWN: SpotStanding.NOT_FOUND,
}


class ActionLayers:
    """Perimeters that actions are placed among, one index for each kind, so that each has its own answer.

    Parameters
    ----------
    index : all the perimeters known.
    """

    def __init__(self, index: PerimeterIndex) -> None:
        self.perimeters = index.perimeters
        self.data_version = index.version
        self.quarters = _only(index, *QUARTER_KINDS)
        self._vecu = _only(index, Kind.VECU)
        self._veille = _only(index, Kind.VEILLE)
        self._stages: dict[tuple[date, date, frozenset[int]], tuple[Stage, ...]] = {}

    def stages(self, start: date, end: date, zones: frozenset[int]) -> tuple[Stage, ...]:
        """Stages of a period in some territories, by the EPSG codes of their CRS: those of others have other dates.

        The actions of a table share a few periods: each is cut once.
        """
        asked = (start, end, zones)
        if asked not in self._stages:
            there = tuple(item for item in self.perimeters if item.epsg in zones)
            self._stages[asked] = stages(start, end, there or self.perimeters)
        return self._stages[asked]

    def place(self, rank: int, found: Position | NotFound, on: date) -> SpotFinding:
        """Where one place stands on a day.

        Parameters
        ----------
        rank : 1-based, among the action's places: it names the place where it was not found.
        """
        label = f"lieu {rank} (non trouvé)" if isinstance(found, NotFound) else found.label
        return self._spot(label, on, lambda index: decide(found, index, on, rules=index is self.quarters))

    def zone(self, geometry: BaseGeometry, on: date) -> SpotFinding:
        """Where an area (WGS84) stands on a day."""
        return self._spot("zone de l'action", on, lambda index: decide_footprint(geometry, index, on))

    def quarters_near(self, found: Position | NotFound, reach_m: float) -> tuple[PerimeterHit, ...]:
        """Where a place stands with the quarters within a reach of it, whatever their dates; none where it is lost."""
        if isinstance(found, NotFound):
            return ()
        import shapely

        shape, epsg = self.quarters.projected(shapely.points(found.lon, found.lat))
        return self.quarters.around_shape(shape, epsg, reach_m) if epsg is not None else ()

    def _spot(self, label: str, on: date, ask: _Question) -> SpotFinding:
        answer = ask(self.quarters)
        return SpotFinding(
            label,
            _finding(self.quarters, on, answer, "Aucun contour de QPV en vigueur n'est connu."),
            _finding(self._vecu, on, ask(self._vecu), "Aucun quartier vécu n'est connu."),
            _finding(self._veille, on, ask(self._veille), "Aucun quartier de veille n'est connu."),
            tuple(finding.rule for finding in answer.rules),
        )


def any_in_force(index: PerimeterIndex, on: date) -> bool:
    """Whether a perimeter of an index answers on a day: without one nothing is known, and nothing is outside."""
    return any(perimeter.in_force(on) for perimeter in index.perimeters)


def _only(index: PerimeterIndex, *kinds: Kind) -> PerimeterIndex:
    return index.of(item for item in index.perimeters if item.kind in kinds)


def _finding(index: PerimeterIndex, on: date, answer: Answer | FootprintAnswer, none_known: str) -> LayerFinding:
    of_quarters = any(item.kind in QUARTER_KINDS for item in index.perimeters)
    if not any_in_force(index, on) or (answer.whole_commune and not of_quarters):  # that law is about QPV alone
        return LayerFinding(SpotStanding.UNKNOWN, Basis.OFFICIAL, none_known)
    code = answer.verdict if isinstance(answer, Answer) else answer.placement
    estimated = answer.basis is Basis.ESTIMATED
    answering = [hit for hit in answer.hits if hit.perimeter.in_force(on)]
    hits = [hit for hit in answering if hit.perimeter.estimated == estimated]  # an estimate stands in, never beside
    met = tuple(hit for hit in hits if hit.inside or hit.distance_m <= 0)
    others = [hit for hit in hits if hit not in met]
    return LayerFinding(
        _STANDINGS[code],
        answer.basis,
        answer.reasons[0],
        answer.sources,
        answer.references,
        met,
        min(others, key=lambda hit: hit.distance_m, default=None),
    )


# --- Who benefits from an action: the share of those who live in a QPV, as an interval that keeps statistical secrecy

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
    answers = [decide(found, quarters, on, rules=False) for found in public.found]
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


# --- What the BOP 147, the Region's funds and the veille say of an action, from the dated rules

BOP_147, REGION, PRE, ADULTES_RELAIS = "bop-147-hors-qpv", "calais-region", "calais-pre", "adultes-relais"
"""Identifiers of the rules that actions are read against."""

_BOP_NAME = "Crédits du BOP 147"
_EVIDENCE = "la preuve que l'action bénéficie aux habitants d'un QPV : aucun des textes lus ne fixe de seuil"

_BOP_REASONS = {
    ActionGround.IN_QPV: "L'action a lieu dans un QPV : ces crédits peuvent la soutenir.",
    ActionGround.IN_VECU: "Hors du QPV, ces crédits peuvent suivre une action dont ses habitants bénéficient : elle a "
    "lieu dans un quartier vécu, et une preuve est donnée.",
    ActionGround.ELSEWHERE_WITH_EVIDENCE: "Hors du QPV, ces crédits peuvent suivre une action dont ses habitants "
    "bénéficient : une preuve est donnée, mais aucun quartier vécu connu ne contient le lieu.",
    ActionGround.IN_VEILLE: "La veille n'ouvre pas d'elle-même ces crédits : il faut montrer que des habitants de QPV "
    "bénéficient de l'action.",
    ActionGround.OUTSIDE_QPV: "Hors du QPV, ces crédits peuvent suivre une action dont ses habitants bénéficient : ce "
    "qui est donné ne le montre pas encore.",
    ActionGround.NONE: "Ni le lieu, ni ce qui est donné des bénéficiaires n'ouvre ces crédits.",
    ActionGround.UNKNOWN: "Ce qui est donné ne permet pas de le dire.",
}


def readings(stage: StageFinding, benefit: Benefit) -> tuple[Reading, ...]:
    """Read the rules that exist where an action takes place, on the first day of a stage.

    Where none of its places was found, the rules of every place are read: none of them can be said not to be met.
    """
    here = {rule.id: rule for spot in stage.spots for rule in spot.rules}
    known = here or {rule.id: rule for rule in rules_begun(stage.start)}
    found = [
        _bop_147(known[BOP_147], stage, benefit) if BOP_147 in known else None,
        _region(known[REGION], stage) if REGION in known else None,
        *(_kept_in_veille(known[key], stage) for key in (PRE, ADULTES_RELAIS) if key in known),
    ]
    return tuple(reading for reading in found if reading is not None)


def _bop_147(rule: Rule, stage: StageFinding, benefit: Benefit) -> Reading:
    ground = stage.ground
    if ground in (ActionGround.UNKNOWN, ActionGround.OUTSIDE_QPV):
        status = RuleStatus.UNKNOWN
    elif ground is ActionGround.NONE:
        status = RuleStatus.NOT_MET
    else:
        status = RuleStatus.MET if ground is ActionGround.IN_QPV else RuleStatus.TO_CHECK
    reason = _BOP_REASONS[ground]
    if ground is ActionGround.IN_VEILLE and benefit is Benefit.SHOWN:
        reason = _BOP_REASONS[ActionGround.ELSEWHERE_WITH_EVIDENCE]
    needed = () if ground is ActionGround.IN_QPV else (_EVIDENCE,)
    return _read(rule, _BOP_NAME, status, reason, stage, needed)


def _region(rule: Rule, stage: StageFinding) -> Reading:
    """The contract opens the Region's own funds to the QPV and to the veille."""
    opened = "Ces financements sont ouverts aux QPV et à la veille"
    standings = {item.standing for spot in stage.spots for item in (spot.quarters, spot.veille)}
    if standings & {SpotStanding.INSIDE, SpotStanding.PARTLY}:
        status, reason = RuleStatus.MET, f"{opened} : le lieu en est."
    elif standings == {SpotStanding.OUTSIDE}:
        status, reason = RuleStatus.NOT_MET, f"{opened} : le lieu est hors des deux."
    else:
        status, reason = RuleStatus.UNKNOWN, f"{opened} : on ne sait pas si le lieu en est."
    return _read(rule, rule.name, status, reason, stage, rule.conditions)


def _kept_in_veille(rule: Rule, stage: StageFinding) -> Reading | None:
    """What the contract keeps in the veille beside engineering and local solidarity."""
    if stage.ground is not ActionGround.IN_VEILLE:
        return None
    reason = "Dispositif maintenu dans la veille, comme l'ingénierie et la solidarité locale du contrat."
    return _read(rule, rule.name, RuleStatus.TO_CHECK, reason, stage, rule.conditions)


def _read(
    rule: Rule, name: str, status: RuleStatus, reason: str, stage: StageFinding, conditions: tuple[str, ...]
) -> Reading:
    law = law_reservations(rule, stage.start)
    reservations = (
        *law,
        *(("le contour officiel, qui manque ici",) if stage.basis is Basis.ESTIMATED else ()),
        *(("la part de l'action qui a lieu à cet endroit",) if stage.partial else ()),
    )
    if status is RuleStatus.MET and reservations:
        status = RuleStatus.UNVERIFIED if law else RuleStatus.TO_CHECK
    asked = () if status is RuleStatus.NOT_MET else conditions
    return Reading(rule, name, status, reason, (*reservations, *asked))


def check_action(
    action: Action, layers: ActionLayers, population: PopulatedCells | None = None, *, today: date | None = None
) -> ActionFinding:
    """Say what an action may rest on over its period, who benefits, and what a human still has to check.

    Parameters
    ----------
    action : with its places already looked for.
    layers : the perimeters known.
    population : people of the territory, in the perimeters' CRS, for an action whose public is a catchment.
    today : as for `decide`: of a later day that is judged, the answer says what it supposes.

    Notes
    -----
    Contrat de ville: an action is located in a QPV; in a vécu perimeter or elsewhere, with evidence that inhabitants of
    QPV benefit; or in veille. No text that was read sets the share of beneficiaries that is enough.
    """
    periods = layers.stages(action.start, action.end, _zones(action))
    told = [_stage(action, period, layers, population) for period in periods]
    found, public = tuple(stage for stage, _ in told), told[0][1]
    first = found[0]
    read = readings(first, public.benefit if public else Benefit.NOT_STATED)
    notes = (*_notes(periods, found), *to_come_sentences(found[-1].start, today))
    layer_findings = [item for spot in first.spots for item in (spot.quarters, spot.vecu, spot.veille)]
    references = [reading.rule.reference for reading in read]
    references += [text for item in layer_findings for text in item.references]
    sources = [source for item in layer_findings for source in item.sources]
    sources += public.sources if public else ()
    return ActionFinding(
        action=action,
        stages=found,
        beneficiaries=public,
        readings=read,
        notes=notes,
        evidence_used=tuple(_used(first, public)),
        evidence_missing=tuple(_missing(first, public)),
        to_check=tuple(_to_check(action, found, public)),
        references=tuple(dict.fromkeys(references)),
        sources=tuple(dict.fromkeys(sources)),
        data_version=layers.data_version,
    )


def _zones(action: Action) -> frozenset[int]:
    """EPSG codes of the CRS of the territories where an action takes place."""
    found = [(place.lon, place.lat) for place in action.places if not isinstance(place, NotFound)]
    if action.zone is not None:
        found.append((action.zone.centroid.x, action.zone.centroid.y))
    return frozenset(epsg_at_point(lon, lat) for lon, lat in found) or frozenset({LAMBERT_93})


def _stage(
    action: Action, stage: Stage, layers: ActionLayers, population: PopulatedCells | None
) -> tuple[StageFinding, Beneficiaries | None]:
    spots = [layers.place(rank, found, stage.start) for rank, found in enumerate(action.places, start=1)]
    if action.zone is not None:
        spots.append(layers.zone(action.zone, stage.start))
    public = beneficiaries(action.public, layers.quarters, stage.start, population) if action.public else None
    return stage_finding(stage, tuple(spots), public), public


def _notes(periods: tuple[Stage, ...], found: tuple[StageFinding, ...]) -> Iterator[str]:
    """What changes during the action, and what the answer cannot tell of it."""
    notes = period_notes(periods)
    yield from notes
    if notes and any(spot.quarters.basis is Basis.ESTIMATED for stage in found for spot in stage.spots):
        yield "Les périmètres estimés n'ont pas de génération : ils ne disent rien de ce changement."
    for before, after in pairwise(found):
        if (before.ground, before.basis) != (after.ground, after.basis):
            yield f"La réponse change le {french.long_date(after.start)}. {after.reason}"


def _used(stage: StageFinding, public: Beneficiaries | None) -> Iterator[str]:
    for spot in stage.spots:
        around = () if stage.ground is ActionGround.IN_QPV else (spot.vecu, spot.veille)
        for item in (spot.quarters, *around):
            if item.standing not in (SpotStanding.NOT_FOUND, SpotStanding.UNKNOWN):
                yield f"Lieu : {spot.label}. {item.reason}"
    yield from public.reasons if public else ()


def _missing(stage: StageFinding, public: Beneficiaries | None) -> Iterator[str]:
    if _too_early(stage.generation, stage.spots):
        yield "Un jour où des QPV sont en vigueur."
        return
    quarters = [spot.quarters for spot in stage.spots]
    if all(item.standing is SpotStanding.NOT_FOUND and item.reason == NO_PLACE.reason for item in quarters):
        yield "Le lieu de l'action (un numéro et une rue, un équipement, ou des coordonnées)."
    elif any(item.standing in (SpotStanding.UNCERTAIN, SpotStanding.NOT_FOUND) for item in quarters):
        yield "La position exacte de chaque lieu (un numéro et une rue, ou des coordonnées)."
    if any(item.basis is Basis.ESTIMATED or item.standing is SpotStanding.UNKNOWN for item in quarters):
        yield f"Le contour officiel des QPV en vigueur le {french.long_date(stage.start)}."
    if stage.ground is ActionGround.IN_QPV:
        return
    if any(spot.vecu.standing is SpotStanding.UNKNOWN for spot in stage.spots):
        yield "Les quartiers vécus."
    if any(spot.veille.standing is SpotStanding.UNKNOWN for spot in stage.spots):
        yield "Les quartiers de veille."
    if public is None or public.benefit is not Benefit.SHOWN:
        yield (
            "De quoi montrer que des habitants de QPV bénéficient de l'action : la part ou le nombre de bénéficiaires "
            "par quartier, la liste de leurs adresses, ou le secteur desservi."
        )


def _to_check(action: Action, found: tuple[StageFinding, ...], public: Beneficiaries | None) -> Iterator[str]:
    first = found[0]
    if len({stage.ground for stage in found}) > 1:
        yield "Laquelle des réponses de la période compte pour la décision."
    if first.partial:
        yield "La part de l'action qui a lieu dans le périmètre : une partie de ses lieux est ailleurs ou mal située."
    if first.basis is Basis.ESTIMATED:
        yield "Le contour officiel, puisque celui d'ici est estimé, sans valeur réglementaire."
    if public is not None and public.basis is EvidenceBasis.DECLARED:
        yield "Ce que le porteur déclare de ses bénéficiaires."
    if public is not None and public.benefit is Benefit.SHOWN and first.ground is not ActionGround.IN_QPV:
        yield "Si la part de bénéficiaires habitant un QPV suffit : aucun des textes lus ne fixe de seuil."
    if isinstance(action.public, Homes):
        yield "Les adresses non trouvées, s'il y en a : « geoville lookup-file » les signale ligne par ligne."
