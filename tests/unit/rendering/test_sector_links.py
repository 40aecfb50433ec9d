from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geoville.rendering import parse_recipe, sector_map
from geoville.rendering.map_spec import GroundLayer
from geoville.rendering.sector import Connection, Landmark, Reason

CONSTANTINE = Path(__file__).resolve().parents[3] / "maps" / "constantine.toml"


@pytest.fixture
def constantine():
    return parse_recipe(CONSTANTINE.read_text(encoding="utf-8"), "constantine")


def test_without_a_position_nothing_is_drawn_and_everything_is_listed(constantine, scene):
    spec = sector_map(constantine, scene)
    unplaced = next(section for section in spec.panel if section.title == "Non localisés").items
    assert spec.links is None
    names = {
        "École élémentaire Oran-Constantine",
        "Espace Fort",
        "Salle Nelson Mandela",
        "Coulée verte",
        "Saint-Pierre",
    }
    assert names <= set(unplaced)
    assert any(item.startswith("Coubertin (rien n'établit") for item in unplaced)


def test_a_list_of_places_that_bears_the_names_makes_the_links_drawn(constantine, scene, college):
    names = ("ecole elementaire Oran Constantine", "ESPACE FORT", "Salle Nelson Mandela", "Coubertin")
    added = tuple(
        college._replace(id=name, place=name, lon=1.83 + rank / 1000, source="Ville") for rank, name in enumerate(names)
    )
    spec = sector_map(constantine, replace(scene, places=(*scene.places, *added)))
    first, second = spec.links.links
    assert first.label == "École Oran-Constantine – Espace Fort – salle Mandela"
    assert [lon for lon, _ in first.points] == [1.83, 1.831, 1.832]
    assert ("Passe par", "Salle Nelson Mandela (Ville)") in first.popup.rows
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


def test_reasons_are_numbered_at_what_they_are_about(recipe, scene, college):
    """A place that is known bears the number; the sector does, where none is; the text begins with the same number."""
    argued = replace(recipe, reasons=(Reason("Un collège.", ("Collège Essai",)), Reason("Tout.", ("Place absente",))))
    spec = sector_map(argued, scene)
    first, second = spec.reasons
    assert first.points == ((college.lon, college.lat),)
    sector = shapely.geometry.shape(dict(spec.outline.outline.geometry))
    assert sector.contains(shapely.Point(second.points[0]))
    section = next(section for section in spec.panel if section.numbered)
    assert section.items == ("① Un collège.", "② Tout.")


def test_an_axis_is_drawn_along_its_street_or_not_at_all(recipe, scene):
    """Two points of an avenue are not its line: without the street there is no line; with it, its very vertices."""
    axis = Connection("Axe nord-sud", ("Collège Essai", "Essai"), is_axis=True, street="Avenue Essai")
    argued = replace(recipe, connections=(axis,))
    assert sector_map(argued, scene).links is None
    bend = [(1.80, 50.90), (1.81, 50.93), (1.80, 50.96)]
    pieces = np.array([shapely.LineString(bend[:2]), shapely.LineString(bend[1:]), shapely.LineString(bend)])
    ground = (GroundLayer("main", pieces, ("AVENUE ESSAI", "avenue essai", "Autre rue")),)
    (link,) = sector_map(argued, replace(scene, ground=ground)).links.links
    assert link.is_axis
    assert sorted(link.points) == sorted(bend)
