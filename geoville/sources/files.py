"""Files as wholes: their checksum, and writing them so that nothing is ever half written."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.french import refusal

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
