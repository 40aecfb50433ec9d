"""Outlines of IRIS (CONTOURS-IRIS, IRIS-GE) of the area, as the `iris.parquet` of a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.crs import commune_of
from geoville.sources.official import columns as known
from geoville.sources.official.area import Converted
from geoville.sources.official.layer_kinds import kind_of_layer
from geoville.sources.official.pack_files import write_layer
from geoville.sources.official.polygons import layers_to_read, read_polygons

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.official.area import Area, Recognised

FILE, ROLE = "iris.parquet", "iris"
_COMMUNE_DIGITS = 5


def convert_iris_contours(found: Recognised, area: Area, folder: Path) -> Converted:
    """Write the IRIS of the area: code, name, commune and polygon."""
    import geopandas as gpd

    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("iris_contours", ""))
    read = read_polygons(layers, known.IRIS_CODES, area, commune_of_iris, "IRIS")
    name = next((column for column in known.IRIS_NAMES if column in read.frame.columns), "_code")
    frame = gpd.GeoDataFrame(
        {
            "code": read.code,
            "name": read.frame[name].astype(str).to_numpy(),
            "commune": [commune_of_iris(code) for code in read.code.tolist()],
        },
        geometry=read.polygons,
        crs=area.epsg,
    )
    write_layer(frame, folder / FILE)
    return Converted(folder / FILE, ROLE, len(frame), read.left_out, read.notes)


def commune_of_iris(code: str) -> str:
    """Commune of an IRIS; that of the town for an IRIS of an arrondissement.

    >>> commune_of_iris("621930101"), commune_of_iris("132030101")
    ('62193', '13055')
    """
    return commune_of(code[:_COMMUNE_DIGITS])
