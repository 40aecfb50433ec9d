"""People and their share below the threshold, smoothed over the ground, and the index that chooses ground.

The ground is a lattice of squares (50 m). What is computed covers the squares near which somebody lives, and is made
tile by tile, so that the memory taken is that of the inhabited ground whatever the size of the territory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid
    from geoville.carroyage.method import MethodRules


_REACH_SIGMAS = 4
_TILE = 512
_ROW_BITS = 32


@dataclass(frozen=True, eq=False, slots=True)
class SmoothedGround:
    """Layers smoothed by the kernel, on the squares that it reaches from where somebody lives, by (row, column).

    Parameters
    ----------
    row, column : (n,) place on the lattice.
    layers : (l, n) smoothed values.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    layers: NDArray[np.float64]


def square_keys(row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for each square, in order of (row, column)."""
    return (row << _ROW_BITS) + column


def smooth_ground(
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    layers: NDArray[np.float64],
    sigma_squares: float,
    *,
    tile: int = _TILE,
) -> SmoothedGround:
    """Smooth values of squares by a Gaussian kernel that sums to one.

    Parameters
    ----------
    row, column : (n,) squares with people, by (row, column).
    layers : (l, n) values; the first is people.
    sigma_squares : standard deviation of the kernel, in squares.
    tile : side of a tile, in squares; it changes neither the result nor one bit of it.

    Notes
    -----
    ``G(x) = Σ x exp(−d² / 2σ²) / Σ exp(−d² / 2σ²)``, cut at 4 σ along each axis.
    """
    from scipy.ndimage import gaussian_filter

    reach = int(_REACH_SIGMAS * sigma_squares + 0.5)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
    for south, west, near in _tiles(row, column, reach, tile):
        bottom, left = row[near].min() - reach, column[near].min() - reach
        up, right = row[near] - bottom, column[near] - left
        image = np.zeros((len(layers), up.max() + reach + 1, right.max() + reach + 1))
        for picture, layer in zip(image, layers, strict=True):
            picture[up, right] = layer[near]
        first_row, first_column = max(south, bottom), max(west, left)
        mine = np.s_[first_row - bottom : south + tile - bottom, first_column - left : west + tile - left]
        smooth = [gaussian_filter(one, sigma_squares, mode="constant", radius=reach)[mine] for one in image]
        reached = smooth[0] > 0
        up, right = np.nonzero(reached)
        found.append((up + first_row, right + first_column, np.stack([one[reached] for one in smooth])))
    if not found:
        empty = np.empty(0, dtype=np.int64)
        return SmoothedGround(empty, empty, np.empty((len(layers), 0)))
    rows, columns = (np.concatenate([item[axis] for item in found]) for axis in (0, 1))
    order = np.argsort(square_keys(rows, columns), kind="stable")
    return SmoothedGround(rows[order], columns[order], np.concatenate([item[2] for item in found], axis=1)[:, order])


def _tiles(
    row: NDArray[np.int64], column: NDArray[np.int64], reach: int, tile: int
) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """South-west square of each tile that the kernel reaches, and the squares with people that reach it."""
    reached = [
        np.unique(square_keys((row + up) // tile, (column + right) // tile))
        for up in (-reach, reach)
        for right in (-reach, reach)
    ]
    for key in np.unique(np.concatenate(reached)).tolist():
        tile_row, tile_column = _place_of(key)
        south, west = tile_row * tile, tile_column * tile
        rows = np.arange(*np.searchsorted(row, [south - reach, south + tile + reach]))
        near = rows[(column[rows] >= west - reach) & (column[rows] < west + tile + reach)]
        if len(near):
            yield south, west, near


def _place_of(key: int) -> tuple[int, int]:
    """Row and column of a key, the inverse of `square_keys`; columns may be negative."""
    row = (key + (1 << (_ROW_BITS - 1))) >> _ROW_BITS
    return row, key - (row << _ROW_BITS)


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """The ground near which somebody lives, with its index, by (row, column).

    Parameters
    ----------
    row, column : (n,) place on the lattice of squares.
    share : (n,) k, smoothed share of people below the threshold.
    density : (n,) smoothed people per 200 m cell.
    index : (n,) I.
    mine : (n,) True on the ground of the urban unit.
    part : (n,) part of cell that the square belongs to; -1 where nobody lives.
    """

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    share: NDArray[np.float64]
    density: NDArray[np.float64]
    index: NDArray[np.float64]
    mine: NDArray[np.bool_]
    part: NDArray[np.intp]


def typical_density(density: NDArray[np.float64], people: NDArray[np.float64]) -> float:
    """Density at which a territory's people typically live: ``exp(mean of ln(den + 1) weighted by people)``.

    Parameters
    ----------
    density : (n,) people per cell around each place.
    people : (n,) who live there; where nobody does the density is that of empty ground, 1.

    >>> round(typical_density(np.array([99.0, 9_999.0]), np.array([1.0, 1.0])), 9)
    1000.0
    """
    return float(np.exp(np.average(np.log(density + 1), weights=people))) if people.sum() > 0 else 1.0


def reference_density(density: NDArray[np.float64], people: NDArray[np.float64], rules: MethodRules) -> float:
    """Density that ground is compared to: between that of the territory and that of dense ground anywhere.

    Parameters
    ----------
    density, people : as in `typical_density`.

    Notes
    -----
    ``ref = typ^w × dense^(1 − w)``. With w = 1 what counts is to be denser than one's town, with w = 0 to be dense: an
    estate of a small town is less dense than one of a large town, yet denser than what surrounds it.
    """
    own = rules.own_density_share
    return float(typical_density(density, people) ** own * rules.dense_people_per_cell ** (1 - own))


def index_of(
    share: NDArray[np.float64], density: NDArray[np.float64], reference: float, density_weight: float
) -> NDArray[np.float64]:
    """Index of the ground: ``I = k + c ln((den + 1) / ref)``.

    One half is the decree's half where the density is that of reference; with c = 0.18, ground twice as dense is in
    from a share of 38 %, half as dense from 62 %.

    >>> index_of(np.array([0.5, 0.5]), np.array([99.0, 199.0]), 100.0, 0.18).round(4).tolist()
    [0.5, 0.6248]
    """
    return share + density_weight * np.log((density + 1) / reference)


def cells_around(grid: Grid, own: NDArray[np.bool_], rules: MethodRules) -> NDArray[np.bool_]:
    """Cells whose people the kernel may bring to ground that it reaches from some cells, or to what touches that.

    Parameters
    ----------
    own : (n,) True for those cells.

    Returns
    -------
    (n,) True within twice the reach of the kernel and two cells of them, and a little farther: blocks are chosen.
    """
    from scipy.ndimage import binary_dilation

    block_m = int(2 * _REACH_SIGMAS * rules.kernel_sigma_m) + 2 * CELL_SIZE_M
    if not own.any():
        return own
    up, right = ((corner - corner.min()) // block_m for corner in (grid.northing, grid.easting))
    blocks = np.zeros((up.max() + 1, right.max() + 1), dtype=bool)
    blocks[up[own], right[own]] = True
    return np.asarray(binary_dilation(blocks, np.ones((3, 3)))[up, right])


def cells_per_square(side: int) -> int:
    """How many squares a cell has: what people per square are multiplied by to be people per cell."""
    return side**2


def sigma_in_squares(rules: MethodRules) -> float:
    """Standard deviation of the kernel in squares of the lattice."""
    return rules.kernel_sigma_m * rules.subcells_per_side / CELL_SIZE_M
