"""CSV files row by row, and how their text is written: each record keeps its own text, to which cells are added."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain, count, islice
from typing import IO, TYPE_CHECKING, TextIO, cast

from geoville.errors import InvalidInputError, Location
from geoville.french import counted, number
from geoville.sources.files import Watched
from geoville.sources.rows.limits import (
    LONGEST_LINE,
    MOST_COLUMNS,
    MOST_FILLING,
    MOST_OPEN_QUOTES,
    beyond,
    too_many_columns,
)
from geoville.sources.rows.row import FIRST_ROWS, AddedInOrder, InputRow, find_header, harmless, writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from geoville.sources.rows.row import AddedCells, AddedColumn, Fitted, Header, IsHeader


# --- How a file of text is written, byte by byte: its encoding, and the lines that are of another one

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "ISO-8859-1",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (gros-boutiste)",
}

PACKED = ".gz"
"""Suffix of what gzip packed: a file of text is read so; what is written is not packed."""

SAMPLE_BYTES = 1 << 20
MARK = "\ufeff"

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_OTHER_FORMATS = {
    b"PK\x03\x04": "un classeur XLSX ou ODS",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "un classeur XLS",
    b"%PDF": "un document PDF",
    b"PAR1": "une table Parquet",
}
_CONTROLS = bytes(code for code in range(32) if code not in b"\0\t\n\v\f\r\x1a")
_FEW = 20
"""A text has less than one control character in so many bytes; noise and pictures have one in nine."""

_HALVES_WITH_A_NULL = 0.4
_HALVES_WITHOUT = 0.05
"""Of the bytes of a text in UTF-16, one in two is null, and always the same one: French has few letters beyond 255."""

_FOREIGN = re.compile("[\udc80-\udcff]")
"""What `surrogateescape` makes of the bytes that are not of an encoding."""

NUL_READ = "Caractère nul lu comme une espace"
FOREIGN_READ = "Ligne qui n'est pas dans l'encodage du fichier, lue dans le sien"


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """How the bytes of a file are read as text, and written again as they were.

    Parameters
    ----------
    encoding : a key of `ENCODINGS`.
    mark : whether the file begins with a byte order mark.
    mixed : whether some lines are, or may be, of another encoding than most.
    """

    encoding: str
    mark: bool = False
    mixed: bool = False

    @property
    def name(self) -> str:
        """Name in French."""
        return ENCODINGS[self.encoding] + (" avec BOM" if self.mark else "")

    def reading(self, stream: IO[bytes], *, newline: str = "") -> io.TextIOWrapper:
        """Text of a stream, after its mark. Bytes that are not of the encoding are kept as lone surrogates."""
        text = io.TextIOWrapper(stream, self.encoding, errors=self._errors, newline=newline)
        if self.mark:
            text.read(1)
        return text

    def writing(self, stream: IO[bytes]) -> io.TextIOWrapper:
        """A stream of text that writes what `reading` read, mark first."""
        text = io.TextIOWrapper(stream, self.encoding, errors=self._errors, newline="", write_through=True)
        if self.mark:
            text.write(MARK)
        return text

    def legible(self, text: str) -> tuple[str, tuple[str, ...]]:
        """What a line says, and what had to be done to read it, as French phrases.

        Parameters
        ----------
        text : as `reading` gives it; one that is plain comes back as it is.
        """
        done: tuple[str, ...] = ()
        if "\0" in text:
            text, done = text.replace("\0", " "), (NUL_READ,)
        if not self.mixed or text.isascii() or self.encoding.startswith("utf-16"):
            return text, done
        read = self._mended(text)
        return read, (done if read == text else (*done, FOREIGN_READ))

    @property
    def _errors(self) -> str:
        return "replace" if self.encoding.startswith("utf-16") else "surrogateescape"

    def _mended(self, text: str) -> str:
        if self.encoding == "utf-8":
            return _FOREIGN.sub(lambda found: _windows_letter(ord(found[0]) - 0xDC00), text)
        try:
            read = text.encode(self.encoding, "surrogateescape").decode("utf-8")
        except UnicodeError:
            return text
        return read if _is_western(read) else text


def _windows_letter(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def other_format(start: bytes) -> str | None:
    """What a file is whose first bytes are no text, as a French phrase; None where they are.

    >>> other_format(b"%PDF-1.7"), other_format("rue de l'Été".encode("utf-16"))
    ('un document PDF', None)
    """
    for mark, name in _OTHER_FORMATS.items():
        if start.startswith(mark):
            return name
    if _utf_16(start):
        return None
    controls = len(start) - len(start.translate(None, _CONTROLS))
    is_noise = controls * _FEW > len(start) or start.count(0) * 2 > len(start)
    return "autre chose qu'un texte" if is_noise else None


def encoding_of(start: bytes, lines: Iterable[bytes]) -> TextEncoding:
    """Recognise an encoding: that of most of the lines that have more than ASCII, UTF-8 where nothing tells.

    Parameters
    ----------
    start : first bytes.
    lines : all of them, in pieces that may cut a long line; not read where the first bytes tell.
    """
    marked = next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), None)
    wide = marked or _utf_16(start)
    if wide and wide != "utf-8":
        return TextEncoding(wide, mark=bool(marked))
    right = wrong = strange = 0
    undefined = False
    for line in lines:
        if line.isascii():
            continue
        if not _is_of(line, "utf-8"):
            wrong += 1
            undefined = undefined or not _is_of(line, "cp1252")
        elif _is_western(line.decode("utf-8")):
            right += 1
        else:
            strange += 1
    if marked or (right or strange) >= wrong:
        return TextEncoding("utf-8", mark=bool(marked), mixed=bool(wrong))
    return TextEncoding("latin-1" if undefined else "cp1252", mixed=bool(right))


def _is_of(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(text: str) -> bool:
    """Whether Windows has all the letters: two of its own that happen to be one of UTF-8 seldom make one of French."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _utf_16(start: bytes) -> str | None:
    """Encoding of first bytes of which every other one is null, or that say so themselves."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _MARKS[start[:2]]
    pairs = len(start) // 2
    if not pairs:
        return None
    first, second = (start[place : 2 * pairs : 2].count(0) / pairs for place in (0, 1))
    if second >= _HALVES_WITH_A_NULL and first <= _HALVES_WITHOUT:
        return "utf-16-le"
    return "utf-16-be" if first >= _HALVES_WITH_A_NULL and second <= _HALVES_WITHOUT else None


# --- How a CSV file is written: its encoding and its separator, recognised or imposed

SEPARATORS = {";": "« ; »", ",": "« , »", "\t": "tabulation", "|": "« | »"}

_SEPARATOR_NAMES = {"tab": "\t", "\\t": "\t"}
_BLOCK_BYTES = 1 << 20
_SAMPLE_CHARACTERS = 1 << 16
_SAMPLE_RECORDS = 50
_SAYS_SEPARATOR = re.compile(r'\s*"?sep=(.)"?[;,\s]*', re.IGNORECASE)
"""The line that Excel obeys, and writes."""


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a CSV file is written.

    Parameters
    ----------
    separator : one character.
    lines : line ends counted in the file, the header's included.
    says_separator : whether the first line is `sep=;`, and no row.
    """

    text: TextEncoding
    separator: str
    lines: int
    says_separator: bool = False

    @property
    def encoding(self) -> str:
        """As Python names it; with its mark where the file begins with one."""
        return "utf-8-sig" if self.text.mark and self.text.encoding == "utf-8" else self.text.encoding

    @property
    def description(self) -> str:
        """What the dialect is, in French."""
        said = " (dit par sa première ligne)" if self.says_separator else ""
        return f"CSV, encodage {self.text.name}, séparateur {SEPARATORS[self.separator]}{said}"


def recognise_dialect(
    path: Path, *, encoding: str | None = None, separator: str | None = None, is_header: IsHeader | None = None
) -> CsvDialect:
    """Recognise how a CSV file is written, from all its bytes for the encoding, from its first records otherwise.

    Parameters
    ----------
    encoding, separator : imposed ones; checked, never corrected.
    is_header : tells the names of columns, which may be below a title that no separator cuts.

    Raises
    ------
    InvalidInputError
        The file is no text, is not in the encoding imposed, or an imposed value is not one that geoville knows.
    """
    imposed = _encoding_key(encoding) if encoding else None
    given = _separator_key(separator) if separator else None
    try:
        with _opened(path) as stream:
            start = stream.read(_BLOCK_BYTES)
    except OSError as error:
        raise InvalidInputError(
            f"Le fichier « {path.name} » ne peut pas être lu", advice="vérifier ses droits d'accès"
        ) from error
    other = other_format(start)
    if other:
        raise InvalidInputError(
            f"Ce n'est pas un texte UTF-8 ni un texte Windows, mais {other}",
            where=Location(path.name),
            advice="l'enregistrer en « CSV UTF-8 », ou lui rendre l'extension de son vrai format",
        )
    text = _imposed(path, start, imposed) if imposed else _recognised(path, start)
    sample = _sample(path, text)
    said = _SAYS_SEPARATOR.fullmatch(sample.partition("\n")[0])
    if said and said[1] in SEPARATORS:
        return CsvDialect(text, given or said[1], _line_ends(path), says_separator=True)
    return CsvDialect(text, given or _likeliest_separator(sample, is_header), _line_ends(path))


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked as they are read where gzip packed it: nothing of it is put elsewhere.

    Raises
    ------
    InvalidInputError
        It is packed, and cut or damaged.
    """
    if path.suffix.lower() != PACKED:
        with path.open("rb") as stream:
            yield stream
        return
    try:
        with gzip.open(path, "rb") as unpacked:
            yield cast("IO[bytes]", unpacked)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InvalidInputError(
            "Archive gzip incomplète ou abîmée", where=Location(path.name), advice="la copier à nouveau"
        ) from None


def _encoding_key(name: str) -> str:
    wanted = name.lower().replace("utf8", "utf-8").replace("utf16", "utf-16").removesuffix("-sig")
    aliases = {"windows-1252": "cp1252", "iso-8859-1": "latin-1", "latin1": "latin-1", "utf-16": "utf-16-le"}
    key = aliases.get(wanted, wanted)
    if key not in ENCODINGS:
        raise InvalidInputError(
            f"L'encodage « {name} » n'est pas connu", advice="choisir parmi utf-8, cp1252, latin-1 et utf-16"
        )
    return key


def _separator_key(text: str) -> str:
    key = _SEPARATOR_NAMES.get(text, text)
    if key not in SEPARATORS:
        raise InvalidInputError(f"Le séparateur « {text} » n'est pas connu", advice="choisir parmi ; , | et tab")
    return key


def _recognised(path: Path, start: bytes) -> TextEncoding:
    by_its_start = encoding_of(start, ())
    if by_its_start.encoding != "utf-8" or _undecodable_line(path, "utf-8") is None:
        return by_its_start
    with _opened(path) as stream:
        return encoding_of(start, iter(lambda: stream.readline(_BLOCK_BYTES), b""))


def _imposed(path: Path, start: bytes, encoding: str) -> TextEncoding:
    seen = encoding_of(start, ())
    if encoding.startswith("utf-16"):
        return seen if seen.encoding.startswith("utf-16") else TextEncoding(encoding)
    line = _undecodable_line(path, encoding)
    if line is not None:
        raise InvalidInputError(
            f"Le fichier n'est pas écrit en {ENCODINGS[encoding]}",
            where=Location(path.name, line),
            advice="ne pas imposer d'encodage, qui est alors reconnu",
        )
    return TextEncoding(encoding, mark=encoding == "utf-8" and seen == TextEncoding("utf-8", mark=True))


def _undecodable_line(path: Path, encoding: str) -> int | None:
    """Line of the first byte that an encoding does not know; None where it knows them all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with _opened(path) as stream:
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
    with _opened(path) as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK_BYTES), b""))


def _sample(path: Path, text: TextEncoding) -> str:
    with _opened(path) as stream, text.reading(stream) as lines:
        return text.legible(lines.read(_SAMPLE_CHARACTERS))[0]


def _likeliest_separator(sample: str, is_header: IsHeader | None) -> str:
    """The separator that cuts most records as it cuts the header, into most cells; `;` where there is one column."""

    def merit(separator: str) -> tuple[int, float, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        try:
            records = list(islice(reader, _SAMPLE_RECORDS + FIRST_ROWS))
        except csv.Error:
            return -FIRST_ROWS, 0.0, 0
        header = find_header(records[:FIRST_ROWS], is_header)
        counts = [len(cells) for cells in records[header.first :][:_SAMPLE_RECORDS] if cells]
        found = is_header is not None and is_header(header.names)
        first = -header.first if found else -FIRST_ROWS  # the nearest header that a separator shows
        if not counts or counts[0] == 1:
            return first, 0.0, 0
        return first, counts.count(counts[0]) / len(counts), counts[0]

    return max(SEPARATORS, key=merit)


_LINE_ENDS = "\r\n"
_RECORDS_THAT_SHOW_QUOTES = 2
"""The header, then the first row: some programs quote the names alone."""

_TEXTS_AT_HAND = 4_096
"""Texts of added cells that are kept as they are written: many rows have the same ones."""


@dataclass(frozen=True, slots=True)
class _Record:
    """A record of the file.

    Parameters
    ----------
    line : 1-based line at which it begins.
    text : as the file writes it, over several lines where a quoted cell has some; without its last line end.
    end : that line end; empty at the end of some files.
    cells : none for a blank line.
    remarks : what had to be done to read it.
    """

    line: int
    text: str
    end: str
    cells: list[str]
    fault: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Number of cells up to the last one that holds something."""
        return max((rank for rank, cell in enumerate(self.cells, start=1) if cell.strip()), default=0)


_CHARSETS = {
    "utf-8": "utf-8",
    "cp1252": "windows-1252",
    "latin-1": "iso-8859-1",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}
SURPLUS_READ = "Séparateur en trop, lu comme une partie de sa case"


class CsvRows:
    """A CSV file, whose dialect is recognised when it is opened.

    Raises
    ------
    InvalidInputError
        The file is empty, is no text, or an imposed encoding or separator cannot be.
    """

    def __init__(
        self,
        path: Path,
        *,
        encoding: str | None = None,
        separator: str | None = None,
        is_header: IsHeader | None = None,
        fitted: Fitted | None = None,
    ) -> None:
        self._path, self._fitted, self._watched = path, fitted, Watched(path)
        self._dialect = recognise_dialect(path, encoding=encoding, separator=separator, is_header=is_header)
        first = list(islice(self._records(), FIRST_ROWS))
        header = find_header((record.cells for record in first), is_header)
        if not first:
            raise InvalidInputError(
                "Le fichier est vide",
                where=Location(path.name),
                advice="donner un fichier avec les noms des colonnes en première ligne",
            )
        if not any(header.names):
            raise InvalidInputError(
                "La première ligne ne nomme aucune colonne",
                where=Location(path.name, 1),
                advice="mettre les noms des colonnes en première ligne",
            )
        self._header: Header = header
        self.columns = tuple(first[header.last].cells) if header.first == header.last else header.names
        self.description = self._dialect.description + header.described(first[header.first].line)
        self.expected_rows = self._dialect.lines or None
        self.sheets: tuple[str, ...] = ()

    @property
    def charset(self) -> str:
        """Encoding of the file, and of its copy, as media types name it."""
        text = self._dialect.text
        return "utf-16" if text.mark and text.encoding.startswith("utf-16") else _CHARSETS[text.encoding]

    @property
    def has_mark(self) -> bool:
        """Whether the file begins with a byte order mark."""
        return self._dialect.text.mark

    def rows(self, wanted: Sequence[int]) -> Iterator[InputRow]:
        """Rows in order, blank lines left out, with the cells of the columns at these places."""
        for read in islice(self._records(), self._header.last + 1, None):
            record = self._without_surplus(read)
            if record.fault:
                yield InputRow(record.line, ("",) * len(wanted), record.fault, record.remarks)
            elif record.cells:
                cells = [*record.cells, *("",) * (len(self.columns) - len(record.cells))]
                remarks = (*record.remarks, *self._missing(record, wanted))
                yield InputRow(record.line, tuple(cells[place] for place in wanted), "", remarks)

    def check_room(self, added: int) -> None:
        """Nothing to refuse: the format has as many columns as one wants."""

    def write(self, out: Path, columns: Sequence[AddedColumn], added: Iterable[AddedCells]) -> None:
        """Copy the file with columns added after its own; a row that is short of cells is filled up before them.

        Where a row has more cells than there are names, be they empty, every row is made as long as that one, so that
        no column shifts: columns without a name stand between those of the file and those added.
        """
        width = self._width()
        with out.open("wb") as raw, self._dialect.text.writing(raw) as stream:
            if self._dialect.says_separator:
                stream.write(self._first_line())
            quoted_so_far: list[bool] = []
            names, answers = tuple(column.name for column in columns), AddedInOrder(added)
            written = lru_cache(_TEXTS_AT_HAND)(self._written)
            for rank, record in enumerate(self._records()):
                if not record.cells or rank < self._header.last:
                    stream.write(record.text + record.end)
                    continue
                if len(quoted_so_far) < _RECORDS_THAT_SHOW_QUOTES:
                    quoted_so_far.append(self._quotes_all(record))
                beside = names if rank == self._header.last else answers.at(record.line)
                cells = (*("",) * (width - len(record.cells)), *beside)
                texts = partial(written, quote_all=quoted_so_far[-1])
                tail = (texts(cell) if isinstance(cell, str) else _number_written(cell) for cell in cells)
                stream.write(self._dialect.separator.join((record.text, *tail)) + record.end)
            answers.end()
        self._watched.check()

    def _width(self) -> int:
        """Cells that every row of the copy has before those added.

        Raises
        ------
        InvalidInputError
            A few rows are so long that filling the others up would make a file out of measure.
        """
        lengths = Counter(len(record.cells) for record in self._records())
        width = max(chain([len(self.columns)], lengths))
        filling = sum((width - length) * rows for length, rows in lengths.items())
        if filling > MOST_FILLING and filling > self._path.stat().st_size:
            raise beyond(
                f"Une ligne a {counted(width, 'case')} au lieu de {number(len(self.columns))}",
                self._path,
                advice="ôter les séparateurs qui la terminent",
            )
        return width

    def _without_surplus(self, record: _Record) -> _Record:
        """A record whose cells are those of the columns, where it has more and it is clear how; else it is at fault."""
        count, expected = len(record.cells), len(self.columns)
        if record.fault or record.width <= expected:
            return record
        said = f"{counted(count, 'case')} au lieu de {expected}"
        cells = self._fitted(record.cells, self.columns, self._dialect.separator) if self._fitted else None
        if cells is None:
            return replace(record, fault=said)
        return replace(record, cells=cells, remarks=(*record.remarks, f"{SURPLUS_READ} : {said}"))

    def _missing(self, record: _Record, wanted: Sequence[int]) -> tuple[str, ...]:
        """What is to be said of a row that stops before a column that is read."""
        count, expected = len(record.cells), len(self.columns)
        if count >= expected or all(place < count for place in wanted):
            return ()
        shorter = "Ligne plus courte que l'en-tête, ses dernières cases lues vides"
        return (f"{shorter} : {counted(count, 'case')} sur {expected}",)

    def _written(self, cell: str, *, quote_all: bool) -> str:
        if not cell:
            return ""
        text = harmless(writable(cell, self._dialect.encoding))
        if quote_all or any(character in text for character in (self._dialect.separator, '"', "\r", "\n")):
            return '"' + text.replace('"', '""') + '"'
        return text

    def _quotes_all(self, record: _Record) -> bool:
        """Whether a record quotes even the cells that need no quotes."""
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in record.cells)
        return record.text == self._dialect.separator.join(quoted)

    def _first_line(self) -> str:
        with _opened(self._path) as raw, self._dialect.text.reading(raw) as stream:
            return stream.readline()

    def _records(self) -> Iterator[_Record]:
        with _opened(self._path) as raw, self._dialect.text.reading(raw) as stream:
            said = 1 if self._dialect.says_separator else 0
            lines = islice(_bounded(stream, self._path), said, None)
            for record in _read_records(_Lines(lines), self._dialect.separator, 1 + said):
                if len(record.cells) > MOST_COLUMNS:
                    raise too_many_columns(self._path, record.line)
                yield record if record.text.isascii() and "\0" not in record.text else self._legible(record)

    def _legible(self, record: _Record) -> _Record:
        """A record with its cells read as they say, where bytes of another encoding are in them."""
        text, remarks = self._dialect.text.legible(record.text)
        if text == record.text:
            return record
        cells = [self._dialect.text.legible(cell)[0] for cell in record.cells]
        return replace(record, cells=cells, remarks=remarks)


def _number_written(cell: float | None) -> str:
    return "" if cell is None else repr(cell)


def _bounded(stream: TextIO, path: Path) -> Iterator[str]:
    """Lines of a text, none of which fills the memory."""
    for rank in count(1):
        line = stream.readline(LONGEST_LINE + 1)
        if not line:
            return
        if len(line) > LONGEST_LINE:
            raise beyond(f"Ligne de plus de {number(LONGEST_LINE)} caractères", path, rank)
        yield line


class _Lines:
    """Lines of a file; those of the record being read are kept aside, and can be put back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.left = LONGEST_LINE

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.left -= len(line)
        if self.left < 0 and len(self.taken) > 1:
            raise csv.Error  # a quote that holds so much is one that is never closed
        return line

    def put_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))

    def are_over(self) -> bool:
        if not self._again:
            self._again.extend(line for line in (next(self._lines, None),) if line is not None)
        return not self._again


def _read_records(lines: _Lines, separator: str, line: int) -> Iterator[_Record]:
    """Cut lines into records; where a quote is never closed, its line alone is at fault, and the next ones are read.

    That it is never closed is known once all that follows is read: past some of them, a record is a line.
    """
    reader = csv.reader(lines, delimiter=separator)
    never_closed = 0
    while True:
        lines.taken, lines.left = [], LONGEST_LINE
        cells, fault, reads_on = [], "", never_closed < MOST_OPEN_QUOTES
        try:
            cells = next(reader if reads_on else csv.reader(islice(lines, 1), delimiter=separator))
        except StopIteration:
            return
        except csv.Error:
            fault = "ligne que le format CSV ne permet pas"
        taken = lines.taken
        if len(taken) > 1 and (fault or _is_open(taken, lines)):
            never_closed += 1
            fault = "guillemet ouvert et jamais fermé"
            lines.put_back(taken[1:])
            taken = taken[:1]
        elif not reads_on and taken[0].count('"') % 2:
            fault = "guillemet ouvert et jamais fermé"
        text = "".join(taken)
        body = text.rstrip(_LINE_ENDS)
        yield _Record(line, body, text[len(body) :], body.split(separator) if fault else cells, fault)
        line += len(taken)


def _is_open(taken: list[str], lines: _Lines) -> bool:
    return lines.are_over() and sum(line.count('"') for line in taken) % 2 == 1
