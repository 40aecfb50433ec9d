"""What a statement says of an answer, in French: from the answer to the sheet as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import __version__
from geoville.eligibility import sentences
from geoville.french import distance, long_date
from geoville.model import Basis, RuleStatus, VerdictCode
from geoville.rendering.statement import Line, Notice, Section, Statement
from geoville.rendering.statement.facts import facts
from geoville.rendering.statement.map import statement_map
from geoville.rendering.statement.print import printed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Address, Answer, PeriodVerdict, RuleFinding
    from geoville.rendering.statement.map import StatementMap

TITLE = "Relevé de situation d'une adresse"
SUBTITLE = "au regard des quartiers prioritaires de la politique de la ville (QPV)"
INDICATIVE = "Indicatif, sans valeur réglementaire"
NOT_A_NO = "Ce n'est pas un « non »"

_OPEN = {
    VerdictCode.NOT_FOUND: "Ce relevé ne vaut ni réponse positive, ni réponse négative.",
    VerdictCode.UNCERTAIN: "La position n'est pas assez sûre pour trancher : à vérifier avant toute décision.",
}
_ESTIMATE = (
    "Le contour officiel en vigueur à cette date manque ici : les périmètres connus sont estimés par geoville d'après "
    "des données ouvertes et ne prouvent rien en droit."
)
_OFFICIAL = "C'est le contour du décret qui décide : ce relevé lit celui du fichier cité en source, sans le remplacer."
_ESTIMATES_BESIDE = f"Ce qu'il montre d'estimé est {INDICATIVE.lower()}."
_SAID_BY_NOTICES = {sentences.NOT_A_NO, sentences.ESTIMATED_ANSWER}
_NOTHING_IN_FORCE = (
    "Aucun contour en vigueur ce jour-là n'est connu ici : la réponse ne vaut que pour les fichiers cités en source."
)

_RULE_STATUSES = {
    RuleStatus.MET: "Condition de lieu remplie",
    RuleStatus.NEARLY: "Condition de lieu presque remplie",
    RuleStatus.TO_CHECK: "À vérifier",
}
_MOST_LINES = 5
_LONGEST_LIST = 600


def statement(
    answer: Answer, asked: str, *, index: PerimeterIndex, landmarks: Sequence[Address], issued: date
) -> Statement:
    """State one answer on one sheet.

    Parameters
    ----------
    asked : the question as typed; it is printed as it is.
    index : perimeters among which the answer was sought.
    landmarks : named places that may be written on the map.
    issued : day of issue, printed.
    """
    sentence, *reasons = (reason for reason in answer.reasons if reason not in _SAID_BY_NOTICES)
    drawn = statement_map(answer, index, landmarks)
    sections = (
        _section("Motifs", [Line(printed(reason)) for reason in reasons]),
        _section("Selon la génération de QPV", [Line(printed(_period(item, answer.on))) for item in answer.periods]),
        _section("Règles que le lieu peut ouvrir", _rules(answer.rules)),
        _section("Sources", _cited(answer, drawn)),
    )
    return Statement(
        title=TITLE,
        subtitle=SUBTITLE,
        verdict=sentences.VERDICT_NAMES[answer.verdict],
        sentence=printed(sentence),
        notices=_notices(answer),
        facts=facts(answer, asked),
        drawing=drawn,
        sections=tuple(section for section in sections if section.lines),
        scope=printed(
            f"Relevé établi avec le logiciel geoville {__version__}. Il n'émane pas de l'État et ne remplace aucun "
            "acte officiel. La même question, pour le même jour et avec les mêmes fichiers, le redonne à l'identique."
        ),
        issued=issued,
        issued_line=f"Établi le {long_date(issued)}",
    )


def _notices(answer: Answer) -> tuple[Notice, ...]:
    """How open the answer is, then what it is worth."""
    opened = _OPEN.get(answer.verdict)
    first = [(NOT_A_NO, opened)] if opened else []
    return tuple(Notice(printed(title), printed(text)) for title, text in (*first, _worth(answer)))


def _worth(answer: Answer) -> tuple[str, str]:
    if answer.basis is Basis.ESTIMATED:
        return INDICATIVE, _ESTIMATE
    if answer.verdict is VerdictCode.OUTSIDE and answer.distance_m is None:
        return INDICATIVE, _NOTHING_IN_FORCE
    mixed = any(hit.perimeter.estimated and hit.inside for hit in answer.perimeters)
    text = f"{_OFFICIAL} {_ESTIMATES_BESIDE}" if mixed else _OFFICIAL
    return (INDICATIVE if answer.verdict in _OPEN else "D'après un contour officiel"), text


def _period(period: PeriodVerdict, on: date) -> str:
    perimeter = period.nearest.perimeter
    asked = ", celle du jour demandé" if period.covers(on) else ""
    where = "" if period.nearest.inside else f", à {distance(abs(period.nearest.distance_m))}"
    told = f"{sentences.VERDICT_NAMES[period.verdict].lower()}, « {perimeter.name} » ({perimeter.code}){where}"
    return f"Génération {period.generation}{asked} (en vigueur {sentences.dates_in_force(perimeter)}) : {told}."


def _rules(findings: Sequence[RuleFinding]) -> list[Line]:
    """One line for each status that leaves something to do, with its rules and their texts."""
    lines = []
    for status, label in _RULE_STATUSES.items():
        names = [_rule(finding) for finding in findings if finding.status is status]
        if names:
            lines.append(Line(printed(f"{label} : {' ; '.join(names)}.", _LONGEST_LIST)))
    return lines


def _rule(finding: RuleFinding) -> str:
    """Name of a rule, with its text where there is more to it than to be checked."""
    if finding.status is RuleStatus.TO_CHECK:
        return finding.rule.name
    checked = "" if finding.rule.verified else ", texte à vérifier"
    return f"{finding.rule.name} ({finding.rule.reference}{checked})"


def _cited(answer: Answer, drawn: StatementMap | None) -> list[Line]:
    """Files that the answer rests on, then those that the map shows besides, then lists of addresses and places."""
    shown = [perimeter.source for perimeter in drawn.perimeters] if drawn else []
    files = dict.fromkeys((*answer.sources, *(source for source in shown if source)))
    places = dict.fromkeys(landmark.source for landmark in drawn.landmarks if landmark.source) if drawn else {}
    found = answer.position.source if answer.position else ""
    return [
        *(Line(printed(source.citation), f"sha256 {source.sha256}" if source.sha256 else "") for source in files),
        *([Line(printed(f"Adresse : {found}"))] if found else []),
        *([Line(printed(f"Lieux repères : {', '.join(places)}"))] if places else []),
    ]


def _section(title: str, lines: Sequence[Line]) -> Section:
    """A section of at most five lines; what is left out is counted."""
    if len(lines) <= _MOST_LINES:
        return Section(title, tuple(lines))
    kept = _MOST_LINES - 1
    more = Line(f"… et {len(lines) - kept} autres, dans la réponse de « geoville lookup --json ».")
    return Section(title, (*lines[:kept], more))
