"""`decide` gives what GEOS `intersects` gives in EPSG:2154: random points, vertices, points made on the edges."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.model import FARTHEST_M, Position, PositionType, VerdictCode
from geoville.sources.contours import read_perimeters

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.realdata

IN_FORCE = date(2020, 1, 1)
_A_METRE = 1.0


@pytest.fixture(scope="module", params=["occitanie", "marseille"])
def index(request: pytest.FixtureRequest, shared_data: Path) -> PerimeterIndex:
    return PerimeterIndex(read_perimeters(shared_data / request.param / "qpv2015.geojson").perimeters)


def disagreements(index: PerimeterIndex, lon: np.ndarray, lat: np.ndarray) -> int:
    """Number of points on which the verdict differs from GEOS; beyond 50 km of contours, nothing is known."""
    east, north = transform_points(lon, lat, WGS84, LAMBERT_93)
    polygons = np.array([perimeter.geometry for perimeter in index.perimeters])
    inside_by_geos = np.array([shapely.intersects(polygons, point).any() for point in shapely.points(east, north)])
    verdicts = [
        decide(Position(x, y, "", PositionType.COORDINATES), index, IN_FORCE).verdict
        for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
    ]
    lost = np.array(verdicts) == VerdictCode.NOT_FOUND
    assert set(verdicts) <= {VerdictCode.INSIDE, VerdictCode.OUTSIDE, VerdictCode.NOT_FOUND}
    assert not lost[_any_within(polygons, east, north, FARTHEST_M - _A_METRE)].any()
    assert lost[~_any_within(polygons, east, north, FARTHEST_M + _A_METRE)].all()
    return int(((np.array(verdicts) == VerdictCode.INSIDE) != inside_by_geos).sum())


def _any_within(polygons: np.ndarray, east: np.ndarray, north: np.ndarray, reach_m: float) -> np.ndarray:
    tree = shapely.STRtree(polygons)
    found = np.zeros(len(east), dtype=bool)
    found[tree.query(shapely.points(east, north), predicate="dwithin", distance=reach_m)[0]] = True
    return found


def edge_points(index: PerimeterIndex) -> tuple[np.ndarray, np.ndarray]:
    """Every vertex of the contours and a point made on every edge, in degrees."""
    east_north = []
    for perimeter in index.perimeters:
        for ring in shapely.get_parts(shapely.boundary(perimeter.geometry)):
            vertices = shapely.get_coordinates(ring)
            weights = np.random.default_rng(len(vertices)).random((len(vertices) - 1, 1))
            east_north += [vertices[:-1], vertices[:-1] * weights + vertices[1:] * (1 - weights)]
    east, north = np.concatenate(east_north).T
    return transform_points(east, north, LAMBERT_93, WGS84)


def random_points(index: PerimeterIndex, points: int) -> tuple[np.ndarray, np.ndarray]:
    """As many points over the region as about its contours, in degrees."""
    bounds = shapely.total_bounds(np.array([perimeter.geometry for perimeter in index.perimeters]))
    random = np.random.default_rng(2014767)
    around = random.uniform(bounds[:2], bounds[2:], (points, 2))
    centres = [shapely.point_on_surface(perimeter.geometry) for perimeter in index.perimeters]
    near = shapely.get_coordinates(random.choice(np.array(centres), points)) + random.normal(0, 300, (points, 2))
    east, north = np.concatenate([around, near]).T
    return transform_points(east, north, LAMBERT_93, WGS84)


def test_random_points_agree_with_geos(index: PerimeterIndex) -> None:
    assert disagreements(index, *random_points(index, 1_200)) == 0


def test_vertices_and_edges_agree_with_geos(index: PerimeterIndex) -> None:
    lon, lat = edge_points(index)
    assert len(lon) > 9_000
    some = np.random.default_rng(2014767).choice(len(lon), 2_500, replace=False)
    assert disagreements(index, lon[some], lat[some]) == 0


@pytest.mark.slow
def test_many_random_points_agree_with_geos(index: PerimeterIndex) -> None:
    assert disagreements(index, *random_points(index, 25_000)) == 0


@pytest.mark.slow
def test_every_vertex_and_every_edge_agree_with_geos(index: PerimeterIndex) -> None:
    assert disagreements(index, *edge_points(index)) == 0
