"""Files that geoville writes, open batch by batch for a table of PostGIS: nothing is held whole in memory."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.errors import InvalidInputError, Location
from geoville.sources.row_files.dialect import recognise_dialect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pyarrow as pa

ROWS_AT_A_TIME = 20_000
_SUFFIXES = (".parquet", ".geoparquet", ".gpkg", ".geojson", ".json", ".csv")


@dataclass(frozen=True, slots=True)
class OpenLayer:
    """A file being read.

    Parameters
    ----------
    geometry : name of the column of shapes, as WKB; None where the file has none.
    epsg : CRS of the shapes, (lon, lat) or (easting, northing); None where there are none.
    batches : to be read once, in the order of the file.
    """

    schema: pa.Schema
    geometry: str | None
    epsg: int | None
    batches: Iterator[pa.RecordBatch]


def open_layer(path: Path) -> AbstractContextManager[OpenLayer]:
    """Open GeoPackage, GeoJSON, GeoParquet, Parquet or CSV; columns of a CSV file are text.

    Raises
    ------
    InvalidInputError
        Another format, or a CRS without EPSG code.
    """
    suffix = path.suffix.lower()
    if suffix not in _SUFFIXES:
        raise InvalidInputError(
            "Ce format ne s'écrit pas dans une table PostGIS",
            where=Location(path.name),
            advice=f"partir d'un fichier {', '.join(_SUFFIXES)}",
        )
    if suffix == ".csv":
        return _open_csv(path)
    return _open_parquet(path) if suffix.endswith("parquet") else _open_with_gdal(path)


@contextmanager
def _open_parquet(path: Path) -> Iterator[OpenLayer]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        geo = json.loads((schema.metadata or {}).get(b"geo", b"null"))
        geometry = str(geo["primary_column"]) if geo else None
        # Without CRS, GeoParquet is in WGS84.
        epsg = _epsg(geo["columns"][geometry].get("crs", "OGC:CRS84"), path) if geo else None
        yield OpenLayer(schema, geometry, epsg, file.iter_batches(ROWS_AT_A_TIME))


@contextmanager
def _open_with_gdal(path: Path) -> Iterator[OpenLayer]:
    import pyogrio

    drawn = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    with pyogrio.open_arrow(path, layer=drawn[0], use_pyarrow=True, batch_size=ROWS_AT_A_TIME) as (meta, reader):
        geometry = meta["geometry_name"] or "wkb_geometry"
        yield OpenLayer(reader.schema, geometry, _epsg(meta["crs"], path), iter(reader))


@contextmanager
def _open_csv(path: Path) -> Iterator[OpenLayer]:
    """Leave every cell as text, since codes begin with zeros; only cells that are empty and unquoted are null."""
    import pyarrow as pa
    from pyarrow import csv

    dialect = recognise_dialect(path)
    parse = csv.ParseOptions(delimiter=dialect.separator, newlines_in_values=True)
    read = csv.ReadOptions(encoding=dialect.encoding.removesuffix("-sig"))
    with csv.open_csv(path, read_options=read, parse_options=parse) as probe:
        types = dict.fromkeys(probe.schema.names, pa.string())
    convert = csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    with csv.open_csv(path, read_options=read, parse_options=parse, convert_options=convert) as reader:
        yield OpenLayer(reader.schema, None, None, iter(reader))


def _epsg(crs: Any, path: Path) -> int:
    from pyproj import CRS

    known = CRS.from_user_input(crs) if crs else None
    if known is not None and known.to_authority() == ("OGC", "CRS84"):
        return 4326
    epsg = known.to_epsg() if known is not None else None
    if epsg is None:
        raise InvalidInputError(
            "Le système de coordonnées du fichier n'a pas de code EPSG",
            where=Location(path.name),
            advice="le convertir en Lambert-93",
        )
    return int(epsg)
