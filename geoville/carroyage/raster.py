"""Indicators of cells as images, and back: north up, one pixel for each place of the lattice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M
from geoville.errors import InvalidInputError
from geoville.french import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Affine = tuple[float, float, float, float, float, float]

_ALIGNMENT_TOLERANCE_M = 0.001
"""Other tools round what they write; further than a millimetre off, pixels are not the cells."""


@dataclass(frozen=True, slots=True)
class RasterFrame:
    """Where an image of cells lies.

    Parameters
    ----------
    west, north : easting of its left edge and northing of its top edge, metres in the grid's CRS.
    rows, columns : its size in pixels of 200 m.
    """

    west: int
    north: int
    rows: int
    columns: int

    @property
    def affine(self) -> Affine:
        """The six figures (a, b, c, d, e, f) of easting = a·column + b·row + c, northing = d·column + e·row + f."""
        return (float(CELL_SIZE_M), 0.0, float(self.west), 0.0, float(-CELL_SIZE_M), float(self.north))


@dataclass(frozen=True, eq=False, slots=True)
class CellValues:
    """Indicators of cells, in order of (northing, easting).

    Parameters
    ----------
    epsg : CRS of the cells.
    easting, northing : (n,) int64, south-west corners, metres in `epsg`.
    bands : (n,) float64 each, by name; NaN where a cell has no value.
    """

    epsg: int
    easting: NDArray[np.int64]
    northing: NDArray[np.int64]
    bands: Mapping[str, NDArray[np.float64]]


def frame_of_cells(easting: NDArray[np.int64], northing: NDArray[np.int64]) -> RasterFrame:
    """Return the smallest frame that holds every cell.

    Parameters
    ----------
    easting, northing : (n,) south-west corners on the lattice, metres.

    Raises
    ------
    InvalidInputError
        There is no cell.
    """
    if len(easting) == 0:
        raise InvalidInputError("Aucun carreau à mettre en image", advice="donner une grille qui n'est pas vide")
    west, south = int(easting.min()), int(northing.min())
    return RasterFrame(
        west=west,
        north=int(northing.max()) + CELL_SIZE_M,
        rows=(int(northing.max()) - south) // CELL_SIZE_M + 1,
        columns=(int(easting.max()) - west) // CELL_SIZE_M + 1,
    )


def frame_of_affine(affine: Affine, rows: int, columns: int) -> RasterFrame:
    """Frame of an image that was read.

    Parameters
    ----------
    affine : as `RasterFrame.affine`.

    Raises
    ------
    InvalidInputError
        Its pixels are not cells: turned, upside down, of another size, or off the lattice.
    """
    width, row_turn, west, column_turn, height, north = affine
    if row_turn or column_turn or width < 0 or height > 0:
        raise InvalidInputError(
            "L'image n'est pas orientée le nord en haut", advice="la redresser (gdalwarp) avant de la donner"
        )
    drift_m = max(abs(width - CELL_SIZE_M) * columns, abs(height + CELL_SIZE_M) * rows)
    if drift_m > _ALIGNMENT_TOLERANCE_M:
        raise InvalidInputError(
            f"Les pixels font {number(width, 3)} m sur {number(-height, 3)} m, et non {CELL_SIZE_M} m",
            advice="la rééchantillonner sur les carreaux (gdalwarp -tr 200 200 -tap)",
        )
    corner = (CELL_SIZE_M * round(west / CELL_SIZE_M), CELL_SIZE_M * round(north / CELL_SIZE_M))
    if max(abs(west - corner[0]), abs(north - corner[1])) > _ALIGNMENT_TOLERANCE_M:
        raise InvalidInputError(
            f"Les pixels ne tombent pas sur les carreaux : l'angle nord-ouest est en {number(west, 3)} m, "
            f"{number(north, 3)} m",
            advice="la caler sur des multiples de 200 m (gdalwarp -tr 200 200 -tap)",
        )
    return RasterFrame(corner[0], corner[1], rows, columns)


def pixels_of_cells(
    frame: RasterFrame, easting: NDArray[np.int64], northing: NDArray[np.int64], values: NDArray[np.generic]
) -> NDArray[np.float64]:
    """Image of one indicator.

    Parameters
    ----------
    frame : holds every cell.
    easting, northing : (n,) south-west corners, each cell once.
    values : (n,) numbers or booleans.

    Returns
    -------
    (rows, columns), the first row in the north; NaN where there is no cell.
    """
    pixels = np.full((frame.rows, frame.columns), np.nan)
    rows = (frame.north - northing) // CELL_SIZE_M - 1
    pixels[rows, (easting - frame.west) // CELL_SIZE_M] = values
    return pixels


def cells_of_pixels(
    frame: RasterFrame, pixels: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Cells of an image of one or more indicators, the inverse of `pixels_of_cells`.

    Parameters
    ----------
    pixels : (bands, rows, columns), NaN where there is no value.

    Returns
    -------
    easting, northing : (n,) south-west corners of the cells with a value in some band, by (northing, easting).
    values : (bands, n).
    """
    southern_first = pixels[:, ::-1, :]
    rows, columns = np.nonzero(~np.isnan(southern_first).all(axis=0))
    south = frame.north - frame.rows * CELL_SIZE_M
    return frame.west + columns * CELL_SIZE_M, south + rows * CELL_SIZE_M, southern_first[:, rows, columns]
