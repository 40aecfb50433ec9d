"""The page of a review as Chromium shows it, with the network cut: decided by the keyboard, saved, taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import shapely
from playwright.sync_api import expect

from geoville.rendering.review import ReviewMap, ReviewRow, render_review
from geoville.workflows.lookup_file.review import read_decisions

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOSTILE = '</script><script>alert(1)</script><img src="https://example.org/x.png">'
QUARTER = shapely.box(1000, 1000, 1400, 1400)


def row(key: str, probability: float | None, asked: str) -> ReviewRow:
    point = (1010.0, 1200.0)
    region = shapely.buffer(shapely.Point(point), 15)
    street = shapely.LineString([(1000, 900), (1000, 1500)])
    shown = ReviewMap(point, region, [QUARTER], [street], [(1010.0, 1230.0, "14")])
    return ReviewRow(key, int(key) + 1, asked, f"{asked}, Calais", probability, ("À vérifier : …",), shown)


@pytest.fixture
def page(tab: Callable[..., AbstractContextManager[Page]], blank: str, tmp_path: Path):
    rows = [row("1", 0.2, "12 rue A"), row("2", None, HOSTILE), row("3", 0.9, "14 rue B")]
    path = tmp_path / "relire.html"
    html = render_review(rows, name="salles.csv", on="2026-01-15", data_version="v1", sources=("ANCT, QPV",))
    path.write_text(html, encoding="utf-8")
    fetched: list[str] = []
    said: list[str] = []
    with tab(blank, {"width": 1280, "height": 800}, offline=True) as opened:
        opened.on("request", lambda request: fetched.append(request.url))
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.goto(path.as_uri())
        yield opened
    assert [url for url in fetched if not url.startswith(("file:", "blob:"))] == []
    assert said == []


def test_the_surest_come_first_and_a_map_stands_beside_each(page: Page) -> None:
    expect(page.locator("#list .asked")).to_have_text(["14 rue B", "12 rue A", HOSTILE])
    expect(page.locator("#asked")).to_have_text("14 rue B")
    expect(page.locator("#chance")).to_have_text("dedans : 90,0\N{NO-BREAK SPACE}%")
    for shape in ("quarter", "limit", "region", "street", "number", "point"):
        assert page.locator(f"#map .{shape}").count() >= 1, shape
    page.keyboard.press("ArrowDown")
    expect(page.locator("#asked")).to_have_text("12 rue A")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#asked")).to_have_text("14 rue B")


def test_a_decision_says_who(page: Page) -> None:
    page.keyboard.press("d")
    expect(page.locator("#message")).to_contain_text("qui décide")
    expect(page.locator("#who")).to_be_focused()
    expect(page.locator("#progress")).to_contain_text("3 à décider")
    page.keyboard.type("d. hardy")
    expect(page.locator("#who")).to_have_value("d. hardy")
    expect(page.locator("#progress")).to_contain_text("3 à décider")


def test_decisions_made_by_the_keyboard_are_saved_and_taken_back(page: Page, tmp_path: Path) -> None:
    page.fill("#who", "A. Martin")
    page.locator("#who").press("Enter")
    for key in "dph":
        page.keyboard.press(key)
    expect(page.locator("#list .done")).to_have_text(["dedans", "plus tard", "dehors"])
    expect(page.locator("#progress")).to_contain_text("2 décidées, 1 à décider ; non enregistré")
    with page.expect_download() as saving:
        page.keyboard.press("s")
    assert saving.value.suggested_filename == "decisions-salles.json"
    path = tmp_path / "decisions.json"
    saving.value.save_as(path)
    expect(page.locator("#progress")).not_to_contain_text("non enregistré")
    text = path.read_text(encoding="utf-8")
    assert "rue" not in text, "no address leaves the page in it"
    assert json.loads(text)["on"] == "2026-01-15"
    taken = read_decisions(path, "v1")
    assert {key: (one.decision, one.by) for key, one in taken.items()} == {
        "3": ("inside", "A. Martin"),
        "2": ("outside", "A. Martin"),
    }


def test_the_page_is_read_on_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("button", name="Dedans")).to_be_in_viewport()
