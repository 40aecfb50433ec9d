"""An index of addresses being made, beside its output: what is saved of it survives whatever stops the work."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from geoville.errors import AddressListError, InvalidInputError, Location
from geoville.french import refusal
from geoville.geocoding.address_index.writer import IndexWriter, saved_in
from geoville.workflows.lookup_file.lock import alone_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIRST_REFUSED = 5
REQUEST, DONE = "request", "done"


@dataclass(slots=True)
class Refused:
    """Rows that gave no address: how many for each reason, and the first ones in full."""

    first: list[AddressListError] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, error: AddressListError) -> None:
        """Count a row."""
        self.reasons[error.message] += 1
        if len(self.first) < FIRST_REFUSED:
            self.first.append(error)

    @property
    def count(self) -> int:
        """How many rows."""
        return self.reasons.total()


@dataclass(slots=True)
class Done:
    """How far the reading of the files has come.

    Parameters
    ----------
    addresses : that each file begun gave, in the order of the files.
    line : last one read of the last file begun.
    """

    addresses: list[int] = field(default_factory=list)
    line: int = 0
    refused: Refused = field(default_factory=Refused)

    def begin_file(self) -> None:
        """Go on to the next file."""
        self.addresses.append(0)
        self.line = 0

    def as_text(self) -> str:
        """The same as JSON."""
        first = [(error.message, asdict(error.where or Location()), error.advice) for error in self.refused.first]
        return json.dumps([self.addresses, self.line, first, self.refused.reasons], ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> Done:
        """What `as_text` wrote."""
        addresses, line, first, reasons = json.loads(text)
        errors = [_error(*said) for said in first]
        return cls(addresses, line, Refused(errors, Counter(reasons)))


@dataclass(slots=True)
class Draft:
    """An index begun, perhaps by a process that was stopped.

    Parameters
    ----------
    request : JSON text of everything that the index depends on.
    """

    writer: IndexWriter
    request: str
    done: Done

    def save(self) -> None:
        """Put on the disk what was written since it was last saved."""
        self.writer.save(**{REQUEST: self.request, DONE: self.done.as_text()})


@contextmanager
def draft_of(out: Path, request: str) -> Iterator[Draft]:
    """Go on with the index begun for the same request, else begin one; at the end it takes the place of `out`.

    It is kept when the work is interrupted, and removed when the input is at fault.

    Raises
    ------
    InvalidInputError
        The output cannot be written, or another work is writing it.
    """
    if out.is_dir():
        raise InvalidInputError(f"« {out} » est un dossier", advice="donner un nom de fichier")
    beside = out.with_name(f"{out.name}.partiel")
    with alone_on(out), _writing(out):
        done = _done(beside, request)
        if done is None:
            _remove(beside)
        try:
            with closing(sqlite3.connect(beside, isolation_level=None)) as connection:
                yield Draft(IndexWriter(connection), request, done or Done())
        except AddressListError:
            _remove(beside)
            raise
        beside.replace(out)


def _done(beside: Path, request: str) -> Done | None:
    """How far an index begun for that request has come; None where there is none."""
    if not beside.exists():
        return None
    with closing(sqlite3.connect(beside, isolation_level=None)) as connection:
        saved = saved_in(connection)
    return Done.of_text(saved[DONE]) if saved.get(REQUEST) == request else None


def _remove(beside: Path) -> None:
    for path in (beside, beside.with_name(f"{beside.name}-journal")):
        path.unlink(missing_ok=True)


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise InvalidInputError(
            f"Impossible d'écrire « {out} » ({refusal(error)})",
            advice="vérifier les droits d'accès et la place sur le disque ; la commande relancée reprendra le travail",
        ) from error


def _error(message: str, where: dict[str, Any], advice: str | None) -> AddressListError:
    return AddressListError(message, where=Location(**where), advice=advice)
