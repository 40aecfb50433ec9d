"""Which outline the centre of a cell falls in: inside, on a border, a little outside, too far."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoville.carroyage.grid import Grid
from geoville.errors import InvalidInputError
from geoville.workflows.embedded import cell_table, codes_of_points

WEST = shapely.box(620000, 7090000, 621000, 7091000)
EAST = shapely.box(621000, 7090000, 622000, 7091000)


@pytest.fixture
def outlines(tmp_path: Path) -> Path:
    frame = gpd.GeoDataFrame({"code": ["B", "A"]}, geometry=[EAST, WEST], crs=2154).to_crs(4326)
    frame.to_file(tmp_path / "outlines.geojson")
    return tmp_path / "outlines.geojson"


def grid(epsg: int) -> Grid:
    corner, one = np.array([3118000]), np.ones(1)
    return Grid(epsg, 2019, corner, corner, one, one, one > 0, one, one)


def test_points_inside_and_a_little_outside(outlines: Path) -> None:
    points = np.array([[620500.0, 7090500.0], [621500.0, 7090500.0], [619900.0, 7090500.0], [622150.0, 7090500.0]])
    assert codes_of_points(points, outlines, "code", 2154) == ["A", "B", "A", "B"]


def test_point_on_a_common_border_goes_to_the_first_code(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": ["B", "A"]}, geometry=[shapely.box(2, 49, 3, 50), shapely.box(1, 49, 2, 50)])
    frame.set_crs(4326).to_file(tmp_path / "degrees.geojson")
    assert codes_of_points(np.array([[2.0, 49.5]]), tmp_path / "degrees.geojson", "code", 4326) == ["A"]


def test_point_too_far_is_refused(outlines: Path) -> None:
    with pytest.raises(InvalidInputError, match="plus de 200 m"):
        codes_of_points(np.array([[619700.0, 7090500.0]]), outlines, "code", 2154)


def test_grids_of_two_crs_are_refused(outlines: Path) -> None:
    with pytest.raises(InvalidInputError, match="plusieurs systèmes"):
        cell_table([grid(3035), grid(2975)], outlines, outlines)
