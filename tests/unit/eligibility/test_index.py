"""Perimeters around a point: the same, whatever is kept of the squares of ground asked before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from square_quarter import EAST, NORTH, VEILLE, qpv

from geoville.eligibility.index import NEARBY_M, TerritoryIndex
from geoville.model import Perimeter

SIDE_M = 2_000
"""Of the squares of ground whose perimeters are kept."""


def scattered() -> list[Perimeter]:
    """Quarters of two generations and a veille: crowded in the west of 40 km, one alone in the east."""
    random = np.random.default_rng(62_193)
    places = np.vstack([random.uniform(0, 12_000, (60, 2)), [[39_000, 500]]])
    turned = [
        shapely.affinity.rotate(shapely.box(EAST + east, NORTH + north, EAST + east + 400, NORTH + north + 150), angle)
        for (east, north), angle in zip(places, random.uniform(0, 90, len(places)), strict=True)
    ]
    codes = [f"QN062{rank:02d}M" if rank % 2 else f"QP0620{rank:02d}" for rank in range(len(turned))]
    quarters = [qpv(code, shape) for code, shape in zip(codes, turned, strict=True)]
    return [*quarters, replace(VEILLE, geometry=shapely.box(EAST, NORTH, EAST + 300, NORTH + 300))]


def asked() -> list[shapely.Point]:
    """Points near and far, and on the sides and corners of squares of ground."""
    random = np.random.default_rng(1)
    free = random.uniform((EAST - 9_000, NORTH - 9_000), (EAST + 45_000, NORTH + 20_000), (150, 2))
    crowded = random.uniform((EAST, NORTH), (EAST + 12_000, NORTH + 12_000), (150, 2))
    corners = np.round(crowded[:50] / SIDE_M) * SIDE_M
    return list(shapely.points(np.vstack([free, crowded, corners, corners + 0.001, corners - 0.001])))


@pytest.fixture(scope="module")
def territory() -> TerritoryIndex:
    return TerritoryIndex(scattered())


def test_around_a_point_is_all_that_is_near_and_the_nearest_of_each_family(territory: TerritoryIndex) -> None:
    perimeters = territory._perimeters
    polygons = np.array([one.geometry for one in perimeters])
    family = np.repeat(range(len(territory.families)), [one.rows.stop - one.rows.start for one in territory.families])
    for point in asked():
        metres = shapely.distance(polygons, point)
        nearest = [metres[one.rows].min() for one in territory.families]
        expected = [
            one.code
            for row, one in enumerate(perimeters)
            if metres[row] <= NEARBY_M or metres[row] == nearest[family[row]]
        ]
        assert [hit.perimeter.code for hit in territory.around(point, NEARBY_M)] == expected


def test_a_point_is_measured_to_the_perimeters_of_its_square_alone(territory: TerritoryIndex) -> None:
    far = territory._near(int((EAST + 39_000) // SIDE_M), int(NORTH // SIDE_M))
    assert len(far.rows) < len(territory._perimeters) / 4
    assert len(far.families) == len(territory.families)
