"""Making an index of addresses from files of any size: memory does not grow with them, and nothing is begun again."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from geoville.errors import AddressListError, InvalidInputError, Location
from geoville.french import refusal
from geoville.geocoding.index_writer import FORMAT, IndexWriter, pack, saved_in, seal
from geoville.sources.addresses import open_address_file
from geoville.sources.files import sha256_of
from geoville.workflows.cluster import in_order
from geoville.workflows.lookup_file.output import alone_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from geoville.geocoding.index_writer import IndexSize
    from geoville.sources.addresses import AddressFile, ReadBlock, TextBlock

    Progress = Callable[[int], None]


# --- An index of addresses being made, beside its output: what is saved of it survives whatever stops the work

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
    readings : rows that were not read as they are written, by what was done.
    """

    addresses: list[int] = field(default_factory=list)
    line: int = 0
    refused: Refused = field(default_factory=Refused)
    readings: Counter[str] = field(default_factory=Counter)

    def begin_file(self, rank: int) -> None:
        """Go on to a file, unless it is begun."""
        while len(self.addresses) <= rank:
            self.addresses.append(0)
            self.line = 0

    def as_text(self) -> str:
        """The same as JSON."""
        first = [(error.message, asdict(error.where or Location()), error.advice) for error in self.refused.first]
        done = [self.addresses, self.line, first, self.refused.reasons, self.readings]
        return json.dumps(done, ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> Done:
        """What `as_text` wrote."""
        addresses, line, first, reasons, readings = json.loads(text)
        errors = [_error(*said) for said in first]
        return cls(addresses, line, Refused(errors, Counter(reasons)), Counter(readings))


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
    beside, packed = (out.with_name(f"{out.name}.{state}") for state in ("partiel", "entier"))
    with alone_on(out), _writing(out):
        _remove(packed)  # of a process killed while it packed
        done = _done(beside, request)
        if done is None:
            _remove(beside)
        try:
            with closing(sqlite3.connect(beside, isolation_level=None)) as connection:
                yield Draft(IndexWriter(connection), request, done or Done())
                pack(connection, packed)
        except AddressListError:
            _remove(beside)
            raise
        seal(packed)
        packed.replace(out)
        _remove(beside)


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


SAVED_EVERY = 200_000
"""Rows after which what was written is saved: some seconds of work."""


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file that was read.

    Parameters
    ----------
    layout : "BAN", "BAL" or "addok".
    addresses : that it gave.
    """

    name: str
    sha256: str
    layout: str
    addresses: int


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """What was made.

    Parameters
    ----------
    resumed_after : addresses that an interrupted work had already read.
    readings : rows that were not read as they are written, by what was done.
    """

    size: IndexSize
    files: tuple[IndexedFile, ...]
    refused: Refused
    complete: bool
    resumed_after: int
    readings: dict[str, int] = field(default_factory=dict)

    @property
    def repeated(self) -> int:
        """Addresses read that the index already had."""
        return sum(file.addresses for file in self.files) - self.size.addresses


def build_address_index(
    paths: Sequence[Path], out: Path, *, complete: bool, progress: Progress = lambda _: None, workers: int = 1
) -> BuiltIndex:
    """Write an index of addresses. Started again after an interruption, it goes on from where it was.

    Parameters
    ----------
    paths : lists of addresses, CSV of the BAN or of a BAL, or addok's lines of JSON; compressed by gzip or not.
    out : SQLite file, which appears once it is whole; until then the work lies beside it (`.partiel`).
    complete : whether no address of the towns listed is missing.
    progress : told of the bytes read since it was last told, those of an interrupted work included.
    workers : processes that read the rows; the index is the same, byte for byte. More than one: besides this one, which
        reads the files and writes.

    Raises
    ------
    AddressListError
        A file cannot be read, is in no known layout, or no file holds any address.
    InvalidInputError
        The output cannot be written, or another work is writing it.
    GeovilleError
        A process that read rows stopped.
    """
    files = [open_address_file(path) for path in paths]
    inputs = [{"name": file.path.name, "sha256": sha256_of(file.path), "layout": file.layout} for file in files]
    software = f"geoville {version('geoville')}"
    request = {"software": software, "format": FORMAT, "complete": complete, "inputs": inputs}
    with draft_of(out, json.dumps(request, ensure_ascii=False)) as draft:
        resumed_after = sum(draft.done.addresses)
        _read(files, draft, progress, workers)
        counts, refused = draft.done.addresses, draft.done.refused
        if not any(counts):
            raise refused.first[0] if refused.first else AddressListError("Aucune adresse dans les fichiers donnés")
        read = tuple(IndexedFile(**said, addresses=count) for said, count in zip(inputs, counts, strict=True))
        provenance = json.dumps({"software": software, "inputs": [asdict(file) for file in read]}, ensure_ascii=False)
        size = draft.writer.finish(complete=complete, provenance=provenance)
    return BuiltIndex(size, read, refused, complete, resumed_after, dict(draft.done.readings))


def _read(files: Sequence[AddressFile], draft: Draft, progress: Progress, workers: int) -> None:
    """Write the addresses of files, those that an interrupted work had not written."""
    done = draft.done
    starts = [0, *accumulate(file.path.stat().st_size for file in files)]
    told = unsaved = 0
    advice = "relancer la commande, qui reprendra le travail, avec moins de processus (--workers)"
    with closing(in_order(_read_block, _blocks(files, done), workers=workers, if_one_stops=advice)) as blocks:
        for rank, last, bytes_read, read in blocks:
            done.begin_file(rank)
            _write(read, draft)
            done.line = last
            unsaved += len(read.addresses) + len(read.refused)
            if unsaved >= SAVED_EVERY:
                draft.save()
                unsaved = 0
            progress(starts[rank] + bytes_read - told)
            told = starts[rank] + bytes_read
    done.begin_file(len(files) - 1)
    draft.save()
    progress(starts[-1] - told)


def _write(read: ReadBlock, draft: Draft) -> None:
    draft.writer.add_all(read.addresses)
    for error, street in read.refused:
        draft.done.refused.add(error)
        draft.writer.refuse(*street)
    draft.done.readings.update(read.remarks)
    draft.done.addresses[-1] += len(read.addresses)


def _blocks(files: Sequence[AddressFile], done: Done) -> Iterator[tuple[int, AddressFile, TextBlock]]:
    """Lines of files with the rank of theirs, those that were not read."""
    begun, line = max(len(done.addresses) - 1, 0), done.line
    for rank, file in enumerate(files[begun:], start=begun):
        for block in file.blocks(after=line if rank == begun else 0):
            yield rank, file, block


def _read_block(task: tuple[int, AddressFile, TextBlock]) -> tuple[int, int, int, ReadBlock]:
    rank, file, block = task
    return rank, block.last, block.bytes_read, file.read(block)
