from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from geoville.rendering import parse_recipe, sector_map
from geoville.rendering.sector import Connection, Landmark

CONSTANTINE = Path(__file__).resolve().parents[3] / "maps" / "constantine.toml"


@pytest.fixture
def constantine():
    return parse_recipe(CONSTANTINE.read_text(encoding="utf-8"), "constantine")


def test_without_a_position_nothing_is_drawn_and_everything_is_listed(constantine, scene):
    spec = sector_map(constantine, scene)
    unplaced = next(section for section in spec.panel if section.title == "Non localisés").items
    assert spec.links is None
    assert {"École Oran-Constantine", "Espace Fort", "Salle Mandela", "Coulée verte", "Saint-Pierre"} <= set(unplaced)
    assert any(item.startswith("Coubertin (rien n'établit") for item in unplaced)


def test_a_list_of_places_that_bears_the_names_makes_the_links_drawn(constantine, scene, college):
    names = ("ecole Oran Constantine", "ESPACE FORT", "Salle Mandela", "Coubertin")
    added = tuple(
        replace(college, id=name, place=name, lon=1.83 + rank / 1000, source="Ville") for rank, name in enumerate(names)
    )
    spec = sector_map(constantine, replace(scene, places=(*scene.places, *added)))
    first, second = spec.links.links
    assert first.label == "École Oran-Constantine – Espace Fort – salle Mandela"
    assert [lon for lon, _ in first.points] == [1.83, 1.831, 1.832]
    assert ("Passe par", "Salle Mandela (Ville)") in first.popup.rows
    assert second.label == "Quartier – Coubertin"
    unplaced = next(section for section in spec.panel if section.title == "Non localisés").items
    assert not any(item.startswith("Coubertin") for item in unplaced)


def test_a_place_that_stands_for_a_district_is_said_to(recipe, scene):
    argued = replace(
        recipe,
        landmarks=(Landmark("Quartier Nord", near="Collège Essai"),),
        connections=(Connection("Nord – Essai", ("Quartier Nord", "Ailleurs", "Essai"), is_axis=False),),
    )
    spec = sector_map(argued, scene)
    (point,) = spec.places[0].places
    assert point.label == "Quartier Nord"
    assert "le point n'est pas le quartier" in dict(point.popup.rows)["Repère"]
    (link,) = spec.links.links
    assert ("Sans position connue", "Ailleurs") in link.popup.rows
    assert ("Passe par", "Quartier Nord, repère : Collège Essai") in link.popup.rows
