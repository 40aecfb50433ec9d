"""Answers in words: the lines that commands print for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.rules.findings import OFFICIAL_CONTOUR
from geoville.eligibility.sentences import QUALITY_NAMES, VERDICT_NAMES
from geoville.model import Placement, RuleStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.model import Answer, FootprintAnswer, PeriodVerdict, RuleFinding

_PLACEMENTS = {
    Placement.INSIDE: "DEDANS",
    Placement.PARTLY: "EN PARTIE DEDANS",
    Placement.OUTSIDE: "DEHORS",
    Placement.UNKNOWN: "INCONNU",
}
_SHOWN_RULES = {
    RuleStatus.MET: "Règles dont la condition de lieu est remplie",
    RuleStatus.NEARLY: "Règles presque remplies",
    RuleStatus.TO_CHECK: "Règles à vérifier",
}


def answer_lines(answer: Answer) -> list[str]:
    """Lines of an answer about a position."""
    lines = [f"{VERDICT_NAMES[answer.verdict]} (au {french.long_date(answer.on)})"]
    if answer.position:
        lines.append(f"Position : {answer.position.label}")
    lines += [f"- {reason}" for reason in answer.reasons]
    if answer.quality:
        lines.append(f"Qualité (échelle de l'Insee) : {QUALITY_NAMES[answer.quality]}")
    lines += [_period_line(period) for period in answer.periods]
    lines += _rule_lines(answer.rules)
    lines += [f"Texte : {reference}" for reference in answer.references]
    return lines + [f"Source : {source.citation}" for source in answer.sources]


def footprint_lines(answer: FootprintAnswer) -> list[str]:
    """Lines of an answer about a footprint."""
    lines = [f"{_PLACEMENTS[answer.placement]} (au {french.long_date(answer.on)})"]
    lines += [f"- {reason}" for reason in answer.reasons]
    lines += _rule_lines(answer.rules)
    lines += [f"Texte : {reference}" for reference in answer.references]
    return lines + [f"Source : {source.citation}" for source in answer.sources]


def _period_line(period: PeriodVerdict) -> str:
    days = french.period(period.valid_from, period.valid_to)
    return f"Génération {period.generation} ({days}) : {VERDICT_NAMES[period.verdict]}"


def _rule_lines(rules: tuple[RuleFinding, ...]) -> Iterator[str]:
    """Rules by status and reason; those that do not hold there, or whose layer is missing, are left to the JSON."""
    for status, title in _SHOWN_RULES.items():
        found = [finding for finding in rules if finding.status is status]
        for reason in dict.fromkeys(finding.reason for finding in found):
            yield f"{title}. {reason}"
            yield from (_rule_line(finding) for finding in found if finding.reason == reason)


def _rule_line(finding: RuleFinding) -> str:
    """One rule, with what a human checks; that the official contour is missing is said with the verdict."""
    checks = " ; ".join(text for text in finding.to_check if text != OFFICIAL_CONTOUR)
    return f"- {finding.rule.name} ({finding.rule.reference}). À vérifier : {checks}."
