"""Addresses of the area (BAN by département or whole), as the `addresses.sqlite` of a pack; memory stays constant."""

from __future__ import annotations

import csv
import gzip
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from geoville.errors import AddressListError, Location
from geoville.sources.addresses.stream import BAL, BAN, GZIP_START, JSON_LINES, open_address_file
from geoville.sources.official.area import Converted
from geoville.sources.official.layers import main_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from io import BufferedReader

    from geoville.sources.official.area import Area, Recognised

    CodeOf = Callable[[bytes], str]

FILE, ROLE = "addresses.sqlite", "addresses"
_FASTEST = 1
_INSEE_LENGTH = 5
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class IndexedAddresses(NamedTuple):
    """What an index of addresses was made of: addresses that it holds, and rows that could not be read."""

    addresses: int
    refused: int


class IndexAddresses(Protocol):
    """Builder of the index, given by the caller: it is made of geocoding, which reads no official file."""

    def __call__(self, paths: Sequence[Path], out: Path, *, complete: bool) -> IndexedAddresses:
        """Write an SQLite index of lists of addresses."""


def convert_addresses(found: Recognised, area: Area, folder: Path, index_addresses: IndexAddresses) -> Converted:
    """Index the addresses of the area, line by line.

    Raises
    ------
    AddressListError
        A list cannot be read, or none has an address in the area.
    """
    files = [open_address_file(path) for path in main_files(found.files)]
    complete = all(file.layout == BAN for file in files)
    paths, left_out = [file.path for file in files], 0
    with tempfile.TemporaryDirectory(dir=folder, prefix=".adresses-") as cut:
        if not area.is_country:
            counts = [_cut(file.path, file.layout, area, Path(cut) / _name(file.path)) for file in files]
            paths = [Path(cut) / _name(file.path) for file, (kept, _) in zip(files, counts, strict=True) if kept]
            left_out = sum(others for _, others in counts)
        if not paths:
            raise AddressListError(
                "Aucune adresse de ces fichiers n'est dans le territoire",
                where=Location(files[0].path.name),
                advice="vérifier les codes des communes demandées et le département du fichier",
            )
        made = index_addresses(paths, folder / FILE, complete=complete)
    notes = (f"Lignes d'adresses illisibles, laissées de côté : {made.refused}.",) if made.refused else ()
    return Converted(folder / FILE, ROLE, made.addresses, left_out, notes, complete=complete)


def _name(path: Path) -> str:
    """Name of the cut list: that of the whole one, which the index cites."""
    return path.name if path.suffix == ".gz" else f"{path.name}.gz"


def _cut(path: Path, layout: str, area: Area, out: Path) -> tuple[int, int]:
    """Copy the lines of the area as they are; return how many there are, and how many others."""
    kept = others = 0
    holds: dict[str, bool] = {}
    with _opened(path) as lines, gzip.open(out, "wb", compresslevel=_FASTEST) as copy:
        code_of = _json_code if layout == JSON_LINES else _csv_code(_header(lines, copy), layout)
        for line in lines:
            code = code_of(line)
            if code not in holds:
                holds[code] = area.holds(code)
            if holds[code]:
                copy.write(line)
                kept += 1
            elif line.strip():
                others += 1
    return kept, others


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as stream:
        is_compressed = stream.read(len(GZIP_START)) == GZIP_START
    return gzip.open(path) if is_compressed else path.open("rb")


def _header(lines: Iterator[bytes], copy: gzip.GzipFile) -> bytes:
    header = next(lines)
    copy.write(header)
    return header.removeprefix(_BYTE_ORDER_MARK)


def _csv_code(header: bytes, layout: str) -> CodeOf:
    """Reader of the commune of a line of CSV."""
    separator = ";" if header.count(b";") > header.count(b",") else ","
    columns = _cells(header, separator)
    column = "code_insee" if layout != BAL else "commune_insee" if "commune_insee" in columns else "cle_interop"
    place = columns.index(column)

    def code_of(line: bytes) -> str:
        cells = _cells(line, separator)
        return cells[place][:_INSEE_LENGTH] if place < len(cells) else ""

    return code_of


def _cells(line: bytes, separator: str) -> list[str]:
    text = line.decode("latin-1")
    try:
        cells = next(csv.reader([text], delimiter=separator)) if '"' in text else text.split(separator)
    except csv.Error:
        return []
    return [cell.strip() for cell in cells]


def _json_code(line: bytes) -> str:
    try:
        return str(json.loads(line)["citycode"])
    except (ValueError, KeyError, TypeError):
        return ""
