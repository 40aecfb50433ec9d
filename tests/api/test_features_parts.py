"""OGC API - Features, parts 2 and 3 (projections, filters), and the styles of the tiles."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from geoville.rendering.cells import GARNET
from geoville.rendering.look import PERIMETER_LINES

CELLS = "/collections/cells-2019/items"
LAMBERT, CRS84 = "http://www.opengis.net/def/crs/EPSG/0/2154", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
BOX = (1.85, 50.94, 1.87, 50.96)


def test_a_collection_says_in_which_projections_it_is_given(get):
    document = get("/collections/candidat").json()
    assert document["crs"][:2] == [CRS84, LAMBERT]
    assert document["storageCrs"] == CRS84


def test_features_are_given_in_lambert_93(get):
    degrees, metres = get(CELLS, limit=20), get(CELLS, limit=20, crs=LAMBERT)
    assert degrees.headers["content-crs"] == f"<{CRS84}>"
    assert metres.headers["content-crs"] == f"<{LAMBERT}>"
    to_lambert = Transformer.from_crs(4326, 2154, always_xy=True)
    for one, other in zip(degrees.json()["features"], metres.json()["features"], strict=True):
        assert (one["id"], one["properties"]) == (other["id"], other["properties"])
        lon, lat = np.array(one["geometry"]["coordinates"][0]).T
        expected = np.column_stack(to_lambert.transform(lon, lat))
        assert np.abs(np.array(other["geometry"]["coordinates"][0]) - expected).max() < 0.011
    # A cell of 200 m is that large in metres; Lambert-93 stretches by less than a thousandth here.
    area = shapely.from_geojson(str(metres.json()["features"][0]["geometry"]).replace("'", '"')).area
    assert area == pytest.approx(40_000, rel=0.005)


def test_one_feature_is_given_in_lambert_93_too(get):
    fid = get(CELLS, limit=1).json()["features"][0]["id"]
    answer = get(f"{CELLS}/{fid}", crs=LAMBERT)
    assert answer.headers["content-crs"] == f"<{LAMBERT}>"
    assert answer.json()["geometry"]["coordinates"][0][0][0] > 500_000


def test_a_box_in_lambert_93_keeps_what_meets_it(get):
    centre = Transformer.from_crs(4326, 2154, always_xy=True).transform(1.86, 50.95)
    box = (centre[0] - 650, centre[1] - 650, centre[0] + 650, centre[1] + 650)
    url = f"{CELLS}?limit=1000&crs={LAMBERT}"
    everything = [page["features"] for page in pages(get, url)]
    shapes = {item["id"]: shapely.polygons(item["geometry"]["coordinates"][0]) for part in everything for item in part}
    frame = shapely.box(*box)
    # A millimetre of projection apart, none may be missed or added.
    surely = {fid for fid, shape in shapes.items() if shape.intersects(frame.buffer(-0.05))}
    perhaps = {fid for fid, shape in shapes.items() if shape.intersects(frame.buffer(0.05))}
    asked = get(CELLS, **{"limit": 1000, "bbox": ",".join(map(str, box)), "bbox-crs": LAMBERT}).json()["features"]
    found = {item["id"] for item in asked}
    assert surely <= found <= perhaps
    assert len(found) > 10


def pages(get, url):
    while url:
        document = get(url.removeprefix("http://geoville")).json()
        yield document
        url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)


@pytest.mark.parametrize("parameters", [{"crs": "EPSG:2154"}, {"bbox-crs": "x", "bbox": "1,2,3,4"}, {"crs": ""}])
def test_a_projection_that_is_not_offered_is_refused(get, parameters):
    assert get(CELLS, **parameters).status_code == (400 if any(parameters.values()) else 200)


@pytest.mark.parametrize("box", ["611000,7090000,610000,7091000", "1,2,3", "nan,0,1,1", "a,b,c,d"])
def test_a_box_that_is_none_is_refused_in_metres_too(get, box):
    assert get(CELLS, **{"bbox": box, "bbox-crs": LAMBERT}).status_code == 400


def test_queryables_are_the_properties_with_their_types(get):
    answer = get("/collections/cells-2019/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    document = answer.json()
    properties = get(CELLS, limit=1).json()["features"][0]["properties"]
    assert document["properties"].keys() - {"geometry"} <= properties.keys()
    assert document["properties"]["people"]["type"] == "number"
    assert document["properties"]["imputed"]["type"] == "boolean"
    assert document["properties"]["iris"]["type"] == "string"
    assert document["properties"]["geometry"]["format"] == "geometry-any"


def test_a_filter_keeps_those_that_it_says_and_goes_from_page_to_page(get):
    kept = "people > 300 AND imputed = FALSE"
    everything = [item for page in pages(get, f"{CELLS}?limit=1000") for item in page["features"]]
    expected = [
        item["id"]
        for item in everything
        if item["properties"]["people"] > 300 and item["properties"]["imputed"] is False
    ]
    url = f"{CELLS}?limit=7&filter-lang=cql2-text&filter={kept.replace(' ', '%20').replace('>', '%3E')}"
    found = [item["id"] for page in pages(get, url) for item in page["features"]]
    assert found == expected
    assert len(found) > 20


def test_a_filter_and_a_box_keep_what_both_do(get):
    both = get(CELLS, bbox=",".join(map(str, BOX)), filter="people > 100", limit=1000).json()["features"]
    boxed = get(CELLS, bbox=",".join(map(str, BOX)), limit=1000).json()["features"]
    assert [item["id"] for item in both] == [item["id"] for item in boxed if item["properties"]["people"] > 100]


@pytest.mark.parametrize("text", ["people >", "inconnue = 1", "people = 'a'", "x" * 3_000])
def test_a_filter_that_is_none_is_a_problem(get, text):
    answer = get(CELLS, filter=text)
    assert (answer.status_code, answer.json()["type"]) == (400, "/docs/erreurs#question")
    assert get(CELLS, **{"filter": "people > 1", "filter-lang": "cql-json"}).status_code == 400


def test_every_collection_has_a_style_and_all_perimeters_one(get):
    known = [item["id"] for item in get("/styles").json()["styles"]]
    assert known == ["perimetres", *(item["id"] for item in get("/collections").json()["collections"])]
    for name in known:
        answer = get(f"/styles/{name}")
        assert answer.headers["content-type"] == "application/vnd.mapbox.style+json"
        document = answer.json()
        assert document["version"] == 8
        for source in document["sources"].values():
            assert get(source["url"].removeprefix("http://geoville")).json()["tilejson"] == "3.0.0"
        drawn = [layer for layer in document["layers"] if layer["type"] != "background"]
        assert drawn
        assert all(layer["source"] in document["sources"] for layer in drawn)
        assert len({layer["id"] for layer in document["layers"]}) == len(document["layers"])
    assert get("/styles/inconnu").status_code == 404


def test_styles_have_the_colours_of_the_maps(get):
    lines = {layer["id"]: layer for layer in get("/styles/perimetres").json()["layers"]}
    assert lines["candidat"]["paint"]["line-color"] == PERIMETER_LINES["candidat"].colour
    width = PERIMETER_LINES["candidat"].width_px
    dashes = [float(part) for part in PERIMETER_LINES["candidat"].dashes.split()]
    assert lines["candidat"]["paint"]["line-dasharray"] == pytest.approx([part / width for part in dashes], abs=0.01)
    assert "cells-2019" not in lines
    (cells,) = [layer for layer in get("/styles/cells-2019").json()["layers"] if layer["type"] == "fill"]
    assert cells["paint"]["fill-color"][2][2::2] == list(GARNET.pick(5, darkest_first=True))


def test_qgis_gets_the_same_colours_as_the_tiles(get):
    """One rule draws every perimeter; cells have the five classes of the tiles, each from where the last one ends."""
    for item in get("/collections").json()["collections"]:
        (link,) = [link["href"] for link in item["links"] if link["href"].endswith(".qml")]
        answer = get(link.removeprefix("http://geoville"))
        root = ET.fromstring(answer.text)
        rules = [(rule.get("filter"), rule.get("label")) for rule in root.iter("rule")]
        if not item["id"].startswith("cells-"):
            assert rules == [("", item["title"])]
            continue
        assert rules[0][0] == '"mean_eur" < 14000'
        assert rules[-1][0] == '"mean_eur" >= 24000'
        fills = [option.get("value") for option in root.iter("Option") if option.get("name") == "color"]
        rgb = [
            ",".join(str(part) for part in bytes.fromhex(colour[1:])) for colour in GARNET.pick(5, darkest_first=True)
        ]
        assert [fill.rpartition(",")[0] for fill in fills if fill.rpartition(",")[0] in rgb] == rgb
    assert get("/styles/inconnu.qml").status_code == 404
