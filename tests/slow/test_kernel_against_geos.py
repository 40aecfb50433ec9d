"""The bulk kernel against GEOS on official contours: ten million points, every vertex and edge, touching layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from lattice_perimeters import edges_of
from numpy.typing import NDArray

from geoville.eligibility.kernel.points import LimitFinder, PointLocator
from geoville.sources.contours import read_perimeters

pytestmark = pytest.mark.realdata

SEED = 2014767
NEAR_M = 500.0
AT_ONCE = 250_000


@pytest.fixture(scope="module")
def polygons(shared_data: Path) -> NDArray[np.object_]:
    """Official contours; what surrounds each, sharing all its edges; and the same contours moved, overlapping them."""
    files = [read_perimeters(shared_data / town / "qpv2015.geojson") for town in ("occitanie", "marseille")]
    contours = np.array([perimeter.geometry for file in files for perimeter in file.perimeters])
    around = shapely.difference(shapely.buffer(shapely.convex_hull(contours), 50), contours)
    moved = shapely.transform(contours, lambda vertices: np.add(vertices, (120.0, 75.0)))
    return np.concatenate([contours, around, moved])


def differences(polygons: NDArray[np.object_], points: NDArray[np.float64]) -> int:
    """Number of pairs of a point and a polygon that only one of the two finds."""
    locator, tree = PointLocator.build(polygons.tolist()), shapely.STRtree(polygons)
    differing = 0
    for start in range(0, len(points), AT_ONCE):
        some = points[start : start + AT_ONCE]
        point, polygon = locator.place(*some.T.copy()).pairs()
        places = shapely.points(some)
        near, candidate = tree.query(places)
        holds = shapely.intersects(polygons[candidate], places[near])
        ours, theirs = (
            np.sort(one * len(polygons) + other) for one, other in ((point, polygon), (near[holds], candidate[holds]))
        )
        differing += len(np.setxor1d(ours, theirs, assume_unique=True))
    return differing


def scattered(polygons: NDArray[np.object_], count: int) -> NDArray[np.float64]:
    """Points in and around the polygons, one in ten anywhere between them."""
    random = np.random.default_rng(SEED)
    vertices = random.choice(shapely.get_coordinates(polygons), count) + random.normal(0, 200, (count, 2))
    bounds = shapely.total_bounds(polygons)
    vertices[::10] = random.uniform(bounds[:2], bounds[2:], vertices[::10].shape)
    return vertices


def on_limits(polygons: NDArray[np.object_], on_each_edge: int) -> NDArray[np.float64]:
    """Every vertex, the middle of every edge, and points made on it, as near as floating point allows."""
    starts, ends = edges_of(polygons.tolist())
    weights = np.random.default_rng(SEED).random((on_each_edge, len(starts), 1))
    made = starts * weights + ends * (1 - weights)
    return np.concatenate([starts, (starts + ends) / 2, *made])


def test_points_and_limits_are_placed_as_geos_places_them(polygons: NDArray[np.object_]) -> None:
    few = polygons[::10]
    points = np.concatenate([scattered(few, 50_000), on_limits(few, 1)])
    assert differences(few, points) == 0


@pytest.mark.slow
def test_ten_million_points_are_placed_as_geos_places_them(polygons: NDArray[np.object_]) -> None:
    assert differences(polygons, scattered(polygons, 10_000_000)) == 0


@pytest.mark.slow
def test_every_vertex_and_edge_is_placed_as_geos_places_it(polygons: NDArray[np.object_]) -> None:
    points = on_limits(polygons, 10)
    assert len(points) > 500_000
    assert differences(polygons, points) == 0
    assert differences(polygons, np.nextafter(points, np.inf)) == 0


@pytest.mark.slow
def test_distances_are_those_of_geos(polygons: NDArray[np.object_]) -> None:
    points = np.concatenate([scattered(polygons, 200_000), on_limits(polygons, 1)[::10]])
    east, north = points.T.copy()
    membership = PointLocator.build(polygons.tolist()).place(east, north)
    signed, nearest, _ = LimitFinder.build(polygons.tolist(), NEAR_M).measure(east, north, membership)
    limits, places = shapely.boundary(polygons), shapely.points(points)
    np.testing.assert_array_equal(np.abs(signed), shapely.distance(limits[nearest], places))
    outside = ~membership.held()
    least = shapely.STRtree(limits).query_nearest(places[outside], return_distance=True, all_matches=False)[1]
    np.testing.assert_array_equal(signed[outside], least)
    point, polygon = membership.pairs()
    depths = np.zeros(len(points))
    np.maximum.at(depths, point, shapely.distance(limits[polygon], places[point]))
    np.testing.assert_array_equal(-signed[~outside], depths[~outside])
