"""What a grid must satisfy: every fault is found before anything is refused, and each is said with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import GRID_CRS
from geoville.errors import GridError, Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from geoville.sources.grids.files import GridFile

ROUNDING_HOUSEHOLDS = 0.05
"""Counts are published to one decimal, so a count of part may exceed the whole by half of one."""

_OTHER_RESOLUTION = re.compile(rb"CRS\d{4}RES(?!200m)\d+m.*")
_SHOWN_KINDS = 4
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault, and the rows of data (0-based) that have it.

    Parameters
    ----------
    column : as the file spells it.
    """

    message: str
    column: str
    rows: NDArray[np.intp]
    advice: str


def id_faults(
    column: str,
    ids: NDArray[np.bytes_],
    epsg: NDArray[np.int64],
    northing: NDArray[np.int64],
    easting: NDArray[np.int64],
) -> Iterator[Fault]:
    """Faults of the identifiers: unreadable, of another grid, misplaced, in double."""
    unreadable = np.flatnonzero(epsg == 0)
    coarse = np.array([_OTHER_RESOLUTION.fullmatch(ids[row]) is not None for row in unreadable], dtype=bool)
    yield Fault("Carreau d'une autre taille que 200 m", column, unreadable[coarse], "donner la grille de 200 m")
    advice = "attendu : CRS3035RES200mN…E…"
    yield Fault("Identifiant de carreau illisible", column, unreadable[~coarse], advice)
    known = np.isin(epsg, list(GRID_CRS))
    listed = ", ".join(f"EPSG:{code}" for code in GRID_CRS)
    yield Fault("CRS inattendu", column, np.flatnonzero((epsg != 0) & ~known), f"attendu : {listed}")
    codes, firsts = np.unique(epsg[known], return_index=True)
    if len(codes) > 1:
        named = " et ".join(f"EPSG:{code}" for code in codes[np.argsort(firsts)])
        others = np.flatnonzero(known & (epsg != epsg[known][0]))
        yield Fault(f"Plusieurs CRS dans un même fichier ({named})", column, others, "donner un fichier par territoire")
    off = (northing % CELL_SIZE_M != 0) | (easting % CELL_SIZE_M != 0)
    yield Fault("Carreau hors de la maille de 200 m", column, np.flatnonzero(off), "vérifier l'identifiant")
    yield Fault("Carreau en double", column, _repeated(epsg, northing, easting), "n'en garder qu'un")


def count_faults(
    label: str, column: str, values: NDArray[np.float64], unreadable: NDArray[np.bool_], *, required: bool
) -> Iterator[Fault]:
    """Faults of one column of counts or sums: not a number, infinite, negative, or empty where one is required."""
    advice = "donner un nombre positif ou nul"
    yield Fault(f"{label} : ce n'est pas un nombre", column, np.flatnonzero(unreadable), advice)
    yield Fault(f"{label} : valeur infinie", column, np.flatnonzero(np.isinf(values)), advice)
    yield Fault(f"{label} : valeur négative", column, np.flatnonzero((values < 0) & ~np.isinf(values)), advice)
    if required:
        yield Fault(f"{label} : valeur manquante", column, np.flatnonzero(np.isnan(values) & ~unreadable), advice)


def flag_faults(column: str, values: NDArray[np.float64]) -> Iterator[Fault]:
    """An imputation flag is 0 or 1; NaN stands for what is empty or is not a number."""
    rows = np.flatnonzero((values != 0) & (values != 1))
    yield Fault("Indicateur d'imputation autre que 0 ou 1", column, rows, "écrire 0 (observé) ou 1 (imputé)")


def income_without_people(column: str, people: NDArray[np.float64], income: NDArray[np.float64]) -> Iterator[Fault]:
    """Nobody has no income."""
    rows = np.flatnonzero((people == 0) & (income > 0))
    yield Fault("Revenus dans un carreau sans habitant", column, rows, "vérifier le nombre d'habitants")


def more_poor_than_households(
    column: str, households: NDArray[np.float64], poor: NDArray[np.float64]
) -> Iterator[Fault]:
    """Poor households are among the households."""
    rows = np.flatnonzero(poor > households + ROUNDING_HOUSEHOLDS)
    yield Fault("Plus de ménages pauvres que de ménages", column, rows, "vérifier les deux nombres")


def refuse(faults: Sequence[Fault], table: pa.Table, source: GridFile, file: str) -> None:
    """Raise one error for all faults, if there are any.

    Raises
    ------
    GridError
        Its place and advice are those of the first row of the first kind of fault; the other kinds follow.
    """
    found = [fault for fault in faults if fault.rows.size]
    if not found:
        return
    first, *others = found
    advice = first.advice
    if others:
        shown = [f"{_counted(fault)} ({_place(fault, table, source, None)})" for fault in others[:_SHOWN_KINDS]]
        more = f", et {len(others) - _SHOWN_KINDS} autres sortes de fautes" if len(others) > _SHOWN_KINDS else ""
        advice += f" ; autres fautes : {' ; '.join(shown)}{more}"
    raise GridError(_counted(first), where=_place(first, table, source, file), advice=advice)


def _repeated(epsg: NDArray[np.int64], northing: NDArray[np.int64], easting: NDArray[np.int64]) -> NDArray[np.intp]:
    """Rows whose cell is already on a row above."""
    read = np.flatnonzero(epsg)
    cells = (epsg[read] << 48) + (northing[read] << 24) + easting[read]  # seven digits fit in 24 bits
    in_order = np.sort(cells)
    if not (in_order[1:] == in_order[:-1]).any():
        return np.empty(0, dtype=np.intp)
    _, firsts = np.unique(cells, return_index=True)
    return np.delete(read, firsts)


def _counted(fault: Fault) -> str:
    others = fault.rows.size - 1
    if not others:
        return fault.message
    return f"{fault.message}, et {others} autre{'s' if others > 1 else ''} de même"


def _place(fault: Fault, table: pa.Table, source: GridFile, file: str | None) -> Location:
    row = int(fault.rows[0])
    text = _text_of(table[fault.column][row])
    return Location(file, source.line_of(row), fault.column, text[:_SHOWN_CHARACTERS])


def _text_of(cell: pa.Scalar) -> str:
    import pyarrow as pa

    if pa.types.is_string(cell.type) or pa.types.is_large_string(cell.type):
        cell = cell.cast(pa.large_binary())  # Parquet and dBASE may call text bytes that are not UTF-8
    value = cell.as_py()
    if not isinstance(value, bytes):
        return "" if value is None else str(value)
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
