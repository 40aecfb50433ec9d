"""The tools of the map: measure, scale, mini-map, labels, full screen, print, online backdrop."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
GAGARINE, CONSTANTINE = "gagarine-manet-ferber", "constantine"
MAP = "const map = window[document.querySelector('.folium-map').id];"
VISIBLE_LABELS = """() => Array.from(document.querySelectorAll('.label:not(.label-hidden)'), (label) => {
  const { left, top, right, bottom } = label.getBoundingClientRect();
  return [label.textContent, left, top, right, bottom];
})"""
APART = """(labels) => labels.every(([, left, top, right, bottom], rank) => labels.slice(rank + 1).every(
  ([, itsLeft, itsTop, itsRight, itsBottom]) =>
    right <= itsLeft || itsRight <= left || bottom <= itsTop || itsBottom <= top,
))"""
CELLS = "let cells; map.eachLayer((layer) => { if (layer instanceof CellCanvas) cells = layer; });"
BOXES = """() => {
  const map = window[document.querySelector('.folium-map').id];
  const frame = map.getContainer().getBoundingClientRect();
  return permanentTooltips(map).filter((tooltip) => labelRank(tooltip) > 0).map((tooltip) => {
    const real = tooltip.getElement().getBoundingClientRect();
    const told = labelBox(map, frame, tooltip, real, tooltip.options.direction);
    return [real.left - told.left, real.top - told.top];
  });
}"""
PDF_PAGE = re.compile(rb"/Type\s*/Page\b")


def test_measure_says_the_distance_and_opens_no_popup(at_rest):
    with at_rest(GAGARINE) as page:
        page.locator("#measure").click()
        page.evaluate(
            f"() => {{ {MAP} for (const lat of [50.95, 50.96]) map.fire('click', {{ latlng: L.latLng(lat, 1.89) }}); }}"
        )
        expect(page.locator("#status")).to_have_text("Distance : 1,11\u00a0km")
        expect(page.locator(".leaflet-popup")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.locator("#status")).to_be_hidden()


def test_measure_works_from_the_keyboard(at_rest):
    with at_rest(GAGARINE) as page:
        page.locator("#measure").press("Enter")
        page.locator(".folium-map").press("Enter")
        page.evaluate(f"() => {{ {MAP} map.panBy([100, 0], {{ animate: false }}); }}")
        page.locator(".folium-map").press("Enter")
        expect(page.locator("#status")).to_have_text(re.compile(r"Distance : \d+\u00a0m"))
        page.locator("#measure").press("Enter")
        expect(page.locator("#status")).to_be_hidden()


def test_the_scale_bar_is_as_long_as_it_says(at_rest):
    with at_rest(GAGARINE) as page:
        bar = page.locator(".leaflet-control-scale-line")
        value, unit = bar.text_content().split()
        metres = page.evaluate(
            f"""(width) => {{ {MAP}
          const {{ x, y }} = map.getSize().divideBy(2);
          return map.distance(map.containerPointToLatLng([x, y]), map.containerPointToLatLng([x + width, y])); }}""",
            bar.evaluate("element => element.offsetWidth"),
        )
        assert metres == pytest.approx(float(value) * {"m": 1, "km": 1000}[unit], rel=0.04)
        expect(page.get_by_role("img", name="Le nord est en haut")).to_be_visible()


def test_the_mini_map_frames_the_view_and_moves_it(at_rest):
    with at_rest(GAGARINE) as page:
        frame = page.locator(".mini-map path").last
        before = frame.get_attribute("d")
        page.locator(".mini-map").click(position={"x": 20, "y": 50})
        page.wait_for_function(
            "before => document.querySelector('.mini-map path:last-child').getAttribute('d') !== before", arg=before
        )


@pytest.mark.parametrize("sector", [GAGARINE, CONSTANTINE])
def test_labels_do_not_cover_one_another(at_rest, sector):
    with at_rest(sector) as page:
        # They are placed again after the view has moved.
        page.wait_for_function(f"() => ({APART})(({VISIBLE_LABELS})())")
        assert len(page.evaluate(VISIBLE_LABELS)) > 3


def test_a_label_without_room_comes_back_when_its_place_is_reached(at_rest):
    with at_rest(GAGARINE) as page:
        page.evaluate(f"() => {{ {MAP} map.setZoom(12, {{ animate: false }}); }}")
        label = page.locator(".label", has_text="Collège Martin Luther King")
        expect(label).to_be_hidden()
        place = page.locator('.leaflet-places-pane path[aria-label="Collège Martin Luther King"]')
        place.focus()
        expect(label).to_be_visible()
        place.blur()
        expect(label).to_be_hidden()


def test_full_screen_holds_the_map_and_its_legend(at_rest):
    with at_rest(GAGARINE) as page:
        button = page.locator("#full-screen")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".legend")).to_be_visible()
        expect(page.locator(".panel")).to_be_hidden()
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")
        expect(page.locator(".panel")).to_be_visible()


@pytest.mark.parametrize("sector", [GAGARINE, CONSTANTINE])
def test_it_prints_on_two_sheets(opened, pages, sector):
    with opened(pages[sector]) as page:
        assert len(PDF_PAGE.findall(page.pdf(prefer_css_page_size=True))) == 2
        page.emulate_media(media="print")
        for hidden in (".toolbar", "#theme", ".leaflet-control-zoom"):
            expect(page.locator(hidden)).to_be_hidden()
        for shown in (".theme-legend:visible", ".panel", ".folium-map", ".leaflet-control-scale"):
            expect(page.locator(shown)).to_be_visible()


def test_a_number_of_the_text_leads_to_the_map_and_back(at_rest):
    with at_rest(GAGARINE) as page:
        page.get_by_role("button", name="Raison 3 : la voir sur la carte").click()
        mark = page.locator(".reason-mark.single")
        expect(mark).to_have_text("3")
        frame, box = page.locator(".folium-map").bounding_box(), mark.bounding_box()
        assert frame["x"] < box["x"] < frame["x"] + frame["width"]
        assert frame["y"] < box["y"] < frame["y"] + frame["height"]
        other = page.locator(".reason-mark", has_text="4").first
        other.press("Enter")
        expect(page.locator(".reasons li.single")).to_contain_text("avenue Guynemer")
        expect(page.locator(":focus")).to_have_attribute("data-reason", "4")
        assert page.locator(".panel section").first.locator("dd").count() == 3


@pytest.mark.parametrize(("right", "down"), [(300, 0), (-170, 90), (0, -240), (2_000, 0), (31, 47)])
def test_after_a_pan_cells_are_those_that_a_whole_drawing_gives(at_rest, right, down):
    """A pan keeps the pixels that stay in view and fills the rest; smoothing alone differs, at the frame."""
    with at_rest(GAGARINE) as page:
        slid, whole = page.evaluate(
            f"""([right, down]) => {{ {MAP} {CELLS}
          map.panBy([right, down], {{ animate: false }});
          const slid = cells._container.toDataURL();
          cells._view = null;
          cells._update();
          return [slid, cells._container.toDataURL()];
        }}""",
            [right, down],
        )
        seen, expected = (pixels(url) for url in (slid, whole))
        assert (np.abs(seen - expected).max(axis=2) > 32).mean() < 2e-4
        assert len(np.unique(expected.reshape(-1, 4), axis=0)) > 20 or right == 2_000


def pixels(url):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))).astype(int)


def test_labels_are_where_their_places_were_reckoned(at_rest):
    with at_rest(CONSTANTINE) as page:
        page.wait_for_timeout(500)  # labels are placed once more at rest
        off = page.evaluate(BOXES)
        assert len(off) > 3
        assert max(abs(pixels) for pair in off for pixels in pair) < 1.5


@pytest.mark.slow
def test_no_task_of_a_pan_holds_a_frame_back(browser, at_rest, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    from map_pages import LONG_MS, longest_task_ms

    with at_rest(GAGARINE) as page:
        assert min(longest_task_ms(browser, page) for _ in range(3)) < LONG_MS
