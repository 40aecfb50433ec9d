"""Files of this machine: where they live, written whole or not at all, locked, and room on the disk."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.french import quantity, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal.

    Raises
    ------
    InvalidInputError
        The file is missing or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInputError(
            f"Le fichier « {path.name} » ne peut pas être lu", advice="vérifier son chemin et ses droits d'accès"
        ) from error


def make_folder(folder: Path) -> None:
    """Create a folder to write in, and those that it is in, where they are missing.

    Raises
    ------
    InvalidInputError
        It cannot be created, or a file has its name.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            f"Impossible de créer le dossier « {folder} » ({refusal(error)})",
            advice="vérifier les droits d'accès et la place sur le disque, ou choisir un autre dossier",
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to; once everything is written, the file there takes the place of `path`.

    The path given lies in a hidden folder beside `path` (same disk, so that the move is atomic) and has the same name
    (some formats record it). After a failure the folder is removed with all that was in it, and what stood at `path` is
    untouched.

    Raises
    ------
    InvalidInputError
        The folder of `path` does not exist or is not writable, or `path` is itself a folder.
    """
    if not path.parent.is_dir():
        raise InvalidInputError(
            f"Le dossier « {path.parent} » n'existe pas", advice="le créer ou choisir un autre dossier de sortie"
        )
    if path.is_dir():
        raise InvalidInputError(f"« {path} » est un dossier", advice="donner un nom de fichier")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".geoville-") as folder:
            beside = Path(folder) / path.name
            yield beside
            beside.replace(path)
    except OSError as error:
        raise InvalidInputError(
            f"Impossible d'écrire « {path} » ({refusal(error)})",
            advice="vérifier les droits d'accès et la place sur le disque, et que le fichier n'est pas ouvert ailleurs",
        ) from error


# --- Room on the disk: asked for before anything big is written, and its lack said in words

SPARED_BYTES = 100_000_000
"""Left free on the disk, for the rest of the machine to work."""

_STEP = 1000
_UNITS = ("octets", "ko", "Mo", "Go", "To")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def size_in_words(size_bytes: float) -> str:
    """Write a size in the largest unit of which there is at least one.

    >>> from geoville.french import UNIT_SPACE
    >>> [size_in_words(n).replace(UNIT_SPACE, " ") for n in (999, 1_234_567, 26_000_000_000)]
    ['999 octets', '1,2 Mo', '26 Go']
    """
    rank = 0
    while size_bytes >= _STEP and rank < len(_UNITS) - 1:
        size_bytes, rank = size_bytes / _STEP, rank + 1
    return quantity(size_bytes, _UNITS[rank], 1)


def check_room(folder: Path, needed_bytes: int, name: str) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises
    ------
    InvalidInputError
        The disk of the folder has less free room than what is needed for the file so named, and a reserve.
    """
    free = shutil.disk_usage(folder).free
    if needed_bytes + SPARED_BYTES > free:
        raise InvalidInputError(
            f"Pas assez de place sur le disque pour « {name} » : il faut {size_in_words(needed_bytes + SPARED_BYTES)} "
            f"et il reste {size_in_words(free)} dans « {folder} »",
            advice="libérer de la place, ou choisir un autre disque",
        )


def cannot_write(name: str, folder: Path, error: OSError) -> InvalidInputError:
    """What to tell when the disk refuses a file: that it is full, or why else."""
    if error.errno in _FULL:
        return InvalidInputError(
            f"Le disque est plein : « {name} » n'a pas pu être écrit dans « {folder} »",
            advice="libérer de la place, puis relancer la commande",
        )
    return InvalidInputError(
        f"Impossible d'écrire « {name} » dans « {folder} » ({refusal(error)})",
        advice="vérifier les droits d'accès du dossier",
    )


# --- One process at a time on a file: a lock that the system lets go of when the process ends, even killed

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


# --- Folders that geoville reads from and keeps the user's files in

USER_FOLDER_VARIABLE = "GEOVILLE_DATA_DIR"

_PACKAGE = Path(__file__).resolve().parents[1]


def embedded_data() -> Path:
    """Folder of the territory packs: inside the installed package, else that of the repository."""
    return _embedded("data")


def embedded_maps() -> Path:
    """Folder of the sector recipes: inside the installed package, else that of the repository."""
    return _embedded("maps")


def user_data() -> Path:
    """Folder of what the user adds: ``GEOVILLE_DATA_DIR`` if set, else the system's folder for data of applications."""
    chosen = os.environ.get(USER_FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_dir

    return Path(user_data_dir("geoville", appauthor=False))


def _embedded(name: str) -> Path:
    installed = _PACKAGE / "embedded" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
