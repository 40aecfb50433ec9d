"""One route for what clients write in several ways: a slash at the end, HEAD, OPTIONS."""

from __future__ import annotations

import pytest

ADDRESS = "1 rue Youri Gagarine, 62100 Calais"
ASKED = {
    "/lookup": {"q": ADDRESS, "on": "2024-06-01"},
    "/search": {"q": ADDRESS, "on": "2024-06-01"},
    "/reverse": {"lon": 1.893673, "lat": 50.953397, "on": "2024-06-01"},
    "/collections": {},
    "/rules": {},
    "/health": {},
}


@pytest.mark.parametrize("path", ASKED)
def test_a_slash_at_the_end_is_the_same_route_without_redirection(get, path):
    answer = get(f"{path}/", **ASKED[path])
    assert answer.status_code == 200  # a redirection would be followed by no client here
    assert "location" not in answer.headers
    assert answer.json() == get(path, **ASKED[path]).json()


def test_a_file_is_sent_with_a_slash_too_and_measured_as_a_file(app, request_of):
    rows = b"adresse;cp\n1 rue Youri Gagarine Calais;62100\n" + (b"\n" + b" " * 1_000) * 2_001
    assert len(rows) > app.state.settings.max_body_bytes
    answer = request_of(app, "POST", "/search/csv/", files={"data": ("a.csv", rows)}, data={"columns": "adresse"})
    assert answer.status_code == 200
    assert "inside" in answer.text


def test_slashes_alone_are_the_landing_page(get):
    assert get("//", f="json").json()["title"] == get("/", f="json").json()["title"]


@pytest.mark.parametrize("path", ASKED)
def test_head_has_the_headers_of_get_and_no_body(app, request_of, path):
    told, bare = (
        request_of(app, method, path, params=ASKED[path], headers={"accept-encoding": "identity"})
        for method in ("GET", "HEAD")
    )
    assert (bare.status_code, bare.content) == (200, b"")
    same = ("content-type", "content-length", "cache-control", "x-content-type-options")
    assert [bare.headers[name] for name in same] == [told.headers[name] for name in same]


def test_head_of_a_problem_has_its_status(app, request_of):
    answer = request_of(app, "HEAD", "/search")
    assert (answer.status_code, answer.content) == (422, b"")
    assert request_of(app, "HEAD", "/search/csv").status_code == 405
    assert request_of(app, "HEAD", "/nulle-part").status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/search", "GET, HEAD, OPTIONS, POST"),
        ("/search/csv", "OPTIONS, POST"),
        ("/collections/", "GET, HEAD, OPTIONS"),
        ("/health", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_says_what_a_route_takes(app, request_of, path, allowed):
    answer = request_of(app, "OPTIONS", path, headers={"Origin": "https://ailleurs.example"})
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, allowed, b"")
    assert "access-control-allow-origin" not in answer.headers  # pages of other sites still read nothing


def test_options_of_nothing_is_not_found(app, request_of):
    assert request_of(app, "OPTIONS", "/nulle-part").status_code == 404


def test_head_is_counted_as_itself(app, request_of):
    request_of(app, "HEAD", "/health/")
    counted = request_of(app, "GET", "/metrics").text
    assert any('method="HEAD"' in line and 'route="/health"' in line for line in counted.splitlines())
