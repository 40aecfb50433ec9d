"""Read INSEE's 200 m grids, every vintage and spelling, into a checked `Grid`; or refuse, saying where."""

from __future__ import annotations

import csv
import re
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geoville.carroyage.cell_id import parse_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M, Grid
from geoville.carroyage.lattice import place_keys
from geoville.carroyage.portrait import COUNTS, CellCounts
from geoville.crs import GRID_CRS
from geoville.errors import GridError, Location
from geoville.french import agreed, counted
from geoville.sources.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray


# --- What a grid must satisfy: every fault is found before anything is refused, and each is said with its place

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
        left = len(others) - _SHOWN_KINDS
        more = f", et {counted(left, 'autre sorte', 'autres sortes')} de fautes" if left > 0 else ""
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
    return f"{fault.message}, et {counted(others, 'autre')} de même"


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


# --- The columns of a grid file: how they are spelt, and how their values are read

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
        fault = agreed(len(missing), "Colonne manquante", "Colonnes manquantes")
        raise GridError(
            f"{fault} : {', '.join(missing)} (colonnes trouvées : {_listed(names)})",
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

    try:
        column = column.cast(pa.large_binary())
    except pa.ArrowNotImplementedError:  # numbers, dates: nothing there is an identifier
        return np.zeros(len(column), dtype="S1")
    kept = column.combine_chunks()
    if isinstance(kept, pa.ChunkedArray):
        kept = pa.concat_arrays(kept.chunks)
    if not len(kept):
        return np.zeros(0, dtype="S1")
    _, offsets, data = kept.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[kept.offset : kept.offset + len(kept) + 1]
    lengths = np.where(_is_valid(kept), np.diff(bounds), 0)
    lengths[lengths > _LONGEST_ID] = 0
    letters = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
    width = max(int(lengths.max()), 1)
    if lengths.min() == width:  # the rule: letters are already in rows
        return letters[bounds[0] : bounds[-1]].view(f"S{width}")
    rows = np.zeros((len(kept), width), dtype=np.uint8)
    before = np.cumsum(lengths) - lengths
    rows[np.arange(width) < lengths[:, None]] = letters[
        np.repeat(bounds[:-1] - before, lengths) + np.arange(lengths.sum())
    ]
    return rows.reshape(-1).view(f"S{width}")


def _is_valid(array: pa.Array) -> NDArray[np.bool_]:
    """(n,) False where an array has a null, read from its buffers: pyarrow's `to_numpy` loads pandas."""
    bits = array.buffers()[0]
    if bits is None:
        return np.ones(len(array), dtype=bool)
    unpacked = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
    return unpacked[array.offset : array.offset + len(array)].astype(bool)


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """(n,) values of a column of float64, NaN for nulls, from its buffers; see `_is_valid`."""
    parts = [np.empty(0)]
    for chunk in column.chunks:
        if len(chunk):
            values = np.frombuffer(chunk.buffers()[1], dtype=np.float64)[chunk.offset : chunk.offset + len(chunk)]
            parts.append(np.where(_is_valid(chunk), values, np.nan))
    return np.concatenate(parts)


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
    return _floats(values), np.zeros(len(column), dtype=bool)


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
    more = f" et {counted(len(names) - shown, 'autre')}" if len(names) > shown else ""
    return (", ".join(names[:shown]) + more) or "aucune"


# --- Grid files in CSV: separator, encoding, and the line of each row

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOTHING_WRITTEN = ["", "NA"]


class CsvGridFile:
    """A CSV file separated by commas, or by semicolons with decimal commas; UTF-8 or any other superset of ASCII.

    Every column that geoville reads is ASCII, so values are taken as bytes and the encoding never has to be guessed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as stream:
            header = stream.readline().removeprefix(_BYTE_ORDER_MARK)
            self._has_rows = bool(stream.read(1))
        if b"\0" in header:
            raise GridError(
                "Le fichier n'est ni en UTF-8 ni en Latin-1",
                where=Location(path.name, 1),
                advice="l'enregistrer en CSV UTF-8",
            )
        text = header.decode("latin-1").strip("\r\n")
        self._separator = ";" if text.count(";") > text.count(",") else ","
        self.names = tuple(name.strip(' "') for name in text.split(self._separator))
        self.decimal_comma = self._separator == ";"

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns, as bytes; null where nothing is written.

        Raises
        ------
        GridError
            A line has more or fewer values than the header, or quotes that do not close.
        """
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        if not self._has_rows:
            return pa.table({name: pa.array([], pa.binary()) for name in columns})
        # Columns are known by their place: the names of those that are not read may be in any encoding.
        places = [str(place) for place in range(len(self.names))]
        chosen = [places[self.names.index(name)] for name in columns]
        try:
            table = arrow_csv.read_csv(
                self._path,
                read_options=arrow_csv.ReadOptions(skip_rows=1, column_names=places),
                parse_options=arrow_csv.ParseOptions(delimiter=self._separator),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=chosen,
                    column_types=dict.fromkeys(chosen, pa.binary()),
                    null_values=_NOTHING_WRITTEN,
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            raise self._refusal() from error
        return table.rename_columns(list(columns))

    def line_of(self, row: int) -> int:
        """1-based line of a row of data, header and blank lines counted."""
        return next(islice(self._written_lines(), row + 1, None))[0]

    def _written_lines(self) -> Iterator[tuple[int, str]]:
        """Every line that is not blank, header included, and its 1-based number."""
        with self._path.open("rb") as stream:
            for line, text in enumerate(stream, start=1):
                if text.strip():
                    yield line, text.decode("latin-1").strip("\r\n")

    def _refusal(self) -> GridError:
        """Say which lines Arrow could not cut into values."""
        at_fault = [(line, text) for line, text in self._written_lines() if self._values_in(text) != len(self.names)]
        line, text = at_fault[0] if at_fault else (None, None)
        others = len(at_fault) - 1
        more = f", et {counted(others, 'autre')} de même" if others > 0 else ""
        return GridError(
            f"La ligne n'a pas les {len(self.names)} valeurs que l'en-tête annonce{more}",
            where=Location(self._path.name, line, value=text[:_SHOWN_CHARACTERS] if text else None),
            advice="corriger la ligne, ses guillemets ou le séparateur",
        )

    def _values_in(self, text: str) -> int | None:
        try:
            return len(next(csv.reader([text], delimiter=self._separator, strict=True)))
        except csv.Error:
            return None


# --- Grid files column by column, whatever their format: only the columns asked for are read

SUFFIXES = (".csv", ".parquet", ".gpkg", ".shp", ".mif", ".dbf")


class GridFile(Protocol):
    """A table whose header is known and whose columns can be read."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every column of the file."""

    @property
    def decimal_comma(self) -> bool:
        """Whether numbers written as text have a decimal comma."""

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns."""

    def line_of(self, row: int) -> int:
        """Where a row of data (0-based) is: 1-based line of a text file, 1-based row of another."""


def open_grid_file(path: Path) -> GridFile:
    """Open a file of cells by its suffix.

    Raises
    ------
    GridError
        The suffix is not a known one, or the file is missing, empty, or not of the format that its suffix says.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise GridError(
            f"Format de grille inconnu : « {path.suffix or path.name} »",
            where=Location(path.name),
            advice=f"donner un fichier {', '.join(SUFFIXES[:-1])} ou {SUFFIXES[-1]}",
        )
    if not path.is_file():
        raise GridError("Grille introuvable", where=Location(path.name), advice="vérifier le chemin du fichier")
    if path.stat().st_size == 0:
        raise GridError("Le fichier est vide", where=Location(path.name), advice="le télécharger de nouveau")
    with _refusing_damage(path):
        if suffix == ".csv":
            return CsvGridFile(path)
        return ParquetGridFile(path) if suffix == ".parquet" else LayerGridFile(path)


class ParquetGridFile:
    """A Parquet or GeoParquet file."""

    decimal_comma = False

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._path = path
        self.names = tuple(pq.read_schema(path).names)

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns."""
        import pyarrow.parquet as pq

        with _refusing_damage(self._path):
            return pq.read_table(self._path, columns=list(columns), partitioning=None)

    def line_of(self, row: int) -> int:
        """1-based row of data."""
        return row + 1


class LayerGridFile:
    """Layers of any other format: the first one that has identifiers of cells counts, else the first one."""

    decimal_comma = False

    def __init__(self, path: Path) -> None:
        import pyogrio

        self._path = path
        fields = {
            layer: tuple(pyogrio.read_info(path, layer=layer)["fields"]) for layer, _ in pyogrio.list_layers(path)
        }
        if not fields:
            raise GridError("Le fichier n'a aucune couche", where=Location(path.name), advice="donner un autre fichier")
        self._layer = next((layer for layer, names in fields.items() if has_cell_ids(names)), next(iter(fields)))
        self.names = fields[self._layer]

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Values of some of the columns, without the geometry: the identifier says where the cell is."""
        import pyogrio

        with _refusing_damage(self._path):
            _, table = pyogrio.read_arrow(self._path, layer=self._layer, columns=list(columns), read_geometry=False)
            return table

    def line_of(self, row: int) -> int:
        """1-based row of data."""
        return row + 1


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    """Turn what the format libraries raise on a damaged file into an error that says so."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's remarks on a file that is then refused or read
            yield
    except Exception as error:
        if not isinstance(error, _damage()):
            raise
        raise GridError(
            f"Le fichier n'est pas lisible comme {path.suffix.lower()}",
            where=Location(path.name),
            advice="le télécharger de nouveau ou l'enregistrer dans le format que dit son nom",
        ) from error


def _damage() -> tuple[type[Exception], ...]:
    """What readers raise on broken bytes: of those that were loaded, for a library that was not has raised nothing."""
    arrow, gdal = sys.modules.get("pyarrow"), sys.modules.get("pyogrio.errors")
    found: tuple[type[Exception], ...] = (OSError, UnicodeError)
    found += (arrow.ArrowException,) if arrow else ()
    return found + ((gdal.DataSourceError, gdal.DataLayerError) if gdal else ())


# --- Which year a grid's incomes are of: said by the user, else by the file's checksum, else by its name

PLAUSIBLE_VINTAGES = range(2012, 2031)
"""Filosofi, the source of the cells, describes incomes from 2012 on."""

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_ASK = "préciser le millésime avec `--vintage ANNÉE`"


def vintage_of(path: Path, vintage: int | None, known_checksums: Mapping[str, int]) -> int:
    """Vintage of a grid file; the spelling of its columns proves nothing and is not looked at.

    Parameters
    ----------
    vintage : what the user said; it wins over the file's name.
    known_checksums : sha256 in hexadecimal of files whose vintage is certain, and that vintage.

    Raises
    ------
    GridError
        Nothing says the vintage, the name says several, or the user contradicts a file whose vintage is certain.
    """
    if vintage is not None and vintage not in PLAUSIBLE_VINTAGES:
        raise GridError(
            f"{vintage} n'est pas un millésime de Filosofi",
            where=Location(path.name),
            advice=f"donner une année entre {PLAUSIBLE_VINTAGES[0]} et {PLAUSIBLE_VINTAGES[-1]}",
        )
    certain = known_checksums.get(sha256_of(path)) if known_checksums else None
    if certain is not None and vintage not in (None, certain):
        raise GridError(
            f"Ce fichier est connu : ses revenus sont de {certain}, et non de {vintage}",
            where=Location(path.name),
            advice="retirer `--vintage` ou donner l'autre fichier",
        )
    return vintage or certain or _vintage_in_name(path)


def _vintage_in_name(path: Path) -> int:
    years = sorted({int(year) for year in _YEAR.findall(path.name)} & set(PLAUSIBLE_VINTAGES))
    if len(years) == 1:
        return years[0]
    if years:
        several = " et ".join(str(year) for year in years)
        raise GridError(f"Le nom du fichier porte plusieurs années ({several})", where=Location(path.name), advice=_ASK)
    raise GridError(
        "Rien ne dit de quelle année sont les revenus de cette grille", where=Location(path.name), advice=_ASK
    )


_NONE_KNOWN: Mapping[str, int] = MappingProxyType({})
_COUNTS = {
    "people": "Nombre d'habitants",
    "income": "Somme des niveaux de vie",
    "households": "Nombre de ménages",
    "poor": "Nombre de ménages pauvres",
}


def read_grid(path: Path, *, vintage: int | None = None, known_checksums: Mapping[str, int] = _NONE_KNOWN) -> Grid:
    """Read a file of 200 m cells.

    Parameters
    ----------
    path : CSV (separated by commas, or by semicolons with decimal commas), Parquet, GeoPackage or .dbf.
    vintage : year of the incomes, where the user says it.
    known_checksums : sha256 in hexadecimal of files whose vintage is certain, and that vintage.

    Returns
    -------
    In order of (northing, easting), whatever the order of the file. Households and poor households are NaN where the
    file has none (2021) or leaves them empty; halves of people and fractions of households are kept as published.

    Raises
    ------
    GridError
        The file cannot be read, columns are missing, nothing says the vintage, or cells are at fault: all of them are
        looked at first, and the sentence says what is wrong, on which line, in which column, with which value.
    """
    source = open_grid_file(path)
    columns = choose_columns(source.names, path.name)
    year = vintage_of(path, vintage, known_checksums)
    table = source.read(columns.names)
    if not table.num_rows:
        raise GridError("La grille n'a aucun carreau", where=Location(path.name), advice="donner un autre fichier")
    return _checked(table, columns, source, path.name, year)


def _checked(table: pa.Table, columns: GridColumns, source: GridFile, file: str, vintage: int) -> Grid:
    ids = fixed_width_ids(table[columns.id])
    epsg, northing, easting = parse_cell_ids(ids)
    faults = list(id_faults(columns.id, ids, epsg, northing, easting))
    values: dict[str, NDArray[np.float64]] = {}
    for role, label in _COUNTS.items():
        name = getattr(columns, role)
        if name is None:
            values[role] = np.full(table.num_rows, np.nan)
            continue
        values[role], unreadable = numbers(table[name], decimal_comma=source.decimal_comma)
        required = role not in OPTIONAL
        faults += count_faults(label, name, values[role], unreadable, required=required)
    flags, _ = numbers(table[columns.imputed], decimal_comma=source.decimal_comma)
    faults += flag_faults(columns.imputed, flags)
    faults += income_without_people(columns.income, values["people"], values["income"])
    if columns.poor is not None:
        faults += more_poor_than_households(columns.poor, values["households"], values["poor"])
    refuse(faults, table, source, file)
    order = np.lexsort((easting, northing))
    return Grid(
        int(epsg[0]),
        vintage,
        easting[order],
        northing[order],
        values["people"][order],
        values["income"][order],
        flags[order] == 1,
        values["households"][order],
        values["poor"][order],
    )


# --- What else INSEE publishes of cells: ages, tenure, housing


def read_counts(path: Path, grid: Grid) -> CellCounts:
    """Read the counts of a file of cells that `read_grid` does not, for the cells of its grid.

    Parameters
    ----------
    grid : read from that file, or some of its cells.

    Returns
    -------
    Columns of `geoville.carroyage.portrait.COUNTS` that the file has, in the order of the grid.

    Raises
    ------
    GridError
        The file cannot be read, or a count is no number, is infinite or negative: all faults at once.
    """
    source = open_grid_file(path)
    lower = {name.strip().lower(): name for name in source.names}
    columns = {name: lower[name] for name in COUNTS if name in lower}
    ids = choose_columns(source.names, path.name).id
    table = source.read([ids, *columns.values()])
    _, northing, easting = parse_cell_ids(fixed_width_ids(table[ids]))
    keys = place_keys(easting, northing)
    order = np.argsort(keys, kind="stable")
    rows = order[np.searchsorted(keys[order], place_keys(grid.easting, grid.northing))]
    made, faults = {}, list[Fault]()
    for name, written in columns.items():
        values, unreadable = numbers(table[written], decimal_comma=source.decimal_comma)
        faults += count_faults(f"Colonne {written}", written, values, unreadable, required=False)
        made[name] = values[rows]
    refuse(faults, table, source, path.name)
    return CellCounts(made)
