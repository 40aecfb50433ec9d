"""A statement as Chromium shows and prints it, with the network cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from made_up_answers import (
    ASKED,
    ESTIMATED_INDEX,
    HOSTILE,
    NEW,
    OFFICIAL_INDEX,
    ON,
    estimated,
    landmark,
    not_found,
    official,
    overflowing,
    position,
)
from playwright.sync_api import expect

from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.rendering.statement.sheet import statement_html
from geoville.rendering.statement.text import statement

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOSTILE_INDEX = PerimeterIndex([replace(NEW, name=HOSTILE, code=HOSTILE)])
PHONE = {"width": 390, "height": 800}
DESK = {"width": 1000, "height": 900}
PLACES = (landmark("Collège", 100, -200), landmark(HOSTILE, -100, -200))
CASES = {
    "official": (official(), OFFICIAL_INDEX, ASKED),
    "estimated": (estimated(), ESTIMATED_INDEX, ASKED),
    "uncertain": (official(accuracy_m=80.0), OFFICIAL_INDEX, ASKED),
    "not found": (not_found(), ESTIMATED_INDEX, ASKED),
    "hostile": (decide(position(label=HOSTILE), HOSTILE_INDEX, ON), HOSTILE_INDEX, HOSTILE),
    "overflowing": (*overflowing(), "W" * 200),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages written to disk, by case."""
    folder = tmp_path_factory.mktemp("statements")
    written = {}
    for name, (answer, index, asked) in CASES.items():
        made = statement(answer, asked, index=index, landmarks=PLACES, issued=ON)
        written[name] = folder / f"{name}.html"
        written[name].write_text(statement_html(made), encoding="utf-8", newline="\n")
    return written


@pytest.fixture
def opened(tab: Callable[..., AbstractContextManager[Page]], blank: str) -> Callable[..., AbstractContextManager[Page]]:
    """Open a page without network; nothing may have been fetched nor said on the console."""

    @contextmanager
    def open_offline(path: Path, viewport: dict[str, int]) -> Iterator[Page]:
        fetched: list[str] = []
        said: list[str] = []
        with tab(blank, viewport, offline=True) as page:
            page.on("request", lambda request: fetched.append(request.url))
            page.on("console", lambda message: said.append(message.text))
            page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
            page.goto(path.as_uri())
            yield page
        assert [url for url in fetched if not url.startswith("file:")] == []
        assert said == []

    return open_offline


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_it_is_read_without_scrolling_sideways(opened, pages, case, viewport):
    with opened(pages[case], viewport) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Relevé de situation d’une adresse")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("case", CASES)
def test_it_prints_on_one_sheet_of_a4(opened, pages, case):
    with opened(pages[case], DESK) as page:
        printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59\d(?:\.\d+)? 84\d(?:\.\d+)?\]", printed)


def test_the_map_is_told_to_who_does_not_see_it(opened, pages):
    with opened(pages["official"], DESK) as page:
        picture = page.get_by_role("img", name="Extrait de carte")
        expect(picture).to_be_visible()
        expect(picture).to_have_accessible_description(re.compile(r"à l[’']extérieur de «\sFort Nieulay\s» .*à 60\sm"))


def test_no_text_leaves_the_map(opened, pages):
    with opened(pages["overflowing"], DESK) as page:
        outside = page.evaluate(
            """() => {
              const frame = document.querySelector('svg').getBoundingClientRect();
              return [...document.querySelectorAll('svg text')].filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1;
              }).map(text => text.textContent);
            }"""
        )
    assert outside == []


def test_what_is_hostile_is_shown_as_text(opened, pages):
    with opened(pages["hostile"], DESK) as page:
        assert page.locator("script").count() == 0
        expect(page.locator("dd").first).to_contain_text('<script>alert(’é’)</script> & "x"')
