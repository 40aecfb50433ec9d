"""The Plan IGN under one-file maps: nothing is asked for until a reader does, who then sees it or is told why not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect
from tile_server import tile_server

from geoville.rendering import render_page
from geoville.rendering.look import tile_source

pytestmark = pytest.mark.browser

BOX = "Plan IGN (en ligne)"
CALAIS = (1.85, 50.95)
ATTRIBUTION = "Fond : Plan IGN, © IGN – Géoplateforme"


@pytest.fixture
def served():
    with tile_server() as server:
        yield server


def page_with(specs, tmp_path, source):
    path = tmp_path / "tiles.html"
    path.write_text(render_page(replace(specs["constantine"], tiles=source)), encoding="utf-8")
    return path.as_uri()


def test_it_is_off_until_asked_for_then_shown_and_remembered(browser, specs, tmp_path, served):
    url = page_with(specs, tmp_path, tile_source("", served.host))
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'onLine', { value: true })")
    page = context.new_page()
    page.goto(url)
    box = page.get_by_label(BOX)
    expect(box).not_to_be_checked()
    notice = page.locator(".online")
    expect(notice).to_contain_text(
        f"demande à l’IGN ({served.host.partition('://')[2]}) les images de l’endroit regardé"
    )
    assert served.tiles == []
    box.check()
    expect(page.locator(".with-tiles .leaflet-tile-loaded").first).to_be_visible()
    expect(page.locator(".leaflet-backdrop-pane")).to_have_css("visibility", "hidden")
    expect(page.locator(".leaflet-control-attribution")).to_have_text(ATTRIBUTION)
    expect(page.locator("#status")).to_be_hidden()
    assert served.refused == served.referrers == []
    level, column, _ = served.tiles[0]
    assert abs(column - (CALAIS[0] + 180) / 360 * 2**level) < 2 ** max(level - 10, 1)
    page.reload()
    expect(page.get_by_label(BOX)).to_be_checked()
    expect(page.locator(".leaflet-tile-loaded").first).to_be_visible()
    page.get_by_label(BOX).uncheck()
    expect(page.locator(".with-tiles")).to_have_count(0)
    asked = len(served.tiles)
    page.reload()
    expect(page.get_by_label(BOX)).not_to_be_checked()
    assert len(served.tiles) == asked
    context.close()


def test_where_no_tile_answers_words_say_so_and_the_map_stays(browser, specs, tmp_path):
    with tile_server() as gone:
        url = page_with(specs, tmp_path, tile_source("ign", gone.host))
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(navigator, 'onLine', { value: true })")
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_label(BOX)).to_be_checked()
    expect(page.locator("#status")).to_contain_text("Plan IGN injoignable")
    expect(page.locator(".leaflet-backdrop-pane path").first).to_be_visible()
    page.get_by_label(BOX).uncheck()
    expect(page.locator("#status")).to_be_hidden()
    context.close()


def test_left_out_for_good_it_is_not_offered(specs, tmp_path, opened):
    url = page_with(specs, tmp_path, tile_source("aucun"))
    assert "geopf" not in (tmp_path / "tiles.html").read_text(encoding="utf-8")
    with opened(tmp_path / "tiles.html") as page:
        assert url.startswith("file:")
        expect(page.get_by_label(BOX)).to_have_count(0)
