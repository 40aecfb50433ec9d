"""The pages as Chromium shows them, with the network cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

GAGARINE, CONSTANTINE = "gagarine-manet-ferber", "constantine"
DESKTOP = {"width": 1280, "height": 800}
MOBILE = {"width": 390, "height": 800}
MAX_PAGE_BYTES = 1_500_000


def popup_rows(page: Page) -> dict[str, str]:
    popup = page.locator(".leaflet-popup-content")
    expect(popup).to_be_visible()
    return dict(zip(popup.locator("dt").all_text_contents(), popup.locator("dd").all_text_contents(), strict=True))


def open_details(page: Page, pane: str, title_or_index: str | int) -> None:
    """Open a popup as the keyboard does for lines and places, and by a click for a cell."""
    if isinstance(title_or_index, int):
        page.locator(f".leaflet-{pane}-pane path").nth(title_or_index).dispatch_event("click")
    else:
        page.locator(f'.leaflet-{pane}-pane path[aria-label="{title_or_index}"]').press("Enter")


@pytest.mark.parametrize("sector", [GAGARINE, CONSTANTINE])
@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_page_opens_alone_and_whole(opened, pages, specs, sector, viewport):
    spec = specs[sector]
    assert pages[sector].stat().st_size < MAX_PAGE_BYTES
    with opened(pages[sector], viewport) as page:
        assert page.locator("html").get_attribute("lang") == "fr"
        assert page.title() == spec.title
        assert page.locator(".leaflet-cells-pane path").count() == len(spec.cells.cells)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        for section in spec.panel:
            for item in section.items:
                expect(page.locator(".panel li", has_text=item).first).to_be_attached()
        expect(page.locator(".panel .sources")).to_contain_text("Carte établie au 1er mars 2025.")


def test_legend_states_classes_method_and_estimates(opened, pages, specs):
    with opened(pages[GAGARINE]) as page:
        legend = page.locator(".legend")
        for label in specs[GAGARINE].cells.classes.labels:
            expect(legend.locator("li", has_text=label)).to_be_visible()
        expect(legend).to_contain_text(specs[GAGARINE].cells.classes.method)
        expect(legend).to_contain_text("estimé, sans valeur réglementaire")
        expect(legend).to_contain_text("contour indicatif non publié")


def test_panel_legend_and_controls_do_not_overlap(opened, pages):
    with opened(pages[GAGARINE]) as page:
        boxes = [page.locator(each).bounding_box() for each in (".panel", ".legend", ".leaflet-control-layers")]
        for index, one in enumerate(boxes):
            for other in boxes[index + 1 :]:
                apart_across = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
                apart_along = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
                assert apart_across or apart_along


def test_every_layer_switches_off_and_on(opened, pages, specs):
    with opened(pages[GAGARINE]) as page:
        boxes = page.locator(".leaflet-control-layers-overlays input")
        names = page.locator(".leaflet-control-layers-overlays label").all_text_contents()
        assert specs[GAGARINE].cells.name in [name.strip() for name in names]
        drawn = page.locator(".leaflet-map-pane path")
        for index in range(boxes.count()):
            before = drawn.count()
            boxes.nth(index).click()
            assert drawn.count() != before
            boxes.nth(index).click()
            assert drawn.count() == before


@pytest.mark.parametrize("imputed", [True, False])
def test_cell_popup_equals_the_data(opened, pages, specs, imputed):
    cells = specs[GAGARINE].cells.cells
    index = next(i for i, cell in enumerate(cells) if cell.imputed == imputed)
    with opened(pages[GAGARINE]) as page:
        open_details(page, "cells", index)
        assert popup_rows(page) == dict(cells[index].popup.rows)


def test_candidate_popup_equals_the_data_and_says_estimated(opened, pages, candidates):
    with opened(pages[GAGARINE]) as page:
        open_details(page, "perimeters", candidates[0].name)
        rows = popup_rows(page)
        assert rows["Nature"] == "estimé, sans valeur réglementaire"
        population = rows["Population (estimation)"].removesuffix("\u00a0hab.").replace("\u202f", "").replace(",", ".")
        assert float(population) == candidates[0].attributes["population"]


def test_a_popup_is_not_hidden_by_the_legend(opened, pages, candidates):
    with opened(pages[GAGARINE]) as page:
        open_details(page, "perimeters", candidates[0].name)
        popup, legend = page.locator(".leaflet-popup-content"), page.locator(".legend").bounding_box()
        page.wait_for_function(
            "edge => document.querySelector('.leaflet-popup-content').getBoundingClientRect().left >= edge",
            arg=legend["x"] + legend["width"],
        )
        expect(popup).to_be_in_viewport(ratio=1)


def test_the_sector_outline_says_that_it_is_indicative(opened, pages):
    with opened(pages[GAGARINE]) as page:
        expect(page.locator(".label-sector")).to_contain_text("contour indicatif, non publié")
        open_details(page, "sector", "Secteur Gagarine / Manet-Ferber")
        assert popup_rows(page)["Contour"] == "indicatif, non publié"


def test_constantine_is_said_and_not_drawn(opened, pages):
    with opened(pages[CONSTANTINE]) as page:
        expect(page.locator(".label-sector")).to_contain_text("secteur situé dans ce quartier")
        assert page.locator(".leaflet-sector-pane path[role=button]").count() == 0


def test_a_hostile_name_is_only_text(opened, pages):
    with opened(pages[GAGARINE]) as page:
        expect(page.locator(".label-place", has_text="<script>alert(1)</script>")).to_be_attached()
        open_details(page, "places", "<script>alert(1)</script>")
        expect(page.locator(".leaflet-popup-content h3")).to_have_text("<script>alert(1)</script>")
        assert page.locator(".leaflet-map-pane script").count() == 0


def test_drawn_things_are_reached_by_keyboard_and_shown_so(opened, pages):
    with opened(pages[GAGARINE]) as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        expect(page.locator(".skip")).to_be_in_viewport()
        place = page.locator(".leaflet-places-pane path").first
        place.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        focus = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--focus').trim()")
        assert focus == "#0b57d0"
        assert place.evaluate("element => getComputedStyle(element).stroke") == "rgb(11, 87, 208)"


def test_words_added_by_leaflet_are_french(opened, pages):
    with opened(pages[GAGARINE]) as page:
        expect(page.locator(".leaflet-control-zoom-in")).to_have_attribute("title", "Zoomer")
        expect(page.locator(".leaflet-control-layers-toggle")).to_have_attribute("title", "Couches")
        open_details(page, "cells", 0)
        expect(page.locator(".leaflet-popup-close-button")).to_have_attribute("aria-label", "Fermer")
