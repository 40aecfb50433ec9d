"""How the page looks, measured: its order on a phone, what covers what, colours of cells, one sheet of paper, words."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESS = "1 Rue Youri Gagarine, 62100 Calais"
PDF_PAGE = re.compile(rb"/Type\s*/Page\b")
THRESHOLD_COLOURS = ("#7b1e3b", "#bf4a52", "#eba07f")
"""Of what lies under the decree's threshold, from the lowest incomes."""

CELLS = """() => {
  const canvas = document.querySelector('.cell-canvas').getBoundingClientRect();
  return [canvas.width > 0, getComputedStyle(document.querySelector('.leaflet-cells-pane')).opacity];
}"""
WORDS = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (parentElement.closest('script, style, svg')) continue;
    if (/ [:;?!»%€]|« |'/.test(data)) found.push(data.trim());
  }
  return found;
}"""


def ask(page: Page, text: str = ADDRESS) -> None:
    page.get_by_label("Adresse, nom de lieu").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict .word")).to_be_visible()


def seen(page: Page) -> Image.Image:
    page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.locator("#map").screenshot())).convert("RGB")


def test_cells_have_on_screen_the_colours_of_the_legend_around_the_threshold(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page)
        expect(page.locator(".cell-canvas")).to_be_visible()
        legend = page.locator(".classes .key rect:first-child").evaluate_all(
            "keys => keys.map(key => key.getAttribute('fill'))"
        )
        assert tuple(legend[:3]) == THRESHOLD_COLOURS
        expect(page.locator(".classes .threshold")).to_have_text("Seuil du décret\u00a0: 10\u202f200\u00a0€")
        counted = dict(map(reversed, seen(page).getcolors(1 << 20)))
        wide = 2_000  # pixels: some cells of each class, not the edge of one
        for colour in legend[:5]:
            assert counted.get(tuple(bytes.fromhex(colour[1:])), 0) > wide, colour


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_nothing_covers_the_map_or_the_table_whatever_is_ticked(visiting, pack_url, width, height):
    with visiting(pack_url, viewport={"width": width, "height": height}) as page:
        page.locator("#legend").evaluate("legend => { legend.open = true; }")
        page.get_by_role("button", name="Toutes les couches").click()
        boxes = page.locator("#layers input")
        for box in boxes.all():
            assert box.bounding_box()["width"] >= 24
            box.check()
        assert page.locator(".map-frame").bounding_box()["height"] >= 0.6 * height
        frame, legend = (page.locator(name).bounding_box() for name in (".map-frame", "#legend"))
        assert legend["x"] >= frame["x"]
        assert legend["y"] + legend["height"] <= frame["y"] + frame["height"]
        table = page.locator("#table")
        table.scroll_into_view_if_needed()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        top = page.evaluate(
            """() => {
                const { left, top, width } = document.querySelector('#table-title').getBoundingClientRect();
                return document.elementFromPoint(left + width / 2, Math.max(top, 0) + 8).closest('section').id;
            }"""
        )
        assert top == "table"
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640)])
def test_on_a_phone_the_answer_is_seen_and_the_map_is_right_under(visiting, pack_url, width, height):
    with visiting(pack_url, viewport={"width": width, "height": height}) as page:
        dates = page.locator(".choices").bounding_box()
        assert dates["height"] < 60
        ask(page)
        page.wait_for_load_state("networkidle")
        verdict, frame = (page.locator(name).bounding_box() for name in ("#verdict", ".map-side"))
        assert verdict["y"] >= 0
        assert verdict["y"] + verdict["height"] <= height
        assert 0 <= frame["y"] - verdict["y"] - verdict["height"] < 40
        assert page.locator("#grounds").bounding_box()["y"] > frame["y"] + frame["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_field_and_map_are_five_stops_of_the_keyboard_away(visiting, pack_url):
    with visiting(pack_url) as page:
        reached = []
        for _ in range(5):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        assert {"address", "map"} <= set(reached)


def test_the_answer_prints_on_one_sheet_around_the_position(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page)
        page.wait_for_load_state("networkidle")
        assert len(PDF_PAGE.findall(page.pdf(prefer_css_page_size=True))) == 1
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        pin, shown = page.locator(".pin").bounding_box(), page.locator("#map").bounding_box()
        assert abs(pin["x"] + pin["width"] / 2 - shown["x"] - shown["width"] / 2) < 20
        page.evaluate("dispatchEvent(new Event('afterprint'))")


def test_imposed_colours_keep_keys_and_marks(visiting, pack_url):
    with visiting(pack_url, forced_colors="active") as page:
        ask(page)
        for kept in (".classes .key", ".pin", "#verdict .mark"):
            expect(page.locator(kept).first).to_have_css("forced-color-adjust", "none")


def test_no_line_begins_with_a_sign_and_there_is_one_apostrophe(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page, "1.8938,50.9440")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(WORDS) == []
        for text in (ADDRESS, "12 rue qui n'existe pas, Calais"):
            ask(page, text)
            page.wait_for_load_state("networkidle")
            assert page.evaluate(WORDS) == []
