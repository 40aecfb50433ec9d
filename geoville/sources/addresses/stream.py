"""Addresses of a file of any size, read as they come; a row that cannot be read does not stop the others.

What a file is is seen in its content: compressed or not, CSV of the BAN or of a BAL, or addok's lines of JSON.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, TYPE_CHECKING

from geoville.errors import AddressListError, Location
from geoville.sources.addresses.cells import fault
from geoville.sources.addresses.json_lines import json_line_addresses
from geoville.sources.addresses.layouts import ADDRESS_COLUMNS, BAL_COLUMNS, bal_address, ban_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geoville.model import Address

    RowReader = Callable[[Path, int, dict[str, str]], Address]

GZIP_START = b"\x1f\x8b"
SAMPLE_BYTES = 1 << 20
"""Bytes in which the encoding is looked for; what is not of it further on makes a row refused."""

BAN, BAL, JSON_LINES = "BAN", "BAL", "addok"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """What one row gave: an address, or why it gave none.

    Parameters
    ----------
    line : of the file, from 1; several rows of JSON may come from one.
    bytes_read : of the file so far, to show progress.
    """

    address: Address | AddressListError
    line: int
    bytes_read: int


@dataclass(frozen=True, slots=True)
class AddressFile:
    """A file of addresses whose layout is known: "BAN", "BAL" or "addok"."""

    path: Path
    layout: str
    encoding: str

    def rows(self, after: int = 0) -> Iterator[ReadRow]:
        """Addresses and refused rows, in the order of the file.

        Parameters
        ----------
        after : line after which to start; those before it are passed over without being read as addresses.

        Raises
        ------
        AddressListError
            The file ends in the middle of its compression, or cannot be read any more.
        """
        with _opened(self.path, self.encoding) as (raw, lines):
            read = self._json_lines if self.layout == JSON_LINES else self._csv_lines
            for line, address in read(lines, after):
                yield ReadRow(address, line, raw.tell())

    def _json_lines(self, lines: IO[str], after: int) -> Iterator[tuple[int, Address | AddressListError]]:
        for line, text in enumerate(islice(lines, after, None), start=after + 1):
            if text.strip():
                for address in json_line_addresses(self.path, line, text):
                    yield line, address

    def _csv_lines(self, lines: IO[str], after: int) -> Iterator[tuple[int, Address | AddressListError]]:
        read: RowReader = bal_address if self.layout == BAL else ban_address
        title, header = next((line, text) for line, text in enumerate(lines, start=1) if text.strip("\ufeff \r\n\t"))
        separator = _separator(header)
        columns = _cells(header, separator)
        passed = max(after - title, 0)
        for line, text in enumerate(islice(lines, passed, None), start=title + passed + 1):
            if text.isspace():
                continue
            try:
                yield line, read(self.path, line, self._row(line, text, separator, columns))
            except AddressListError as error:
                yield line, error

    def _row(self, line: int, text: str, separator: str, columns: list[str]) -> dict[str, str]:
        if not _is_text(text):
            fault("Lettre illisible", self.path, line, None, None, "enregistrer le fichier en UTF-8")
        cells = _cells(text, separator)
        if len(cells) != len(columns):
            fault(f"Ligne de {len(cells)} cases au lieu de {len(columns)}", self.path, line, None, None)
        return dict(zip(columns, cells, strict=True))


def open_address_file(path: Path) -> AddressFile:
    """Find out what a file of addresses is.

    Raises
    ------
    AddressListError
        The file cannot be read, is empty, or is in no known layout.
    """
    with _opened(path, "latin-1") as (_, lines):
        sample = lines.read(SAMPLE_BYTES).encode("latin-1")
    encoding = _encoding(sample)
    start = sample.decode(encoding, errors="replace").lstrip()
    if start.startswith("{"):
        return AddressFile(path, JSON_LINES, encoding)
    header = start.split("\n", maxsplit=1)[0]
    columns = set(_cells(header, _separator(header)))
    for layout, needed in ((BAL, BAL_COLUMNS), (BAN, ADDRESS_COLUMNS)):
        if columns.issuperset(needed):
            return AddressFile(path, layout, encoding)
    raise AddressListError(
        "Fichier d'adresses d'une présentation inconnue",
        where=Location(path.name, 1),
        advice=f"donner un CSV de la BAN (colonnes {', '.join(ADDRESS_COLUMNS)}), un CSV BAL (colonnes "
        f"{', '.join(BAL_COLUMNS)}) ou les lignes JSON d'addok",
    )


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[tuple[IO[bytes], IO[str]]]:
    """Bytes of a file as they lie on the disk, and its text, decompressed."""
    try:
        with path.open("rb") as raw:
            is_compressed = raw.read(len(GZIP_START)) == GZIP_START
            raw.seek(0)
            content = gzip.GzipFile(fileobj=raw) if is_compressed else raw
            yield raw, io.TextIOWrapper(content, encoding, errors="surrogateescape", newline="\n")
    except (OSError, EOFError, zlib.error) as error:
        advice = "vérifier le chemin, ou télécharger de nouveau un fichier compressé incomplet"
        raise AddressListError("Fichier illisible", where=Location(path.name), advice=advice) from error


def _encoding(sample: bytes) -> str:
    """UTF-8 unless a byte of the sample is not of it; the end of the sample may cut a letter."""
    try:
        sample[: sample.rfind(b"\n") + 1 or None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _separator(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def _cells(line: str, separator: str) -> list[str]:
    """Cells of a line, trimmed. Each line is read alone: a quote that is never closed spoils no other."""
    try:
        parts = next(csv.reader([line], delimiter=separator)) if '"' in line else line.split(separator)
    except csv.Error:
        return []
    return [part.strip() for part in parts]


def _is_text(line: str) -> bool:
    """Whether every byte of a line was a letter of the file's encoding."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True
