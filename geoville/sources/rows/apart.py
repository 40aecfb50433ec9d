"""Rows of a file read by processes of their own: their time and memory are counted, and they can be ended.

A file made to harm may keep a parser busy for ever or fill the memory, whatever is looked at before. So whoever reads
files that anybody sent opens them within an `Apart`: what reads is forked for each file, holds nothing else, and is
ended with its answer, its client or its budget. Where there is no fork (Windows), the limits of `limits.py` alone hold.
"""

from __future__ import annotations

import atexit
import errno
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError, Location
from geoville.sources.rows.files import OPENED_APART, open_row_file
from geoville.sources.rows.row import AddedCells, AddedColumn, InputRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from geoville.sources.rows.files import RowFile

SUPPORTED = sys.platform != "win32"

READ_AT_START = ["openpyxl", "geoville.sources.rows.csv", "geoville.sources.rows.ods", "geoville.sources.rows.xlsx"]
"""Modules that a reader needs; who opens files with functions of others adds theirs, before the first file."""

_ROWS_AT_ONCE = 50
_CHARACTERS_AT_ONCE = 1_000_000
_LONGEST_MESSAGE = 64_000_000
_LOOKED_AT_EVERY_S = 0.1
_LEFT_WITHIN_S = 2.0
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE})


@dataclass(frozen=True, slots=True)
class ReadingBudget:
    """What reading a file may take.

    Parameters
    ----------
    memory_bytes : besides what reading any file takes.
    cpu_s : seconds of processor, of opening it as of reading it once.
    opening_s : seconds before it is open, whatever else the machine does.
    written_bytes : of a copy.
    """

    memory_bytes: int = 600_000_000
    cpu_s: float = 600.0
    opening_s: float = 120.0
    written_bytes: int = 4_000_000_000


@contextmanager
def readable() -> Iterator[None]:
    """Turn whatever a file made to harm raises into a refusal.

    Raises
    ------
    InvalidInputError
        It cannot be read, or not within its budget.
    """
    try:
        yield
    except GeovilleError:
        raise
    except MemoryError:
        raise _too_heavy() from None
    except OSError as error:
        if error.errno not in _FULL:
            raise _unreadable() from None
        raise no_room() from None
    except Exception:  # noqa: BLE001 - readers of XML and ZIP raise anything; its message may quote a cell
        raise _unreadable() from None


def _unreadable() -> InvalidInputError:
    return InvalidInputError("Fichier illisible", advice="l'enregistrer à nouveau, en CSV, en XLSX ou en ODS")


def no_room() -> DataUnavailableError:
    """The error of a disk, or of a table of open files, that is full: the file is not to blame."""
    return DataUnavailableError("La machine n'a plus de place pour ce fichier", advice="réessayer plus tard")


def _too_heavy() -> InvalidInputError:
    return InvalidInputError(
        "Fichier trop lourd à lire, en mémoire ou en temps", advice="l'enregistrer en CSV, ou le couper en plusieurs"
    )


# --- In the processes that read: one opens a file, and forks one more each time that it is read or copied


def _fork_for_each(handle: int, serve: Callable[[Connection], None]) -> None:
    """Fork a process for each connection that comes by a socket, until the other end of it is gone."""
    with socket.socket(fileno=handle) as asked:
        while True:
            message, handles, _, _ = socket.recv_fds(asked, 1, 1)
            if not message:
                return
            if os.fork() == 0:
                asked.close()
                _serve_and_end(handles[0], serve)
            os.close(handles[0])


def _serve_and_end(handle: int, serve: Callable[[Connection], None]) -> None:
    with suppress(BaseException), Connection(handle) as line:
        _told(line, lambda: serve(line))
    os._exit(0)


def _told(line: Connection, work: Callable[[], None]) -> None:
    """Do a work, and tell of what stops it."""
    try:
        with readable():
            work()
    except GeovilleError as error:
        where = error.where or Location()
        is_blamed = isinstance(error, InvalidInputError)
        _tell(line, error=[is_blamed, error.message, where.file, where.line, where.column, where.value, error.advice])


def _tell(line: Connection, **what: Any) -> None:
    line.send_bytes(json.dumps(what, separators=(",", ":")).encode())


def fork_readers(handle: int, modules: Sequence[str]) -> None:
    """Fork a reader for each file; this process has read the code of the readers once, and holds nothing else."""
    for name in modules:
        import_module(name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who reads
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # none is waited for
    _fork_for_each(handle, _read)


def _read(line: Connection) -> None:
    os.setpgid(0, 0)  # with those that it forks, it is ended at one stroke
    line.send_bytes(str(os.getpid()).encode())
    work, given, budget = pickle.loads(line.recv_bytes())  # noqa: S301 - from who asks, never from the file
    _keep_within(budget)
    if work is not None:
        _tell(line, made=work(*given))
        return
    path, how = given
    rows = open_row_file(path, **how)
    _tell(line, opened={name: getattr(rows, name, None) for name in _KNOWN})
    _fork_for_each(os.dup(line.fileno()), lambda asked: _use(rows, asked))


_KNOWN = ("columns", "description", "expected_rows", "sheets", "charset", "has_mark")


def _use(rows: RowFile, line: Connection) -> None:
    asked = json.loads(line.recv_bytes())
    if "rows" in asked:
        for chunk in _chunks(rows.rows(asked["rows"])):
            _tell(line, rows=[[row.line, row.cells, row.fault, row.remarks] for row in chunk])
    elif "room" in asked:
        rows.check_room(asked["room"])
    else:
        columns = [AddedColumn(name, _TYPES[kind]) for name, kind in asked["columns"]]
        rows.write(Path(os.fsdecode(bytes.fromhex(asked["out"]))), columns, _handed_over(line))
    _tell(line, done=True)


_TYPES: dict[str, type] = {"str": str, "float": float, "int": int}


def _chunks(rows: Iterable[InputRow]) -> Iterator[list[InputRow]]:
    chunk: list[InputRow] = []
    length = 0
    for row in rows:
        chunk.append(row)
        length += sum(map(len, row.cells))
        if len(chunk) == _ROWS_AT_ONCE or length > _CHARACTERS_AT_ONCE:
            yield chunk
            chunk, length = [], 0
    if chunk:
        yield chunk


def _handed_over(line: Connection) -> Iterator[AddedCells]:
    while True:
        _tell(line, more=True)
        given = json.loads(line.recv_bytes())
        if not given:
            return
        yield from (AddedCells(at, tuple(cells)) for at, cells in given)


def _keep_within(budget: ReadingBudget) -> None:
    """Have the system hold this process to its budget."""
    import resource

    with suppress(OSError):
        sizes = Path("/proc/self/statm").read_text(encoding="ascii").split()
        _limit(resource.RLIMIT_AS, int(sizes[0]) * os.sysconf("SC_PAGE_SIZE") + budget.memory_bytes)
    _limit(resource.RLIMIT_CPU, int(budget.cpu_s) + 1)
    _limit(resource.RLIMIT_FSIZE, budget.written_bytes)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, most: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError, ValueError):  # a system that has no such limit
        resource.setrlimit(kind, (most, hard))


# --- In the process that reads nothing itself


def _handed_to(control: socket.socket) -> Connection:
    """A connection to a process forked at the other end of a socket."""
    ours, theirs = Pipe()
    with theirs:
        try:
            socket.send_fds(control, [b"f"], [theirs.fileno()])
        except BaseException:
            ours.close()
            raise
    return ours


class _Forker:
    """The process that forks the readers, started with the first file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def reader(self) -> Connection:
        """A connection to a new reader."""
        with self._lock:
            if self._control is not None:
                with suppress(OSError):  # it was killed
                    return _handed_to(self._control)
            self.end()
            self._control = self._start()
            return _handed_to(self._control)

    def end(self) -> None:
        """End it, by leaving it: it waits for nobody else."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LEFT_WITHIN_S)
            self._process.kill()
            self._process.wait()

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        own = {name: text for name, text in os.environ.items() if not name.startswith("GEOVILLE_")}  # the token
        code = f"from geoville.sources.rows.apart import fork_readers; fork_readers({theirs.fileno()}, {READ_AT_START})"
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and this module
                [sys.executable, "-c", code],
                pass_fds=[theirs.fileno()],
                env={**own, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdin=subprocess.DEVNULL,
            )
        return ours


_forker = _Forker()
atexit.register(_forker.end)


class Apart:
    """Opens files in processes of their own, and ends them.

    Parameters
    ----------
    budget : of each file.
    """

    def __init__(self, budget: ReadingBudget) -> None:
        self.budget = budget
        self._lock = threading.Lock()
        self._groups: list[int] = []
        self._has_ended = False

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Have the files that the block opens read apart, for as long as they are used."""
        token = OPENED_APART.set(self._open if SUPPORTED else None)
        try:
            yield
        finally:
            OPENED_APART.reset(token)

    def call(self, work: Callable[..., Any], *given: Any) -> Any:
        """What a function makes of a file, as JSON writes it.

        Raises
        ------
        InvalidInputError
            As the function; or it takes more than the budget.
        """
        if not SUPPORTED:
            with readable():
                return work(*given)
        with self._begun((work, given, self.budget)) as line:
            return self.received(line, time.monotonic() + self.budget.opening_s)["made"]

    def _open(self, path: Path, how: dict[str, Any]) -> ApartRows:
        return ApartRows(self, path, how)

    def end(self) -> None:
        """End every process, whatever it is at; at once, and as often as one wants."""
        with self._lock:
            self._has_ended = True
            groups, self._groups = self._groups, []
        for group in groups:
            with suppress(OSError):
                os.killpg(group, signal.SIGKILL)

    def _begun(self, asked: tuple[Any, ...]) -> Connection:
        line = _forker.reader()
        try:
            self._keep(int(self.bytes_of(line, time.monotonic() + self.budget.opening_s)))
            line.send_bytes(pickle.dumps(asked))
        except BaseException:
            line.close()
            raise
        return line

    def _keep(self, group: int) -> None:
        """Take note of a group of processes, to be ended."""
        with self._lock:
            self._groups.append(group)
        if self._has_ended:
            self.end()

    def received(self, line: Connection, until: float = float("inf")) -> dict[str, Any]:
        """What a process tells, until a time of `time.monotonic`.

        Raises
        ------
        InvalidInputError
            It tells that the file cannot be read, or tells nothing any more.
        """
        told: dict[str, Any] = json.loads(self.bytes_of(line, until))
        if "error" in told:
            is_blamed, message, file, at, column, value, advice = told["error"]
            kind = InvalidInputError if is_blamed else DataUnavailableError
            raise kind(message, where=Location(file, at, column, value), advice=advice)
        return told

    def bytes_of(self, line: Connection, until: float) -> bytes:
        """Bytes that a process sends; as `received`."""
        with suppress(EOFError, OSError):
            while not self._has_ended and time.monotonic() < until:
                if line.poll(max(0.0, min(until - time.monotonic(), _LOOKED_AT_EVERY_S))):
                    return line.recv_bytes(_LONGEST_MESSAGE)
        self.end()
        raise _too_heavy()


class ApartRows:
    """A file of rows that other processes read (`sources.rows.files.RowFile`).

    Raises
    ------
    InvalidInputError
        As `open_row_file`; or it takes more than its budget.
    """

    def __init__(self, apart: Apart, path: Path, how: dict[str, Any]) -> None:
        self._apart = apart
        self._line = apart._begun((None, (path, how), apart.budget))
        told = apart.received(self._line, time.monotonic() + apart.budget.opening_s)["opened"]
        self.columns = tuple(told["columns"])
        self.description: str = told["description"]
        self.expected_rows: int | None = told["expected_rows"]
        self.sheets = tuple(told["sheets"] or ())
        self.charset: str = told["charset"] or ""
        self.has_mark = bool(told["has_mark"])

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, with the cells of the columns at these places."""
        with self._used({"rows": list(wanted)}) as line:
            while "rows" in (told := self._apart.received(line)):
                for at, cells, fault, remarks in told["rows"]:
                    yield InputRow(at, tuple(cells), fault, tuple(remarks))

    def check_room(self, added: int) -> None:
        """Refuse so many more columns where the format has no room for them."""
        with self._used({"room": added}) as line:
            self._apart.received(line)

    def write(self, out: Path, columns: Sequence[AddedColumn], added: Iterable[AddedCells]) -> None:
        """Copy the file with columns added; `added` is in the order of the rows."""
        asked = {
            "out": os.fsencode(out).hex(),
            "columns": [(column.name, column.type.__name__) for column in columns],
        }
        answers = iter(added)
        with self._used(asked) as line:
            while "more" in self._apart.received(line):
                given = [(one.line, one.cells) for one in islice(answers, _ROWS_AT_ONCE)]
                with suppress(OSError):  # it has ended: what is received next says so
                    line.send_bytes(json.dumps(given, separators=(",", ":")).encode())

    def _used(self, asked: dict[str, Any]) -> Connection:
        try:
            with socket.socket(fileno=os.dup(self._line.fileno())) as control:
                line = _handed_to(control)
        except OSError:
            raise _too_heavy() from None
        with suppress(OSError):
            line.send_bytes(json.dumps(asked).encode())
        return line
