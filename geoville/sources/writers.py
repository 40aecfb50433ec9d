"""Write layers and perimeters: GeoPackage, GeoJSON or GeoParquet by suffix, the same bytes for the same input."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import LAMBERT_93, WGS84
from geoville.errors import InvalidInputError
from geoville.sources.files import replacing
from geoville.sources.qgis_styles import TABLE as STYLES
from geoville.sources.qgis_styles import add_style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import geopandas
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter
    from geoville.sources.qgis_styles import LayerStyle

    Value = str | int | float | bool | None

MILLIMETRE_DECIMALS = 3
DEGREE_DECIMALS = 7
"""Decimals of coordinates: a millimetre in metres, about a centimetre in degrees."""

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON", ".parquet": "Parquet"}
_GPKG_GEOMETRY = "geom"
_FIXED_DATE = "1970-01-01T00:00:00.000Z"

COMMUNE_SEPARATOR = ";"
LAYER = "perimetres"
_RESERVED = ("geometry", "geom", "fid")  # a GeoPackage has these, and does not tell upper from lower case

_COLUMNS: dict[str, tuple[str, Callable[[Perimeter], Value]]] = {
    "code": ("string", lambda item: item.code),
    "name": ("string", lambda item: item.name),
    "kind": ("string", lambda item: item.kind.value),
    "generation": ("Int64", lambda item: item.generation),
    "vintage": ("Int64", lambda item: item.vintage),
    "estimated": ("bool", lambda item: item.estimated),
    "valid_from": ("string", lambda item: _iso(item.valid_from)),
    "valid_to": ("string", lambda item: _iso(item.valid_to)),
    "reference": ("string", lambda item: item.reference),
    "accuracy_m": ("Float64", lambda item: None if item.estimated else item.accuracy_m),
    "accuracy_source": ("string", lambda item: item.accuracy_source or None),
    "communes": ("string", lambda item: COMMUNE_SEPARATOR.join(item.communes)),
    "source": ("string", lambda item: item.source.citation if item.source else None),
}
"""Type and value of each column; dates are ISO 8601 text, which all three formats keep alike."""


def perimeters_frame(perimeters: Sequence[Perimeter]) -> geopandas.GeoDataFrame:
    """Perimeters as a table in their projected CRS; Lambert-93 where there is none.

    Returns
    -------
    Columns code, name, kind, generation, vintage, estimated, valid_from, valid_to (ISO dates), reference, accuracy_m
    (null for an estimate), accuracy_source, communes (INSEE codes joined by ";"), source (citation), then the
    attributes in the order they are first met, then the geometry. What a perimeter does not have is null; whole numbers
    stay whole beside nulls.

    Raises
    ------
    InvalidInputError
        Perimeters in several CRS, or an attribute named like another column.
    """
    import geopandas

    crs = {item.epsg for item in perimeters}
    if len(crs) > 1:
        listed = " et ".join(f"EPSG:{code}" for code in sorted(crs))
        raise InvalidInputError(f"Périmètres dans plusieurs CRS ({listed})", advice="écrire un fichier par territoire")
    keys = list(dict.fromkeys(key for item in perimeters for key in item.attributes))
    taken = [key for key in keys if key.lower() in (*_COLUMNS, *_RESERVED)]
    if taken:
        raise InvalidInputError(
            f"Attribut de même nom qu'une colonne de geoville : {', '.join(taken)}", advice="le renommer"
        )
    columns = {name: _typed([value(item) for item in perimeters], dtype) for name, (dtype, value) in _COLUMNS.items()}
    columns |= {key: _attribute_column([item.attributes.get(key) for item in perimeters]) for key in keys}
    return geopandas.GeoDataFrame(
        columns, geometry=[item.geometry for item in perimeters], crs=next(iter(crs), LAMBERT_93)
    )


def perimeter_record(perimeter: Perimeter) -> dict[str, Value]:
    """One perimeter without its geometry: the columns of `perimeters_frame`, then its attributes."""
    return {name: value(perimeter) for name, (_, value) in _COLUMNS.items()} | perimeter.attributes


@dataclass(frozen=True, slots=True)
class LayerChoice:
    """Where in a GeoPackage a result goes.

    Parameters
    ----------
    name : of the layer; that of the result unless given. Formats of one layer have no use for it.
    replace : take the place of a layer of that name that geoville did not write.
    """

    name: str | None = None
    replace: bool = False


OWN_LAYER = LayerChoice()
_WRITTEN_BY = "Écrit par geoville"
"""Description of the layers that geoville writes, by which it knows them again."""


def write_perimeters(
    perimeters: Sequence[Perimeter], path: Path, *, style: LayerStyle | None = None, into: LayerChoice = OWN_LAYER
) -> None:
    """Write perimeters, by suffix: see `write_layer`."""
    write_layer(perimeters_frame(perimeters), path, layer=LAYER, style=style, into=into)


def write_layer(
    frame: geopandas.GeoDataFrame,
    path: Path,
    *,
    layer: str,
    style: LayerStyle | None = None,
    into: LayerChoice = OWN_LAYER,
) -> None:
    """Write one layer, whole or not at all; the other layers of a GeoPackage that is there stay.

    Parameters
    ----------
    frame : in a projected CRS, in metres. GeoPackage and GeoParquet keep it; GeoJSON is in WGS84 (RFC 7946).
    path : its suffix chooses the format.
    layer : name of the layer, where the format has one.
    style : how QGIS draws it, where the format keeps it: GeoPackage.
    into : another name for the layer, and whether it may take the place of one that geoville did not write.

    Raises
    ------
    InvalidInputError
        The suffix is not one of those, the folder is missing or not writable, the GeoPackage has a layer of that name
        that geoville did not write, or cannot be read.

    Notes
    -----
    NaN becomes null. Coordinates are rounded vertex by vertex, not by `shapely.set_precision`, which may add, drop or
    move vertices far more than the rounding itself: what is written stays within half a unit of what was computed.
    A GeoJSON of no feature has no columns: the format holds them in the features.
    """
    driver = _driver_of(path)
    if driver == "GeoJSON":
        frame = _rounded(frame.to_crs(WGS84), DEGREE_DECIMALS)
    else:
        frame = _rounded(frame, MILLIMETRE_DECIMALS)
    with replacing(path) as beside, _failures_told(path):
        if driver == "Parquet":
            frame.to_parquet(beside, index=False)
        elif driver == "GeoJSON":
            made = BytesIO()  # on a disk that fills up, GDAL cuts a text short without a word
            _write_with_gdal(frame, made, driver, layer, RFC7946="YES", COORDINATE_PRECISION=str(DEGREE_DECIMALS))
            beside.write_bytes(made.getvalue())
        else:
            name = into.name or layer
            _keep_other_layers(path, beside, name, may_replace=into.replace)
            _write_with_gdal(frame, beside, driver, name, layer_options={"DESCRIPTION": _WRITTEN_BY})
            if style is not None:
                add_style(beside, name, style, geometry=_GPKG_GEOMETRY, dated=_FIXED_DATE)


def _keep_other_layers(path: Path, beside: Path, layer: str, *, may_replace: bool) -> None:
    """Copy a GeoPackage to where the next one is written, where it has something else than the layer that is written.

    Raises
    ------
    InvalidInputError
        It has a layer of that name that geoville did not write, or cannot be read.
    """
    if not path.is_file() or not path.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            tables = dict(file.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
            if set(tables) - {layer, STYLES}:
                with closing(sqlite3.connect(beside)) as copy:  # what QGIS has not yet put into the file comes too
                    file.backup(copy)
    except sqlite3.Error as error:
        raise InvalidInputError(
            f"« {path.name} » existe, et n'est pas un GeoPackage lisible",
            advice="donner un autre nom avec --out, ou l'effacer",
        ) from error
    if layer in tables and tables[layer] != _WRITTEN_BY and not may_replace:
        raise InvalidInputError(
            f"« {path.name} » a déjà une couche « {layer} », que geoville n'a pas écrite",
            advice="écrire sous un autre nom de couche (--layer), ou la remplacer (--replace)",
        )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _attribute_column(values: list[Value]) -> pd.api.extensions.ExtensionArray:
    """Attribute values under the narrowest type that holds them all; values of mixed natures become text."""
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return _typed(values, "boolean")
    if types == {int}:
        return _typed(values, "Int64")
    if types and types <= {int, float}:
        return _typed(values, "Float64")
    return _typed([None if value is None else str(value) for value in values], "string")


def _typed(values: Sequence[Value], dtype: Any) -> pd.api.extensions.ExtensionArray:
    import pandas as pd

    column: pd.api.extensions.ExtensionArray = pd.array(values, dtype=dtype)
    return column


def check_layer_name(path: Path) -> None:
    """Refuse a name whose suffix is no format of layers, before the work of minutes that would be written to it.

    Raises
    ------
    InvalidInputError
        The suffix is not one that geoville writes.
    """
    _driver_of(path)


def _driver_of(path: Path) -> str:
    """GDAL's name of the format that a suffix asks for.

    Raises
    ------
    InvalidInputError
        The suffix is not one that geoville writes.
    """
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise InvalidInputError(
            f"Format de sortie inconnu : « {path.suffix or path.name} »",
            advice="donner un nom de fichier en .gpkg (GeoPackage), .geojson (GeoJSON) ou .parquet (GeoParquet)",
        )
    return driver


def _write_with_gdal(
    frame: geopandas.GeoDataFrame, path: Path | BytesIO, driver: str, layer: str, **options: Any
) -> None:
    import pyogrio

    # Without a feature nothing tells GDAL the type of geometry.
    geometry_type = "Unknown" if frame.empty else None
    with _timestamps_fixed():
        pyogrio.write_dataframe(frame, path, layer=layer, driver=driver, geometry_type=geometry_type, **options)


@contextmanager
def _failures_told(path: Path) -> Iterator[None]:
    """Say in words that GDAL or SQLite cannot write; neither gives the system's reason."""
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        yield
    except (DataLayerError, DataSourceError, sqlite3.OperationalError) as error:
        raise InvalidInputError(
            f"Impossible d'écrire « {path} »", advice="vérifier la place sur le disque et les droits d'accès"
        ) from error


@contextmanager
def _timestamps_fixed() -> Iterator[None]:
    """Make GDAL date what it writes (`last_change` of a GeoPackage) from a constant instead of the clock."""
    import pyogrio

    before: Any = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _rounded(frame: geopandas.GeoDataFrame, decimals: int) -> geopandas.GeoDataFrame:
    return frame.set_geometry(rounded_shapes(np.array(frame.geometry.array, dtype=object), decimals), crs=frame.crs)


def rounded_shapes(shapes: NDArray[np.object_], decimals: int) -> NDArray[np.object_]:
    """Shapes whose coordinates are rounded vertex by vertex; what was valid stays so."""
    import shapely

    def rounded(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(coordinates, decimals)

    moved = np.array(shapely.transform(shapes, rounded), dtype=object)
    # Two edges closer than the rounding may cross once rounded: what was valid must be written valid.
    crossed = ~shapely.is_valid(moved) & shapely.is_valid(shapes)
    moved[crossed] = [_polygons_of(shapely.make_valid(shape)) for shape in moved[crossed]]
    return moved


def _polygons_of(shape: BaseGeometry) -> BaseGeometry:
    import shapely

    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == shapely.get_dimensions(parts).max()])
