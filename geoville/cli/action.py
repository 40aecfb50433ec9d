"""`geoville action`: what an action, or a table of actions, may rest on."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.arguments import AsJson, day
from geoville.cli.desk_options import DeskOptions
from geoville.cli.file_arguments import Destination
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.cli.usage import command, group

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from geoville.eligibility.actions.action import ActionFinding, Beneficiaries
    from geoville.workflows.action_table import CheckedTable
    from geoville.workflows.actions import ActionDesk

app = group("Dire sur quoi des actions peuvent se fonder.")

JudgedDay = Annotated[
    str | None,
    typer.Option("--on", metavar="AAAA-MM-JJ", help="Jour à juger ; sinon la période de l'action, ou aujourd'hui."),
]

STATUSES = {
    "met": "REMPLI",
    "nearly": "PRESQUE",
    "to_check": "À VÉRIFIER",
    "not_met": "NON REMPLI",
    "unknown": "INCONNU",
}


def check(
    source: Annotated[Path, typer.Argument(metavar="ACTION", help="Description de l'action : .toml ou .json.")],
    desk: DeskOptions,
    on: JudgedDay = None,
    as_json: AsJson = False,
) -> None:
    """Dire sur quoi une action peut se fonder.

    Lieu, bénéficiaires, BOP 147, Région : ce qui est montré, ce qui manque, ce qu'il reste à vérifier.
    """
    from geoville.eligibility.actions.document import action_document
    from geoville.sources.actions.files import read_action

    judged = _judged(on)
    asked = read_action(source)
    finding = _open(desk).check(asked, on=judged, today=day(None))
    if as_json:
        print_json(action_document(finding))
    else:
        print_lines(_in_words(finding))


def check_file(
    source: Annotated[Path, typer.Argument(metavar="ACTIONS", help="Tableau d'actions : .csv ou .xlsx.")],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Tableau à écrire, de même format.")],
    desk: DeskOptions,
    map_file: Annotated[
        Destination | None, typer.Option("--map", metavar="FICHIER", help="Carte des actions à écrire : .html.")
    ] = None,
    on: JudgedDay = None,
    as_json: AsJson = False,
) -> None:
    """Répondre pour chaque action d'un tableau.

    Le tableau est recopié avec les réponses dans des colonnes ajoutées ; une carte montre les actions.
    """
    from geoville.workflows.action_map import draw_actions
    from geoville.workflows.action_table import check_table

    judged, today = _judged(on), day(None)
    opened = _open(desk)
    with out.writing() as path:
        table = check_table(opened, source, path, on=judged, today=today)
        if map_file is not None:
            with map_file.writing() as page:
                draw_actions(opened, table.findings, f"Actions du tableau « {source.name} »", page, judged or today)
        table.write(path)
    if as_json:
        print_json(table.document())
        return
    _print_table(table)
    print_lines(f"Écrit : {made}" for made in (out, map_file) if made is not None)


command(app, "check")(check)
command(app, "check-file")(check_file)


def _judged(on: str | None) -> date | None:
    return None if on is None else day(on)


def _open(options: DeskOptions) -> ActionDesk:
    from geoville.workflows.actions import ActionDesk

    return ActionDesk(options.open(), options.territory)


def _in_words(finding: ActionFinding) -> Iterator[str]:
    from geoville.eligibility.actions.ground import GROUND_NAMES

    action, first = finding.action, finding.stages[0]
    yield GROUND_NAMES[first.ground].upper()
    yield f"Action : {action.title}{f' ({action.bearer})' if action.bearer else ''}"
    yield f"Période : {french.period(action.start, action.end)}"
    yield f"- {first.reason}"
    yield from (f"- {note}" for note in finding.notes)
    if finding.beneficiaries:
        yield from _of_beneficiaries(finding.beneficiaries)
    told = finding.beneficiaries.reasons if finding.beneficiaries else ()
    for reading in finding.readings:
        yield f"{reading.name} : {STATUSES[reading.status]}"
        yield f"- {reading.reason}"
        yield from (f"- À vérifier : {text}." for text in reading.to_check)
    for title, sentences in (
        ("Preuves utilisées", [text for text in finding.evidence_used if text not in told]),
        ("Preuves manquantes", finding.evidence_missing),
        ("À vérifier par l'instructeur", finding.to_check),
    ):
        if sentences:
            yield f"{title} :"
            yield from (f"- {sentence}" for sentence in sentences)
    yield from (f"Texte : {reference}" for reference in finding.references)
    yield from (f"Source : {source.citation}" for source in finding.sources)


def _of_beneficiaries(found: Beneficiaries) -> Iterator[str]:
    yield "Bénéficiaires :"
    yield from (f"- {reason}" for reason in found.reasons)
    if found.counts is None:
        return
    hidden = {"small": f"moins de {found.counts.threshold}", "masked": "non publié"}
    total = "non publié" if found.counts.total is None else french.number(found.counts.total)
    yield f"- Total : {total}"
    for label, cell in zip(found.labels, found.counts.cells, strict=True):
        yield f"- {label} : {hidden[cell.shown] if cell.people is None else french.number(cell.people)}"


def _print_table(table: CheckedTable) -> None:
    from geoville.eligibility.actions.ground import GROUND_NAMES

    print_lines([f"Colonnes lues : {', '.join(table.columns)}"])
    rows = [(str(row.line), *_cells(row.finding, row.fault)) for row in table.checked]
    print_table(("Ligne", "Action", "Réponse"), rows)
    counts = Counter(finding.ground for finding in table.findings)
    print_lines(f"{GROUND_NAMES[ground]} : {count}" for ground, count in counts.most_common())
    if table.faults:
        print_lines([f"Lignes en erreur : {len(table.faults)}"])


def _cells(finding: ActionFinding | None, fault: str) -> tuple[str, str]:
    from geoville.eligibility.actions.ground import GROUND_NAMES

    return ("", fault) if finding is None else (finding.action.title, GROUND_NAMES[finding.ground])
