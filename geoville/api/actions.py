"""`/actions/check`, `/actions/check/csv`: routes and documents."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePath
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import Field
from starlette.responses import Response

from geoville.api.files import (
    LINES,
    MEDIA_TYPES,
    MOST_COLUMNS,
    ColumnName,
    Stopped,
    ThreadAnswer,
    Told,
    answer_name,
    check_rows,
    disposition_of,
    file_lines,
    follows,
    put_down,
    told_parts,
)
from geoville.api.openapi import published
from geoville.api.problems import problem_responses
from geoville.api.routing import AskedDay, Strict, day_asked, refuse_repeats
from geoville.api.service import CurrentService
from geoville.api.slots import SentFiles, in_a_slot
from geoville.eligibility.documents import ActionDocument, action_document
from geoville.errors import InvalidInputError
from geoville.sources.action_tables import RowKind, named_columns
from geoville.sources.actions import action_of, fault
from geoville.sources.rows.apart import readable
from geoville.workflows.action_report import (
    ActionTableDocument,
    changes_since,
    report_title,
    row_document,
    table_document,
    write_report,
)
from geoville.workflows.action_tables import TableChoices, TableNaming, check_table
from geoville.workflows.maps import draw_actions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

    from geoville.api.settings import Settings
    from geoville.eligibility.actions.summary import TotalChange
    from geoville.workflows.action_tables import CheckedRow, CheckedTable
    from geoville.workflows.actions import ActionDesk

# --- Shapes of the questions about actions

MOST_PLACES, MOST_HOMES = 100, 500
"""A request is answered in one go: a longer list goes through `geoville action check` and a file."""


class PointEntry(Strict):
    """Un lieu par ses coordonnées."""

    lon: float = Field(description="Longitude, degrés décimaux WGS 84")
    lat: float = Field(description="Latitude, degrés décimaux WGS 84")
    accuracy_m: float = Field(0.0, description="Précision en mètres ; exacte sinon")


class CountEntry(Strict):
    """Les bénéficiaires qui habitent un quartier."""

    perimeter: str = Field(max_length=32, description="Code du QPV")
    people: int = Field(ge=0)


class PublicEntry(Strict):
    """Les bénéficiaires, décrits d'une seule façon."""

    share_in_qpv: float | None = Field(None, ge=0, le=1, description="Part déclarée, entre 0 et 1")
    counts: list[CountEntry] | None = Field(None, max_length=1_000, description="Effectifs déclarés par quartier")
    total: int | None = Field(None, ge=1, description="Avec counts : tous les bénéficiaires, où qu'ils habitent")
    addresses: list[str] | None = Field(
        None, max_length=MOST_HOMES, description="Domiciles, un par bénéficiaire ; jamais repris dans la réponse"
    )
    catchment: dict[str, Any] | str | None = Field(None, description="Secteur desservi : GeoJSON ou WKT, WGS 84")


class ActionEntry(Strict):
    """L'action à vérifier."""

    title: str = Field(max_length=300)
    bearer: str | None = Field(None, max_length=300, description="Porteur")
    places: list[str | PointEntry] | None = Field(
        None, max_length=MOST_PLACES, description="Adresses, noms de lieux ou coordonnées"
    )
    zone: dict[str, Any] | str | None = Field(None, description="Zone de l'action : GeoJSON ou WKT, WGS 84")
    start: date | None = Field(None, description="Premier jour (AAAA-MM-JJ)")
    end: date | None = Field(None, description="Dernier jour")
    on: date | None = Field(None, description="Jour à juger au lieu de la période")
    public: PublicEntry | None = None


router = APIRouter(tags=["Dispositifs et attestations"])

REQUEST = "demande"
"""What errors cite in place of a file."""


@router.post(
    "/actions/check",
    summary="Sur quoi une action peut se fonder",
    response_model=published(ActionDocument),
    response_description="Réponse datée, motivée et sourcée ; « unknown » en est une",
    responses=problem_responses(400, 422),
)
async def check(service: CurrentService, asked: ActionEntry) -> ActionDocument:
    """Dire sur quoi une action peut se fonder : lieu, bénéficiaires, BOP 147, Région.

    Aucun effectif de moins de 11 personnes n'est publié, ni ce qui permettrait de le retrouver.
    """
    finding = service.actions.check(
        action_of(_entries(asked), REQUEST, folder=None),
        on=asked.on,
        today=day_asked(None, service),
    )
    return action_document(finding)


def _entries(asked: ActionEntry) -> dict[str, Any]:
    """Entries as a file of TOML or JSON gives them."""
    entries = asked.model_dump(exclude_none=True, exclude={"on"})
    counts = asked.public.counts if asked.public else None
    if counts is not None:
        people = {item.perimeter: item.people for item in counts}
        if len(people) < len(counts):
            raise fault("Un quartier est compté deux fois", REQUEST, "public.counts", "donner un effectif par quartier")
        entries["public"]["counts"] = people
    return entries


# --- A table of actions: sent, answered by a thread, given back whole; nothing of it is kept

MOST_ACTIONS = 20_000
"""Rows of a table: an action takes some milliseconds, and others wait for it."""

_NAMING = TableNaming("column", "bearers", "decisions", "default_citycode")


class TableResult(StrEnum):
    """What is to be given back of a table."""

    TABLE = "table"
    SUMMARY = "summary"
    REPORT = "report"
    PAGE = "page"
    MAP = "map"


class ActionFileForm(Strict):
    """Un tableau d'actions, et comment le lire."""

    data: UploadFile = Field(description="Tableau d'actions : CSV, XLSX ou ODS")
    result: list[TableResult] = Field(
        [TableResult.TABLE],
        max_length=len(TableResult),
        description="table : le tableau complété ; summary : sa synthèse en JSON ; report : en classeur ; page : sur "
        "une page PDF ; map : carte. Plusieurs, répété, pour qui demande application/x-ndjson",
    )
    column: list[ColumnName] = Field(
        [], max_length=MOST_COLUMNS, description="« lieu=Adresse », « montant=Versé »…, répété ; reconnues sinon"
    )
    sheet: ColumnName | None = Field(None, description="XLSX, ODS : feuille à lire ; sinon la première qui convient")
    encoding: str | None = Field(
        None, max_length=20, description="CSV : utf-8, cp1252, latin-1 ou utf-16 ; reconnu sinon"
    )
    delimiter: str | None = Field(None, max_length=3, description="CSV : « ; » « , » « | » ou tab ; reconnu sinon")
    default_citycode: str = Field(
        "", max_length=5, description="Code Insee de la commune des lieux qui n'en disent pas"
    )
    bearers: UploadFile | None = Field(None, description="Associations et leurs adresses : le siège de chaque porteur")
    seat_as_place: bool = Field(default=False, description="Prendre le siège pour lieu, quand le lieu n'est pas donné")
    catchment: float | None = Field(None, description="Estimer la part de QPV à tant de mètres de chaque lieu")
    decisions: UploadFile | None = Field(None, description="Tableau déjà répondu, où des décisions sont écrites")
    before: UploadFile | None = Field(None, description="Tableau répondu l'an dernier, que la synthèse compare")
    on: AskedDay | None = Field(None, description="Jour à juger ; sinon la période de chaque action, ou aujourd'hui")


@dataclass(frozen=True, slots=True)
class _Made:
    """A file made of a table, in the folder of its request."""

    path: Path
    name: str
    kind: str


class _SentTable:
    """What is asked of a table that was sent; a thread answers it.

    Parameters
    ----------
    today : day judged where a row gives no period, and that of the report.
    left : set once nobody waits for the answer any more.
    told : where each row is told as soon as it is answered; None where nobody follows.
    """

    def __init__(
        self, sent: SentFiles, settings: Settings, asked: ActionFileForm, *, today: date, left: Event, told: Told | None
    ) -> None:
        self._sent, self._asked, self._today, self._left, self._told = sent, asked, today, left, told
        self._most = min(settings.max_rows, MOST_ACTIONS)
        self._count = 0
        self._path = put_down(asked.data.file, sent, settings)
        kept = {"porteurs": asked.bearers, "decisions": asked.decisions, "avant": asked.before}
        paths = {
            stem: put_down(file.file, sent, settings, stem) if file and file.size else None
            for stem, file in kept.items()
        }
        self._before = paths["avant"]
        self._choices = TableChoices(
            named_columns(asked.column, _NAMING.column),
            asked.sheet,
            paths["porteurs"],
            asked.seat_as_place,
            asked.catchment,
            paths["decisions"],
            asked.default_citycode,
            asked.encoding,
            asked.delimiter,
            may_name_files=False,
            naming=_NAMING,
        )

    def answer(self, desk: ActionDesk) -> list[_Made]:
        """Answer the table, and write what is asked of it."""
        out = self._sent.folder / f"reponses{self._path.suffix}"
        with readable(), self._sent.apart.opening():
            checked = check_table(
                desk, self._path, out, on=self._asked.on, today=self._today, choices=self._choices, seen=self._seen
            )
            checked = replace(checked, called=PurePath(self._asked.data.filename or self._path.name).name)
            changes = changes_since(self._before, checked) if self._before else ()
            if self._told:
                self._told.tell({"table": table_document(checked, changes, with_rows=False)})
            return [self._make(result, checked, changes, desk, out) for result in dict.fromkeys(self._asked.result)]

    def _seen(self, row: CheckedRow) -> None:
        if self._left.is_set():
            raise Stopped
        if row.kind is RowKind.ACTION:
            self._count += 1
            check_rows(self._count, self._most)
        if self._told:
            self._told.tell({"row": row_document(row)})

    def _make(
        self, result: TableResult, table: CheckedTable, changes: Sequence[TotalChange], desk: ActionDesk, out: Path
    ) -> _Made:
        suffix, ending = (out.suffix, ".actions") if result is TableResult.TABLE else _WRITTEN_AS[result]
        name = answer_name(self._asked.data.filename or "", suffix, ending)
        path = out if result is TableResult.TABLE else self._sent.folder / f"{result.value}{suffix}"
        if result is TableResult.TABLE:
            table.write_rows(path)
        elif result is TableResult.SUMMARY:
            path.write_bytes(orjson.dumps(table_document(table, changes)))
        elif result is TableResult.MAP:
            draw_actions(desk, table.findings, report_title(table), path, self._asked.on or self._today, table.themes)
        else:
            write_report(table, path, issued=self._today, changes=changes)
        return _Made(path, name, _TYPES[suffix])


_WRITTEN_AS = {
    TableResult.SUMMARY: (".json", ".synthese"),
    TableResult.REPORT: (".xlsx", ".synthese"),
    TableResult.PAGE: (".pdf", ".synthese"),
    TableResult.MAP: (".html", ".carte"),
}
_TYPES = MEDIA_TYPES | {".json": "application/json", ".pdf": "application/pdf", ".html": "text/html; charset=utf-8"}
_FILES = tuple(kind for suffix, kind in _TYPES.items() if suffix != ".json")


@router.post(
    "/actions/check/csv",
    summary="Un tableau d'actions",
    response_class=Response,
    response_description="Le tableau complété, ou ce qui est demandé de lui",
    responses={
        200: {
            "model": published(ActionTableDocument),
            "content": {
                kind: {"schema": {"type": "string"} | ({} if kind.startswith("text/") else {"format": "binary"})}
                for kind in _FILES
            },
        },
        **problem_responses(400, 413, 422, 503),
    },
)
async def check_table_file(
    request: Request, service: CurrentService, asked: Annotated[ActionFileForm, Form(media_type="multipart/form-data")]
) -> Response:
    """Répondre pour chaque action d'un tableau CSV, XLSX ou ODS, comme `geoville action check-file`.

    Rien n'est gardé, et aucun fichier que le tableau nommerait n'est lu. Qui demande application/x-ndjson reçoit chaque
    ligne dès qu'elle est répondue (`row`), la synthèse (`table`), puis les fichiers demandés, en base 64 (`file`).
    """
    refuse_repeats((await request.form()).multi_items(), "champ", advice="envoyer un tableau à la fois", but=_REPEATED)
    told = Told() if follows(request) else None
    if told is None and len(set(asked.result)) > 1:
        raise InvalidInputError(
            "Plusieurs résultats sont demandés en une réponse", advice=f"en demander un, ou Accept: {LINES}"
        )
    left = told.left if told else Event()
    settings, today = request.app.state.settings, day_asked(None, service)

    async def serve(sent: SentFiles) -> ThreadAnswer:
        table = await asyncio.to_thread(_SentTable, sent, settings, asked, today=today, left=left, told=told)
        work = service.aside.checking(table.answer)
        if told is not None:
            return ThreadAnswer(sent, work, left, told_parts(told, work, lambda: _lines(work.result())), _AS_LINES)
        answer = ThreadAnswer(sent, work, left, _bytes_of(work), {})
        await answer.written()
        made = work.result()[0]
        answer.headers["Content-Type"] = made.kind
        if made.kind != _TYPES[".json"]:
            answer.headers["Content-Disposition"] = f"attachment; {disposition_of(made.name)}"
        return answer

    return await in_a_slot(request, serve)


_REPEATED = {"column", "result"}
_AS_LINES = {"Content-Type": LINES}
_BLOCK_BYTES = 1 << 16


def _lines(made: Iterable[_Made]) -> Iterator[bytes]:
    for one in made:
        yield from file_lines(one.path, one.name, one.kind)


async def _bytes_of(work: asyncio.Future[list[_Made]]) -> AsyncIterator[bytes]:
    with work.result()[0].path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
