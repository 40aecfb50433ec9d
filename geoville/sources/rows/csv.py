"""CSV files row by row: each record keeps its own text, to which cells are added."""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location
from geoville.sources.rows.row import AddedCells, InputRow, harmless, writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.sources.rows.row import AddedColumn, Cell


# --- How a CSV file is written: its encoding and its separator, recognised or imposed

SEPARATORS = {";": "« ; »", ",": "« , »", "\t": "tabulation", "|": "« | »"}
ENCODINGS = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "latin-1": "ISO-8859-1"}

_SEPARATOR_NAMES = {"tab": "\t", "\\t": "\t"}
_BLOCK_BYTES = 1 << 20
_SAMPLE_CHARACTERS = 1 << 16
_SAMPLE_RECORDS = 50


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a CSV file is written.

    Parameters
    ----------
    encoding : a key of `ENCODINGS`, or "utf-8-sig" where the file begins with a byte order mark.
    separator : one character.
    lines : line ends counted in the file, the header's included.
    """

    encoding: str
    separator: str
    lines: int

    @property
    def description(self) -> str:
        """What the dialect is, in French."""
        mark = " avec BOM" if self.encoding == "utf-8-sig" else ""
        name = ENCODINGS[self.encoding.removesuffix("-sig")]
        return f"CSV, encodage {name}{mark}, séparateur {SEPARATORS[self.separator]}"


def recognise_dialect(path: Path, *, encoding: str | None = None, separator: str | None = None) -> CsvDialect:
    """Recognise how a CSV file is written, from all its bytes for the encoding, from its first records otherwise.

    Parameters
    ----------
    encoding, separator : imposed ones; checked, never corrected.

    Raises
    ------
    InvalidInputError
        The file is no text, is not in the encoding imposed, or an imposed value is not one that geoville knows.
    """
    imposed = _encoding_key(encoding) if encoding else None
    given = _separator_key(separator) if separator else None
    try:
        with path.open("rb") as stream:
            start = stream.read(_BLOCK_BYTES)
    except OSError as error:
        raise InvalidInputError(
            f"Le fichier « {path.name} » ne peut pas être lu", advice="vérifier ses droits d'accès"
        ) from error
    _refuse_what_is_no_text(path, start)
    found = imposed or next(name for name in ENCODINGS if _undecodable_line(path, name) is None)
    if imposed:
        _check_encoding(path, imposed)
    if found == "utf-8" and start.startswith(codecs.BOM_UTF8):
        found = "utf-8-sig"
    return CsvDialect(found, given or _likeliest_separator(_sample(path, found)), _line_ends(path))


def _encoding_key(name: str) -> str:
    wanted = name.lower().replace("utf8", "utf-8").removesuffix("-sig")
    aliases = {"windows-1252": "cp1252", "iso-8859-1": "latin-1", "latin1": "latin-1"}
    key = aliases.get(wanted, wanted)
    if key not in ENCODINGS:
        raise InvalidInputError(
            f"L'encodage « {name} » n'est pas connu", advice=f"choisir parmi {', '.join(ENCODINGS)}"
        )
    return key


def _separator_key(text: str) -> str:
    key = _SEPARATOR_NAMES.get(text, text)
    if key not in SEPARATORS:
        raise InvalidInputError(f"Le séparateur « {text} » n'est pas connu", advice="choisir parmi ; , | et tab")
    return key


def _refuse_what_is_no_text(path: Path, start: bytes) -> None:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in start:
        raise InvalidInputError(
            "Ce n'est pas un texte UTF-8 ni un texte Windows",
            where=Location(path.name),
            advice="l'enregistrer en « CSV UTF-8 », ou lui rendre l'extension de son vrai format",
        )


def _check_encoding(path: Path, encoding: str) -> None:
    line = _undecodable_line(path, encoding)
    if line is not None:
        raise InvalidInputError(
            f"Le fichier n'est pas écrit en {ENCODINGS[encoding]}",
            where=Location(path.name, line),
            advice="ne pas imposer d'encodage, qui est alors reconnu",
        )


def _undecodable_line(path: Path, encoding: str) -> int | None:
    """Line of the first byte that an encoding does not know; None where it knows them all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK_BYTES)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if not block:
                return None
            line += block.count(b"\n")


def _line_ends(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK_BYTES), b""))


def _sample(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as stream:
        return stream.read(_SAMPLE_CHARACTERS)


def _likeliest_separator(sample: str) -> str:
    """The separator that cuts most records as it cuts the header, into most cells; `;` where there is one column."""

    def merit(separator: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        try:
            counts = [len(cells) for _, cells in zip(range(_SAMPLE_RECORDS), reader, strict=False) if cells]
        except csv.Error:
            return 0.0, 0
        if not counts or counts[0] == 1:
            return 0.0, 0
        return counts.count(counts[0]) / len(counts), counts[0]

    return max(SEPARATORS, key=merit)


_LINE_ENDS = "\r\n"
_RECORDS_THAT_SHOW_QUOTES = 2
"""The header, then the first row: some programs quote the names alone."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A record of the file.

    Parameters
    ----------
    line : 1-based line at which it begins.
    text : as the file writes it, over several lines where a quoted cell has some; without its last line end.
    end : that line end; empty at the end of some files.
    cells : none for a blank line.
    """

    line: int
    text: str
    end: str
    cells: list[str]
    fault: str = ""


class CsvRows:
    """A CSV file, whose dialect is recognised when it is opened.

    Raises
    ------
    InvalidInputError
        The file is empty, is no text, or an imposed encoding or separator cannot be.
    """

    def __init__(self, path: Path, *, encoding: str | None = None, separator: str | None = None) -> None:
        self._path = path
        self._dialect = recognise_dialect(path, encoding=encoding, separator=separator)
        first = next(self._records(), None)
        if first is None or not any(first.cells):
            raise InvalidInputError(
                "La première ligne ne nomme aucune colonne",
                where=Location(path.name, 1),
                advice="mettre les noms des colonnes en première ligne",
            )
        self.columns = tuple(first.cells)
        self.description = self._dialect.description
        self.expected_rows = self._dialect.lines or None

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, blank lines left out, with the cells of the columns at these places."""
        records = self._records()
        next(records)
        for record in records:
            fault = record.fault or self._miscount(record.cells)
            if fault:
                yield InputRow(record.line, ("",) * len(wanted), fault)
            elif record.cells:
                yield InputRow(record.line, tuple(record.cells[place] for place in wanted))

    def write(self, out: Path, columns: Sequence[AddedColumn], added: Iterable[AddedCells]) -> None:
        """Copy the file with columns added after its own; a row that is short of cells is filled up before them."""
        names = AddedCells(1, tuple(column.name for column in columns))
        with out.open("w", encoding=self._dialect.encoding, newline="") as stream:
            quoted_so_far: list[bool] = []
            answers = chain([names], added)
            for record in self._records():
                if not record.cells:
                    stream.write(record.text + record.end)
                    continue
                if len(quoted_so_far) < _RECORDS_THAT_SHOW_QUOTES:
                    quoted_so_far.append(self._quotes_all(record))
                filler = ("",) * (len(self.columns) - len(record.cells))
                cells = (*filler, *next(answers).cells)
                tail = (self._written(cell, quote_all=quoted_so_far[-1]) for cell in cells)
                stream.write(self._dialect.separator.join((record.text, *tail)) + record.end)

    def _miscount(self, cells: list[str]) -> str:
        count, expected = len(cells), len(self.columns)
        return f"{count} cases au lieu de {expected}" if count and count != expected else ""

    def _written(self, cell: Cell, *, quote_all: bool) -> str:
        if cell is None or cell == "":
            return ""
        if not isinstance(cell, str):
            return repr(cell)
        text = harmless(writable(cell, self._dialect.encoding))
        if quote_all or any(character in text for character in (self._dialect.separator, '"', "\r", "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text

    def _quotes_all(self, record: _Record) -> bool:
        """Whether a record quotes even the cells that need no quotes."""
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in record.cells)
        return record.text == self._dialect.separator.join(quoted)

    def _records(self) -> Iterator[_Record]:
        with self._path.open(encoding=self._dialect.encoding, newline="") as stream:
            yield from _read_records(_Lines(stream), self._dialect.separator)


class _Lines:
    """Lines of a file; those of the record being read are kept aside, and can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def put_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))

    def are_over(self) -> bool:
        if not self._again:
            self._again.extend(line for line in (next(self._lines, None),) if line is not None)
        return not self._again


def _read_records(lines: _Lines, separator: str) -> Iterator[_Record]:
    """Cut lines into records; where a quote is never closed, its line alone is at fault, and the next ones are read."""
    reader = csv.reader(lines, delimiter=separator)
    line = 1
    while True:
        lines.taken = []
        cells, fault = [], ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fault = "ligne que le format CSV ne permet pas"
        taken = lines.taken
        if len(taken) > 1 and (fault or _is_open(taken, lines)):
            fault = "guillemet ouvert et jamais fermé"
            lines.put_back(taken[1:])
            taken = taken[:1]
        text = "".join(taken)
        body = text.rstrip(_LINE_ENDS)
        yield _Record(line, body, text[len(body) :], body.split(separator) if fault else cells, fault)
        line += len(taken)


def _is_open(taken: list[str], lines: _Lines) -> bool:
    return lines.are_over() and sum(line.count('"') for line in taken) % 2 == 1
