"""Paths as a command line gives them: what nothing could read or write is refused before a long work is begun."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from geoville.errors import InvalidInputError, Location

_SHOWN = 40
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Characters that end a line or command a terminal; halves of characters, which stand for bytes that are no text."""


def check_name(path: str) -> None:
    """Refuse a name that is no line of text: some libraries that read and write cannot hold it, nor can a provenance.

    Raises
    ------
    InvalidInputError
        The bytes of the name are not of the encoding of names on this machine, or it has an end of line.
    """
    if _NO_TEXT.search(path):
        raise InvalidInputError(
            "Ce nom de fichier n'est pas une ligne de texte en UTF-8",
            where=Location(Path(path).name),
            advice="renommer le fichier et ses dossiers, ou choisir une langue du système en UTF-8",
        )


def here(path: Path) -> Path:
    """A path as given: whether anything is there is for its reader to say, in words of its own.

    Raises
    ------
    InvalidInputError
        It is no path at all; or a pipe or a device, which is read once where geoville reads twice, and which a file
        would replace.
    """
    check_name(str(path))
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return path
    except OSError as error:  # a name that is too long, a loop of links
        raise InvalidInputError(
            "Le système refuse ce nom de fichier", where=Location(f"{path.name[:_SHOWN]}…"), advice="le corriger"
        ) from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise InvalidInputError(
            "Ce n'est pas un fichier ordinaire", where=Location(path.name), advice="donner un fichier du disque"
        )
    return path


def check_writable(path: Path) -> None:
    """Refuse to begin a long work whose result could not be written.

    Raises
    ------
    InvalidInputError
        The folder of the path, or the nearest one that is there, takes no file.
    """
    folder = next(folder for folder in (path, *path.absolute().parents) if folder.is_dir())
    if not os.access(folder, os.W_OK):
        raise InvalidInputError(
            f"Impossible d'écrire dans « {folder} »", advice="vérifier ses droits d'accès, ou choisir un autre dossier"
        )
