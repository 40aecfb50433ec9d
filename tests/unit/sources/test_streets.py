"""Layers of streets: what comes out is flat lines in the CRS asked for, or a refusal that points at the row."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, MultiLineString, Point, Polygon

from geoville.crs import transform_geometry
from geoville.errors import InvalidInputError
from geoville.sources.files import sha256_of
from geoville.sources.layers import read_streets

STRAIGHT = LineString([(1.85, 50.95), (1.86, 50.95)])
IN_HEIGHT = LineString([(1.85, 50.96, 12.0), (1.86, 50.96, 14.0), (1.87, 50.96, 9.0)])
IN_TWO_PARTS = MultiLineString([[(1.85, 50.97), (1.86, 50.97)], [(1.87, 50.97), (1.88, 50.97)]])


def layer(*geometries: object, epsg: int = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"nom": [f"rue {i}" for i in range(len(geometries))]}, geometry=list(geometries), crs=epsg)


def written(frame: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, engine="pyogrio")
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".parquet"])
def test_every_format_gives_the_same_flat_lines_in_the_crs_asked_for(tmp_path: Path, suffix: str) -> None:
    frame = layer(STRAIGHT, shapely.force_2d(IN_HEIGHT), IN_TWO_PARTS)
    path = written(frame, tmp_path / f"rues{suffix}")
    streets = read_streets(path, 2154)
    assert [line.geom_type for line in streets.lines] == ["LineString"] * 4
    expected = [transform_geometry(line, 4326, 2154) for line in (STRAIGHT, IN_HEIGHT, *IN_TWO_PARTS.geoms)]
    assert all(shapely.equals_exact(streets.lines, np.array(expected, dtype=object), tolerance=1e-6))
    assert streets.epsg == 2154
    assert streets.sha256 == sha256_of(path)


def test_heights_are_dropped(tmp_path: Path) -> None:
    streets = read_streets(written(layer(IN_HEIGHT), tmp_path / "rues.gpkg"), 2154)
    assert not shapely.has_z(streets.lines).any()
    assert len(shapely.get_coordinates(streets.lines)) == 3


def test_a_projected_file_keeps_its_coordinates(tmp_path: Path) -> None:
    line = LineString([(619_000.25, 7_096_000.5), (619_100, 7_096_000)])
    streets = read_streets(written(layer(line, epsg=2154), tmp_path / "troncons.gpkg"), 2154)
    assert streets.lines[0].equals_exact(line, 0)


def test_the_layer_of_lines_is_found_among_others(tmp_path: Path) -> None:
    path = tmp_path / "osm.gpkg"
    pyogrio.write_dataframe(layer(Point(1.85, 50.95)), path, layer="points")
    pyogrio.write_dataframe(layer(STRAIGHT), path, layer="lines")
    assert len(read_streets(path, 2154).lines) == 1
    pyogrio.write_dataframe(layer(STRAIGHT), path, layer="other_lines")
    with pytest.raises(InvalidInputError, match="2 couches"):
        read_streets(path, 2154)


@pytest.mark.parametrize("other", [Point(1.85, 50.95), Polygon([(1.85, 50.95), (1.86, 50.95), (1.86, 50.96)]), None])
def test_what_is_not_a_line_is_refused_with_its_row(tmp_path: Path, other: object) -> None:
    path = written(layer(STRAIGHT, other), tmp_path / "rues.geojson")
    with pytest.raises(InvalidInputError, match=r"rues\.geojson, ligne 2, colonne geometry"):
        read_streets(path, 2154)


def test_an_empty_file_a_broken_one_and_another_format_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "vide.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    broken = tmp_path / "casse.gpkg"
    broken.write_bytes(b"SQLite format 3\0 and no more")
    other = tmp_path / "rues.osm.pbf"
    other.write_bytes(b"")
    for path, sentence in ((empty, "aucune rue"), (broken, "ne peut pas être lu"), (other, "Format de rues inconnu")):
        with pytest.raises(InvalidInputError, match=sentence):
            read_streets(path, 2154)


def test_metres_without_a_crs_are_refused(tmp_path: Path) -> None:
    line = LineString([(619_000, 7_096_000), (619_100, 7_096_000)])
    path = written(layer(line, epsg=2154), tmp_path / "rues.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(InvalidInputError, match="système de coordonnées"):
        read_streets(path, 2154)
