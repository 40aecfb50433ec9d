"""A planner draws an outline on the page, or drops one, and reads it against the decree."""

from __future__ import annotations

import json
from importlib.resources import files

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js")
MOBILE = {"width": 390, "height": 844}
EAST_OF_CALAIS = {
    "type": "Polygon",
    "coordinates": [[[1.884, 50.952], [1.9, 50.952], [1.9, 50.959], [1.884, 50.959], [1.884, 50.952]]],
}


def draw(page: Page) -> None:
    """A square in the middle of the map, closed by its first corner."""
    page.get_by_role("button", name="Dessiner sur la carte").click()
    frame = page.locator("#map").bounding_box()
    for across, down in ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4)):
        page.mouse.click(frame["x"] + across * frame["width"], frame["y"] + down * frame["height"])
    expect(page.locator("#outline-found .verdict")).to_be_visible()


def drop(page: Page, shape: object) -> None:
    page.locator("#outline-upload").set_input_files(
        {"name": "quartier.geojson", "mimeType": "application/geo+json", "buffer": json.dumps(shape).encode()}
    )


def said(page: Page) -> str:
    return " ".join(page.locator("#outline-found").inner_text().split())


def grouped(value: float) -> str:
    """A number as the page writes it, its narrow spaces as `split` leaves them."""
    return f"{round(value):,}".replace(",", " ")


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, MOBILE], ids=["wide", "phone"])
def test_a_drawn_outline_is_held_against_the_decree(visiting, pack_url, viewport):
    with visiting(pack_url, viewport=viewport) as page, page.expect_request("**/perimeters/check?*") as asked:
        draw(page)
        shape = json.loads(asked.value.post_data)
        direct = httpx.post(f"{pack_url}perimeters/check", json=shape, timeout=60).json()
        words = said(page)
        assert len(shape["coordinates"][0]) == 5
        assert f"Habitants {grouped(direct['population'])}" in words.replace("\u202f", " ").replace("\u00a0", " ")
        assert page.locator(".decree li").count() == len(direct["conditions"]) == 3
        passed = [item["passed"] for item in direct["conditions"]]
        assert [("passed" in item.get_attribute("class")) for item in page.locator(".decree li").all()] == passed
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        assert page.locator("#verdict .word").count() == 0  # no corner was taken for a question
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate("async () => (await axe.run(document)).violations.map(fault => fault.id)") == []


def test_a_geojson_is_read_kept_through_a_scenario_and_given_back(visiting, pack_url):
    with visiting(pack_url) as page:
        drop(page, EAST_OF_CALAIS)
        expect(page.locator("#outline-found .verdict")).to_be_visible()
        assert "Communes Calais (" in said(page)
        page.get_by_text("Scénario", exact=True).click()
        page.get_by_label("Habitants au moins").fill("90000")
        page.get_by_role("button", name="Vérifier le tracé").click()
        expect(page.locator("#outline-found .verdict .word")).to_have_text("Conditions non remplies")
        expect(page.locator("#outline-found .badge")).to_contain_text("90")
        assert "Pour la remplir\u00a0: il manque" in page.locator("#outline-found").inner_text()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Enregistrer le tracé").click()
        (feature,) = json.loads(waiting.value.path().read_text(encoding="utf-8"))["features"]
        assert feature["geometry"] == EAST_OF_CALAIS
        assert feature["properties"]["outcome"] == "not_met"
        page.get_by_role("button", name="Effacer").click()
        assert page.locator("#outline-found").inner_text() == ""
        assert page.locator(".own-outline").count() == 0


@pytest.mark.parametrize("content", ["not a map", {"type": "Point", "coordinates": [1.88, 50.95]}])
def test_what_is_no_outline_is_said(visiting, pack_url, content):
    with visiting(pack_url, may_say="Failed to load resource") as page:
        drop(page, content)
        expect(page.locator("#outline-said")).to_contain_text("GeoJSON" if content == "not a map" else "surface")
        assert page.locator("#outline-found").inner_text() == ""


def test_a_corner_is_taken_back_the_keyboard_is_enough_and_the_map_answers_again(visiting, pack_url):
    with visiting(pack_url) as page:
        page.get_by_role("button", name="Dessiner sur la carte").press("Enter")
        page.get_by_role("button", name="Ajouter le centre").press("Enter")
        assert page.locator(".own-corner").count() == 1
        page.get_by_role("button", name="Ôter le dernier angle").press("Enter")
        assert page.locator(".own-corner").count() == 0
        expect(page.get_by_role("button", name="Terminer")).to_be_disabled()
        page.get_by_role("button", name="Abandonner").press("Enter")
        page.get_by_role("button", name="Interroger le centre de la carte").click()
        expect(page.locator("#verdict .word")).to_be_visible()
