"""The condition of place of one rule: in a perimeter, or on a list of names."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.sentences import KIND_NAMES, describe
from geoville.model import RuleStatus, VerdictCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.eligibility.rules.ground import Ground, Standing
    from geoville.model import Kind, Rule

NEARLY_M = 100.0
"""A position that is no farther outside nearly meets a rule: a choice of geoville, about the length of a block."""

_MOST_USEFUL = (VerdictCode.INSIDE, VerdictCode.UNCERTAIN, VerdictCode.OUTSIDE)


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of the condition of place of one rule.

    Parameters
    ----------
    status : before what the rule's own text, dates and estimates take away.
    met : whether the condition of place holds; None where that cannot be told.
    reason : French sentence.
    estimated : whether this rests on an estimated perimeter.
    condition : French noun phrase that this place adds to what is to be checked, empty where there is none.
    """

    status: RuleStatus
    met: bool | None
    reason: str
    estimated: bool = False
    condition: str = ""


def best_standing(rule: Rule, ground: Ground) -> Standing | None:
    """The standing that serves a rule best among the kinds of perimeters that open it; None where none is known."""
    known = [ground.standings[kind] for kind in rule.within if kind in ground.standings]
    return min(known, key=lambda one: (_MOST_USEFUL.index(one.verdict), one.distance_m), default=None)


def place_in(standing: Standing, ground: Ground) -> Place:
    """Place of a rule that asks to be in a perimeter."""
    name, estimated = describe(standing.perimeter), standing.perimeter.estimated
    if standing.verdict is VerdictCode.INSIDE:
        return Place(RuleStatus.MET, met=True, reason=f"{ground.subject} est dans : {name}.", estimated=estimated)
    if standing.verdict is VerdictCode.UNCERTAIN and ground.is_footprint:
        reason = f"L'emprise n'est qu'en partie dans : {name}."
        return Place(RuleStatus.NEARLY, met=False, reason=reason, estimated=estimated)
    if standing.verdict is VerdictCode.UNCERTAIN:
        reason = f"La position n'est pas assez sûre pour dire si elle est dans : {name}."
        return Place(RuleStatus.TO_CHECK, met=None, reason=reason, estimated=estimated)
    status = RuleStatus.NEARLY if standing.distance_m <= NEARLY_M else RuleStatus.NOT_MET
    reason = f"{ground.subject} est à {french.distance(standing.distance_m)} de : {name}."
    return Place(status, met=False, reason=reason, estimated=estimated)


def place_by_list(rule: Rule, ground: Ground) -> Place:
    """Place of a rule that names who benefits."""
    found = _plain(ground.name)
    for name, plain_name in zip(rule.listed, _plain_names(rule.listed), strict=True):
        if plain_name in found:
            return Place(RuleStatus.MET, met=True, reason=f"« {name} » est sur la liste.")
    return Place(RuleStatus.NOT_MET, met=False, reason="Le lieu trouvé n'est pas sur la liste.")


def place_unknown(missing: Sequence[Kind]) -> Place:
    """Place of a rule whose perimeters are not known."""
    kinds = ", ".join(KIND_NAMES[kind] for kind in missing)
    return Place(RuleStatus.UNKNOWN, met=None, reason=f"Aucun périmètre de cette nature n'est connu ici : {kinds}.")


@cache
def _plain_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of a rule's list: not that of a place found, which may be a person's address."""
    return tuple(_plain(name) for name in names)


def _plain(name: str) -> str:
    """A name without case nor accents."""
    if name.isascii():
        return name.casefold()
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
