"""One process at a time on a file: a lock that the system lets go of when the process ends, even killed."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAUSE_S = 0.1
"""Between two looks at a lock that another process holds."""


@contextmanager
def alone_if_free(path: Path) -> Iterator[bool]:
    """Hold the lock of a file, which need not exist; the value is False, and nothing is held, where another has it.

    Raises
    ------
    OSError
        Nothing can be written in the folder of the file.
    """
    lock = path.with_name(f".{path.name}.verrou")
    with lock.open("ab") as stream:
        is_taken = _is_taken(stream) and _is_still_there(stream, lock)
        try:
            yield is_taken
        finally:
            if is_taken and sys.platform != "win32":  # where a file that is open cannot be removed
                lock.unlink(missing_ok=True)
    if is_taken and sys.platform == "win32":
        with suppress(PermissionError):  # another process waits on it, and will remove it
            lock.unlink(missing_ok=True)


@contextmanager
def alone_in_turn(path: Path) -> Iterator[None]:
    """Hold the lock of a file, once those who hold it have let it go.

    Raises
    ------
    OSError
        Nothing can be written in the folder of the file.
    """
    while True:
        with alone_if_free(path) as is_taken:
            if is_taken:
                yield
                return
        time.sleep(PAUSE_S)


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
    """Whether the file that was locked is not one that another process, ending, has just removed."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False
