"""The bulk kernel, by cells and by trees, gives what GEOS gives: on vertices, on edges, in overlaps and holes, far."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import shapely
from effort import cases
from hypothesis import given
from hypothesis import strategies as st
from lattice_perimeters import LATTICE_M, SOUTH, WEST, polygon_layers, telling_points
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoville.eligibility.bulk import Means

CELLS, TREES = Means.cells(), Means.trees()
by_both = pytest.mark.parametrize("means", [CELLS, TREES], ids=["cells", "trees"])


def pairs_by_geos(polygons: list[BaseGeometry], points: NDArray[np.float64]) -> list[tuple[int, int]]:
    holds = shapely.intersects(np.array(polygons)[None, :], shapely.points(points)[:, None])
    return [(int(point), int(polygon)) for point, polygon in np.argwhere(holds)]


def pairs_by_kernel(
    polygons: list[BaseGeometry], points: NDArray[np.float64], means: Means = CELLS
) -> list[tuple[int, int]]:
    point, polygon = means.locator(polygons).place(*points.T.copy()).pairs()
    return list(zip(point.tolist(), polygon.tolist(), strict=True))


@by_both
@cases(each_run=20, slow=80)
@given(polygons=polygon_layers(), seed=st.integers(0, 1_000))
def test_points_are_in_the_polygons_that_geos_says(means: Means, polygons: list[BaseGeometry], seed: int) -> None:
    points = telling_points(polygons, seed)
    assert pairs_by_kernel(polygons, points, means) == pairs_by_geos(polygons, points)


@by_both
@cases(each_run=20, slow=80)
@given(polygons=polygon_layers(), seed=st.integers(0, 1_000))
def test_distances_are_those_of_geos_and_the_deepest_or_nearest_polygon_is_told(
    means: Means, polygons: list[BaseGeometry], seed: int
) -> None:
    points = telling_points(polygons, seed)
    east, north = points.T.copy()
    signed, polygon = means.finder(polygons).measure(east, north, means.locator(polygons).place(east, north))
    each = shapely.distance(shapely.boundary(np.array(polygons))[None, :], shapely.points(points)[:, None])
    holds = shapely.intersects(np.array(polygons)[None, :], shapely.points(points)[:, None])
    each[holds] *= -1
    each[holds.any(axis=1)[:, None] & ~holds] = np.inf  # where one holds the point, the others do not count
    np.testing.assert_allclose(signed, each.min(axis=1), rtol=0, atol=1e-9)
    np.testing.assert_array_equal(signed, each[np.arange(len(each)), polygon])
    assert (polygon == each.argmin(axis=1)).all()


def test_a_crowd_of_overlapping_limits_is_left_to_geos() -> None:
    boxes = [shapely.box(WEST + step, SOUTH, WEST + 400 + step, SOUTH + 400) for step in range(12)]
    points = telling_points(boxes, seed=1)
    assert pairs_by_kernel(boxes, points) == pairs_by_geos(boxes, points)


def test_a_polygon_as_large_as_a_country_has_points_in_its_hole_outside() -> None:
    hole = shapely.box(WEST, SOUTH, WEST + LATTICE_M, SOUTH + LATTICE_M)
    country = shapely.difference(shapely.box(WEST - 5e5, SOUTH - 9e5, WEST + 5e5, SOUTH + 1e5), hole)
    points = telling_points([country], seed=2, scattered=2_000)
    for means in (CELLS, TREES):
        assert pairs_by_kernel([country, hole], points, means) == pairs_by_geos([country, hole], points)


@by_both
def test_what_is_no_place_is_nowhere(means: Means) -> None:
    boxes = [shapely.box(WEST, SOUTH, WEST + 400, SOUTH + 400)]
    east, north = np.array([np.nan, np.inf, WEST]), np.array([SOUTH, SOUTH, np.nan])
    membership = means.locator(boxes).place(east, north)
    assert not membership.held().any()
    signed, polygon = means.finder(boxes).measure(east, north, membership)
    assert not np.isfinite(signed).any()
    assert (polygon == -1).all()


@by_both
def test_indexes_travel_to_other_processes(means: Means) -> None:
    boxes = [shapely.box(WEST, SOUTH, WEST + 400, SOUTH + 400)]
    locator, finder = pickle.loads(pickle.dumps((means.locator(boxes), means.finder(boxes))))
    east, north = np.array([WEST + 30.0, WEST, WEST - 30]), np.array([SOUTH + 40.0, SOUTH + 40, SOUTH + 40])
    membership = locator.place(east, north)
    assert membership.held().tolist() == [True, True, False]
    assert finder.measure(east, north, membership)[0].tolist() == [-30.0, 0.0, 30.0]


def test_compiled_code_needs_no_folder_to_be_kept_in(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    from geoville.eligibility.kernel.grid import compiled

    compile_without_cache = numba.njit

    def nowhere_to_keep(function: object, *, cache: bool = False, **options: object) -> object:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return compile_without_cache(function, **options)

    monkeypatch.setattr(numba, "njit", nowhere_to_keep)
    assert compiled(lambda number: number + 1)(1) == 2
