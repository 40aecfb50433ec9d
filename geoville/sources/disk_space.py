"""Room on the disk: asked for before anything big is written, and its lack said in words."""

from __future__ import annotations

import errno
import shutil
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.french import quantity, refusal

if TYPE_CHECKING:
    from pathlib import Path

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
