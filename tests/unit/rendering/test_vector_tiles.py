"""Tiles hold what the layer has there, no finer than a screen shows, and nothing else."""

from __future__ import annotations

import math

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoville.crs import WGS84, transform_geometry
from geoville.rendering.vector_tiles import BUFFER, EXTENT, SMALLEST, WEB_MERCATOR, WORLD_M, TiledLayer, tile_exists

FRAME = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)


def layer_of(*shapes):
    rows = [{"id": str(rank)} for rank in range(len(shapes))]
    return TiledLayer("essai", np.array([*shapes, None], dtype=object)[:-1], rows)


def decoded(tile: bytes) -> dict:
    """Shapes of a tile by their identifier, in units from its south-west corner."""
    if not tile:
        return {}
    features = mapbox_vector_tile.decode(tile)["essai"]["features"]
    return {item["properties"]["id"]: shapely.geometry.shape(item["geometry"]) for item in features}


def in_units(shape, zoom, column, row):
    """A shape in WGS84, in the units of a tile, neither cut nor simplified."""
    unit_m = WORLD_M / 2**zoom / EXTENT
    corner = column * EXTENT * unit_m - WORLD_M / 2, WORLD_M / 2 - (row + 1) * EXTENT * unit_m
    return shapely.transform(transform_geometry(shape, WGS84, WEB_MERCATOR), lambda metres: (metres - corner) / unit_m)


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    column = int((lon + 180) / 360 * 2**zoom)
    row = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)
    return zoom, column, row


@settings(max_examples=150, deadline=None)
@given(
    lon=st.floats(-5, 9),
    lat=st.floats(42, 51),
    radius_deg=st.floats(0.0005, 0.05),
    corners=st.integers(3, 40),
    zoom=st.integers(0, 18),
    spikes=st.floats(0.2, 1),
)
def test_a_tile_shows_a_shape_within_two_units(lon, lat, radius_deg, corners, zoom, spikes):
    turns = np.linspace(0, 2 * np.pi, 2 * corners, endpoint=False)
    radii = radius_deg * np.where(np.arange(2 * corners) % 2, spikes, 1.0)
    shape = shapely.Polygon(np.column_stack([lon + radii * np.cos(turns), lat + radii * np.sin(turns)]))
    place = tile_of(lon, lat, zoom)
    true = in_units(shape, *place)
    shown = decoded(layer_of(shape).tile(*place))
    west, south, east, north = true.bounds
    if max(east - west, north - south) < SMALLEST:
        assert shown == {}
        return
    assume(min(east - west, north - south) > 2 * SMALLEST)
    drawn = shown["0"]
    assert drawn.is_valid
    assert FRAME.covers(drawn)
    # A spike thinner than a unit cannot be drawn.
    away = shapely.difference(true.buffer(-2.5).intersection(FRAME), drawn.buffer(2.5))
    beyond = shapely.difference(drawn, true.buffer(2.5))
    assert away.area < 1
    assert beyond.area < 1


def test_neighbouring_tiles_overlap_by_their_buffer():
    shape = shapely.box(1.8, 50.9, 1.95, 51.0)
    zoom, column, row = tile_of(1.87, 50.95, 13)
    layer = layer_of(shape)
    for dx in (0, 1):
        (drawn,) = decoded(layer.tile(zoom, column + dx, row)).values()
        assert drawn.equals(FRAME)


def test_outer_rings_have_a_positive_area_in_the_tile():
    """As the specification has it, where rows go down; holes have a negative one."""
    ring = shapely.box(1.80, 50.90, 1.90, 50.99)
    holed = ring.difference(shapely.box(1.84, 50.93, 1.86, 50.96))
    tile = layer_of(holed).tile(*tile_of(1.85, 50.95, 9))
    (feature,) = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})["essai"]["features"]
    outer, hole = (shapely.LinearRing(item) for item in feature["geometry"]["coordinates"])
    assert outer.is_ccw  # in a frame whose rows go down, read as if they went up: a positive area
    assert not hole.is_ccw


def test_squares_that_touch_still_do():
    cells = [shapely.box(1.8 + 0.003 * rank, 50.95, 1.8 + 0.003 * (rank + 1), 50.952) for rank in range(5)]
    shown = decoded(layer_of(*cells).tile(*tile_of(1.807, 50.951, 12)))
    assert len(shown) == 5
    assert shapely.union_all(list(shown.values())).geom_type == "Polygon"
    assert sum(shape.area for shape in shown.values()) == pytest.approx(shapely.union_all(list(shown.values())).area)


def test_a_shape_that_nobody_published_is_drawn_nowhere():
    layer = TiledLayer(
        "essai", np.array([None, shapely.box(1.8, 50.9, 1.9, 51.0)], dtype=object), [{"id": "0"}, {"id": "1"}]
    )
    assert decoded(layer.tile(*tile_of(1.85, 50.95, 10))).keys() == {"1"}


def test_a_layer_without_any_shape_has_empty_tiles():
    layer = TiledLayer("essai", np.array([None], dtype=object), [{"id": "0"}])
    assert layer.tile(0, 0, 0) == b""


def test_a_tile_has_no_null():
    shape = shapely.box(1.8, 50.9, 1.9, 51.0)
    layer = TiledLayer(
        "essai", np.array([shape], dtype=object), [{"id": "a", "b": None, "c": math.nan, "d": 0, "e": False}]
    )
    (feature,) = mapbox_vector_tile.decode(layer.tile(*tile_of(1.85, 50.95, 10)))["essai"]["features"]
    assert feature["properties"] == {"id": "a", "d": 0, "e": False}


@pytest.mark.parametrize("zoom", [0, 1, 5, 18])
def test_the_pyramid_has_four_to_the_zoom_tiles(zoom):
    last = 2**zoom - 1
    assert tile_exists(zoom, last, last)
    assert not tile_exists(zoom, last + 1, 0)
    assert not tile_exists(zoom, 0, last + 1)
    assert not tile_exists(zoom, -1, 0)


def test_zooms_have_an_end():
    assert not tile_exists(19, 0, 0)
    assert not tile_exists(-1, 0, 0)
