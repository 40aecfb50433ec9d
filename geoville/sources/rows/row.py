"""One row of a file of rows, whatever its format, and the header above it: cells, what is added, how it is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from geoville.errors import InvalidInputError
from geoville.french import unaccented

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_LOOKALIKES = str.maketrans(
    {
        "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}",
        "\N{MINUS SIGN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{EN DASH}": "-",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LATIN SMALL LIGATURE OE}": "oe",
        "\N{LATIN CAPITAL LIGATURE OE}": "OE",
        "\N{GREATER-THAN OR EQUAL TO}": ">=",
        "\N{LESS-THAN OR EQUAL TO}": "<=",
        "\N{EURO SIGN}": "EUR",
    }
)


def harmless(text: str) -> str:
    """Keep a spreadsheet from running a text as a formula: an apostrophe goes before it.

    >>> harmless("=HYPERLINK(1)"), harmless("12 Rue Mollien")
    ("'=HYPERLINK(1)", '12 Rue Mollien')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def writable(text: str, encoding: str) -> str:
    """Replace what an encoding cannot write by its nearest look, and by "?" where it has none.

    >>> writable("Œuvre à −3 m", "latin-1"), writable("Œuvre", "utf-8")
    ('OEuvre à -3 m', 'Œuvre')
    """
    if _can_write(text, encoding):
        return text
    return "".join(letter if _can_write(letter, encoding) else _nearest(letter, encoding) for letter in text)


def _nearest(letter: str, encoding: str) -> str:
    for text in (letter.translate(_LOOKALIKES), unaccented(letter)):
        if text and _can_write(text, encoding):
            return text
    return "?"


def _can_write(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def cell_text(value: object) -> str:
    """A typed cell as text: whole numbers without decimals, so that a postcode kept as a number stays one.

    >>> cell_text(62100.0), cell_text(1.8867), cell_text(None)
    ('62100', '1.8867', '')
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


_DECIMALS_OF_ZERO = re.compile(r"[.,]0+$")
INSEE_CODE = re.compile(r"\d{5}|\d[AB]\d{3}", re.ASCII)
_WITHOUT_ITS_ZERO = re.compile(r"[1-9]\d{3}", re.ASCII)
"""The first nine départements: 1000 is 01000. The codes of Corsica have no zero to lose."""


def code_of(text: str) -> str:
    """Postcode or INSEE code of a cell as it was before a spreadsheet took it for a number; else the text, trimmed.

    >>> [code_of(text) for text in ("9000", "1 000", "62 100", "62100.0", "2a004", "09000", "cedex")]
    ['09000', '01000', '62100', '62100', '2A004', '09000', 'cedex']
    """
    trimmed = text.strip()
    code = _DECIMALS_OF_ZERO.sub("", re.sub(r"\s", "", trimmed)).upper()
    if _WITHOUT_ITS_ZERO.fullmatch(code):
        return f"0{code}"
    return code if INSEE_CODE.fullmatch(code) else trimmed


Fitted = Callable[[Sequence[str], Sequence[str], str], list[str] | None]
"""Cells of a row that has more than there are columns, one for each column: from the cells, the names of the columns
and the separator; None where it is not clear which ones are parts of one."""


@dataclass(frozen=True, slots=True)
class InputRow:
    """A row of the input, reduced to the cells asked for.

    Parameters
    ----------
    line : where an editor or a spreadsheet shows it (1-based, header included); for Parquet, 1-based rank.
    cells : texts of the columns asked for, in the order asked; empty ones where the row has a fault.
    fault : French sentence, without its final stop, where the row cannot be read; empty otherwise.
    remarks : what had to be done to read it, French phrases "what : detail", where the detail may be left out.
    """

    line: int
    cells: tuple[str, ...]
    fault: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def seal(self) -> str:
        """Hash of what is read of the row, and of where: an answer bears that of the row that it answers.

        >>> InputRow(2, ("12 rue Mollien",)).seal == InputRow(3, ("12 rue Mollien",)).seal
        False
        """
        said = "\x1f".join((str(self.line), self.fault, *self.cells))
        return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


Cell = str | float | int | None


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column that geoville adds.

    Parameters
    ----------
    type : `str`, `float` or `int`: what its cells hold where they are not empty.
    """

    name: str
    type: type


@dataclass(frozen=True, slots=True)
class AddedCells:
    """Cells to add to the row that stands at a line of the input.

    Parameters
    ----------
    seal : of the row that they answer (`InputRow.seal`), where that is looked at.
    """

    line: int
    cells: tuple[Cell, ...]
    seal: str = ""


class AddedInOrder:
    """Cells to add, taken row by row as a file is copied: none is left out, none goes to another row."""

    def __init__(self, added: Iterable[AddedCells]) -> None:
        self._added = iter(added)
        self._next = next(self._added, None)

    @property
    def line(self) -> int:
        """Line of the next row to be given cells; 0 once all of them were."""
        return self._next.line if self._next else 0

    def at(self, line: int) -> tuple[Cell, ...]:
        """Cells of the row at a line.

        Raises
        ------
        InvalidInputError
            The next cells are those of another row.
        """
        if self._next is None or self._next.line != line:
            raise out_of_step()
        cells, self._next = self._next.cells, next(self._added, None)
        return cells

    def at_or_none(self, line: int) -> tuple[Cell, ...]:
        """Cells of the row at a line; none where it is one of those that ask nothing."""
        return self.at(line) if self._next is not None and self._next.line <= line else ()

    def end(self) -> None:
        """See that every row has had its cells.

        Raises
        ------
        InvalidInputError
            Some belong to rows that the copy has not met.
        """
        if self._next is not None:
            raise out_of_step()


def out_of_step() -> InvalidInputError:
    """The error of a copy whose rows are not those that were answered."""
    return InvalidInputError(
        "Les lignes du fichier ne sont pas celles qui ont été lues, ou ne sont pas dans l'ordre",
        advice="tout recommencer sur un fichier que rien ne modifie",
    )


# --- Where the names of the columns are: below a title, or over two rows, as people lay out their sheets

IsHeader = Callable[[Sequence[str]], bool]
"""Whether names of columns hold what is looked for."""

FIRST_ROWS = 20
"""How far down the names are looked for: titles and notices are above them."""

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"[\d\s.,/-]*\d[\d\s.,/-]*")
"""A row below the first one that holds a number is no header: the type of a street may be "RUE" in a row of data."""


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns of a table.

    Parameters
    ----------
    first, last : ranks of its rows among those of the file, blank ones counted, from 0; the same where it is one row.
    """

    names: tuple[str, ...]
    first: int = 0
    last: int = 0

    def described(self, line: int) -> str:
        """Where it is, in French, empty where it is the first row; `line` is that of its first row."""
        if self.last > self.first:
            return f", en-tête sur les lignes {line} et {line + 1}"
        return f", en-tête à la ligne {line}" if self.first else ""


def find_header(rows: Iterable[Sequence[str]], is_header: IsHeader | None) -> Header:
    """The header among the first rows of a table: the first one that holds what is looked for, else the first row.

    Parameters
    ----------
    rows : cells of the first rows, blank rows included.
    is_header : None to take the first row, whatever it is.
    """
    first = [tuple(cell.strip() for cell in row) for row, _ in zip(rows, range(FIRST_ROWS), strict=False)]
    if is_header is not None:
        for rank, names in enumerate(first):
            below = first[rank + 1] if rank + 1 < len(first) else ()
            joined = _joined(names, below)
            if joined and is_header(joined):
                return Header(joined, rank, rank + 1)
            if any(names) and is_header(names) and not (rank and any(map(_NUMBER.fullmatch, names))):
                return Header(names, rank, rank)
    return Header(first[0] if first else ())


def _joined(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """Names over two rows, a group of columns above their own names; nothing where the second row is one of data.

    It is one of names where it has no digit, fills what the first row leaves blank, and leaves blank what that row says
    of one column alone.
    """
    width = max(len(above), len(below))
    pairs = [((above[k : k + 1] or ("",))[0], (below[k : k + 1] or ("",))[0]) for k in range(width)]
    fills = any(not group and name for group, name in pairs)
    leaves = any(group and not name for group, name in pairs)
    if not (fills and leaves) or any(_DIGIT.search(name) for _, name in pairs):
        return ()
    group, names = "", []
    for over, own in pairs:
        group = over or (group if own else "")
        names.append((group, own or over))
    repeated = Counter(own for _, own in names)
    return tuple(f"{over} {own}" if repeated[own] > 1 and over != own else own for over, own in names)


_CELL_OF_A_ROW = re.compile(r"^\W*\d|(?<!\d)(?!(?:19|20)\d\d(?!\d))\d{4}")
"""A house number, a postcode, a date, a telephone: no name of a column, though one may end with a year."""


def columns_said(known: Sequence[str]) -> str:
    """Names of the columns, for an error; not the first row of a file that names none, which is somebody's address.

    >>> columns_said(["Lot", "Montant 2014"]), columns_said(["12 rue Mollien", "62100 Calais"])[:40]
    ('colonnes du fichier : Lot, Montant 2014', 'la première ligne du fichier doit nommer')
    """
    if any(_CELL_OF_A_ROW.search(name) for name in known):
        return "la première ligne du fichier doit nommer ses colonnes, et semble être déjà une adresse"
    return f"colonnes du fichier : {', '.join(known)}"
