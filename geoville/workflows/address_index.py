"""Making an index of addresses from files of any size: memory does not grow with them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from geoville.errors import AddressListError
from geoville.geocoding.index_writer import IndexSize, IndexWriter
from geoville.sources.address_stream import AddressFile, open_address_file
from geoville.sources.files import replacing, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    Progress = Callable[[int], None]

FIRST_REFUSED = 5
STEP_BYTES = 1 << 20
"""How much of a file is read between two signs of progress."""


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


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """What was made: `repeated` counts the addresses that came more than once."""

    size: IndexSize
    files: tuple[IndexedFile, ...]
    refused: Refused
    complete: bool

    @property
    def repeated(self) -> int:
        """Addresses read that the index already had."""
        return sum(file.addresses for file in self.files) - self.size.addresses


def build_address_index(
    paths: Sequence[Path], out: Path, *, complete: bool, progress: Progress = lambda _: None
) -> BuiltIndex:
    """Write an index of addresses. Started again after an interruption, it starts from nothing.

    Parameters
    ----------
    paths : lists of addresses, CSV of the BAN or of a BAL, or addok's lines of JSON; compressed by gzip or not.
    out : SQLite file, which appears once it is whole.
    complete : whether no address of the towns listed is missing.
    progress : told of the bytes read since it was last told.

    Raises
    ------
    AddressListError
        A file cannot be read, is in no known layout, or no file holds any address.
    InvalidInputError
        The output cannot be written.
    """
    files = [open_address_file(path) for path in paths]
    checksums = [sha256_of(path) for path in paths]
    refused = Refused()
    with replacing(out) as beside, closing(sqlite3.connect(beside, isolation_level=None)) as connection:
        writer = IndexWriter(connection)
        read = tuple(
            IndexedFile(file.path.name, sha256, file.layout, _write_all(file, writer, refused, progress))
            for file, sha256 in zip(files, checksums, strict=True)
        )
        if not any(file.addresses for file in read):
            raise refused.first[0] if refused.first else AddressListError("Aucune adresse dans les fichiers donnés")
        size = writer.finish(complete=complete, provenance=_provenance(read))
    return BuiltIndex(size, read, refused, complete)


def _write_all(file: AddressFile, writer: IndexWriter, refused: Refused, progress: Progress) -> int:
    """Write the addresses of a file; return their number."""
    count = told = 0
    for row in file.rows():
        if isinstance(row.address, AddressListError):
            refused.add(row.address)
        else:
            writer.add(row.address)
            count += 1
        if row.bytes_read - told >= STEP_BYTES:
            progress(row.bytes_read - told)
            told = row.bytes_read
    progress(file.path.stat().st_size - told)
    return count


def _provenance(files: Iterable[IndexedFile]) -> str:
    inputs = [
        {"name": file.name, "sha256": file.sha256, "layout": file.layout, "addresses": file.addresses} for file in files
    ]
    return json.dumps({"software": f"geoville {version('geoville')}", "inputs": inputs}, ensure_ascii=False)
