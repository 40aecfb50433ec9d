"""How a file of text is written, byte by byte: its encoding, and the lines that are of another one.

A spreadsheet that pastes a cell of Windows into a file in UTF-8 makes a file of two encodings: it is read as what most
of it is, and the lines that are of the other are read in theirs. The text itself keeps every byte of the file.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
