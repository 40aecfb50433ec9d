"""`/`: links for programs, the page for browsers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from geoville.api.app import create_app
from geoville.api.ogc import LandingDocument
from geoville.api.settings import Settings

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "query", "page"),
    [
        (BROWSER, "", True),
        (BROWSER, "?f=json", False),
        ("application/json", "?f=html", True),
        ("application/json", "", False),
        ("*/*", "", False),
        ("", "", False),
        ("text/html;q=0.5, application/json", "", False),
        ("text/*, application/json;q=0.9", "", True),
        ("text/html;q=oui", "", False),
        ("text/html, */*", "", False),
    ],
)
def test_who_asks_decides(app, request_of, accept, query, page):
    answer = request_of(app, "GET", f"/{query}", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html" if page else "application/json")
    assert "Accept" in answer.headers["vary"].split(", ")


def test_every_link_of_the_landing_page_leads_somewhere(app, request_of, get):
    document = get("/").json()
    LandingDocument.model_validate(document)
    links = {item["rel"]: item for item in document["links"]}
    assert links.keys() >= {"self", "service-desc", "service-doc", "conformance", "data"}
    for item in links.values():
        parts = urlsplit(item["href"])
        answer = request_of(app, "GET", f"{parts.path}?{parts.query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(item["type"])


def test_links_bear_the_host_that_was_asked(app, request_of):
    answer = request_of(app, "GET", "/", headers={"host": "qpv.example"})
    assert all(item["href"].startswith("http://qpv.example/") for item in answer.json()["links"])


def test_links_bear_the_address_that_the_operator_gave(request_of):
    app = create_app(Settings(territory="calais", public_url="https://ville.example/qpv/"))
    for path in ("/", "/collections", "/collections/iris/items?limit=1", "/tiles/iris.json"):
        found = re.findall(r"https?://[^/\"]+[^\"]*", request_of(app, "GET", path).text)
        links = [link for link in found if "opengis.net" not in link]
        assert links
        assert all(link.startswith("https://ville.example/qpv/") for link in links)


@pytest.mark.parametrize("host", ["[::1", "a b", '"><script>', "é", "x" * 300])
def test_an_odd_host_breaks_nothing(app, request_of, host):
    answer = request_of(app, "GET", "/collections/iris/items?limit=1", headers={"host": host.encode()})
    assert answer.status_code == 200
    assert answer.json()["numberReturned"] == 1


def test_another_format_is_refused(get):
    assert get("/?f=xml").status_code == 400
    assert get("/?q=calais").status_code == 400


def test_head_has_no_body(app, request_of):
    answer = request_of(app, "HEAD", "/")
    assert (answer.status_code, answer.content) == (200, b"")
