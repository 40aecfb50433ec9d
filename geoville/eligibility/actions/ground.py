"""The ground of an action: from where its places stand and who benefits, to what it may rest on, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility.actions.action import (
    ActionGround,
    Beneficiaries,
    Benefit,
    EvidenceBasis,
    SpotStanding,
    StageFinding,
)
from geoville.model import Basis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.eligibility.actions.action import LayerFinding, SpotFinding
    from geoville.eligibility.actions.period import Stage

GROUND_NAMES = {
    ActionGround.IN_QPV: "En QPV",
    ActionGround.IN_VECU: "En quartier vécu, avec preuve",
    ActionGround.IN_VEILLE: "En quartier de veille",
    ActionGround.ELSEWHERE_WITH_EVIDENCE: "Ailleurs, avec preuve",
    ActionGround.NONE: "Aucun fondement trouvé",
    ActionGround.UNKNOWN: "On ne sait pas",
}
"""What each ground is called in tables and on maps."""

_THERE = (SpotStanding.INSIDE, SpotStanding.PARTLY)
_UNSURE = (SpotStanding.UNCERTAIN, SpotStanding.NOT_FOUND, SpotStanding.UNKNOWN)

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
    return StageFinding(
        start=stage.start,
        end=stage.end,
        generation=stage.generation,
        ground=ground,
        basis=_basis(ground, deciding, public),
        partial=ground in _PLACES and any(item.standing is not SpotStanding.INSIDE for item in deciding),
        reason=_reason(ground, spots, deciding, public),
        spots=spots,
    )


def ground_of(spots: Sequence[SpotFinding], benefit: Benefit) -> ActionGround:  # noqa: PLR0911 - a list of cases
    """What an action rests on: one of its places in a QPV is enough, and what is not known is never a "no"."""
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
    maybe_vecu = in_vecu or any(spot.vecu.standing in _UNSURE for spot in spots)
    maybe_veille = any(spot.veille.standing in _UNSURE for spot in spots)
    if maybe_veille or benefit is Benefit.UNDECIDED or (maybe_vecu and benefit is Benefit.NOT_STATED):
        return ActionGround.UNKNOWN
    return ActionGround.NONE


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


def _reason(
    ground: ActionGround, spots: Sequence[SpotFinding], deciding: tuple[LayerFinding, ...], public: Beneficiaries | None
) -> str:
    if ground is ActionGround.UNKNOWN:
        return _why_unknown(spots, public)
    estimated = any(item.basis is Basis.ESTIMATED for item in deciding)
    contours = _FROM_CONTOURS[Basis.ESTIMATED if estimated else Basis.OFFICIAL]
    evidence = _FROM_EVIDENCE[public.basis] if public else "faute d'en savoir quoi que ce soit"
    if ground is ActionGround.ELSEWHERE_WITH_EVIDENCE:
        return f"L'action a lieu hors des QPV, {contours} ; des habitants de QPV en bénéficient, {evidence}."
    if ground is ActionGround.NONE:
        return (
            f"Aucun fondement dans ce qui est donné : le lieu est hors des QPV et de la veille, {contours}, et rien ne "
            f"montre que des habitants de QPV bénéficient de l'action, {evidence}."
        )
    inside = [item for item in deciding if item.standing is SpotStanding.INSIDE]
    partly = "" if len(inside) == len(deciding) else ", en partie seulement"
    served = f" ; des habitants de QPV en bénéficient, {evidence}" if ground is ActionGround.IN_VECU else ""
    return f"L'action a lieu dans {_PLACES[ground]}{partly}, {contours}{served}."


def _why_unknown(spots: Sequence[SpotFinding], public: Beneficiaries | None) -> str:
    standings = [spot.quarters.standing for spot in spots]
    if SpotStanding.UNKNOWN in standings:
        why = "aucun contour de QPV en vigueur n'est connu"
    elif SpotStanding.NOT_FOUND in standings:
        why = "un lieu n'est pas trouvé, ou sort du territoire connu"
    elif SpotStanding.UNCERTAIN in standings:
        why = "la position d'un lieu n'est pas assez sûre"
    elif public is not None and public.benefit is Benefit.UNDECIDED:
        why = "le lieu est hors des QPV, et ce qui est donné des bénéficiaires ne tranche pas"
    elif any(spot.vecu.standing in _THERE for spot in spots):
        why = "le lieu est dans un quartier vécu, mais rien n'est dit des bénéficiaires"
    else:
        why = "le lieu est hors des QPV, mais les quartiers de veille ou vécus manquent ou n'y tranchent pas"
    return f"On ne sait pas : {why}. Ce n'est pas un « non »."
