"""Read a file of perimeters, official or written by geoville, into dated `Perimeter`s; or refuse, saying where."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from geoville.crs import (
    LAMBERT_93,
    PROJECTED_BY_DEPARTEMENT,
    WGS84,
    commune_codes,
    projected_epsg,
    transform_geometry,
    transform_points,
)
from geoville.errors import ContourError, InvalidInputError, Location
from geoville.law import generation_of_code, generations, zone_of_departement
from geoville.model import Generation, Kind, Perimeter, Source
from geoville.sources.files import sha256_of
from geoville.sources.vector_files import read_plain_geojson, read_vector_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


# --- Geometry of a contour: into the projected CRS, flat, polygonal, valid; what had to be mended is reported

METROPOLITAN_LON = (-6.0, 10.0)
METROPOLITAN_LAT = (41.0, 52.0)


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done to a perimeter so that it could be used.

    Parameters
    ----------
    code : of the perimeter.
    reason : of GEOS for an invalid polygon ("Self-intersection[…]"), or a French phrase.
    area_before_m2, area_after_m2 : in the projected CRS; the area of an invalid polygon is that of its rings.
    """

    code: str
    reason: str
    area_before_m2: float
    area_after_m2: float


def fault_of(geometry: BaseGeometry | None) -> str | None:
    """French phrase saying why a geometry as read cannot be a perimeter, None where it can."""
    import shapely

    if geometry is None or geometry.is_empty:
        return "Géométrie vide ou illisible"
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return f"Géométrie qui n'est pas un polygone ({geometry.geom_type})"
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return "Coordonnée qui n'est pas un nombre"
    return None


def target_epsg(geometry: BaseGeometry, epsg: int, insee_code: str | None) -> int | None:
    """Projected CRS in which a contour is measured.

    Parameters
    ----------
    geometry : in `epsg`.
    insee_code : of a commune or département, None where the file gives none away.

    Returns
    -------
    EPSG code: the département's; without one the file's own if it is one of a French territory; else Lambert-93 where
    the contour lies in metropolitan France; None where nothing tells.
    """
    if insee_code is not None:
        return projected_epsg(insee_code)
    if epsg in {LAMBERT_93, *PROJECTED_BY_DEPARTEMENT.values()}:
        return epsg
    west, south, east, north = transform_geometry(geometry, epsg, WGS84).bounds
    inside_lon = METROPOLITAN_LON[0] <= west and east <= METROPOLITAN_LON[1]
    inside_lat = METROPOLITAN_LAT[0] <= south and north <= METROPOLITAN_LAT[1]
    return LAMBERT_93 if inside_lon and inside_lat else None


def projected(geometry: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """Flat geometry, transformed vertex by vertex."""
    import shapely

    return transform_geometry(shapely.force_2d(geometry), source, target)


def projected_all(geometries: NDArray[np.object_], source: int, target: int) -> NDArray[np.object_]:
    """`projected` for many geometries at once; None stays None."""
    import shapely

    def vertices(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transform_points(coordinates[:, 0], coordinates[:, 1], source, target))

    flat = shapely.force_2d(geometries)
    return flat if source == target else np.asarray(shapely.transform(flat, vertices), dtype=object)


def valid_polygons(frame: gpd.GeoDataFrame, epsg: int, path: Path) -> NDArray[np.object_]:
    """Polygons of a layer in a projected CRS, mended where they are invalid.

    Raises
    ------
    InvalidInputError
        A coordinate is none, or is out of reach of the projection.
    """
    import shapely

    polygons = np.array(frame.to_crs(epsg).geometry.to_numpy(), dtype=object)
    try:
        return np.asarray(shapely.make_valid(polygons))
    except shapely.errors.GEOSException as error:
        raise InvalidInputError(
            "Un polygone a des coordonnées hors de sa projection",
            where=Location(path.name),
            advice="vérifier le fichier",
        ) from error


def repaired(code: str, geometry: BaseGeometry) -> tuple[BaseGeometry, Repair | None]:
    """Valid polygons of a geometry, and what had to be done; the geometry comes back empty where nothing is left."""
    import shapely

    if geometry.is_valid:
        return geometry, None
    reason = str(shapely.is_valid_reason(geometry))
    parts = shapely.get_parts(shapely.make_valid(geometry))
    areas = [part for part in parts if part.geom_type in {"Polygon", "MultiPolygon"}]
    valid = shapely.union_all(areas)
    return valid, Repair(code, reason, float(geometry.area), float(valid.area))


# --- Which column of a file of perimeters says what, in the layouts met so far

CODE = (
    *("code_qp", "code", "code du quartier", "code_quartier", "code quartier", "code qp"),
    *("code_zus", "code_cucs", "code_zfu", "id", "identifiant"),
)
NAME = (
    *("lib_qp", "nom_qp", "name", "nom", "nom du quartier", "nom_quartier", "nom quartier", "nom qp"),
    *("nom_zus", "nom_cucs", "nom_zfu", "libelle du quartier", "libelle", "lib", "label"),
)
COMMUNES = ("insee_com", "code_commune", "code_insee", "communes", "lib_com", "nom_commune", "commune_qp", "commune")
OWN = (
    *("kind", "generation", "vintage", "estimated", "valid_from", "valid_to", "reference", "source"),
    *("accuracy_m", "accuracy_source"),
)
TECHNICAL = ("fid", "ogc_fid", "geom", "geometry")
_KNOWN = frozenset({*CODE, *NAME, *COMMUNES, *OWN, *TECHNICAL})

INSEE_CODE = re.compile(r"\d[\dAB]\d{3}")
_SEPARATORS = re.compile(r"\s*[;,]\s*")
_QUOTES = ("'", '"', "[")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class OwnColumnNames(TypedDict, total=False):
    """Columns of contours, where the codes and names are not in a usual one; named as on the command line."""

    code_column: str | None
    name_column: str | None


@dataclass(frozen=True, slots=True)
class OwnColumns:
    """What a user says of a file of contours that the file does not: None where it does, or where the usual holds.

    Parameters
    ----------
    code, name : columns that hold the codes and the names.
    crs : EPSG code of the coordinates of a file that says none, or that a GeoJSON wrongly takes for degrees.
    layer : the one to read, of several.
    """

    code: str | None = None
    name: str | None = None
    crs: int | None = None
    layer: str | None = None

    @classmethod
    def named(cls, names: OwnColumnNames) -> Self:
        """Those that a caller of Python names."""
        return cls(names.get("code_column"), names.get("name_column"))

    def missing(self, known: Collection[str]) -> str | None:
        """Name of the first one that a file does not have, letter case apart; None where it has them."""
        asked = (column for column in (self.code, self.name) if column is not None)
        return next((column for column in asked if column.lower() not in known), None)

    def among(self, known: Collection[str]) -> OwnColumns:
        """Those that a file has."""
        code, name = (column if column and column.lower() in known else None for column in (self.code, self.name))
        return replace(self, code=code, name=name)

    def said(self) -> dict[str, str | int]:
        """What the user says, for a provenance; nothing where the usual holds."""
        said = {"code_column": self.code, "name_column": self.name, "crs": self.crs, "layer": self.layer}
        return {key: value for key, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns of a file that say code, name and communes, the most telling first; and those kept as they are."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    communes: tuple[str, ...]
    others: tuple[str, ...]

    @classmethod
    def of(cls, columns: Collection[str], own: OwnColumns) -> _Layout:
        """That of a file that has some columns, where the user may say which hold codes and names."""
        asked = (
            (own.code.lower(),) if own.code else CODE,
            (own.name.lower(),) if own.name else NAME,
            COMMUNES,
        )
        code, name, communes = (tuple(column for column in some if column in columns) for some in asked)
        others = (column for column in columns if column not in _KNOWN and column not in (*code, *name))
        return cls(code, name, communes, tuple(others))


class ContourRow:
    """One row of a file of perimeters, read column by column.

    Parameters
    ----------
    values : by column name in lower case; None where empty.
    file, number : for error messages: name of the file, 1-based row.
    layout : of the file.
    """

    __slots__ = ("_file", "_layout", "_values", "number")

    def __init__(self, values: dict[str, Scalar], file: str, number: int, layout: _Layout) -> None:
        self._values = values
        self._file = file
        self._layout = layout
        self.number = number

    @property
    def code(self) -> str | None:
        """Code as written; else that of an official QPV, in whatever column; None where the row has neither."""
        return self._first(self._layout.code) or next(
            (text for text in self._texts() if generation_of_code(text)), None
        )

    @property
    def name(self) -> str | None:
        """Name as written, None where the row has none."""
        return self._first(self._layout.name)

    @property
    def communes(self) -> tuple[str, ...]:
        """INSEE codes, or names where the file has no codes."""
        return split_communes(self._first(self._layout.communes) or "")

    @property
    def kind(self) -> Kind | None:
        """Kind said by a file of geoville; ContourError where it is not one."""
        text = self.text("kind")
        if text is None:
            return None
        try:
            return Kind(text)
        except ValueError as error:
            advice = f"écrire l'un de : {', '.join(Kind)}"
            raise self.fault("Nature de périmètre inconnue", "kind", advice) from error

    @property
    def estimated(self) -> bool | None:
        """Whether the file says that the perimeter is an estimate, None where it does not say."""
        text = self.text("estimated")
        if text is None:
            return None
        if text.lower() not in _TRUTH:
            raise self.fault("Valeur qui n'est ni vraie ni fausse", "estimated", "écrire true ou false")
        return _TRUTH[text.lower()]

    def text(self, column: str) -> str | None:
        """Value of a column as text; whole numbers are written without decimals."""
        value = self._values.get(column)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return None if value is None else str(value)

    @property
    def accuracy_m(self) -> float:
        """How far the contour may lie, metres; 0 where the file says nothing. ContourError where it is no distance."""
        text = self.text("accuracy_m")
        try:
            metres = float(text or 0)
        except ValueError:
            metres = math.nan
        if not 0 <= metres < math.inf:
            raise self.fault("Précision de contour illisible", "accuracy_m", "écrire un nombre de mètres, zéro ou plus")
        return metres

    def year(self, column: str) -> int | None:
        """Year in a column; ContourError where it is not one."""
        text = self.text(column)
        if text is None:
            return None
        if not re.fullmatch(r"(19|20)\d\d", text):
            raise self.fault("Année illisible", column, "écrire une année à quatre chiffres")
        return int(text)

    def day(self, column: str) -> date | None:
        """Date in a column; ContourError where it is not one."""
        text = self.text(column)
        try:
            return None if text is None else date.fromisoformat(text[:10])
        except ValueError as error:
            raise self.fault("Date illisible", column, "écrire AAAA-MM-JJ") from error

    @property
    def attributes(self) -> dict[str, Scalar]:
        """Columns that have no meaning of their own here, as they are; infinite numbers are left out."""
        kept = ((column, self._values[column]) for column in self._layout.others)
        return {column: value for column, value in kept if not (isinstance(value, float) and math.isinf(value))}

    def fault(self, message: str, column: str | None, advice: str) -> ContourError:
        """Error that points at this row."""
        value = self.text(column) if column else None
        return ContourError(message, where=Location(self._file, self.number, column, value), advice=advice)

    def _texts(self) -> Iterator[str]:
        return (value for value in self._values.values() if isinstance(value, str))

    def _first(self, columns: tuple[str, ...]) -> str | None:
        values = self._values
        return next((self.text(column) for column in columns if values.get(column) is not None), None)


def split_communes(text: str) -> tuple[str, ...]:
    """Communes of one field: their codes (see `commune_codes`), else their names, separated by semicolons or commas.

    A list that goes on with bare ordinals is one phrase about one town, and stays whole.

    >>> split_communes("62193; 62548"), split_communes("Marseille 11ème, La Penne-sur-Huveaune")
    (('62193', '62548'), ('Marseille 11ème', 'La Penne-sur-Huveaune'))
    >>> split_communes("Marseille 3ème, 1er et 2ème arrondissements")
    ('Marseille 3ème, 1er et 2ème arrondissements',)
    """
    if text.strip()[:1].isdigit() or text.strip()[:1] in _QUOTES:
        try:
            return commune_codes(text)
        except InvalidInputError:
            pass  # names, or codes of no commune, which stay as they are written
    parts = tuple(part for part in _SEPARATORS.split(text.strip()) if part)
    if all(INSEE_CODE.fullmatch(part) or not part[0].isdigit() for part in parts):
        return parts
    return (text.strip(),)


def departement_of_row(code: str | None, communes: tuple[str, ...]) -> str | None:
    """Département or commune code that the row gives away: from the QPV code, else from an INSEE code.

    >>> departement_of_row("QP062055", ()), departement_of_row("QN97401M", ()), departement_of_row(None, ("2A004",))
    ('62', '974', '2A004')
    """
    if code and generation_of_code(code):
        digits = code[2:5]
        return digits if digits.startswith(("97", "98")) else digits[1:]
    return next((commune for commune in communes if INSEE_CODE.fullmatch(commune)), None)


# --- Open a file of polygons as plain rows: any of four formats, any CRS that has an EPSG code

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ContourTable:
    """Rows of a file of polygons, before anything is made of them.

    Parameters
    ----------
    rows : one mapping a row, from the name of the column in lower case to the value; empty text and NaN are None.
    geometries : as read, in `epsg`; None where the file has none or one that cannot be decoded.
    epsg : CRS of the geometries, (lon, lat) or (easting, northing).
    """

    rows: tuple[dict[str, Scalar], ...]
    geometries: tuple[BaseGeometry | None, ...]
    epsg: int


def read_contour_table(path: Path, *, may_be_empty: bool = False, own: OwnColumns | None = None) -> ContourTable:
    """Read GeoJSON, GeoPackage, Shapefile, GeoParquet, FlatGeobuf or KML.

    Parameters
    ----------
    own : the layer and the CRS, where the user says them.
    may_be_empty : whether a file without a row is an answer ("there is none") rather than a fault.

    Raises
    ------
    ContourError
        Another format, a file that cannot be decoded, several layers, no row, a CRS that is unknown or missing.
    """
    own = own or OwnColumns()
    plain = read_plain_geojson(path) if own.crs is None else None
    if plain is not None:
        return _contour_table(*plain, WGS84)
    frame = read_vector_file(path, "contours", error=ContourError, layer=own.layer or "")
    if not len(frame) and not may_be_empty:
        raise ContourError(
            "Le fichier ne contient aucun périmètre",
            where=Location(path.name),
            advice="donner un fichier qui en a au moins un",
        )
    epsg = epsg_of(frame, path, own.crs)
    columns = {str(name): _objects(frame[name]) for name in frame.columns if name != frame.geometry.name}
    return _contour_table(columns, tuple(frame.geometry), epsg)


def _contour_table(
    columns: Mapping[str, Sequence[Any]], geometries: Sequence[BaseGeometry | None], epsg: int
) -> ContourTable:
    scalars = {name.lower(): [_scalar(value) for value in values] for name, values in columns.items()}
    rows = tuple({name: values[i] for name, values in scalars.items()} for i in range(len(geometries)))
    return ContourTable(rows, tuple(geometries), epsg)


def epsg_of(frame: gpd.GeoDataFrame, path: Path, said: int | None = None) -> int:
    """EPSG code of the CRS of a file; without one, WGS84 if the coordinates are degrees.

    Parameters
    ----------
    said : what the user says it is, where the file says nothing, or degrees for what are none.

    Raises
    ------
    ContourError
        A CRS that is missing, without EPSG code, or that the coordinates or the user contradict.
    """
    in_degrees = _looks_like_degrees(frame)
    if said is not None:
        silent = frame.crs is None or (frame.crs.is_geographic and not in_degrees)
        if not silent and frame.crs.to_epsg() != said:
            raise ContourError(
                "Le fichier dit un autre système de coordonnées que celui donné",
                where=Location(path.name, value=frame.crs.name),
                advice="retirer `--crs`",
            )
        return said
    if frame.crs is None:
        if in_degrees:
            return WGS84
        raise ContourError(
            "Le fichier ne dit pas son système de coordonnées",
            where=Location(path.name),
            advice="le dire avec `--crs` (2154 pour le Lambert-93), ou donner le fichier .prj d'un Shapefile",
        )
    if frame.crs.is_geographic and not in_degrees:
        raise ContourError(
            "Les coordonnées ne sont pas des degrés, alors que le système du fichier est géographique",
            where=Location(path.name),
            advice="corriger le système de coordonnées du fichier",
        )
    epsg = WGS84 if frame.crs.to_authority() == ("OGC", "CRS84") else frame.crs.to_epsg()
    if epsg is None:
        raise ContourError(
            "Le système de coordonnées du fichier n'a pas de code EPSG",
            where=Location(path.name, value=frame.crs.name),
            advice="convertir le fichier en WGS84 ou en Lambert-93",
        )
    return int(epsg)


def _looks_like_degrees(frame: gpd.GeoDataFrame) -> bool:
    west, south, east, north = frame.total_bounds
    bounded = west >= -180 and east <= 180 and south >= -90 and north <= 90  # noqa: PLR2004 - the globe
    return bounded or math.isnan(west)


def _objects(column: pd.Series) -> list[Any]:
    """Cells of a column, None where there is nothing."""
    return list(column.astype(object).where(column.notna(), None))


def _scalar(value: Any) -> Scalar:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(value).strip() or None


_ONE_POLYGON = "donner un polygone ou un multipolygone par ligne"


@dataclass(frozen=True, slots=True)
class ContourFile:
    """A file of perimeters, checked.

    Parameters
    ----------
    perimeters : in the order of the file, each in its territory's projected CRS.
    repairs : what had to be mended, to be shown to the user.
    sha256 : of the file, in hexadecimal (of the .shp of a Shapefile).
    refused : rows that gave none, where some may be left out.
    flat : what rows say whose polygon has no surface, a point or a line, where they are told apart; their geometry is
        empty. A file generalised by its producer has some.
    """

    perimeters: tuple[Perimeter, ...]
    repairs: tuple[Repair, ...]
    sha256: str
    refused: tuple[ContourError, ...] = ()
    flat: tuple[Perimeter, ...] = ()

    def cited(self, source: Source) -> tuple[Perimeter, ...]:
        """Perimeters citing another source than the file they were read from."""
        return tuple(replace(perimeter, source=source) for perimeter in self.perimeters)


def read_perimeters(
    path: Path,
    *,
    kind: Kind | None = None,
    generation: int | None = None,
    otherwise: Kind | None = None,
    otherwise_generation: int | None = None,
    may_be_empty: bool = False,
    may_be_partial: bool = False,
    flat_apart: bool = False,
    own: OwnColumns | None = None,
) -> ContourFile:
    """Read GeoJSON, GeoPackage, Shapefile or GeoParquet, in any of the known layouts and any CRS with an EPSG code.

    Parameters
    ----------
    kind : what the perimeters are; else the file's `kind` column, else `qpv` where the code is one of a QPV.
    generation : of QPV whose code does not tell it; has no meaning for other kinds.
    otherwise : what the perimeters are where nothing of this tells.
    otherwise_generation : of QPV where nothing tells it; unlike `generation`, no code can contradict it.
    may_be_empty : whether a file without any perimeter is read as such, instead of refused.
    may_be_partial : whether a row that is no perimeter, or whose code is that of another one, is left out and named,
        instead of the file being refused; one row at least is right.
    flat_apart : whether polygons without a surface are told apart (`ContourFile.flat`), instead of the file being
        refused: whoever asks so says which, or has another contour for them.
    own : columns that hold the codes and the names, where they are not among those known.

    Raises
    ------
    ContourError
        The file cannot be decoded, a row has no usable polygon, kind, generation or CRS, a code is used for two
        different perimeters, or an estimate is presented as official.
    """
    sha256 = sha256_of(path)
    table = read_contour_table(path, may_be_empty=may_be_empty, own=own)
    _require_columns(own, table, path)
    found: dict[str, Perimeter] = {}
    repairs: list[Repair] = []
    refused: list[ContourError] = []
    flat: list[Perimeter] = []
    whole = Source(path.name, sha256=sha256)
    layout = _Layout.of(table.rows[0] if table.rows else (), own or OwnColumns())
    shapes = zip(table.geometries, _as_they_are(table.geometries), strict=True)
    for number, (values, (geometry, is_right)) in enumerate(zip(table.rows, shapes, strict=True), start=1):
        row = ContourRow(values, path.name, number, layout)
        try:
            perimeter = _described(row, _kind(row, kind, otherwise), generation, otherwise_generation)
            if flat_apart and _is_flat(geometry):
                flat.append(perimeter)
                continue
            shape, epsg, repair = _placed(row, perimeter, geometry, table.epsg, is_right=is_right)
            said = row.text("source")
            source = Source(said, sha256=sha256) if said else whole
            perimeter = replace(perimeter, geometry=shape, epsg=epsg, source=source)
            merged, union = (
                _merged(row, found[perimeter.code], perimeter) if perimeter.code in found else (perimeter, None)
            )
        except ContourError as error:
            if not may_be_partial:
                raise
            refused.append(error)
            continue
        repairs += [done for done in (repair, union) if done is not None]
        found[perimeter.code] = merged
    if refused and not found:
        raise refused[0]
    return ContourFile(tuple(found.values()), tuple(repairs), sha256, tuple(refused), tuple(flat))


def own_columns_of(paths: Sequence[Path], own: OwnColumns | None) -> tuple[OwnColumns, ...]:
    """Columns of the codes and names of each of several files, which need not be laid out alike.

    Raises
    ------
    ContourError
        A file cannot be read, or none has one of the columns said.
    """
    if own is None or (own.code, own.name) == (None, None):
        return (own or OwnColumns(),) * len(paths)
    tables = [read_contour_table(path, may_be_empty=True, own=own) for path in paths]
    columns = {path: table.rows[0].keys() if table.rows else () for path, table in zip(paths, tables, strict=True)}
    everywhere = tuple(dict.fromkeys(column for known in columns.values() for column in known))
    missing = own.missing(everywhere) if everywhere else None
    if missing:
        raise ContourError(
            "Colonne absente des fichiers de contours",
            where=Location(", ".join(dict.fromkeys(path.name for path in paths)), column=missing),
            advice=f"donner l'une de : {', '.join(everywhere)}",
        )
    return tuple(own.among(columns[path]) for path in paths)


def _require_columns(own: OwnColumns | None, table: ContourTable, path: Path) -> None:
    known = table.rows[0] if table.rows else {}
    missing = own.missing(known) if own and table.rows else None
    if missing:
        raise ContourError(
            "Colonne absente du fichier de contours",
            where=Location(path.name, column=missing),
            advice=f"donner l'une de : {', '.join(known)}",
        )


def _described(row: ContourRow, kind: Kind, generation: int | None, otherwise: int | None) -> Perimeter:
    """Everything that a row says but its geometry."""
    estimated = row.estimated if row.estimated is not None else kind is Kind.CANDIDAT
    if estimated and kind is Kind.QPV:
        raise row.fault(
            "Périmètre estimé présenté comme un QPV officiel", "estimated", "donner le contour officiel fixé par décret"
        )
    code = row.code or (row.name if kind is Kind.QPV else f"{kind}-{row.number}")
    if code is None:
        raise row.fault(
            "Ce QPV n'a ni code ni nom", None, "dire quelle colonne les donne (`--code-column`, `--name-column`)"
        )
    described = Perimeter(
        code=code,
        name=row.name or code,
        kind=kind,
        geometry=_nothing(),
        epsg=0,
        estimated=estimated or kind is Kind.CANDIDAT,
        vintage=row.year("vintage"),
        communes=row.communes,
        attributes=row.attributes,
    )
    if kind is not Kind.QPV:
        first, last, reference = row.day("valid_from"), row.day("valid_to"), row.text("reference")
        if first is None and last is None and not reference:
            return described
        return replace(described, valid_from=first, valid_to=last, reference=reference or "")
    fixed = _generation(row, described, generation, otherwise)
    return replace(
        described,
        accuracy_m=row.accuracy_m,
        accuracy_source=row.text("accuracy_source") or "",
        generation=fixed.year,
        valid_from=fixed.valid_from,
        valid_to=fixed.valid_to,
        reference=fixed.reference,
    )


@cache
def _nothing() -> BaseGeometry:
    """The geometry of a perimeter whose own is not placed yet."""
    import shapely

    return shapely.Polygon()


def _kind(row: ContourRow, asked: Kind | None, otherwise: Kind | None) -> Kind:
    found = asked or row.kind
    if found is None and row.code and generation_of_code(row.code):
        found = Kind.QPV
    found = found or otherwise
    if found is None:
        raise row.fault("Rien ne dit la nature de ce périmètre", None, "la préciser avec `--kind`")
    return found


def _generation(row: ContourRow, perimeter: Perimeter, asked: int | None, otherwise: int | None) -> Generation:
    """Generation of a QPV: its code's, else the one asked for, else the file's, else the one given for that case."""
    by_code = generation_of_code(perimeter.code)
    if by_code is not None:
        if asked not in (None, by_code.year):
            raise row.fault(
                f"Le code {perimeter.code} est de la génération {by_code.year}, et non {asked}",
                None,
                "retirer `--generation` ou corriger le code",
            )
        return by_code
    year = asked or row.year("generation") or otherwise
    if year is None:
        raise row.fault(
            f"Le code « {perimeter.code} » ne dit pas de quelle génération est ce QPV",
            None,
            "la préciser avec `--generation 2015` ou `--generation 2024`",
        )
    zone = zone_of_departement(departement_of_row(perimeter.code, perimeter.communes) or "")
    for generation in generations():
        if generation.year == year and generation.zone == zone:
            return generation
    known = ", ".join(sorted({str(item.year) for item in generations()}))
    raise row.fault(f"Aucune génération de QPV {year}", None, f"donner l'une de : {known}")


_FLAT = 2


def _as_they_are(geometries: Sequence[BaseGeometry | None]) -> list[bool]:
    """Which geometries are flat, valid polygons with a surface: all are looked at together, which is faster by far."""
    import shapely

    shapes = np.fromiter(geometries, dtype=object, count=len(geometries))
    of_polygons = np.isin(
        shapely.get_type_id(shapes), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    )
    area = shapely.area(shapes)
    right = (
        of_polygons
        & (shapely.get_coordinate_dimension(shapes) == _FLAT)
        & (area > 0)
        & np.isfinite(area)
        & shapely.is_valid(shapes)
    )
    return [bool(is_right) for is_right in right]


def _is_flat(geometry: BaseGeometry | None) -> bool:
    """Whether a polygon with coordinates has no surface once it is mended: it is a point or a line."""
    import shapely

    if fault_of(geometry) is not None or geometry is None or geometry.area:
        return False
    return bool(shapely.make_valid(shapely.force_2d(geometry)).area == 0)


def _placed(
    row: ContourRow, perimeter: Perimeter, geometry: BaseGeometry | None, epsg: int, *, is_right: bool
) -> tuple[BaseGeometry, int, Repair | None]:
    """Geometry of a row, valid and in its territory's projected CRS, that CRS, and the repair if one was needed."""
    fault = None if is_right else fault_of(geometry)
    if geometry is None or fault is not None:
        raise row.fault(fault or "Géométrie vide", "geometry", _ONE_POLYGON)
    insee_code = departement_of_row(perimeter.code, perimeter.communes)
    try:
        target = target_epsg(geometry, epsg, insee_code)
        if is_right and target == epsg:
            return geometry, epsg, None
        shape = projected(geometry, epsg, target) if target else geometry
    except InvalidInputError as error:
        raise row.fault(error.message, "geometry", "vérifier les coordonnées et leur système") from error
    if target is None:
        advice = "ajouter une colonne insee_com avec le code INSEE de sa commune"
        raise row.fault("Rien ne dit dans quel département est ce périmètre", None, advice)
    valid, repair = repaired(perimeter.code, shape)
    if not 0 < valid.area < math.inf:
        raise row.fault("Polygone sans surface mesurable", "geometry", _ONE_POLYGON)
    return valid, target, repair


def _merged(row: ContourRow, first: Perimeter, second: Perimeter) -> tuple[Perimeter, Repair]:
    """Union of two rows that say the same of one perimeter."""
    import shapely

    if _identity(first) != _identity(second):
        raise row.fault(
            f"Le code « {second.code} » désigne deux périmètres différents", None, "donner un code à chacun"
        )
    union = shapely.union_all([first.geometry, second.geometry])
    before = float(first.geometry.area + second.geometry.area)
    communes = tuple(dict.fromkeys(first.communes + second.communes))
    repair = Repair(first.code, "lignes de même code réunies", before, float(union.area))
    return replace(first, geometry=union, communes=communes), repair


def _identity(perimeter: Perimeter) -> tuple[object, ...]:
    return perimeter.name, perimeter.kind, perimeter.generation, perimeter.estimated, perimeter.epsg
