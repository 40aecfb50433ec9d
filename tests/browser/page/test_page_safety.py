"""What strangers wrote does nothing on the page, and the page loads nothing from strangers."""

from __future__ import annotations

import base64
import hashlib

import httpx
import pytest
from playwright.sync_api import expect

from geoville.rendering.folium_map import own_text, script_tag, style_tag

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"
INJECTED = "img[src=x], #verdict script, #rows script, #file script"


def test_a_hostile_address_is_only_text(visiting, pack_url):
    with visiting(pack_url) as page:
        page.get_by_label("Adresse, nom de lieu").fill(HOSTILE)
        page.keyboard.press("Enter")
        expect(page.locator("#verdict .word")).to_have_text("Inconnu")
        assert page.locator(INJECTED).count() == 0


def test_a_hostile_address_in_the_link_is_only_text(visiting, pack_url):
    with visiting(f"{pack_url}#q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&on=%3Cb%3E&map=a/b/c") as page:
        expect(page.locator("#verdict .word")).to_have_text("Inconnu")
        assert page.locator(INJECTED).count() == 0


def test_a_hostile_name_of_perimeter_is_only_text(visiting, official_url):
    with visiting(f"{official_url}#map=15/50.9550/1.8860") as page:
        page.get_by_role("button", name="Interroger le centre").click()
        expect(page.locator("#verdict .reason")).to_contain_text(HOSTILE)
        expect(page.locator("#rows")).to_contain_text(HOSTILE)
        expect(page.locator(".map-label", has_text="onerror")).to_be_visible()
        page.locator("#map").hover(position={"x": 200, "y": 200})
        assert page.locator(INJECTED).count() == 0


def test_the_plan_is_fetched_once_asked_for_and_without_saying_from_where(visiting, pack_url, plan):
    with visiting(pack_url, may_ask=plan.host) as page:
        assert plan.tiles == []
        page.get_by_label("Plan IGN (en ligne)").check()
        expect(page.locator("#map.with-tiles .leaflet-tile-loaded").first).to_be_visible()
        expect(page.locator(".leaflet-control-attribution")).to_contain_text("Plan IGN, © IGN")
        page.reload()
        expect(page.locator("#map.with-tiles")).to_be_visible()
        page.get_by_label("Plan IGN (en ligne)").uncheck()
    assert plan.refused == plan.referrers == []


def test_the_policy_lets_the_page_load_its_own_files_only(official_url):
    answer = httpx.get(official_url, headers={"Accept": "text/html"}, timeout=60)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    # Its own files, and what the page of a review holds: of that the very bytes that are shipped.
    script, style = script_tag(own_text("review/review.js")), style_tag(own_text("review/review.css"))
    for kind, tag in (("script-src", script), ("style-src", style)):
        text = tag.partition(">")[2].rpartition("</")[0]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy[kind] == f"'self' 'sha256-{digest}'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "http" not in answer.headers["content-security-policy"]


def test_paths_out_of_the_files_of_the_page_do_not_exist(pack_url):
    for path in ("static/../pages.py", "static/%2e%2e/pages.py", "static//etc/passwd", "static/page.html"):
        assert httpx.get(pack_url + path, timeout=60).status_code == 404


def test_a_file_that_did_not_change_is_not_sent_again(pack_url):
    first = httpx.get(f"{pack_url}static/main.js", timeout=60)
    again = httpx.get(f"{pack_url}static/main.js", headers={"If-None-Match": first.headers["etag"]}, timeout=60)
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
