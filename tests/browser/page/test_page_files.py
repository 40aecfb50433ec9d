"""A clerk gives a whole file to the page, and gets it back with its answers."""

from __future__ import annotations

import io
import json
from pathlib import Path

import httpx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ROWS = (
    "nom;rue;commune\r\n"
    "Zoé;1 rue Youri Gagarine;Calais\r\n"
    '"Dupont; Léa";"rue qui n\'existe pas";Calais\r\n'
    "Ali;372 rue d'Orléansville;Calais\r\n"
    "vide;;\r\n"
)
HOSTILE_COLUMN = "<img src=x onerror=alert(1)>"


def summary(page: Page) -> dict[str, str]:
    expect(page.locator("#file-said")).to_contain_text("Terminé")
    rows = page.locator("#file-summary tr").all()
    return {row.locator("th").inner_text(): row.locator("td").inner_text() for row in rows}


def saved(page: Page) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Enregistrer").click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def choose(page: Page, name: str, content: bytes) -> None:
    page.locator("#upload").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_columns_are_chosen_and_the_file_comes_back(visiting, pack_url, encoding):
    content = ROWS.encode(encoding)
    with visiting(pack_url) as page:
        page.get_by_label("Génération 2015").check()
        choose(page, "aides.csv", content)
        page.get_by_label("Choisir les colonnes de l’adresse").check()
        page.get_by_label("rue", exact=True).check()
        page.get_by_label("commune", exact=True).check()
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        counted = summary(page)
        name, given = saved(page)
    assert counted["Dedans"] == "2"
    assert counted["Inconnu"] == "1"
    assert counted["Sans réponse (ligne vide ou illisible)"] == "1"
    assert name == "aides-qpv.csv"
    form = {"columns": ["rue", "commune"], "on": "2023-12-31"}
    direct = httpx.post(f"{pack_url}search/csv", data=form, files={"data": ("aides.csv", content)}, timeout=30)
    assert given == direct.content
    assert given.decode(encoding).startswith("nom;rue;commune;")


def test_a_file_is_dropped_and_its_columns_are_recognised(visiting, pack_url):
    content = "adresse,commune\n1 rue Youri Gagarine,Calais\n"
    with visiting(pack_url) as page:
        page.evaluate(
            """content => {
                const dropped = new DataTransfer();
                dropped.items.add(new File([content], "depot.csv", { type: "text/csv" }));
                const drop = document.querySelector("#drop");
                drop.dispatchEvent(
                    new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true })
                );
            }""",
            content,
        )
        expect(page.locator("#file-said")).to_contain_text("« depot.csv », 2 colonnes")
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        assert summary(page)["Dedans"] == "1"


def test_coordinates_of_a_file_are_answered(visiting, pack_url):
    with visiting(pack_url) as page:
        choose(page, "points.csv", b"id\tx\ty\n1\t1.8332\t50.9483\n2\t1.80\t50.93\n")
        page.get_by_label("Choisir des coordonnées").check()
        page.get_by_label("Longitude", exact=True).select_option("x")
        page.get_by_label("Latitude", exact=True).select_option("y")
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        counted = summary(page)
    assert (counted["Dedans"], counted["Dehors"]) == ("1", "1")


def test_a_workbook_comes_back_as_a_workbook(visiting, pack_url):
    book = openpyxl.Workbook()
    for row in (["voie", "commune"], ["1 rue Youri Gagarine", "Calais"]):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    with visiting(pack_url) as page:
        choose(page, "aides.xlsx", content.getvalue())
        page.get_by_label("Choisir les colonnes de l’adresse").check()
        page.get_by_label("Colonnes de l’adresse, séparées").fill("voie | commune")
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        expect(page.locator("#file-said")).to_have_text("Terminé.")
        name, given = saved(page)
    assert name == "aides-qpv.xlsx"
    header, answered = openpyxl.load_workbook(io.BytesIO(given)).active.iter_rows(values_only=True)
    assert dict(zip(header, answered, strict=True))["qpv_verdict"] == "inside"


def test_a_hostile_file_is_only_text(visiting, pack_url):
    with visiting(pack_url) as page:
        choose(page, f"{HOSTILE_COLUMN}.csv", f"{HOSTILE_COLUMN};adresse\nx;1 rue Youri Gagarine\n".encode())
        expect(page.locator("#file-said")).to_contain_text(HOSTILE_COLUMN)
        expect(page.locator("#file-columns")).to_contain_text(HOSTILE_COLUMN)
        assert page.locator("img[src=x]").count() == 0


def test_a_file_that_cannot_be_read_is_refused_in_words(visiting, pack_url):
    with visiting(pack_url, may_say="status of 400") as page:
        choose(page, "photo.csv", bytes(range(256)) * 20)
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        expect(page.locator("#file-said")).not_to_be_empty()
        expect(page.locator("#file-progress")).to_be_hidden()
        assert page.locator("#file-summary button").count() == 0


def test_nothing_of_a_file_stays(visiting, pack_url, pack_folder: Path):
    with visiting(pack_url) as page:
        choose(page, "secret.csv", b"adresse\n1 rue Youri Gagarine\n")
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        summary(page)
        kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert json.loads(kept) == [{}, {}, ""]
    assert [path for path in pack_folder.rglob("*") if path.is_file() and b"Gagarine" in path.read_bytes()] == []
