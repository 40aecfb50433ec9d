"""7z archives, which IGN publishes."""

from __future__ import annotations

import lzma
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from py7zr import Py7zIO, SevenZipFile, WriterFactory
from py7zr.exceptions import ArchiveError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.properties import COMPRESSION_METHOD as METHOD

from geoville.sources.archives.limits import Archive, Budget, MemberFile, check_distinct, safe_path

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from py7zr.py7zr import ArchiveFile

    from geoville.errors import InvalidInputError

_READABLE = frozenset(
    {
        METHOD.COPY,
        METHOD.LZMA,
        METHOD.LZMA2,
        METHOD.MISC_BZIP2,
        METHOD.MISC_DEFLATE,
        METHOD.DELTA,
        METHOD.P7Z_BCJ,
        METHOD.BCJ_ARM,
        METHOD.BCJ_ARMT,
        METHOD.BCJ_IA64,
        METHOD.BCJ_PPC,
        METHOD.BCJ_SPARC,
    }
)
"""Those whose decoders stand damaged bytes; that of PPMd corrupts the memory of the process, which dies."""

_DAMAGED = (
    ArchiveError,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    TypeError,
    ValueError,
)
"""All that py7zr raises on bytes that make no sense."""


def extract_sevenzip(archive: Archive, folder: Path, budget: Budget) -> None:
    """Write the files of a 7z archive to a folder.

    Raises
    ------
    InvalidInputError
        The archive is damaged, or holds what is refused; see `geoville.sources.archives.unpack`.
    """
    writers = _Writers(archive, folder.resolve(), budget)
    try:
        # A stream and not a path: py7zr would start a thread per block, and budgets are counted in one.
        with archive.path.open("rb") as stream, SevenZipFile(stream) as opened:
            if opened.needs_password():
                raise archive.refused("est protégée par un mot de passe")
            _check_methods(archive, opened)
            members = [member for member in opened.files if not member.is_directory]
            check_distinct(archive, [_checked_path(archive, member) for member in members])
            budget.announce(archive, [member.uncompressed for member in members])
            opened.extractall(writers.folder, factory=writers)
    except PasswordRequired as error:
        raise archive.refused("est protégée par un mot de passe") from error
    except UnsupportedCompressionMethodError as error:
        raise _unreadable(archive) from error
    except _DAMAGED as error:
        raise archive.damaged(writers.current) from error
    finally:
        writers.close()


def _checked_path(archive: Archive, member: ArchiveFile) -> PurePosixPath:
    path = safe_path(archive, member.filename)
    if not member.is_file:
        raise archive.refused("contient un lien, et non des fichiers seuls", member=str(path))
    return path


def _check_methods(archive: Archive, opened: SevenZipFile) -> None:
    folders = (member.folder for member in opened.files if not member.emptystream)
    if not _READABLE.issuperset(coder["method"] for folder in folders for coder in folder.coders):
        raise _unreadable(archive)


def _unreadable(archive: Archive) -> InvalidInputError:
    return archive.refused("est compressée par une méthode qui ne se lit pas ici")


class _Writers(WriterFactory):
    """Gives py7zr a file for each member, under our own check of its name."""

    def __init__(self, archive: Archive, folder: Path, budget: Budget) -> None:
        self._archive, self.folder, self._budget = archive, folder, budget
        self._file: MemberFile | None = None
        self.current: str | None = None

    def create(self, filename: str) -> Py7zIO:
        self.close()
        path = safe_path(self._archive, Path(filename).relative_to(self.folder).as_posix())
        self.current = str(path)
        self._file = MemberFile(self._archive, self.folder / path, self._budget)
        return _Written(self._file)

    def close(self) -> None:
        if self._file:
            self._file.close()


class _Written(Py7zIO):
    """A member that is only ever written, from its first byte to its last."""

    def __init__(self, file: MemberFile) -> None:
        self._file = file

    def write(self, s: bytes | bytearray) -> int:
        return self._file.write(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002
        return 0

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        """Nothing waits."""

    def size(self) -> int:
        return 0

    def close(self) -> None:
        self._file.close()
