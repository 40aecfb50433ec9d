"""What commands print: one JSON document, or text and tables for people."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from geoville import french
from geoville.eligibility.sentences import QUALITY_NAMES, VERDICT_NAMES, probability_in_words
from geoville.model import (
    CELL_PEOPLE,
    CELL_PEOPLE_SOURCE,
    POPULATION,
    POPULATION_SOURCE,
    Placement,
    RuleStatus,
    VerdictCode,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from geoville.cli.files import Destination
    from geoville.model import Answer, FootprintAnswer, PeriodVerdict, RuleFinding
    from geoville.results import Run
    from geoville.sources.writers import LayerChoice

Step = TypeVar("Step")


def print_json(document: Any) -> None:
    """Print one JSON document; what is not a number is null."""
    sys.stdout.write(json.dumps(_plain(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def deliver(run: Run, out: Destination, into: LayerChoice, *, as_json: bool, in_words: Callable[[], None]) -> None:
    """Write a run, then print it: as one JSON document, or in words with the name of the file written."""
    with out.writing() as path:
        run.write(path, into)
    if as_json:
        print_json(run.document())
        return
    in_words()
    print_lines([f"Écrit : {out}", *short_names_said(out)])


def short_names_said(out: Destination) -> list[str]:
    """Where the names of columns that a Shapefile cuts are told; nothing for other formats."""
    name = out.file_name
    if name.suffix.lower() != ".shp":
        return []
    return [f"Noms de colonnes de dix caractères au plus : {name.with_suffix('.champs.csv')} dit ce qu'ils abrègent."]


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text as they are: no markup is read in them."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table that fits the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headers, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout).print(table)


def shown_on_stderr(steps: Sequence[Step], doing: str) -> Iterable[Step]:
    """Go through the steps of a work with a bar that vanishes at the end, and that only a terminal shows."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(steps, description=doing, console=console, transient=True, disable=not console.is_terminal)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


# --- Answers in words: the lines that commands print for people

_PLACEMENTS = {
    Placement.INSIDE: "DEDANS",
    Placement.PARTLY: "EN PARTIE DEDANS",
    Placement.OUTSIDE: "DEHORS",
    Placement.UNCERTAIN: "À VÉRIFIER",
    Placement.UNKNOWN: "INCONNU",
}
_SHOWN_RULES = {
    RuleStatus.MET: "Règles dont la condition de lieu est remplie",
    RuleStatus.NEARLY: "Règles presque remplies",
    RuleStatus.TO_CHECK: "Règles à vérifier",
    RuleStatus.UNVERIFIED: "Règles non vérifiées (texte ou validité)",
    RuleStatus.OVER: "Règles terminées",
}


def answer_lines(answer: Answer) -> list[str]:
    """Lines of an answer about a position."""
    lines = [f"{VERDICT_NAMES[answer.verdict]} (au {french.long_date(answer.on)})"]
    if answer.position:
        lines.append(f"Position : {answer.position.label}")
    lines += [f"- {reason}" for reason in answer.reasons]
    if answer.quality:
        lines.append(f"Qualité (échelle de l'Insee) : {QUALITY_NAMES[answer.quality]}")
    if answer.probability_inside is not None and (answer.decided_at or answer.verdict is VerdictCode.UNCERTAIN):
        lines.append(f"Probabilité d'être dedans : {probability_in_words(answer.probability_inside)}")
    lines += [_period_line(period) for period in answer.periods]
    lines += _people_lines(answer)
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


def _people_lines(answer: Answer) -> Iterator[str]:
    """People of the official quarter that holds the position, as Insee counts them and as cells do, with the source."""
    first = answer.hits[0] if answer.hits else None
    if first is None or not first.inside:
        return
    for keys in ((POPULATION, POPULATION_SOURCE), (CELL_PEOPLE, CELL_PEOPLE_SOURCE)):
        count, source = (first.perimeter.attributes.get(key) for key in keys)
        if isinstance(count, int):
            yield f"Quartier {first.perimeter.code} : {french.people(count)} ({source})"


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
    from geoville.eligibility.rules import OFFICIAL_CONTOUR

    checks = " ; ".join(text for text in finding.to_check if text != OFFICIAL_CONTOUR)
    return f"- {finding.rule.name} ({finding.rule.reference}).{f' À vérifier : {checks}.' if checks else ''}"
