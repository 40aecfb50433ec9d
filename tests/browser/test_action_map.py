"""The map of a table of actions as Chromium shows it, with the network cut."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geoville.workflows.action_tables import check_table
from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.maps import draw_actions

pytestmark = pytest.mark.browser

TODAY = date(2026, 1, 15)
ZONE = "POLYGON ((1.886 50.950, 1.892 50.950, 1.892 50.953, 1.886 50.953, 1.886 50.950))"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("actions")
    table = folder / "actions.csv"
    table.write_text(
        "Titre;Porteur;Lieu;Zone;Part QPV;Thème\n"
        "Aide aux devoirs;Association Exemple;1 rue Youri Gagarine, 62100 Calais;;60 %;École\n"
        f"Fête de quartier;{HOSTILE};;{ZONE};;Fête\n"
        f"{HOSTILE};Association Exemple;1.866,50.94;;;\n"
        "Jardin partagé;Association Exemple;12 rue de l'Inconnue, 62100 Calais;;;École\n",
        encoding="utf-8",
    )
    desk = ActionDesk(DeskChoice("calais").open(), "calais")
    checked = check_table(desk, table, folder / "out.csv", on=None, today=TODAY)
    draw_actions(desk, checked.findings, "Actions de l'exemple", folder / "carte.html", TODAY, checked.themes)
    return folder / "carte.html"


def test_every_action_is_drawn_or_named(opened, page_file):
    with opened(page_file) as page:
        assert page.title() == "Actions de l’exemple"
        assert page.locator(".leaflet-places-pane path").count() == 2
        panel = page.locator(".panel")
        expect(panel.locator("section", has_text="Non situées")).to_contain_text("Jardin partagé")
        for layer in ("Zones d’action", "Actions : En QPV", "Actions : Hors QPV, preuve à donner"):
            expect(page.get_by_text(layer, exact=True)).to_be_visible()


def test_an_action_says_its_ground_and_its_reason(opened, page_file):
    with opened(page_file) as page:
        page.locator('.leaflet-places-pane path[aria-label="Aide aux devoirs"]').press("Enter")
        popup = page.locator(".leaflet-popup-content")
        expect(popup).to_contain_text("Fondement")
        expect(popup).to_contain_text("contour officiel")


def test_actions_are_chosen_by_theme_and_by_bearer(opened, page_file):
    with opened(page_file) as page:
        points, zones = page.locator(".leaflet-places-pane path"), page.locator('path[aria-label="Fête de quartier"]')
        themes = page.get_by_label("Thème")
        assert themes.locator("option").all_inner_texts() == ["Tous", "(non dit) (1)", "École (1)", "Fête (1)"]
        themes.select_option("École")
        expect(points).to_have_count(1)
        expect(points).to_have_attribute("aria-label", "Aide aux devoirs")
        expect(zones).to_have_count(0)
        expect(page.locator("#filtered")).to_have_text("1 sur 3")
        page.locator("#search").fill("fête")
        expect(page.locator("#found")).to_contain_text("Rien de ce nom")
        themes.select_option("")
        page.get_by_label("Porteur").select_option(HOSTILE)
        expect(points).to_have_count(0)
        page.get_by_label("Porteur").select_option("")
        expect(points).to_have_count(2)
        expect(page.locator("#filtered")).to_have_text("3 sur 3")
