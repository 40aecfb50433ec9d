"""Map pages of Calais drawn from the embedded cells, and a browser that no network reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely
from machine import chromium
from patience import PATIENCE_MS
from playwright.sync_api import expect, sync_playwright
from services import serving
from tile_server import TileServer, tile_server

from geoville.carroyage.grid import cell_squares, union_of_cells
from geoville.model import Address, Kind, Perimeter
from geoville.rendering import MapSpec, Scene, parse_recipe, render_page, sector_map
from geoville.sources.addresses import read_places
from geoville.sources.grids import read_grid
from geoville.sources.pack import open_pack
from geoville.workflows.maps import territory_scene

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from geoville.carroyage.grid import Grid

REPOSITORY = Path(__file__).resolve().parents[2]
CALAIS = REPOSITORY / "data" / "calais"
HOSTILE_NAME = "<script>alert(1)</script>"
SECTORS = ("gagarine-manet-ferber", "constantine")
DESKTOP = {"width": 1280, "height": 800}

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--process-per-site"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield started
        started.close()


Lend = Callable[..., AbstractContextManager["Page"]]


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Lend]:
    """`tab(place, viewport, **options)`: a new tab, in a context shared by all that ask for the same place and options.

    A first tab stays at the place, an address where nothing is drawn: it holds the process that has read the scripts,
    which takes longer than to draw a page. What pages keep for the next ones is forgotten before.
    """
    first: dict[str, Page] = {}

    @contextmanager
    def lend(place: str, viewport: dict[str, int], **options: object) -> Iterator[Page]:
        asked = repr((place, sorted(options.items())))
        if asked not in first:
            first[asked] = browser.new_context(**options).new_page()
            first[asked].goto(place)
        first[asked].evaluate("localStorage.clear()")
        page = first[asked].context.new_page()
        page.set_viewport_size(viewport)
        try:
            yield page
        finally:
            page.close()

    yield lend
    for page in first.values():
        page.context.close()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of an empty page of this machine's disk."""
    path = tmp_path_factory.mktemp("blank") / "blank.html"
    path.write_text("<!DOCTYPE html><title>-</title>", encoding="utf-8")
    return path.as_uri()


@dataclass(frozen=True, slots=True)
class Watched:
    """A page and what it did that it should not: addresses fetched, words on the console."""

    page: Page
    fetched: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Nothing may have been fetched nor said."""
        assert [url for url in self.fetched if not url.startswith(("file:", "data:"))] == []
        assert self.said == []


def watch(page: Page, path: Path) -> Watched:
    """Open a page from disk and listen to it."""
    watched = Watched(page)
    said = watched.said
    page.set_default_timeout(PATIENCE_MS)
    page.on("request", lambda request: watched.fetched.append(request.url))
    page.on("popup", lambda other: said.append(f"popup: {other.url}"))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(path.as_uri())
    page.wait_for_selector(".leaflet-map-pane path", state="attached")
    return watched


@pytest.fixture
def opened(tab: Lend, blank: str) -> Lend:
    """Open a page from disk; on leaving, nothing may have been fetched nor said on the console."""

    @contextmanager
    def open_offline(path: Path, viewport: dict[str, int] = DESKTOP) -> Iterator[Page]:
        with tab(blank, viewport, offline=True) as page:
            watched = watch(page, path)
            yield page
        watched.check()

    return open_offline


REST = """() => {
  const map = window[document.querySelector('.folium-map').id];
  window.firstView ??= { centre: map.getCenter(), zoom: map.getZoom() };
  map.closePopup();
  document.querySelector('dialog').close();
  for (const id of ['#theme', '#search']) {
    const field = document.querySelector(id);
    if (field.options) field.selectedIndex = 0;
    else field.value = '';
    field.dispatchEvent(new Event(field.options ? 'change' : 'input'));
  }
  for (const box of document.querySelectorAll('[data-layer]')) if (box.checked !== box.defaultChecked) box.click();
  map.setView(window.firstView.centre, window.firstView.zoom, { animate: false });
}"""
"""Brings a page back to what it was when it opened."""


@pytest.fixture(scope="session")
def at_rest(browser: Browser, pages: dict[str, Path]) -> Iterator[Callable[[str], AbstractContextManager[Page]]]:
    """Lend the page of a sector, opened once for all and brought back to rest; it is watched as `opened` does."""
    watched: dict[str, Watched] = {}

    @contextmanager
    def lend(sector: str) -> Iterator[Page]:
        if sector not in watched:
            context = browser.new_context(viewport=DESKTOP, offline=True)
            watched[sector] = watch(context.new_page(), pages[sector])
        watched[sector].page.evaluate(REST)
        watched[sector].page.wait_for_selector(".leaflet-popup", state="detached")
        yield watched[sector].page
        watched[sector].check()

    yield lend
    for page in watched.values():
        page.page.context.close()


@pytest.fixture(scope="session")
def pack_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service of the pack works, its temporary files included."""
    return tmp_path_factory.mktemp("pack")


@pytest.fixture(scope="session")
def plan() -> Iterator[TileServer]:
    """What stands for the Géoplateforme."""
    with tile_server() as server:
        yield server


@pytest.fixture(scope="session")
def pack_url(pack_folder: Path, plan: TileServer) -> Iterator[str]:
    """The service of the pack of Calais, which offers the tiles of `plan`."""
    with serving(pack_folder, GEOVILLE_TILES_HOST=plan.host) as url:
        yield url


@pytest.fixture(scope="session")
def calais_grid() -> Grid:
    """Cells of 2019."""
    return read_grid(CALAIS / "filosofi_2019_200m.csv", vintage=2019)


@pytest.fixture(scope="session")
def candidates(calais_grid: Grid) -> tuple[Perimeter, ...]:
    """Clusters of cells under a mean of 15 500 euros: stand-ins, the engine's own are tested elsewhere."""
    poor = calais_grid.take(calais_grid.mean_eur < 15_500)
    squares = cell_squares(poor.easting, poor.northing, poor.epsg, 2154)
    candidates = []
    for cluster in shapely.get_parts(union_of_cells(squares)):
        population = float(poor.people[shapely.contains(cluster, shapely.centroid(squares))].sum())
        if population >= 1_000:
            code = f"C{len(candidates) + 1}"
            figures: dict[str, str | int | float | bool | None] = {"population": population}
            candidates.append(
                Perimeter(
                    code,
                    f"Candidat {code}",
                    Kind.CANDIDAT,
                    cluster,
                    2154,
                    estimated=True,
                    vintage=2019,
                    attributes=figures,
                )
            )
    return tuple(candidates)


@pytest.fixture(scope="session")
def places() -> tuple[Address, ...]:
    """Embedded places, and one whose name is hostile, within the sector of Gagarine."""
    real = (*read_places(CALAIS / "places.csv"), *read_places(CALAIS / "places_osm.csv"))
    hostile = real[0]._replace(id="hostile", place=HOSTILE_NAME, street=HOSTILE_NAME, lon=1.8945, lat=50.9515)
    return (*real, hostile)


@pytest.fixture(scope="session")
def scene(places: tuple[Address, ...], tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Calais as its pack has it, with the hostile place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOVILLE_DATA_DIR", str(tmp_path_factory.mktemp("user")))
        return replace(territory_scene(open_pack("calais"), date(2025, 3, 1)), places=places)


@pytest.fixture(scope="session")
def specs(scene: Scene) -> dict[str, MapSpec]:
    """Maps of the two sectors, from the recipes of the repository."""
    built = {}
    for sector in SECTORS:
        recipe = parse_recipe((REPOSITORY / "maps" / f"{sector}.toml").read_text(encoding="utf-8"), sector)
        built[sector] = sector_map(replace(recipe, places=(*recipe.places, HOSTILE_NAME)), scene)
    return built


@pytest.fixture(scope="session")
def pages(specs: dict[str, MapSpec], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages written to disk, by sector."""
    folder = tmp_path_factory.mktemp("maps")
    written = {sector: folder / f"{sector}.html" for sector in specs}
    for sector, spec in specs.items():
        written[sector].write_text(render_page(spec), encoding="utf-8")
    return written
