"""One work at a time on an output: a second one is refused, whatever became of the first."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.french import refusal
from geoville.sources.file_locks import alone_if_free

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def alone_on(out: Path) -> Iterator[None]:
    """Hold an output while a work makes it. The system lets go of it when the process ends, even killed.

    Raises
    ------
    InvalidInputError
        Another work holds it, or its folder is not writable.
    """
    with ExitStack() as held:
        try:
            is_alone = held.enter_context(alone_if_free(out))
        except OSError as error:
            raise InvalidInputError(
                f"Impossible d'écrire dans « {out.parent} » ({refusal(error)})",
                advice="vérifier les droits d'accès du dossier",
            ) from error
        if not is_alone:
            raise InvalidInputError(
                f"Un autre travail est en train d'écrire « {out.name} »",
                advice="attendre sa fin, ou changer de nom de sortie",
            )
        yield
