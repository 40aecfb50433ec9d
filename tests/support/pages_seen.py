"""What pages are judged by: what axe-core finds, how popups measure, pictures kept at four widths."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Page

REFERENCES = Path(__file__).resolve().parents[1] / "browser" / "references" / "widths"
KEEP = "GEOVILLE_KEEP_REFERENCES"
"""Set in the environment, it keeps what is seen as the reference of the next runs."""

WIDTHS = {1440: 900, 1024: 768, 390: 844, 320: 640}
"""Heights of the windows, by their width."""

KEPT_PX = 160
TOLERANCE = 0.05
AXE = files("axe_playwright_python").joinpath("axe.min.js")

LEAST_COLUMN_REM = 9
MEASURED = """() => {
  const map = window[document.querySelector('.folium-map').id];
  const [centre, zoom] = [map.getCenter(), map.getZoom()];
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const inView = [];
  map.eachLayer((layer) => {
    if (!layer.getPopup || !layer.getPopup()) return;
    const at = anchorOf(layer, map);
    if (map.getBounds().contains(at)) inView.push([layer, at]);
  });
  const frame = map.getContainer().getBoundingClientRect();
  return inView.map(([layer, at]) => {
    map.setView(centre, zoom, { animate: false });
    layer.openPopup(at);
    map.stop();
    const card = document.querySelector('.leaflet-popup');
    const box = card.getBoundingClientRect();
    const widths = Array.from(card.querySelectorAll('dt, dd'), (cell) => cell.getBoundingClientRect().width / rem);
    const target = map.project(map.getCenter(), zoom).distanceTo(map.project(centre, zoom));
    map.closePopup();
    return {
      title: layer.feature.properties.title,
      column: Math.min(...widths, Infinity),
      width: box.width,
      height: box.height / frame.height,
      moved: target / frame.width,
    };
  });
}"""
"""Opens every popup in view, and gives its narrowest column, its size, and how far it moved the map."""


def axe_faults(page: Page) -> list[object]:
    """What axe-core finds: identifiers of rules, with the first elements at fault."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [(fault["id"], [node["html"][:160] for node in fault["nodes"]][:3]) for fault in found]


def looks_as_kept(seen: Image.Image, name: str) -> None:
    """Compare a picture of a window, made small, with the one kept under a name and its width."""
    width, height = seen.size
    small = seen.resize((KEPT_PX, KEPT_PX * height // width))
    path = REFERENCES / f"{name}-{width}.png"
    if os.environ.get(KEEP):
        path.parent.mkdir(exist_ok=True)
        small.quantize(48).save(path, optimize=True)
    kept = np.asarray(Image.open(path).convert("RGB"), dtype=float)
    assert np.abs(np.asarray(small, dtype=float) - kept).mean() / 255 < TOLERANCE, path.name
