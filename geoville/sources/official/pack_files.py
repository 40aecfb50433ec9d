"""Writing the files of a pack: Parquet tables and GeoParquet layers, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.sources.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pyarrow as pa


def write_table(table: pa.Table, path: Path) -> None:
    """Write a Parquet table."""
    import pyarrow.parquet as pq

    with replacing(path) as beside:
        pq.write_table(table, beside)


def write_layer(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a GeoParquet layer. Coordinates are not rounded: an official limit is not moved, not by a millimetre."""
    with replacing(path) as beside:
        frame.to_parquet(beside, index=False)
