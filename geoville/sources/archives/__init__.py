"""Open the archives that official files come in, with care: they come from elsewhere."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.french import refusal
from geoville.sources.archives.gzip import extract_gzip
from geoville.sources.archives.limits import Archive, Budget, Limits
from geoville.sources.archives.zip import extract_zip, is_document
from geoville.sources.disk_space import cannot_write
from geoville.sources.file_locks import alone_in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Extract = Callable[[Archive, Path, Budget], None]

__all__ = ["Limits", "unpack"]

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_SEVENZIP_START = b"7z\xbc\xaf\x27\x1c"
_GZIP_START = b"\x1f\x8b"
_LONGEST_START = 6


def unpack(path: Path, into: Path, *, limits: Limits = Limits()) -> tuple[Path, ...]:  # noqa: B008  frozen
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
        from geoville.sources.archives.sevenzip import extract_sevenzip

        return extract_sevenzip
    return None
