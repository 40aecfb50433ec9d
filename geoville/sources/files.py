"""Files of this machine: where they live, written whole or not at all, locked, and room on the disk."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.french import quantity, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator


_LAYER = "|layername="
"""What QGIS and ogr2ogr write between a file and the name of the layer wanted of it."""


def parted(path: Path) -> tuple[Path, str]:
    """A file, and the name of the layer that is wanted of it; empty where none is said.

    >>> from pathlib import Path
    >>> parted(Path("ville.gpkg|layername=qpv")) == (Path("ville.gpkg"), "qpv")
    True
    """
    name, _, layer = path.name.partition(_LAYER)
    return (path.with_name(name), layer) if layer and name else (path, "")


_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def is_device(name: str) -> bool:
    """Whether Windows takes the name of a file for a device, whatever its folder and its suffix.

    >>> [is_device(name) for name in ("NUL", "aux.csv", "com1 .tar.gz", "console.csv", "com10.csv")]
    [True, True, True, False, False]
    """
    return _DEVICE.match(name) is not None


def kept_everywhere(name: str) -> str:
    """A name of file that comes from elsewhere, as every system keeps it: no device, nothing that Windows drops.

    >>> kept_everywhere("con.parquet"), kept_everywhere("carreaux.zip. "), kept_everywhere("carreaux.zip")
    ('_con.parquet', 'carreaux.zip', 'carreaux.zip')
    """
    kept = name.rstrip(". ")
    return f"_{kept}" if is_device(kept) else kept


def require_file(path: Path, error: type[InvalidInputError] = InvalidInputError) -> None:
    """Refuse a path at which there is nothing, or a folder, before a reader says something else of it.

    Raises
    ------
    InvalidInputError
        Of the class given.
    """
    if not path.exists():
        raise error(f"Le fichier « {path.name} » n'existe pas", advice="vérifier son chemin")
    if path.is_dir():
        raise error(f"« {path.name} » est un dossier", advice="donner un fichier")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal; of a layer, that of the file it is in.

    Raises
    ------
    InvalidInputError
        The file is missing or cannot be read.
    """
    path, _ = parted(path)
    try:
        require_file(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInputError(
            f"Le fichier « {path.name} » ne peut pas être lu", advice="vérifier ses droits d'accès"
        ) from error


class Watched:
    """A file whose rows are read more than once, seen to be the same at the end as at the start.

    A write in place changes a file's times, even one that is undone; another file of its name has another number.

    Parameters
    ----------
    path : of the file, before anything is read of it.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._state = path, self._now(path)

    def check(self) -> None:
        """See that nothing has written to the file, nor put another in its place.

        Raises
        ------
        InvalidInputError
            Something has.
        """
        if self._now(self._path) != self._state:
            raise changed_meanwhile(self._path.name)

    @staticmethod
    def _now(path: Path) -> tuple[int, ...] | None:
        try:
            now = path.stat()
        except OSError:
            return None  # who reads it says so
        return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns


def changed_meanwhile(name: str) -> InvalidInputError:
    """The error of an input that is no longer what it was when the work began."""
    return InvalidInputError(f"« {name} » a changé pendant le travail", advice="tout recommencer avec --force")


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
def replacing(path: Path, *, personal: bool = False) -> Iterator[Path]:
    """Give a path to write to; once everything is written, the file there takes the place of `path`.

    The path given lies in a hidden folder beside `path` (same disk, so that the move is atomic) and has the same name
    (some formats record it). After a failure the folder is removed with all that was in it, and what stood at `path` is
    untouched.

    Parameters
    ----------
    personal : whether what is written is about persons, or costs hours: it is on the disk when the block ends, whatever
        happens to the power; and if this process is killed, `sweep_leftovers` finds the folder, wherever it is.

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
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=_HIDDEN) as folder:
            beside = Path(folder) / path.name
            with _found_if_killed(Path(folder)) if personal else nullcontext():
                yield beside
                if personal:
                    on_disk(beside)
                beside.replace(path)
            if personal:
                on_disk(path.parent)
    except OSError as error:
        raise InvalidInputError(
            f"Impossible d'écrire « {path} » ({refusal(error)})",
            advice="vérifier les droits d'accès et la place sur le disque, et que le fichier n'est pas ouvert ailleurs",
        ) from error


def on_disk(path: Path) -> None:
    """Wait until what was written to a file, or the names that a folder holds, would outlive a power cut."""
    if path.is_dir() and sys.platform == "win32":
        return  # which opens no folder, and keeps its own journal of names
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


# --- What a process that was killed leaves: hidden folders that hold rows, noted where every command looks

_HIDDEN = ".geoville-"
_ALIVE = ".verrou"
"""A file of the folder, locked as long as the process that fills it lives: the system lets go of it even killed."""
_NOTES = "en-cours"


@contextmanager
def _found_if_killed(folder: Path) -> Iterator[None]:
    """Note a hidden folder for `sweep_leftovers`, and hold it, until the block ends."""
    note = user_data() / _NOTES / f"{folder.name}-{os.getpid()}"
    with (folder / _ALIVE).open("ab") as alive:
        _is_taken(alive)
        with suppress(OSError):  # the folder of the user is closed: the next work beside it sweeps it
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(str(folder.absolute()), encoding="utf-8", errors="surrogateescape")
        yield
    _forget(note)


def _forget(note: Path) -> None:
    """Remove a note, and the folders made for it once they are empty."""
    with suppress(OSError):
        note.unlink(missing_ok=True)
        note.parent.rmdir()
        note.parent.parent.rmdir()


def sweep_leftovers() -> list[Path]:
    """Remove the hidden folders of processes that were killed, wherever they are; say which."""
    swept: list[Path] = []
    with suppress(OSError):
        for note in sorted((user_data() / _NOTES).iterdir()):
            folder = Path(note.read_text(encoding="utf-8", errors="surrogateescape"))
            if _is_swept(folder):
                swept.append(folder)
            if not folder.exists():
                _forget(note)
    return swept


def sweep_beside(path: Path) -> list[Path]:
    """Remove the hidden folders of processes that were killed while they wrote in the folder of a file; say which."""
    return [folder for folder in path.parent.glob(f"{_HIDDEN}*") if _is_swept(folder)]


def _is_swept(folder: Path) -> bool:
    """Remove a hidden folder that nobody holds; whether it was."""
    alive = folder / _ALIVE
    if not (folder.name.startswith(_HIDDEN) and alive.is_file() and not folder.is_symlink()):
        return False
    try:
        with alive.open("ab") as stream:
            if not _is_taken(stream):
                return False
        shutil.rmtree(folder)
    except OSError:  # another user's, or another command is at it
        return False
    return True


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

PAUSE_S = 0.02
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
    system: str = sys.platform
    if system == "linux":  # the same folder as below, without the 20 ms of its import
        return Path(os.environ.get("XDG_DATA_HOME", "").strip() or Path.home() / ".local" / "share") / "geoville"
    from platformdirs import user_data_dir

    return Path(user_data_dir("geoville", appauthor=False))


def _embedded(name: str) -> Path:
    installed = _PACKAGE / "embedded" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
