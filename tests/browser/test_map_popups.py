"""Every popup of a page, opened and measured: readable columns, no higher than the map, the map hardly moved."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LEAST_COLUMN_REM = 9
MEASURED = """() => {
  const map = window[document.querySelector('.folium-map').id];
  const [centre, zoom] = [map.getCenter(), map.getZoom()];
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const inView = [];
  map.eachLayer((layer) => {
    if (!layer.getPopup || !layer.getPopup()) return;
    const at = anchorOf(layer, map);
    if (map.getBounds().contains(at)) inView.push([layer, at]);
  });
  const frame = map.getContainer().getBoundingClientRect();
  return inView.map(([layer, at]) => {
    map.setView(centre, zoom, { animate: false });
    layer.openPopup(at);
    map.stop();
    const card = document.querySelector('.leaflet-popup');
    const box = card.getBoundingClientRect();
    const widths = Array.from(card.querySelectorAll('dt, dd'), (cell) => cell.getBoundingClientRect().width / rem);
    const target = map.project(map.getCenter(), zoom).distanceTo(map.project(centre, zoom));
    map.closePopup();
    return {
      title: layer.feature.properties.title,
      column: Math.min(...widths, Infinity),
      width: box.width,
      height: box.height / frame.height,
      moved: target / frame.width,
    };
  });
}"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_every_popup_is_a_card_that_fits_its_map(opened, pages, width, height):
    with opened(pages["gagarine-manet-ferber"], {"width": width, "height": height}) as page:
        cards = page.evaluate(MEASURED)
        assert len(cards) > 8
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
