from __future__ import annotations

import json

import pytest
import shapely

from geoville.errors import InvalidInputError
from geoville.sources.layers import read_ground

HERE, THERE = (2.47, 48.90), (2.48, 48.91)


def written(path, *features):
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
            for properties, shape in features
        ],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("column", "main", "lesser"),
    [
        ("highway", "primary_link", "residential"),
        ("fclass", "motorway", "service"),
        ("importance", "2", "5"),  # of BD TOPO, from 1 to 6
        ("type", "AV", "RUE"),  # of a town's own file
    ],
)
def test_main_streets_are_told_from_the_others_by_each_publisher_s_column(tmp_path, column, main, lesser):
    line = shapely.LineString([HERE, THERE])
    path = written(
        tmp_path / "rues.geojson", ({column: main}, line), ({column: lesser}, line), ({column: lesser}, line)
    )
    shapes = read_ground(path).shapes
    assert {kind: len(found) for kind, found in shapes.items()} == {"street": 2, "main": 1}
    assert shapes["main"][0].equals_exact(line, 1e-9)


def test_footpaths_are_left_out_and_openstreetmap_is_credited(tmp_path):
    line = shapely.LineString([HERE, THERE])
    found = read_ground(written(tmp_path / "a.geojson", ({"highway": "footway"}, line), ({"highway": "primary"}, line)))
    assert set(found.shapes) == {"main"}
    assert found.credit == "© les contributeurs d'OpenStreetMap, ODbL"


def test_surfaces_are_water_and_railways_are_known_by_their_column(tmp_path):
    lake = shapely.box(*HERE, *THERE)
    assert set(read_ground(written(tmp_path / "lac.geojson", ({"constraint": "water"}, lake))).shapes) == {"water"}
    line = shapely.LineString([HERE, THERE])
    assert set(read_ground(written(tmp_path / "fer.geojson", ({"railway": "rail"}, line))).shapes) == {"rail"}


def test_points_alone_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="ni ligne ni surface"):
        read_ground(written(tmp_path / "p.geojson", ({"name": "x"}, shapely.Point(HERE))))
