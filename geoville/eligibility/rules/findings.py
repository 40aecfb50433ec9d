"""What is found of each rule: whether its condition of place holds, and what a human still has to check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.eligibility.rules.bands import place_by_bands
from geoville.eligibility.rules.catalogue import rules_at
from geoville.eligibility.rules.place import best_standing, place_by_list, place_in, place_unknown
from geoville.model import RuleFinding, RuleStatus, RuleTest, VerdictCode

if TYPE_CHECKING:
    from geoville.eligibility.rules.ground import Ground
    from geoville.eligibility.rules.place import Place
    from geoville.model import Rule

OFFICIAL_CONTOUR = "le contour officiel, qui manque ici"
"""What is always to be checked of a rule that an estimated perimeter opens."""


def rule_findings(ground: Ground) -> tuple[RuleFinding, ...]:
    """Find what can be said of each rule that may hold there that day, in the order of the data files."""
    here = [rule for rule in rules_at(ground.on) if not rule.communes or not ground.communes.isdisjoint(rule.communes)]
    # Most rules ask for a position in the same perimeters, about which all is said once.
    alike = {rule.within: rule for rule in here if rule.test is RuleTest.POSITION}
    places = {within: _place(rule, ground) for within, rule in alike.items()}
    return tuple(
        _finding(rule, places[rule.within] if rule.test is RuleTest.POSITION else _place(rule, ground), ground)
        for rule in here
    )


def _finding(rule: Rule, place: Place, ground: Ground) -> RuleFinding:
    status = place.status
    if status is RuleStatus.NOT_MET:
        return RuleFinding(rule, status, place.met, place.reason, ())
    reservations = [
        *([] if rule.verified else ["le texte, que geoville n'a pas lu"]),
        *([] if rule.surely_holds(ground.on) else ["que la règle vaut encore à cette date (validité à vérifier)"]),
        *([OFFICIAL_CONTOUR] if place.estimated else []),
        *([place.condition] if place.condition else []),
    ]
    if status is RuleStatus.MET and (reservations or ground.estimated):
        status = RuleStatus.TO_CHECK
    return RuleFinding(rule, status, place.met, place.reason, (*reservations, *rule.conditions))


def _place(rule: Rule, ground: Ground) -> Place:
    if rule.test is RuleTest.LISTED:
        return place_by_list(rule, ground)
    standing = best_standing(rule, ground)
    missing = [kind for kind in rule.within if kind not in ground.standings]
    if standing is None or (missing and standing.verdict is VerdictCode.OUTSIDE):
        return place_unknown(missing)
    if rule.test is RuleTest.FOOTPRINT:
        return place_by_bands(rule, standing, ground)
    return place_in(standing, ground)
