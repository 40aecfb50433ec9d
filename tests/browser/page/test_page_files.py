"""A clerk gives a whole file to the page, and gets it back with its answers."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from pathlib import Path

import httpx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from geoville.sources.action_tables import Meaning

pytestmark = pytest.mark.browser

ROWS = (
    "nom;rue;commune\r\n"
    "Zoé;1 rue Youri Gagarine;Calais\r\n"
    '"Dupont; Léa";"rue qui n\'existe pas";Calais\r\n'
    "Ali;372 rue d'Orléansville;Calais\r\n"
    "vide;;\r\n"
)
AXE = files("axe_playwright_python").joinpath("axe.min.js")
HOSTILE_COLUMN = "<img src=x onerror=alert(1)>"


def faults(page: Page) -> list[object]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [(fault["id"], [node["html"][:120] for node in fault["nodes"]]) for fault in found]


def answer(page: Page) -> None:
    page.get_by_role("button", name="Vérifier toutes les lignes").click()
    expect(page.locator("#file-said")).to_contain_text("Terminé")


def summary(page: Page) -> dict[str, str]:
    expect(page.locator("#file-said")).to_contain_text("Terminé")
    rows = page.locator("#file-summary table.summary").first.locator("tbody tr").all()
    return {row.locator("th").inner_text().strip(): row.locator("td").first.inner_text() for row in rows}


def saved(page: Page) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Enregistrer").click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def choose(page: Page, name: str, content: bytes) -> None:
    page.locator("#upload").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    expect(page.locator("#file-said")).to_contain_text("colonne")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_columns_are_chosen_and_the_file_comes_back(visiting, pack_url, encoding):
    content = ROWS.encode(encoding)
    with visiting(pack_url) as page:
        page.get_by_label("Génération 2015").check()
        choose(page, "aides.csv", content)
        expect(page.get_by_label("rue", exact=True)).to_be_checked()
        expect(page.get_by_label("commune", exact=True)).to_be_checked()
        page.get_by_label("nom", exact=True).check()
        page.get_by_label("nom", exact=True).uncheck()
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        counted = summary(page)
        name, given = saved(page)
    assert counted["Dedans"] == "2"
    assert counted["Inconnu"] == "1"
    assert counted["Sans réponse (ligne vide ou illisible)"] == "1"
    assert name == "aides-qpv.csv"
    form = {"columns": ["rue", "commune"], "on": "2023-12-31", "with_words": "true"}
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
        expect(page.get_by_label("Des coordonnées")).to_be_checked()
        page.get_by_label("Longitude, ou abscisse (X)").select_option("x")
        page.get_by_label("Latitude, ou ordonnée (Y)").select_option("y")
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
        expect(page.locator(".first-rows")).to_contain_text("1 rue Youri Gagarine")
        page.get_by_role("button", name="Vérifier toutes les lignes").click()
        counted = summary(page)
        name, given = saved(page)
    assert counted["Dedans"] == "1"
    assert name == "aides-qpv.xlsx"
    header, answered = openpyxl.load_workbook(io.BytesIO(given)).active.iter_rows(values_only=True)
    told = dict(zip(header, answered, strict=True))
    assert (told["qpv_verdict"], told["qpv_verdict_en_clair"]) == ("inside", "Dedans")


def test_another_sheet_may_be_read(visiting, pack_url):
    book = openpyxl.Workbook()
    for row in (["adresse"], ["1 rue Youri Gagarine, Calais"]):
        book.active.append(row)
    other = book.create_sheet("Suite")
    for row in (["adresse", "n°"], ["collège Vauban, Calais", "7"], ["1 rue Youri Gagarine, Calais", "8"]):
        other.append(row)
    content = io.BytesIO()
    book.save(content)
    with visiting(pack_url) as page:
        choose(page, "aides.xlsx", content.getvalue())
        page.get_by_label("Feuille du classeur").select_option("Suite")
        expect(page.locator(".first-rows")).to_contain_text("collège Vauban")
        answer(page)
        assert summary(page)["Dedans"] == "2"


def test_rows_to_look_at_are_listed_and_shown_on_the_map(visiting, pack_url):
    content = b"adresse\n1 rue Youri Gagarine, Calais\nAvenue Guynemer, Calais\n12 rue de nulle part, Calais\n"
    with visiting(pack_url) as page:
        choose(page, "aides.csv", content)
        answer(page)
        listed = page.locator(".to-look-at li")
        expect(listed).to_have_count(2)
        expect(listed.nth(0)).to_contain_text("Ligne 3")
        expect(listed.nth(0)).to_contain_text("Avenue Guynemer, Calais")
        page.get_by_label("Lesquelles").select_option("Inconnu")
        expect(listed).to_have_count(1)
        expect(listed.get_by_role("button")).to_have_count(0)  # it is nowhere
        page.get_by_label("Lesquelles").select_option("")
        listed.nth(0).get_by_role("button").press("Enter")
        expect(page.locator(".leaflet-tooltip .tip", has_text="Guynemer")).to_contain_text("À vérifier")
        page.get_by_label("Montrer les réponses sur la carte").uncheck()
        expect(page.locator(".leaflet-tooltip .tip", has_text="Guynemer")).to_have_count(0)


ACTIONS = (
    "Projet;Structure;Où;Montant;Thématique\n"
    "Devoirs;Asso A;1 rue Youri Gagarine, 62100 Calais;3 000 €;École\n"
    "Jardin;Asso B;1.8660,50.9400;1000;Nature\n"
    "Vélo;Asso C;;500;Nature\n"
    "Total;;;4500;\n"
)


def test_a_table_of_actions_gets_its_summary_and_its_files(visiting, pack_url):
    with visiting(pack_url) as page:
        choose(page, "appel.csv", ACTIONS.encode())
        expect(page.get_by_label("Des actions")).to_be_checked()
        expect(page.locator(".part-actions").get_by_label("Montant", exact=True)).to_have_value("Montant")
        page.get_by_label("Lieu ou adresse").select_option("Où")
        expect(page.locator(".first-rows th").nth(2)).to_contain_text("→ lieu ou adresse")
        answer(page)
        expect(page.locator(".whole")).to_have_text("3 actions, 4 500 €")
        reach = page.locator(".reach li")
        expect(reach.nth(0)).to_contain_text("1 action, 3 000 € (67 %)")
        expect(reach.nth(2)).to_contain_text("1 action, 500 € (11 %)")
        expect(page.locator(".to-look-at li")).to_have_count(1)
        name, given = saved(page)
        assert (name, b"action_reponse" in given) == ("appel-qpv.csv", True)
        for label, start in (("Synthèse", b"PK"), ("Une page", b"%PDF"), ("Carte", b"<!")):
            with page.expect_download() as waiting:
                page.locator(".savers").get_by_role("button", name=label).click()
            assert waiting.value.path().read_bytes().startswith(start)


def test_a_column_that_was_guessed_wrong_may_be_left_out(visiting, pack_url):
    with visiting(pack_url) as page:
        choose(page, "appel.csv", ACTIONS.replace("Où", "Adresse").encode())
        page.get_by_label("Thème").select_option("")
        page.get_by_text("Colonnes et options").click()
        page.get_by_text("Colonnes et options").click()
        answer(page)
        assert page.get_by_text("Par thème").count() == 0


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_before_nor_after_a_file(visiting, pack_url, width):
    with visiting(pack_url, viewport={"width": width, "height": 900}) as page:
        choose(page, "appel.csv", ACTIONS.replace("Où", "Adresse").encode())
        page.get_by_text("Options", exact=True).click()
        assert faults(page) == []
        answer(page)
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_hostile_file_is_only_text(visiting, pack_url):
    with visiting(pack_url) as page:
        choose(page, f"{HOSTILE_COLUMN}.csv", f"{HOSTILE_COLUMN};adresse\nx;1 rue Youri Gagarine\n".encode())
        expect(page.locator("#file-said")).to_contain_text(HOSTILE_COLUMN)
        expect(page.locator("#file-columns")).to_contain_text(HOSTILE_COLUMN)
        assert page.locator("img[src=x]").count() == 0


def test_a_file_that_cannot_be_read_is_refused_in_words(visiting, pack_url):
    with visiting(pack_url, may_say="status of 400") as page:
        photo = {"name": "photo.csv", "mimeType": "text/csv", "buffer": bytes(range(256)) * 20}
        page.locator("#upload").set_input_files(photo)
        expect(page.locator("#file-said")).to_contain_text("fichier", ignore_case=True)
        expect(page.locator("#file-said")).not_to_contain_text("lecture")
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


def test_the_page_knows_all_that_a_column_may_say():
    script = (files("geoville.api") / "page" / "columns.js").read_text(encoding="utf-8")
    assert {meaning for meaning in Meaning if f'["{meaning}", "' in script} == set(Meaning)
