"""The page of a comparison as Chromium shows it, with the network cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import shapely
from playwright.sync_api import expect

from geoville.carroyage.grid import cell_squares
from geoville.model import Perimeter, Source
from geoville.perimeters.comparison import Comparison, compare_perimeters, overlay
from geoville.rendering import comparison_map, render_comparison

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from geoville.carroyage.grid import Grid

pytestmark = pytest.mark.browser

HOSTILE_NAME = "<script>alert(1)</script>"
DESKTOP = {"width": 1280, "height": 800}
MOBILE = {"width": 390, "height": 800}
VIEW = """index => {
  const map = window[document.querySelectorAll('.folium-map')[index].id];
  const centre = map.getCenter();
  return [centre.lat.toFixed(5), centre.lng.toFixed(5), map.getZoom()];
}"""


AT_REST = """() => [...document.querySelectorAll('.folium-map')].every(
  place => !window[place.id]._panAnim?._inProgress
)"""
"""No map is being panned: one that is takes no key."""


@pytest.fixture(scope="module")
def sides(candidates: tuple[Perimeter, ...]) -> tuple[list[Perimeter], list[Perimeter]]:
    """The candidates, and the same moved by 300 m but for the last one, which is gone."""
    moved = [
        replace(item, geometry=shapely.affinity.translate(item.geometry, 300, 0), name=HOSTILE_NAME, vintage=2021)
        for item in candidates[:-1]
    ]
    return list(candidates), moved


@pytest.fixture(scope="module")
def comparison(calais_grid: Grid, sides: tuple[list[Perimeter], list[Perimeter]]) -> Comparison:
    squares = cell_squares(calais_grid.easting, calais_grid.northing, calais_grid.epsg, 2154)
    return compare_perimeters(*sides, squares, calais_grid.people)


@pytest.fixture(scope="module")
def compare_page(calais_grid, sides, comparison, tmp_path_factory) -> Path:
    old, new = sides
    squares = cell_squares(calais_grid.easting, calais_grid.northing, calais_grid.epsg, 2154)
    pieces = overlay(old, new, squares, calais_grid.people)
    source = Source("Carreaux de 200 m", "Insee", "2019", "Licence Ouverte 2.0")
    spec = comparison_map(comparison, pieces, old=old, new=new, grid=calais_grid, sources=[source])
    path = tmp_path_factory.mktemp("compare") / "page.html"
    path.write_text(render_comparison(spec), encoding="utf-8")
    return path


def fills(page: Page, side: int) -> set[str]:
    """Patterns drawn on one of the two maps."""
    paths = page.locator(".side").nth(side).locator(".leaflet-cells-pane path")
    return {paths.nth(index).get_attribute("fill") for index in range(paths.count())}


@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_page_opens_alone_and_fits_the_screen(opened, compare_page, viewport):
    with opened(compare_page, viewport) as page:
        assert page.locator("html").get_attribute("lang") == "fr"
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        first, second = (page.locator(".folium-map").nth(side).bounding_box() for side in (0, 1))
        assert (first["width"], first["height"]) == (second["width"], second["height"])
        assert (first["x"] == second["x"]) == (viewport is MOBILE)
        assert (first["y"] == second["y"]) == (viewport is DESKTOP)


def test_each_map_shows_its_own_changes_with_patterns_not_colour_alone(opened, compare_page):
    with opened(compare_page) as page:
        assert fills(page, 0) == {"url(#change-stay)", "url(#change-leave)"}
        assert fills(page, 1) == {"url(#change-stay)", "url(#change-enter)"}
        assert page.locator("#change-enter path").count() == page.locator("#change-leave path").count() == 1
        legend = page.locator(".legend")
        for word in ("Entre", "Sort", "Reste"):
            expect(legend.locator("li", has_text=word).first).to_be_visible()


def test_the_maps_move_together(opened, compare_page):
    with opened(compare_page) as page:
        assert page.evaluate(VIEW, 0) == page.evaluate(VIEW, 1)
        start = page.evaluate(VIEW, 0)
        for leader in (0, 1):
            page.wait_for_function(AT_REST)
            before = page.evaluate(VIEW, leader)
            page.locator(".folium-map").nth(leader).focus()
            page.keyboard.press("ArrowRight")
            page.wait_for_function(f"before => ({VIEW})({leader})[1] !== before[1]", arg=before)
            page.wait_for_function(AT_REST)
            assert page.evaluate(VIEW, 0) == page.evaluate(VIEW, 1)
        page.locator(".leaflet-control-zoom-in").first.click()
        page.wait_for_function(f"start => ({VIEW})(1)[2] > start[2]", arg=start)
        assert page.evaluate(VIEW, 0) == page.evaluate(VIEW, 1)


def test_the_table_holds_the_figures_of_the_comparison(opened, compare_page, comparison):
    with opened(compare_page) as page:
        rows = page.locator("tbody tr")
        assert rows.count() == len(comparison.groups)
        for index, group in enumerate(comparison.groups):
            written = rows.nth(index).locator("td strong").all_text_contents()
            people = [int(text.replace("\u202f", "")) for text in written]
            flow = group.flow
            extents = (flow.before, flow.leave, flow.stay, flow.enter, flow.after)
            assert people == [round(extent.people) for extent in extents]
        expect(page.locator("tbody")).to_contain_text("disparu")
        expect(page.locator(".sources")).to_contain_text("Licence Ouverte 2.0")
        expect(page.locator(".panel")).to_contain_text("sans valeur réglementaire")


def test_a_piece_tells_its_story_by_keyboard_and_a_hostile_name_is_only_text(opened, compare_page):
    with opened(compare_page) as page:
        page.locator('.leaflet-cells-pane path[aria-label="Entre"]').first.press("Enter")
        popup = page.locator(".leaflet-popup-content")
        expect(popup.locator("h3")).to_have_text("Entre")
        expect(popup).to_contain_text("hors périmètre")
        expect(popup).to_contain_text(HOSTILE_NAME)
        expect(page.locator(".leaflet-popup-close-button")).to_have_attribute("aria-label", "Fermer")
        assert page.locator(".leaflet-map-pane script, td script").count() == 0
