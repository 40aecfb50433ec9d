"""Size of a map page, first paint, time until it answers, work of a pan, beside plain folium drawing the same layers.

A pan is judged by the longest task of the page's main thread, in milliseconds of its own processor as the browser's
trace counts them: over 50 ms a frame is late, whatever else the machine does meanwhile. Plain folium writes links to
outside hosts: the browser is given Leaflet from XStatic-Leaflet in their place and nothing for the others, which
favours it. Neither page touches the network.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
from alone import geoville
from playwright.sync_api import sync_playwright

from geoville.rendering.folium_map import read_leaflet
from geoville.rendering.page import render_page
from geoville.sources.pack import open_pack
from geoville.workflows.maps import PerimeterFile, file_map, map_specs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from geoville.rendering.map_spec import MapSpec

SECTOR = "gagarine-manet-ferber"
READY = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
  () => done(performance.now()))))"""


def plain_folium(spec: MapSpec, path: Path) -> None:
    """Draw the cells, perimeters and places of a map as folium's documentation does."""
    west, south, east, north = spec.bounds
    drawn = folium.Map(tiles=None)
    drawn.fit_bounds([[south, west], [north, east]])
    for theme in spec.cells.themes if spec.cells else ():
        colours = [theme.classes.colours[index] if index >= 0 else spec.style.no_data for index in theme.class_of]
        group = folium.GeoJson(
            _cells(spec, colours),
            name=theme.name,
            show=theme is spec.cells.themes[0],
            style_function=lambda feature: {
                "fillColor": feature["properties"]["colour"],
                "fillOpacity": 1,
                "weight": 0.6,
            },
            popup=folium.GeoJsonPopup([column.label for column in spec.cells.columns]),
        )
        group.add_to(drawn)
    lines = (*spec.perimeters, *spec.guides)
    for layer in lines:
        group = folium.FeatureGroup(layer.name, show=layer.shown).add_to(drawn)
        for shape in layer.shapes:
            folium.GeoJson(shape.geometry, popup=folium.Popup(_html(shape.popup))).add_to(group)
    for places in spec.places:
        group = folium.FeatureGroup(places.name, show=places.shown).add_to(drawn)
        for place in places.places:
            folium.CircleMarker((place.lat, place.lon), popup=folium.Popup(_html(place.popup))).add_to(group)
    folium.LayerControl().add_to(drawn)
    drawn.save(path)


def _cells(spec: MapSpec, colours: list[str]) -> dict[str, Any]:
    squares = spec.cells.squares.tolist()
    features = []
    for row, square in enumerate(squares):
        geometry = {"type": "Polygon", "coordinates": [[*square, square[0]]]}
        properties = {"colour": colours[row], **dict(spec.cells.popup(row).rows)}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def _html(popup: Any) -> str:
    return f"<b>{popup.title}</b>" + "".join(f"<p>{label} : {value}</p>" for label, value in popup.rows)


def _served(route: Route) -> None:
    """Leaflet from the package that geoville inlines, emptiness for everything else."""
    url = route.request.url
    if url.endswith(("/leaflet.js", "/leaflet.css")):
        route.fulfill(body=read_leaflet(url.rpartition("/")[2]))
    elif "jquery" in url and url.endswith(".js"):
        route.fulfill(body="window.$ = (html) => [new DOMParser().parseFromString(html, 'text/html').body.firstChild];")
    else:
        route.fulfill(body="")


PAN = """async () => {
  const map = window[document.querySelector('.folium-map').id];
  for (const step of [[300, 0], [0, 200], [-300, 0], [0, -200]]) {
    map.panBy(step, { duration: 0.5 });
    await new Promise((done) => map.once('moveend', done));
    await new Promise((done) => setTimeout(done, 500));
  }
}"""
LONG_MS = 50.0
SHOWN = """() => new Promise((done) => {
  const paints = new PerformanceObserver((list) => {
    const [painted] = list.getEntriesByName('first-contentful-paint');
    if (painted) done(painted.startTime);
  });
  paints.observe({ type: 'paint', buffered: true });
})"""
"""The browser tells of a paint some frames after it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One opening of a page: milliseconds to the first paint, until it is ready, of the longest task of a pan."""

    painted_ms: float
    ready_ms: float
    longest_ms: float


def longest_task_ms(browser: Browser, page: Page) -> float:
    """Milliseconds of processor of the longest task of a page's main thread while its map is panned four times."""
    browser.start_tracing(page=page, categories=["toplevel"])
    page.evaluate(PAN)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (item["pid"], item["tid"])
        for item in events
        if item["name"] == "thread_name" and item["args"]["name"] == "CrRendererMain"
    }
    tasks = [item for item in events if item["name"].endswith("RunTask") and (item["pid"], item["tid"]) in main]
    return max(item.get("tdur", 0) for item in tasks) / 1000


def opened(browser: Browser, path: Path, repeats: int) -> list[Seen]:
    """Open a page several times; ready is the second frame after everything is drawn."""
    found = []
    for _ in range(repeats):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.route(re.compile("^https?:"), _served)
        page.goto(path.as_uri())
        ready = page.evaluate(READY)
        found.append(Seen(page.evaluate(SHOWN), ready, longest_task_ms(browser, page)))
        page.close()
    return found


def maps_to_draw() -> dict[str, MapSpec]:
    """The sector of Calais, and Marseille by its cells where the shared data stand beside the repository."""
    drawn = {"calais": map_specs(open_pack("calais"), SECTOR, date(2025, 3, 1))[SECTOR]}
    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / "marseille"
    if folder.is_dir():
        file = PerimeterFile(folder / "qpv2015.geojson", grid=folder / "filosofi2017_200m.csv", vintage=2017)
        drawn["marseille"] = file_map(file, date(2016, 1, 15))
    return drawn


def processor_seconds() -> float:
    """Seconds of processor that the command takes to draw the sector, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        return geoville(["map", SECTOR, "--out", name], Path(name, "printed.txt")).processor_s


def main() -> None:
    """Print sizes, times and tasks of both, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    print(f"geoville map {SECTOR}: {min(processor_seconds() for _ in range(2)):.2f} s of processor")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        for town, spec in maps_to_draw().items():
            compare(browser, town, spec, Path(name), repeats)
        browser.close()


def compare(browser: Browser, town: str, spec: MapSpec, folder: Path, repeats: int) -> None:
    """Print what one map costs, drawn by geoville and by plain folium."""
    ours, theirs = folder / f"{town}-geoville.html", folder / f"{town}-folium.html"
    ours.write_text(render_page(spec), encoding="utf-8")
    plain_folium(spec, theirs)
    layers = len(spec.perimeters) + len(spec.guides) + len(spec.places) + len(spec.cells.themes if spec.cells else ())
    medians = {}
    for path in (ours, theirs):
        seen = opened(browser, path, repeats)
        ready = sorted(item.ready_ms for item in seen)
        medians[path] = statistics.median(ready)
        print(
            f"{path.stem}: {path.stat().st_size / 1e6:.2f} MB, {layers} layers, "
            f"first paint {statistics.median(item.painted_ms for item in seen):.0f} ms, "
            f"ready {medians[path]:.0f} ms ({ready[0]:.0f}–{ready[-1]:.0f}), "
            f"longest task of a pan {min(item.longest_ms for item in seen):.0f} ms (at most {LONG_MS:.0f})"
        )
    size = theirs.stat().st_size / ours.stat().st_size
    print(f"{town}, ratio: size × {size:.1f}, time × {medians[theirs] / medians[ours]:.1f}")


if __name__ == "__main__":
    main()
