"""Every kind of page that geoville writes or serves, of real towns: axe, typography, popups, pictures at widths."""

from __future__ import annotations

import io
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from pages_seen import LEAST_COLUMN_REM, MEASURED, WIDTHS, axe_faults, looks_as_kept
from PIL import Image
from playwright.sync_api import expect
from services import console_script

pytestmark = [pytest.mark.browser, pytest.mark.realdata, pytest.mark.slow, pytest.mark.timeout(1_200)]

ON = "2026-01-15"
WRITTEN = ("sector", "quarter", "territory", "comparison", "actions", "atlas", "atlas-page", "review", "statement")
WITH_POPUPS = ("sector", "quarter", "territory", "comparison", "actions")
PLACES = {
    "page-calais": "1 rue Youri Gagarine, 62100 Calais",
    "page-marseille": "5.3810, 43.3130",
    "page-bondy": "2.4836, 48.9072",
    "page-montpellier": "3.8300, 43.6170",
}
"""What the page of the service is asked, by the name of its pictures."""

LINES = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (parentElement.closest('script, style, noscript')) continue;
    if (/[ \n][:;?!»%€]|«[ \n]|'|\b\d{1,3} \d{3}\b/.test(data.trim())) found.push(data.trim());
  }
  return found;
}"""
"""Texts where a line could begin with a sign or end with « , straight apostrophes, thousands parted by plain spaces."""


@pytest.fixture(scope="module")
def written(shared_data: Path, tmp_path_factory) -> dict[str, Path]:
    """One page of each kind, as commands write them."""
    folder = tmp_path_factory.mktemp("pages")
    actions, rows = folder / "actions.csv", folder / "lignes.csv"
    actions.write_text(
        "Titre;Porteur;Lieu;Thème\nAide aux devoirs;Association A;1 rue Youri Gagarine, 62100 Calais;École\n"
        "Atelier d'été;Association B;1.866,50.94;Sport\nJardin;Association B;12 rue de l'Inconnue, Calais;École\n",
        encoding="utf-8",
    )
    rows.write_text("adresse,commune\nSalle Nelson Mandela,Calais\nRue Youri Gagarine,Calais\n", encoding="utf-8")
    calais, grid = shared_data / "calais", shared_data / "calais" / "calais_filosofi2019_200m.csv"
    for words in (
        ("map", "gagarine-manet-ferber", "--on", ON, "--out", "maps"),
        ("map", "QN06253M", "--on", ON, "--out", "maps"),
        ("map", "--from", calais / "qpv2015_official.geojson", "--on", "2016-01-15", "--out", "maps"),
        ("atlas", "calais", "--on", ON, "--out", "atlas"),
        ("attest", PLACES["page-calais"], "--on", ON, "--out", "releve.html"),
        ("action", "check-file", actions, "--out", "sortie.csv", "--map", "actions.html"),
        ("lookup-file", rows, "lues.csv", "--address-columns", "adresse,commune", "--review", "relire.html"),
        (
            *("perimeters", "compare", calais / "qpv2015_official.geojson", calais / "qpv2024_simplified.geojson"),
            *("--grid", grid, "--vintage", "2019", "--map", "comparaison.html"),
        ),
    ):
        subprocess.run([console_script(), *map(str, words)], cwd=folder, check=True, capture_output=True)
    found = {
        "sector": "maps/gagarine-manet-ferber.html",
        "quarter": "maps/QN06253M.html",
        "territory": "maps/qpv2015_official.html",
        "comparison": "comparaison.html",
        "actions": "actions.html",
        "atlas": "atlas/index.html",
        "atlas-page": "atlas/qn06253m.html",
        "review": "relire.html",
        "statement": "releve.html",
    }
    return {name: folder / path for name, path in found.items()}


@pytest.fixture
def at(browser, written, pack_url):
    """`at(name, width)`: a page of that kind at rest in a window of that width, as high as `WIDTHS` says."""

    @contextmanager
    def open_page(name: str, width: int):
        viewport = {"width": width, "height": WIDTHS[width]}
        page = browser.new_page(viewport=viewport, locale="fr-FR", reduced_motion="reduce")
        if name in written:
            page.goto(written[name].as_uri())
        else:
            page.goto(pack_url)
            page.wait_for_selector("#map path.leaflet-interactive", state="attached")
            page.get_by_label("Adresse, nom de lieu").fill(PLACES[name])
            page.keyboard.press("Enter")
            expect(page.locator("#verdict .word")).to_be_visible()
            page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)  # labels are placed once more at rest
        yield page
        page.close()

    return open_page


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", [*WRITTEN, *PLACES])
def test_axe_finds_nothing_and_no_line_is_cut_badly(at, name, width):
    with at(name, width) as page:
        assert axe_faults(page) == []
        assert page.evaluate(LINES) == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", WITH_POPUPS)
def test_every_popup_is_a_card_that_fits_its_map(at, name, width):
    with at(name, width) as page:
        cards = page.evaluate(MEASURED)
        assert cards
        for card in cards:
            assert card["column"] >= LEAST_COLUMN_REM, card
            assert card["width"] <= 320, card
            assert card["height"] < 1, card
            assert card["moved"] < 0.5, card


@pytest.mark.parametrize("name", [*WRITTEN, *PLACES])
def test_the_page_looks_as_it_did_at_every_width(at, name):
    for width in WIDTHS:
        with at(name, width) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        looks_as_kept(seen, name)
