"""Layers of vector files, looked at before they are read: columns, geometry, a few rows, CRS."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.sources.vector_files import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_BESIDE = {".shp": (".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx"), ".mif": (".mid",)}
"""Files that stand beside a Shapefile or a MapInfo file and are read with it."""

VECTOR_SUFFIXES = (*SUFFIXES, ".mif", ".dbf")
_PREFERRED = (".parquet", ".gpkg", ".shp", ".geojson", ".json", ".mif", ".dbf")
_SAMPLE_ROWS = 50
_MIXED = "Unknown"
"""What GDAL says of a layer that holds polygons and multipolygons, as GeoJSON often does."""


@dataclass(frozen=True, slots=True)
class Layer:
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


def layers_of(path: Path) -> tuple[Layer, ...]:
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


def chosen_layers(layers: Sequence[Layer], epsg: int) -> tuple[Layer, ...]:
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


def _gdal_layer(path: Path, name: str, geometry: str) -> Layer:
    import geopandas as gpd
    import pyogrio

    info = pyogrio.read_info(path, layer=name)
    frame = pyogrio.read_dataframe(path, layer=name, max_features=_SAMPLE_ROWS, read_geometry=geometry == _MIXED)
    if geometry == _MIXED and isinstance(frame, gpd.GeoDataFrame):
        geometry = next(iter(frame.geom_type.dropna()), "")
        frame = frame.drop(columns=frame.geometry.name)
    sample = {str(column).lower(): tuple(_texts(frame[column])) for column in frame.columns}
    return Layer(path, name, sample, geometry, _epsg(info["crs"]))


def _parquet_layer(path: Path) -> tuple[Layer, ...]:
    import geopandas as gpd
    import pyarrow.parquet as pq

    if b"geo" not in (pq.read_schema(path).metadata or {}):
        return ()
    frame = gpd.read_parquet(path)
    names = [column for column in frame.columns if column != frame.geometry.name]
    sample = {str(name).lower(): tuple(_texts(frame[name].head(_SAMPLE_ROWS))) for name in names}
    geometry = str(frame.geom_type.dropna().iloc[0]) if frame.geom_type.notna().any() else ""
    return (Layer(path, "", sample, geometry, _epsg(frame.crs)),)


def _texts(column: object) -> list[str]:
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
