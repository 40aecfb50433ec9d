"""Vector tiles over HTTP: what exists, what does not, and what caches may keep."""

from __future__ import annotations

import mapbox_vector_tile
import pytest

HERE = "12/2069/1372"


def test_a_tile_holds_its_layer(get):
    answer = get(f"/tiles/cells-2019/{HERE}.mvt")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    (name,) = layers = mapbox_vector_tile.decode(answer.content)
    assert name == "cells-2019"
    rows = {item["properties"]["id"]: item["properties"] for item in layers[name]["features"]}
    assert len(rows) > 400
    for fid, row in list(rows.items())[:20]:
        published = get(f"/collections/cells-2019/items/{fid}").json()["properties"]
        assert row == {"id": fid} | {key: value for key, value in published.items() if value is not None}
    assert all("poor_share" not in row for row in rows.values() if row["imputed"])


@pytest.mark.parametrize("place", ["12/0/0", "18/132445/87810", "0/0/0"])
def test_an_empty_tile_has_no_content_but_may_be_kept(get, place):
    answer = get(f"/tiles/candidat/{place}.mvt")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["cache-control"].startswith("public, max-age=")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"inconnue/{HERE}", 404),
        ("candidat/19/0/0", 404),
        ("candidat/-1/0/0", 404),
        ("candidat/3/8/0", 404),
        ("candidat/3/0/8", 404),
        ("candidat/3/-1/0", 404),
        (f"candidat/1/{10**40}/0", 404),
        ("candidat/trois/0/0", 400),
        ("candidat/3/0.5/0", 400),
        (f"..%2Fcandidat/{HERE}", 404),
    ],
)
def test_a_tile_that_does_not_exist_is_a_problem(get, path, status):
    answer = get(f"/tiles/{path}.mvt")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_an_unknown_parameter_is_refused(get):
    assert get(f"/tiles/candidat/{HERE}.mvt?x=1").status_code == 400
    assert get("/tiles/candidat.json?x=1").status_code == 400


def test_an_unchanged_tile_is_not_sent_again(app, request_of):
    url = f"/tiles/candidat/{HERE}.mvt"
    first = request_of(app, "GET", url)
    again = request_of(app, "GET", url, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    told = request_of(app, "HEAD", url, headers={"accept-encoding": "identity"})
    assert int(told.headers["content-length"]) == len(first.content)


def test_tilejson_leads_to_the_tiles(get):
    document = get("/tiles/iris.json").json()
    (template,) = document["tiles"]
    path = template.removeprefix("http://geoville").format(z=12, x=2069, y=1372)
    (layer,) = document["vector_layers"]
    decoded = mapbox_vector_tile.decode(get(path).content)
    (name,) = decoded
    assert layer["id"] == name == "iris"
    known = {key for item in decoded[name]["features"] for key in item["properties"]}
    assert known <= layer["fields"].keys()
    west, south, east, north = document["bounds"]
    assert west < 1.86 < east
    assert south < 50.95 < north
    assert (document["minzoom"], document["maxzoom"]) == (0, 18)
    assert get("/tiles/inconnue.json").status_code == 404
