"""A table of actions, the year's call for projects: the same table with an answer in each row, and a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.eligibility.actions.document import action_document
from geoville.eligibility.actions.readings import BOP_147, REGION
from geoville.eligibility.secrecy import secrecy_law
from geoville.errors import InvalidInputError, Location
from geoville.sources.files import replacing, sha256_of
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.row_files import AddedCells, AddedColumn, open_row_file
from geoville.workflows.action_rows import action_columns, action_of_row
from geoville.workflows.lookup_file.output import check_output

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geoville.eligibility.actions.action import ActionFinding
    from geoville.sources.row_files import Cell, RowFile
    from geoville.workflows.actions import ActionDesk

COMMAND = "action check-file"

OK, ERROR = "ok", "error"

ADDED_COLUMNS = (
    AddedColumn("action_statut", str),
    AddedColumn("action_ligne", int),
    AddedColumn("action_fondement", str),
    AddedColumn("action_base", str),
    AddedColumn("action_raison", str),
    AddedColumn("action_part_min", float),
    AddedColumn("action_part_max", float),
    AddedColumn("action_bop_147", str),
    AddedColumn("action_region", str),
    AddedColumn("action_preuves_manquantes", str),
    AddedColumn("action_a_verifier", str),
)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row of a table of actions.

    Parameters
    ----------
    finding : None where the row has a fault.
    fault : French sentence, empty where there is none.
    """

    line: int
    finding: ActionFinding | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table of actions with its answers, not yet written.

    Parameters
    ----------
    columns : names of the columns that were read.
    """

    source: Path
    rows: RowFile
    columns: tuple[str, ...]
    checked: tuple[CheckedRow, ...]
    on: date | None
    territory: str

    @property
    def findings(self) -> tuple[ActionFinding, ...]:
        """Answers, in the order of the rows that have one."""
        return tuple(row.finding for row in self.checked if row.finding is not None)

    @property
    def faults(self) -> tuple[CheckedRow, ...]:
        """Rows without an answer."""
        return tuple(row for row in self.checked if row.finding is None)

    def document(self) -> dict[str, Any]:
        """The answers as plain values, row by row."""
        return {
            "columns": list(self.columns),
            "rows": [
                {
                    "line": row.line,
                    "status": OK if row.finding else ERROR,
                    "fault": row.fault or None,
                    "answer": action_document(row.finding) if row.finding else None,
                }
                for row in self.checked
            ],
        }

    def write(self, out: Path) -> None:
        """Write the table, each row with its answer, and its provenance beside."""
        added = (AddedCells(row.line, _cells(row)) for row in self.checked)
        with replacing(out) as beside:
            self.rows.write(beside, ADDED_COLUMNS, added)
        sources = dict.fromkeys(source for finding in self.findings for source in finding.sources)
        parameters: dict[str, Any] = {
            "on": self.on.isoformat() if self.on else None,
            "columns": list(self.columns),
            "layout": self.rows.description,
            "territory": self.territory,
        }
        files = (InputFile("actions", self.source.name, sha256_of(self.source)),)
        write_provenance(Provenance(COMMAND, files, (secrecy_law(),), parameters, tuple(sources)), out)


def check_table(desk: ActionDesk, source: Path, out: Path, *, on: date | None, today: date) -> CheckedTable:
    """Answer about every action of a table; a row that cannot be read has a fault instead of an answer.

    Parameters
    ----------
    source, out : CSV or XLSX, both of the same format; see `COLUMN_NAMES` for the columns.
    on : day judged instead of the actions' periods.
    today : day judged where a row gives no period.

    Raises
    ------
    InvalidInputError
        The table cannot be read, or has no column for what an action needs.
    """
    check_output(source, out)
    rows = open_row_file(source)
    taken = {column.name for column in ADDED_COLUMNS} & set(rows.columns)
    if taken:
        raise InvalidInputError(
            "Le tableau a déjà des colonnes de réponse",
            where=Location(source.name, 1, sorted(taken)[0]),
            advice="donner le tableau d'origine",
        )
    places = action_columns(rows.columns, source.name)
    checked = []
    for row in rows.rows(list(places.values())):
        if row.fault:
            checked.append(CheckedRow(row.line, None, f"Ligne illisible : {row.fault}."))
            continue
        cells = dict(zip(places, row.cells, strict=True))
        try:
            asked = action_of_row(cells, source.name, source.parent)
            checked.append(CheckedRow(row.line, desk.check(asked, on=on, today=today)))
        except InvalidInputError as error:
            checked.append(
                CheckedRow(row.line, None, _in_table(error, {key: rows.columns[places[key]] for key in places}))
            )
    columns = tuple(rows.columns[place] for place in places.values())
    return CheckedTable(source, rows, columns, tuple(checked), on, desk.territory)


def _in_table(error: InvalidInputError, columns: dict[str, str]) -> str:
    """Sentence of an error about an entry, which names the column of the table instead."""
    entry = (error.where.column if error.where else None) or ""
    key = entry.removeprefix("public.").partition("[")[0]
    if key not in columns:
        return error.sentence
    return InvalidInputError(error.message, where=Location(column=columns[key]), advice=error.advice).sentence


def _cells(row: CheckedRow) -> tuple[Cell, ...]:
    if row.finding is None:
        return (ERROR, row.line, None, None, row.fault, *(None,) * (len(ADDED_COLUMNS) - 5))
    first, public = row.finding.stages[0], row.finding.beneficiaries
    least, most = (public.share if public else None) or (None, None)
    statuses = {reading.rule.id: reading.status.value for reading in row.finding.readings}
    return (
        OK,
        row.line,
        first.ground.value,
        first.basis.value if first.basis else None,
        " ".join((first.reason, *row.finding.notes)),
        least,
        most,
        statuses.get(BOP_147),
        statuses.get(REGION),
        " ".join(row.finding.evidence_missing),
        " ".join(row.finding.to_check),
    )
