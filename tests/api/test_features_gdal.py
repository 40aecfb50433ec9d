"""A real client on a real server: GDAL's drivers, those that QGIS uses, read every layer as it is in the data."""

from __future__ import annotations

import re
import sys

import httpx
import numpy as np
import pyogrio
import pytest
import shapely

from geoville.crs import WGS84, transform_geometry
from geoville.sources.contours import read_perimeters
from geoville.sources.pack import open_pack
from geoville.workflows.gis_layers import ANY_DAY, FeatureLayers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

TOLERANCE_DEG = 1e-7
BOX = (1.85, 50.94, 1.87, 50.96)


def same_vertices(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether shapes have the same vertices within the tolerance, wherever their rings start."""
    near = shapely.hausdorff_distance(one, other) <= TOLERANCE_DEG
    counts = shapely.get_num_coordinates(one) == shapely.get_num_coordinates(other)
    missing = shapely.is_missing(one) & shapely.is_missing(other)
    return bool(((near & counts) | missing).all())


def pages_served(url: str) -> int:
    """Requests of items that the service has answered, as its metrics count them."""
    metrics = httpx.get(f"{url}/metrics", timeout=60).text
    counts = re.findall(r'^geoville_requests_total.*route="/collections/\{name\}/items".* ([\d.]+)$', metrics, re.M)
    return sum(int(float(count)) for count in counts)


@pytest.fixture(scope="module")
def layers():
    territory = open_pack("calais")
    return FeatureLayers(territory, territory.perimeters()).by_name


def test_gdal_reads_every_collection_by_pages_and_by_box(start, layers):
    url = start().url
    assert [name for name, _ in pyogrio.list_layers(f"OAPIF:{url}")] == list(layers)
    for name, layer in layers.items():
        before = pages_served(url)
        read = pyogrio.read_dataframe(f"OAPIF:{url}", layer=name, PAGE_SIZE="40", INITIAL_REQUEST_PAGE_SIZE="40")
        assert read["id"].tolist() == list(layer.ids)
        assert same_vertices(np.array(read.geometry.array, dtype=object), layer.shapes)
        assert pages_served(url) - before >= -(-len(layer) // 40)
        within = [layer.ids[row] for row in layer.select([BOX], ANY_DAY)]
        cut = pyogrio.read_dataframe(f"OAPIF:{url}", layer=name, bbox=BOX, PAGE_SIZE="25")
        assert (cut["id"].tolist() if len(cut) else []) == within


@pytest.mark.realdata
def test_official_contours_come_out_as_they_went_in(start, shared_data):
    file = shared_data / "marseille" / "qpv2015.geojson"
    url = start("--perimeters", str(file)).url
    read = pyogrio.read_dataframe(f"OAPIF:{url}", layer="qpv-2015", PAGE_SIZE="10").set_index("code")
    perimeters = read_perimeters(file).perimeters
    assert len(read) == len(perimeters) == 37
    known = np.array([transform_geometry(item.geometry, item.epsg, WGS84) for item in perimeters], dtype=object)
    served = np.array([read.geometry[item.code] for item in perimeters], dtype=object)
    assert (shapely.hausdorff_distance(served, known) <= TOLERANCE_DEG).all()
    raw = pyogrio.read_dataframe(file).set_index("CODE_QP").geometry
    valid = [code for code in read.index if raw[code].is_valid]
    assert len(valid) > 25
    assert all(read.geometry[code].hausdorff_distance(raw[code]) <= TOLERANCE_DEG for code in valid)
    assert read["generation"].tolist() == [2015] * 37


def test_gdal_reads_a_tile_where_the_layer_lies(get, layers, tmp_path):
    tile = get("/tiles/candidat/12/2069/1372.mvt")
    path = tmp_path / "12" / "2069" / "1372.mvt"
    path.parent.mkdir(parents=True)
    path.write_bytes(tile.content)
    read = pyogrio.read_dataframe(path, CLIP="NO")
    candidates = layers["candidat"]
    rows = [candidates.row_of[fid] for fid in read["id"]]
    assert rows
    unit_m = 40_075_016.69 / 2**12 / 4096
    for row, drawn in zip(rows, read.geometry, strict=True):
        mercator = transform_geometry(candidates.shapes[row], WGS84, 3857)
        assert drawn.hausdorff_distance(mercator.intersection(drawn.envelope.buffer(unit_m))) < 3 * unit_m
    assert read["name"].tolist() == [candidates.properties[row]["name"] for row in rows]
