"""What a statement says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.eligibility import sentences
from geoville.eligibility.sentences import KIND_NAMES, QUALITY_NAMES, dates_in_force
from geoville.french import counted, distance, long_date, number
from geoville.model import Basis, PositionType, RuleStatus, VerdictCode
from geoville.rendering.layers import ESTIMATED
from geoville.rendering.paper import printed
from geoville.rendering.statement.map import statement_map
from geoville.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Address, Answer, Perimeter, PerimeterHit, PeriodVerdict, Position, RuleFinding
    from geoville.rendering.statement.map import StatementMap


# --- A statement as data: one answer on one sheet of paper, in French plain text that whatever draws it escapes


@dataclass(frozen=True, slots=True)
class Notice:
    """What must be read with the verdict: how open or how binding it is."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a section.

    Parameters
    ----------
    detail : written small under the text (a checksum); empty where there is none.
    """

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything that a statement says.

    Parameters
    ----------
    verdict : one word or two ("DEDANS").
    sentence : the verdict in words.
    facts : pairs of label and value.
    drawing : map extract, None where there is nothing to show.
    scope : what the document is and is not.
    issued : day of issue; given by the caller so that the same inputs give the same bytes.
    issued_line : that day in words, printed at the head.
    """

    title: str
    subtitle: str
    verdict: str
    sentence: str
    notices: tuple[Notice, ...]
    facts: tuple[tuple[str, str], ...]
    drawing: StatementMap | None
    sections: tuple[Section, ...]
    scope: str
    issued: date
    issued_line: str


# --- The facts of a statement: pairs of label and value, in French

_LONGEST_NAME = 120
_LONGEST_TEXT = 160
_DEGREE_DECIMALS = 5
_VAGUE = {PositionType.STREET, PositionType.MUNICIPALITY}


def facts(answer: Answer, asked: str) -> tuple[tuple[str, str], ...]:
    """What was asked, what was found, and where it stands; what is not known is left out.

    Parameters
    ----------
    asked : the question as typed; it is printed as it is.
    """
    hit = answer.hits[0] if answer.distance_m is not None else None
    pairs = [
        ("Question posée", f"« {asked.strip()} »"),
        ("Jour de la question", long_date(answer.on)),
        *_position_facts(answer.position),
        ("Qualité de la réponse, échelle de l'Insee", _quality(answer)),
        *(_perimeter_facts(hit, answer.references) if hit else []),
    ]
    return tuple((label, printed(value)) for label, value in pairs if value)


def _quality(answer: Answer) -> str:
    if answer.quality is None:
        return ""
    about = ", par rapport au périmètre estimé" if answer.basis is Basis.ESTIMATED else ""
    return f"{QUALITY_NAMES[answer.quality]}{about}"


def _position_facts(position: Position | None) -> list[tuple[str, str]]:
    if position is None:
        return [("Adresse trouvée", "aucune")]
    found = "" if position.type is PositionType.COORDINATES else printed(position.label, _LONGEST_NAME)
    lon, lat = number(position.lon, _DEGREE_DECIMALS), number(position.lat, _DEGREE_DECIMALS)
    return [
        ("Adresse trouvée", found),
        ("Position (WGS 84)", f"longitude {lon}°, latitude {lat}°"),
        ("Précision de la position", printed(_precision(position), _LONGEST_TEXT)),
    ]


def _precision(position: Position) -> str:
    if position.type in _VAGUE or not position.accuracy_m:
        return position.accuracy_reason
    reason = f", {position.accuracy_reason}" if position.accuracy_reason else ""
    return f"à {distance(position.accuracy_m)} près{reason}"


def _perimeter_facts(hit: PerimeterHit, references: tuple[str, ...]) -> list[tuple[str, str]]:
    perimeter = hit.perimeter
    side = "à l'intérieur" if hit.inside else "à l'extérieur"
    limit = f"position {side}, à {distance(abs(hit.distance_m))} de la limite" if hit.distance_m else "sur la limite"
    name = printed(perimeter.name, _LONGEST_NAME)
    return [
        (
            "Périmètre" if hit.inside else "Périmètre le plus proche",
            f"{name} ({printed(perimeter.code, _LONGEST_NAME)})",
        ),
        ("Nature", _nature(perimeter)),
        ("Texte", printed(perimeter.reference or next(iter(references), ""), _LONGEST_TEXT)),
        ("Limite", limit),
    ]


def _nature(perimeter: Perimeter) -> str:
    kind = KIND_NAMES[perimeter.kind].title
    if perimeter.estimated:
        grid = f" ; carreaux de {perimeter.vintage}" if perimeter.vintage else ""
        return f"{kind}, {ESTIMATED}{grid}"
    generation = f", génération {perimeter.generation}" if perimeter.generation else ""
    days = dates_in_force(perimeter)
    return f"{kind}{generation}{f', en vigueur {days}' if days else ''}"


TITLE = "Relevé de situation d'une adresse"
SUBTITLE = "au regard des quartiers prioritaires de la politique de la ville (QPV)"
INDICATIVE = "Indicatif, sans valeur réglementaire"
NOT_A_NO = "Ce n'est pas un « non »"

_OPEN = {
    VerdictCode.NOT_FOUND: "Ce relevé ne vaut ni réponse positive, ni réponse négative.",
    VerdictCode.UNCERTAIN: "La position ou le contour n'est pas assez sûr pour trancher : à vérifier avant de décider.",
}
_ESTIMATE = (
    "Le contour officiel en vigueur à cette date manque ici : les périmètres connus sont estimés par geoville d'après "
    "des données ouvertes et ne prouvent rien en droit."
)
_OFFICIAL = "C'est le contour du décret qui décide : ce relevé lit celui du fichier cité en source, sans le remplacer."
_ESTIMATES_BESIDE = f"Ce qu'il montre d'estimé est {INDICATIVE.lower()}."
_SAID_BY_NOTICES = {sentences.NOT_A_NO, sentences.ESTIMATED_ANSWER}

_RULE_STATUSES = {
    RuleStatus.MET: "Condition de lieu remplie",
    RuleStatus.NEARLY: "Condition de lieu presque remplie",
    RuleStatus.TO_CHECK: "À vérifier",
    RuleStatus.UNVERIFIED: "Non vérifiées, texte ou validité",
    RuleStatus.OVER: "Terminées",
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
    mixed = any(hit.perimeter.estimated and hit.inside for hit in answer.hits)
    text = f"{_OFFICIAL} {_ESTIMATES_BESIDE}" if mixed else _OFFICIAL
    return (INDICATIVE if answer.verdict in _OPEN else "D'après un contour officiel"), text


def _period(period: PeriodVerdict, on: date) -> str:
    perimeter = period.nearest.perimeter
    asked = ", celle du jour demandé" if period.covers(on) else ""
    where = "" if period.nearest.inside else f", à {sentences.how_far(period.nearest.distance_m)}"
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
    if finding.status in {RuleStatus.TO_CHECK, RuleStatus.UNVERIFIED}:
        return finding.rule.name
    if finding.status is RuleStatus.OVER and finding.rule.over_since:
        return f"{finding.rule.name} (depuis le {long_date(finding.rule.over_since)})"
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
    more = Line(f"… et {counted(len(lines) - kept, 'autre')}, que donne la réponse en JSON.")
    return Section(title, (*lines[:kept], more))
