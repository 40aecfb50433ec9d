"""Small tables of a territory pack: communes, cells, incomes of IRIS. Their checksums are verified before."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import parse_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.carroyage.place_keys import find_keys, place_keys
from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.errors import DataUnavailableError, Location
from geoville.law import IncomeReference
from geoville.sources.grids.columns import fixed_width_ids

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid


@dataclass(frozen=True, eq=False, slots=True)
class CellTable:
    """Commune and IRIS of the centre of each cell of one CRS, in order of (northing, easting).

    Parameters
    ----------
    northing, easting : (n,) int64, metres in `epsg`: south-west corners.
    commune, iris : (n,) INSEE codes as text.
    """

    epsg: int
    northing: NDArray[np.int64]
    easting: NDArray[np.int64]
    commune: NDArray[np.str_]
    iris: NDArray[np.str_]

    def zones_of(self, grid: Grid) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
        """Commune and IRIS of each cell of a grid: two (n,) arrays of text, empty where the cell is not known."""
        if grid.epsg != self.epsg or not len(self.commune):
            return np.full(len(grid), "", self.commune.dtype), np.full(len(grid), "", self.iris.dtype)
        wanted, among = (place_keys(cells.easting, cells.northing) for cells in (grid, self))
        found = find_keys(wanted, among)
        known = found >= 0
        return np.where(known, self.commune[found], ""), np.where(known, self.iris[found], "")

    def take(self, rows: NDArray[np.intp]) -> CellTable:
        """Some cells, in the order given."""
        return CellTable(self.epsg, self.northing[rows], self.easting[rows], self.commune[rows], self.iris[rows])

    def bounds(self, epsg: int) -> tuple[float, float, float, float]:
        """Bounding box of all cells in another CRS: (west, south, east, north)."""
        easting = np.concatenate([self.easting + shift for shift in (0, 0, CELL_SIZE_M, CELL_SIZE_M)]).astype(float)
        northing = np.concatenate([self.northing + shift for shift in (0, CELL_SIZE_M, 0, CELL_SIZE_M)]).astype(float)
        first, second = transform_points(easting, northing, self.epsg, epsg)
        return float(first.min()), float(second.min()), float(first.max()), float(second.max())


def read_cells(path: Path) -> CellTable:
    """Read the table "cell → commune and IRIS of its centre", CSV or Parquet, whatever the order of its rows.

    Raises
    ------
    DataUnavailableError
        The table lacks a column, holds no cell, or cells of several CRS.
    """
    ids, commune, iris = _columns(path, ("idcar_200m", "commune", "iris"))
    epsg, northing, easting = parse_cell_ids(fixed_width_ids(ids))
    if len(epsg) == 0 or epsg[0] == 0 or (epsg != epsg[0]).any():
        raise _unusable(path, "ne contient pas que des carreaux d'un même système de coordonnées")
    table = CellTable(int(epsg[0]), northing, easting, _codes(commune), _codes(iris))
    keys = place_keys(easting, northing)
    return table if (keys[1:] > keys[:-1]).all() else table.take(np.unique(keys, return_index=True)[1])


def read_communes(path: Path) -> dict[str, str]:
    """Read the names of communes by INSEE code, from CSV or Parquet."""
    codes, names = _columns(path, ("code", "name"))
    return dict(zip(codes.to_pylist(), names.to_pylist(), strict=True))


def read_iris_medians(path: Path, year: int) -> dict[str, float]:
    """Read the median declared income per UC of one year, euros, by IRIS; those that publish none are left out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    codes, years, medians = _columns(path, ("code", "year", "median_declared_eur"))
    asked = pc.equal(years.cast(pa.string()), str(year))
    published = zip(codes.filter(asked).to_pylist(), medians.filter(asked).to_pylist(), strict=True)
    try:
        known = {code: float(median) for code, median in published if median not in (None, "")}
    except ValueError as error:
        raise _unusable(path, "a un revenu médian qui n'est pas un nombre") from error
    return {code: median for code, median in known.items() if not isnan(median)}


def read_iris_years(path: Path) -> tuple[int, ...]:
    """Read the years that a table of incomes of IRIS has, in order."""
    import pyarrow.compute as pc

    (years,) = _columns(path, ("year",))
    try:
        return tuple(sorted(int(year) for year in pc.unique(years).to_pylist()))
    except (TypeError, ValueError) as error:
        raise _unusable(path, "a une année qui n'est pas un nombre") from error


def read_iris_names(path: Path) -> dict[str, str]:
    """Read the names of IRIS by code, from CSV or Parquet."""
    return read_communes(path)


def read_urban_units(path: Path) -> dict[str, str]:
    """Read the urban unit of each commune, by INSEE code."""
    communes, units = _columns(path, ("commune", "uu"))
    return dict(zip(communes.to_pylist(), units.to_pylist(), strict=True))


def read_unit_incomes(path: Path) -> dict[str, IncomeReference]:
    """Read the reference incomes of urban units, estimated by geoville and so never verified."""
    names = ("uu", "national_eur", "rmuc_eur", "population", "year", "source")
    rows = zip(*(column.to_pylist() for column in _columns(path, names)), strict=True)
    return {
        unit: IncomeReference(national, rmuc, population, year, verified=False, source=source)
        for unit, national, rmuc, population, year, source in rows
    }


def read_outlines(path: Path) -> tuple[tuple[str, ...], list[BaseGeometry]]:
    """Read the outlines of a GeoParquet layer by their column `code`, in its order, in WGS84."""
    import geopandas

    frame = geopandas.read_parquet(path, columns=["code", "geometry"]).dropna(subset=["geometry"]).sort_values("code")
    epsg = frame.crs.to_epsg()
    return tuple(frame["code"]), [transform_geometry(shape, epsg, WGS84) for shape in frame.geometry]


def layer_bounds(path: Path) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the shapes of a GeoParquet layer, degrees; None where it has none."""
    import geopandas
    from pyarrow import parquet

    if path.suffix != ".parquet" or b"geo" not in (parquet.read_schema(path).metadata or {}):
        return None
    shapes = geopandas.read_parquet(path, columns=["geometry"]).geometry.dropna()
    if shapes.empty:
        return None
    west, south, east, north = shapes.to_crs(WGS84).total_bounds.tolist()
    return west, south, east, north


def _columns(path: Path, names: tuple[str, ...]) -> list[pa.ChunkedArray]:
    """Columns of a CSV file, as text, or of a Parquet file."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    try:
        if path.suffix == ".parquet":
            table = parquet.read_table(path, columns=list(names))
        else:
            types = dict.fromkeys(names, pa.string())
            table = csv.read_csv(path, convert_options=csv.ConvertOptions(include_columns=names, column_types=types))
        return [table[name] for name in names]
    except (pa.ArrowException, KeyError, OSError) as error:
        raise _unusable(path, "est illisible ou n'a pas toutes ses colonnes") from error


def _codes(column: pa.ChunkedArray) -> NDArray[np.str_]:
    """Codes as text, empty where there is none. Each distinct code becomes text once: cells are millions, codes few."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.fill_null(column.cast(pa.string()), "").combine_chunks().dictionary_encode()
    distinct = np.array(coded.dictionary.to_pylist() or [""], dtype=np.str_)
    codes: NDArray[np.str_] = distinct[coded.indices.to_numpy()]
    return codes


def _unusable(path: Path, what: str) -> DataUnavailableError:
    return DataUnavailableError(
        f"Une table du territoire {what}",
        where=Location(str(path)),
        advice="refaire le territoire, ou réinstaller geoville",
    )
