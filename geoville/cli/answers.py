"""`geoville lookup`, `attest`, `rules` and `action`: one question, one answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.files import Destination
from geoville.cli.options import AsJson, AskedDay, DeskOptions, QuestionOptions, day
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.cli.typer_french import command, group
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from geoville.eligibility.actions.action import ActionFinding, Beneficiaries
    from geoville.eligibility.index import PerimeterIndex
    from geoville.model import Answer, Rule
    from geoville.workflows.actions import ActionDesk, CheckedTable


def lookup(
    question: QuestionOptions,
    desk: DeskOptions,
    geometry: Annotated[
        Path | None,
        typer.Option(
            "--geometry",
            metavar="FICHIER",
            help="Parcelle, bâtiment, rue ou secteur entier (GeoJSON, GeoPackage, Shapefile) au lieu d'une adresse.",
        ),
    ] = None,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Dire si une adresse est dans un quartier prioritaire.

    À quelle distance de la limite, et pourquoi.
    """
    asked_on = day(on)
    if geometry is None:
        question.check()
        _print_answer(question.answer(desk.open(), asked_on), as_json=as_json)
    elif question.is_asked:
        raise InvalidInputError(
            "La question n'est pas claire",
            advice="donner soit une adresse, soit --lon et --lat (et leur --accuracy-m), soit --geometry",
        )
    else:
        _print_footprint(geometry, desk.open().index, asked_on, desk.territory, as_json=as_json)


def _print_answer(answer: Answer, *, as_json: bool) -> None:
    from geoville.cli.printing import answer_lines
    from geoville.eligibility.documents import answer_document

    if as_json:
        print_json(answer_document(answer))
    else:
        print_lines(answer_lines(answer))


def _print_footprint(geometry: Path, index: PerimeterIndex, on: date, territory: str, *, as_json: bool) -> None:
    from geoville.cli.printing import footprint_lines
    from geoville.eligibility.documents import footprint_document
    from geoville.workflows.footprints import answer_about_file

    answer = answer_about_file(geometry, index, on, territory=territory)
    if as_json:
        print_json(footprint_document(answer))
    else:
        print_lines(footprint_lines(answer))


# --- `geoville action`: what an action, or a table of actions, may rest on

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
    from geoville.eligibility.documents import action_document
    from geoville.sources.actions import read_action

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
    from geoville.workflows.actions import check_table
    from geoville.workflows.maps import draw_actions

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
    from geoville.eligibility.actions.check import GROUND_NAMES

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
    from geoville.eligibility.actions.check import GROUND_NAMES

    print_lines([f"Colonnes lues : {', '.join(table.columns)}"])
    rows = [(str(row.line), *_cells(row.finding, row.fault)) for row in table.checked]
    print_table(("Ligne", "Action", "Réponse"), rows)
    counts = Counter(finding.ground for finding in table.findings)
    print_lines(f"{GROUND_NAMES[ground]} : {count}" for ground, count in counts.most_common())
    if table.faults:
        print_lines([f"Lignes en erreur : {len(table.faults)}"])


def _cells(finding: ActionFinding | None, fault: str) -> tuple[str, str]:
    from geoville.eligibility.actions.check import GROUND_NAMES

    return ("", fault) if finding is None else (finding.action.title, GROUND_NAMES[finding.ground])


# --- `geoville attest`: one answer as a statement on one sheet, to keep with a file


def attest(
    question: QuestionOptions,
    desk: DeskOptions,
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Relevé à écrire : .html ou .pdf.")],
    on: AskedDay = None,
    issued: Annotated[
        str | None, typer.Option("--issued", metavar="AAAA-MM-JJ", help="Jour du relevé ; aujourd'hui sinon.")
    ] = None,
) -> None:
    """Écrire la réponse sur une page, à joindre à un dossier.

    Question, réponse, carte, motifs et sources. Mêmes fichiers, même question et mêmes jours : même relevé.
    """
    from geoville.sources.pack import open_pack
    from geoville.workflows.attest import format_of, state, write_statement

    asked_on, issued_on = day(on), day(issued)
    question.check()
    format_of(out.file_name)
    opened = desk.open()
    answer = question.answer(opened, asked_on)
    landmarks = open_pack(desk.territory).places()
    made = state(opened, answer, question.text, issued=issued_on, landmarks=landmarks)
    with out.writing() as path:
        write_statement(made, path)
    print_lines([f"{made.verdict} (au {french.long_date(asked_on)})", f"Relevé : {out}"])


# --- `geoville rules`: the rules that a place in a perimeter opens, with their references and dates


def rules(
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="AAAA-MM-JJ", help="Jour où les règles sont en vigueur ; toutes sinon."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lister les règles liées aux quartiers.

    Qui en bénéficie, où, d'après quel texte, et ce qui reste à vérifier.
    """
    from geoville.eligibility.documents import rule_document
    from geoville.eligibility.rules import all_rules, rules_at

    asked = all_rules() if on is None else rules_at(day(on))
    if as_json:
        print_json([rule_document(rule) for rule in asked])
    else:
        print_lines(line for rule in asked for line in _lines(rule))


def _lines(rule: Rule) -> Iterator[str]:
    from geoville.eligibility.sentences import KIND_NAMES

    yield f"{rule.name} ({rule.id})"
    yield f"  Bénéficiaire : {rule.beneficiary}"
    if rule.within:
        yield f"  Lieu : {', '.join(KIND_NAMES[kind] for kind in rule.within)}"
    yield from (f"  Lieu : {name}" for name in rule.listed)
    for band in rule.bands:
        part = f", et en partie à moins de {french.distance(band.part_m)}" if band.part_m is not None else ""
        condition = f" ({band.condition})" if band.condition else ""
        yield f"  Ou emprise tout entière à moins de {french.distance(band.whole_m)}{part}{condition}"
    yield from (f"  À vérifier : {condition}" for condition in rule.conditions)
    verified = "" if rule.verified else " (texte non lu : jamais donnée pour remplie)"
    yield f"  Texte : {rule.reference}{verified}"
    yield f"  Validité : {_validity(rule)}"


def _validity(rule: Rule) -> str:
    since = french.period(rule.valid_from, None) or "début non précisé"
    if rule.valid_to:
        return f"{since}, {french.period(None, rule.valid_to)}"
    if rule.end_known:
        return since
    if rule.sure_until:
        return f"{since}, à vérifier après le {french.long_date(rule.sure_until)}"
    return f"{since}, validité à vérifier"
