"""What an official file is, by its content."""

from __future__ import annotations

import csv
import io
import os
import re
import struct
import warnings
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoville.carroyage.cell_id import encode_ids, parse_cell_ids
from geoville.errors import AddressListError, InvalidInputError, Location
from geoville.law import generation_of_code
from geoville.sources.addresses import open_address_file
from geoville.sources.contours import CODE, INSEE_CODE
from geoville.sources.grids import SPELLINGS, has_cell_ids, open_grid_file
from geoville.sources.official.area import Recognised
from geoville.sources.rows.row import cell_text
from geoville.sources.vector_files import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    Rows = list[tuple[Any, ...]]


# --- How official files spell the columns that geoville reads, in lower case, from one vintage to the next

COMMUNE_CODES = ("insee_com", "code_insee", "codgeo", "code", "insee")
COMMUNE_NAMES = ("nom", "nom_officiel", "nom_com", "libgeo", "name", "nom_commune")
POPULATION = ("population",)
NOT_A_COMMUNE = ("insee_arm", "insee_cad")
"""Columns of municipal arrondissements and delegated communes, which also name their commune."""

NOT_A_COMMUNE_STARTS = ("code_insee_de_la_commune",)

IRIS_CODES = ("code_iris", "dcomiris", "codeiris", "iris_code")
IRIS_NAMES = ("nom_iris", "lib_iris", "libiris")

INCOME_CODES = ("iris", *IRIS_CODES)
DECLARED_MEDIAN = re.compile(r"(?:dec_med|rfucq2|median_declared_)(\d{2}|\d{4})")
DISPOSABLE_MEDIAN = re.compile(r"disp_med(\d{2}|\d{4})")
YEARLY_MEDIANS = ("median_uc", "median_declared_eur")

UNIT_COMMUNES = ("codgeo", "codeinsee", "code_insee", "com")
UNIT_COMMUNE_NAMES = ("libgeo", "nom_comm")
UNIT_CODE = re.compile(r"uu(20\d\d)|codeuu(\d\d)")
UNIT_NAME = re.compile(r"libuu20\d\d|libell.{1,2}\.uu\d\d")  # an accent is two letters where the encoding is not known
UNIT_STATUS = re.compile(r"statut_com_uu|statut_20\d\d")
OUTSIDE_UNITS = "H"
"""Status of a commune that is in no urban unit; its unit then has the code of the département and zeros."""

COG = frozenset({"typecom", "com", "libelle"})

GRID_COMMUNES = ("lcog_geo", "depcom")
GRID_2010_PEOPLE = "ind_c"

LABEL_COLUMNS = frozenset({"cod_var", "cod_mod", "lib_mod"})
"""Columns of the files of INSEE that give the meaning of codes (`varmod`, `meta`)."""

ROAD_COLUMNS = (
    frozenset({"nature", "vit_moy_vl"}),
    frozenset({"nature", "vitesse_moyenne_vl"}),
    frozenset({"fclass", "maxspeed"}),
    frozenset({"highway"}),
)
"""What tells roads from other lines (railways, rivers) in BD TOPO and in exports of OpenStreetMap."""


def year_of(digits: str) -> int:
    """Year written with two or four digits.

    >>> year_of("19"), year_of("2011")
    (2019, 2011)
    """
    century = 2000
    return int(digits) if int(digits) >= century else century + int(digits)


# --- What a layer of a vector file is, by its columns, its geometry and its codes


def kind_of_layer(layer: OfficialLayer) -> tuple[str, str] | None:
    """Kind of data set and vintage (empty where the content does not tell); None where it is none of them."""
    names = frozenset(layer.sample)
    if has_cell_ids(tuple(names)):
        ids = next(layer.sample[name] for name in names if name in SPELLINGS["id"])
        return ("grid", "") if are_200_m(ids) else None
    if "LineString" in layer.geometry:
        return ("streets", "") if any(road <= names for road in ROAD_COLUMNS) else None
    return _kind_of_polygons(layer) if "Polygon" in layer.geometry else None


def are_200_m(ids: Iterable[str]) -> bool:
    """Whether the first identifier is that of a 200 m cell, in any of INSEE's CRS."""
    first = next((text for text in ids if text), "")
    return bool(parse_cell_ids(encode_ids([first]))[0][0])


def _kind_of_polygons(layer: OfficialLayer) -> tuple[str, str] | None:
    if any(name in layer.sample for name in IRIS_CODES):
        return "iris_contours", ""
    if (generation := _generation(layer)) is not None:
        return "qpv", str(generation)
    if _is_zfu(layer):
        return "zfu", ""
    return ("commune_contours", "") if _is_communes(layer) else None


def _generation(layer: OfficialLayer) -> int | None:
    """Generation that the codes of QPV tell, None where they are not codes of QPV."""
    codes = next((layer.sample[name] for name in CODE if any(layer.sample.get(name, ()))), ())
    found = [generation_of_code(code) for code in codes if code]
    years = {generation.year for generation in found if generation is not None}
    return years.pop() if len(years) == 1 and None not in found else None


def _is_zfu(layer: OfficialLayer) -> bool:
    texts = (text for values in layer.sample.values() for text in values)
    return any("zfu" in name for name in layer.sample) or any(text.startswith(("ZFU", "Zfu")) for text in texts)


def _is_communes(layer: OfficialLayer) -> bool:
    """Whether each row is a commune: its own INSEE code, and not that of the commune that it is a part of."""
    if any(name in NOT_A_COMMUNE or name.startswith(NOT_A_COMMUNE_STARTS) for name in layer.sample):
        return False
    codes = next((layer.sample[name] for name in COMMUNE_CODES if name in layer.sample), ())
    named = any(name in layer.sample for name in COMMUNE_NAMES)
    return named and bool(codes) and len(set(codes)) == len(codes) and all(INSEE_CODE.fullmatch(code) for code in codes)


# --- Layers of vector files, looked at before they are read: columns, geometry, a few rows, CRS

_BESIDE = {".shp": (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx"), ".mif": (".mid",)}
"""Files that stand beside a Shapefile or a MapInfo file and are read with it."""

VECTOR_SUFFIXES = (*SUFFIXES, ".mif", ".dbf")
_PREFERRED = (".parquet", ".gpkg", ".shp", ".geojson", ".json", ".mif", ".dbf")
_SAMPLE_ROWS = 50
_MIXED = "Unknown"
"""What GDAL says of a layer that holds polygons and multipolygons, as GeoJSON often does."""


@dataclass(frozen=True, slots=True)
class OfficialLayer:
    """One layer of a file.

    Parameters
    ----------
    name : of the layer; empty for GeoParquet, which has only one.
    sample : first values of each column, as text, by the column's name in lower case.
    geometry : type as the format writes it ("MultiPolygon", "3D LineString"); empty for a table.
    epsg : of its CRS; None where it has none, or one without an EPSG code.
    """

    path: Path
    name: str
    sample: Mapping[str, tuple[str, ...]]
    geometry: str
    epsg: int | None


def layers_of(path: Path) -> tuple[OfficialLayer, ...]:
    """Layers of a vector file; none where the file cannot be opened, or is a plain table or document."""
    import pyarrow as pa
    import pyogrio.errors
    import shapely

    unreadable = (
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.errors.ShapelyError, pa.ArrowException,
        OSError, ValueError,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what is refused or repaired once the file is read
        try:
            if path.suffix.lower() == ".parquet":
                return _parquet_layer(path)
            drawn = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
            return tuple(_gdal_layer(path, name, str(kind or "")) for name, kind in drawn)
        except unreadable:
            return ()


def files_beside(path: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    """Those of some files that are read with another one, whose name they share."""
    suffixes = _BESIDE.get(path.suffix.lower(), ())
    stem = path.with_suffix("")
    return tuple(file for file in files if file.suffix.lower() in suffixes and file.with_suffix("") == stem)


def main_files(files: Sequence[Path]) -> tuple[Path, ...]:
    """Files of a publication without those that stand beside another one."""
    beside = {other for file in files for other in files_beside(file, files)}
    return tuple(file for file in files if file not in beside)


def chosen_layers(layers: Sequence[OfficialLayer], epsg: int) -> tuple[OfficialLayer, ...]:
    """Of a publication in several versions, those to read for an area.

    Parameters
    ----------
    epsg : projected CRS of the area.

    Returns
    -------
    The layers already in that CRS; else those in another CRS that is not of some other territory, which may be
    reprojected; in one format only.
    """
    from geoville.crs import LAMBERT_93, PROJECTED_BY_DEPARTEMENT

    elsewhere = {LAMBERT_93, *PROJECTED_BY_DEPARTEMENT.values()} - {epsg}
    fitting = [layer for layer in layers if layer.epsg == epsg]
    fitting = fitting or [layer for layer in layers if layer.epsg not in elsewhere] or list(layers)
    formats = {layer.path.suffix.lower() for layer in fitting}
    kept = next(suffix for suffix in _PREFERRED if suffix in formats)
    return tuple(layer for layer in fitting if layer.path.suffix.lower() == kept)


def _gdal_layer(path: Path, name: str, geometry: str) -> OfficialLayer:
    import geopandas as gpd
    import pyogrio

    info = pyogrio.read_info(path, layer=name)
    frame = pyogrio.read_dataframe(path, layer=name, max_features=_SAMPLE_ROWS, read_geometry=geometry == _MIXED)
    if geometry == _MIXED and isinstance(frame, gpd.GeoDataFrame):
        geometry = next(iter(frame.geom_type.dropna()), "")
        frame = frame.drop(columns=frame.geometry.name)
    sample = {str(column).lower(): tuple(_texts_of_layer(frame[column])) for column in frame.columns}
    return OfficialLayer(path, name, sample, geometry, _epsg(info["crs"]))


def _parquet_layer(path: Path) -> tuple[OfficialLayer, ...]:
    import geopandas as gpd
    import pyarrow.parquet as pq

    if b"geo" not in (pq.read_schema(path).metadata or {}):
        return ()
    frame = gpd.read_parquet(path)
    names = [column for column in frame.columns if column != frame.geometry.name]
    sample = {str(name).lower(): tuple(_texts_of_layer(frame[name].head(_SAMPLE_ROWS))) for name in names}
    geometry = str(frame.geom_type.dropna().iloc[0]) if frame.geom_type.notna().any() else ""
    return (OfficialLayer(path, "", sample, geometry, _epsg(frame.crs)),)


def _texts_of_layer(column: object) -> list[str]:
    return ["" if value is None or value != value else str(value).strip() for value in column]  # type: ignore[attr-defined]  # noqa: PLR0124 - NaN


def _epsg(crs: object) -> int | None:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    from geoville.crs import WGS84

    if not crs:
        return None
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        return None
    return WGS84 if known.to_authority() == ("OGC", "CRS84") else known.to_epsg()


# --- What a table is, by the names of its columns and, for a grid, by its first cell

LABELS = "labels"
"""Not a data set: the meaning of codes, read with the equipment that it comes with."""

_BY_COLUMNS = ((LABEL_COLUMNS, LABELS), (COG, "communes"))


def kind_of_table(table: Table) -> tuple[str, str] | None:
    """Kind of data set and vintage (empty where the content does not tell); None where it is none of them."""
    names = table.known
    if has_cell_ids(table.names):
        return ("grid", "") if are_200_m(first_values(table, *SPELLINGS["id"])) else None
    if {"typequ", "depcom"} <= names and names & {"lambert_x", "longitude"}:
        return "equipment", next(iter(first_values(table, "an")), "")
    by_columns = next((kind for columns, kind in _BY_COLUMNS if columns <= names), None)
    if by_columns is not None:
        return by_columns, ""
    if names.intersection(UNIT_COMMUNES) and (unit := matching(names, UNIT_CODE)):
        return "urban_units", str(zoning_of(unit))
    return _incomes(names) if names.intersection(INCOME_CODES) else None


def matching(names: Iterable[str], pattern: re.Pattern[str]) -> str | None:
    """Last name, in order, that a pattern spells in full; None where there is none."""
    return max((name for name in names if pattern.fullmatch(name)), default=None)


def zoning_of(unit_column: str) -> int:
    """Year of the zoning whose units a column holds.

    >>> zoning_of("uu2020"), zoning_of("codeuu07")
    (2020, 2010)

    Notes
    -----
    The zoning of 2010 is that of the census of 2007, by whose year some files name it.
    """
    match = UNIT_CODE.fullmatch(unit_column)
    census_year, zoning_year = "07", 2010
    if match is None or match[2] == census_year:
        return zoning_year
    return year_of(match[1] or match[2])


def first_values(table: Table, *spellings: str) -> list[str]:
    """First value of a column, in a list; an empty one where the column or the value is not there."""
    name = table.named(*spellings)
    return [] if name is None else [text for text in table.head(name) if text][:1]


def _incomes(names: frozenset[str]) -> tuple[str, str] | None:
    for pattern in (DECLARED_MEDIAN, DISPOSABLE_MEDIAN):
        years = [year_of(match[1]) for name in names if (match := pattern.fullmatch(name))]
        if years:
            return "iris_income", str(max(years))
    return ("iris_income", "") if "year" in names and names.intersection(YEARLY_MEDIANS) else None


# --- Workbooks of INSEE: .xlsx, whose styles openpyxl may refuse, and the .xls of older years; cells as values

WORKBOOK_SUFFIXES = (".xlsx", ".xls")
_STYLES = "xl/styles.xml"


def sheet_names(path: Path) -> tuple[str, ...]:
    """Names of the sheets of a workbook.

    Raises
    ------
    InvalidInputError
        It cannot be read.
    """
    with _refusing_damage(path):
        if path.suffix.lower() == ".xls":
            return tuple(_open_xls(path).sheet_names())
        book = _open_xlsx(path)
        return tuple(sheet.title for sheet in book.worksheets)


def sheet_rows(path: Path, sheet: str, count: int | None = None) -> Rows:
    """Rows of a sheet, the first `count` or all of them; a formula gives its last computed value.

    Raises
    ------
    InvalidInputError
        The workbook cannot be read.
    """
    with _refusing_damage(path):
        if path.suffix.lower() == ".xls":
            table = _open_xls(path).sheet_by_name(sheet)
            return [tuple(table.row_values(row)) for row in range(min(table.nrows, count or table.nrows))]
        worksheet = _open_xlsx(path)[sheet]
        worksheet.reset_dimensions()  # some programs write a wrong size, which would cut the rows
        return list(islice(worksheet.iter_rows(values_only=True), count))


def _open_xls(path: Path) -> Any:
    import xlrd  # type: ignore[import-untyped, unused-ignore]

    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:  # it tells its doubts on the screen
        return xlrd.open_workbook(path, logfile=nowhere)


def _open_xlsx(path: Path) -> Any:
    """Open a workbook without its styles: INSEE writes colours that openpyxl refuses, and no value depends on them."""
    from openpyxl import load_workbook

    plain = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(plain, "w") as target:
        for member in source.infolist():
            if member.filename != _STYLES:
                target.writestr(member, source.read(member))
    return load_workbook(plain, read_only=True, data_only=True)


@contextmanager
def _refusing_damage(path: Path) -> Iterator[None]:
    """Turn what the readers raise on a damaged file, which may be nearly anything, into an error that says so."""
    import xlrd  # type: ignore[import-untyped, unused-ignore]

    damage = (
        ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError,
        ValueError, ET.ParseError, struct.error, zipfile.BadZipFile, zlib.error,
        xlrd.XLRDError, xlrd.compdoc.CompDocError,
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about drawings and filters, which are not read
            yield
    except damage as error:
        raise InvalidInputError(
            "Ce n'est pas un classeur lisible",
            where=Location(path.name),
            advice="le télécharger de nouveau, ou l'enregistrer en XLSX sans mot de passe",
        ) from error


# --- Tables of official files, whatever their format: CSV, DBF, Parquet, or a sheet of a workbook under its titles

COLUMN_SUFFIXES = (".csv", ".dbf", ".parquet")
_HEAD_ROWS = 5
_TITLE_ROWS = 12
"""INSEE writes a few lines of titles, then labels, then the names of the columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns are known by name.

    Parameters
    ----------
    sheet : of a workbook; empty elsewhere.
    header : 0-based row of the sheet that holds the names; 0 elsewhere.
    names : of the columns, as the file writes them.
    """

    path: Path
    sheet: str
    header: int
    names: tuple[str, ...]

    @property
    def known(self) -> frozenset[str]:
        """Names of the columns in lower case."""
        return frozenset(name.strip().lower() for name in self.names)

    def named(self, *spellings: str) -> str | None:
        """First column that has one of these names (in lower case), as the file writes it; None where none has."""
        lower = {name.strip().lower(): name for name in self.names}
        return next((lower[spelling] for spelling in spellings if spelling in lower), None)

    def column(self, *spellings: str) -> str:
        """`named`, where one of them must be there.

        Raises
        ------
        InvalidInputError
            None is.
        """
        found = self.named(*spellings)
        if found is None:
            raise InvalidInputError(
                "Colonne absente", where=Location(self.path.name, column=spellings[0]), advice=self._expected(spellings)
            )
        return found

    def read(self, columns: Sequence[str]) -> list[list[str]]:
        """Cells of some columns as trimmed text, one list a column; empty where nothing is written."""
        table = self.read_texts(columns)
        return [table[name].to_pylist() for name in columns]

    def read_texts(self, columns: Sequence[str], kept: NDArray[np.bool_] | None = None) -> pa.Table:
        """`read` as columns of text, for big files.

        Parameters
        ----------
        kept : which rows of data to give; all of them by default.
        """
        import pyarrow as pa

        once = list(dict.fromkeys(columns))
        if self.path.suffix.lower() in WORKBOOK_SUFFIXES:
            rows = sheet_rows(self.path, self.sheet)[self.header + 1 :]
            cells = {name: [_cell(row, self.names.index(name)) for row in rows] for name in once}
            table = pa.table({name: pa.array(texts, pa.string()) for name, texts in cells.items()})
            return table if kept is None else table.filter(kept)
        table = open_grid_file(self.path).read(once)
        table = table if kept is None else table.filter(kept)
        return pa.table({name: _texts_of_table(table[name]) for name in once})

    def head(self, column: str) -> list[str]:
        """First cells of a column, without reading the whole of a big file."""
        if self.path.suffix.lower() != ".csv":
            return [str(text) for text in self.read_texts([column])[column][:_HEAD_ROWS].to_pylist()]
        with self.path.open("rb") as stream:
            lines = [stream.readline() for _ in range(_HEAD_ROWS + 1)][1:]
        header = open_grid_file(self.path)
        rows = csv.reader((line.decode("latin-1") for line in lines), delimiter=";" if header.decimal_comma else ",")
        place = self.names.index(column)
        try:
            return [row[place].strip() for row in rows if place < len(row)]
        except csv.Error:
            return []  # no kind of table is recognised by such lines

    def line_of(self, row: int) -> int:
        """Where a row of data (0-based) is: 1-based line, header and titles included."""
        if self.path.suffix.lower() in WORKBOOK_SUFFIXES:
            return self.header + row + 2
        return open_grid_file(self.path).line_of(row)

    def _expected(self, spellings: Sequence[str]) -> str:
        shown = ", ".join(self.names[:_TITLE_ROWS])
        return f"attendu : {' ou '.join(spellings)} ; colonnes du fichier : {shown}"


def tables_of(path: Path) -> Iterator[Table]:
    """Tables that a file may hold: one, or for a workbook each of its sheets under each of its first rows.

    Raises
    ------
    InvalidInputError
        The file is not of the format that its name says.
    """
    suffix = path.suffix.lower()
    if suffix in COLUMN_SUFFIXES:
        yield Table(path, "", 0, open_grid_file(path).names)
    elif suffix in WORKBOOK_SUFFIXES:
        for sheet in sheet_names(path):
            for header, row in enumerate(sheet_rows(path, sheet, _TITLE_ROWS)):
                yield Table(path, sheet, header, tuple(cell_text(value).strip() for value in row))


def only_table(found: Recognised, is_one: Callable[[Table], bool]) -> Table:
    """The table of a publication that is of its kind.

    Raises
    ------
    InvalidInputError
        No file has such a table any more.
    """
    tables = (table for path in main_files(found.files) for table in tables_of(path))
    first = next((table for table in tables if is_one(table)), None)
    if first is None:
        raise InvalidInputError(
            "Aucun de ces fichiers ne contient plus la table attendue",
            where=Location(found.files[0].name),
            advice="les décompresser de nouveau",
        )
    return first


def _cell(row: Sequence[Any], place: int) -> str:
    return cell_text(row[place]).strip() if place < len(row) else ""


def _texts_of_table(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells as trimmed text; bytes are in UTF-8, else in Windows-1252."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_binary(column.type):
        try:
            texts = column.cast(pa.string())
        except pa.ArrowInvalid:
            values = column.to_pylist()
            texts = pa.chunked_array([[(value or b"").decode("cp1252", errors="replace") for value in values]])
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = column.cast(pa.string())
    else:
        texts = pa.chunked_array([pa.array([cell_text(value) for value in column.to_pylist()], pa.string())])
    return pc.fill_null(pc.utf8_trim_whitespace(texts), "")


_TEXT_SUFFIXES = (".csv", ".gz", ".txt", ".json", ".jsonl", ".ndjson")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_FOLDERS_READ = 3
_PERIMETERS = ("qpv", "zfu")


def recognise(files: Sequence[Path]) -> tuple[Recognised, ...]:
    """Recognise the publications that unpacked files hold; a file that is none of them is left out.

    Parameters
    ----------
    files : as unpacked, with those that stand beside a Shapefile.

    Returns
    -------
    One for each kind and vintage, in the order of the files. Versions of one publication in several formats or CRS,
    or for several départements or territories, are together: `convert` chooses among them.
    """
    found: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for path in main_files(files):
        for seen in _seen_in(path):
            found[seen] += [path, *files_beside(path, files)]
    labels = [path for (kind, _), paths in found.items() if kind == LABELS for path in paths]
    return tuple(
        Recognised(kind, vintage, _reader_of(kind), (*paths, *(labels if kind == "equipment" else ())))
        for (kind, vintage), paths in found.items()
        if kind != LABELS
    )


def _seen_in(path: Path) -> list[tuple[str, str]]:
    """Kind and vintage of each thing that a file holds; none where it is damaged: the other files are looked at."""
    suffix = path.suffix.lower()
    try:
        seen = [kind_of_layer(layer) for layer in layers_of(path)] if suffix in VECTOR_SUFFIXES else []
        if not any(seen) and suffix in (*COLUMN_SUFFIXES, *WORKBOOK_SUFFIXES):
            seen = [next((kind for table in tables_of(path) if (kind := kind_of_table(table))), None)]
    except InvalidInputError:
        return []
    if not any(seen) and suffix in _TEXT_SUFFIXES and _is_address_file(path):
        seen = [("addresses", "")]
    return [(kind, vintage or year_in_name(path)) for kind, vintage in dict.fromkeys(filter(None, seen))]


def _is_address_file(path: Path) -> bool:
    try:
        open_address_file(path)
    except AddressListError:
        return False
    return True


def _reader_of(kind: str) -> str:
    """Module of this package that reads a kind."""
    if kind in _PERIMETERS:
        return "perimeters"
    return "communes" if kind == "commune_contours" else kind


def year_in_name(path: Path) -> str:
    """Last year that a file's name holds, else that of the nearest folder above it; empty where there is none.

    >>> from pathlib import Path
    >>> year_in_name(Path("CONTOURS-IRIS_3-0__SHP_LAMB93_FXX_2023-01-01/CONTOURS-IRIS.shp"))
    '2023'
    """
    names = (path.name, *(folder.name for folder in path.parents[:_FOLDERS_READ]))
    return next((years[-1] for name in names if (years := _YEAR.findall(name))), "")
