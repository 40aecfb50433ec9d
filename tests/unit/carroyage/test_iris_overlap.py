"""How cells lie over IRIS: shares of area as GEOS cuts them, slivers, what is covered, and the IRIS of each square."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geoville.carroyage import raking
from geoville.carroyage.cell_parts import square_centres
from geoville.carroyage.grid import Grid, cell_squares
from geoville.carroyage.raking import CellsOverIris, cells_over_iris, overlap_of_cells
from geoville.crs import GRID_CRS, transform_points

EPSG = 3035
EAST, NORTH = 3_800_000, 2_900_000
SIDE = 4  # squares of 50 m


def cells(*west: float) -> np.ndarray:
    """Squares of 200 m side by side, in a row."""
    return np.array([shapely.box(x, 0, x + 200, 200) for x in west])


@pytest.mark.parametrize(("width_m", "share"), [(1.0, None), (1.999, None), (2.0, 0.01), (4.0, 0.02)])
def test_a_sliver_under_one_hundredth_of_a_cell_is_dropped_and_one_hundredth_is_not(
    width_m: float, share: float | None
) -> None:
    overlap = overlap_of_cells(cells(0, 200), np.array([shapely.box(0, 0, 200 + width_m, 200)]))
    assert overlap.cell.tolist() == ([0] if share is None else [0, 1])
    assert overlap.share.tolist() == ([1.0] if share is None else [1.0, share])


def test_an_iris_is_covered_from_nine_tenths_of_its_area() -> None:
    iris = np.array([shapely.box(100, 0, 500, 200), shapely.box(0, 0, 440, 200), shapely.box(0, 0, 460, 200)])
    overlap = overlap_of_cells(cells(0, 200), iris)
    assert overlap.complete.tolist() == [False, True, False]  # 75 %, 91 % and 87 % of it lie in the 400 m of cells
    just = overlap_of_cells(cells(*range(0, 1_800, 200)), np.array([shapely.box(0, 0, 2_000, 200)]))
    assert just.complete.tolist() == [True]


@pytest.mark.parametrize(
    ("covered", "not_covered"),
    [
        ((-100, 0, 900, 200), (-101, 0, 899, 200)),
        ((0, -100, 200, 900), (0, -101, 200, 899)),
        ((100, 0, 1_100, 200), (100, 0, 1_101, 200)),
        ((0, 100, 200, 1_100), (0, 100, 200, 1_101)),
    ],
)
def test_an_iris_may_leave_the_cells_by_a_tenth_on_any_side(
    covered: tuple[float, ...], not_covered: tuple[float, ...]
) -> None:
    squares = np.array(
        [shapely.box(x, y, x + 200, y + 200) for x in range(0, 1_000, 200) for y in range(0, 1_000, 200)]
    )
    iris = np.array([shapely.box(*covered), shapely.box(*not_covered)])
    assert overlap_of_cells(squares, iris).complete.tolist() == [True, False]


# --- Of a grid: as of its cells one by one, however many are looked at together


def grid_of(columns: int, rows: int) -> Grid:
    north, east = (axis.ravel() for axis in np.mgrid[0:rows, 0:columns])
    count = columns * rows
    zeros, none = np.zeros(count), np.zeros(count, dtype=bool)
    return Grid(EPSG, 2019, EAST + 200 * east, NORTH + 200 * north, zeros, zeros, none, zeros, zeros)


def on_ground(shapes: list[shapely.Geometry]) -> np.ndarray:
    """Shapes in Lambert-93, drawn in metres of the grid from its corner: what runs along cells still does."""
    return np.array([shapely.transform(shapely.segmentize(one, 50), in_lambert) for one in shapes])


def in_lambert(drawn: np.ndarray) -> np.ndarray:
    return np.column_stack(transform_points(*np.add(drawn, (EAST, NORTH)).T, EPSG, GRID_CRS[EPSG]))


def town(seed: int) -> list[shapely.Geometry]:
    """IRIS that overlap, have holes and several pieces, and run along cells and across them."""
    random = np.random.default_rng(seed)
    corners, sizes = random.uniform(-200, 2_200, (8, 2)), random.uniform(90, 1_500, (8, 2))
    some = [shapely.box(*corner, *(corner + size)) for corner, size in zip(corners, sizes, strict=True)]
    ring = shapely.Point(1_100, 900).buffer(700).difference(shapely.Point(1_000, 950).buffer(random.uniform(50, 500)))
    return [
        *some[:6],
        ring,
        shapely.union_all(some[6:]),
        shapely.box(0, 0, 1_200, 800),
        shapely.box(1_200, 0, 2_000, 800),
        shapely.box(1_000, 800, 1_400, 1_400).difference(shapely.box(1_200, 1_000, 1_400, 1_200)),
    ]


def over(grid: Grid, polygons: np.ndarray) -> CellsOverIris:
    return cells_over_iris(grid, polygons, GRID_CRS[EPSG], SIDE)


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_the_areas_of_the_intersections_of_every_cell_with_every_iris(seed: int) -> None:
    grid, polygons = grid_of(12, 10), on_ground(town(seed))
    squares = cell_squares(grid.easting, grid.northing, EPSG, GRID_CRS[EPSG])
    share = shapely.area(shapely.intersection(squares[:, None], polygons)) / shapely.area(squares)[:, None]
    share[np.abs(share) < 0.01] = 0
    cell, iris = np.nonzero(share)
    for found in (over(grid, polygons).overlap, overlap_of_cells(squares, polygons)):
        assert (found.cell.tolist(), found.iris.tolist()) == (cell.tolist(), iris.tolist())
        assert found.share == pytest.approx(share[cell, iris], abs=1e-12)
        assert found.share.max() == 1.0


@pytest.mark.parametrize("cells_at_once", [7, 119, 120])
def test_a_grid_looked_at_in_bands_is_the_whole_grid(monkeypatch: pytest.MonkeyPatch, cells_at_once: int) -> None:
    grid, polygons = grid_of(12, 10), on_ground(town(7))
    whole = over(grid, polygons)
    monkeypatch.setattr(raking, "_CELLS_AT_ONCE", cells_at_once)
    bands = over(grid, polygons)
    for name in ("cell", "squares", "iris"):
        assert getattr(bands, name).tolist() == getattr(whole, name).tolist()
    for name in ("cell", "iris", "share", "complete"):
        assert getattr(bands.overlap, name).tolist() == getattr(whole.overlap, name).tolist()


def one_by_one(grid: Grid, polygons: np.ndarray) -> np.ndarray:
    """The first IRIS that meets each centre, -1 where none does: each asked of all."""
    east, north = square_centres(grid.easting, grid.northing, SIDE)
    points = shapely.points(*transform_points(east.ravel(), north.ravel(), EPSG, GRID_CRS[EPSG]))
    met = np.stack([shapely.intersects(polygon, points) for polygon in polygons])
    return np.where(met.any(axis=0), met.argmax(axis=0), -1).reshape(-1, SIDE**2)


def square_by_square(found: CellsOverIris, count: int) -> np.ndarray:
    """(n, side²) IRIS of each square of each cell, which must be in one part."""
    iris = np.full((count, SIDE**2), -9)
    part, square = np.nonzero((found.squares[:, None] >> np.arange(SIDE**2, dtype=np.uint64)) & np.uint64(1))
    assert len(part) == iris.size
    iris[found.cell[part], square] = found.iris[part]
    return iris


@pytest.mark.parametrize("seed", range(5))
def test_each_square_is_in_the_first_iris_that_holds_its_centre(seed: int) -> None:
    grid, polygons = grid_of(12, 10), on_ground(town(seed))
    found = over(grid, polygons)
    assert square_by_square(found, len(grid)).tolist() == one_by_one(grid, polygons).tolist()
    assert {-1, 8} < set(found.iris.tolist())
    assert (np.diff(found.cell) >= 0).all()


def test_a_cell_that_another_iris_meets_is_looked_at_square_by_square() -> None:
    """Generalised borders overlap: the lowest number wins where both are, whichever holds the whole cell."""
    polygons = on_ground([shapely.box(150, 0, 400, 200), shapely.box(-10, -10, 210, 210)])
    (found,) = square_by_square(over(grid_of(1, 1), polygons), 1)
    assert found.reshape(SIDE, SIDE).tolist() == [[1, 1, 1, 0]] * SIDE
