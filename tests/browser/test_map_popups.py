"""Every popup of a page, opened and measured: readable columns, no higher than the map, the map hardly moved."""

from __future__ import annotations

import pytest
from pages_seen import LEAST_COLUMN_REM, MEASURED
from playwright.sync_api import expect

from geoville.rendering import perimeter_map, perimeters_map, render_page

pytestmark = pytest.mark.browser

LEAST_CARDS = {"gagarine-manet-ferber": 8, "constantine": 4, "QN06253M": 2, "calais": 4}
"""How many popups are in view at least, by map: two sectors, a quarter with what changed, a whole territory."""


@pytest.fixture(scope="module")
def every_page(scene, pages, tmp_path_factory):
    folder = tmp_path_factory.mktemp("popups")
    quarter = next(item for item in scene.perimeters if item.code == "QN06253M")
    drawn = {"QN06253M": perimeter_map(quarter, scene), "calais": perimeters_map("Calais", scene)}
    for name, spec in drawn.items():
        (folder / f"{name}.html").write_text(render_page(spec), encoding="utf-8")
    return pages | {name: folder / f"{name}.html" for name in drawn}


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [("gagarine-manet-ferber", 1440, 900), *((name, 390, 844) for name in LEAST_CARDS)],
)
def test_every_popup_is_a_card_that_fits_its_map(opened, every_page, name, width, height):
    with opened(every_page[name], {"width": width, "height": height}) as page:
        cards = page.evaluate(MEASURED)
        assert len(cards) >= LEAST_CARDS[name]
        for card in cards:
            assert card["column"] >= LEAST_COLUMN_REM, card
            assert card["width"] <= 320, card
            assert card["height"] < 0.7, card
            assert card["moved"] < 0.5, card
        page.locator(".folium-map").press("Enter")
        cell = page.locator(".leaflet-popup-content")
        expect(cell).to_have_count(1)
        assert min(cell.locator("dd").evaluate_all("cells => cells.map((cell) => cell.offsetWidth)")) >= 16 * 9


def test_no_popup_opens_while_measuring(at_rest):
    with at_rest("gagarine-manet-ferber") as page:
        spot = page.evaluate("""() => {
          const map = window[document.querySelector('.folium-map').id];
          const path = document.querySelector('.leaflet-places-pane path[tabindex]');
          const { left, top, width, height } = path.getBoundingClientRect();
          return [left + width / 2, top + height / 2];
        }""")
        page.locator("#measure").click()
        page.mouse.click(*spot)
        expect(page.locator("#status")).to_contain_text("Mesure")
        expect(page.locator(".leaflet-popup")).to_have_count(0)
        page.locator(".leaflet-places-pane path[tabindex]").first.press("Enter")
        expect(page.locator(".leaflet-popup")).to_have_count(0)
        page.keyboard.press("Escape")
        page.mouse.click(*spot)
        expect(page.locator(".leaflet-popup")).to_have_count(1)
        page.keyboard.press("Escape")
