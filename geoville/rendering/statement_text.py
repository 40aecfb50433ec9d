"""What a statement says of an answer, in French: from the answer to the sheet as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville import __version__
from geoville.french import distance, long_date
from geoville.model import Basis, RuleStatus, VerdictCode
from geoville.rendering.perimeter_layer import ESTIMATED
from geoville.rendering.statement import Line, Notice, Section, Statement
from geoville.rendering.statement_facts import facts
from geoville.rendering.statement_map import statement_map
from geoville.rendering.statement_print import printed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geoville.model import Address, Answer, Perimeter, PeriodVerdict, RuleFinding, Source

TITLE = "Relevé de situation d'une adresse"
SUBTITLE = "au regard des quartiers prioritaires de la politique de la ville (QPV)"
INDICATIVE = "Indicatif, sans valeur réglementaire"
NOT_A_NO = "Ce n'est pas un « non »"

VERDICTS = {
    VerdictCode.INSIDE: "DEDANS",
    VerdictCode.OUTSIDE: "DEHORS",
    VerdictCode.UNCERTAIN: "À VÉRIFIER",
    VerdictCode.NOT_FOUND: "INCONNU",
}

_RULE_STATUSES = {
    RuleStatus.MET: "Condition de lieu remplie",
    RuleStatus.NEARLY: "Condition de lieu presque remplie",
    RuleStatus.TO_CHECK: "À vérifier",
}
_MOST_LINES = 6
_LONGEST_LIST = 700


def statement(
    answer: Answer, asked: str, *, known: Sequence[Perimeter], landmarks: Sequence[Address], issued: date
) -> Statement:
    """State one answer on one sheet.

    Parameters
    ----------
    asked : the question as typed; it is printed as it is.
    known : perimeters among which the answer was sought.
    landmarks : named places that may be written on the map.
    issued : day of issue, printed.
    """
    sentence, *reasons = answer.reasons
    sections = (
        _section("Motifs", [Line(printed(reason)) for reason in reasons]),
        _section("Selon la génération de QPV", [Line(printed(_period(item, answer.on))) for item in answer.periods]),
        _section("Règles que le lieu peut ouvrir", _rules(answer.rules)),
        _section("Sources", [_cited(source) for source in answer.sources]),
    )
    return Statement(
        title=TITLE,
        subtitle=f"{SUBTITLE}, établi le {long_date(issued)}",
        verdict=VERDICTS[answer.verdict],
        sentence=printed(sentence),
        notices=tuple(Notice(printed(title), printed(text)) for title, text in _notices(answer)),
        facts=facts(answer, asked),
        drawing=statement_map(answer, known, landmarks),
        sections=tuple(section for section in sections if section.lines),
        scope=printed(
            f"Établi le {long_date(issued)} avec le logiciel geoville {__version__}. Ce relevé n'émane pas de l'État "
            "et ne remplace aucun acte officiel. La même question, sur le même jour et les mêmes fichiers, le redonne."
        ),
        issued=issued,
    )


def _notices(answer: Answer) -> list[tuple[str, str]]:
    """How open the answer is, then what it is worth: titles and texts."""
    open_texts = {
        VerdictCode.NOT_FOUND: "Ce relevé ne vaut ni réponse positive, ni réponse négative.",
        VerdictCode.UNCERTAIN: "La position n'est pas assez sûre pour trancher : à vérifier avant toute décision.",
    }
    is_open = answer.verdict in open_texts
    estimate = (
        "Les périmètres connus ici sont estimés par geoville d'après des données ouvertes : ils éclairent, ils ne "
        "prouvent rien en droit."
    )
    official = (
        "C'est le contour du décret qui décide : ce relevé lit celui du fichier cité en source, sans le remplacer."
    )
    mixed = any(hit.perimeter.estimated for hit in answer.perimeters if hit.inside)
    beside = f" Tout périmètre estimé qui y figure est {ESTIMATED.removeprefix('estimé, ')}." if mixed else ""
    worth = (
        (INDICATIVE, estimate)
        if answer.basis is Basis.ESTIMATED
        else (INDICATIVE if is_open else "D'après un contour officiel", official + beside)
    )
    return [(NOT_A_NO, open_texts[answer.verdict]), worth] if is_open else [worth]


def _period(period: PeriodVerdict, on: date) -> str:
    perimeter = period.nearest.perimeter
    until = f"au {long_date(period.valid_to)}" if period.valid_to else "à aujourd'hui"
    since = f"du {long_date(period.valid_from)} " if period.valid_from else ""
    asked = ", celle du jour demandé" if period.covers(on) else ""
    where = "" if period.nearest.inside else f", à {distance(abs(period.nearest.distance_m))}"
    told = f"{VERDICTS[period.verdict].lower()}, « {perimeter.name} » ({perimeter.code}){where}"
    return f"Génération {period.generation}{asked} ({since}{until}) : {told}."


def _rules(findings: Sequence[RuleFinding]) -> list[Line]:
    """One line for each status that leaves something to do, with its rules and their texts."""
    lines = []
    for status, label in _RULE_STATUSES.items():
        names = [_rule(finding) for finding in findings if finding.status is status]
        if names:
            lines.append(Line(printed(f"{label} : {' ; '.join(names)}.", _LONGEST_LIST)))
    return lines


def _rule(finding: RuleFinding) -> str:
    checked = "" if finding.rule.verified else ", texte à vérifier"
    return f"{finding.rule.name} ({finding.rule.reference}{checked})"


def _cited(source: Source) -> Line:
    return Line(printed(source.citation), f"sha256 {source.sha256}" if source.sha256 else "")


def _section(title: str, lines: Sequence[Line]) -> Section:
    """A section of at most six lines; what is left out is counted."""
    if len(lines) <= _MOST_LINES:
        return Section(title, tuple(lines))
    kept = _MOST_LINES - 1
    more = Line(f"… et {len(lines) - kept} autres, dans la réponse de « geoville lookup --json ».")
    return Section(title, (*lines[:kept], more))
