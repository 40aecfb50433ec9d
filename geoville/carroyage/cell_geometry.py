"""Squares of cells and outlines of their unions, in the projected CRS of the territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import transform_points

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


_CORNERS = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])


def cell_squares(
    easting: NDArray[np.int64], northing: NDArray[np.int64], source: int, target: int, size_m: int = CELL_SIZE_M
) -> NDArray[np.object_]:
    """Cells as polygons.

    Parameters
    ----------
    easting, northing : (n,) metres in EPSG `source`: south-west corners.
    target : EPSG code wanted.
    size_m : side of a cell, metres.

    Returns
    -------
    (n,) polygons in `target`; a corner shared by two cells has the same coordinates, bit for bit, in both.
    """
    import shapely

    corners = np.stack([easting, northing], axis=-1)[:, None, :] + size_m * _CORNERS[None, :, :]
    distinct, where = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    east, north = transform_points(distinct[:, 0].astype(float), distinct[:, 1].astype(float), source, target)
    moved = np.column_stack([east, north])[where.ravel()].reshape(len(easting), len(_CORNERS), 2)
    return np.asarray(shapely.polygons(moved))


def union_of_cells(squares: NDArray[np.object_]) -> BaseGeometry:
    """Union of squares made by `cell_squares`: exact, since neighbours share their corners bit for bit."""
    import shapely

    return shapely.coverage_union_all(squares)
