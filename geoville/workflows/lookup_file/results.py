"""An answer as the cells that are added to its row: `result_*` as French geocoders name them, then `qpv_*`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, cast

from geoville.eligibility.documents import BasisText, Said, VerdictText, verdict_document
from geoville.eligibility.sentences import BASIS_NAMES, VERDICT_NAMES
from geoville.errors import GeovilleError, InvalidInputError, Location, UnreadableAnswerError
from geoville.geocoding.answers import context_as_ban, kind_as_ban, label_as_ban, within_as_ban
from geoville.model import PositionType
from geoville.sources.rows.row import AddedCells, AddedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from geoville.model import Answer, Position
    from geoville.sources.rows.row import Cell, InputRow
    from geoville.workflows.lookup import DeskChoice, LookupDesk
    from geoville.workflows.lookup_file.questions import Asking


class RowStatus(StrEnum):
    """What became of a row, as French geocoders say it."""

    OK = "ok"
    NOT_FOUND = "not-found"
    SKIPPED = "skipped"
    ERROR = "error"


ADDED_COLUMNS = (
    AddedColumn("longitude", float),
    AddedColumn("latitude", float),
    AddedColumn("result_score", float),
    AddedColumn("result_score_next", float),
    AddedColumn("result_label", str),
    AddedColumn("result_type", str),
    AddedColumn("result_id", str),
    AddedColumn("result_housenumber", str),
    AddedColumn("result_name", str),
    AddedColumn("result_street", str),
    AddedColumn("result_postcode", str),
    AddedColumn("result_city", str),
    AddedColumn("result_context", str),
    AddedColumn("result_citycode", str),
    AddedColumn("result_oldcitycode", str),
    AddedColumn("result_oldcity", str),
    AddedColumn("result_district", str),
    AddedColumn("result_status", str),
    AddedColumn("qpv_date", str),
    AddedColumn("qpv_verdict", str),
    AddedColumn("qpv_basis", str),
    AddedColumn("qpv_code", str),
    AddedColumn("qpv_nom", str),
    AddedColumn("qpv_generation", int),
    AddedColumn("qpv_distance_m", float),
    AddedColumn("qpv_qualite", int),
    AddedColumn("qpv_probabilite", float),
    AddedColumn("qpv_seuil", float),
    AddedColumn("qpv_raison", str),
    AddedColumn("qpv_lecture", str),
)

NEAREST_COLUMNS = (
    AddedColumn("result_longitude", float),
    AddedColumn("result_latitude", float),
    AddedColumn("result_distance", float),
)
"""Added after those where the address nearest to each point is looked for."""

_PLACES = {column.name: place for place, column in enumerate(ADDED_COLUMNS)}
STATUS_PLACE = _PLACES["result_status"]
VERDICT_PLACE = _PLACES["qpv_verdict"]
DAY_PLACE = _PLACES["qpv_date"]
REMARKS_PLACE = _PLACES["qpv_lecture"]
_BETWEEN_REMARKS = " ; "

STATUS_WORDS = {
    RowStatus.OK: "trouvée",
    RowStatus.NOT_FOUND: "introuvable",
    RowStatus.SKIPPED: "rien à chercher",
    RowStatus.ERROR: "en erreur",
}
IN_WORDS = "_en_clair"
"""Added to the name of a column of codes, for that of their French words."""
CODES: Mapping[int, Mapping[Any, str]] = {
    STATUS_PLACE: STATUS_WORDS,
    VERDICT_PLACE: {code: name.capitalize() for code, name in VERDICT_NAMES.items()},
    _PLACES["qpv_basis"]: BASIS_NAMES,
}
"""French words of the codes, by the place of their column."""


def none_found(statuses: Mapping[str, int], choice: DeskChoice) -> str:
    """Say that every address was looked for in vain, and where: a list is often that of another town.

    Parameters
    ----------
    statuses : number of rows by `result_status`.

    Returns
    -------
    French sentence without its full stop; empty where an address was found, or where a remote geocoder was asked.
    """
    in_vain = statuses.get(RowStatus.NOT_FOUND) and not statuses.get(RowStatus.OK)
    if not in_vain or choice.geocoder is not None:
        return ""
    where = "la liste donnée" if choice.addresses else f"la liste du territoire « {choice.territory} »"
    return f"Aucune adresse n'est dans {where}"


class FileRowDocument(TypedDict):
    """Une ligne d'un fichier, et sa réponse en bref."""

    line: Annotated[int, Said("Comme un tableur la numérote")]
    asked: Annotated[str, Said("Ce que la ligne demande, comme elle l'écrit")]
    status: Annotated[str, RowStatus]
    verdict: VerdictText | None
    basis: BasisText | None
    label: Annotated[str | None, Said("L'adresse trouvée")]
    lon: float | None
    lat: float | None
    code: str | None
    name: str | None
    distance_m: float | None
    quality: Annotated[int | None, Said("1 sûre, 2 probable, 3 aléatoire")]
    reason: str | None
    remarks: str | None


_IN_DOCUMENT = {
    "status": "result_status",
    "verdict": "qpv_verdict",
    "basis": "qpv_basis",
    "label": "result_label",
    "lon": "longitude",
    "lat": "latitude",
    "code": "qpv_code",
    "name": "qpv_nom",
    "distance_m": "qpv_distance_m",
    "quality": "qpv_qualite",
    "reason": "qpv_raison",
    "remarks": "qpv_lecture",
}


def answer_document(row: InputRow, answer: AddedCells) -> FileRowDocument:
    """A row and its answer in short, for who follows a file row by row."""
    told = {name: answer.cells[_PLACES[column]] for name, column in _IN_DOCUMENT.items()}
    asked = ", ".join(cell.strip() for cell in row.cells if cell.strip())
    return cast("FileRowDocument", {"line": row.line, "asked": asked, **told})


def columns_beside(known: Sequence[str], added: Sequence[AddedColumn] = ADDED_COLUMNS) -> tuple[AddedColumn, ...]:
    """The columns added, renamed ("longitude_2") where the file has one of that name, whatever its case.

    >>> [column.name for column in columns_beside(["Longitude", "longitude_2"])][:2]
    ['longitude_3', 'latitude']
    """
    taken = {name.casefold() for name in known}

    def free(name: str) -> str:
        tries = (name, *(f"{name}_{rank}" for rank in range(2, len(taken) + 3)))
        return next(text for text in tries if text.casefold() not in taken)

    return tuple(AddedColumn(free(column.name), column.type) for column in added)


def columns_renamed(known: Sequence[str]) -> dict[str, str]:
    """The columns added under another name than the usual one, by the usual one."""
    pairs = zip(ADDED_COLUMNS, columns_beside(known), strict=True)
    return {usual.name: column.name for usual, column in pairs if usual.name != column.name}


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What every row that asks the same is answered.

    Parameters
    ----------
    cells : of `ADDED_COLUMNS`, but for the remarks.
    remarks : on how it was read.
    """

    cells: tuple[Cell, ...]
    remarks: tuple[str, ...]


def row_answer(asked: tuple[str, ...], asking: Asking, desk: LookupDesk) -> RowAnswer | None:
    """What the cells that ask are answered; None where they ask nothing.

    Raises
    ------
    GeovilleError
        As the questions and the desk do.
    """
    reply = asking.questions.ask(asked, desk, asking.on)
    return RowAnswer(_in_place(_found(reply.answer)), reply.remarks) if reply.answer else None


def answered(row: InputRow, on: date, ask: Callable[[tuple[str, ...]], RowAnswer | None]) -> AddedCells:
    """Cells of a row, whatever it holds: what is wrong with it is said in its own cells, with its line.

    Parameters
    ----------
    on : day asked about where the row gives none.
    ask : as `row_answer`.

    Raises
    ------
    GeovilleError
        What the row is not to blame for: a geocoder out of reach.
    """
    if row.fault:
        return _unanswered(row, RowStatus.ERROR, InvalidInputError(row.fault, advice="corriger la ligne"), on)
    try:
        found = ask(row.cells)
    except (InvalidInputError, UnreadableAnswerError) as error:
        return _unanswered(row, RowStatus.ERROR, error, on)
    except GeovilleError:
        raise
    except Exception as error:  # noqa: BLE001 - one row stops no file, and what it asks is told to nobody
        bug = InvalidInputError(f"Erreur interne ({type(error).__name__})", advice="la signaler")
        return _unanswered(row, RowStatus.ERROR, bug, on)
    if found is None:
        return _unanswered(row, RowStatus.SKIPPED, InvalidInputError("Rien à chercher"), on)
    return AddedCells(row.line, with_remarks(found.cells, (*row.remarks, *found.remarks)), row.seal)


def with_remarks(cells: tuple[Cell, ...], remarks: Sequence[str]) -> tuple[Cell, ...]:
    """Cells of a row with what is to be said of how it was read."""
    said = _BETWEEN_REMARKS.join(remarks) or None
    return (*cells[:REMARKS_PLACE], said, *cells[REMARKS_PLACE + 1 :])


def point_of(cells: Sequence[Cell]) -> tuple[float, float] | None:
    """Longitude and latitude that a row was answered at, among its cells; None where it was not."""
    lon, lat = (cells[_PLACES[name]] for name in ("longitude", "latitude"))
    return (lon, lat) if isinstance(lon, float) and isinstance(lat, float) else None


def with_nearest(cells: Sequence[Cell], found: Position | None, distance_m: float | None) -> tuple[Cell, ...]:
    """Cells of a row about a point, with the address nearest to it, and the cells of `NEAREST_COLUMNS`.

    Parameters
    ----------
    found : the address; None where none is near, or where the row was not answered: nothing is said of one.
    """
    if found is None:
        return (*(None if name in _OF_ADDRESS else cells[place] for name, place in _PLACES.items()), None, None, None)
    address = _position(found)
    told = (address[name] if name in _OF_ADDRESS else cells[place] for name, place in _PLACES.items())
    return (*told, found.lon, found.lat, distance_m)


def kinds_of_remarks(cell: Cell) -> list[str]:
    """What the remarks of a row are about, without their details.

    >>> kinds_of_remarks("Zéro de tête rendu : cp 09000 ; Caractère nul lu comme une espace")
    ['Zéro de tête rendu', 'Caractère nul lu comme une espace']
    """
    said = [] if cell is None or cell == "" else str(cell).split(_BETWEEN_REMARKS)
    return [remark.partition(" : ")[0] for remark in said]


def _unanswered(row: InputRow, status: RowStatus, why: GeovilleError, on: date) -> AddedCells:
    column = why.where.column if why.where else None
    reason = InvalidInputError(why.message, where=Location(line=row.line, column=column), advice=why.advice).sentence
    cells = _in_place({"result_status": status.value, "qpv_date": on.isoformat(), "qpv_raison": reason})
    return AddedCells(row.line, with_remarks(cells, row.remarks), row.seal)


def _in_place(cells: Mapping[str, Cell]) -> tuple[Cell, ...]:
    return tuple(map(cells.get, _PLACES))


def _found(answer: Answer) -> dict[str, Cell]:
    verdict = cast("Mapping[str, Cell]", verdict_document(answer))  # texts, numbers and empty cells alone
    cells = {_OF_VERDICT[name]: value for name, value in verdict.items() if name in _OF_VERDICT} | {
        "result_status": (RowStatus.OK if answer.position else RowStatus.NOT_FOUND).value,
        "qpv_date": answer.on.isoformat(),
    }
    if answer.position:
        cells |= _position(answer.position)
    return cells


def _position(position: Position) -> dict[str, Cell]:
    within = within_as_ban(position)
    return {
        "longitude": position.lon,
        "latitude": position.lat,
        "result_score": position.score,
        "result_score_next": position.score_next,
        "result_label": label_as_ban(position),
        "result_type": kind_as_ban(position),
        "result_id": position.id,
        "result_housenumber": position.housenumber,
        "result_name": _name(position),
        "result_street": position.street,
        "result_postcode": position.postcode,
        "result_city": position.city,
        "result_context": context_as_ban(position),
        "result_citycode": position.citycode,
        "result_oldcitycode": within.oldcitycode,
        "result_oldcity": within.oldcity,
        "result_district": within.district,
    }


_OF_VERDICT = {name.removeprefix("qpv_"): name for name in _PLACES if name.startswith("qpv_")}
_OF_ADDRESS = frozenset(name for name in _PLACES if name.startswith("result_")) - {"result_status"}


def _name(position: Position) -> str:
    """What was found: number and street, street or town, without what follows; a place as it is labelled."""
    if position.type is PositionType.MUNICIPALITY:
        return position.city
    if position.type is PositionType.PLACE:
        return position.label
    return " ".join(part for part in (position.housenumber, position.street) if part)
