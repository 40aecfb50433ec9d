"""Pages of real towns at four widths, beside kept references: a legend out of its card, a map that shrinks is seen."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from pages_seen import WIDTHS, looks_as_kept
from PIL import Image

from geoville.rendering import perimeter_map, render_page
from geoville.workflows.maps import MapLook, PerimeterFile, file_map

pytestmark = [pytest.mark.browser, pytest.mark.realdata, pytest.mark.slow]

ON = date(2026, 1, 15)


@pytest.fixture(scope="module")
def drawn(scene, shared_data: Path):
    """Maps by town: a quarter of Calais with its changes, three files of official contours on what is known of each."""

    def town(name: str, file: str, **given: object):
        ground = tuple(shared_data.glob(f"{name}/streets_*.geojson"))
        return file_map(PerimeterFile(shared_data / name / file, **given), ON, MapLook(ground=ground))

    quarter = next(item for item in scene.perimeters if item.code == "QN06253M")
    marseille, bondy = (shared_data / name for name in ("marseille", "bondy"))
    return {
        "calais": perimeter_map(quarter, scene),
        "marseille": town("marseille", "qpv2015.geojson", grid=marseille / "filosofi2017_200m.csv", vintage=2017),
        "bondy": town("bondy", "qpv2015_official.geojson", grid=bondy / "filosofi_200m.csv", vintage=2019),
        "montpellier": town("montpellier", "qpv2015_official.geojson"),
    }


@pytest.mark.parametrize("town", ["calais", "marseille", "bondy", "montpellier"])
def test_the_page_looks_as_it_did_at_every_width(browser, drawn, tmp_path, town):
    path = tmp_path / f"{town}.html"
    path.write_text(render_page(drawn[town]), encoding="utf-8")
    assert path.stat().st_size < {"calais": 1_200_000, "marseille": 2_000_000}.get(town, 2_000_000)
    for width, height in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-ready=true]")
        page.wait_for_timeout(500)  # labels are placed once more at rest
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".canvas").bounding_box()["height"] >= 0.6 * height
        seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        page.close()
        looks_as_kept(seen, town)
