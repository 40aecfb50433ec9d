"""Streets of the area, from BD TOPO or exports of OpenStreetMap, as the `streets.parquet` of a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError, Location
from geoville.sources.official.area import Converted
from geoville.sources.official.layer_kinds import kind_of_layer
from geoville.sources.official.outlines import needed
from geoville.sources.official.pack_files import write_layer
from geoville.sources.official.polygons import layers_to_read
from geoville.sources.streets import read_streets

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.official.area import Area, Recognised
    from geoville.sources.official.outlines import Outlines

FILE, ROLE = "streets.parquet", "streets"


def convert_streets(found: Recognised, area: Area, folder: Path, outlines: Outlines | None) -> Converted:
    """Write the lines that have a point in common with a commune of the area, whole.

    Raises
    ------
    InvalidInputError
        The lines are at fault (see `read_streets`), none is in the area, or the outlines are needed and not known.
    """
    import geopandas as gpd

    layers = layers_to_read(found, area, lambda layer: kind_of_layer(layer) == ("streets", ""))
    lines = np.concatenate([read_streets(layer.path, area.epsg, layer=layer.name).lines for layer in layers])
    kept = lines if area.is_country else lines[needed(outlines, "les rues").touch(lines)]
    if not len(kept):
        raise InvalidInputError(
            "Aucune rue de ce fichier n'est dans le territoire",
            where=Location(layers[0].path.name),
            advice="vérifier le département du fichier",
        )
    write_layer(gpd.GeoDataFrame(geometry=kept, crs=area.epsg), folder / FILE)
    return Converted(folder / FILE, ROLE, len(kept), len(lines) - len(kept))
