"""Where the names of the columns are: below a title, or over two rows, as people lay out their sheets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

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
