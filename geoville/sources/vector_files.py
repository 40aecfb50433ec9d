"""Open a vector file as a table with geometries: GeoJSON, GeoPackage, Shapefile or GeoParquet.

A small GeoJSON without surprises is read by `read_plain_geojson`, in milliseconds; all else by GDAL and geopandas,
which take half a second to be loaded.
"""

from __future__ import annotations

import glob
import json
import re
import warnings
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import LONGITUDE_FIRST, SWAPPED, are_swapped
from geoville.errors import InvalidInputError, Location
from geoville.sources.files import parted, require_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry


SUFFIXES = (".geojson", ".json", ".gpkg", ".shp", ".parquet", ".fgb", ".kml")


def read_vector_file(
    path: Path,
    noun: str,
    *,
    error: type[InvalidInputError] = InvalidInputError,
    geometry: str = "",
    layer: str = "",
    columns: Sequence[str] | None = None,
) -> gpd.GeoDataFrame:
    """Read the one layer of a file; geometries that cannot be decoded are None.

    Parameters
    ----------
    path : of several layers, ``fichier.gpkg|layername=nom`` says which, as in QGIS.
    noun : what the file holds, for errors ("contours", "rues").
    error : class of the errors raised.
    geometry : of several layers, the one whose geometry type has this word in its name is read ("LineString").
    layer : name of the one to read, where it is known.
    columns : those to read beside the geometry; all of them by default. A GeoParquet is always read whole.

    Raises
    ------
    InvalidInputError
        Another format, a file that is not there or cannot be decoded, or several layers to choose from.
    """
    import shapely

    path, named = parted(path)
    layer = layer or named
    if path.suffix.lower() not in SUFFIXES:
        raise error(
            f"Format de {noun} inconnu",
            where=Location(path.name),
            advice=f"donner un fichier {', '.join(SUFFIXES)} (le décompresser s'il est dans une archive)",
        )
    # The readers raise almost anything on broken bytes, and warn about what is then refused or repaired row by row.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            require_file(path, error)
            frame = _frame(path, error, geometry, layer, columns)
            _refuse_swapped(frame, path, error)
            return frame  # noqa: TRY300 - what refuses it is one of its faults
        except InvalidInputError:
            raise
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            OSError,
            RuntimeError,
            TypeError,
            ValueError,
            shapely.errors.ShapelyError,
        ) as cause:
            raise error(
                f"Le fichier de {noun} ne peut pas être lu",
                where=Location(path.name),
                advice="vérifier qu'il est entier et que son suffixe dit bien son format",
            ) from cause


def _frame(
    path: Path, error: type[InvalidInputError], geometry: str, layer: str, columns: Sequence[str] | None
) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyogrio

    if path.suffix.lower() == ".parquet":
        _refuse_without_geometry(path, error)
        return gpd.read_parquet(path)
    drawn = {str(name): str(kind) for name, kind in pyogrio.list_layers(path) if kind is not None}
    layers = [layer] if layer else [name for name, kind in drawn.items() if geometry in kind] or list(drawn)
    if len(layers) != 1:
        listed = f" ({', '.join(layers[:_SHOWN_LAYERS])})" if layers else ""
        raise error(
            f"Le fichier a {len(layers)} couches de géométries au lieu d'une{listed}",
            where=Location(path.name),
            advice=f"dire laquelle : {path.name}|layername=NOM" if layers else "donner un fichier qui en a une",
        )
    if layers[0] not in drawn:
        raise error(
            f"Le fichier n'a pas de couche « {layers[0]} »",
            where=Location(path.name),
            advice=f"donner l'une de : {', '.join(drawn)}",
        )
    encoding = "UTF-8" if path.suffix.lower() == ".shp" and _is_in_utf_8(path) else None
    read = pyogrio.read_dataframe(path, layer=layers[0], columns=columns, on_invalid="ignore", encoding=encoding)
    return gpd.GeoDataFrame(read)


_SHOWN_LAYERS = 6


def _is_in_utf_8(shapefile: Path) -> bool:
    """Whether the table of a Shapefile that does not tell its encoding (.cpg) has letters, all of them in UTF-8."""
    beside = {path.suffix.lower(): path for path in shapefile.parent.glob(f"{glob.escape(shapefile.stem)}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return False
    content = beside[".dbf"].read_bytes()
    records = content[int.from_bytes(content[_LENGTH_OF_HEADER], "little") :]
    try:
        records.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not records.isascii()


_LENGTH_OF_HEADER = slice(8, 10)
"""Bytes of a dBASE table that say where its records begin."""


def _refuse_swapped(frame: gpd.GeoDataFrame, path: Path, error: type[InvalidInputError]) -> None:
    """Refuse shapes in degrees whose latitude comes first: nothing of what they are asked about would be near them."""
    if frame.crs is None or frame.crs.is_geographic:
        swapped = np.flatnonzero(are_swapped(frame.bounds.to_numpy(dtype=np.float64)))
        if swapped.size:
            raise error(SWAPPED, where=Location(path.name, int(swapped[0]) + 1, "geometry"), advice=LONGITUDE_FIRST)


def _refuse_without_geometry(path: Path, error: type[InvalidInputError]) -> None:
    import pyarrow.parquet as pq

    if b"geo" not in (pq.read_schema(path).metadata or {}):
        raise error(
            "La table n'a pas de colonne de géométrie",
            where=Location(path.name),
            advice="donner un fichier GeoParquet, ou une table de PostGIS qui en a une",
        )


# --- GeoJSON that no driver is needed for: what `read_vector_file` would say of it, without GDAL

PLAIN_BYTES = 4_000_000
"""Size up to which a GeoJSON is read here: beyond, GDAL reads faster than it takes to load."""

_EXACT = 2**53
"""Integers under this are floats exactly; drivers part on what to make of larger ones."""

_OF_A_COLLECTION = {"type", "name", "xy_coordinate_resolution", "features"}
_OF_A_FEATURE = {"type", "properties", "geometry"}
_POLYGONS = {"Polygon", "MultiPolygon"}
_MAYBE_A_DAY = re.compile(r"\s*[+-]?\d.*[-/:]", re.DOTALL)

PlainColumns = dict[str, list[str | int | float | bool | None]]


class _NotPlainError(Exception):
    """A file whose reading takes more knowledge than is kept here; never leaves this module."""


def read_plain_geojson(path: Path) -> tuple[PlainColumns, list[BaseGeometry]] | None:
    """Read polygons in degrees from a small GeoJSON of plain values, without GDAL.

    Returns
    -------
    Columns by name, their values as GDAL types them (a number is a float where its column has a decimal or a hole;
    days are ISO texts), and WGS84 polygons; None for any file that is not surely read alike, or is at fault: it is
    left to `read_vector_file`.
    """
    import shapely

    if path.suffix.lower() not in {".geojson", ".json"}:
        return None
    try:
        if path.stat().st_size > PLAIN_BYTES:
            return None
        text = path.read_text(encoding="utf-8")
        features = _plain_features(json.loads(text, parse_constant=_refused))
        columns = _plain_columns([feature["properties"] for feature in features])
        shapes = list(shapely.get_parts(shapely.from_geojson(text)))
    except (OSError, ValueError, RecursionError, _NotPlainError, shapely.errors.ShapelyError):
        return None
    return (columns, shapes) if _are_plain(shapes, len(features)) else None


def _plain_features(document: Any) -> list[dict[str, Any]]:
    """Features of a collection that says nothing but polygons and their properties, alike in all of them."""
    _require(isinstance(document, dict) and document.get("type") == "FeatureCollection")
    _require(document.keys() <= _OF_A_COLLECTION and isinstance(document.get("features"), list))
    features = document["features"]
    _require(bool(features) and all(isinstance(feature, dict) for feature in features))
    _require(all(feature.keys() == _OF_A_FEATURE and feature["type"] == "Feature" for feature in features))
    shapes, rows = ([feature[key] for feature in features] for key in ("geometry", "properties"))
    _require(all(isinstance(shape, dict) and shape.get("type") in _POLYGONS for shape in shapes))
    _require(all(isinstance(row, dict) and list(row) == list(rows[0]) for row in rows))
    return features  # type: ignore[no-any-return]


def _plain_columns(rows: list[dict[str, Any]]) -> PlainColumns:
    names = [name.lower() for name in rows[0]]
    _require(len({*names, "geometry"}) == len(names) + 1)
    return {name: _typed([row[name] for row in rows]) for name in rows[0]}


def _typed(values: list[Any]) -> list[Any]:
    """Values of a column, all of one type as in GDAL's table."""
    kinds = {type(value) for value in values}
    if kinds <= {str, type(None)}:
        _require(all(value is None or _is_plain_text(value) for value in values))
        return values
    if kinds <= {bool} or kinds <= {int}:
        _require(all(abs(value) < _EXACT for value in values))
        return values
    _require(kinds <= {int, float, type(None)})
    return [None if value is None else float(value) for value in values]


def _is_plain_text(text: str) -> bool:
    """Whether a text is surely kept as it is: GDAL rewrites what it takes for days and hours."""
    if not _MAYBE_A_DAY.match(text):
        return True
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _are_plain(shapes: list[BaseGeometry], count: int) -> bool:
    """Whether there is a flat polygon in degrees for each feature."""
    if len(shapes) != count or any(shape.is_empty or shape.has_z for shape in shapes):
        return False
    globe = (-180.0, -90.0, 180.0, 90.0)
    boxes = [shape.bounds for shape in shapes]
    on_globe = all(globe[0] <= w and globe[1] <= s and e <= globe[2] and n <= globe[3] for w, s, e, n in boxes)
    return on_globe and not are_swapped(np.array(boxes, dtype=np.float64)).any()


def _require(met: bool) -> None:  # noqa: FBT001 - an assertion about the file
    if not met:
        raise _NotPlainError


def _refused(constant: str) -> None:
    """NaN and infinities, which JSON has not."""
    raise ValueError(constant)
