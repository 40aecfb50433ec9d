"""The page for everybody: axe-core finds nothing, the keyboard is enough, 320 pixels are enough, paper too."""

from __future__ import annotations

import pytest
from pages_seen import axe_faults
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESS = "1 Rue Youri Gagarine, 62100 Calais"
MOBILE = {"width": 320, "height": 640}


def ask(page: Page, text: str = ADDRESS) -> None:
    page.get_by_label("Adresse, nom de lieu").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict .word")).to_be_visible()


def test_axe_finds_nothing_before_a_question(visiting, pack_url):
    with visiting(pack_url) as page:
        assert axe_faults(page) == []


@pytest.mark.parametrize("text", [ADDRESS, "12 rue qui n'existe pas, Calais", "1.80,50.93"])
def test_axe_finds_nothing_in_an_answer(visiting, pack_url, text):
    with visiting(pack_url) as page:
        ask(page, text)
        for folded in page.locator("#answer details").all():
            folded.evaluate("details => { details.open = true; }")
        page.get_by_role("button", name="Partager").click()
        assert axe_faults(page) == []


def test_axe_finds_nothing_in_suggestions_nor_on_a_small_screen(visiting, pack_url):
    with visiting(pack_url, viewport=MOBILE) as page:
        page.get_by_label("Adresse, nom de lieu").type("1 rue youri", delay=30)
        expect(page.get_by_role("listbox")).to_be_visible()
        assert axe_faults(page) == []


def test_320_pixels_are_wide_enough(visiting, pack_url):
    with visiting(pack_url, viewport=MOBILE) as page:
        ask(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= MOBILE["width"]
        assert page.locator("#verdict").bounding_box()["width"] <= MOBILE["width"]


def test_tab_reaches_everything_and_the_focus_is_seen(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page)
        page.locator("h1").click()  # from where Tab goes on
        reached = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            one = page.evaluate(
                """() => {
                    const element = document.activeElement;
                    const button = element.id === "upload" ? element.nextElementSibling : element;
                    const seen = element.closest(".choices label") ?? button;
                    const outline = getComputedStyle(seen).outlineStyle;
                    return [element.id || element.textContent.trim().slice(0, 20), outline, element === document.body];
                }"""
            )
            if one[2]:
                break
            reached.add(one[0])
            assert one[1] != "none", one
        assert {"address", "print", "attest", "share", "upload", "map", "ask-centre", "whole"} <= reached


def test_the_live_region_says_the_verdict_and_its_worth(visiting, pack_url):
    with visiting(pack_url) as page:
        region = page.locator("#verdict")
        expect(region).to_have_attribute("aria-live", "polite")
        ask(page)
        expect(region).to_contain_text("Dedans")
        expect(region).to_contain_text("D’après un contour officiel")
        expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_paper_holds_the_answer_and_not_the_tools(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page)
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        for kept in ("#verdict", "#map", "#rules", "#rules summary", ".classes .threshold", "#details .facts"):
            expect(page.locator(kept).first).to_be_visible()
        for left in ("#ask", "#tools", "#file", ".map-bar", ".table-side", "footer nav"):
            expect(page.locator(left)).to_be_hidden()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("#rules details[open]").count() == 0
