"""Clusters of cells are those of an outside authority: the graph of touching squares, labelled by scipy on a raster."""

from __future__ import annotations

import numpy as np
from effort import cases
from hypothesis import given, settings
from scipy import ndimage
from strategies import grids

from geoville.carroyage.grid import CELL_SIZE_M, Grid
from geoville.carroyage.lattice import cluster_cells
from geoville.model import Contiguity


def raster_labels(grid: Grid, contiguity: Contiguity) -> np.ndarray:
    rows = (grid.northing - grid.northing.min()) // CELL_SIZE_M
    columns = (grid.easting - grid.easting.min()) // CELL_SIZE_M
    picture = np.zeros((rows.max() + 1, columns.max() + 1), dtype=bool)
    picture[rows, columns] = True
    structure = ndimage.generate_binary_structure(2, 2 if contiguity is Contiguity.QUEEN else 1)
    return ndimage.label(picture, structure)[0][rows, columns]


@given(grids(side=14))
@cases(each_run=80, slow=400)
def test_clusters_are_those_of_a_raster(grid: Grid) -> None:
    for contiguity in Contiguity:
        ours, theirs = cluster_cells(grid.easting, grid.northing, contiguity), raster_labels(grid, contiguity)
        pairs = set(zip(ours.tolist(), theirs.tolist(), strict=True))
        assert len(pairs) == len(set(ours)) == len(set(theirs))


@given(grids(side=14))
@settings(max_examples=50, deadline=None)
def test_the_order_of_cells_does_not_matter(grid: Grid) -> None:
    shuffled = np.random.default_rng(1).permutation(len(grid))
    ours = cluster_cells(grid.easting, grid.northing)[shuffled]
    theirs = cluster_cells(grid.easting[shuffled], grid.northing[shuffled])
    assert len(set(zip(ours.tolist(), theirs.tolist(), strict=True))) == len(set(ours))
