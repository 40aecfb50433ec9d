"""The commune and the IRIS of each cell's centre, the same as GEOS says one by one."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from official_files import square

from geoville.errors import GridError
from geoville.sources.official.layers import NOWHERE, CommuneOutlines, zone_at
from geoville.sources.official.tables import centres, make_cells

WHERE = st.integers(-1, 11)


def grid(path: Path, cells: list[tuple[int, int]], epsg: int = 3035) -> Path:
    ids = [f"CRS{epsg}RES200mN{northing}E{easting}" for northing, easting in cells]
    pd.DataFrame({"idcar_200m": ids}).to_parquet(path)
    return path


def test_cells_of_all_grids_each_once(tmp_path: Path) -> None:
    first = grid(tmp_path / "grid_2015.parquet", [(2838800, 3746000), (2838600, 3746200)])
    second = grid(tmp_path / "grid_2019.parquet", [(2838600, 3746000), (2838600, 3746200)])
    east, north = centres(3035, np.array([3746000, 3746200]), np.array([2838600, 2838600]))
    spots = [shapely.Point(*place).buffer(50) for place in zip(east, north, strict=True)]
    outlines = CommuneOutlines(np.array(["62193"]), np.array([shapely.union_all(spots)], dtype=object), 2154)
    gpd.GeoDataFrame({"code": ["621930101"]}, geometry=spots[:1], crs=2154).to_parquet(tmp_path / "iris.parquet")
    made = make_cells([first, second], outlines, tmp_path / "iris.parquet", tmp_path)
    frame = pd.read_parquet(made.path)
    assert (made.path.name, made.role, made.rows) == ("cells.parquet", "cells", 3)
    assert frame.to_numpy().tolist() == [
        ["CRS3035RES200mN2838600E3746000", "62193", "621930101"],
        ["CRS3035RES200mN2838600E3746200", "62193", ""],
        ["CRS3035RES200mN2838800E3746000", "", ""],
    ]
    assert made.notes == (
        "Carreaux dont le centre n'est dans aucune commune du territoire : 1.",
        "Carreaux dont le centre n'est dans aucun IRIS : 2.",
    )


def test_without_contours_nothing_is_known(tmp_path: Path) -> None:
    path = grid(tmp_path / "grid_2019.parquet", [(2838600, 3746000)])
    frame = pd.read_parquet(make_cells([path], None, None, tmp_path).path)
    assert frame[["commune", "iris"]].to_numpy().tolist() == [["", ""]]
    with pytest.raises(GridError, match="même système"):
        make_cells([path, grid(tmp_path / "b.parquet", [(2838600, 3746000)], 2975)], None, None, tmp_path)


@given(st.lists(st.tuples(WHERE, WHERE), min_size=1, max_size=60))
def test_a_point_is_in_the_first_polygon_that_holds_it(places: list[tuple[int, int]]) -> None:
    """Points on borders and corners of a lattice, some in no polygon, some in two that overlap."""
    polygons = np.array([square(column, row, 4.0) for row in range(2) for column in range(2)], dtype=object)
    polygons = np.append(polygons, polygons[0].buffer(1))
    west, south = polygons[0].bounds[:2]
    points = [shapely.Point(west + east, south + north) for east, north in places]
    east, north = shapely.get_x(points), shapely.get_y(points)
    expected = [
        next((i for i, polygon in enumerate(polygons) if polygon.intersects(point)), NOWHERE) for point in points
    ]
    assert zone_at(polygons, east, north).tolist() == expected


@pytest.mark.realdata
def test_the_real_cells_of_calais(shared_data: Path, tmp_path: Path) -> None:
    """The same communes as the table that is shipped, made from the same contours."""
    cells = pd.read_csv(shared_data / "calais/calais_filosofi2019_200m.csv", usecols=["idcar_200m"])
    cells.to_parquet(tmp_path / "grid_2019.parquet")
    communes = gpd.read_file(shared_data / "calais/communes.geojson").to_crs(2154)
    polygons = np.array(communes.geometry.to_numpy(), dtype=object)
    outlines = CommuneOutlines(communes["code"].to_numpy(dtype=np.str_), polygons, 2154)
    made = pd.read_parquet(make_cells([tmp_path / "grid_2019.parquet"], outlines, None, tmp_path).path)
    shipped = pd.read_csv("data/calais/cells.csv", dtype=str, index_col="idcar_200m")
    both = made.set_index("idcar_200m").join(shipped["commune"].rename("commune_shipped"), how="inner")
    assert len(both) > 1000
    inside = both[both["commune"] != ""]
    assert (inside["commune"] == inside["commune_shipped"]).all()
    assert len(inside) > 0.98 * len(both)
