"""A clerk asks the page: types, chooses, clicks, changes the date, prints, shares."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADDRESS = "1 Rue Youri Gagarine, 62100 Calais"
SUGGESTED = "1 Rue Youri Gagarine 62100 Calais"
"""As the API Adresse, whose form the suggestions have, writes it."""
AT_BEAU_MARAIS = "#map=15/50.9550/1.8860"
NEAR_THE_MIDDLE = {"x": 300, "y": 250}


def verdict(page: Page):
    return page.locator("#verdict .word")


def ask(page: Page, text: str) -> None:
    page.get_by_label("Adresse, nom de lieu").fill(text)
    page.keyboard.press("Enter")


def test_an_address_is_typed_then_chosen_with_the_keyboard(visiting, pack_url):
    asked = []
    with visiting(pack_url) as page:
        page.on("request", lambda request: asked.append(request.url))
        field = page.get_by_label("Adresse, nom de lieu")
        field.focus()
        page.keyboard.type("1 rue youri", delay=30)
        option = page.get_by_role("option", name=re.compile(re.escape(SUGGESTED)))
        expect(option).to_be_visible()
        expect(field).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("ArrowDown")
        expect(option).to_have_attribute("aria-selected", "true")
        assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
        page.keyboard.press("Enter")
        expect(verdict(page)).to_have_text("Dedans")
        expect(page.locator("#verdict")).to_contain_text("D’après un contour officiel")
        expect(page.locator("#details")).to_contain_text(ADDRESS)
        expect(page.locator("#details")).to_contain_text("à l’intérieur")
        expect(page.locator("#rules")).to_contain_text("Emplois francs")
        expect(page.locator(".pin")).to_have_count(1)
        expect(page.locator("#bands-key")).to_contain_text("300")
        assert "Gagarine" not in unquote(page.url)
    assert not [url for url in asked if "Gagarine" in unquote(url) or "youri" in url]


def test_two_letters_suggest_nothing(visiting, pack_url):
    with visiting(pack_url) as page:
        searched = []
        page.on("request", lambda request: searched.append(request.url))
        page.get_by_label("Adresse, nom de lieu").type("ru", delay=30)
        page.wait_for_timeout(400)
        assert not [url for url in searched if url.endswith("/search")]


def test_escape_closes_the_suggestions_and_keeps_the_text(visiting, pack_url):
    with visiting(pack_url) as page:
        field = page.get_by_label("Adresse, nom de lieu")
        field.type("1 rue youri", delay=30)
        expect(page.get_by_role("listbox")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(field).to_have_value("1 rue youri")


def test_a_finger_chooses_a_suggestion(visiting, pack_url):
    with visiting(pack_url, viewport={"width": 390, "height": 800}, has_touch=True) as page:
        page.get_by_label("Adresse, nom de lieu").type("1 rue youri", delay=30)
        page.locator("#suggestions").get_by_role("option").first.tap()
        expect(verdict(page)).to_have_text("Dedans")


def test_what_is_not_found_is_not_a_no(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page, "12 rue qui n'existe pas, Calais")
        expect(verdict(page)).to_have_text("Inconnu")
        expect(page.locator("#details")).to_contain_text("Ce n’est pas un «\u00a0non\u00a0»")
        expect(page.locator(".pin")).to_have_count(0)


def test_a_question_that_cannot_be_asked_is_refused_in_words(visiting, pack_url):
    with visiting(pack_url, may_say="status of 400") as page:
        ask(page, "50.95, 1.88")
        expect(page.locator("#verdict .refusal")).to_contain_text("inversées")
        expect(page.locator("#tools")).to_be_hidden()


def test_the_date_changes_the_answer(visiting, official_url):
    with visiting(official_url) as page:
        ask(page, "1.8900,50.9600")
        expect(verdict(page)).to_have_text("Dehors")
        page.get_by_label("Génération 2015").check()
        expect(verdict(page)).to_have_text("Dedans")
        expect(page.locator("#verdict")).to_contain_text("D’après un contour officiel")
        expect(page.locator("#verdict .when")).to_have_text("au 31 décembre 2023")
        page.get_by_label("Autre date").check()
        page.get_by_label("Jour de la question").fill("2024-06-01")
        expect(verdict(page)).to_have_text("Dehors")
        expect(page.locator("#verdict .when")).to_have_text("au 1er juin 2024")
        assert "on=2024-06-01" in page.url


def test_the_position_of_a_link_stands_in_the_middle_of_the_map(visiting, pack_url):
    with visiting(f"{pack_url}#on=2026-01-15&q={quote(ADDRESS)}", viewport={"width": 1280, "height": 800}) as page:
        expect(verdict(page)).to_have_text("Dedans")
        page.wait_for_load_state("networkidle")
        pin, shown = page.locator(".pin").bounding_box(), page.locator("#map").bounding_box()
    for start, length in (("x", "width"), ("y", "height")):
        middle = shown[start] + shown[length] / 2
        assert abs(pin[start] + pin[length] / 2 - middle) < 20


def test_a_click_on_the_map_asks_there(visiting, pack_url):
    with visiting(pack_url + AT_BEAU_MARAIS) as page:
        page.locator("#map").click(position=NEAR_THE_MIDDLE)
        expect(verdict(page)).to_be_visible()
        expect(page.locator("#details")).to_contain_text("coordonnées")
        expect(page.locator(".pin")).to_have_count(1)


def test_the_map_is_asked_with_the_keyboard_alone(visiting, pack_url):
    with visiting(pack_url + AT_BEAU_MARAIS) as page:
        page.locator("#map").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Interroger le centre de la carte").focus()
        page.keyboard.press("Enter")
        expect(verdict(page)).to_be_visible()


def test_the_table_says_what_the_map_shows(visiting, pack_url):
    with visiting(pack_url) as page:
        rows = page.locator("#rows tr")
        expect(rows.first).to_be_visible()
        before = rows.count()
        page.get_by_role("button", name="Toutes les couches").click()
        page.get_by_label(re.compile("Quartiers vécus")).check()
        expect(page.locator("#rows")).to_contain_text("Quartier vécu, estimé")
        assert rows.count() > before
        ask(page, ADDRESS)
        expect(rows.first).to_contain_text("à l’intérieur")
        page.get_by_label(re.compile("Quartiers de veille active")).check()
        expect(page.locator("#rows button", has_text="Beau Marais (approximation")).to_have_count(1)
        page.get_by_label(re.compile("Quartiers de veille active")).uncheck()
        expect(page.locator("#rows button", has_text="(approximation")).to_have_count(0)


def test_a_link_keeps_the_state_and_the_address_only_where_asked(visiting, pack_url):
    with visiting(pack_url) as page:
        page.get_by_label("Génération 2015").check()
        page.get_by_role("button", name="Toutes les couches").click()
        page.get_by_label(re.compile("Quartiers vécus")).check()
        ask(page, ADDRESS)
        expect(verdict(page)).to_have_text("Dedans")
        page.get_by_role("button", name="Partager").click()
        page.get_by_role("button", name="Copier").click()
        expect(page.locator("#tools-said")).to_have_text("Lien copié.")
        without = page.evaluate("navigator.clipboard.readText()")
        page.get_by_label(re.compile("Y joindre l’adresse")).check()
        given = page.locator("#share-link").input_value()
    assert "Gagarine" not in unquote(without)
    assert "on=2023-12-31" in without
    assert "vecu-estimated" in unquote(without)
    with visiting(without) as page:
        expect(page.get_by_label("Génération 2015")).to_be_checked()
        expect(page.get_by_label(re.compile("Quartiers vécus"))).to_be_checked()
        expect(page.locator("#verdict")).to_contain_text("Tapez trois lettres")
    with visiting(given) as page:
        expect(verdict(page)).to_have_text("Dedans")
        assert "Gagarine" not in unquote(page.url)


def test_back_and_reload_keep_the_question_which_no_address_bears(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page, ADDRESS)
        expect(verdict(page)).to_have_text("Dedans")
        ask(page, "1.80,50.93")
        expect(verdict(page)).to_have_text("Dehors")
        page.reload()
        expect(verdict(page)).to_have_text("Dehors")
        expect(page.locator("#address")).to_have_value("1.80,50.93")
        page.go_back()
        expect(verdict(page)).to_have_text("Dedans")
        expect(page.locator("#address")).to_have_value(ADDRESS)
        assert "Gagarine" not in unquote(page.url)
        page.go_back()
        expect(page.locator("#verdict")).to_contain_text("Tapez trois lettres")
        expect(page.locator(".pin")).to_have_count(0)
        expect(page.locator("#grounds")).to_be_hidden()


def test_what_may_have_been_meant_is_a_button_away(visiting, pack_url):
    """Swapped coordinates, a misspelt street, a missing town; an empty list says so, its limits are told beforehand."""
    with visiting(pack_url) as page:
        expect(page.locator("#address-help")).to_contain_text("69 adresses et 40 lieux de Calais et Marck")
        expect(page.locator("#address-help")).to_contain_text("incomplète")
        page.locator("#address").type("zzzz", delay=30)
        expect(page.locator("#suggestions")).to_have_text("Aucune adresse de ce nom dans la liste.")
        ask(page, "50.9527, 1.8952")
        page.get_by_role("button", name="1.8952, 50.9527").click()
        expect(verdict(page)).to_have_text("Dedans")
        expect(page.locator("#meant")).to_be_empty()
        ask(page, "1 ru yuri gagarine")
        expect(verdict(page)).to_have_text("Inconnu")
        page.get_by_role("button", name="1 Rue Youri Gagarine", exact=False).first.click()
        expect(verdict(page)).to_have_text("Dedans")
        ask(page, "1 rue Youri Gagarin")
        expect(verdict(page)).to_have_text("À vérifier")
        page.locator("#meant").get_by_role("button", name=ADDRESS).click()
        expect(verdict(page)).to_have_text("Dedans")


def test_a_street_alone_asks_for_its_number_in_one_sentence(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page, "rue Youri Gagarine, Calais")
        expect(page.locator("#verdict .reason")).to_contain_text("Ajoutez le numéro")
        for contradiction in ("pas assez sûre", "prise pour exacte", "aléatoire"):
            for part in ("#verdict", "#details"):
                expect(page.locator(part)).not_to_contain_text(contradiction)
        page.get_by_role("button", name="Ajouter le numéro").click()
        page.keyboard.type("1")
        page.keyboard.press("Enter")
        expect(verdict(page)).to_have_text("Dedans")


def test_who_is_under_watch_reads_it_in_the_box(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page, "1.8938,50.9440")
        expect(verdict(page)).to_have_text("Dehors")
        expect(page.locator("#verdict .badge")).to_have_text("En veille active (estimée)")
        ask(page, "1.80,50.93")
        expect(page.locator("#verdict .badge")).to_have_count(0)


def test_the_attestation_is_given_as_a_file(visiting, pack_url):
    with visiting(pack_url) as page:
        ask(page, ADDRESS)
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Attestation").click()
        assert waiting.value.path().read_bytes().startswith(b"%PDF-")
        expect(page.locator("#tools-said")).to_have_text("Attestation enregistrée.")


def test_a_late_answer_does_not_replace_a_newer_one(visiting, pack_url):
    with visiting(pack_url) as page:
        held = []
        page.route("**/lookup", lambda route: held.append(route) if not held else route.continue_())
        ask(page, ADDRESS)
        page.wait_for_timeout(200)
        ask(page, "12 rue qui n'existe pas, Calais")
        expect(verdict(page)).to_have_text("Inconnu")
        held[0].continue_()
        page.wait_for_timeout(500)
        expect(verdict(page)).to_have_text("Inconnu")


def test_an_answer_out_of_the_territory_stands_in_its_quarter_and_no_cell_is_told_of(visiting, pack_url):
    with visiting(pack_url) as page:
        expect(page.locator("#cells-key")).to_be_visible()
        ask(page, "5.3810, 43.3130")
        expect(page.locator("#verdict")).to_contain_text("Centre Ville 3e Arrondissement")
        expect(page.locator(".map-label.subject")).to_have_text("Centre Ville 3e Arrondissement")
        expect(page.locator("#cells-key")).to_be_hidden()
        page.get_by_role("button", name="Tout le territoire").click()
        expect(page.locator("#cells-key")).to_be_visible()
