"""Answers already obtained for a file, kept beside the output until it is made.

Only answers are kept, by line of the input: no cell of the input is. The file is for its owner alone (mode 0600).
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError
from geoville.french import refusal
from geoville.sources.row_files import AddedCells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_OWNER_ONLY = 0o600

_LABELS = {
    "input": "le fichier d'entrée",
    "layout": "sa lecture (encodage, séparateur ou feuille)",
    "questions": "les colonnes lues",
    "on": "le jour de la question",
    "data": "les données du territoire",
    "perimeters": "les périmètres",
    "geocoder": "le géocodeur ou sa liste d'adresses",
    "version": "la version de geoville",
}


class Journal:
    """A journal of answers.

    Parameters
    ----------
    path : of the journal.
    request : everything that the answers depend on; a journal of another request is not gone on with.
    """

    def __init__(self, path: Path, request: Mapping[str, str]) -> None:
        self.path = path
        self.answered = 0
        self._request = dict(request)

    def start(self) -> None:
        """Begin a journal, in place of one that may be there.

        Raises
        ------
        InvalidInputError
            The folder is not writable.
        """
        with self._writing():
            self.path.unlink(missing_ok=True)
            created = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
            with os.fdopen(created, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(_line(self._request))

    def resume(self) -> None:
        """Go on with a journal that was interrupted; one that holds nothing yet is begun.

        Raises
        ------
        InvalidInputError
            The journal is that of another request; the sentence says what differs.
        """
        with self._writing(), self.path.open("r+b") as stream:
            first = stream.readline()
            if not first.endswith(b"\n"):
                self.start()
                return
            self._check(_document(first))
            whole = stream.tell()
            for line in stream:
                if not (line.endswith(b"\n") and _is_answer(_document(line))):
                    break  # cut by whatever stopped the work: this row is asked again
                self.answered += 1
                whole += len(line)
            stream.truncate(whole)

    def append(self, answers: Iterable[AddedCells]) -> None:
        """Write answers down; they are on the disk on return.

        Raises
        ------
        InvalidInputError
            The disk is full.
        """
        with self._writing(), self.path.open("a", encoding="utf-8", newline="\n") as stream:
            for answer in answers:
                stream.write(_line([answer.line, *answer.cells]))
                self.answered += 1

    def answers(self) -> Iterator[AddedCells]:
        """Every answer written down, in the order of the rows."""
        with self.path.open(encoding="utf-8", newline="\n") as stream:
            next(stream)
            for text in stream:
                line, *cells = json.loads(text)
                yield AddedCells(line, tuple(cells))

    def remove(self) -> None:
        """Remove the journal: its answers are in the output."""
        self.path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InvalidInputError(
                f"Impossible d'écrire « {self.path} » ({refusal(error)})",
                advice="vérifier les droits d'accès du dossier et la place sur le disque",
            ) from error

    def _check(self, found: Any) -> None:
        if not isinstance(found, dict):
            raise InvalidInputError(
                f"« {self.path.name} » n'est pas un travail de geoville", advice="le déplacer, ou --force l'effacera"
            )
        differing = [label for key, label in _LABELS.items() if found.get(key) != self._request[key]]
        if differing:
            raise InvalidInputError(
                f"Le travail interrompu (au {found.get('on')}) répond à une autre demande ; ce qui diffère : "
                f"{', '.join(differing)}",
                advice="reprendre la commande d'origine (avec son --on), ou tout recommencer avec --force",
            )


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _document(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except (RecursionError, ValueError):
        return None


def _is_answer(document: Any) -> bool:
    return (
        isinstance(document, list)
        and bool(document)
        and type(document[0]) is int
        and all(cell is None or isinstance(cell, str | float | int) for cell in document)
    )
