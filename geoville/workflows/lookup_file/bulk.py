"""Columns and texts of a lookup of points in bulk."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.bulk import (
    EVERYTHING,
    NO_PERIMETER,
    VERDICTS,
    BulkIndex,
    Means,
    can_compile,
    cells_are_worth,
)
from geoville.eligibility.sentences import verdict_sentence
from geoville.errors import GeovilleError
from geoville.model import Kind, VerdictCode
from geoville.sources.layer_index import NotKeptError, kept_cells
from geoville.sources.rows.row import InputRow, cell_text, harmless
from geoville.workflows.lookup_file.results import ADDED_COLUMNS, answered, row_answer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyarrow as pa
    from numpy.typing import NDArray

    from geoville.eligibility.bulk import BulkVerdicts
    from geoville.eligibility.index import PerimeterIndex
    from geoville.eligibility.kernel.polygons import PolygonSets
    from geoville.sources.rows.row import AddedColumn, Cell
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file.questions import Asking


# --- Numbers as `lookup` writes them, a column at a time

_MILLIMETRES = 1_000
_KILOMETRE_M = 1_000
_TENTH_M = 100
_TIE = 1e-6
_SMALLEST_WITHOUT_EXPONENT = 1e-4


def millimetres(distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round distances to the millimetre as an answer's document does: what is not on the limit never gets there."""
    rounded = np.maximum(np.rint(np.abs(distance_m) * _MILLIMETRES), 1) / _MILLIMETRES
    return np.where(distance_m == 0, 0.0, np.copysign(rounded, distance_m))


def distance_kinds(distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed numbers that are equal only where `french.distance` writes the same.

    >>> distance_kinds(np.array([-12.4, -12.2, 0.2, 0.0, 1239.0, 1241.0, 1250.0])).tolist()
    [-13.0, -13.0, 1.0, 0.0, 1201.0, 1201.0, 1250.0]
    """
    metres = np.abs(distance_m)
    tenths = metres / _KILOMETRE_M * 10
    halfway = np.abs(tenths - np.floor(tenths) - 0.5) < _TIE  # which way these go is for the writer to say
    far = np.where(halfway, metres, np.rint(tenths) * _TENTH_M + 1)
    kinds = np.where(np.rint(metres) < _KILOMETRE_M, np.rint(metres) + 1, far)
    return np.where(distance_m == 0, 0.0, np.copysign(kinds, distance_m))


def coordinate_labels(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> pa.Array:
    """Labels "lon, lat" of typed coordinates, harmless in a spreadsheet.

    >>> coordinate_labels(np.array([1.8867, -5e-05]), np.array([50.9, 48.0])).to_pylist()
    ['1.8867, 50.9', "'-5e-05, 48.0"]
    """
    import pyarrow.compute as pc

    labels = pc.binary_join_element_wise(_written(lon), _written(lat), ", ")
    return pc.if_else(pc.starts_with(labels, "-"), pc.binary_join_element_wise("'", labels, ""), labels)


def _written(degrees: NDArray[np.float64]) -> pa.Array:
    """Numbers as Python writes them: Arrow writes the same digits, but whole and tiny numbers in another way."""
    import pyarrow as pa
    import pyarrow.compute as pc

    differing = (np.abs(degrees) < _SMALLEST_WITHOUT_EXPONENT) | (degrees == np.rint(degrees))
    written = pc.cast(pa.array(degrees), pa.string())
    return pc.replace_with_mask(
        written, pa.array(differing), pa.array(map(repr, degrees[differing].tolist()), pa.string())
    )


def first_of_each(kinds: NDArray[np.generic]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the kinds of n rows in order of appearance: (n,) number of each row, (k,) first row of each number.

    >>> [part.tolist() for part in first_of_each(np.array([7, 5, 7]))]
    [[0, 1, 0], [0, 1]]
    """
    import pyarrow as pa

    encoded = pa.array(kinds).dictionary_encode()
    number = encoded.indices.to_numpy().astype(np.int64)
    first = np.empty(len(encoded.dictionary), dtype=np.int64)
    first[number[::-1]] = np.arange(len(kinds))[::-1]
    return number, first


_PLACES = {column.name: place for place, column in enumerate(ADDED_COLUMNS)}
_REASON = _PLACES["qpv_raison"]


@dataclass(frozen=True, slots=True)
class _Example:
    """Cells of a row that others copy, and what follows the sentence of the verdict in its reason."""

    cells: tuple[Cell, ...]
    after_verdict: str


class Worth(IntEnum):
    """What rows so many are worth, of cells: nothing, opening those that are kept, or making them."""

    NOTHING, OPENING, MAKING = range(3)


def _worth(rows: int, index: PerimeterIndex) -> Worth:
    if cells_are_worth(rows, index):
        return Worth.MAKING
    return Worth.OPENING if cells_are_worth(rows, index, made=True) else Worth.NOTHING


class BulkAnswers:
    """Answers to coordinates, many at once.

    Parameters
    ----------
    desk : that answers; its geocoder is not asked.
    asking : the columns that ask, and the day asked about.
    rows : how many are to be answered, where that is known; cells are made once these, or those met, are worth it.
    """

    def __init__(self, desk: LookupDesk, asking: Asking, rows: int = 0) -> None:
        self._desk = desk
        self._perimeters = desk.index.perimeters
        self._asking = asking
        self._rows, self._met = rows, 0
        self._worth = Worth.NOTHING
        self._index: BulkIndex | None = None
        self._examples: dict[tuple[object, ...], _Example] = {}

    def columns(self, lon: pa.Array, lat: pa.Array, first_line: int) -> list[pa.Array]:
        """Cells of `ADDED_COLUMNS`, one column after another.

        Parameters
        ----------
        lon, lat : (n,) numbers, degrees, null or NaN where there is none.
        first_line : of the first one, for the rows whose fault is said.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        degrees = [pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False) for values in (lon, lat)]
        verdicts = self._index_for(len(lon)).decide(*degrees)
        alone = self._alone(verdicts)
        group, firsts = first_of_each(_kinds(verdicts, alone))
        examples = [
            self._example(
                verdicts, row, InputRow(first_line + row, (_text(lon[row]), _text(lat[row]))), alone=alone[row]
            )
            for row in firsts.tolist()
        ]
        own = {
            "longitude": pa.array(degrees[0]),
            "latitude": pa.array(degrees[1]),
            "result_label": coordinate_labels(*degrees),
            "qpv_distance_m": pa.array(millimetres(verdicts.distance_m), from_pandas=True),
            "qpv_raison": self._reasons(verdicts, group, examples),
        }
        columns = []
        for place, field in enumerate(added_fields(ADDED_COLUMNS)):
            cells = pa.array([example.cells[place] for example in examples], field.type).take(pa.array(group))
            columns.append(pc.if_else(pa.array(alone), cells, own.get(field.name, cells)))
        return columns

    def _index_for(self, rows: int) -> BulkIndex:
        """The index for some more rows: of trees as long as these are few, then of cells; the same answers."""
        self._met += rows
        if self._worth < Worth.MAKING:
            worth = _worth(max(self._met, self._rows), self._desk.index)
            if worth > self._worth:
                self._worth = worth
                with suppress(NotKeptError):
                    means = kept_cells(made=worth is Worth.MAKING)
                    self._index, self._worth = self._built(means), Worth.MAKING
        if self._index is None:
            self._index = self._built(Means.trees())
        return self._index

    def _built(self, means: Means) -> BulkIndex:
        return BulkIndex.build(self._desk.index, self._asking.on, means)

    def _alone(self, verdicts: BulkVerdicts) -> NDArray[np.bool_]:
        """Rows that are like no other: what their reasons say besides the verdict depends on the very point."""
        known, out_of_force = self._looked_at(verdicts.sets)
        held = verdicts.distance_m <= 0
        in_force = np.diff(verdicts.sets.starts)[verdicts.within] - out_of_force[verdicts.within] - held
        unordered = (out_of_force[verdicts.within] > 1) | (in_force > 1)
        elsewhere_outside = held & ~known[verdicts.within]
        by_law = (verdicts.code == VERDICTS.index(VerdictCode.INSIDE)) & (verdicts.perimeter == NO_PERIMETER)
        near_a_limit = verdicts.unsettled | (verdicts.code == VERDICTS.index(VerdictCode.UNCERTAIN))
        return np.asarray((verdicts.code == 0) | by_law | unordered | elsewhere_outside | near_a_limit)

    def _looked_at(self, sets: PolygonSets) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """For each set of perimeters, whether every generation of QPV is in it, and how many are not in force."""
        generations: dict[int, set[int | None]] = {}
        for item in self._perimeters:
            if item.kind is Kind.QPV and item.generation:
                generations.setdefault(item.epsg, set()).add(item.generation)
        held = [[self._perimeters[row] for row in sets.of(number)] for number in range(len(sets))]
        known = [
            generations.get(some[0].epsg if some else 0, set())
            <= {item.generation for item in some if item.kind is Kind.QPV}
            for some in held
        ]
        out_of_force = [sum(not item.in_force(self._asking.on) for item in some) for some in held]
        return np.array(known), np.array(out_of_force)

    def _example(self, verdicts: BulkVerdicts, row: int, asked: InputRow, *, alone: bool) -> _Example:
        key = (
            verdicts.code[row],
            verdicts.perimeter[row],
            verdicts.known[row],
            verdicts.told[row],
            *verdicts.sets.of(int(verdicts.within[row])),
        )
        known = None if alone else self._examples.get(key)
        if known is not None:
            return known
        cells = answered(asked, self._asking.on, partial(row_answer, asking=self._asking, desk=self._desk)).cells
        cells = tuple(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
        example = _Example(cells, str(cells[_REASON]).removeprefix(self._verdict(verdicts, row)))
        if not alone:
            self._examples[key] = example
        return example

    def _reasons(self, verdicts: BulkVerdicts, group: NDArray[np.int64], examples: Sequence[_Example]) -> pa.Array:
        """Whole reasons, each written once for all the rows that have the same."""
        import pyarrow as pa

        distance, _ = first_of_each(distance_kinds(verdicts.distance_m))
        number, firsts = first_of_each(group * (len(distance) + 1) + distance)
        written = [self._verdict(verdicts, row) + examples[group[row]].after_verdict for row in firsts.tolist()]
        return pa.array(written, pa.string()).take(pa.array(number))

    def _verdict(self, verdicts: BulkVerdicts, row: int) -> str:
        """The sentence of the verdict, where it is about a perimeter; else empty."""
        perimeter, verdict = int(verdicts.perimeter[row]), VERDICTS[verdicts.code[row]]
        if perimeter == NO_PERIMETER or verdict is None:
            return ""
        complete = self._desk.index.country is not None
        distance_m = float(verdicts.distance_m[row])
        return verdict_sentence(verdict, self._perimeters[perimeter], distance_m, self._asking.on, complete=complete)


def prepare(perimeters: PerimeterIndex, on: date) -> bool:
    """Compile what answers millions of points, and index perimeters, unless a run before has; whether one has compiled.

    Parameters
    ----------
    perimeters, on : what most files will be asked about.

    Raises
    ------
    GeovilleError
        The machine lets nothing that is compiled be kept.
    """
    if not can_compile():
        raise GeovilleError(
            "Cette installation n'a pas numba, qui compile le calcul des très gros fichiers : "
            "leurs réponses sont les mêmes, moins vite",
            advice="lancer pip install numba pour aller plus vite",
        )
    from geoville.eligibility.kernel.points import are_compiled, compile_loops

    before = are_compiled()
    compile_loops()
    if not are_compiled():
        raise GeovilleError(
            "Rien de ce qui est compilé ne peut être gardé sur cette machine",
            advice="donner à la variable NUMBA_CACHE_DIR un dossier où ce compte peut écrire",
        )
    BulkIndex.build(perimeters, on, kept_cells())
    return before


def added_fields(columns: Sequence[AddedColumn]) -> list[pa.Field]:
    """Names and types of columns added, as Arrow has them."""
    import pyarrow as pa

    types = {str: pa.string(), float: pa.float64(), int: pa.int64()}
    return [pa.field(column.name, types[column.type]) for column in columns]


def _kinds(verdicts: BulkVerdicts, alone: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(n,) numbers, the same for rows that are answered alike."""
    perimeters, sets = int(verdicts.perimeter.max(initial=NO_PERIMETER)) + 2, len(verdicts.sets)
    alike = (verdicts.code.astype(np.int64) * perimeters + verdicts.perimeter + 1) * sets + verdicts.within
    alike = alike * (EVERYTHING + 1) + verdicts.known
    lists, _ = first_of_each(verdicts.told)
    alike = alike * (int(lists.max(initial=0)) + 1) + lists
    return np.where(alone, -1 - np.arange(len(alone)), alike)


def _text(cell: pa.Scalar) -> str:
    return cell_text(cell.as_py())
