"""What a table of actions comes to: a JSON document, a workbook to work with, or one page to hand round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from geoville import french
from geoville.eligibility.actions.action import ActionGround
from geoville.eligibility.actions.check import GROUND_NAMES
from geoville.eligibility.actions.declared import Agreement
from geoville.eligibility.actions.summary import Reach, compare_summaries, reach_of, summarise
from geoville.eligibility.documents import BasisText, DayText, GroundText, Said, to_the_millimetre
from geoville.errors import InvalidInputError
from geoville.extras import need
from geoville.model import Position
from geoville.rendering.actions import ActionReport, report_pdf
from geoville.sources.action_tables import KIND_REASONS, RowKind
from geoville.sources.files import replacing
from geoville.sources.rows.row import harmless
from geoville.version import __version__
from geoville.workflows.action_tables import read_answered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from geoville.eligibility.actions.action import ActionFinding
    from geoville.eligibility.actions.declared import DeclaredFinding
    from geoville.eligibility.actions.summary import Summary, Total, TotalChange
    from geoville.model import PerimeterHit
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
        told = "ligne en erreur n'est pas comptée", "lignes en erreur ne sont pas comptées"
        remarks.append(f"{french.counted(len(table.faults), *told)}.")
    if table.skipped:
        empty = "de total ou d'en-tête répété"
        told = f"ligne vide, {empty} n'est pas une action", f"lignes vides, {empty} ne sont pas des actions"
        remarks.append(f"{french.counted(len(table.skipped), *told)}.")
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


# --- A table of actions with its answers, as a JSON document: what it comes to, and each row in short


class TotalDocument(TypedDict):
    """Des actions comptées ensemble."""

    key: Annotated[str, Said("Code ou nom qui les rassemble")]
    label: str
    actions: int
    euros: float
    without_amount: Annotated[int, Said("Combien n'ont pas de montant lisible")]


class SummaryDocument(TypedDict):
    """Ce à quoi un tableau d'actions revient."""

    whole: TotalDocument
    by_ground: list[TotalDocument]
    by_reach: Annotated[list[TotalDocument], Said("Ce qui va aux QPV, pour sûr ou peut-être")]
    by_quarter: Annotated[list[TotalDocument], Said("Une action dans deux quartiers compte dans chacun")]
    by_theme: list[TotalDocument]


class ChangeDocument(TypedDict):
    """Les mêmes actions dans le tableau d'avant et dans celui-ci."""

    group: str
    label: str
    before: TotalDocument | None
    after: TotalDocument | None


class QuarterDocument(TypedDict):
    """Un QPV."""

    code: str
    name: str
    distance_m: Annotated[float | None, Said("Mètres jusqu'à lui ; vide s'il contient un lieu de l'action")]


class DeclaredDocument(TypedDict):
    """Ce que valent les quartiers que le porteur déclare."""

    agreement: Annotated[str, Agreement]
    reasons: list[str]


class DecisionDocument(TypedDict):
    """Ce que quelqu'un a décidé d'une action."""

    text: str
    by: str
    on: Annotated[str, Said("Comme cela est écrit dans le tableau")]


class ActionPlaceDocument(TypedDict):
    """Un lieu trouvé."""

    label: str
    lon: float
    lat: float


class ActionRowDocument(TypedDict):
    """Une ligne d'un tableau d'actions."""

    line: Annotated[int, Said("Comme un tableur la numérote")]
    kind: Annotated[str, RowKind, Said("Seules les actions ont une réponse")]
    reason: Annotated[str, Said("La réponse en mots, ou pourquoi il n'y en a pas")]
    ground: Annotated[GroundText | None, Said("Vide : la ligne n'est pas une action, ou elle est en erreur")]
    ground_name: Annotated[str | None, Said("Le même, en français")]
    basis: BasisText | None
    reach: Annotated[str | None, Reach]
    title: str | None
    bearer: str | None
    start: DayText | None
    end: DayText | None
    amount: Annotated[float | None, Said("Euros")]
    theme: str | None
    quarters: Annotated[list[QuarterDocument], Said("Les QPV où l'action a lieu pour sûr")]
    nearest: Annotated[QuarterDocument | None, Said("Le QPV le plus proche, d'une action qui n'est dans aucun")]
    share_least: Annotated[float | None, Said("Part des bénéficiaires en QPV, au moins", 0, 1)]
    share_most: Annotated[float | None, Said("Au plus", 0, 1)]
    missing: Annotated[list[str], Said("Ce qu'il reste à donner")]
    to_check: list[str]
    declared: DeclaredDocument | None
    seat: Annotated[str | None, Said("Ce que l'on sait du siège du porteur, qui n'est pas le lieu de l'action")]
    catchment_share: Annotated[float | None, Said("Part des habitants alentour qui vivent en QPV", 0, 1)]
    remarks: list[str]
    places: list[ActionPlaceDocument]
    decision: DecisionDocument | None


class ReadColumnDocument(TypedDict):
    """Une colonne lue."""

    says: Annotated[str, Said("Ce qu'elle dit : titre, porteur, lieu…")]
    column: str


class ActionTableDocument(TypedDict):
    """Ce à quoi un tableau d'actions revient, et chaque ligne."""

    layout: Annotated[str, Said("Ce qui est reconnu du fichier")]
    columns: list[ReadColumnDocument]
    summary: SummaryDocument
    changes: Annotated[list[ChangeDocument], Said("Ce qui change depuis le tableau d'avant ; vide sans lui")]
    faults: Annotated[int, Said("Actions sans réponse")]
    skipped: Annotated[int, Said("Lignes vides, en-têtes répétés, totaux")]
    seats: Annotated[str | None, Said("Combien de sièges de porteurs sont trouvés, et comment ; vide sans leur liste")]
    sources: list[str]
    rows: list[ActionRowDocument]


def table_document(
    table: CheckedTable, changes: Sequence[TotalChange] = (), *, with_rows: bool = True
) -> ActionTableDocument:
    """A table as a document.

    Parameters
    ----------
    changes : from the table of the year before.
    with_rows : whether the rows are there; else their list is empty, for who was told them one by one.
    """
    return {
        "layout": table.rows.description,
        "columns": [{"says": key.value, "column": name} for key, name in table.columns.items()],
        "summary": summary_document(table.summary()),
        "changes": [_change(change) for change in changes],
        "faults": len(table.faults),
        "skipped": len(table.skipped),
        "seats": table.seats_in_words or None,
        "sources": list(table.citations),
        "rows": [row_document(row) for row in table.checked] if with_rows else [],
    }


def summary_document(summary: Summary) -> SummaryDocument:
    """Totals as a document."""
    return {
        "whole": _total(summary.whole),
        "by_ground": _totals(summary.by_ground),
        "by_reach": _totals(summary.by_reach),
        "by_quarter": _totals(summary.by_quarter),
        "by_theme": _totals(summary.by_theme),
    }


def _totals(totals: Iterable[Total]) -> list[TotalDocument]:
    return [_total(total) for total in totals]


def _total(total: Total) -> TotalDocument:
    return {
        "key": total.key,
        "label": total.label,
        "actions": total.actions,
        "euros": round(total.euros, 2),
        "without_amount": total.without_amount,
    }


def _change(change: TotalChange) -> ChangeDocument:
    return {
        "group": change.group,
        "label": change.label,
        "before": _total(change.before) if change.before else None,
        "after": _total(change.after) if change.after else None,
    }


def row_document(row: CheckedRow) -> ActionRowDocument:
    """A row in short: the whole answer about one action is that of `action_document`."""
    finding, nearest = row.finding, row.nearest
    first = finding.stages[0] if finding else None
    return {
        "line": row.line,
        "kind": row.kind.value,
        "reason": row.reason,
        "ground": first.ground.value if first else None,
        "ground_name": GROUND_NAMES[first.ground] if first else None,
        "basis": first.basis.value if first and first.basis else None,
        "reach": reach_of(first).value if first else None,
        **_described(finding),
        "amount": row.amount,
        "theme": row.theme or None,
        "quarters": [{"code": code, "name": name, "distance_m": None} for code, name in row.quarters],
        "nearest": _neighbour(nearest) if nearest else None,
        "declared": _declared(row.declared) if row.declared else None,
        "seat": row.seat.words if row.seat else None,
        "catchment_share": row.catchment_share,
        "remarks": list(row.remarks),
        "decision": {"text": row.decision.text, "by": row.decision.by, "on": row.decision.on} if row.decision else None,
    }


class _Described(TypedDict):
    """What a row says of its action, and what its answer lacks."""

    title: str | None
    bearer: str | None
    start: str | None
    end: str | None
    share_least: float | None
    share_most: float | None
    missing: list[str]
    to_check: list[str]
    places: list[ActionPlaceDocument]


def _described(finding: ActionFinding | None) -> _Described:
    action = finding.action if finding else None
    least, most = (finding.beneficiaries.share if finding and finding.beneficiaries else None) or (None, None)
    return {
        "title": action.title if action else None,
        "bearer": action.bearer or None if action else None,
        "start": action.start.isoformat() if action else None,
        "end": action.end.isoformat() if action else None,
        "share_least": least,
        "share_most": most,
        "missing": list(finding.evidence_missing) if finding else [],
        "to_check": list(finding.to_check) if finding else [],
        "places": [
            {"label": place.label, "lon": place.lon, "lat": place.lat}
            for place in (action.places if action else ())
            if isinstance(place, Position)
        ],
    }


def _neighbour(hit: PerimeterHit) -> QuarterDocument:
    return {"code": hit.perimeter.code, "name": hit.perimeter.name, "distance_m": to_the_millimetre(hit.distance_m)}


def _declared(found: DeclaredFinding) -> DeclaredDocument:
    return {"agreement": found.agreement.value, "reasons": list(found.reasons)}
