"""Making an index of addresses from files of any size: memory does not grow with them, and nothing is begun again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from geoville.errors import AddressListError
from geoville.geocoding.address_index.schema import FORMAT
from geoville.sources.addresses.stream import open_address_file
from geoville.sources.files import sha256_of
from geoville.workflows.address_index_draft import draft_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geoville.geocoding.address_index.writer import IndexSize
    from geoville.sources.addresses.stream import AddressFile
    from geoville.workflows.address_index_draft import Draft, Refused

    Progress = Callable[[int], None]

STEP_BYTES = 1 << 20
"""How much of a file is read between two signs of progress."""

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
    """

    size: IndexSize
    files: tuple[IndexedFile, ...]
    refused: Refused
    complete: bool
    resumed_after: int

    @property
    def repeated(self) -> int:
        """Addresses read that the index already had."""
        return sum(file.addresses for file in self.files) - self.size.addresses


def build_address_index(
    paths: Sequence[Path], out: Path, *, complete: bool, progress: Progress = lambda _: None
) -> BuiltIndex:
    """Write an index of addresses. Started again after an interruption, it goes on from where it was.

    Parameters
    ----------
    paths : lists of addresses, CSV of the BAN or of a BAL, or addok's lines of JSON; compressed by gzip or not.
    out : SQLite file, which appears once it is whole; until then the work lies beside it (`.partiel`).
    complete : whether no address of the towns listed is missing.
    progress : told of the bytes read since it was last told, those of an interrupted work included.

    Raises
    ------
    AddressListError
        A file cannot be read, is in no known layout, or no file holds any address.
    InvalidInputError
        The output cannot be written, or another work is writing it.
    """
    files = [open_address_file(path) for path in paths]
    inputs = [{"name": file.path.name, "sha256": sha256_of(file.path), "layout": file.layout} for file in files]
    software = f"geoville {version('geoville')}"
    request = {"software": software, "format": FORMAT, "complete": complete, "inputs": inputs}
    with draft_of(out, json.dumps(request, ensure_ascii=False)) as draft:
        resumed_after = sum(draft.done.addresses)
        _read(files, draft, progress)
        counts, refused = draft.done.addresses, draft.done.refused
        if not any(counts):
            raise refused.first[0] if refused.first else AddressListError("Aucune adresse dans les fichiers donnés")
        read = tuple(IndexedFile(**said, addresses=count) for said, count in zip(inputs, counts, strict=True))
        provenance = json.dumps({"software": software, "inputs": [asdict(file) for file in read]}, ensure_ascii=False)
        size = draft.writer.finish(complete=complete, provenance=provenance)
    return BuiltIndex(size, read, refused, complete, resumed_after)


def _read(files: Sequence[AddressFile], draft: Draft, progress: Progress) -> None:
    """Write the addresses of files, those that an interrupted work had not written."""
    for rank, file in enumerate(files):
        if rank == len(draft.done.addresses):
            draft.done.begin_file()
        last = rank == len(draft.done.addresses) - 1
        told = _read_file(file, draft, progress) if last else 0
        progress(file.path.stat().st_size - told)
    draft.save()


def _read_file(file: AddressFile, draft: Draft, progress: Progress) -> int:
    """Write the addresses of the last file begun; return the bytes of which `progress` was told."""
    done = draft.done
    told = unsaved = 0
    for row in file.rows(after=done.line):
        if unsaved >= SAVED_EVERY and row.line != done.line:
            draft.save()
            unsaved = 0
        done.line = row.line
        unsaved += 1
        if isinstance(row.address, AddressListError):
            done.refused.add(row.address)
        else:
            draft.writer.add(row.address)
            done.addresses[-1] += 1
        if row.bytes_read - told >= STEP_BYTES:
            progress(row.bytes_read - told)
            told = row.bytes_read
    return told
