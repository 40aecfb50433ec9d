"""The table of a pack that says in which commune and which IRIS the centre of each cell is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids, parse_cell_ids
from geoville.carroyage.place_keys import place_keys, places_of
from geoville.errors import GridError, Location
from geoville.sources.grids.columns import fixed_width_ids
from geoville.sources.official.area import Converted
from geoville.sources.official.grid import centres
from geoville.sources.official.pack_files import write_table
from geoville.sources.official.zones import NOWHERE, zone_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.sources.official.outlines import Outlines

FILE, ROLE = "cells.parquet", "cells"


def make_cells(grids: Sequence[Path], outlines: Outlines | None, iris: Path | None, folder: Path) -> Converted:
    """Write `cells.parquet`, one row for each cell of all grids, in order of (northing, easting).

    Parameters
    ----------
    grids : Parquet files of the pack, in one CRS.
    outlines : communes; the column `commune` is empty without them, and for a cell whose centre is in none (at sea).
    iris : `iris.parquet` of the pack; the column `iris` is empty without it, and for a centre in no IRIS.

    Raises
    ------
    GridError
        The grids are in several CRS.
    """
    import geopandas as gpd
    import pyarrow as pa

    epsg, easting, northing = _corners(grids)
    east, north = centres(epsg, easting, northing)
    communes = np.full(len(easting), "") if outlines is None else outlines.commune_at(east, north)
    codes = np.full(len(easting), "")
    if iris is not None:
        layer = gpd.read_parquet(iris, columns=["code", "geometry"])
        zones = zone_at(np.array(layer.geometry.to_numpy(), dtype=object), east, north)
        codes = np.where(zones == NOWHERE, "", layer["code"].to_numpy(dtype=np.str_)[zones])
    columns = {"idcar_200m": format_cell_ids(epsg, northing, easting), "commune": communes, "iris": codes}
    write_table(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), folder / FILE)
    return Converted(folder / FILE, ROLE, len(easting), 0, _unplaced(communes, codes, iris))


def _corners(grids: Sequence[Path]) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
    """CRS, eastings and northings of the cells that any of the grids has, each once."""
    import pyarrow.parquet as pq

    keys: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    crs: set[int] = set()
    for path in grids:
        ids = fixed_width_ids(pq.read_table(path, columns=["idcar_200m"])["idcar_200m"])
        epsg, northing, easting = parse_cell_ids(ids)
        crs |= set(np.unique(epsg).tolist())
        keys = np.union1d(keys, place_keys(easting, northing))
    if len(crs) != 1:
        raise GridError(
            "Les grilles d'un territoire doivent être dans le même système de coordonnées",
            where=Location(", ".join(path.name for path in grids)),
            advice="donner les grilles d'un seul territoire",
        )
    return (crs.pop(), *places_of(keys))


def _unplaced(communes: NDArray[np.str_], codes: NDArray[np.str_], iris: Path | None) -> tuple[str, ...]:
    outside, without = int((communes == "").sum()), int((codes == "").sum())
    notes = []
    if outside:
        notes.append(f"Carreaux dont le centre n'est dans aucune commune du territoire : {outside}.")
    if iris is not None and without:
        notes.append(f"Carreaux dont le centre n'est dans aucun IRIS : {without}.")
    return tuple(notes)
