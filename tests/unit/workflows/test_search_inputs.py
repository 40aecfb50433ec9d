"""The IRIS of the squares of cells, square by square."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.carroyage.cell_parts import square_centres
from geoville.carroyage.grid import Grid
from geoville.crs import GRID_CRS, transform_points
from geoville.sources.layers import IrisLayer
from geoville.workflows import search_inputs
from geoville.workflows.search_inputs import iris_of_squares

EPSG = 3035
EAST, NORTH = 3_800_000, 2_900_000
SIDE = 4  # squares of 50 m


def grid_of(columns: int, rows: int) -> Grid:
    north, east = (axis.ravel() for axis in np.mgrid[0:rows, 0:columns])
    count = columns * rows
    zeros, none = np.zeros(count), np.zeros(count, dtype=bool)
    return Grid(EPSG, 2019, EAST + 200 * east, NORTH + 200 * north, zeros, zeros, none, zeros, zeros)


def layer_of(polygons: list[shapely.Polygon]) -> IrisLayer:
    """IRIS in Lambert-93, drawn in metres of the grid from its corner."""
    moved = [
        shapely.transform(
            shapely.segmentize(one, 50), lambda xy: np.column_stack(in_lambert(np.add(xy, (EAST, NORTH))))
        )
        for one in polygons
    ]
    text, none = np.array([str(rank) for rank in range(len(moved))]), np.full(len(moved), np.nan)
    return IrisLayer(text, text, np.array(moved, dtype=object), GRID_CRS[EPSG], none, none, 2019, ())


def in_lambert(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return transform_points(*points.T, EPSG, GRID_CRS[EPSG])


def one_by_one(grid: Grid, layer: IrisLayer) -> np.ndarray:
    """The first IRIS that meets each centre, -1 where none does: each asked of all."""
    east, north = square_centres(grid.easting, grid.northing, SIDE)
    points = shapely.points(*transform_points(east.ravel(), north.ravel(), EPSG, GRID_CRS[EPSG]))
    met = np.stack([shapely.intersects(polygon, points) for polygon in layer.polygons])
    return np.where(met.any(axis=0), met.argmax(axis=0), -1).reshape(-1, SIDE**2)


@pytest.mark.parametrize("cells_at_once", [1_000, 7])
def test_each_square_is_in_the_first_iris_that_holds_its_centre(
    monkeypatch: pytest.MonkeyPatch, cells_at_once: int
) -> None:
    monkeypatch.setattr(search_inputs, "_CELLS_AT_ONCE", cells_at_once)
    random, grid = np.random.default_rng(7), grid_of(12, 10)
    corners = random.uniform(-200, 2_200, (8, 2))
    some = [
        shapely.box(x, y, x + w, y + h)
        for (x, y), (w, h) in zip(corners, random.uniform(90, 1_500, (8, 2)), strict=True)
    ]
    layer = layer_of([*some, shapely.box(0, 0, 1_200, 800), shapely.box(1_200, 0, 2_000, 800)])
    found = iris_of_squares(grid, layer)
    assert found.tolist() == one_by_one(grid, layer).tolist()
    assert {-1, 8, 9} < set(found.ravel().tolist())


def test_a_cell_that_another_iris_meets_is_looked_at_square_by_square() -> None:
    """Generalised borders overlap: the lowest number wins where both are, whichever holds the whole cell."""
    layer = layer_of([shapely.box(150, 0, 400, 200), shapely.box(-10, -10, 210, 210)])
    (found,) = iris_of_squares(grid_of(1, 1), layer)
    assert found.reshape(SIDE, SIDE).tolist() == [[1, 1, 1, 0]] * SIDE
