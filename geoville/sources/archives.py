"""Open the archives that official files come in, with care: they come from elsewhere."""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from py7zr import Py7zIO, SevenZipFile, WriterFactory
from py7zr.exceptions import ArchiveError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.properties import COMPRESSION_METHOD as METHOD

from geoville.errors import InvalidInputError, Location
from geoville.french import refusal
from geoville.sources.files import alone_in_turn, cannot_write, check_room, is_device, size_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    from py7zr.py7zr import ArchiveFile

    Extract = Callable[["Archive", Path, "Budget"], None]


# --- What an archive may hold: how much, and under which names. One that holds more is a mistake, or a trap

RATIO_COUNTS_FROM_BYTES = 100_000_000
"""Under this, no archive can harm, however well it was compressed."""

_NOT_IN_NAMES = re.compile(r"[:\x00-\x1f]")
_ONLY_DOTS_AND_SPACES = re.compile(r"[. ]*\.[. ]*")
BY_HAND = "l'ouvrir à la main, et donner avec `--from-dir` le dossier de ce qu'elle contient"


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much may come out of an archive and of those inside it.

    Parameters
    ----------
    total_bytes : of all that is written.
    ratio : of what is written to the size of the outer archive, once 100 MB are written.
    members : number of files and folders.
    depth : number of archives inside one another, the outer one included.
    """

    total_bytes: int = 60_000_000_000
    ratio: int = 200
    members: int = 20_000
    depth: int = 3


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive being opened: where it lies, and its name in sentences, after those that it was found in."""

    path: Path
    shown: str

    def refused(self, why: str, *, member: str | None = None, advice: str = BY_HAND) -> InvalidInputError:
        """Error of an archive that is not opened, or of one of its members."""
        of_member = f", membre « {member} »" if member else ""
        return InvalidInputError(f"Cette archive {why}", where=Location(file=f"{self.shown}{of_member}"), advice=advice)

    def damaged(self, member: str | None = None) -> InvalidInputError:
        """Error of an archive whose bytes make no sense."""
        return self.refused("est tronquée ou abîmée", member=member, advice="la télécharger à nouveau")


@dataclass(slots=True)
class Budget:
    """What has come out so far of an archive and of those inside it.

    Parameters
    ----------
    outer_bytes : size of the outer archive.
    folder : where its content goes, for the room that is left there.
    """

    limits: ArchiveLimits
    outer_bytes: int
    folder: Path
    written: int = field(default=0, init=False)
    members: int = field(default=0, init=False)

    def announce(self, archive: Archive, sizes: Sequence[int]) -> None:
        """Check what an archive says it holds before anything is written.

        Raises
        ------
        InvalidInputError
            It holds nothing, or too much for the limits or for the disk.
        """
        if not sizes:
            raise archive.refused("ne contient aucun fichier", advice="vérifier que c'est le bon fichier")
        self.members += len(sizes)
        if self.members > self.limits.members:
            raise archive.refused(f"contient plus de {self.limits.members} fichiers")
        self._check(archive, self.written + sum(sizes))
        check_room(self.folder, sum(sizes), archive.path.name)

    def spend(self, archive: Archive, written: int) -> None:
        """Count what is really written: what an archive says of itself may be false.

        Raises
        ------
        InvalidInputError
            Too much has come out.
        """
        self.written += written
        self._check(archive, self.written)

    def _check(self, archive: Archive, total: int) -> None:
        if total > self.limits.total_bytes:
            raise archive.refused(f"contient plus de {size_in_words(self.limits.total_bytes)}")
        if total > max(RATIO_COUNTS_FROM_BYTES, self.limits.ratio * self.outer_bytes):
            raise archive.refused(
                f"contient plus de {self.limits.ratio} fois sa taille, comme une bombe de décompression"
            )


class MemberFile:
    """A member being written to the disk, within a budget.

    Raises
    ------
    InvalidInputError
        The disk refuses it, or the budget is spent.
    """

    def __init__(self, archive: Archive, target: Path, budget: Budget) -> None:
        self._archive, self._target, self._budget = archive, target, budget
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._stream = target.open("xb")
        except OSError as error:
            raise cannot_write(target.name, budget.folder, error) from error

    def __enter__(self) -> MemberFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, data: bytes | bytearray) -> int:
        """Write bytes after those already written."""
        self._budget.spend(self._archive, len(data))
        try:
            return self._stream.write(data)
        except OSError as error:
            raise cannot_write(self._target.name, self._budget.folder, error) from error

    def close(self) -> None:
        """End the file."""
        try:
            self._stream.close()
        except OSError as error:
            raise cannot_write(self._target.name, self._budget.folder, error) from error


def safe_path(archive: Archive, name: str) -> PurePosixPath:
    """Path of a member inside the folder that it goes to; a backslash separates too, as old Windows tools write it.

    Raises
    ------
    InvalidInputError
        The name leads out of the folder, on this system or on another.
    """
    slashed = name.replace("\\", "/")
    parts = [part for part in slashed.split("/") if part not in {"", "."}]
    leads_out = slashed.startswith("/") or any(
        _ONLY_DOTS_AND_SPACES.fullmatch(part) or is_device(part) for part in parts
    )
    if not parts or leads_out or _NOT_IN_NAMES.search(slashed):
        raise archive.refused("contient un chemin qui pourrait sortir du dossier", member=ascii(name)[1:-1])
    return PurePosixPath(*parts)


def check_distinct(archive: Archive, paths: Iterable[PurePosixPath]) -> None:
    """Refuse files that one folder cannot hold together on every system.

    Raises
    ------
    InvalidInputError
        Two names are the same but for case or for the writing of accents, or a file stands where a folder must.
    """
    seen: dict[PurePosixPath, PurePosixPath] = {}
    for path in paths:
        folded = _folded(path)
        if folded in seen:
            raise archive.refused(f"contient deux fois le même nom (« {seen[folded]} »)", member=str(path))
        seen[folded] = path
    for folded, path in seen.items():
        if any(parent in seen for parent in folded.parents):
            raise archive.refused("contient un fichier et un dossier du même nom", member=str(path))


def _folded(path: PurePosixPath) -> PurePosixPath:
    return PurePosixPath(unicodedata.normalize("NFC", str(path)).casefold())


# --- Files compressed by gzip, one in each

_DAMAGED_GZIP = (zlib.error, EOFError, OSError)


def extract_gzip(archive: Archive, folder: Path, budget: Budget) -> None:
    """Write the file of a gzip archive to a folder, under the name of the archive without its `.gz`.

    Raises
    ------
    InvalidInputError
        The archive is damaged, or holds too much.
    """
    name = archive.path.name
    inner = name[: -len(".gz")] if name.lower().endswith(".gz") else name
    # Its size is written nowhere that can be trusted: only what comes out is counted.
    budget.announce(archive, [0])
    try:
        with gzip.open(archive.path) as source, MemberFile(archive, folder / (inner or name), budget) as target:
            shutil.copyfileobj(source, target)
    except _DAMAGED_GZIP as error:
        raise archive.damaged() from error


# --- ZIP archives

_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_UNIX_MODE_SHIFT = 16
_READABLE_ZIP = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_DEFLATE64 = 9
"""That the file manager of Windows uses beyond 2 GB."""

_DAMAGED_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError)
_OFFICE_MARK = "[Content_Types].xml"
_OPEN_DOCUMENT_MARK, _OPEN_DOCUMENT_START = "mimetype", b"application/"


def is_document(path: Path) -> bool:
    """Whether a ZIP file is a workbook or a text: its inside is nobody's business but its reader's."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if names[:1] != [_OPEN_DOCUMENT_MARK]:
                return _OFFICE_MARK in names
            with archive.open(_OPEN_DOCUMENT_MARK) as mark:
                return mark.read(len(_OPEN_DOCUMENT_START)) == _OPEN_DOCUMENT_START
    except _DAMAGED_ZIP:
        return False


def extract_zip(archive: Archive, folder: Path, budget: Budget) -> None:
    """Write the files of a ZIP archive to a folder.

    Raises
    ------
    InvalidInputError
        The archive is damaged, or holds what is refused; see `geoville.sources.archives.unpack`.
    """
    try:
        opened = zipfile.ZipFile(archive.path)
    except _DAMAGED_ZIP as error:
        raise archive.damaged() from error
    with opened:
        files = [(info, _zip_path(archive, info)) for info in opened.infolist() if not _is_folder(info)]
        check_distinct(archive, [path for _, path in files])
        budget.announce(archive, [info.file_size for info, _ in files])
        for info, path in files:
            try:
                with opened.open(info) as source, MemberFile(archive, folder / path, budget) as target:
                    shutil.copyfileobj(source, target)
            except _DAMAGED_ZIP as error:
                raise archive.damaged(str(path)) from error


def _zip_path(archive: Archive, info: zipfile.ZipInfo) -> PurePosixPath:
    path = safe_path(archive, _name(info))
    if info.flag_bits & _ENCRYPTED:
        raise archive.refused("est protégée par un mot de passe", member=str(path))
    kind = stat.S_IFMT(info.external_attr >> _UNIX_MODE_SHIFT)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise archive.refused("contient un lien, et non des fichiers seuls", member=str(path))
    if info.compress_type not in _READABLE_ZIP:
        method = "deflate64" if info.compress_type == _DEFLATE64 else f"n° {info.compress_type}"
        raise archive.refused(f"est compressée par une méthode qui ne se lit pas ici ({method})", member=str(path))
    return path


def _is_folder(info: zipfile.ZipInfo) -> bool:
    return info.orig_filename.endswith(("/", "\\"))


def _name(info: zipfile.ZipInfo) -> str:
    """Name of a member; many tools write UTF-8 without saying so, which reads as the code page of the first PCs."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SEVENZIP_START = b"7z\xbc\xaf\x27\x1c"
_GZIP_START = b"\x1f\x8b"
_LONGEST_START = 6


def unpack(path: Path, into: Path, *, limits: ArchiveLimits = ArchiveLimits()) -> tuple[Path, ...]:
    """Open an archive, and those inside it, into a folder of its own.

    ZIP, 7z and gzip are known by their content, whatever their name; any other file, and a workbook, comes back as it
    is. An archive inside another becomes a folder of its name.

    Parameters
    ----------
    into : folder that appears once all is written, and takes the place of one that is there.
    limits : how much may come out.

    Returns
    -------
    Paths of the files, in the order of their names; `path` alone where it is no archive.

    Raises
    ------
    InvalidInputError
        The file cannot be read; the archive is damaged, protected by a password or compressed by an unknown method; it
        holds more than the limits or than the disk has room for, paths that lead out of the folder, links, or names
        that differ only by case. Nothing is left then.
    """
    extract = _extractor_of(path)
    if extract is None:
        return (path,)
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with alone_in_turn(into), _staging(into) as staging:
            content = staging / "content"
            budget = Budget(limits, path.stat().st_size, staging)
            _open(Archive(path, path.name), extract, content, budget, depth=1)
            if into.is_dir():
                into.rename(staging / "replaced")
            content.rename(into)
    except OSError as error:
        raise cannot_write(into.name, into.parent, error) from error
    return _files_of(into)


@contextmanager
def _staging(into: Path) -> Iterator[Path]:
    """Folder to work in beside another, removed at the end, and before if a process was killed in it."""
    folder = into.with_name(f".{into.name}.unpacking")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open(archive: Archive, extract: Extract, folder: Path, budget: Budget, depth: int) -> None:
    """Write the files of an archive to a folder, then open in their place the archives among them."""
    if depth > budget.limits.depth:
        raise archive.refused(f"est emboîtée dans trop d'autres ({budget.limits.depth} niveaux au plus)")
    folder.mkdir()
    extract(archive, folder, budget)
    for path in _files_of(folder):
        inner = _extractor_of(path)
        if inner:
            aside = budget.folder / f"inner-{depth}" / path.name
            aside.parent.mkdir(exist_ok=True)
            path.rename(aside)
            _open(Archive(aside, f"{archive.shown} > {path.name}"), inner, path, budget, depth + 1)
            aside.unlink()


def _files_of(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))


def _extractor_of(path: Path) -> Extract | None:
    """What opens a file, known by its first bytes; None where it is to be taken as it is."""
    try:
        with path.open("rb") as stream:
            start = stream.read(_LONGEST_START)
    except OSError as error:
        raise InvalidInputError(
            f"Le fichier « {path.name} » ne peut pas être lu ({refusal(error)})",
            where=Location(path.name),
            advice="vérifier son chemin et ses droits d'accès",
        ) from error
    if start.startswith(_ZIP_STARTS):
        return None if is_document(path) else extract_zip
    if start.startswith(_GZIP_START):
        return extract_gzip
    if start.startswith(_SEVENZIP_START):
        return extract_sevenzip
    return None


# --- 7z archives, which IGN publishes

_READABLE_SEVENZIP = frozenset(
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

_DAMAGED_SEVENZIP = (
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
            check_distinct(archive, [_sevenzip_path(archive, member) for member in members])
            budget.announce(archive, [member.uncompressed for member in members])
            opened.extractall(writers.folder, factory=writers)
    except PasswordRequired as error:
        raise archive.refused("est protégée par un mot de passe") from error
    except UnsupportedCompressionMethodError as error:
        raise _unreadable(archive) from error
    except _DAMAGED_SEVENZIP as error:
        raise archive.damaged(writers.current) from error
    finally:
        writers.close()


def _sevenzip_path(archive: Archive, member: ArchiveFile) -> PurePosixPath:
    path = safe_path(archive, member.filename)
    if not member.is_file:
        raise archive.refused("contient un lien, et non des fichiers seuls", member=str(path))
    return path


def _check_methods(archive: Archive, opened: SevenZipFile) -> None:
    folders = (member.folder for member in opened.files if not member.emptystream)
    if not _READABLE_SEVENZIP.issuperset(coder["method"] for folder in folders for coder in folder.coders):
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
