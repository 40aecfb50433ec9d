"""Connections to an index of addresses, read only: one for each thread that reads."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoville.errors import DataUnavailableError, GeovilleError, Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path


class Connections:
    """Rows of an index, whatever the thread that asks for them.

    Parameters
    ----------
    connect : opens a connection to the index, in the thread that will use it.
    in_file : whether it is in a file, which anything may have damaged.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], *, in_file: bool) -> None:
        self._connect, self._in_file = connect, in_file
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        weakref.finalize(self, _close, self._connections)

    @classmethod
    def to_file(cls, path: Path) -> Connections:
        """Connections to a file, which is not read any more once another one has taken its place."""
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        opened = _identity(path)

        def connect() -> sqlite3.Connection:
            if _identity(path) != opened:  # what was read of the first file says nothing of this one
                advice = "recharger le service, ou relancer la commande"
                where = Location(path.name)
                raise DataUnavailableError("L'index d'adresses a été remplacé", where=where, advice=advice)
            return sqlite3.connect(uri, uri=True, check_same_thread=False)

        return cls(connect, in_file=True)

    @classmethod
    def to_copies(cls, content: bytes) -> Connections:
        """Connections to copies in memory of the bytes of an index."""

        def connect() -> sqlite3.Connection:
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            copy.deserialize(content)
            return copy

        return cls(connect, in_file=False)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        """Rows that answer a query.

        Raises
        ------
        DataUnavailableError
            The index is not readable any more, or was replaced.
        """
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            self._connections.append(connection)
        try:
            return connection.execute(query, values).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise _damaged() from error

    @contextmanager
    def telling_damage(self) -> Iterator[None]:
        """Say that a file is damaged, whatever its rows lead to: a key without its row, a number that is a text.

        Raises
        ------
        DataUnavailableError
            It is.
        """
        try:
            yield
        except GeovilleError:
            raise
        except Exception as error:
            if not self._in_file:
                raise
            raise _damaged() from error


def _damaged() -> DataUnavailableError:
    return DataUnavailableError(
        "L'index d'adresses est illisible", advice="le refaire avec « geoville data addresses build »"
    )


def _identity(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _close(connections: Iterable[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()
