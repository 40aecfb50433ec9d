"""ZIP archives."""

from __future__ import annotations

import lzma
import shutil
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING

from geoville.sources.archives.limits import Archive, Budget, MemberFile, check_distinct, safe_path

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

_ENCRYPTED = 0x1
_UTF8_NAME = 0x800
_UNIX_MODE_SHIFT = 16
_READABLE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA})
_DEFLATE64 = 9
"""That the file manager of Windows uses beyond 2 GB."""

_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError)
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
    except _DAMAGED:
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
    except _DAMAGED as error:
        raise archive.damaged() from error
    with opened:
        files = [(info, _checked_path(archive, info)) for info in opened.infolist() if not _is_folder(info)]
        check_distinct(archive, [path for _, path in files])
        budget.announce(archive, [info.file_size for info, _ in files])
        for info, path in files:
            try:
                with opened.open(info) as source, MemberFile(archive, folder / path, budget) as target:
                    shutil.copyfileobj(source, target)
            except _DAMAGED as error:
                raise archive.damaged(str(path)) from error


def _checked_path(archive: Archive, info: zipfile.ZipInfo) -> PurePosixPath:
    path = safe_path(archive, _name(info))
    if info.flag_bits & _ENCRYPTED:
        raise archive.refused("est protégée par un mot de passe", member=str(path))
    kind = stat.S_IFMT(info.external_attr >> _UNIX_MODE_SHIFT)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise archive.refused("contient un lien, et non des fichiers seuls", member=str(path))
    if info.compress_type not in _READABLE:
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
