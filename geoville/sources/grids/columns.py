"""The columns of a grid file: how they are spelt, and how their values are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import GridError, Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

SPELLINGS = {
    "id": ("idinspire", "idcar_200m"),
    "imputed": ("i_est_cr", "i_est_200"),
    "people": ("ind",),
    "income": ("ind_snv",),
    "households": ("men",),
    "poor": ("men_pauv",),
}
"""Names of each column from one vintage to the next, in lower case."""

OPTIONAL = ("households", "poor")

_LONGEST_ID = 40
_NUMBER = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class GridColumns:
    """Names, as the file spells them, of the columns that geoville reads; None where an optional one is absent."""

    id: str
    imputed: str
    people: str
    income: str
    households: str | None
    poor: str | None

    @property
    def names(self) -> list[str]:
        """Those that the file has."""
        every = (self.id, self.imputed, self.people, self.income, self.households, self.poor)
        return [name for name in every if name is not None]


def has_cell_ids(names: Sequence[str]) -> bool:
    """Whether one of the columns holds identifiers of cells."""
    return any(name.strip().lower() in SPELLINGS["id"] for name in names)


def choose_columns(names: Sequence[str], file: str) -> GridColumns:
    """Find the columns of a grid among those of a file, whatever their vintage and case.

    Raises
    ------
    GridError
        A column is missing, or two columns could be the same one.
    """
    found = {
        role: [name for name in names if name.strip().lower() in spellings] for role, spellings in SPELLINGS.items()
    }
    for candidates in found.values():
        if len(candidates) > 1:
            raise GridError(
                f"Deux colonnes disent la même chose : {' et '.join(candidates)}",
                where=Location(file, column=candidates[1]),
                advice="n'en garder qu'une",
            )
    missing = [" ou ".join(SPELLINGS[role]) for role in SPELLINGS if not found[role] and role not in OPTIONAL]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        raise GridError(
            f"Colonne{plural} manquante{plural} : {', '.join(missing)} (colonnes trouvées : {_listed(names)})",
            where=Location(file),
            advice="donner un fichier de carreaux de 200 m de l'Insee, avec ses noms de colonnes",
        )
    chosen = {role: candidates[0] if candidates else None for role, candidates in found.items()}
    return GridColumns(**chosen)  # type: ignore[arg-type]  # only the optional ones may be None


def fixed_width_ids(column: pa.ChunkedArray) -> NDArray[np.bytes_]:
    """Identifiers as fixed-width bytes, for `parse_cell_ids`; one that is missing or far too long becomes empty.

    The bytes of Arrow's buffer are laid out in rows without a Python object per cell.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        column = column.cast(pa.large_binary())
    except pa.ArrowNotImplementedError:  # numbers, dates: nothing there is an identifier
        return np.zeros(len(column), dtype="S1")
    plausible = pc.fill_null(pc.less_equal(pc.binary_length(column), _LONGEST_ID), fill_value=False)
    kept = (column if pc.all(plausible).as_py() else pc.if_else(plausible, column, b"")).combine_chunks()
    if isinstance(kept, pa.ChunkedArray):
        kept = pa.concat_arrays(kept.chunks)
    lengths = pc.binary_length(kept).to_numpy().astype(np.int64)
    _, offsets, data = kept.buffers()
    start, stop = np.frombuffer(offsets, dtype=np.int64)[[kept.offset, kept.offset + len(kept)]]
    letters = np.frombuffer(data, dtype=np.uint8)[start:stop] if data is not None else np.empty(0, np.uint8)
    width = max(int(lengths.max(initial=0)), 1)
    if lengths.min(initial=width) == width:  # the rule: letters are already in rows
        return letters.view(f"S{width}")
    rows = np.zeros((len(kept), width), dtype=np.uint8)
    rows[np.arange(width) < lengths[:, None]] = letters
    return rows.reshape(-1).view(f"S{width}")


def numbers(column: pa.ChunkedArray, *, decimal_comma: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Values of a column as numbers.

    Returns
    -------
    values : (n,) NaN where nothing is written, or where what is written is not a number.
    unreadable : (n,) True for the latter.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    is_binary = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
    try:
        if not (is_text or is_binary):
            values = column.cast(pa.float64(), safe=False)
        else:
            text = column.cast(pa.large_string())
            text = pc.replace_substring(text, ",", ".") if decimal_comma else text
            values = text.cast(pa.float64())
    except pa.ArrowNotImplementedError:  # dates, lists: nothing there is a number
        return np.full(len(column), np.nan), column.is_valid().to_numpy()
    except pa.ArrowInvalid:
        return _numbers_one_by_one(column.cast(pa.large_binary()).to_pylist(), decimal_comma=decimal_comma)
    return values.to_numpy().astype(np.float64), np.zeros(len(column), dtype=bool)


def _numbers_one_by_one(
    texts: list[bytes | None], *, decimal_comma: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read a column of text that Arrow refused, to know which of its values are at fault."""
    values = np.full(len(texts), np.nan)
    unreadable = np.zeros(len(texts), dtype=bool)
    for row, text in enumerate(texts):
        trimmed = (text or b"").strip()
        written = trimmed.replace(b",", b".") if decimal_comma else trimmed
        if _NUMBER.fullmatch(written):
            values[row] = float(written)
        elif written:
            unreadable[row] = True
    return values, unreadable


def _listed(names: Sequence[str]) -> str:
    shown = 12
    more = f" et {len(names) - shown} autres" if len(names) > shown else ""
    return (", ".join(names[:shown]) + more) or "aucune"
