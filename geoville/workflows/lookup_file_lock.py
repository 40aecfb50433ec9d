"""One work at a time on an output: a second one is refused, whatever became of the first."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def alone_on(out: Path) -> Iterator[None]:
    """Hold an output while a work makes it. The system lets go of it when the process ends, even killed.

    Raises
    ------
    InvalidInputError
        Another work holds it, or its folder is not writable.
    """
    path = out.with_name(f".{out.name}.verrou")
    try:
        stream = path.open("ab")
    except OSError as error:
        raise InvalidInputError(
            f"Impossible d'écrire dans « {out.parent} » ({error.strerror})",
            advice="vérifier les droits d'accès du dossier",
        ) from error
    with stream:
        if not _is_taken(stream) or not _is_still_there(stream, path):
            raise InvalidInputError(
                f"Un autre travail est en train d'écrire « {out.name} »",
                advice="attendre sa fin, ou changer de nom de sortie",
            )
        try:
            yield
        finally:
            if sys.platform != "win32":  # where a file that is open cannot be removed
                path.unlink(missing_ok=True)
    if sys.platform == "win32":
        path.unlink(missing_ok=True)


def _is_taken(stream: IO[bytes]) -> bool:
    """Take the lock of an open file; False where another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, BlockingIOError | PermissionError)  # a disk without locks holds nobody back
    return True


def _is_still_there(stream: IO[bytes], path: Path) -> bool:
    """Whether the file that was locked is not one that another work, ending, has just removed."""
    return path.exists() and os.path.samestat(os.fstat(stream.fileno()), path.stat())
