"""Layers of a town: communes, IRIS, blocks, streets, and the ground of a map (streets, railways, water)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import WGS84, commune_of, projected_epsg
from geoville.errors import ContourError, InvalidInputError, Location
from geoville.sources.contours import (
    Repair,
    epsg_of,
    fault_of,
    projected,
    projected_all,
    read_contour_table,
    repaired,
    valid_polygons,
)
from geoville.sources.files import sha256_of
from geoville.sources.vector_files import read_plain_geojson, read_vector_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


LARGEST_OVERLAP = 0.05
"""Two blocks that overlap by more than this share of the smaller are two layers on one another, not a drawing fault."""

_SEAM_M = 0.1
"""Edges of two blocks closer than this are one edge, drawn twice."""


@dataclass(frozen=True, eq=False, slots=True)
class BlockFile:
    """A layer of blocks, checked.

    Parameters
    ----------
    blocks : (b,) valid polygons or multipolygons in `epsg`; where edges of two meet, they are the same bit for bit.
    repairs : invalid polygons that had to be mended; the code is the row.
    overlap_m2 : area that two blocks claimed, given to one of them.
    sha256 : of the file, in hexadecimal (of the .shp of a Shapefile).
    """

    blocks: NDArray[np.object_]
    epsg: int
    repairs: tuple[Repair, ...]
    overlap_m2: float
    sha256: str


def read_blocks(path: Path, epsg: int) -> BlockFile:
    """Read the polygons of a GeoJSON, GeoPackage, Shapefile or GeoParquet, in any CRS with an EPSG code.

    Parameters
    ----------
    path : only the geometry is read.
    epsg : projected CRS wanted.

    Raises
    ------
    ContourError
        Another format, a file that cannot be decoded or is empty, a CRS that is unknown or missing, a row that is not a
        polygon or cannot be projected, or two blocks that lie on one another.

    Notes
    -----
    Blocks that overlap by less than `LARGEST_OVERLAP` lose it to the neighbour with the longest common border.
    """
    import shapely

    sha256 = sha256_of(path)
    table = read_contour_table(path)
    placed = [_placed(row, geometry, table.epsg, epsg, path.name) for row, geometry in enumerate(table.geometries, 1)]
    drawn = np.array([block for block, _ in placed], dtype=object)
    overlap_m2 = _overlap_m2(drawn, path.name)
    seamed = shapely.coverage_clean(drawn, gap_width=_SEAM_M, snapping_distance=_SEAM_M)  # type: ignore[attr-defined]
    return BlockFile(
        blocks=seamed[shapely.area(seamed) > 0],
        epsg=epsg,
        repairs=tuple(repair for _, repair in placed if repair is not None),
        overlap_m2=overlap_m2,
        sha256=sha256,
    )


def _placed(
    row: int, geometry: BaseGeometry | None, source: int, target: int, file: str
) -> tuple[BaseGeometry, Repair | None]:
    """A block, valid and in the projected CRS, and what had to be mended."""
    where = Location(file, row, "geometry")
    fault = fault_of(geometry)
    if geometry is None or fault is not None:
        raise ContourError(fault or "Géométrie vide", where=where, advice="donner un polygone par îlot")
    try:
        block, repair = repaired(str(row), projected(geometry, source, target))
    except InvalidInputError as error:
        raise ContourError(error.message, where=where, advice="vérifier les coordonnées et leur système") from error
    if not block.area:
        raise ContourError("Îlot sans surface", where=where, advice="le retirer ou le redessiner")
    return block, repair


def _overlap_m2(blocks: NDArray[np.object_], file: str) -> float:
    """Area claimed twice; refused where it is more than a drawing fault."""
    import shapely

    first, second = shapely.STRtree(blocks).query(blocks, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared_m2 = shapely.area(shapely.intersection(blocks[first], blocks[second]))
    smaller_m2 = np.minimum(shapely.area(blocks[first]), shapely.area(blocks[second]))
    worst = np.flatnonzero(shared_m2 > LARGEST_OVERLAP * smaller_m2)
    if worst.size:
        one, other = min((int(first[pair]) + 1, int(second[pair]) + 1) for pair in worst)
        raise ContourError(
            f"Îlot qui en recouvre un autre, celui de la ligne {other}",
            where=Location(file, one, "geometry"),
            advice="ne garder que des îlots qui ne se recouvrent pas",
        )
    return float(shared_m2.sum())


# --- Communes as polygons with their INSEE code; arrondissements of Paris, Lyon and Marseille count as their commune

_COMMUNE_CODES = ("insee_com", "code_insee", "codgeo", "code", "insee")
_COMMUNE_NAMES = ("nom", "nom_com", "libgeo", "name", "nom_commune")
TOWNS_WITH_ARRONDISSEMENTS = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}


@dataclass(frozen=True, eq=False, slots=True)
class CommuneLayer:
    """Communes, in order of their codes.

    Parameters
    ----------
    code, name : (k,) text; an arrondissement has those of its commune.
    polygons : (k,) valid, in `epsg`.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    polygons: NDArray[np.object_]
    epsg: int


def read_communes_layer(path: Path, epsg: int) -> CommuneLayer:
    """Read communes from any vector file, into a projected CRS.

    Raises
    ------
    InvalidInputError
        The file cannot be read, has no CRS, or has no column of INSEE codes.
    """
    frame = read_vector_file(path, "communes", geometry="Polygon")
    lower = {str(column).lower(): column for column in frame.columns}
    codes = next((lower[name] for name in _COMMUNE_CODES if name in lower), None)
    if codes is None or frame.crs is None or frame[codes].isna().any():
        raise InvalidInputError(
            "Le fichier des communes n'a pas partout de code Insee, ou n'a pas de système de coordonnées",
            where=Location(path.name),
            advice=f"colonnes attendues : {', '.join(_COMMUNE_CODES)}",
        )
    names = next((lower[name] for name in _COMMUNE_NAMES if name in lower), codes)
    frame = frame.assign(_code=frame[codes].astype(str).map(commune_of)).sort_values("_code")
    towns = frame["_code"].where(frame["_code"] != frame[codes].astype(str)).map(TOWNS_WITH_ARRONDISSEMENTS)
    return CommuneLayer(
        code=frame["_code"].to_numpy(dtype=np.str_),
        name=towns.fillna(frame[names].astype(str)).to_numpy(dtype=np.str_),
        polygons=valid_polygons(frame, epsg, path),
        epsg=epsg,
    )


# --- IRIS with their median declared income: polygons, and the figure in one of their columns or in a table

_IRIS_CODES = ("code_iris", "codeiris", "iris_code", "code")
"""Not a bare "IRIS": in INSEE's files that is the number inside the commune, the same in every town."""

_IRIS_NAMES = ("nom_iris", "lib_iris", "libiris", "name")
"""The last one is that of the packs."""
_YEARLY_MEDIANS = ("median_uc", "median_declared_eur")
_YEARLY_RANGES = ("iqr", "range_declared_eur")
_DATED_MEDIAN = re.compile(r"(?:dec_med|rfucq2|median_declared_)(\d{2}|\d{4})", re.IGNORECASE)
_DATED_RANGE = re.compile(r"(?:rfuciq|range_declared_)(\d{2}|\d{4})", re.IGNORECASE)
_DATED_QUARTILE = re.compile(r"dec_q([13])(\d{2}|\d{4})", re.IGNORECASE)
_CENTURY = 2000


@dataclass(frozen=True, eq=False, slots=True)
class IrisLayer:
    """IRIS polygons and what is published for them.

    Parameters
    ----------
    code, name : (k,) text.
    polygons : (k,) in `epsg`, valid.
    median_eur : (k,) declared median per UC, euros of `year`; NaN where not published.
    range_eur : (k,) interquartile range of declared income per UC, likewise; NaN where not published.
    year : of the incomes.
    files : what was read: name and sha256.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    polygons: NDArray[np.object_]
    epsg: int
    median_eur: NDArray[np.float64]
    range_eur: NDArray[np.float64]
    year: int
    files: tuple[tuple[str, str], ...]


def read_iris(path: Path, incomes: Path | None = None, year: int | None = None) -> IrisLayer:
    """Read IRIS polygons with their declared medians.

    Parameters
    ----------
    path : polygons with a column CODE_IRIS or CodeIris, in any CRS.
    incomes : CSV or Parquet table with the same codes, where the polygons do not carry the medians.
    year : of the incomes wanted, where there are several; the latest one unless given.

    Notes
    -----
    The median is the column DEC_MED*, RFUCQ2* or median_declared_* (the year is in its name; the latest one if there
    are several), or median_uc or median_declared_eur with a column year (the latest year). The interquartile range,
    which may be missing, is RFUCIQ*, range_declared_* or DEC_Q3* less DEC_Q1* of the same year, or iqr or
    range_declared_eur.

    Raises
    ------
    InvalidInputError
        No code, no median, a median that is not a number, a code twice, or a geometry that is not a polygon.
    """
    frame = _read_polygons(path)
    codes = _column(list(frame.columns), _IRIS_CODES, path, "code de l'IRIS")
    table = _read_table(incomes) if incomes else frame.drop(columns="geometry")
    where = incomes or path
    medians, ranges, year = _medians(table, where, year)
    code = frame[codes].astype(str).str.strip().to_numpy(dtype=np.str_)
    if len(set(code.tolist())) < len(code):
        raise InvalidInputError("Un IRIS est donné deux fois", where=Location(path.name, column=codes))
    names = [column for column in frame.columns if column.lower() in _IRIS_NAMES]
    epsg = projected_epsg(str(code[0])) if len(code) else projected_epsg("")
    files = [path, *([incomes] if incomes else [])]
    return IrisLayer(
        code=code,
        name=frame[names[0]].astype(str).to_numpy(dtype=np.str_) if names else code,
        polygons=valid_polygons(frame, epsg, path),
        epsg=epsg,
        median_eur=np.array([medians.get(item, np.nan) for item in code.tolist()]),
        range_eur=np.array([ranges.get(item, np.nan) for item in code.tolist()]),
        year=year,
        files=tuple((file.name, sha256_of(file)) for file in files),
    )


def read_iris_figures(path: Path) -> tuple[dict[str, float], dict[str, float], int]:
    """Declared medians and interquartile ranges by IRIS, of the latest year of a table, and that year.

    Errors and columns as in `read_iris`; a range that is not published is not there, or NaN.
    """
    return _medians(_read_table(path), path)


def _read_polygons(path: Path) -> geopandas.GeoDataFrame:
    frame = read_vector_file(path, "IRIS", geometry="Polygon")
    if "geometry" not in frame.columns or not frame.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        raise InvalidInputError(
            "Le fichier des IRIS ne contient pas que des polygones", where=Location(path.name), advice="le vérifier"
        )
    return frame


def _read_table(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, sep=None, engine="python", dtype=str, encoding="utf-8-sig")
    except Exception as error:
        raise InvalidInputError(
            "La table des revenus par IRIS est illisible",
            where=Location(path.name),
            advice="donner un CSV ou un Parquet",
        ) from error


def _medians(
    table: pd.DataFrame, path: Path, wanted: int | None = None
) -> tuple[dict[str, float], dict[str, float], int]:
    """Median and interquartile range by code, and the year of the incomes: the latest one, or the one wanted."""
    columns = list(table.columns)
    codes = _column(columns, _IRIS_CODES, path, "code de l'IRIS")
    lower = {str(column).lower(): column for column in columns}
    dated = [(_year(match[1]), column) for column in columns if (match := _DATED_MEDIAN.fullmatch(str(column)))]
    if dated:
        year, median = max(item for item in dated if wanted in (None, item[0]))
        rows = table
    elif "year" in lower and any(name in lower for name in _YEARLY_MEDIANS):
        years = table[lower["year"]].astype(int)
        year, median = wanted or int(years.max()), next(lower[name] for name in _YEARLY_MEDIANS if name in lower)
        rows = table[years == year]
    else:
        raise InvalidInputError(
            "Aucune colonne de revenu déclaré médian",
            where=Location(path.name),
            advice="attendu : DEC_MED…, RFUCQ2…, median_declared_…, ou median_uc avec year",
        )
    spread = range_columns_of(columns, year if dated else None)

    def figures(column: str) -> dict[str, float]:
        values = rows[column].map(lambda value: _number(value, path, str(column)))
        return dict(zip(rows[codes].astype(str).str.strip().tolist(), values.tolist(), strict=True))

    ends = [figures(column) for column in spread]
    ranges = {code: range_of([end[code] for end in ends]) for code in ends[0]} if ends else {}
    return figures(median), ranges, year


def range_columns_of(columns: Iterable[str], year: int | None) -> list[str]:
    """Columns of the range of declared incomes: one, or the first and the third quartile; none where it is not there.

    Parameters
    ----------
    year : that the names of the columns must tell; None where a column of its own tells the years of the rows.
    """
    names = [str(column) for column in columns]
    if year is None:
        lower = {name.strip().lower(): name for name in names}
        return [lower[name] for name in _YEARLY_RANGES if name in lower][:1]
    whole = [name for name in names if (match := _DATED_RANGE.fullmatch(name.strip())) and _year(match[1]) == year]
    quartile = {
        match[1]: name
        for name in names
        if (match := _DATED_QUARTILE.fullmatch(name.strip())) and _year(match[2]) == year
    }
    return whole[:1] or ([quartile["1"], quartile["3"]] if {"1", "3"} <= quartile.keys() else [])


def range_of(ends: Sequence[float]) -> float:
    """Interquartile range of what those columns hold; NaN where one is not published, or the quartiles are one.

    >>> range_of([9500.0]), range_of([11000.0, 21000.0]), range_of([21000.0, 11000.0])
    (9500.0, 10000.0, nan)
    """
    if not ends:
        return math.nan
    spread = ends[-1] if len(ends) == 1 else ends[-1] - ends[0]
    return spread if spread > 0 else math.nan


def _column(columns: list[str], known: tuple[str, ...], path: Path, what: str) -> str:
    lower = {str(column).lower(): column for column in columns}
    for name in known:
        if name in lower:
            return lower[name]
    raise InvalidInputError(
        f"Colonne absente : {what}", where=Location(path.name), advice="attendu : CODE_IRIS ou CodeIris"
    )


def _year(digits: str) -> int:
    return int(digits) if int(digits) > _CENTURY else _CENTURY + int(digits)


def _number(value: object, path: Path, column: str) -> float:
    """A published figure; empty and secret ones ("s", "ns", "nd") are unknown, not zero."""
    text = "" if value is None else str(value).strip().replace(",", ".")
    if text.lower() in {"", "nan", "none", "na", "s", "ns", "nd", "<na>"}:
        return float("nan")
    try:
        number = float(text)
    except ValueError:
        raise InvalidInputError(
            "Revenu médian qui n'est pas un nombre", where=Location(path.name, column=column, value=text)
        ) from None
    if number < 0:
        raise InvalidInputError("Revenu médian négatif", where=Location(path.name, column=column, value=text))
    return number


# --- Read a layer of streets, from OpenStreetMap or BD TOPO exports, as plain lines in a projected CRS

_LINES = ("LineString", "MultiLineString", "LinearRing")


@dataclass(frozen=True, eq=False, slots=True)
class StreetLines:
    """Streets as they were drawn: they may cross without a node in common.

    Parameters
    ----------
    lines : (n,) shapely LineString of two coordinates, easting and northing in metres in `epsg`.
    epsg : projected CRS of `lines`.
    sha256 : of the file, in hexadecimal (of the .shp of a Shapefile).
    names : (n,) the names that the file gives each line, one or, where its two sides bear two, both; empty where none.
    """

    lines: NDArray[np.object_]
    epsg: int
    sha256: str
    names: tuple[tuple[str, ...], ...] = ()


STREET_NAMES = (
    *("name", "name_2", "nom", "nom_voie"),
    *(f"nom_{kind}_{side}" for kind in ("collaboratif", "voie_ban", "1") for side in ("gauche", "droite")),
    *(f"nom_{kind}_{side}" for kind in ("coll", "v_ban", "voie", "rue", "1") for side in ("g", "d")),
)
"""Columns of names of streets in OpenStreetMap, in lists of towns and in BD TOPO, which names the sides of a street."""


def read_streets(path: Path, epsg: int, *, layer: str = "") -> StreetLines:
    """Read the lines of a GeoJSON, GeoPackage, Shapefile or GeoParquet, in any CRS with an EPSG code.

    Parameters
    ----------
    path : only the geometry and the names are read. Where a file has several layers, the one of lines counts.
    epsg : projected CRS wanted.
    layer : name of the one to read, of several layers of lines.

    Returns
    -------
    Lines in the order of the file; a multi-line gives its parts one after the other; heights are dropped.

    Raises
    ------
    InvalidInputError
        Another format, a file that cannot be decoded or holds nothing, several layers of lines, a CRS that is unknown
        or missing, a row that is not a line or whose coordinates cannot be used.
    """
    import shapely

    frame = read_vector_file(
        path, "rues", geometry="LineString", layer=layer, columns=[*STREET_NAMES, *map(str.upper, STREET_NAMES)]
    )
    if frame.empty:
        raise InvalidInputError("Le fichier ne contient aucune rue", where=Location(path.name))
    drawn = np.asarray(frame.geometry.array, dtype=object)
    _refuse_what_is_not_a_line(drawn, path)
    source = epsg_of(frame, path)
    parts, rows = shapely.get_parts(drawn, return_index=True)
    kept = ~shapely.is_empty(parts)
    named = _street_names(frame)
    names = tuple(named[row] for row in rows[kept].tolist())
    return StreetLines(projected_all(parts[kept], source, epsg), epsg, sha256_of(path), names)


def _street_names(frame: geopandas.GeoDataFrame) -> list[tuple[str, ...]]:
    """Names of each row, each once, empty where it has none."""
    columns = [column for column in frame.columns if str(column).lower() in STREET_NAMES]
    cells = [frame[column].where(frame[column].notna(), "").astype(str).str.strip().tolist() for column in columns]
    rows = zip(*cells, strict=True) if cells else [()] * len(frame)
    return [tuple(dict.fromkeys(filter(None, row))) for row in rows]


def _refuse_what_is_not_a_line(drawn: NDArray[np.object_], path: Path) -> None:
    import shapely

    for row, geometry in enumerate(drawn, start=1):
        if geometry is None or geometry.is_empty:
            fault = "Rue sans géométrie"
        elif geometry.geom_type not in _LINES:
            fault = f"Géométrie qui n'est pas une ligne ({geometry.geom_type})"
        elif not np.isfinite(shapely.get_coordinates(geometry)).all():
            fault = "Coordonnée qui n'est pas un nombre"
        else:
            continue
        where = Location(path.name, row, "geometry")
        raise InvalidInputError(fault, where=where, advice="ne garder que des lignes dans la couche des rues")


# --- The ground of a map: streets, railways and water, from BD TOPO or exports of OpenStreetMap

WATER, RAIL, STREET, MAIN_STREET = "water", "rail", "street", "main"
GROUND_ORDER = (WATER, RAIL, STREET, MAIN_STREET)
"""From what lies lowest."""

_CLASS_COLUMNS = ("highway", "fclass", "importance", "type")
_NAME_COLUMNS = ("name", "nom_voie_ban_gauche", "nom_collaboratif_gauche", "nom_1_gauche", "nom_voie", "nom", "lib_off")
_OSM_COLUMNS = frozenset({"highway", "fclass"})
_WATER_COLUMNS = frozenset({"waterway", "water", "constraint", "persistance"})
_RAIL_COLUMNS = frozenset({"railway", "electrifie", "nombre_voies"})
_MAIN = frozenset({"motorway", "trunk", "primary", "secondary", "1", "2", "3", "AV", "BD", "RTE", "QU"})
_NO_STREETS = frozenset({"footway", "path", "steps", "cycleway", "bridleway", "track", "corridor", "6"})
_OSM = "© les contributeurs d'OpenStreetMap, ODbL"


@dataclass(frozen=True, eq=False, slots=True)
class GroundFile:
    """What one file draws of the ground.

    Parameters
    ----------
    shapes : by kind ("water", "rail", "street", "main"), lines and polygons in WGS84.
    names : of the shapes, by kind, one each; empty text for one without a name.
    credit : what the licence asks to be written; the file's name where nothing in it tells.
    """

    shapes: Mapping[str, NDArray[np.object_]]
    names: Mapping[str, tuple[str, ...]]
    credit: str


def read_ground(path: Path) -> GroundFile:
    """Read a GeoJSON, GeoPackage, Shapefile or GeoParquet of streets, railways or water; its columns tell which.

    Streets are main ones by OpenStreetMap's `highway` or `fclass` (secondary and above), BD TOPO's `importance` (3 and
    above) or the `type` of a town's own file (avenue, boulevard, quay, road); footpaths are left out.

    Raises
    ------
    InvalidInputError
        Another format, a file that cannot be decoded or holds nothing that can be drawn, an unknown CRS.
    """
    import shapely

    columns, drawn, epsg = _read(path)
    usable = ~shapely.is_missing(drawn) & ~shapely.is_empty(drawn) & (shapely.get_dimensions(drawn) > 0)
    if not usable.any():
        raise InvalidInputError(
            "Le fond de carte n'a ni ligne ni surface",
            where=Location(path.name),
            advice="donner des rues, des voies ferrées ou de l'eau",
        )
    areas = bool((shapely.get_dimensions(drawn[usable]) > 1).all())
    kinds, named = _kinds(columns, len(drawn), areas=areas)[usable], _names(columns, len(drawn))[usable]
    shapes = projected_all(drawn[usable], epsg, WGS84)
    found = {kind: shapes[kinds == kind] for kind in GROUND_ORDER if (kinds == kind).any()}
    return GroundFile(
        found,
        {kind: tuple(named[kinds == kind].tolist()) for kind in found},
        _OSM if _OSM_COLUMNS & columns.keys() or "osm" in path.stem.lower() else path.name,
    )


def _read(path: Path) -> tuple[dict[str, list[Any]], NDArray[np.object_], int]:
    """Columns by name in lower case, geometries, and their CRS."""
    plain = read_plain_geojson(path)
    if plain is not None:
        return {name.lower(): values for name, values in plain[0].items()}, np.array(plain[1], dtype=object), WGS84
    frame = read_vector_file(path, "fond de carte")
    columns = {str(name).lower(): frame[name].tolist() for name in frame.columns if name != frame.geometry.name}
    return columns, np.asarray(frame.geometry.array, dtype=object), epsg_of(frame, path)


def _names(columns: Mapping[str, list[Any]], count: int) -> NDArray[np.object_]:
    """(n,) name of each street; empty where the file has none."""
    column = next((name for name in _NAME_COLUMNS if name in columns), None)
    values = [""] * count if column is None else columns[column]
    return np.array([value if isinstance(value, str) else "" for value in values], dtype=object)


def _kinds(columns: Mapping[str, list[Any]], count: int, *, areas: bool) -> NDArray[np.str_]:
    """(n,) kind of each feature; empty for what is not drawn. A file of nothing but areas is one of water."""
    if _RAIL_COLUMNS & columns.keys():
        return np.full(count, RAIL)
    if areas or _WATER_COLUMNS & columns.keys():
        return np.full(count, WATER)
    column = next((name for name in _CLASS_COLUMNS if name in columns), None)
    if column is None:
        return np.full(count, STREET)
    classes = [str(value).removesuffix("_link") for value in columns[column]]
    return np.array(["" if item in _NO_STREETS else MAIN_STREET if item in _MAIN else STREET for item in classes])
