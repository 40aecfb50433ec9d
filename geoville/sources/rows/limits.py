"""How much a file of rows may hold, counted on what is unpacked and read: beyond, it is a mistake or a trap."""

from __future__ import annotations

import zipfile
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from geoville.errors import InvalidInputError, Location
from geoville.french import number
from geoville.sources.files import size_in_words

if TYPE_CHECKING:
    from pathlib import Path

MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14
"""Of a sheet in a spreadsheet; a file of text has as many rows as it wants, and no more columns."""

LONGEST_CELL = 131_072
"""Characters: four times what a spreadsheet holds, and what Python's reader of CSV takes."""

LONGEST_LINE = 2_000_000
"""Characters of a line of text: as many columns as may be, of 120 each."""

DEEPEST = 64
"""Elements inside one another, in a workbook."""

MOST_ELEMENTS = 1_000_000
"""Of a part of a workbook that is held whole (styles, names, relations): a spreadsheet has 65 490 formats at most."""

MOST_TEXTS = 30_000_000
"""Elements of the table of texts of a workbook."""

MOST_OPEN_QUOTES = 50
"""Quotes that are never closed, each found out by reading on; past them, a record is a line."""

MOST_FILLING = 20_000_000
"""Empty cells that a copy may add to rows so that all are as long."""

MOST_UNPACKED_BYTES = 4_000_000_000
MOST_TIMES_UNPACKED = 200
_RATIO_COUNTS_FROM_BYTES = 100_000_000
_BLOCK_BYTES = 1 << 16

_HELD_WHOLE = (".xml", ".rels")
_TEXTS = "xl/sharedStrings.xml"
_READ_BY_ROWS = ("xl/worksheets/", "content.xml")


def beyond(what: str, path: Path, line: int | None = None, *, advice: str = "ne garder que ce qui sert") -> Exception:
    """The error of a file that holds more than it may: what there is too much of, as a French phrase."""
    return InvalidInputError(what, where=Location(path.name, line), advice=advice)


def too_many_columns(path: Path, line: int | None = None) -> Exception:
    """The error of a row with more cells than a spreadsheet has columns."""
    return beyond(f"Plus de {number(MOST_COLUMNS)} colonnes", path, line)


def check_parts(path: Path) -> None:
    """See that the parts of a workbook are whole, and that none was made to fill the memory, before any is held in it.

    Raises
    ------
    InvalidInputError
        Too much would be unpacked, or a part has too many elements, or too deep.
    zipfile.BadZipFile, expat.ExpatError, zlib.error
        A part is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        packed = max(path.stat().st_size, 1)
        if unpacked > MOST_UNPACKED_BYTES or (
            unpacked > _RATIO_COUNTS_FROM_BYTES and unpacked > MOST_TIMES_UNPACKED * packed
        ):
            raise beyond(
                f"Classeur de {size_in_words(unpacked)} une fois décompressé", path, advice="l'enregistrer en CSV"
            )
        for part in parts:
            with archive.open(part) as stream:
                if part.filename.endswith(_HELD_WHOLE) and not part.filename.startswith(_READ_BY_ROWS):
                    most = MOST_TEXTS if part.filename == _TEXTS else MOST_ELEMENTS
                    _count(stream, most, f"« {part.filename} »", path)
                while stream.read(_BLOCK_BYTES):  # to its end: its checksum is looked at there
                    pass


def _count(part: IO[bytes], most: int, name: str, path: Path) -> None:
    """Read a part that is held whole, without holding it."""
    elements = depth = 0

    def start(*_: object) -> None:
        nonlocal elements, depth
        elements += 1
        depth += 1
        if elements > most:
            raise beyond(f"Plus de {number(most)} éléments dans {name}", path, advice="l'enregistrer en CSV")
        if depth > DEEPEST:
            raise beyond(f"Plus de {DEEPEST} niveaux dans {name}", path, advice="l'enregistrer en CSV")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.ParseFile(part)


# --- What a file is, by its bytes: it may have been sent under any name

XLSX, ODS = ".xlsx", ".ods"
_PART_OF_ODS = "content.xml"


def workbook_suffix(path: Path, unpacked_bytes: int, times: int) -> str:
    """Suffix of a file that begins as a ZIP archive: that of an ODS workbook where it has its parts, else of XLSX.

    Parameters
    ----------
    unpacked_bytes, times : most that it may be once unpacked, and how many times its own size.

    Raises
    ------
    InvalidInputError
        It was made to fill the memory: what a part says of its size is the most that can be read of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
            suffix = ODS if _PART_OF_ODS in archive.namelist() else XLSX
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return XLSX  # its reader says what is wrong
    if size > unpacked_bytes or size > times * max(path.stat().st_size, 1):
        raise InvalidInputError("Classeur trop gros une fois décompressé", advice="l'enregistrer en CSV")
    return suffix
