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
from geoville.french import fold, is_street_type
from geoville.law import generation_of_code
from geoville.sources.addresses import BAL, open_address_file
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
DECLARED_MEDIAN = re.compile(r"(?:dec_med_?|rfucq2|median_declared_)(\d{2}|\d{4})")
DISPOSABLE_MEDIAN = re.compile(r"disp_med_?(\d{2}|\d{4})")
YEARLY_MEDIANS = ("median_uc", "median_declared_eur")

UNIT_COMMUNES = ("codgeo", "codeinsee", "code_insee", "com")
UNIT_COMMUNE_NAMES = ("libgeo", "nom_comm")
UNIT_CODE = re.compile(r"uu(20\d\d)|codeuu(\d\d)")
UNIT_NAME = re.compile(r"libuu20\d\d|libell.{1,2}\.uu\d\d")  # an accent is two letters where the encoding is not known
UNIT_STATUS = re.compile(r"statut_com_uu|statut_20\d\d")
OUTSIDE_UNITS = "H"
"""Status of a commune that is in no urban unit; its unit then has the code of the département and zeros."""

UNIT_INCOME_CODES = ("uu2020", "uu2010", "uu", "code_uu", "codgeo")
UNIT_INCOME_NAMES = ("libgeo", "libuu2020", "libuu2010", "libuu", "nom")
UNIT_INCOME_PEOPLE = re.compile(r"nbpers(\d{2})")
UNIT_MEDIAN = re.compile(r"(?:q2|rfucq2|dec_med)(\d{2})")
_DISPOSABLE_COLUMN = re.compile(r"(?:ppsoc|pimpot|ppfam|pplogt|ppmini)\d{2}")
"""Shares of social benefits and taxes: what is left of declared income once they are counted."""

METROPOLITAN_CODES = frozenset({"METRO", "FRMETRO", "M", "FM"})
METROPOLITAN_NAMES = frozenset({"france métropolitaine", "métropole", "france metropolitaine", "metropole"})

COG = frozenset({"typecom", "com", "libelle"})
SCHOOLS = frozenset({"identifiant_de_l_etablissement", "nom_etablissement", "code_commune", "latitude", "longitude"})
BUILDINGS = frozenset({"rnb_id", "point", "shape", "status"})
PARCELS = frozenset({"commune", "prefixe", "section", "numero", "contenance"})
QUARTER_CODES = ("code_qp", "code_qpv", "codeqpv", "codgeo", "qp", "qpv", "code")
QUARTER_PEOPLE = re.compile(r"pop_?mun\w*|pmun\w*|population_municipale\w*")
"""Municipal population of a quarter: the rest of the name is a year, or what it is counted of."""

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

TOWN_ROAD_COLUMNS = (frozenset({"name", "type"}), frozenset({"nom", "type"}), frozenset({"nom_voie", "type_voie"}))
"""What a town's own file of streets has; the types tell that they are streets."""


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
        return ("streets", "") if any(road <= names for road in ROAD_COLUMNS) or _are_streets_of_a_town(layer) else None
    return _kind_of_polygons(layer) if "Polygon" in layer.geometry else None


def _are_streets_of_a_town(layer: OfficialLayer) -> bool:
    """Whether lines have names, and types of which most are those of streets."""
    columns = next((some for some in TOWN_ROAD_COLUMNS if some <= layer.sample.keys()), None)
    if columns is None:
        return False
    types = [fold(text) for column in columns & {"type", "type_voie"} for text in layer.sample[column] if text]
    return sum(is_street_type(text) for text in types) > len(types) / 2


def are_200_m(ids: Iterable[str]) -> bool:
    """Whether the first identifier is that of a 200 m cell, in any of INSEE's CRS."""
    first = next((text for text in ids if text), "")
    return bool(parse_cell_ids(encode_ids([first]))[0][0])


def _kind_of_polygons(layer: OfficialLayer) -> tuple[str, str] | None:
    if any(name in layer.sample for name in IRIS_CODES):
        return "iris_contours", ""
    if (generation := _generation(layer)) is not None:
        return "qpv", str(generation)
    if layer.sample.keys() >= PARCELS:
        return "parcels", ""
    zones = (kind for kind in ("zfu", "zus") if _is_zone(layer, kind))
    if (kind := next(zones, None)) is not None:
        return kind, ""
    return ("commune_contours", "") if _is_communes(layer) else None


def _generation(layer: OfficialLayer) -> int | None:
    """Generation that the codes of QPV tell, None where they are not codes of QPV."""
    codes = next((layer.sample[name] for name in CODE if any(layer.sample.get(name, ()))), ())
    found = [generation_of_code(code) for code in codes if code]
    years = {generation.year for generation in found if generation is not None}
    return years.pop() if len(years) == 1 and None not in found else None


def _is_zone(layer: OfficialLayer, kind: str) -> bool:
    """Whether a column, a text or, where neither says so, the file that its producer named so, is about ZFU or ZUS."""
    if layer.path.name.lower().startswith(kind) or layer.name.lower().startswith(kind):
        return True
    texts = (text for values in layer.sample.values() for text in values)
    starts = (kind.upper(), kind.capitalize())
    return any(kind in name for name in layer.sample) or any(text.startswith(starts) for text in texts)


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

_BY_COLUMNS = ((LABEL_COLUMNS, LABELS), (COG, "communes"), (SCHOOLS, "schools"), (BUILDINGS, "buildings"))


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
    # Incomes of IRIS come before urban units: INSEE also says in which one each IRIS is.
    if names.intersection(INCOME_CODES) and (incomes := _incomes(names)):
        return incomes
    return _of_quarters(table) or _of_units(table)


def _of_quarters(table: Table) -> tuple[str, str] | None:
    """Municipal populations of the QPV of one generation, by their codes."""
    if matching(table.known, QUARTER_PEOPLE) is None:
        return None
    found = [generation_of_code(code) for code in first_values(table, *QUARTER_CODES)]
    return next((("quarter_population", str(generation.year)) for generation in found if generation), None)


def _of_units(table: Table) -> tuple[str, str] | None:
    """Composition of urban units, or their incomes."""
    unit = matching(table.known, UNIT_CODE) if table.known.intersection(UNIT_COMMUNES) else None
    if unit is not None and not any(UNIT_MEDIAN.fullmatch(name) for name in table.known):
        return "urban_units", str(zoning_of(unit))
    year = year_of_unit_incomes(table)
    return None if year is None else ("unit_income", str(year))


def year_of_unit_incomes(table: Table) -> int | None:
    """Year of the median incomes of urban units, or of metropolitan France, that a table holds; None where it does not.

    Notes
    -----
    The workbooks of INSEE have the same columns at every level. Codes tell the level: those of the units that lie in
    several départements begin with "00", which no commune's does.
    """
    median = matching(table.known, UNIT_MEDIAN)
    code = table.named(*UNIT_INCOME_CODES)
    match = UNIT_MEDIAN.fullmatch(median or "")
    if code is None or match is None or table.known.intersection((*INCOME_CODES, "com", "depcom")):
        return None
    codes, names = table.read([code, table.named(*UNIT_INCOME_NAMES) or code])
    rows = list(zip(codes, names, strict=True))
    told = code.strip().lower() != "codgeo" or any(is_unit_code(one) and one.startswith("00") for one in codes)
    return year_of(match[1]) if told or any(is_metropolitan(*row) for row in rows) else None


def is_unit_code(code: str) -> bool:
    """Whether a text is the code of an urban unit, those that stand for "no unit" left out.

    >>> [is_unit_code(code) for code in ("62503", "00851", "2A501", "62000", "METRO")]
    [True, True, True, False, False]
    """
    return re.fullmatch(r"\d[\dAB](?!000)\d{3}", code) is not None


def is_metropolitan(code: str, name: str) -> bool:
    """Whether a row is metropolitan France as a whole."""
    return code.upper() in METROPOLITAN_CODES or name.strip().lower() in METROPOLITAN_NAMES


def nature_of_incomes(table: Table) -> str:
    """Whether the incomes of a table are declared or disposable: by its columns, its titles, the name of its file."""
    if any(_DISPOSABLE_COLUMN.fullmatch(name) for name in table.known):
        return DISPOSABLE
    titles = " ".join(cell_text(cell) for row in _titles(table) for cell in row).lower()
    if "disponible" in titles or "_disp_" in table.path.name.lower():
        return DISPOSABLE
    is_declared = "déclar" in titles or "_dec_" in table.path.name.lower()
    return DECLARED if is_declared or any(name.startswith(("rfucq2", "dec_med")) for name in table.known) else ""


def _titles(table: Table) -> Rows:
    """Rows above the names of the columns, in a sheet."""
    return sheet_rows(table.path, table.sheet, table.header) if table.sheet and table.header else []


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
_PERIMETERS = ("qpv", "zfu", "zus")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a file holds: see `Recognised`."""

    kind: str
    vintage: str
    family: str = ""
    doubt: str = ""


def recognise(files: Sequence[Path], archive: Path | None = None) -> tuple[Recognised, ...]:
    """Recognise the publications that unpacked files hold; a file that is none of them is left out.

    Parameters
    ----------
    files : as unpacked, with those that stand beside a Shapefile.
    archive : folder of the name of the archive that they were unpacked from; None for files that lay as they are.

    Returns
    -------
    One for each kind, vintage and family, in the order of the files. Versions of one publication in several formats or
    CRS, or for several départements or territories, are together: `convert` chooses among them.
    """
    found: dict[_Seen, list[Path]] = defaultdict(list)
    for path in main_files(files):
        for seen in _seen_in(path, archive):
            found[seen] += [path, *files_beside(path, files)]
    labels = [path for seen, paths in found.items() if seen.kind == LABELS for path in paths]
    return tuple(
        Recognised(
            seen.kind,
            seen.vintage,
            _reader_of(seen.kind),
            (*paths, *(labels if seen.kind == "equipment" else ())),
            seen.family,
            seen.doubt,
        )
        for seen, paths in found.items()
        if seen.kind != LABELS
    )


def _seen_in(path: Path, archive: Path | None) -> list[_Seen]:
    """What a file holds; nothing where it is damaged: the other files are looked at."""
    suffix = path.suffix.lower()
    names = _given_names(path, archive)
    try:
        layers = layers_of(path) if suffix in VECTOR_SUFFIXES else ()
        seen = [_layer_seen(layer, names) for layer in layers]
        if not any(seen) and suffix in (*COLUMN_SUFFIXES, *WORKBOOK_SUFFIXES):
            seen = [next((one for table in tables_of(path) if (one := _table_seen(table, names))), None)]
    except InvalidInputError:
        return []
    if not any(seen) and suffix in _TEXT_SUFFIXES and (layout := _address_layout(path)):
        seen = [_Seen("addresses", "", "bal" if layout == BAL else "ban")]
    return list(dict.fromkeys(filter(None, seen)))


def _layer_seen(layer: OfficialLayer, names: Sequence[str]) -> _Seen | None:
    found = kind_of_layer(layer)
    if found is None:
        return None
    kind, vintage = found
    year, columns = vintage or published_year(kind, names), frozenset(layer.sample)
    doubt = doubt_of_grid(columns, layer.sample.get(_LISTS, ()), year) if kind == "grid" and year else ""
    return _Seen(kind, "" if doubt else year, family_of_layer(kind, columns), doubt)


def _table_seen(table: Table, names: Sequence[str]) -> _Seen | None:
    found = kind_of_table(table)
    if found is None:
        return None
    kind, vintage = found
    year = vintage or published_year(kind, names)
    family = doubt = ""
    if kind == "iris_income":
        family = DECLARED if has_declared_median(table.known) else DISPOSABLE
    elif kind == "unit_income":
        family = nature_of_incomes(table)
    elif kind == "grid" and year:
        column = table.named(_LISTS)
        lists = table.read_texts([column])[column].unique().to_pylist() if column else ()
        doubt = doubt_of_grid(table.known, lists, year)
    return _Seen(kind, "" if doubt else year, family, doubt)


def family_of_layer(kind: str, names: frozenset[str]) -> str:
    """Which producer's publication of a kind a layer is, by its columns; empty where they do not tell.

    >>> family_of_layer("streets", frozenset({"fclass", "maxspeed"}))
    'osm'
    """
    return next((family for family, columns in _FAMILIES.get(kind, ()) if any(one <= names for one in columns)), "")


_FAMILIES: dict[str, tuple[tuple[str, tuple[frozenset[str], ...]], ...]] = {
    "commune_contours": (
        ("admin-express", (frozenset({"cleabs"}), frozenset({"insee_com", "population"}))),
        ("contours-administratifs", (frozenset({"code", "nom", "departement", "region"}),)),
    ),
    "streets": (
        ("bdtopo", (frozenset({"nature", "vit_moy_vl"}), frozenset({"nature", "vitesse_moyenne_vl"}))),
        ("osm", (frozenset({"fclass"}), frozenset({"highway"}))),
    ),
}
"""Columns that only one producer writes, by kind."""

DECLARED, DISPOSABLE = "declared", "disposable"


def has_declared_median(names: frozenset[str]) -> bool:
    """Whether a table of incomes by IRIS, given by its columns in lower case, has declared ones."""
    return any(DECLARED_MEDIAN.fullmatch(name) for name in names) or bool(names.intersection(YEARLY_MEDIANS))


# --- The year of a publication, from the name that its producer gave it; a folder, a day of download, are no vintage

_PUBLISHED_NAMES = {
    "grid": re.compile(r"filosofi[-_ ]?(20\d\d)(?!\d)", re.IGNORECASE),
    "iris_contours": re.compile(
        r"(?:contours?[-_. ]*iris|iris[-_]contours?|iris-ge)\D.*?(20\d\d)(?!\d)", re.IGNORECASE
    ),
    "commune_contours": re.compile(r"(?:admin[-_]?express|ade-cog)\D.*?(20\d\d)(?!\d)", re.IGNORECASE),
    "communes": re.compile(r"commune_?(20\d\d)(?!\d)", re.IGNORECASE),
    "equipment": re.compile(r"bpe_?((?:20)?\d\d)(?!\d)", re.IGNORECASE),
    "streets": re.compile(r"bdtopo.*?_(20\d\d-\d\d-\d\d)", re.IGNORECASE),
}
"""How INSEE and IGN name their files and archives, by kind, with the year where they put it."""


def published_year(kind: str, names: Iterable[str]) -> str:
    """Year, or day, that the producer's own name of a file or archive tells; empty where there is no such name.

    >>> published_year("grid", ["carreaux_200m_met.csv", "Filosofi2019_carreaux_200m_csv"])
    '2019'
    >>> published_year("grid", ["carreaux (téléchargé 2026-11-20).csv"])
    ''
    """
    pattern = _PUBLISHED_NAMES.get(kind)
    found = (match for name in names if pattern is not None and (match := pattern.search(name)))
    return next((str(year_of(match[1])) if match[1].isdigit() else match[1] for match in found), "")


def _given_names(path: Path, archive: Path | None) -> tuple[str, ...]:
    """Names that the producer may have given: the file's, then those of what it was packed in, the nearest first."""
    if archive is None or archive not in path.parents:
        return (path.name,)
    return (path.name, *reversed(path.relative_to(archive.parent).parts[:-1]))


_FIRST_WITH_SEPARATORS = 2021
_FIRST_SPELLING = frozenset({"idinspire", "i_est_cr"})
_FIRST_YEAR = 2015


def doubt_of_grid(names: frozenset[str], communes: Iterable[str], year: str) -> str:
    """What contradicts the year that the name of a grid tells; empty where nothing does.

    Parameters
    ----------
    names : of its columns, in lower case.
    communes : lists of the communes of its cells, some or all.

    Notes
    -----
    INSEE spelt identifiers otherwise in 2015, and separates the communes of a cell by commas since 2021, where it wrote
    them one after the other. Either proves nothing alone (files are saved again), but against the name it is a doubt.
    """
    if names & _FIRST_SPELLING and int(year) != _FIRST_YEAR:
        return f"le nom du fichier dit {year}, ses colonnes sont celles de {_FIRST_YEAR}"
    lists = [text for text in communes if len(text) > _TWO_CODES]
    separated = any(not text.isalnum() for text in lists)
    if lists and separated != (int(year) >= _FIRST_WITH_SEPARATORS):
        written = f"de {_FIRST_WITH_SEPARATORS}" if separated else f"d'avant {_FIRST_WITH_SEPARATORS}"
        return f"le nom du fichier dit {year}, ses communes sont écrites comme dans une grille {written}"
    return ""


_LISTS = GRID_COMMUNES[0]
_TWO_CODES = 8
"""Characters: a list that is longer has two codes or more, though a number may have lost its first zero."""


# --- Why a file serves nothing, where somebody who gives it would want to know

_UNFINISHED = (".crdownload", ".part", ".partial", ".download", ".opdownload", ".!ut", ".aria2")
_PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b'<?xml version="1.0" encoding="utf-8"?><!doctype html')
_START_BYTES = 512
_RFL_WITHOUT_YEAR = frozenset({"rfucq2", "rfucmed"})
_FILOSOFI_2 = (frozenset({"filosofi_measure", "obs_value"}), frozenset({"geo", "geo_object", "obs_value"}))


def refusal_of(path: Path, *, of_archives: bool = False) -> str:
    """Why a file that was not recognised cannot serve, a French sentence; empty where it is about something else.

    Parameters
    ----------
    of_archives : look only at what also befalls an archive: cut short, empty, a page of the web under its name.
    """
    if path.name.lower().endswith(_UNFINISHED):
        return _sentence("est un téléchargement inachevé", path, "le télécharger de nouveau, jusqu'au bout")
    with path.open("rb") as stream:
        start = stream.read(_START_BYTES).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if not start:
        return _sentence("est vide", path, "le télécharger de nouveau")
    if start.startswith(_PAGE_STARTS):
        return _sentence(
            "est une page web et non des données (le site a répondu par une page d'erreur ou d'accueil)",
            path,
            "ouvrir la page du producteur dans un navigateur et y enregistrer le fichier",
        )
    return "" if of_archives else _refusal_of_table(path)


def _refusal_of_table(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in VECTOR_SUFFIXES and suffix not in COLUMN_SUFFIXES and suffix not in (".json", ".geojson"):
        return "" if layers_of(path) else _sentence("est abîmé ou incomplet", path, "le télécharger de nouveau")
    if suffix not in (*COLUMN_SUFFIXES, *WORKBOOK_SUFFIXES):
        return ""
    try:
        names = [table.known for table in tables_of(path)]
    except InvalidInputError as error:
        return error.sentence
    if any(known & _RFL_WITHOUT_YEAR for known in names):
        return _sentence(
            "donne des revenus fiscaux localisés sans dire leur année (RFUCQ2)",
            path,
            "donner ceux de 2011, dont la colonne des médianes est RFUCQ211",
        )
    if any(columns <= known for known in names for columns in _FILOSOFI_2):
        return _sentence(
            "est de « Filosofi 2 » (une ligne par indicateur), qui ne donne pas de revenu médian déclaré",
            path,
            "donner les revenus déclarés de 2021 ou d'avant (DEC_MED…)",
        )
    return ""


def _sentence(what: str, path: Path, advice: str) -> str:
    return InvalidInputError(f"« {path.name} » {what}", advice=advice).sentence


def _address_layout(path: Path) -> str:
    """Layout of a list of addresses; empty where the file is none."""
    try:
        return open_address_file(path).layout
    except AddressListError:
        return ""


def _reader_of(kind: str) -> str:
    """Module of this package that reads a kind."""
    if kind in _PERIMETERS:
        return "perimeters"
    return "communes" if kind == "commune_contours" else kind
