"""A workbook row by row: what its formats share. One sheet is read; the copy keeps every part of the workbook."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING, ClassVar, TextIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from geoville.errors import InvalidInputError, Location
from geoville.sources.files import Watched
from geoville.sources.rows.limits import MOST_COLUMNS, beyond, check_parts
from geoville.sources.rows.row import AddedCells, AddedInOrder, InputRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.sources.rows.row import AddedColumn, Header, IsHeader

    Attributes = dict[str, str]


UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ALPHABET = 26

DAMAGE = (
    ArithmeticError, AttributeError, EOFError, LookupError, RuntimeError, StopIteration, SyntaxError, TypeError,
    ValueError, expat.ExpatError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What readers of ZIP and XML raise on bytes that are not what they should; RuntimeError where there is a password."""

# --- Rows of one sheet


@dataclass(frozen=True, slots=True)
class SheetSeen:
    """A sheet of a workbook that is open.

    Parameters
    ----------
    lines : how many rows it may have.
    header : reads its header.
    """

    lines: int | None
    header: Callable[[], Header]


class WorkbookRows(ABC):
    """One sheet of a workbook: the one named, else the first one whose header holds what is looked for, else the first.

    Raises
    ------
    InvalidInputError
        The file is no workbook of its format, has no such sheet, or the first row of the sheet names no column.
    """

    format_name: ClassVar[str]
    charset, has_mark = "", False

    def __init__(self, path: Path, sheet: str | None = None, is_header: IsHeader | None = None) -> None:
        self._path, self._watched = path, Watched(path)
        with self._refusing_damage((*DAMAGE, OSError)):
            check_parts(path)
        with self._open_sheets(is_header) as sheets:
            names = list(sheets)
            _check_sheet(path, names, sheet)
            headers = ((name, sheets[name].header()) for name in ([sheet] if sheet else names))
            self._sheet, self._header = _likeliest_sheet(headers, is_header)
            self.expected_rows = sheets[self._sheet].lines
        self.sheets = (self._sheet, *(name for name in names if name != self._sheet))
        self.columns = self._header.names
        if not any(self.columns):
            raise _no_header(path)
        self.description = _described(self.format_name, self._sheet, names, self._header)

    @abstractmethod
    def _open_sheets(self, is_header: IsHeader | None) -> AbstractContextManager[dict[str, SheetSeen]]:
        """Sheets by name, in order, while the workbook is open."""

    @abstractmethod
    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, empty ones left out, with the cells of the columns at these places."""

    @abstractmethod
    def _copy(self, out: Path, added: Iterator[AddedCells]) -> None:
        """Copy the workbook with cells added to rows of the sheet, by increasing line."""

    @property
    @abstractmethod
    def _width(self) -> int:
        """Columns that the sheet fills."""

    def check_room(self, added: int) -> None:
        """Refuse to add columns beyond the last one of a spreadsheet (XFD).

        Raises
        ------
        InvalidInputError
            There is no room for them.
        """
        if self._width + added > MOST_COLUMNS:
            raise beyond(
                f"La feuille va jusqu'à la colonne {column_letters(self._width)}, sans place pour {added} réponses",
                self._path,
                advice="ôter des colonnes, ou l'enregistrer en CSV",
            )

    def write(self, out: Path, columns: Sequence[AddedColumn], added: Iterable[AddedCells]) -> None:
        """Copy the workbook with columns added to the right of everything that its sheet holds."""
        self.check_room(len(columns))
        names = AddedCells(self._header.last + 1, tuple(column.name for column in columns))
        with self._refusing_damage(DAMAGE):
            self._copy(out, chain([names], added))
        self._watched.check()

    @contextmanager
    def _refusing_damage(self, damage: tuple[type[Exception], ...]) -> Iterator[None]:
        try:
            yield
        except InvalidInputError:
            raise
        except damage as error:
            raise InvalidInputError(
                f"Ce n'est pas un classeur {self.format_name} lisible",
                where=Location(self._path.name),
                advice="l'ouvrir dans un tableur et l'enregistrer à nouveau, sans mot de passe",
            ) from error


def _check_sheet(path: Path, names: Sequence[str], sheet: str | None) -> None:
    """Refuse a sheet that a workbook does not have, or a workbook without any; the sentence lists those it has."""
    if not names or (sheet and sheet not in names):
        raise InvalidInputError(
            f"Le classeur n'a pas de feuille « {sheet or ''} »",
            where=Location(path.name),
            advice=f"feuilles connues : {', '.join(names)}",
        )


def _likeliest_sheet(headers: Iterable[tuple[str, Header]], is_header: IsHeader | None) -> tuple[str, Header]:
    """The first sheet whose header holds what is looked for, else the first one; sheets by name, with their headers."""
    first = None
    for name, header in headers:
        first = first or (name, header)
        if is_header is None or is_header(header.names):
            return name, header
    assert first is not None  # `_check_sheet` saw to it
    return first


def _described(format_name: str, sheet: str, names: Sequence[str], header: Header) -> str:
    """What was recognised of a workbook, in French: the sheet that is read, and those that are not."""
    others = [name for name in names if name != sheet]
    said = f" (et non : {', '.join(others)})" if others else ""
    return f"{format_name}, feuille « {sheet} »{said}{header.described(header.first + 1)}"


def _no_header(path: Path) -> InvalidInputError:
    """The error of a sheet without names of columns."""
    return InvalidInputError(
        "La première ligne de la feuille ne nomme aucune colonne",
        where=Location(path.name, 1),
        advice="mettre les noms des colonnes en première ligne, ou choisir une autre feuille",
    )


MERGED_READ = "Cases fusionnées : la valeur de la première est lue sur leurs autres lignes"


def unsaid_formula(cell: str) -> str:
    """Fault of a row of which a formula has no value kept."""
    return f"Formule sans résultat gardé, case {cell} (l'ouvrir dans un tableur et l'enregistrer la calcule)"


# --- Copy of a workbook with cells added to the rows of a sheet; all else goes through as it is


def copy_with(path: Path, out: Path, part: str, copy: Callable[[IO[bytes], TextIO], None]) -> None:
    """Copy a workbook to `out`, one part of which is copied by a function."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            with source.open(item) as read, target.open(_like_entry(item), "w", force_zip64=True) as written:
                if item.filename != part:
                    copyfileobj(read, written)
                    continue
                with TextIOWrapper(written, encoding="utf-8", newline="") as text:
                    copy(read, text)


def _like_entry(item: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same entry, to be written: with its name and date, so that two copies are the same to the byte."""
    copy = zipfile.ZipInfo(item.filename, item.date_time)
    copy.compress_type = zipfile.ZIP_STORED if item.filename == "mimetype" else zipfile.ZIP_DEFLATED
    return copy


class SheetCopy(ABC):
    """Writes the XML of a sheet as it is read, with cells added at the end of its rows.

    Parameters
    ----------
    width : columns that the sheet fills; what is added comes after them.
    added : cells added to rows, by increasing line.
    """

    declaration: ClassVar[str]

    def __init__(self, out: TextIO, width: int, added: Iterator[AddedCells]) -> None:
        self._out: Callable[[str], object] = out.write
        self._width = width
        self._added = AddedInOrder(added)
        self._line = 0

    def copy(self, sheet: IO[bytes]) -> None:
        """Copy what is read to its end."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._write(escaped(text))
        self._out(f"{self.declaration}\n")
        parser.ParseFile(sheet)
        self._added.end()

    def _write(self, text: str) -> None:
        self._out(text)

    @abstractmethod
    def _start(self, element: str, attributes: Attributes) -> None:
        """Copy the start of an element."""

    @abstractmethod
    def _end(self, element: str) -> None:
        """Copy the end of an element."""


def opening(element: str, attributes: Attributes) -> str:
    """Tag that opens an element."""
    return f"<{element}{''.join(f' {key}={quoteattr(value)}' for key, value in attributes.items())}>"


def escaped(text: str) -> str:
    """A text as XML writes it."""
    return escape(text, {"\r": "&#13;"})


def column_letters(number: int) -> str:
    """Letters of a column, from 1: 28 is "AB"."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters
