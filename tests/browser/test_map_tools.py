"""The tools of the map: measure, scale, mini-map, labels, full screen, print, online backdrop."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

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
