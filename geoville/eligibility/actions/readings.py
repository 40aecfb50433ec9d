"""What the BOP 147, the Region's funds and the veille say of an action, from the dated rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility.actions.action import ActionGround, Benefit, Reading, SpotStanding
from geoville.eligibility.rules import rules_at
from geoville.model import Basis, RuleStatus

if TYPE_CHECKING:
    from geoville.eligibility.actions.action import StageFinding
    from geoville.model import Rule

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
    ActionGround.NONE: "Ni le lieu, ni ce qui est donné des bénéficiaires n'ouvre ces crédits.",
    ActionGround.UNKNOWN: "Ce qui est donné ne permet pas de le dire.",
}


def readings(stage: StageFinding, benefit: Benefit) -> tuple[Reading, ...]:
    """Read the rules that exist where an action takes place, on the first day of a stage.

    Where none of its places was found, the rules of every place are read: none of them can be said not to be met.
    """
    here = {rule.id: rule for spot in stage.spots for rule in spot.rules}
    known = here or {rule.id: rule for rule in rules_at(stage.start)}
    found = [
        _bop_147(known[BOP_147], stage, benefit) if BOP_147 in known else None,
        _region(known[REGION], stage) if REGION in known else None,
        *(_kept_in_veille(known[key], stage) for key in (PRE, ADULTES_RELAIS) if key in known),
    ]
    return tuple(reading for reading in found if reading is not None)


def _bop_147(rule: Rule, stage: StageFinding, benefit: Benefit) -> Reading:
    ground = stage.ground
    if ground is ActionGround.UNKNOWN:
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
    reservations = (
        *(() if rule.verified else ("le texte de la règle, que geoville n'a pas lu",)),
        *(() if rule.surely_holds(stage.start) else ("la validité de la règle à cette date (validité à vérifier)",)),
        *(("le contour officiel, qui manque ici",) if stage.basis is Basis.ESTIMATED else ()),
        *(("la part de l'action qui a lieu à cet endroit",) if stage.partial else ()),
    )
    if status is RuleStatus.MET and reservations:
        status = RuleStatus.TO_CHECK
    asked = () if status is RuleStatus.NOT_MET else conditions
    return Reading(rule, name, status, reason, (*reservations, *asked))
