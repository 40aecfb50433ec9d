"""Who answers the rows of a file: this process, or several."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING

from geoville.crs import WGS84, accuracy_of_crs
from geoville.errors import GeovilleError
from geoville.french import read_day
from geoville.geocoding.index import AtHand
from geoville.sources.pack import open_pack
from geoville.sources.rows.row import AddedCells, InputRow, cell_text
from geoville.workflows.cluster import in_order
from geoville.workflows.lookup_file.bulk import BulkAnswers
from geoville.workflows.lookup_file.questions import (
    RECOGNISED,
    SAMPLE_ROWS,
    AddressQuestions,
    Asking,
    CoordinateQuestions,
    degrees_of,
    number_of,
)
from geoville.workflows.lookup_file.results import (
    STATUS_PLACE,
    RowAnswer,
    RowStatus,
    answered,
    columns_beside,
    row_answer,
    with_remarks,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from geoville.errors import Location
    from geoville.sources.rows.row import Cell
    from geoville.workflows.lookup import DeskChoice, LookupDesk
    from geoville.workflows.lookup_file.questions import FileColumns, Questions


ROWS_WORTH_A_BULK = 500
"""Getting ready to answer in bulk takes about as long as this many rows one by one: there is nothing to compile."""

QUESTIONS_AT_HAND = 4_096
"""Questions of a file whose answers are kept: some ten megabytes."""


class FileDesk:
    """A desk open for the rows of a file. Coordinates by the thousand are answered in bulk: the same answers.

    What rows ask alike, as the people of one building do, is looked for once: answers are kept in memory for the time
    of the file, those of the last questions that differ.
    """

    def __init__(self, desk: LookupDesk, asking: Asking) -> None:
        self.desk = desk
        self.asking = asking
        self._bulks: dict[date, BulkAnswers] = {}
        self._known = AtHand[tuple[str, ...], RowAnswer | None](QUESTIONS_AT_HAND)

    def answer(self, row: InputRow) -> AddedCells:
        """Cells of a row alone.

        Raises
        ------
        GeovilleError
            A geocoder is out of reach.
        """
        return answered(row, self.asking.on, self._ask)

    def _ask(self, cells: tuple[str, ...]) -> RowAnswer | None:
        return self._known.of(cells, partial(row_answer, cells, self.asking, self.desk))

    def answers(self, rows: Sequence[InputRow]) -> Iterator[AddedCells]:
        """Cells of each row.

        Raises
        ------
        GeovilleError
            A geocoder is out of reach; the rows before were answered.
        """
        for row, cells in zip(rows, self._in_bulk(rows), strict=True):
            yield AddedCells(row.line, cells, row.seal) if cells else self.answer(row)

    def _in_bulk(self, rows: Sequence[InputRow]) -> Sequence[tuple[Cell, ...] | None]:
        """Cells of rows that need not be asked one by one; None for those that do, as all that are at fault."""
        questions = self.asking.questions
        answers: list[tuple[Cell, ...] | None] = [None] * len(rows)
        if not isinstance(questions, CoordinateQuestions) or accuracy_of_crs(questions.epsg):
            return answers
        for day, ranks in self._by_day(rows, questions).items():
            if len(ranks) >= ROWS_WORTH_A_BULK or day in self._bulks:
                found = self._bulk_on(day, [rows[rank] for rank in ranks], questions)
                for rank, cells in zip(ranks, found, strict=True):
                    answers[rank] = cells
        return answers

    def _by_day(self, rows: Sequence[InputRow], questions: CoordinateQuestions) -> dict[date, list[int]]:
        """Ranks of the rows by the day asked about; those whose day cannot be read are left out."""
        if not questions.day:
            return {self.asking.on: list(range(len(rows)))}
        days: dict[date, list[int]] = {}
        for rank, row in enumerate(rows):
            text = row.cells[-1]
            day = read_day(text) if text.strip() else self.asking.on
            if day:
                days.setdefault(day, []).append(rank)
        return days

    def _bulk_on(
        self, day: date, rows: Sequence[InputRow], questions: CoordinateQuestions
    ) -> Iterator[tuple[Cell, ...] | None]:
        import numpy as np
        import pyarrow as pa

        pairs = np.array([[number_of(cell) for cell in row.cells[:2]] for row in rows])
        lon, lat = degrees_of(pairs[:, 0], pairs[:, 1], questions.epsg)
        if day not in self._bulks:
            asking = replace(self.asking, on=day, questions=replace(questions, epsg=WGS84, day=""))
            self._bulks[day] = BulkAnswers(self.desk, asking)
        cells = zip(
            *(column.to_pylist() for column in self._bulks[day].columns(pa.array(lon), pa.array(lat), 0)), strict=True
        )
        return (
            with_remarks(cell, row.remarks) if cell[STATUS_PLACE] == RowStatus.OK else None
            for cell, row in zip(cells, rows, strict=True)
        )


# --- Rows answered chunk by chunk, here or in several processes, always in the order of the file


@dataclass(frozen=True, slots=True)
class AnsweredChunk:
    """Answers to a chunk of rows, the first ones only where something failed that no row is to blame for."""

    answers: tuple[AddedCells, ...]
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as values, so that another process may raise it whole."""

    kind: type[GeovilleError]
    message: str
    where: Location | None
    advice: str | None

    def error(self) -> GeovilleError:
        """The error that happened."""
        return self.kind(self.message, where=self.where, advice=self.advice)


START_S = 0.5
"""Seconds of processor that a process takes to start and to import what answers."""

WORTH = 2.0
"""A process is started to answer for this many times as long as it takes to be ready: two of them save a quarter."""

MOST_PROCESSES = 8
"""Beyond, what one process does alone, as reading and writing the file, is most of what is waited for."""

_CHUNKS_SEEN = 5
"""Answered before anything is said of the next ones. The first does not count: it reads what all share."""


class Effort:
    """How long the rows of a file take, seen on the first ones, and so how many processes are worth their start.

    Parameters
    ----------
    rows : of the file, about.
    opening_s : seconds of processor that the desk took to open: each process opens its own.
    most : processes that the machine has room for.
    """

    def __init__(self, rows: int, opening_s: float, most: int) -> None:
        self._left, self._ready_s, self._most = rows, opening_s + START_S, most
        self.processes = 1

    def alone(self, chunks: Iterator[AnsweredChunk]) -> Iterator[AnsweredChunk]:
        """Chunks answered by this process, until other ones are worth their start; all of them where none ever is."""
        answered, begun_s = 0, 0.0
        for rank, chunk in enumerate(chunks, start=1):
            self._left -= len(chunk.answers)
            if rank == 1:
                begun_s = time.thread_time()
            else:
                answered += len(chunk.answers)
            yield chunk
            if rank >= _CHUNKS_SEEN:
                left_s = self._left * (time.thread_time() - begun_s) / max(answered, 1)
                self.processes = worth_starting(left_s, self._ready_s, self._most)
                if self.processes > 1:
                    return


def worth_starting(left_s: float, ready_s: float, most: int) -> int:
    """Number of processes worth starting for what is left to do.

    Parameters
    ----------
    left_s : seconds that one process would still take.
    ready_s : seconds that one takes to be ready.
    most : processes that the machine has room for.

    >>> worth_starting(10.0, 1.0, 2), worth_starting(10.0, 1.0, 64), worth_starting(3.0, 1.0, 64)
    (2, 5, 1)
    """
    return max(1, min(int(left_s / (WORTH * ready_s)), most, MOST_PROCESSES))


def answer_rows(
    rows: Iterator[InputRow], desk: FileDesk, choice: DeskChoice, workers: int | Effort
) -> Iterator[AnsweredChunk]:
    """Answers to rows, chunk by chunk, the same whatever the number of processes.

    Parameters
    ----------
    desk : open one, for this process.
    choice : the same desk, for other processes to open.
    workers : number of processes; or what tells, as this one answers, how many are worth their start.
    """
    chunks = iter(lambda: tuple(islice(rows, desk.asking.questions.chunk_rows)), ())
    here = (_answer_chunk(chunk, desk) for chunk in chunks)
    if isinstance(workers, Effort):
        yield from workers.alone(here)
        workers = workers.processes
    if workers == 1:
        yield from here
        return
    advice = "reprendre avec --resume, et moins de processus (--workers)"
    work = partial(_answer_in_worker, asking=desk.asking, choice=choice)
    yield from in_order(work, chunks, workers=workers, if_one_stops=advice)


def _answer_chunk(rows: tuple[InputRow, ...], desk: FileDesk) -> AnsweredChunk:
    answers: list[AddedCells] = []
    try:
        answers.extend(desk.answers(rows))  # those before a failure are kept
    except GeovilleError as error:
        return AnsweredChunk(tuple(answers), Failure(type(error), error.message, error.where, error.advice))
    return AnsweredChunk(tuple(answers), None)


def _answer_in_worker(rows: tuple[InputRow, ...], asking: Asking, choice: DeskChoice) -> AnsweredChunk:
    return _answer_chunk(rows, _desk(choice, asking))


@cache
def _desk(choice: DeskChoice, asking: Asking) -> FileDesk:
    """The desk of a worker, opened once."""
    return FileDesk(choice.open(), asking)


# --- Many questions held in memory, answered row by row as `lookup-file` answers those of a file


def with_only_commune(questions: Questions, choice: DeskChoice) -> Questions:
    """The same questions, about the only commune of the territory where the file names no town.

    Parameters
    ----------
    choice : of the desk; a list of addresses or a service that the user chose may be about other towns.
    """
    if not isinstance(questions, AddressQuestions) or questions.default_citycode or questions.names_a_town:
        return questions
    if choice.addresses or choice.geocoder:
        return questions
    pack = open_pack(choice.territory)
    communes = tuple(pack.manifest.communes or pack.communes)
    return replace(questions, default_citycode=communes[0]) if len(communes) == 1 else questions


_TYPES = {str: "string", float: "Float64", int: "Int64"}


def answer_table(
    rows: pd.DataFrame | Path,
    desk: LookupDesk,
    on: date,
    columns: FileColumns = RECOGNISED,
    *,
    choice: DeskChoice | None = None,
) -> pd.DataFrame:
    """Answer every row of a table, or of a file that is read whole, as text.

    Parameters
    ----------
    on : day asked about.
    choice : of the desk, whose territory may have but one commune.

    Returns
    -------
    The rows, with their index, and the columns of `lookup-file` after their own; null where an answer has none.

    Raises
    ------
    InvalidInputError
        The file cannot be read, a column is missing, or nothing tells which ones to read.
    GeovilleError
        A geocoder is out of reach.
    """
    import pandas as pd

    frame, read = (rows, _rows_of(rows)) if isinstance(rows, pd.DataFrame) else _table_of(rows, columns)
    known = [str(name) for name in frame.columns]
    questions = columns.questions(known)
    questions = with_only_commune(questions, choice) if choice else questions
    if isinstance(questions, CoordinateQuestions):
        pair = [known.index(name) for name in questions.columns[:2]]
        columns.check_degrees(questions, [tuple(row.cells[place] for place in pair) for row in read[:SAMPLE_ROWS]])
    places = [known.index(name) for name in questions.columns]
    asked = [row if row.fault else replace(row, cells=tuple(row.cells[place] for place in places)) for row in read]
    answers = _columns_of(FileDesk(desk, Asking(questions, on)).answers(asked), known)
    return pd.concat([frame, answers.set_axis(frame.index, axis=0)], axis=1)


def _rows_of(frame: pd.DataFrame) -> list[InputRow]:
    """Rows of a table as texts, null ones empty; numbered from 1."""
    missing = frame.isna().to_numpy()
    cells = frame.astype(object).to_numpy()
    return [
        InputRow(line, tuple("" if gone else cell_text(value) for value, gone in zip(*pair, strict=True)))
        for line, pair in enumerate(zip(cells, missing, strict=True), start=1)
    ]


def _table_of(path: Path, columns: FileColumns) -> tuple[pd.DataFrame, list[InputRow]]:
    """Rows of a file, as a table of texts and as they were read: one that cannot be read is blank in the table."""
    import pandas as pd

    file = columns.open(path)
    rows = list(file.rows(range(len(file.columns))))
    blank = ("",) * len(file.columns)
    texts = [blank if row.fault else row.cells for row in rows]
    return pd.DataFrame(texts, columns=list(file.columns), dtype="string"), rows


def _columns_of(answers: Iterable[AddedCells], known: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [answer.cells for answer in answers]
    return pd.DataFrame(
        {
            column.name: pd.Series([row[place] for row in rows], dtype=_TYPES[column.type])
            for place, column in enumerate(columns_beside(known))
        }
    )
