"""What caches may keep: every answer about the data, by its version; never one about an address."""

from __future__ import annotations

import pytest

DATA = {
    "/": "f=json",
    "/conformance": "",
    "/collections": "",
    "/collections/iris": "",
    "/collections/iris/items": "limit=2",
    "/collections/iris/items/621930101": "",
    "/tiles/iris.json": "",
    "/tiles/iris/12/2069/1370.mvt": "",
    "/rules": "",
}
ADDRESSES = {"/lookup": {"q": "Calais"}, "/search": {"q": "Calais"}, "/attest": {"q": "Calais"}} | {
    "/reverse": {"lon": 1.8867, "lat": 50.956}
}


@pytest.mark.parametrize("path", DATA)
def test_data_are_kept_by_caches_and_asked_again_for_nothing(app, request_of, path):
    url = f"{path}?{DATA[path]}"
    first = request_of(app, "GET", url)
    assert first.status_code in {200, 204}
    assert first.headers["cache-control"] == "public, max-age=60"
    again = request_of(app, "GET", url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    bare = request_of(app, "HEAD", url)
    assert (bare.status_code, bare.content) == (first.status_code, b"")
    assert bare.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("path", ["/collections", "/collections/iris/items", "/rules"])
def test_long_answers_are_compressed(app, request_of, path):
    assert request_of(app, "GET", path, headers={"Accept-Encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in request_of(app, "GET", path, headers={"Accept-Encoding": "identity"}).headers


@pytest.mark.parametrize("path", ADDRESSES)
def test_no_cache_keeps_what_is_said_of_an_address(app, request_of, path):
    for answer in (
        request_of(app, "GET", path, params=ADDRESSES[path]),
        request_of(app, "POST", path, json=ADDRESSES[path] if path != "/lookup" else {"questions": [{"q": "Calais"}]}),
    ):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
