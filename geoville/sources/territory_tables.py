"""Small tables of a territory pack: communes, cells, incomes of IRIS. Their checksums are verified before."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import encode_ids, parse_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import transform_points

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

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
        rows = {
            corner: row for row, corner in enumerate(zip(self.northing.tolist(), self.easting.tolist(), strict=True))
        }
        same_crs = grid.epsg == self.epsg
        corners = zip(grid.northing.tolist(), grid.easting.tolist(), strict=True)
        found = np.array([rows.get(corner, -1) if same_crs else -1 for corner in corners], dtype=np.intp)
        known = found >= 0
        return np.where(known, self.commune[found], ""), np.where(known, self.iris[found], "")

    def bounds(self, epsg: int) -> tuple[float, float, float, float]:
        """Bounding box of all cells in another CRS: (west, south, east, north)."""
        easting = np.concatenate([self.easting + shift for shift in (0, 0, CELL_SIZE_M, CELL_SIZE_M)]).astype(float)
        northing = np.concatenate([self.northing + shift for shift in (0, CELL_SIZE_M, 0, CELL_SIZE_M)]).astype(float)
        first, second = transform_points(easting, northing, self.epsg, epsg)
        return float(first.min()), float(second.min()), float(first.max()), float(second.max())


def read_cells(path: Path) -> CellTable:
    """Read the table "cell → commune and IRIS of its centre"."""
    rows = _rows(path)
    epsg, northing, easting = parse_cell_ids(encode_ids(row["idcar_200m"] for row in rows))
    commune, iris = (np.array([row[column] for row in rows], dtype=np.str_) for column in ("commune", "iris"))
    return CellTable(int(epsg[0]), northing, easting, commune, iris)


def read_communes(path: Path) -> dict[str, str]:
    """Read the names of communes by INSEE code."""
    return {row["code"]: row["name"] for row in _rows(path)}


def read_iris_medians(path: Path, year: int) -> dict[str, float]:
    """Read the median declared income per UC of one year, euros, by IRIS; those that publish none are left out."""
    return {
        row["code"]: float(row["median_declared_eur"])
        for row in _rows(path)
        if row["year"] == str(year) and row["median_declared_eur"]
    }


def read_iris_names(path: Path) -> dict[str, str]:
    """Read the names of IRIS by code."""
    return {row["code"]: row["name"] for row in _rows(path)}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
