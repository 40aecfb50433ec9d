"""A grid of 200 m cells as columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import transform_points

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


CELL_SIZE_M = 200


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """A checked grid of cells, one vintage, one CRS, in order of (northing, easting).

    Parameters
    ----------
    epsg : CRS of the cells (3035 in metropolitan France, 5490 Martinique, 2975 La Réunion).
    vintage : year of the incomes.
    easting, northing : (n,) int64, metres in `epsg`: south-west corner.
    people : (n,) number of people, halves possible.
    income_sum_eur : (n,) sum over people of winsorised living standard (ind_snv), euros of `vintage` per year.
    imputed : (n,) True where INSEE imputed the cell's values (fewer than 11 households).
    households, poor_households : (n,) NaN where not published; fractional in imputed cells.
    """

    epsg: int
    vintage: int
    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    people: NDArray[np.float64]
    income_sum_eur: NDArray[np.float64]
    imputed: NDArray[np.bool_]
    households: NDArray[np.float64]
    poor_households: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.easting)

    @property
    def mean_eur(self) -> NDArray[np.float64]:
        """(n,) mean living standard, euros per UC per year; NaN where nobody lives."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.people > 0, self.income_sum_eur / self.people, np.nan)

    @property
    def poor_share(self) -> NDArray[np.float64]:
        """(n,) share of households under 60 % of the national median living standard; NaN where not published."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.households > 0, self.poor_households / self.households, np.nan)

    def rows_in_box(self, west: int, south: int, east: int, north: int) -> NDArray[np.intp]:
        """Indices of the cells whose south-west corner lies in a box, ends included, metres."""
        rows = np.arange(*np.searchsorted(self.northing, [south, north + 1]))  # cells are in order of northing
        between = (self.easting[rows] >= west) & (self.easting[rows] <= east)
        return np.asarray(rows[between])

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Grid:
        """Return the grid of some of the cells, in the order given."""
        return Grid(
            self.epsg,
            self.vintage,
            self.easting[chosen],
            self.northing[chosen],
            self.people[chosen],
            self.income_sum_eur[chosen],
            self.imputed[chosen],
            self.households[chosen],
            self.poor_households[chosen],
        )


_CORNERS = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])


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

    corners = np.column_stack([easting, northing])[:, None, :] + float(size_m) * _CORNERS
    east, north = transform_points(corners[..., 0], corners[..., 1], source, target)
    return np.asarray(shapely.polygons(np.stack([east, north], axis=-1)))


def union_of_cells(squares: NDArray[np.object_]) -> BaseGeometry:
    """Union of squares made by `cell_squares`: exact, since neighbours share their corners bit for bit."""
    import shapely

    return shapely.coverage_union_all(squares)
