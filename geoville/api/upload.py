"""A file that was sent, put in a folder of its own to be read row by row, and bounded before it is."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from geoville import french
from geoville.errors import GeovilleError, InvalidInputError
from geoville.sources.row_files import open_row_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.api.settings import Settings
    from geoville.sources.row_files import RowFile

XLSX, PARQUET = ".xlsx", ".parquet"
_FORMATS = {b"PK\x03\x04": XLSX, b"PAR1": PARQUET}
_HEADER_LINES = 1
_MOST_COLUMNS = 16_384
"""Of a spreadsheet, and so of a file that anybody made."""
_LONGEST_HEADER_BYTES = 2_000_000
_FOLDERS = "geoville-fichier-"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent.

    Parameters
    ----------
    rows : open for reading.
    out : where its copy with answers goes, beside it.
    """

    rows: RowFile
    out: Path

    @property
    def is_workbook(self) -> bool:
        """Whether it is an XLSX workbook, else CSV."""
        return self.out.suffix == XLSX


def upload_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one file, whose name says which process answers it."""
    return tempfile.TemporaryDirectory(prefix=f"{_FOLDERS}{os.getpid()}-", ignore_cleanup_errors=True)


def sweep_folders() -> None:
    """Remove the files of processes that were killed before they could; call it before this one is sent any.

    Windows does not tell whether a process lives without ending it: there, nothing is swept.
    """
    if sys.platform == "win32":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDERS}*-*"):
        number = folder.name.removeprefix(_FOLDERS).partition("-")[0]
        if number.isdigit() and not _lives_elsewhere(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives_elsewhere(process: int) -> bool:
    """Whether another process has that number; this one may have that of its predecessor."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's
    return True


def receive(
    sent: IO[bytes], folder: Path, settings: Settings, *, encoding: str | None, delimiter: str | None
) -> Upload:
    """Put a file in a folder and open it. Its name is not used: its first bytes say its format.

    Raises
    ------
    InvalidInputError
        It is neither CSV nor XLSX, cannot be read, or is too big once unpacked.
    """
    sent.seek(0)
    suffix = _FORMATS.get(sent.read(4), ".csv")
    sent.seek(0)
    if suffix == PARQUET:
        raise InvalidInputError("Un fichier Parquet n'est pas lu ici", advice="envoyer un fichier CSV ou XLSX")
    path = folder / f"fichier{suffix}"
    with path.open("wb") as copy:
        shutil.copyfileobj(sent, copy)
    if suffix == XLSX:
        _check_unpacked_size(path, settings)
    else:
        _check_header_length(path)
    with readable():
        rows = open_row_file(path, encoding=encoding, separator=delimiter)
    if len(rows.columns) > _MOST_COLUMNS:
        raise _too_many_columns()
    check_rows((rows.expected_rows or 0) - _HEADER_LINES, settings.max_rows)
    out = folder / f"reponses{suffix}"
    out.touch()
    return Upload(rows, out)


def check_rows(count: int, most: int) -> None:
    """Refuse more rows than are answered at once.

    Raises
    ------
    InvalidInputError
        There are.
    """
    if count > most:
        raise InvalidInputError(f"Plus de {french.number(most)} lignes", advice="couper le fichier en plusieurs")


@contextmanager
def readable() -> Iterator[None]:
    """Turn whatever a workbook made to harm raises into a refusal.

    Raises
    ------
    InvalidInputError
        It cannot be read.
    """
    try:
        yield
    except GeovilleError:
        raise
    except Exception:  # noqa: BLE001 - readers of XML and ZIP raise anything; its message may quote a cell
        raise InvalidInputError("Fichier illisible", advice="l'enregistrer à nouveau, en CSV ou en XLSX") from None


def _check_unpacked_size(path: Path, settings: Settings) -> None:
    """Refuse a workbook made to fill the memory; what a part says of its size is the most that can be read of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return  # the reader of workbooks says what is wrong
    ratio = size / max(path.stat().st_size, 1)
    if size > settings.max_unpacked_bytes or ratio > settings.max_decompression_ratio:
        raise InvalidInputError("Classeur trop gros une fois décompressé", advice="l'enregistrer en CSV")


def _check_header_length(path: Path) -> None:
    """Refuse names of columns that would fill the memory, before they are held in it."""
    with path.open("rb") as file:
        if len(file.readline(_LONGEST_HEADER_BYTES)) == _LONGEST_HEADER_BYTES:
            raise _too_many_columns()


def _too_many_columns() -> InvalidInputError:
    return InvalidInputError(
        f"Plus de {french.number(_MOST_COLUMNS)} colonnes", advice="ne garder que celles qui servent"
    )
