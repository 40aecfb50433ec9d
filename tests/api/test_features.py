"""OGC API - Features: what a client may ask of collections, and what it may not."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
import shapely
from effort import cases
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from geoville.api.app import create_app
from geoville.api.settings import Settings

GEOJSON = "application/geo+json"
CELLS = "/collections/cells-2019/items"


def contour(code: str, west: float) -> dict:
    ring = [[west, 50.95], [west + 0.01, 50.95], [west + 0.01, 50.96], [west, 50.96], [west, 50.95]]
    return {
        "type": "Feature",
        "properties": {"code_qp": code, "lib_qp": f"Essai {code}", "insee_com": "62193"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    """A service whose perimeters are official, of both generations; one of them is given twice."""
    file = tmp_path_factory.mktemp("official") / "qpv.geojson"
    features = [contour("QN06299M", 1.88), contour("QP062999", 1.86), contour("QP062998", 1.84)]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return create_app(Settings(territory="calais", perimeters=(file, file)))


def local(url: str) -> str:
    """Path and query of a link, without the host."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def link(document: dict, rel: str) -> str:
    return local(next(item["href"] for item in document["links"] if item["rel"] == rel))


def test_collections_are_listed_with_their_extent_and_links(get):
    document = get("/collections").json()
    names = [item["id"] for item in document["collections"]]
    assert names == [
        "qpv-2024",
        "qpv-2015",
        "candidat",
        "veille-estimated",
        "vecu-estimated",
        "sectors",
        "iris",
        "cells-2021",
        "cells-2019",
        "cells-2015",
    ]
    for item in document["collections"]:
        west, south, east, north = item["extent"]["spatial"]["bbox"][0]
        assert 1.7 < west < east < 2.1
        assert 50.8 < south < north < 51.0
        assert ("temporal" in item["extent"]) is item["id"].startswith("qpv-")  # estimates answer at any date
        assert item["attribution"]
        alone = get(link(item, "self"))
        assert alone.json() == item
        assert get(link(item, "items")).headers["content-type"] == GEOJSON
        assert get(link(item, "related")).json()["name"] == item["title"]


def test_estimates_say_so_and_are_apart_from_official_contours(get, official, request_of):
    assert "sans valeur réglementaire" in get("/collections/candidat").json()["title"]
    assert all(item["properties"]["estimated"] for item in get("/collections/candidat/items").json()["features"])
    names = [item["id"] for item in request_of(official, "GET", "/collections").json()["collections"]]
    assert names[:2] == ["qpv-2024", "qpv-2015"]
    assert "candidat" not in names
    page = request_of(official, "GET", "/collections/qpv-2015/items").json()
    assert {item["properties"]["estimated"] for item in page["features"]} == {False}


def test_a_perimeter_given_twice_has_two_identifiers(official, request_of):
    page = request_of(official, "GET", "/collections/qpv-2015/items").json()
    ids = [item["id"] for item in page["features"]]
    assert ids == ["QP062998", "QP062998~2", "QP062999", "QP062999~2"]


@pytest.mark.parametrize("size", [1, 7, 100, 1_000, 10**30])
def test_pages_hold_every_feature_once_in_both_directions(get, size):
    box = "1.85,50.94,1.87,50.96"
    seen, url, last = [], f"{CELLS}?bbox={box}&limit={size}", None
    while url:
        page = get(url).json()
        assert page["numberReturned"] == len(page["features"]) <= min(size, 1_000)
        assert local(next(item["href"] for item in page["links"] if item["rel"] == "self")) == url
        seen += [item["id"] for item in page["features"]]
        last, url = page, next((local(item["href"]) for item in page["links"] if item["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == page["numberMatched"] > 50
    if size < page["numberMatched"]:
        before = get(link(last, "prev")).json()
        assert [item["id"] for item in before["features"]] == seen[-size - page["numberReturned"] :][:size]


def test_a_page_past_the_end_is_empty(get):
    page = get(f"{CELLS}?offset=100000000000000000000").json()
    assert (page["numberMatched"], page["numberReturned"], page["features"]) == (1221, 0, [])


LON, LAT = st.floats(1.7, 2.1), st.floats(50.85, 51.05)


@cases(each_run=20, slow=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(west=LON, east=LON, south=LAT, north=LAT, heights=st.booleans())
def test_a_box_gives_what_meets_it_and_nothing_else(get, west, east, south, north, heights):
    (west, east), (south, north) = sorted((west, east)), sorted((south, north))
    box = [west, south, 0, east, north, 9] if heights else [west, south, east, north]
    everything = get("/collections/iris/items").json()["features"]
    shapes = [shapely.from_geojson(json.dumps(item["geometry"])) for item in everything]
    expected = [
        item["id"]
        for item, shape in zip(everything, shapes, strict=True)
        if shape.intersects(shapely.box(west, south, east, north))
    ]
    page = get("/collections/iris/items", bbox=",".join(map(str, box))).json()
    assert [item["id"] for item in page["features"]] == expected
    assert page["numberMatched"] == len(expected)


def test_a_box_across_the_antimeridian_is_two(get):
    around_the_globe = get("/collections/candidat/items?bbox=1.8,50,1.7,52").json()
    assert around_the_globe["numberMatched"] == 2
    assert get("/collections/candidat/items?bbox=170,50,-170,52").json()["numberMatched"] == 0


@pytest.mark.parametrize(
    ("name", "days", "matched"),
    [
        ("qpv-2015", "2015-01-01T00:00:00Z", 4),
        ("qpv-2015", "2014-12-31T23:59:59Z", 0),
        ("qpv-2015", "2023-12-31", 4),
        ("qpv-2015", "2024-01-01T00:00:00Z", 0),
        ("qpv-2015", "2023-12-31T00:00:00Z/2024-06-01T00:00:00Z", 4),
        ("qpv-2015", "../2014-01-01T00:00:00Z", 0),
        ("qpv-2015", "../..", 4),
        ("qpv-2024", "2023-12-31T00:00:00Z/..", 2),
        ("qpv-2024", "/2023-12-31T00:00:00Z", 0),
        ("qpv-2024", "2050-01-01T00:00:00z", 2),
    ],
)
def test_days_choose_perimeters_in_force(official, request_of, name, days, matched):
    page = request_of(official, "GET", f"/collections/{name}/items", params={"datetime": days}).json()
    assert page["numberMatched"] == matched


def test_dated_collections_say_when_they_are_in_force(official, request_of):
    def interval(name: str) -> list:
        return request_of(official, "GET", f"/collections/{name}").json()["extent"]["temporal"]["interval"]

    assert interval("qpv-2015") == [["2015-01-01T00:00:00Z", "2023-12-31T23:59:59Z"]]
    assert interval("qpv-2024") == [["2024-01-01T00:00:00Z", None]]


def test_estimates_answer_at_any_date(get):
    assert get("/collections/candidat/items?datetime=1999-01-01").json()["numberMatched"] == 2


def test_every_feature_is_found_by_its_identifier(get):
    page = get(f"{CELLS}?limit=3&offset=600").json()
    for item in page["features"]:
        alone = get(f"{CELLS}/{item['id']}")
        assert alone.headers["content-type"] == GEOJSON
        document = alone.json()
        assert {key: document[key] for key in item} == item
        assert link(document, "self") == f"{CELLS}/{item['id']}"


def test_geometries_follow_rfc_7946(get):
    for item in get("/collections/iris/items").json()["features"]:
        shape = shapely.from_geojson(json.dumps(item["geometry"]))
        assert shape.is_valid
        assert all(part.exterior.is_ccw for part in shapely.get_parts(shape))


def test_what_is_not_published_is_null(get):
    features = get(f"{CELLS}?limit=1000").json()["features"]
    imputed = [item["properties"] for item in features if item["properties"]["imputed"]]
    assert imputed
    assert all(row["poor_share"] is None for row in imputed)
    observed = [item["properties"] for item in features if not item["properties"]["imputed"]]
    assert all(0 <= row["poor_share"] <= 1 for row in observed)


def test_a_sector_that_nobody_placed_has_no_shape(get):
    shapes = {item["id"]: item["geometry"] for item in get("/collections/sectors/items").json()["features"]}
    assert shapes["constantine"] is None
    assert shapes["gagarine-manet-ferber"]["type"] == "Polygon"
    assert get("/collections/sectors/items?bbox=-180,-90,180,90").json()["numberMatched"] == 1


REFUSED = {
    "unknown": "couleur=bleu",
    "a page's": "q=calais",
    "format": "f=gml",
    "limit 0": "limit=0",
    "limit of words": "limit=dix",
    "offset": "offset=-1",
    "three numbers": "bbox=1,2,3",
    "words": "bbox=ouest,sud,est,nord",
    "NaN": "bbox=nan,50,2,51",
    "infinite": "bbox=1,50,inf,51",
    "upside down": "bbox=1,51,2,50",
    "out of the globe": "bbox=1,50,400,51",
    "not a day": "datetime=hier",
    "empty day": "datetime=",
    "three days": "datetime=2024-01-01/2024-01-02/2024-01-03",
    "backwards": "datetime=2024-01-02/2024-01-01",
    "twice": "limit=1&limit=2",
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=REFUSED)
def test_what_is_not_understood_is_refused(get, query):
    answer = get(f"{CELLS}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize("path", ["/conformance", "/collections", "/collections/iris", "/collections/iris/items/1"])
def test_an_unknown_parameter_is_refused_everywhere(get, path):
    assert get(f"{path}?couleur=bleu").status_code == 400
    assert "couleur" not in get(f"{path}?couleur=bleu").text


@pytest.mark.parametrize(
    "path",
    [
        "/collections/inconnue",
        "/collections/inconnue/items",
        "/collections/iris/items/inconnu",
        "/collections/iris/items/..%2F..%2Fetc%2Fpasswd",
        "/collections/..%2F..%2Fetc/items",
        "/collections/iris/items/%00",
    ],
)
def test_what_does_not_exist_is_not_found(get, path):
    answer = get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "passwd" not in answer.text


@pytest.mark.parametrize("path", ["/collections", "/collections/iris", "/collections/iris/items", "/conformance"])
def test_an_unchanged_document_is_not_sent_again(app, request_of, path):
    first = request_of(app, "GET", path)
    assert first.headers["cache-control"].startswith("public, max-age=")
    again = request_of(app, "GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert request_of(app, "GET", path, headers={"if-none-match": '"other"'}).status_code == 200


def test_other_data_have_another_tag(app, official, request_of):
    tags = {request_of(one, "GET", "/collections/iris").headers["etag"] for one in (app, official)}
    assert len(tags) == 2


def test_head_says_what_get_would(app, request_of):
    for path in ("/collections", f"{CELLS}?limit=2", "/collections/inconnue"):
        got, told = (
            request_of(app, method, path, headers={"accept-encoding": "identity"}) for method in ("GET", "HEAD")
        )
        assert told.status_code == got.status_code
        assert told.headers["content-length"] == got.headers["content-length"]
        assert told.headers["content-type"] == got.headers["content-type"]


def test_conformance_claims_what_is_done(get):
    claimed = get("/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in claimed
    assert any(item.endswith("oas30") for item in claimed)
    found = {link["type"]: link["href"] for link in get("/").json()["links"] if link["rel"] == "service-desc"}
    for version in ("3.0", "3.1"):
        address = found[f"application/vnd.oai.openapi+json;version={version}"]
        assert get(address.removeprefix("http://geoville")).json()["openapi"].startswith(version)


def test_documents_are_as_the_openapi_document_says(get):
    from geoville.api import ogc as models

    models.ConformanceDocument.model_validate(get("/conformance").json())
    models.CollectionsDocument.model_validate(get("/collections").json())
    for name in ("candidat", "sectors", "iris", "cells-2019"):
        page = get(f"/collections/{name}/items").json()
        models.FeatureCollectionDocument.model_validate(page)
        models.FeatureDocument.model_validate(get(f"/collections/{name}/items/{page['features'][0]['id']}").json())
        models.TileJsonDocument.model_validate(get(f"/tiles/{name}.json").json())
