"""Rows answered chunk by chunk, here or in several processes, always in the order of the file."""

from __future__ import annotations

import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING

from geoville.errors import GeovilleError
from geoville.workflows.lookup_file.desk import FileDesk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from geoville.errors import Location
    from geoville.sources.row_files import AddedCells, InputRow
    from geoville.workflows.lookup_file.desk import DeskChoice
    from geoville.workflows.lookup_file.questions import Asking

_CHUNKS_AHEAD = 2
"""Chunks given to each process before the first one is waited for: none is idle, and few wait in memory."""


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


def answer_rows(rows: Iterator[InputRow], desk: FileDesk, choice: DeskChoice, workers: int) -> Iterator[AnsweredChunk]:
    """Answers to rows, chunk by chunk, the same whatever the number of processes.

    Parameters
    ----------
    desk : open one, for this process.
    choice : the same desk, for other processes to open.
    """
    chunks = iter(lambda: tuple(islice(rows, desk.asking.questions.chunk_rows)), ())
    if workers == 1:
        return (_answer_chunk(chunk, desk) for chunk in chunks)
    return _answered_elsewhere(chunks, desk.asking, choice, workers)


def _answer_chunk(rows: tuple[InputRow, ...], desk: FileDesk) -> AnsweredChunk:
    answers: list[AddedCells] = []
    try:
        answers.extend(desk.answers(rows))  # those before a failure are kept
    except GeovilleError as error:
        return AnsweredChunk(tuple(answers), Failure(type(error), error.message, error.where, error.advice))
    return AnsweredChunk(tuple(answers), None)


def _answered_elsewhere(
    chunks: Iterator[tuple[InputRow, ...]], asking: Asking, choice: DeskChoice, workers: int
) -> Iterator[AnsweredChunk]:
    # Processes start afresh: a fork would copy the threads' locks and the geometries of this one.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin_worker)
    given: deque[Future[AnsweredChunk]] = deque()
    try:
        for chunk in chunks:
            given.append(pool.submit(_answer_in_worker, chunk, asking, choice))
            if len(given) > workers * _CHUNKS_AHEAD:
                yield given.popleft().result()
        while given:
            yield given.popleft().result()
    except BrokenProcessPool:
        raise GeovilleError(
            "Un processus de calcul s'est arrêté", advice="reprendre avec --resume, et moins de processus (--workers)"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker() -> None:
    """Leave Ctrl-C to the main process, and never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_the_parent, daemon=True).start()


def _leave_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer_in_worker(rows: tuple[InputRow, ...], asking: Asking, choice: DeskChoice) -> AnsweredChunk:
    return _answer_chunk(rows, _desk(choice, asking))


@cache
def _desk(choice: DeskChoice, asking: Asking) -> FileDesk:
    """The desk of a worker, opened once."""
    return FileDesk(choice.open(), asking)
