"""A file answered row by row while its copy is sent, then removed: nothing of it is kept.

A thread reads the rows and writes the copy; every question is answered in the event loop, which alone holds the
perimeters. Another request is answered between two rows.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING, cast

from starlette.responses import StreamingResponse

from geoville.api.upload import check_rows, readable
from geoville.eligibility.decide import decide
from geoville.errors import DataUnavailableError, InvalidInputError
from geoville.geocoding.remote import RemoteGeocoder
from geoville.sources.row_files import AddedCells
from geoville.workflows.lookup_file.results import ADDED_COLUMNS, answered, columns_beside

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from datetime import date
    from tempfile import TemporaryDirectory

    from starlette.types import Receive, Scope, Send

    from geoville.api.upload import Upload
    from geoville.model import Answer
    from geoville.sources.row_files import InputRow
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file.questions import Questions

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_AT_ONCE = 50
"""Rows that the thread hands over together: handing over takes as long as an answer."""

MOST_FAILURES = 3
"""Of a remote geocoder, in a row, before the rest of a file is answered without it."""

_BLOCK_BYTES = 1 << 16
_WAIT_S = 0.05


class _Stopped(Exception):  # noqa: N818 - no error: the client has left
    pass


class FileAnswer(StreamingResponse):
    """The copy of a file with its answers, sent as it is written.

    Parameters
    ----------
    folder : holds the file and its copy; removed when both the thread and the client are done with them.
    kept : places of the columns added, among `ADDED_COLUMNS`.
    """

    def __init__(
        self,
        upload: Upload,
        folder: TemporaryDirectory[str],
        desk: LookupDesk,
        questions: Questions,
        on: date,
        *,
        kept: Sequence[int],
        most_rows: int,
    ) -> None:
        self._upload, self._folder = upload, folder
        self._questions, self._on = questions, on
        self._kept, self._most_rows = kept, most_rows
        self._left = Event()
        self._desk, self._loop = desk, asyncio.get_running_loop()
        self._remote = cast("LookupDesk", _RemoteDesk(desk, self._loop))
        self._work = self._loop.run_in_executor(None, self._write)
        self._work.add_done_callback(lambda work: work.exception())  # looked at, even where the client has left
        suffix = upload.out.suffix
        disposition = f'attachment; filename="geoville{suffix}"'
        super().__init__(
            self._parts(), headers={"Content-Type": MEDIA_TYPES[suffix], "Content-Disposition": disposition}
        )

    async def written(self) -> None:
        """Wait for the whole copy, where it cannot be sent before: a workbook is finished by its beginning.

        Raises
        ------
        InvalidInputError
            The file cannot be read to its end.
        """
        try:
            await asyncio.shield(self._work)
        except BaseException:
            self._release()
            raise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the copy, and remove everything."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._release()

    def _release(self) -> None:
        self._left.set()
        if self._work.done():
            self._folder.cleanup()
        else:
            self._work.add_done_callback(lambda _: self._folder.cleanup())

    async def _parts(self) -> AsyncIterator[bytes]:
        with self._upload.out.open("rb") as copy:
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
        columns = columns_beside(rows.columns)
        with readable():
            rows.write(self._upload.out, [columns[place] for place in self._kept], self._answers())

    def _answers(self) -> Iterator[AddedCells]:
        rows = self._upload.rows
        places = [rows.columns.index(name) for name in self._questions.columns]
        found = rows.rows(places)
        count = 0
        while chunk := list(islice(found, ROWS_AT_ONCE)):
            count += len(chunk)
            check_rows(count, self._most_rows)
            for answer in self._answered(chunk):
                yield AddedCells(answer.line, tuple(answer.cells[place] for place in self._kept))

    def _answered(self, rows: Sequence[InputRow]) -> Sequence[AddedCells]:
        """Answers to some rows: by the event loop, but for what a remote geocoder is asked, which this thread does."""
        if self._left.is_set():
            raise _Stopped
        if isinstance(self._desk.geocoder, RemoteGeocoder):
            return [answered(row, self._questions, self._remote, self._on) for row in rows]

        async def in_turn() -> list[AddedCells]:
            answers = []
            for row in rows:
                answers.append(answered(row, self._questions, self._desk, self._on))
                await asyncio.sleep(0)
            return answers

        return asyncio.run_coroutine_threadsafe(in_turn(), self._loop).result()


class _RemoteDesk:
    """A desk whose searches are made by the thread that asks, and whose verdicts are those of the event loop.

    Where the geocoder fails, each row says so, since the copy that is being sent can no longer be refused. Past a few
    failures in a row it is not asked any more: each one is several tries, and the rest of the file would take hours.
    """

    def __init__(self, desk: LookupDesk, loop: asyncio.AbstractEventLoop) -> None:
        self._desk = desk
        self._loop = loop
        self._failures = 0

    def answer(self, question: str, on: date, *, postcode: str = "", citycode: str = "") -> Answer:
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
            return decide(found, self._desk.index, on)

        return asyncio.run_coroutine_threadsafe(decided(), self._loop).result()

    def answer_at(self, lon: float, lat: float, on: date) -> Answer:
        """As `LookupDesk.answer_at`."""

        async def decided() -> Answer:
            return self._desk.answer_at(lon, lat, on)

        return asyncio.run_coroutine_threadsafe(decided(), self._loop).result()


def places_of(names: Sequence[str]) -> list[int]:
    """Places of the columns asked for, in the order of a whole answer; all of them where none is asked for.

    Raises
    ------
    InvalidInputError
        A name is not that of a column that geoville adds.
    """
    known = [column.name for column in ADDED_COLUMNS]
    if not set(names) <= set(known):
        raise InvalidInputError("Colonne de réponse inconnue", advice=f"choisir parmi {', '.join(known)}")
    return [place for place, name in enumerate(known) if not names or name in names]
