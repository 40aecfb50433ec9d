"""How a CSV file is written: its encoding and its separator, recognised or imposed."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from pathlib import Path

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
