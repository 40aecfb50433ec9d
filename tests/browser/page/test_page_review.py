"""What a dropped file leaves to be checked is decided in the page, as on the page of the command line."""

from __future__ import annotations

import csv
import json
from datetime import date
from importlib.resources import files

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from geoville.workflows.lookup import DeskChoice
from geoville.workflows.lookup_file.job import open_file_job
from geoville.workflows.lookup_file.questions import FileColumns
from geoville.workflows.lookup_file.review import write_review

pytestmark = pytest.mark.browser

OPEN, OTHER = "Avenue Guynemer, Calais", "Rue Mollien, Calais"
CONTENT = f'adresse\n"1 rue Youri Gagarine, Calais"\n"{OPEN}"\n"{OTHER}"\n'.encode()
ON, NOW = date(2023, 12, 31), "2026-01-16T09:30:00Z"
STOPPED = {"timezone_id": "Europe/Paris"}
"""A context that no other test shares: a clock stopped in a page is stopped in all those of its context, and with it
whatever is animated there."""
AXE = files("axe_playwright_python").joinpath("axe.min.js")


def answer(page: Page) -> FrameLocator:
    """Answer the file at the last day of the generation of 2015; what is left of it, opened by the keyboard."""
    page.get_by_label("Génération 2015").check()
    page.locator("#upload").set_input_files({"name": "aides.csv", "mimeType": "text/csv", "buffer": CONTENT})
    page.get_by_role("button", name="Vérifier toutes les lignes").click()
    expect(page.locator("#file-said")).to_contain_text("Terminé")
    page.get_by_role("button", name="Relire 2 lignes à vérifier").press("Enter")
    return page.frame_locator("dialog.review iframe")


def decide(page: Page, review: Page | FrameLocator) -> bytes:
    """Decide by the keyboard alone: the first row is inside, the other one later; what is saved."""
    who = review.locator("#who")
    who.focus()
    page.keyboard.type("A. Martin")
    page.keyboard.press("Enter")
    for key in "dp":
        page.keyboard.press(key)
    expect(review.locator("#progress")).to_contain_text("1 décidée, 1 à décider")
    with page.expect_download() as saving:
        page.keyboard.press("s")
    assert saving.value.suggested_filename == "decisions-aides.json"
    return saving.value.path().read_bytes()


@pytest.fixture(scope="module")
def by_command_line(tab, blank, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Decisions made on the page that `lookup-file --review` writes of the same file."""
    folder = tmp_path_factory.mktemp("relecture")
    source, out, path = folder / "aides.csv", folder / "sortie.csv", folder / "relire.html"
    source.write_bytes(CONTENT)
    columns = FileColumns(address=("adresse",))
    job = open_file_job(source, out, DeskChoice("calais"), ON, columns)
    job.run(lambda _: None)
    assert write_review(job, out, columns, path) == 2
    with tab(blank, {"width": 1440, "height": 900}, offline=True, **STOPPED) as page:
        page.clock.set_fixed_time(NOW)
        page.goto(path.as_uri())
        return decide(page, page)


@pytest.mark.parametrize("width", [1440, 390])
def test_rows_are_decided_in_the_page_as_on_that_of_the_command_line(visiting, pack_url, by_command_line, width):
    viewport = {"width": width, "height": 900}
    with visiting(pack_url, viewport=viewport, **STOPPED) as page:
        page.clock.set_fixed_time(NOW)
        review = answer(page)
        expect(review.locator("#list li")).to_have_count(2)
        for shape in ("quarter", "limit", "point"):
            assert review.locator(f"#map .{shape}").count() >= 1, shape
        assert review.locator("html").evaluate("root => root.scrollWidth <= innerWidth")
        expect(review.get_by_role("button", name="Dedans")).to_be_in_viewport()
        saved = decide(page, review)
        page.get_by_role("button", name="Fermer").click()
        expect(page.get_by_role("button", name="Relire 2 lignes à vérifier")).to_be_focused()
    assert saved == by_command_line, "the same bytes"
    assert b"Guynemer" not in saved, "no address leaves the page in it"


@pytest.mark.slow
def test_axe_finds_nothing_in_the_window_of_the_review(visiting, pack_url):
    with visiting(pack_url, viewport={"width": 390, "height": 844}) as page:
        review = answer(page)
        expect(review.locator("#list li")).to_have_count(2)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        # The page of the review is looked at by itself with the other pages (test_every_page.py).
        found = page.evaluate(
            "async () => (await axe.run(document, {iframes: false})).violations.map(one => [one.id, one.nodes.length])"
        )
    assert found == []


def test_decisions_are_given_back_with_the_file(visiting, pack_url):
    with visiting(pack_url) as page:
        review = answer(page)
        first = review.locator("#list .asked").first.inner_text()
        saved = decide(page, review)
        page.get_by_role("button", name="Fermer").click()
        page.get_by_text("Colonnes et options").click()
        page.locator(".part-addresses").get_by_text("Décisions déjà prises").click()
        given = {"name": "decisions-aides.json", "mimeType": "application/json", "buffer": saved}
        page.locator(".part-addresses [name=decisions]").set_input_files(given)
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        expect(page.get_by_role("button", name="Relire 1 ligne à vérifier")).to_be_visible()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Enregistrer").click()
        text = waiting.value.path().read_text(encoding="utf-8")
    by = json.loads(saved)["decisions"][0]
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    decided = {row["adresse"]: [row[f"qpv_decision{of}"] for of in ("", "_par", "_le")] for row in rows}
    assert decided.pop(first) == ["dedans", "A. Martin", by["at"]]
    assert list(decided.values()) == [["", "", ""]] * 2
    assert {row["qpv_verdict"] for row in rows} == {"inside", "uncertain"}, "no verdict is written over"


def test_a_file_that_leaves_nothing_open_offers_no_review(visiting, pack_url):
    with visiting(pack_url) as page:
        content = b'adresse\n"1 rue Youri Gagarine, Calais"\n'
        page.locator("#upload").set_input_files({"name": "aides.csv", "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        expect(page.locator("#file-said")).to_contain_text("Terminé")
        assert page.locator(".savers button").all_inner_texts() == ["Enregistrer aides-qpv.csv"]
        expect(page.locator("#review-open")).to_have_count(0)
