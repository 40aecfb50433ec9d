"""How the pages look: beside kept references, with an online backdrop that no network brings, with many cells."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from geoville.carroyage.grid import Grid
from geoville.rendering import perimeter_map, render_page
from geoville.rendering.look import tile_source

pytestmark = pytest.mark.browser

REFERENCES = Path(__file__).parent / "references"
KEEP = "GEOVILLE_KEEP_REFERENCES"
"""Set in the environment, it keeps what is seen as the reference of the next runs."""

SMALL = (320, 200)
TOLERANCE = 0.04
"""Mean difference allowed, as a share of the range: fonts and smoothing differ from one machine to the next."""


@pytest.mark.parametrize("sector", ["gagarine-manet-ferber", "constantine"])
def test_the_page_looks_as_it_did(at_rest, sector):
    with at_rest(sector) as page:
        seen = Image.open(io.BytesIO(page.locator(".canvas").screenshot())).convert("RGB").resize(SMALL)
    path = REFERENCES / f"{sector}.png"
    if os.environ.get(KEEP):
        path.parent.mkdir(exist_ok=True)
        seen.quantize(64).save(path, optimize=True)
    kept = Image.open(path).convert("RGB")
    assert np.abs(np.asarray(seen, dtype=float) - np.asarray(kept, dtype=float)).mean() / 255 < TOLERANCE


def test_without_network_the_vector_backdrop_stays(opened, specs, tmp_path):
    path = tmp_path / "tiles.html"
    spec = replace(specs["constantine"], tiles=tile_source("ign"))
    path.write_text(render_page(spec), encoding="utf-8")
    with opened(path) as page:
        expect(page.locator("#status")).to_contain_text("Plan IGN injoignable")
        expect(page.locator(".leaflet-backdrop-pane path").first).to_be_visible()


def test_forty_thousand_cells_stay_usable(opened, scene, tmp_path):
    side = np.arange(200, dtype=np.int64) * 200
    north, east = (axis.ravel() for axis in np.meshgrid(3_100_000 + side, 3_740_000 + side, indexing="ij"))
    count = len(north)
    people = 1 + np.arange(count, dtype=float) % 300
    unpublished = np.full(count, np.nan)
    grid = Grid(3035, 2019, east, north, people, people * 15_000, people < 20, unpublished, unpublished)
    candidate = next(item for item in scene.perimeters if item.kind == "candidat")
    spec = perimeter_map(candidate, replace(scene, grid=grid, figures=None))
    path = tmp_path / "many.html"
    path.write_text(render_page(spec), encoding="utf-8")
    with opened(path) as page:
        elapsed_ms = page.evaluate("""() => {
          const map = window[document.querySelector('.folium-map').id];
          const start = performance.now();
          for (const zoom of [11, 12, 13, 14]) map.setZoom(zoom, { animate: false });
          return (performance.now() - start) / 4;
        }""")
        assert elapsed_ms < 1_000
        page.locator(".folium-map").press("Enter")
        expect(page.locator(".leaflet-popup-content")).to_contain_text("Population")
