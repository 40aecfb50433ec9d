"""What a table of actions comes to, for those who decide: a workbook to work with, or one page to hand round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville import french
from geoville.eligibility.actions.action import ActionGround
from geoville.eligibility.actions.check import GROUND_NAMES
from geoville.eligibility.actions.summary import compare_summaries, summarise
from geoville.errors import InvalidInputError
from geoville.extras import need
from geoville.rendering.action_report import ActionReport, report_pdf
from geoville.sources.action_tables import KIND_REASONS
from geoville.sources.files import replacing
from geoville.sources.rows.row import harmless
from geoville.version import __version__
from geoville.workflows.action_tables import read_answered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from geoville.eligibility.actions.summary import Total, TotalChange
    from geoville.workflows.action_tables import CheckedRow, CheckedTable

_HEADERS = ("", "Actions", "Euros", "Sans montant")
_TO_COMPLETE = ("Ligne", "Porteur", "Action", "Réponse", "Ce qu'il reste à donner", "Réponse du porteur")
_CHANGES = ("", "", "Actions avant", "Actions", "Euros avant", "Euros", "Différence")
_SKIPPED = ("Ligne", "Pourquoi la ligne n'a pas de réponse")
_WIDTHS = {"A": 14, "B": 34, "C": 44, "D": 30, "E": 80, "F": 40}


def report_format(path: Path) -> str:
    """Format that the name of a report asks for: "xlsx" or "pdf".

    Raises
    ------
    InvalidInputError
        It is neither.
    MissingExtraError
        It is "pdf", and nothing writes PDF.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in {"xlsx", "pdf"}:
        raise InvalidInputError(
            f"Une synthèse ne s'écrit pas au format « {path.suffix} »", advice="donner un fichier .xlsx ou .pdf"
        )
    if suffix == "pdf":
        need("paper")
    return suffix


def changes_since(before: Path, table: CheckedTable) -> tuple[TotalChange, ...]:
    """What changed since a table answered before, that of the year before.

    Raises
    ------
    InvalidInputError
        It has not the columns that geoville writes.
    """
    return compare_summaries(summarise(read_answered(before)), table.summary())


def write_report(table: CheckedTable, path: Path, *, issued: date, changes: Sequence[TotalChange] = ()) -> None:
    """Write what a table comes to, in the format that the name of the file asks for.

    Parameters
    ----------
    issued : day printed as that of the report.
    changes : since the table of the year before.
    """
    if report_format(path) == "pdf":
        content = report_pdf(_report(table, issued, changes))
        with replacing(path) as beside:
            beside.write_bytes(content)
        return
    with replacing(path) as beside:
        _workbook(table, issued, changes).save(beside)


def total_rows(totals: Iterable[Total]) -> list[tuple[str, str, str]]:
    """Totals as rows of text: label, number of actions, euros."""
    return [(total.label, french.number(total.actions), french.euros(total.euros)) for total in totals]


def report_title(table: CheckedTable) -> str:
    """What a report, or a map, of a table is called."""
    return f"Actions du tableau « {table.name} »"


def _report(table: CheckedTable, issued: date, changes: Sequence[TotalChange]) -> ActionReport:
    remarks = [_change_in_words(change) for change in changes if change.group in ("Ensemble", "Ce qui va aux QPV")]
    if table.seats_in_words:
        remarks.append(table.seats_in_words)
    if table.faults:
        remarks.append(f"{len(table.faults)} lignes en erreur ne sont pas comptées.")
    if table.skipped:
        remarks.append(f"{len(table.skipped)} lignes vides, de total ou d'en-tête répété ne sont pas des actions.")
    return ActionReport(report_title(table), table.summary(), tuple(remarks), table.citations, issued)


def _change_in_words(change: TotalChange) -> str:
    former, latter = (french.euros(total.euros if total else 0.0) for total in (change.before, change.after))
    return f"{change.label} : {former} dans le tableau précédent, {latter} dans celui-ci."


# --- The workbook


def _workbook(table: CheckedTable, issued: date, changes: Sequence[TotalChange]) -> Any:
    from openpyxl import Workbook

    book = Workbook()
    summary = table.summary()
    book.remove(book.worksheets[0])
    first = book.create_sheet("Synthèse")
    rows: list[Sequence[Any]] = [(report_title(table),), (f"Établi le {french.long_date(issued)}",), ()]
    start = len(rows) + 1
    rows += [("Ce qui va aux QPV", *_HEADERS[1:]), *map(_cells, summary.by_reach), ()]
    rows += [("Fondement", *_HEADERS[1:]), *map(_cells, (*summary.by_ground, summary.whole))]
    rows += [(), (table.seats_in_words,)] if table.seats_in_words else []
    _fill(first, rows)
    _chart(first, start, len(summary.by_reach))
    first.column_dimensions["A"].width = 70
    quarters = [("Code", "Quartier", *_HEADERS[1:])]
    _fill(book.create_sheet("Par QPV"), [*quarters, *((item.key, *_cells(item)) for item in summary.by_quarter)])
    _fill(book.create_sheet("Par thème"), [("Thème", *_HEADERS[1:]), *map(_cells, summary.by_theme)])
    if changes:
        _fill(book.create_sheet("Deux tableaux"), [_CHANGES, *map(_change_cells, changes)])
    complete = book.create_sheet("À compléter")
    _fill(complete, [_TO_COMPLETE, *_to_complete(table)])
    for letter, width in _WIDTHS.items():
        complete.column_dimensions[letter].width = width
    left_out = [row for row in table.checked if row.finding is None]
    _fill(book.create_sheet("Lignes sans réponse"), [_SKIPPED, *((row.line, _why(row)) for row in left_out)])
    sources = book.create_sheet("Sources")
    _fill(sources, [("Source", "Empreinte (SHA-256)"), *((text,) for text in table.citations), *_files(table)])
    sources.column_dimensions["A"].width, sources.column_dimensions["B"].width = 100, 70
    return book


def _change_cells(change: TotalChange) -> tuple[Any, ...]:
    sides = ((total.actions, total.euros) if total else (0, 0.0) for total in (change.before, change.after))
    (actions_before, euros_before), (actions_after, euros_after) = sides
    return change.group, change.label, actions_before, actions_after, euros_before, euros_after, change.euros


def _cells(total: Total) -> tuple[str, int, float, int]:
    return total.label, total.actions, total.euros, total.without_amount


def _why(row: CheckedRow) -> str:
    return row.fault or KIND_REASONS[row.kind]


def _files(table: CheckedTable) -> Iterator[tuple[str, str]]:
    """What the answers were made of, beside the sources of the contours."""
    for file in table.files():
        yield f"{_ROLES[file.role]} : {table.name if file.role == 'actions' else file.name}", file.sha256
    yield f"Réponses : geoville {__version__}", ""


_ROLES = {
    "actions": "Tableau des actions",
    "bearers": "Liste des associations",
    "decisions": "Décisions",
}


def _to_complete(table: CheckedTable) -> Iterator[tuple[Any, ...]]:
    """What each bearer must still give, ready to be sent, bearer by bearer; actions that need nothing are left out."""
    for row in sorted(table.answered, key=_bearer_of):
        finding = row.finding
        if finding is None or finding.ground is ActionGround.IN_QPV or not finding.evidence_missing:
            continue
        missing = " ".join((*finding.evidence_missing, *row.remarks))
        name = GROUND_NAMES[finding.ground]
        yield row.line, finding.action.bearer, finding.action.title, name, missing, ""


def _bearer_of(row: CheckedRow) -> tuple[str, int]:
    return french.fold(row.finding.action.bearer if row.finding else ""), row.line


def _fill(sheet: Any, rows: Iterable[Sequence[Any]]) -> None:
    for row in rows:
        sheet.append([harmless(cell) if isinstance(cell, str) else cell for cell in row])


def _chart(sheet: Any, header_row: int, count: int) -> None:
    """Bars of the euros by what reaches the QPV, beside the figures."""
    from openpyxl.chart import BarChart, Reference

    chart = BarChart()
    chart.type, chart.legend, chart.title = "bar", None, "Euros, selon ce qui va aux QPV"
    chart.add_data(Reference(sheet, min_col=3, min_row=header_row + 1, max_row=header_row + count))
    chart.set_categories(Reference(sheet, min_col=1, min_row=header_row + 1, max_row=header_row + count))
    sheet.add_chart(chart, "F2")
