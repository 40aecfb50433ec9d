"""The pages as Chromium shows them, with the network cut."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from PIL import Image
from playwright.sync_api import expect

from geoville.french import typeset
from geoville.rendering import render_page
from geoville.rendering.map_spec import GroundLayer

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from geoville.rendering.cells import CellLayer

pytestmark = pytest.mark.browser

GAGARINE, CONSTANTINE = "gagarine-manet-ferber", "constantine"
DESKTOP = {"width": 1280, "height": 800}
MOBILE = {"width": 390, "height": 800}
MAX_PAGE_BYTES = 1_500_000
HOSTILE = "<script>alert(1)</script>"

CLICK_CELL = """([lat, lon]) => {
  const map = window[document.querySelector('.folium-map').id];
  map.setView([lat, lon], 16, { animate: false });
  map.fire('click', { latlng: L.latLng(lat, lon) });
}"""
SWITCH_EACH_LAYER = """() => Array.from(document.querySelectorAll('[data-layer]'), (box) => {
  const drawn = () => document.querySelectorAll('.leaflet-map-pane path').length;
  const counts = [drawn()];
  for (let time = 0; time < 2; time += 1) {
    box.click();
    counts.push(drawn());
  }
  return counts;
})"""
COLOUR_AT = """([lat, lon]) => {
  const map = window[document.querySelector('.folium-map').id];
  map.setView([lat, lon], 16, { animate: false });
  const canvas = document.querySelector('.cell-canvas');
  const box = canvas.getBoundingClientRect(), frame = map.getContainer().getBoundingClientRect();
  const at = map.latLngToContainerPoint([lat, lon]);
  const x = Math.round((frame.left + at.x - box.left) * canvas.width / box.width);
  const y = Math.round((frame.top + at.y - box.top) * canvas.height / box.height);
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  pixel.drawImage(canvas, -x, -y);
  const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
  return '#' + [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('');
}"""


def popup_rows(page: Page) -> dict[str, str]:
    popup = page.locator(".leaflet-popup-content")
    expect(popup).to_be_visible()
    return dict(zip(popup.locator("dt").all_text_contents(), popup.locator("dd").all_text_contents(), strict=True))


def open_details(page: Page, pane: str, title: str) -> None:
    """Open a popup as the keyboard does."""
    page.locator(f'.leaflet-{pane}-pane path[aria-label="{title}"]').first.press("Enter")


def inside(cells: CellLayer, row: int) -> list[float]:
    """Latitude and longitude of a the middle of a cell."""
    lon, lat = cells.squares[row].mean(axis=0)
    return [lat, lon]


@pytest.mark.parametrize("sector", [GAGARINE, CONSTANTINE])
@pytest.mark.parametrize("viewport", [DESKTOP, MOBILE], ids=["desktop", "mobile"])
def test_page_opens_alone_and_whole(opened, pages, specs, sector, viewport):
    spec = specs[sector]
    assert pages[sector].stat().st_size < MAX_PAGE_BYTES
    with opened(pages[sector], viewport) as page:
        assert page.locator("html").get_attribute("lang") == "fr"
        assert page.title() == typeset(spec.title)
        assert page.locator("body").get_attribute("data-ready") == "true"
        assert page.locator(".cell-canvas").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        for section in spec.panel:
            for item in section.items:
                expect(page.locator(".panel li", has_text=typeset(item)).first).to_be_attached()
        expect(page.locator(".panel .sources")).to_contain_text("Carte établie au 1er mars 2025.")


def test_the_legend_follows_the_theme_and_the_canvas_follows_the_legend(at_rest, specs):
    cells = specs[GAGARINE].cells
    with at_rest(GAGARINE) as page:
        assert [theme.key for theme in cells.themes] == [
            "median",
            "share_below",
            "index",
            "probability",
            "sensitivity",
            "iris",
            "mean",
            "poor_share",
            "people",
            "imputed",
        ]
        for theme in cells.themes:
            page.select_option("#theme", theme.key)
            legend = page.locator(".theme-legend:visible")
            expect(legend).to_have_count(1)
            labels = [text.strip() for text in legend.locator("li").all_text_contents()]
            if theme.classes.mark:
                assert labels.pop(theme.classes.mark_rank) == theme.classes.mark
            counts = theme.people or [""] * len(theme.classes.labels)
            classes = [f"{label} {count}".strip() for label, count in zip(theme.classes.labels, counts, strict=True)]
            assert labels[: len(classes)] == [typeset(text) for text in classes]
            assert ("Non publié" in labels) == theme.has_unknown
            expect(legend).to_contain_text(typeset(theme.classes.method))
            observed = np.flatnonzero(~cells.imputed & (theme.class_of >= 0))
            for row in (observed[0], observed[-1]):
                colour = theme.classes.colours[theme.class_of[row]]
                assert page.evaluate(COLOUR_AT, inside(cells, row)) == colour
        page.select_option("#theme", "")
        expect(page.locator(".theme-legend:visible")).to_have_count(0)
        assert page.evaluate(COLOUR_AT, inside(cells, 0)) == "#000000"


@pytest.mark.parametrize("imputed", [True, False])
def test_cell_popup_equals_the_data(at_rest, specs, imputed):
    cells = specs[GAGARINE].cells
    row = int(np.flatnonzero(cells.imputed == imputed)[7])
    with at_rest(GAGARINE) as page:
        page.evaluate(CLICK_CELL, inside(cells, row))
        rows = popup_rows(page)
        assert rows == {typeset(label): typeset(text) for label, text in cells.popup(row).rows}
        assert rows["Population"].endswith("\u00a0hab.")
        if imputed:
            assert rows["Ménages pauvres"] == "non publié"


def test_the_cell_at_the_centre_opens_from_the_keyboard(at_rest):
    with at_rest(GAGARINE) as page:
        page.locator(".folium-map").press("Enter")
        assert "Identifiant" in popup_rows(page)


def test_every_layer_switches_off_and_on(at_rest):
    with at_rest(GAGARINE) as page:
        counts = page.evaluate(SWITCH_EACH_LAYER)
        assert len(counts) == page.locator("[data-layer]").count()
        for before, switched, back in counts:
            assert switched != before
            assert back == before


def test_candidate_popup_equals_the_data_and_says_estimated(at_rest, scene):
    candidate = next(item for item in scene.perimeters if item.kind == "candidat")
    with at_rest(GAGARINE) as page:
        open_details(page, "perimeters", candidate.name)
        rows = popup_rows(page)
        assert rows["Nature"] == "estimé, sans valeur réglementaire"
        population = rows["Population (estimation)"].removesuffix("\u00a0hab.").replace("\u202f", "")
        assert int(population) == pytest.approx(candidate.attributes["population"], abs=0.5)  # whole people


def test_the_sector_outline_says_that_it_is_indicative(at_rest):
    with at_rest(GAGARINE) as page:
        expect(page.locator(".label-sector")).to_contain_text("contour indicatif, non publié")
        open_details(page, "sector", "Secteur Gagarine / Manet-Ferber")
        assert popup_rows(page)["Contour"] == "indicatif, non publié"


def test_without_its_street_the_axis_is_not_drawn_and_the_districts_say_what_stands_for_them(at_rest):
    with at_rest(GAGARINE) as page:
        expect(page.locator('.leaflet-links-pane path[aria-label="Avenue Guynemer, axe nord-sud"]')).to_have_count(0)
        expect(page.locator(".reason-mark", has_text="4").first).to_be_visible()
        open_details(page, "places", "Saint-Exupéry")
        expect(page.locator(".leaflet-popup-content").last).to_contain_text("le point n’est pas le quartier lui-même")


def test_constantine_is_said_and_not_drawn_and_what_is_placed_is_linked(at_rest):
    with at_rest(CONSTANTINE) as page:
        expect(page.locator(".label-sector")).to_contain_text("contour non publié")
        assert page.locator(".leaflet-sector-pane path[role=button]").count() == 0
        assert (
            page.locator(".leaflet-links-pane path[role=button]").count() == 1
        )  # école, Espace Fort and salle Mandela
        unplaced = page.locator(".panel section", has=page.get_by_role("heading", name="Non localisés"))
        for name in ("Rue Constantine", "Rue d'Oran", "Coulée verte", "Coubertin", "Saint-Pierre"):
            expect(unplaced.locator("li", has_text=typeset(name))).to_have_count(1)
        expect(unplaced.locator("li", has_text="Espace Fort")).to_have_count(0)


def test_a_hostile_name_is_only_text(at_rest):
    with at_rest(GAGARINE) as page:
        open_details(page, "places", HOSTILE)
        expect(page.locator(".leaflet-popup-content h3")).to_have_text(HOSTILE)
        page.locator("#search").fill("script")
        expect(page.locator("#found li")).to_have_text(HOSTILE)
        page.locator("#open-table").click()
        page.locator("dialog select").select_option(label="Lieux – Lieux du secteur")
        expect(page.locator("dialog tbody th", has_text=HOSTILE)).to_have_count(1)
        assert page.locator(".leaflet-map-pane script, dialog script, #found script").count() == 0


def test_search_shows_what_it_finds_by_keyboard_alone(at_rest):
    with at_rest(GAGARINE) as page:
        page.locator("#search").fill("theatre")
        expect(page.locator("#found li")).to_have_text("Bureau de poste Calais Théâtre")
        page.keyboard.press("ArrowDown")
        assert page.locator("#found li").get_attribute("aria-selected") == "true"
        page.keyboard.press("Enter")
        expect(page.locator(".leaflet-popup-content h3")).to_have_text("Bureau de poste Calais Théâtre")
        page.locator("#search").fill("introuvable")
        expect(page.locator("#found")).to_have_text("Rien de ce nom sur la carte")


def test_the_table_holds_every_cell(at_rest, specs):
    cells = specs[GAGARINE].cells
    with at_rest(GAGARINE) as page:
        page.locator("#open-table").click()
        page.locator("dialog select").select_option("cells")
        rows = page.locator("dialog tbody tr")
        assert rows.count() == 100
        expect(page.locator("dialog .count")).to_have_text(f"100 lignes sur {len(cells)}")
        values = dict(cells.popup(3).rows)
        assert rows.nth(3).locator("th").text_content() == values["Identifiant"]
        assert rows.nth(3).locator("td").all_text_contents() == [typeset(text) for text in values.values()][:-1]
        page.locator("dialog .more").click()
        assert rows.count() == 200


def test_panel_legend_and_map_do_not_overlap(at_rest):
    with at_rest(GAGARINE) as page:
        boxes = [page.locator(each).bounding_box() for each in (".panel", ".legend", ".stage")]
        for index, one in enumerate(boxes):
            for other in boxes[index + 1 :]:
                apart_across = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
                apart_along = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
                assert apart_across or apart_along


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


def test_words_added_by_leaflet_are_french(at_rest):
    with at_rest(GAGARINE) as page:
        expect(page.locator(".leaflet-control-zoom-in")).to_have_attribute("title", "Zoomer")
        open_details(page, "places", "Collège Martin Luther King")
        expect(page.locator(".leaflet-popup-close-button")).to_have_attribute("aria-label", "Fermer")


def test_the_ground_lies_under_the_cells_and_keeps_their_colours(opened, specs, tmp_path):
    """A street through a cell is seen, and beside it the cell has the legend's colour on the screen itself."""
    cells, spec = specs[GAGARINE].cells, specs[GAGARINE]
    theme = cells.themes[0]
    west, south, east, north = spec.bounds
    middles = cells.squares.mean(axis=1)
    inside_view = (np.abs(middles - ((west + east) / 2, (south + north) / 2)) < (0.002, 0.0015)).all(axis=1)
    row = int(np.flatnonzero(inside_view & (theme.class_of == 0) & ~cells.imputed)[0])
    lon, lat = middles[row]
    street = shapely.LineString([(lon - 0.01, lat), (lon + 0.01, lat)])
    path = tmp_path / "ground.html"
    bare = replace(
        spec, ground=(GroundLayer("main", np.array([street])),), perimeters=(), outline=None, places=(), links=None
    )
    path.write_text(render_page(bare), encoding="utf-8")
    with opened(path) as page:
        page.evaluate(f"""() => {{ const map = window[document.querySelector('.folium-map').id];
          map.setView([{lat}, {lon}], 17, {{ animate: false }}); }}""")
        box = page.locator(".folium-map").bounding_box()
        seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        x, y = round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)
        colour = tuple(bytes.fromhex(theme.classes.colours[0][1:]))
        assert seen.getpixel((x, y - 25)) == colour
        assert max(abs(a - b) for a, b in zip(seen.getpixel((x, y)), colour, strict=True)) > 10


def test_cells_have_on_screen_the_colours_of_the_legend(opened, pages):
    """Pixels of the page itself, ground, lines and all: the reds are those that the legend shows, opaque."""
    with opened(pages[GAGARINE], {"width": 1440, "height": 900}) as page:
        page.wait_for_selector("body[data-ready=true]")
        keys = page.locator(".theme-legend:visible .key rect:first-child")
        legend = keys.evaluate_all("keys => keys.map(key => key.getAttribute('fill'))")
        shown = Image.open(io.BytesIO(page.locator(".canvas").screenshot())).convert("RGB")
        counted = dict(map(reversed, shown.getcolors(1 << 21)))
        for colour in legend[:4]:
            assert counted.get(tuple(bytes.fromhex(colour[1:])), 0) > 2_000, colour
