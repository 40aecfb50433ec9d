"""Does this action benefit the inhabitants of a QPV? The desk that answers about actions, for every door."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville.eligibility.actions.action import Action, Catchment, Homes, StatedCounts, StatedShare
from geoville.eligibility.actions.check import BOP_147, REGION, ActionLayers, check_action
from geoville.eligibility.documents import action_document
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.secrecy import secrecy_law
from geoville.errors import InvalidInputError, Location
from geoville.geocoding.words import fold
from geoville.model import NotFound
from geoville.sources.actions import action_of
from geoville.sources.files import replacing, sha256_of
from geoville.sources.manifest import missing
from geoville.sources.provenance import InputFile, Provenance, write_provenance
from geoville.sources.rows.files import open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn
from geoville.workflows.footprints import population_of, read_footprint
from geoville.workflows.lookup import LookupDesk, typed_position
from geoville.workflows.lookup_file.output import check_output
from geoville.workflows.lookup_file.questions import choose_questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.actions.action import ActionFinding, Public
    from geoville.model import Answer, Position
    from geoville.perimeters.areas import PopulatedCells
    from geoville.sources.actions import Area, AskedAction, AskedPublic
    from geoville.sources.rows.files import RowFile
    from geoville.sources.rows.row import Cell


_NOT_READ = NotFound("Adresse qui ne peut pas être cherchée")


@dataclass(frozen=True)
class ActionDesk:
    """Everything that answers about actions need.

    Parameters
    ----------
    desk : finds the places, and knows the perimeters.
    territory : name of the pack whose cells give a catchment its people.
    """

    desk: LookupDesk
    territory: str

    @cached_property
    def layers(self) -> ActionLayers:
        """Perimeters, one index for each kind."""
        return ActionLayers(self.desk.index)

    @cached_property
    def _finder(self) -> LookupDesk:
        """Finds places as the desk does; where they stand is asked of the layers, once for each stage."""
        return LookupDesk(self.desk.geocoder, PerimeterIndex(()))

    @cached_property
    def population(self) -> PopulatedCells:
        """People of the territory, read once and only where a catchment is asked about; they must be known."""
        population = population_of(self.territory)
        if population is None:
            raise missing("grid", self.territory)
        return population

    def check(self, asked: AskedAction, *, on: date | None, today: date) -> ActionFinding:
        """Answer about an action.

        Parameters
        ----------
        on : day judged instead of the action's period.
        today : day judged where neither is given.

        Raises
        ------
        InvalidInputError
            A place or a file of the action cannot be used; names the key, never an address.
        """
        start = on or asked.start or today
        action = Action(
            title=asked.title,
            bearer=asked.bearer,
            places=tuple(self._place(asked, rank, start) for rank in range(1, len(asked.places) + 1)),
            zone=None if asked.zone is None else _geometry(asked.zone),
            start=start,
            end=on or asked.end or today,
            public=None if asked.public is None else self._public(asked.public, start),
        )
        population = self.population if isinstance(action.public, Catchment) else None
        return check_action(action, self.layers, population)

    def _place(self, asked: AskedAction, rank: int, on: date) -> Position | NotFound:
        place = asked.places[rank - 1]
        try:
            if isinstance(place, str):
                return _found(self._finder.answer(place, on))
            return typed_position(place.lon, place.lat, place.accuracy_m)
        except InvalidInputError as error:
            where = Location(asked.file, column=f"places[{rank}]")
            raise InvalidInputError(error.message, where=where, advice=error.advice) from None

    def _public(self, asked: AskedPublic, on: date) -> Public:
        if asked.share_in_qpv is not None:
            return StatedShare(asked.share_in_qpv)
        if asked.counts is not None:
            return StatedCounts(asked.counts, asked.total)
        if asked.catchment is not None:
            return Catchment(_geometry(asked.catchment))
        homes = asked.addresses
        if isinstance(homes, Path):
            return Homes(tuple(self._homes_in(homes, on)))
        return Homes(tuple(self._home(text, on) for text in homes or ()))

    def _home(self, text: str, on: date) -> Position | NotFound:
        """Where a home is. One that cannot be asked about is not found: it still counts among the beneficiaries."""
        try:
            return _found(self._finder.answer(text, on))
        except InvalidInputError:
            return _NOT_READ

    def _homes_in(self, path: Path, on: date) -> Iterator[Position | NotFound]:
        """Homes of a file, one in each row; errors name a row by its line, never by what it holds."""
        rows = open_row_file(path)
        questions = choose_questions(rows.columns)
        found = False
        for row in rows.rows([rows.columns.index(name) for name in questions.columns]):
            found = True
            if row.fault:
                raise InvalidInputError("Ligne illisible", where=Location(path.name, row.line), advice=row.fault)
            try:
                answer = questions.ask(row.cells, self._finder, on)
            except InvalidInputError:
                answer = None
            yield _NOT_READ if answer is None else _found(answer)
        if not found:
            raise InvalidInputError(
                "La liste d'adresses est vide", where=Location(path.name), advice="donner une ligne par bénéficiaire"
            )


def _found(answer: Answer) -> Position | NotFound:
    return answer.position or NotFound(answer.reasons[0])


def _geometry(area: Area) -> BaseGeometry:
    return read_footprint(area) if isinstance(area, Path) else area


# --- Rows of a table of actions (the year's call for projects): which columns describe them, and how

PLACE_SEPARATOR = "|"
"""Between the places of one cell of a table."""

COLUMN_NAMES = {
    "title": ("title", "titre", "action", "intitule", "intitule de l action"),
    "bearer": ("bearer", "porteur", "structure", "association"),
    "places": ("places", "place", "lieu", "lieux", "adresse", "lieu de l action"),
    "lon": ("lon", "longitude"),
    "lat": ("lat", "latitude"),
    "zone": ("zone",),
    "start": ("start", "debut", "date de debut"),
    "end": ("end", "fin", "date de fin"),
    "share_in_qpv": ("share in qpv", "part qpv", "part en qpv"),
    "addresses": ("addresses", "fichier adresses", "fichier d adresses"),
    "catchment": ("catchment", "secteur", "fichier secteur"),
}
"""Names that a column of a table of actions may have, folded, by what it holds."""


def action_columns(known: Sequence[str], file: str) -> dict[str, int]:
    """Places of the columns of a table that describe its actions, by what they hold.

    Raises
    ------
    InvalidInputError
        No column has the title, or none says where the action takes place; or two columns hold the same.
    """
    found: dict[str, int] = {}
    for place, column in enumerate(known):
        key = next((key for key, names in COLUMN_NAMES.items() if fold(column) in names), None)
        if key in found:
            raise InvalidInputError(
                "Deux colonnes disent la même chose", where=Location(file, 1, column), advice="renommer l'une des deux"
            )
        if key is not None:
            found[key] = place
    if "title" not in found or not ({"places", "zone"} & set(found) or {"lon", "lat"} <= set(found)):
        raise InvalidInputError(
            "Le tableau n'a pas de quoi décrire une action",
            where=Location(file, 1),
            advice="nommer une colonne « titre », et « lieu » (ou « zone », ou « lon » et « lat »)",
        )
    return found


def action_of_row(cells: Mapping[str, str], file: str, folder: Path) -> AskedAction:
    """Read the action that a row of a table describes.

    Parameters
    ----------
    cells : texts by what they hold, as `action_columns` names it.
    folder : that names of files are relative to.

    Raises
    ------
    InvalidInputError
        An entry is missing or cannot be what it should; names the column, not the line.
    """
    said = {key: text.strip() for key, text in cells.items() if text.strip()}
    entries: dict[str, Any] = {key: said[key] for key in ("title", "bearer", "zone", "start", "end") if key in said}
    places: list[Any] = [part for part in said.get("places", "").split(PLACE_SEPARATOR) if part.strip()]
    if "lon" in said or "lat" in said:
        places.append({key: _number(said[key], file, key) for key in ("lon", "lat") if key in said})
    public = {key: said[key] for key in ("share_in_qpv", "addresses", "catchment") if key in said}
    entries |= {"places": places} if places else {}
    return action_of({**entries, "public": public} if public else entries, file, folder)


def _number(text: str, file: str, key: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        where = Location(file, column=key)
        raise InvalidInputError("Coordonnée illisible", where=where, advice="écrire des degrés décimaux") from None


# --- A table of actions, the year's call for projects: the same table with an answer in each row, and a map

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
