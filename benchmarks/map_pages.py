"""Size of a map page and time until it answers, beside plain folium drawing the same layers.

Plain folium writes links to outside hosts: the browser is given Leaflet from XStatic-Leaflet in their place and nothing
for the others, which favours it. Neither page touches the network.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
from playwright.sync_api import sync_playwright

from geoville.rendering.folium_map import read_leaflet
from geoville.rendering.page import render_page
from geoville.sources.pack import open_pack
from geoville.workflows.maps import map_specs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

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


def milliseconds(browser: Browser, path: Path, repeats: int) -> list[float]:
    """Time from navigation to the second frame after everything is drawn."""
    found = []
    for _ in range(repeats):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.route("http*://**", _served)
        page.goto(path.as_uri())
        found.append(page.evaluate(READY))
        page.close()
    return found


def main() -> None:
    """Print both sizes, both times, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    spec = map_specs(open_pack("calais"), SECTOR, date(2025, 3, 1))[SECTOR]
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        ours, theirs = Path(name) / "geoville.html", Path(name) / "folium.html"
        ours.write_text(render_page(spec), encoding="utf-8")
        plain_folium(spec, theirs)
        executable = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        times = {path: milliseconds(browser, path, repeats) for path in (ours, theirs)}
        browser.close()
        sizes = {path: path.stat().st_size for path in (ours, theirs)}
    for path in (ours, theirs):
        low, middle, high = min(times[path]), statistics.median(times[path]), max(times[path])
        print(f"{path.stem}: {sizes[path] / 1e6:.2f} MB, {middle:.0f} ms ({low:.0f}–{high:.0f})")
    size, time = sizes[theirs] / sizes[ours], statistics.median(times[theirs]) / statistics.median(times[ours])
    print(f"ratio: size × {size:.1f}, time × {time:.1f}")


if __name__ == "__main__":
    main()
