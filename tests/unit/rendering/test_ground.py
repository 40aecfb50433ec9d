from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from geoville.rendering.layers import ground_data, ground_in
from geoville.rendering.map_spec import GroundLayer

BOUNDS = (2.0, 48.0, 2.1, 48.1)


def decoded(steps):
    return np.array(steps).reshape(-1, 2).cumsum(axis=0) / 100_000


def test_what_is_far_from_the_view_is_left_out_and_the_rest_is_cut_around_it():
    near = shapely.LineString([(2.05, 48.05), (3.0, 48.05)])
    far = shapely.LineString([(5.0, 45.0), (5.1, 45.0)])
    (layer,) = ground_in([GroundLayer("street", np.array([near, far]))], BOUNDS)
    (cut,) = layer.shapes
    assert cut.bounds == pytest.approx((2.05, 48.05, 2.15, 48.05))  # half the view's width beyond its edge
    assert ground_in([GroundLayer("street", np.array([far]))], BOUNDS) == ()


def test_lines_and_lakes_are_written_to_the_metre():
    line = shapely.LineString([(2.05, 48.05), (2.06, 48.07), (2.01, 48.02)])
    lake = shapely.Polygon(
        shapely.box(2.0, 48.0, 2.02, 48.02).exterior, [shapely.box(2.005, 48.005, 2.01, 48.01).exterior]
    )
    streets, water = json.loads(
        ground_data([GroundLayer("street", np.array([line])), GroundLayer("water", np.array([lake]))])
    )
    assert decoded(streets["lines"][0]) == pytest.approx(shapely.get_coordinates(line), abs=5e-6)
    (rings,) = water["areas"]
    read = shapely.Polygon(decoded(rings[0]), [decoded(ring) for ring in rings[1:]])
    assert read.symmetric_difference(lake).area < 1e-8


def test_a_heavy_ground_is_coarser_then_has_its_main_streets_only():
    draw = np.random.default_rng(1)
    lines = np.array([shapely.LineString(2 + draw.random((20, 2)) / 10) for _ in range(200)])
    layers = [GroundLayer("street", lines), GroundLayer("main", lines[:10])]
    whole = ground_data(layers)
    light = ground_data(layers, most_bytes=len(whole) // 4)
    assert len(light) <= len(whole) // 4
    assert [layer["kind"] for layer in json.loads(light)] == ["main"]
