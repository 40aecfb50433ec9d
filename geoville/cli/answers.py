"""`geoville lookup`, `attest`, `rules` and `action`: one question, one answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoville import french
from geoville.cli.files import Destination
from geoville.cli.options import (
    AsJson,
    AskedDay,
    DecideAt,
    DeskOptions,
    PermitDay,
    QuestionOptions,
    day,
    day_if_said,
    question_names,
)
from geoville.cli.printing import print_json, print_lines, print_table
from geoville.cli.typer_french import command, group
from geoville.errors import InvalidInputError
from geoville.model import JudgedAt, TextRead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from geoville.eligibility.actions.action import ActionFinding, Beneficiaries
    from geoville.model import Answer, FootprintAnswer, Rule
    from geoville.workflows.action_tables import CheckedRow, CheckedTable, TableChoices
    from geoville.workflows.actions import ActionDesk


def lookup(
    question: QuestionOptions,
    desk: DeskOptions,
    geometry: Annotated[
        Path | None,
        typer.Option(
            "--geometry",
            metavar="FICHIER",
            help="Parcelle, bâtiment, rue ou secteur entier (GeoJSON, GeoPackage, Shapefile) au lieu d'une adresse ; "
            "ou rnb:IDENTIFIANT, parcelle:IDENTIFIANT d'un territoire qui les a.",
        ),
    ] = None,
    on: AskedDay = None,
    permit_date: PermitDay = None,
    decide_at: DecideAt = None,
    as_json: AsJson = False,
) -> None:
    """Dire si une adresse est dans un quartier prioritaire.

    À quelle distance de la limite, et pourquoi.
    """
    asked_on, permit_on = day(on, desk.territory), day_if_said(permit_date)
    if geometry is None:
        _ = question.place  # refused before anything is loaded
        _print_answer(question.answer(desk.open(decide_at), asked_on, permit_on), as_json=as_json)
    elif question.is_asked:
        raise question_names().unclear("--geometry")
    elif decide_at is not None:
        raise InvalidInputError("Une emprise entière n'a pas de probabilité", advice="ôter --decide-at")
    else:
        from geoville.workflows.footprints import answer_about_file

        index = desk.open().index
        answer = answer_about_file(geometry, index, asked_on, territory=desk.territory, permit_date=permit_on)
        _print_footprint(answer, as_json=as_json)


def _print_answer(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        from geoville.eligibility.documents import answer_document

        print_json(answer_document(answer))
    else:
        from geoville.cli.printing import answer_lines

        print_lines(answer_lines(answer))


def _print_footprint(answer: FootprintAnswer, *, as_json: bool) -> None:
    if as_json:
        from geoville.eligibility.documents import footprint_document

        print_json(footprint_document(answer))
    else:
        from geoville.cli.printing import footprint_lines

        print_lines(footprint_lines(answer))


# --- `geoville action`: what an action, or a table of actions, may rest on

app = group("Dire sur quoi des actions peuvent se fonder.")

JudgedDay = Annotated[
    str | None,
    typer.Option("--on", metavar="AAAA-MM-JJ", help="Jour à juger ; sinon la période de l'action, ou aujourd'hui."),
]

_MOST_ROWS = 40
"""Rows shown on the screen; the file holds them all."""


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


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How a table of actions is read, and what is looked for beside its places."""

    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="SENS=COLONNE", help="Colonne qui dit cela : lieu=Adresse, montant=Versé…"),
    ] = None
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NOM", help="Feuille du classeur.")] = None
    bearers: Annotated[
        Path | None,
        typer.Option("--bearers", metavar="LISTE", help="Associations et leurs adresses : le siège de chaque porteur."),
    ] = None
    seat_as_place: Annotated[
        bool, typer.Option("--seat-as-place", help="Prendre le siège pour lieu, quand le lieu n'est pas donné.")
    ] = False
    catchment: Annotated[
        float | None,
        typer.Option("--catchment", metavar="MÈTRES", help="Estimer la part de QPV autour de chaque lieu."),
    ] = None
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", metavar="TABLEAU", help="Tableau déjà répondu, où des décisions sont écrites."),
    ] = None

    default_citycode: Annotated[
        str, typer.Option("--default-citycode", metavar="INSEE", help="Commune des lieux qui n'en disent pas (34172).")
    ] = ""

    def choices(self) -> TableChoices:
        """What they choose.

        Raises
        ------
        InvalidInputError
            A column is said in another way than `sens=colonne`, or of nothing that a table says.
        """
        from geoville.sources.action_tables import named_columns
        from geoville.workflows.action_tables import TableChoices

        return TableChoices(
            named_columns(self.column or ()),
            self.sheet,
            self.bearers,
            self.seat_as_place,
            self.catchment,
            self.decisions,
            self.default_citycode,
        )


def check_file(
    source: Annotated[Path, typer.Argument(metavar="ACTIONS", help="Tableau d'actions : .csv ou .xlsx.")],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Tableau à écrire, de même format.")],
    table: TableOptions,
    desk: DeskOptions,
    map_file: Annotated[
        Destination | None, typer.Option("--map", metavar="FICHIER", help="Carte des actions à écrire : .html.")
    ] = None,
    report: Annotated[
        Destination | None,
        typer.Option("--report", metavar="FICHIER", help="Synthèse à écrire : .xlsx (classeur) ou .pdf (une page)."),
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option("--before", metavar="TABLEAU", help="Tableau répondu l'an dernier, que la synthèse compare."),
    ] = None,
    on: JudgedDay = None,
    as_json: AsJson = False,
) -> None:
    """Répondre pour chaque action d'un tableau.

    Le tableau est recopié avec les réponses dans des colonnes ajoutées ; une carte montre les actions, une synthèse
    dit ce qui va aux quartiers prioritaires.
    """
    from geoville.workflows.action_report import (
        changes_since,
        report_format,
        report_title,
        summary_document,
        write_report,
    )
    from geoville.workflows.action_tables import check_table
    from geoville.workflows.maps import draw_actions

    judged, today = _judged(on), day(None)
    choices = table.choices()
    if report is not None:
        report_format(report.file_name)
    elif before is not None:
        raise InvalidInputError("Rien ne sera comparé au tableau de --before", advice="donner --report aussi")
    opened = _open(desk)
    with out.writing() as path:
        checked = check_table(opened, source, path, on=judged, today=today, choices=choices)
        if map_file is not None:
            with map_file.writing() as page:
                draw_actions(opened, checked.findings, report_title(checked), page, judged or today, checked.themes)
        if report is not None:
            with report.writing() as summary:
                changes = changes_since(before, checked) if before else ()
                write_report(checked, summary, issued=today, changes=changes)
        checked.write(path)
    if as_json:
        print_json(checked.document() | {"summary": summary_document(checked.summary())})
        return
    _print_table(checked)
    print_lines(f"Écrit : {made}" for made in (out, map_file, report) if made is not None)


command(app, "check")(check)
command(app, "check-file")(check_file)


def _judged(on: str | None) -> date | None:
    return None if on is None else day(on)


def _open(options: DeskOptions) -> ActionDesk:
    from geoville.workflows.actions import ActionDesk

    return ActionDesk(options.open(), options.territory)


def _in_words(finding: ActionFinding) -> Iterator[str]:
    from geoville.eligibility.actions.check import GROUND_NAMES
    from geoville.eligibility.sentences import STATUS_NAMES

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
        yield f"{reading.name} : {STATUS_NAMES[reading.status].upper()}"
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
    from geoville.workflows.action_report import total_rows

    read = (name if name == key else f"{key} dans {name}" for key, name in table.columns.items())
    print_lines([f"Colonnes lues : {', '.join(read)}"])
    rows = [(str(row.line), *_cells(row)) for row in table.checked]
    print_table(("Ligne", "Action", "Réponse"), rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        print_lines(
            [f"… et {french.counted(len(rows) - _MOST_ROWS, 'autre ligne', 'autres lignes')}, dans le fichier écrit."]
        )
    summary = table.summary()
    print_table(("Fondement", "Actions", "Euros"), total_rows((*summary.by_ground, summary.whole)))
    print_table(("Ce qui va aux QPV", "Actions", "Euros"), total_rows(summary.by_reach))
    if table.seats_in_words:
        print_lines([table.seats_in_words])
    if table.skipped:
        print_lines([f"Lignes gardées sans réponse (vides, en-têtes répétés, totaux) : {len(table.skipped)}"])
    if table.faults:
        print_lines([f"Lignes en erreur : {len(table.faults)}"])


def _cells(row: CheckedRow) -> tuple[str, str]:
    from geoville.eligibility.actions.check import GROUND_NAMES
    from geoville.sources.action_tables import KIND_REASONS

    if row.finding is None:
        return "", row.fault or KIND_REASONS[row.kind]
    return row.finding.action.title, GROUND_NAMES[row.finding.ground]


# --- `geoville attest`: one answer as a statement on one sheet, to keep with a file


def attest(
    question: QuestionOptions,
    desk: DeskOptions,
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Relevé à écrire : .html ou .pdf.")],
    on: AskedDay = None,
    permit_date: PermitDay = None,
    issued: Annotated[
        str | None, typer.Option("--issued", metavar="AAAA-MM-JJ", help="Jour du relevé ; aujourd'hui sinon.")
    ] = None,
    decide_at: DecideAt = None,
) -> None:
    """Écrire la réponse sur une page, à joindre à un dossier.

    Question, réponse, carte, motifs et sources. Mêmes fichiers, même question et mêmes jours : même relevé.
    """
    from geoville.sources.pack import open_pack
    from geoville.workflows.attest import format_of, state, write_statement

    asked_on, issued_on, permit_on = day(on, desk.territory), day(issued, desk.territory), day_if_said(permit_date)
    _ = question.place  # refused before anything is loaded
    format_of(out.file_name)
    opened = desk.open(decide_at)
    answer = question.answer(opened, asked_on, permit_on)
    landmarks = open_pack(desk.territory).places()
    made = state(opened, answer, question.text, issued=issued_on, landmarks=landmarks)
    with out.writing() as path:
        write_statement(made, path)
    print_lines([f"{made.verdict} (au {french.long_date(asked_on)})", f"Relevé : {out}"])


# --- `geoville rules`: the rules that a place in a perimeter opens, with their references and dates

_READINGS = {TextRead.FULL: "lu en entier", TextRead.EXCERPT: "lu par extrait", TextRead.NONE: "non lu"}


def rules(
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="AAAA-MM-JJ", help="Jour demandé : règles en vigueur ou terminées ; toutes sinon."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Lister les règles liées aux quartiers.

    Qui en bénéficie, où, d'après quel texte, et ce qui reste à vérifier.
    """
    from geoville.eligibility.documents import rule_document
    from geoville.eligibility.rules import all_rules, rules_begun
    from geoville.eligibility.sentences import to_come_sentences

    asked_on = None if on is None else day(on)
    asked = all_rules() if asked_on is None else rules_begun(asked_on)
    if as_json:
        print_json([rule_document(rule) for rule in asked])
    else:
        supposed = to_come_sentences(asked_on, day(None)) if asked_on else ()
        print_lines([*supposed, *(line for rule in asked for line in _lines(rule, asked_on))])


def _lines(rule: Rule, on: date | None) -> Iterator[str]:
    from geoville.eligibility.sentences import KIND_NAMES

    yield f"{rule.name} ({rule.id})"
    yield f"  Bénéficiaire : {rule.beneficiary}"
    if rule.within:
        former = " de la génération précédente, qui n'en est plus un" if rule.former else ""
        yield f"  Lieu : {', '.join(KIND_NAMES[kind].in_sentence for kind in rule.within)}{former}"
    yield from (f"  Lieu : {name}" for name in rule.listed)
    for band in rule.bands:
        part = f", et en partie à moins de {french.distance(band.part_m)}" if band.part_m is not None else ""
        condition = f" ({band.condition})" if band.condition else ""
        yield f"  Ou emprise tout entière à moins de {french.distance(band.whole_m)}{part}{condition}"
    yield from (f"  À vérifier : {condition}" for condition in rule.conditions)
    if rule.judged_at is JudgedAt.PERMIT:
        yield "  Jour : celui où le permis de construire est demandé"
    yield f"  Texte : {rule.reference} ({_read(rule)})"
    yield f"  Validité : {_validity(rule)}"
    if on is not None:
        yield f"  Au {french.long_date(on)} : {_state(rule, on)}"


def _read(rule: Rule) -> str:
    """How the text of a rule was read."""
    read = _READINGS[rule.reading] + (f" ; {rule.remark}" if rule.remark else "")
    return read if rule.verified else f"{read} : non vérifiée, jamais donnée pour remplie"


def _state(rule: Rule, on: date) -> str:
    """What a rule is on a day: in force, over, or not verified."""
    if rule.is_over(on) and rule.over_since:
        after = f" ; {rule.after_end}" if rule.after_end else ""
        return f"TERMINÉE depuis le {french.long_date(rule.over_since)}{after}"
    from geoville.eligibility.rules import law_reservations

    reservations = law_reservations(rule, on)
    return f"NON VÉRIFIÉE ({' ; '.join(reservations)})" if reservations else "en vigueur"


def _validity(rule: Rule) -> str:
    days = french.period(rule.valid_from, rule.valid_to)
    since = days if rule.valid_from else f"début non précisé{f', {days}' if days else ''}"
    unread = "".join(f" ; {french.period(span.first, span.last)} : non lu" for span in rule.unread)
    earlier = f" ; avant, {rule.earlier_form} (non lu)" if rule.earlier_form else ""
    if rule.end_known:
        return f"{since}{unread}{earlier}"
    if rule.sure_until:
        return f"{since}, à vérifier après le {french.long_date(rule.sure_until)}"
    return f"{since}, validité à vérifier"
