"""Whole files by HTTP: uploads, their forms, routes and answers."""

from __future__ import annotations

import asyncio
import base64
import codecs
import re
import shutil
import unicodedata
from collections import Counter, deque
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING, Annotated, Any, TypeVar, cast
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from geoville import french
from geoville.api.adresse import metres_between, refuse_other_days
from geoville.api.openapi import published
from geoville.api.problems import problem_document, problem_responses
from geoville.api.routing import DAY, AskedDay, GivenOnce, Strict, day_asked, refuse_repeats
from geoville.api.service import CurrentService
from geoville.api.slots import SentFiles, in_a_slot
from geoville.eligibility.decide import decide
from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError
from geoville.geocoding.remote import RemoteGeocoder
from geoville.model import Position
from geoville.sources.clock import today_where
from geoville.sources.files import kept_everywhere
from geoville.sources.rows.apart import no_room, readable
from geoville.sources.rows.limits import ODS, XLSX, too_many_columns, workbook_suffix
from geoville.sources.rows.row import AddedCells, AddedColumn
from geoville.workflows.file_preview import PreviewDocument, preview_document, preview_of
from geoville.workflows.lookup_file.desk import FileDesk, with_only_commune
from geoville.workflows.lookup_file.questions import Asking, FileColumns, Naming
from geoville.workflows.lookup_file.results import (
    ADDED_COLUMNS,
    CODES,
    DAY_PLACE,
    IN_WORDS,
    NEAREST_COLUMNS,
    STATUS_PLACE,
    VERDICT_PLACE,
    answer_document,
    columns_beside,
    none_found,
    point_of,
    with_nearest,
)
from geoville.workflows.lookup_file.review import (
    DECISION_COLUMNS,
    OpenRow,
    decision_cells,
    read_decisions,
    review_page,
    review_row,
    streets_around,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
    from datetime import date

    from starlette.types import Receive, Scope, Send

    from geoville.api.settings import Settings
    from geoville.model import Answer, NotFound
    from geoville.sources.pack import Pack
    from geoville.sources.rows.files import RowFile
    from geoville.sources.rows.row import InputRow
    from geoville.workflows.lookup import DeskChoice, LookupDesk
    from geoville.workflows.lookup_file.questions import Questions
    from geoville.workflows.lookup_file.review import ReviewDecision


# --- A file that was sent, put in a folder of its own to be read row by row, and bounded before it is

PARQUET = ".parquet"
_FORMATS = {b"PK\x03\x04": XLSX, b"PAR1": PARQUET}
_HEADER_LINES = 1
_LONGEST_HEADER_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent.

    Parameters
    ----------
    rows : open for reading, by processes of its own.
    out : where its copy with answers goes, beside it.
    """

    rows: RowFile
    out: Path

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook, XLSX or ODS, else CSV."""
        return self.out.suffix in {XLSX, ODS}


def receive(file: IO[bytes], sent: SentFiles, settings: Settings, columns: FileColumns) -> Upload:
    """Put a file in its folder and open it.

    Raises
    ------
    InvalidInputError
        As `put_down`; or it cannot be read, or is longer than what is answered at once.
    """
    path = put_down(file, sent, settings)
    with readable(), sent.apart.opening():
        rows = columns.open(path)
    check_rows((rows.expected_rows or 0) - _HEADER_LINES, settings.max_rows)
    out = sent.folder / f"reponses{path.suffix}"
    out.touch()
    return Upload(rows, out)


def put_down(file: IO[bytes], sent: SentFiles, settings: Settings, stem: str = "fichier") -> Path:
    """Put a file in its folder. Its own name is not used: its first bytes say its format.

    Raises
    ------
    InvalidInputError
        It is neither CSV, XLSX nor ODS, or is too big once unpacked.
    DataUnavailableError
        The disk of the service is full.
    """
    file.seek(0)
    suffix = _FORMATS.get(file.read(4), ".csv")
    file.seek(0)
    if suffix == PARQUET:
        raise InvalidInputError("Un fichier Parquet n'est pas lu ici", advice="envoyer un fichier CSV, XLSX ou ODS")
    path = sent.folder / stem
    try:
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
    except OSError as error:
        raise no_room() from error
    if suffix == XLSX:
        suffix = sent.apart.call(workbook_suffix, path, settings.max_unpacked_bytes, settings.max_decompression_ratio)
    else:
        _check_header_length(path)
    return path.rename(path.with_suffix(suffix))


def check_rows(count: int, most: int) -> None:
    """Refuse more rows than are answered at once.

    Raises
    ------
    InvalidInputError
        There are.
    """
    if count > most:
        raise InvalidInputError(f"Plus de {french.counted(most, 'ligne')}", advice="couper le fichier en plusieurs")


def _check_header_length(path: Path) -> None:
    """Refuse names of columns that would fill the memory, before they are held in it."""
    with path.open("rb") as file:
        if len(file.readline(_LONGEST_HEADER_BYTES)) == _LONGEST_HEADER_BYTES:
            raise too_many_columns(path)


# --- A file answered row by row while its copy is sent, then removed: nothing of it is kept

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Of the files that are sent, and of their copies."""
ROWS_AT_ONCE = 50
"""Rows that the thread hands over together: handing over takes as long as an answer."""

MOST_FAILURES = 3
"""Of a remote geocoder, in a row, before the rest of a file is answered without it."""

_BLOCK_BYTES = 1 << 16
_WAIT_S = 0.05


_Row = TypeVar("_Row")
_Answer = TypeVar("_Answer")


class Stopped(Exception):  # noqa: N818 - no error
    """The client has left: nobody waits for the rest."""


LINES = "application/x-ndjson"
"""Media type of an answer told row by row, a JSON document on each line, then the files written, in parts."""


_MOST_LINES_WAITING = 20_000


class Told:
    """What a thread tells of its work, line by line, to a client that follows it; it waits for one who does not.

    Attributes
    ----------
    left : set once nobody listens any more.
    """

    def __init__(self) -> None:
        self.left = Event()
        self._lines: deque[bytes] = deque()

    def tell(self, document: Mapping[str, Any]) -> None:
        """Add a line."""
        while len(self._lines) >= _MOST_LINES_WAITING and not self.left.wait(_WAIT_S):
            pass
        self._lines.append(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))

    def told(self) -> bytes:
        """Lines since the last call."""
        return b"".join(self._lines.popleft() for _ in range(len(self._lines)))


def file_lines(path: Path, name: str, kind: str) -> Iterator[bytes]:
    """A file as lines: its name and type, and a part of its bytes in base64 on each."""
    with path.open("rb") as file:
        while part := file.read(_BLOCK_BYTES):
            said = {"name": name, "type": kind, "part": base64.b64encode(part).decode()}
            yield orjson.dumps({"file": said}, option=orjson.OPT_APPEND_NEWLINE)


def follows(request: Request) -> bool:
    """Whether a client asks to be told row by row."""
    return LINES in request.headers.get("accept", "")


class ThreadAnswer(StreamingResponse):
    """What a thread makes in a folder, of which nothing is kept.

    Parameters
    ----------
    sent : its folder, removed with the rest when the client is done with it; what reads its files is ended at once.
    work : of the thread.
    """

    def __init__(
        self,
        sent: SentFiles,
        work: asyncio.Future[Any],
        left: Event,
        parts: AsyncIterator[bytes],
        headers: Mapping[str, str],
    ) -> None:
        self._sent, self._work, self._left = sent, work, left
        self._work.add_done_callback(_looked_at)
        super().__init__(parts, headers=headers)

    async def written(self) -> None:
        """Wait for the whole, where it cannot be sent before: a workbook is finished by its beginning.

        Raises
        ------
        InvalidInputError
            A file cannot be read to its end.
        """
        try:
            await asyncio.shield(self._work)
        except BaseException:
            self.release()
            raise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, and remove everything."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.release()

    def release(self) -> None:
        """Have everything ended, removed and given back, however far it is."""
        self._left.set()
        self._sent.end()
        if self._work.done():
            self._sent.cleanup()
        else:
            self._work.add_done_callback(lambda _: self._sent.cleanup())


def _looked_at(work: asyncio.Future[Any]) -> None:
    """Its error was looked at, even where the client has left."""
    if not work.cancelled():
        work.exception()


async def told_parts(
    told: Told, work: asyncio.Future[Any], files: Callable[[], Iterator[bytes]]
) -> AsyncIterator[bytes]:
    """What a thread tells while it works, then the files that it wrote, or why there are none."""
    while not work.done():
        if lines := told.told():
            yield lines
        await asyncio.wait([work], timeout=_WAIT_S)
    yield told.told()
    try:
        work.result()
    except GeovilleError as error:
        yield orjson.dumps({"problem": problem_document(error)}, option=orjson.OPT_APPEND_NEWLINE)
        return
    for line in files():
        yield line


MOST_REVIEWED = 2_000
"""Rows on a page of what is left to be checked: the others come once these are decided and given back."""

_MOST_DECISION_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Review:
    """What is done of the rows left to be checked.

    Parameters
    ----------
    page : where their page goes, in the folder of the request; None for none.
    decisions : taken before, by the key of their question; None where none were given.
    territory : whose streets the page draws; None for no page.
    """

    page: Path | None = None
    decisions: Mapping[str, ReviewDecision] | None = None
    territory: Pack | None = None


def decisions_sent(file: UploadFile, sent: SentFiles, data_version: str) -> Mapping[str, ReviewDecision]:
    """Decisions that a page of review saved, and that were sent with the file.

    Raises
    ------
    InvalidInputError
        As `read_decisions`; or the file is longer than any that a page saves.
    """
    text = file.file.read(_MOST_DECISION_BYTES + 1)
    if len(text) > _MOST_DECISION_BYTES:
        raise InvalidInputError("Le fichier de décisions est trop long", advice="donner celui que la page enregistre")
    path = sent.folder / "decisions.json"
    try:
        path.write_bytes(text)
    except OSError as error:
        raise no_room() from error
    return read_decisions(path, data_version)


class FileAnswer(ThreadAnswer):
    """The copy of a file with its answers, sent as it is written.

    Parameters
    ----------
    sent : the file, and where its copy goes.
    choice : of that desk, by name.
    kept : places of the columns added, among `added_columns`.
    named : name of the file that was sent; the answer's comes from it.
    epsg : projected CRS of the territory, where the address nearest to each point is looked for; else None.
    with_bom : whether a CSV file in UTF-8 begins with its mark, though the one sent does not.
    with_words : whether the codes have their French words beside them.
    review : of what is left to be checked: its page is sent after the copy, or in its place where nothing is told.
    told : where each answer is told as soon as it is known; the copy then follows. None for the copy alone.
    """

    def __init__(
        self,
        upload: Upload,
        sent: SentFiles,
        desk: LookupDesk,
        questions: Questions,
        on: date,
        *,
        choice: DeskChoice,
        kept: Sequence[int],
        most_rows: int,
        named: str = "",
        epsg: int | None = None,
        with_bom: bool = False,
        with_words: bool = False,
        review: Review | None = None,
        told: Told | None = None,
    ) -> None:
        self._upload, self._told, self._with_words = upload, told, with_words
        self._kept, self._most_rows = kept, most_rows
        self._epsg, self._mark = epsg, codecs.BOM_UTF8 if with_bom and _lacks_mark(upload.rows) else b""
        self._left = told.left if told else Event()
        self._desk, self._loop = desk, asyncio.get_running_loop()
        self._review, self._named = review or Review(), named
        self._open: list[OpenRow] = []
        self._choice, self._statuses = choice, Counter[str]()
        self._remote = _RemoteDesk(desk, self._loop)
        asked = cast("LookupDesk", self._remote) if isinstance(desk.geocoder, RemoteGeocoder) else desk
        self._rows = FileDesk(asked, Asking(questions, on))
        work = self._loop.run_in_executor(None, self._write)
        name = answer_name(named, upload.out.suffix)
        kind = _content_type(upload)
        if self._review.page is not None and told is None:
            name, kind = answer_name(named, self._review.page.suffix, _REVIEW), _PAGE
        if told is not None:
            parts, headers = told_parts(told, work, lambda: self._files(name)), {"Content-Type": LINES}
        else:
            disposition = {"Content-Disposition": f"attachment; {disposition_of(name)}"}
            parts, headers = self._parts(), disposition | {"Content-Type": kind}
        super().__init__(sent, work, self._left, parts, headers)

    def _files(self, name: str) -> Iterator[bytes]:
        """The copy as lines, then the page of what is left to be checked; a mark is a part of its own."""
        kind = _content_type(self._upload)
        if self._mark:
            said = {"name": name, "type": kind, "part": base64.b64encode(self._mark).decode()}
            yield orjson.dumps({"file": said}, option=orjson.OPT_APPEND_NEWLINE)
        yield from file_lines(self._upload.out, name, kind)
        page = self._review.page
        if page is not None:
            yield from file_lines(page, answer_name(self._named, page.suffix, _REVIEW), _PAGE)

    @property
    def remarks(self) -> list[str]:
        """French sentences on the answers, once they are all written."""
        said = none_found(self._statuses, self._choice)
        return [f"{said}."] if said else []

    async def begun(self) -> None:
        """Wait for the first bytes of the copy: a file that is refused at once is answered by a problem.

        Raises
        ------
        InvalidInputError
            It is.
        """
        while not self._work.done() and not self._upload.out.stat().st_size:
            await asyncio.wait([self._work], timeout=_WAIT_S)
        if self._work.done():
            await self.written()

    async def _parts(self) -> AsyncIterator[bytes]:
        page = self._review.page
        if self._mark and page is None:
            yield self._mark
        with (page or self._upload.out).open("rb") as copy:
            while True:
                is_over = self._work.done()
                if block := copy.read(_BLOCK_BYTES):
                    yield block
                elif is_over:
                    break
                else:
                    await asyncio.wait([self._work], timeout=_WAIT_S)
        self._work.result()

    def _write(self) -> None:
        rows = self._upload.rows
        columns = columns_beside(rows.columns, added_columns(reverse=self._epsg is not None))
        kept = [columns[place] for place in self._kept]
        words = [place for place in self._kept if place in CODES] if self._with_words else []
        named = [AddedColumn(f"{columns[place].name}{IN_WORDS}", str) for place in words]
        decided = columns_beside(rows.columns, DECISION_COLUMNS) if self._review.decisions is not None else ()
        with readable():
            rows.write(self._upload.out, [*kept, *columns_beside(rows.columns, named), *decided], self._answers(words))
        if self._told is not None and self.remarks:
            self._told.tell({"remarks": self.remarks})
        if self._review.page is not None:
            self._write_page(self._review.page)

    def _write_page(self, path: Path) -> None:
        """Draw the page of what is left to be checked: each row of it is asked again, for what its map shows."""
        asking, desk = self._rows.asking, self._rows.desk
        asked = self._open[:MOST_REVIEWED]
        found = self._in_turn(asked, lambda row: asking.questions.ask(row.cells, desk, asking.on).answer)
        streets = streets_around(self._review.territory, self._desk) if self._review.territory else {}
        rows = [review_row(row, answer, streets) for row, answer in zip(asked, found, strict=True)]
        shown = [row for row in rows if row is not None]
        path.write_text(review_page(shown, self._desk, name=self._named, on=asking.on), encoding="utf-8")
        if self._told is not None:
            self._told.tell({"review": {"rows": len(shown), "open": len(self._open)}})

    def _answers(self, words: Sequence[int]) -> Iterator[AddedCells]:
        rows = self._upload.rows
        places = [rows.columns.index(name) for name in self._rows.asking.questions.columns]
        found = rows.rows(places)
        count = 0
        while chunk := list(islice(found, ROWS_AT_ONCE)):
            count += len(chunk)
            check_rows(count, self._most_rows)
            for row, answer in zip(chunk, self._in_turn(chunk, self._answer), strict=True):
                self._statuses[str(answer.cells[STATUS_PLACE])] += 1
                if self._told is not None:
                    self._told.tell({"row": answer_document(row, answer)})
                kept = (answer.cells[place] for place in self._kept)
                in_words = (CODES[place].get(answer.cells[place]) for place in words)
                yield AddedCells(answer.line, (*kept, *in_words, *self._decided(row, answer)))

    def _decided(self, row: InputRow, answer: AddedCells) -> tuple[str | None, ...]:
        """What was decided of a row, where decisions were given; one that stays open is kept for the page."""
        left = OpenRow.of(row.line, row.cells, answer.cells[VERDICT_PLACE], answer.cells[DAY_PLACE])
        decisions = self._review.decisions
        if left is not None and self._review.page is not None and left.key not in (decisions or {}):
            self._open.append(left)
        return () if decisions is None else decision_cells(left, decisions)

    def _in_turn(self, rows: Sequence[_Row], answer: Callable[[_Row], _Answer]) -> list[_Answer]:
        """Answers to some rows: by the event loop, but for what a remote geocoder is asked, which this thread does."""
        if self._left.is_set():
            raise Stopped
        if isinstance(self._desk.geocoder, RemoteGeocoder):
            return [answer(row) for row in rows]

        async def in_turn() -> list[_Answer]:
            answers = []
            for row in rows:
                if self._left.is_set():
                    raise Stopped
                answers.append(answer(row))
                await asyncio.sleep(0)
            return answers

        return asyncio.run_coroutine_threadsafe(in_turn(), self._loop).result()

    def _answer(self, row: InputRow) -> AddedCells:
        return self._reversed(self._rows.answer(row))

    def _reversed(self, answer: AddedCells) -> AddedCells:
        """The answer to a point with the address nearest to it, where that is asked; the verdict stays the point's."""
        if self._epsg is None:
            return answer
        point = point_of(answer.cells)
        is_remote = isinstance(self._desk.geocoder, RemoteGeocoder)
        geocoder = self._remote if is_remote else self._desk.geocoder
        found = geocoder.reverse(*point) if point else None
        if point is None or not isinstance(found, Position):
            return AddedCells(answer.line, with_nearest(answer.cells, None, None))
        away_m = metres_between(point, (found.lon, found.lat), self._epsg)
        return AddedCells(answer.line, with_nearest(answer.cells, found, away_m))


# --- What the headers of an answer say of its file

_REVIEW, _PAGE = ".relire", "text/html; charset=utf-8"

_LONGEST_FILE_NAME = 100
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"*:<>?|%;]+')


def answer_name(sent: str, suffix: str, ending: str = ".geocoded") -> str:
    """Name of an answer after that of the file sent, as the API Adresse gives it.

    >>> answer_name("../adhérents 2026.CSV", ".csv")
    'adhérents 2026.geocoded.csv'
    """
    stem = re.split(r"[/\\]", sent)[-1].rpartition(".")[0] or sent
    stem = _NOT_IN_NAMES.sub(" ", stem).strip(" ./\\")[:_LONGEST_FILE_NAME] or "geoville"
    return kept_everywhere(f"{stem}{ending}{suffix}")


def disposition_of(name: str) -> str:
    r"""A name of file as `Content-Disposition` writes it (RFC 6266).

    >>> disposition_of("adhérents.csv")
    'filename="adherents.csv"; filename*=UTF-8\'\'adh%C3%A9rents.csv'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f'filename="{plain}"' + ("" if plain == name else f"; filename*=UTF-8''{quote(name)}")


def _content_type(upload: Upload) -> str:
    """Media type of the answer; a CSV file says its encoding, which is that of the file sent."""
    kind = MEDIA_TYPES[upload.out.suffix]
    return f"{kind}; charset={upload.rows.charset}" if upload.rows.charset else kind


def _lacks_mark(rows: RowFile) -> bool:
    return rows.charset == "utf-8" and not rows.has_mark


class _RemoteDesk:
    """A desk whose searches are made by the thread that asks, and whose verdicts are those of the event loop.

    Where the geocoder fails, each row says so, since the copy that is being sent can no longer be refused. Past a few
    failures in a row it is not asked any more: each one is several tries, and the rest of the file would take hours.
    """

    def __init__(self, desk: LookupDesk, loop: asyncio.AbstractEventLoop) -> None:
        self._desk = desk
        self._loop = loop
        self._failures = 0

    def answer(self, question: str, on: date, *, postcode: str = "", citycode: str = "", rules: bool = True) -> Answer:
        """As `LookupDesk.answer`."""
        if self._failures == MOST_FAILURES:
            raise InvalidInputError("Géocodeur hors service, ligne non cherchée", advice="la renvoyer plus tard")
        try:
            found = self._desk.located(question, postcode=postcode, citycode=citycode)
        except DataUnavailableError as error:
            self._failures += 1
            raise InvalidInputError(error.message, advice=error.advice) from None
        self._failures = 0

        async def decided() -> Answer:
            return decide(found, self._desk.index, on, rules=rules, today=today_where(found))

        return asyncio.run_coroutine_threadsafe(decided(), self._loop).result()

    def answer_at(self, lon: float, lat: float, on: date, accuracy_m: float = 0.0, *, rules: bool = True) -> Answer:
        """As `LookupDesk.answer_at`."""

        async def decided() -> Answer:
            return self._desk.answer_at(lon, lat, on, accuracy_m, rules=rules)

        return asyncio.run_coroutine_threadsafe(decided(), self._loop).result()

    def reverse(self, lon: float, lat: float) -> Position | NotFound | None:
        """Address nearest to a point; None where the geocoder fails: the verdict of the point needs none."""
        if self._failures == MOST_FAILURES:
            return None
        try:
            found = self._desk.geocoder.reverse(lon, lat)
        except DataUnavailableError:
            self._failures += 1
            return None
        self._failures = 0
        return found


def added_columns(*, reverse: bool) -> tuple[AddedColumn, ...]:
    """Columns that may be added to a file, in order."""
    return (*ADDED_COLUMNS, *NEAREST_COLUMNS) if reverse else ADDED_COLUMNS


def places_of(names: Sequence[str], columns: Sequence[AddedColumn]) -> list[int]:
    """Places of the columns asked for, in the order of a whole answer; all of them where none is asked for.

    Raises
    ------
    InvalidInputError
        A name is not that of a column that geoville adds.
    """
    known = [column.name for column in columns]
    if not set(names) <= set(known):
        raise InvalidInputError("Colonne de réponse inconnue", advice=f"choisir parmi {', '.join(known)}")
    return [place for place, name in enumerate(known) if not names or name in names]


# --- Shapes of the forms of `/search/csv` and `/reverse/csv`: those of the API Adresse

MOST_COLUMNS = 50
LONGEST_NAME = 200

ColumnName = Annotated[str, Field(max_length=LONGEST_NAME)]


class FileForm(BaseModel):
    """Un fichier, et comment le lire. What it does not know is ignored, as the API Adresse ignores it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    data: UploadFile = Field(description="Fichier CSV, ou classeur XLSX ou ODS")
    result_columns: list[ColumnName] = Field(
        [], max_length=MOST_COLUMNS, description="Colonnes à ajouter, répété ; toutes sinon"
    )
    encoding: str | None = Field(
        None, max_length=20, description="CSV : utf-8, cp1252, latin-1 ou utf-16 ; reconnu sinon"
    )
    delimiter: str | None = Field(None, max_length=3, description="CSV : « ; » « , » « | » ou tab ; reconnu sinon")
    sheet: ColumnName | None = Field(None, description="XLSX, ODS : feuille à lire ; sinon la première qui convient")
    date: ColumnName | None = Field(None, description="Colonne du jour de la question, ligne par ligne ; `on` si vide")
    on: AskedDay | None = Field(None, description=DAY)
    with_bom: bool = Field(
        default=False, description="CSV en UTF-8 : le commencer par la marque que les tableurs attendent"
    )
    with_words: bool = Field(
        default=False, description="Ajouter les mots français des codes, en colonnes « …_en_clair »"
    )

    def said(self, naming: Naming) -> FileColumns:
        """What it says of the file, before its columns."""
        return FileColumns(
            encoding=self.encoding, separator=self.delimiter, sheet=self.sheet, naming=naming, date=self.date
        )


class ReviewedFileForm(FileForm):
    """Un fichier, et ce qui est fait des lignes qui restent à vérifier."""

    review: bool = Field(
        default=False,
        description="Rendre, au lieu du fichier, la page où décider ce qui reste à vérifier ; après lui, pour qui "
        "demande application/x-ndjson",
    )
    decisions: UploadFile | None = Field(
        None, description="Décisions que cette page a enregistrées (JSON), à reprendre en colonnes `qpv_decision`…"
    )


class AddressFileForm(FileForm):
    """Un fichier d'adresses."""

    columns: list[ColumnName] = Field(
        [], max_length=MOST_COLUMNS, description="Colonnes de l'adresse, dans l'ordre, répété ; reconnues sinon"
    )
    citycode: ColumnName | None = Field(None, description="Colonne du code Insee qui limite la recherche")
    postcode: ColumnName | None = Field(None, description="Colonne du code postal qui limite la recherche")
    default_citycode: str | None = Field(
        None, max_length=5, description="Code Insee de la commune des lignes qui n'en disent pas"
    )

    def columns_asked(self, naming: Naming) -> FileColumns:
        """What it says of the file and of its columns."""
        return replace(
            self.said(naming),
            address=tuple(self.columns),
            postcode=self.postcode,
            citycode=self.citycode,
            default_citycode=self.default_citycode,
        )


class SearchFileForm(AddressFileForm, ReviewedFileForm):
    """Un fichier d'adresses."""


class ReverseFileForm(ReviewedFileForm):
    """Un fichier de coordonnées."""

    lon: ColumnName | None = Field(None, description="Colonne de la longitude ; reconnue sinon")
    lat: ColumnName | None = Field(None, description="Colonne de la latitude ; reconnue sinon")
    crs: str | None = Field(
        None, max_length=40, description="Système des coordonnées (2154 : Lambert-93) ; degrés WGS 84 sinon"
    )


router = APIRouter(tags=["API Adresse"], dependencies=[GivenOnce])

SEARCH_FIELDS = Naming(
    "columns", "lon et lat, envoyés à /reverse/csv", "crs, envoyé à /reverse/csv", "default_citycode"
)
_REVERSE_FIELDS = Naming("columns, envoyé à /search/csv", "lon et lat", "crs", "default_citycode, envoyé à /search/csv")
_REPEATED = {"columns", "result_columns"}

PARTS = Form(media_type="multipart/form-data")
"""Said, since FastAPI describes a model of a form as fields of an address, which hold no file."""

# What `follows` asks for is not among the types: generated clients ask for the one that looks most like JSON.
_COMMON: dict[str, Any] = {
    "response_class": Response,
    "response_description": "Le fichier envoyé, avec les colonnes ajoutées",
    "responses": {
        200: {
            "content": {
                kind: {"schema": {"type": "string"} | ({} if kind == MEDIA_TYPES[".csv"] else {"format": "binary"})}
                for kind in MEDIA_TYPES.values()
            }
            | {"text/html": {"schema": {"type": "string"}}}
        },
        **problem_responses(400, 413, 422, 503),
    },
}


@router.post("/search/csv", summary="Verdicts d'un fichier d'adresses", **_COMMON)
async def search_file(request: Request, service: CurrentService, asked: Annotated[SearchFileForm, PARTS]) -> Response:
    """Répondre pour chaque ligne d'un fichier CSV, XLSX ou ODS, comme `geoville lookup-file`.

    Une ligne mal écrite a son `result_status` ; les autres sont répondues. Rien n'est gardé. `review` rend la page où
    décider les lignes à vérifier, `decisions` les reprend ensuite, comme `--review` et `--decisions`. `lat` et `lon`,
    que l'API Adresse prend pour des colonnes, sont sans effet : être proche ne départage pas deux adresses possibles.
    """
    return await _answered(
        request,
        service,
        asked,
        asked.columns_asked(SEARCH_FIELDS),
    )


@router.post("/reverse/csv", summary="Verdicts d'un fichier de coordonnées", **_COMMON)
async def reverse_file(request: Request, service: CurrentService, asked: Annotated[ReverseFileForm, PARTS]) -> Response:
    """Répondre pour chaque ligne d'un fichier de coordonnées (WGS 84, ou `crs`), comme `geoville lookup-file`.

    Chaque ligne reçoit aussi l'adresse la plus proche du point et sa distance en mètres, vides si aucune n'est proche.
    Le verdict est celui du point.
    """
    columns = replace(asked.said(_REVERSE_FIELDS), lon=asked.lon, lat=asked.lat, crs=asked.crs, only_coordinates=True)
    return await _answered(request, service, asked, columns, reverse=True)


class PreviewForm(Strict):
    """Un fichier à regarder."""

    data: UploadFile = Field(description="Fichier CSV, ou classeur XLSX ou ODS")
    sheet: ColumnName | None = Field(None, description="XLSX, ODS : feuille à lire ; sinon la première qui convient")
    encoding: str | None = Field(None, max_length=20, description="CSV : reconnu sinon")
    delimiter: str | None = Field(None, max_length=3, description="CSV : reconnu sinon")


preview_router = APIRouter(tags=["API Adresse"], dependencies=[GivenOnce])


@preview_router.post(
    "/files/preview",
    summary="Ce que geoville comprend d'un fichier",
    response_model=published(PreviewDocument),
    response_description="Ses premières lignes, et ce pour quoi ses colonnes sont prises",
    responses=problem_responses(400, 413, 422),
)
async def file_preview(request: Request, asked: Annotated[PreviewForm, PARTS]) -> Any:
    """Regarder un fichier d'adresses, de coordonnées ou d'actions avant de le faire répondre. Rien n'est gardé."""
    settings = request.app.state.settings

    def looked_at(sent: SentFiles) -> PreviewDocument:
        path = put_down(asked.data.file, sent, settings)
        with readable(), sent.apart.opening():
            seen = preview_of(path, sheet=asked.sheet, encoding=asked.encoding, separator=asked.delimiter)
        return preview_document(seen)

    return await in_a_slot(request, lambda sent: asyncio.to_thread(looked_at, sent))


async def _answered(
    request: Request,
    service: CurrentService,
    asked: ReviewedFileForm,
    columns: FileColumns,
    *,
    reverse: bool = False,
) -> Response:
    fields = (await request.form()).multi_items()
    known = [(name, value) for name, value in fields if name in type(asked).model_fields]
    refuse_repeats(known, "champ", advice="envoyer un fichier à la fois", but=_REPEATED)
    refuse_other_days((name for name, _ in fields), but={"date"})
    settings = request.app.state.settings
    kept = places_of(asked.result_columns, added_columns(reverse=reverse))
    told = Told() if follows(request) else None
    on = day_asked(asked.on, service)

    async def serve(sent: SentFiles) -> FileAnswer:
        upload = await asyncio.to_thread(receive, asked.data.file, sent, settings, columns)
        questions = with_only_commune(await asyncio.to_thread(columns.asked_of, upload.rows), service.choice)
        decided = asked.decisions if asked.decisions and asked.decisions.size else None
        version = service.desk.index.version
        review = Review(
            sent.folder / "relire.html" if asked.review else None,
            await asyncio.to_thread(decisions_sent, decided, sent, version) if decided else None,
            service.territory,
        )
        answer = FileAnswer(
            upload,
            sent,
            service.desk,
            questions,
            on,
            choice=service.choice,
            kept=kept,
            most_rows=settings.max_rows,
            named=asked.data.filename or "",
            epsg=service.territory.epsg if reverse else None,
            with_bom=asked.with_bom,
            with_words=asked.with_words,
            review=review,
            told=told,
        )
        if told is None:
            await (answer.written() if upload.is_workbook or asked.review else answer.begun())
        return answer

    return await in_a_slot(request, serve)
