"""The map of a sector once the town has given its contour, which takes the place of the schematic one."""

from __future__ import annotations

import json
from datetime import date

import pytest
from shapely.geometry import box, mapping, shape

from geoville.rendering import Scene, sector_map
from geoville.sources.additions import add_file
from geoville.sources.pack import open_pack
from geoville.workflows.maps import map_data, sector_recipes

SECTOR = box(1.886, 50.9475, 1.8935, 50.953)


@pytest.fixture
def spec(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(tmp_path / "user"))
    path = tmp_path / "npnru.geojson"
    feature = {"type": "Feature", "properties": {"code": "S1", "nom": "Gagarine"}, "geometry": mapping(SECTOR)}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    add_file(open_pack("calais"), path, "npnru")
    territory = open_pack("calais")
    data = map_data(territory, date(2025, 3, 1))
    scene = Scene(data.on, data.perimeters, data.sources, data.grid, places=data.places)
    recipes = {recipe.name: recipe for recipe in sector_recipes(territory)}
    return {name: sector_map(recipe, scene) for name, recipe in recipes.items()}


def test_the_contour_is_drawn_as_official_in_place_of_the_schematic_one(spec):
    drawn = spec["gagarine-manet-ferber"]
    (layer,) = [layer for layer in drawn.perimeters if layer.style == "npnru"]
    assert layer.shown
    assert not drawn.style.lines["npnru"].dashes
    assert shape(layer.shapes[0].geometry).symmetric_difference(SECTOR).area < 1e-9
    assert drawn.outline.outline is None
    assert drawn.outline.label.endswith("contour officiel")
    text = next(section for section in drawn.panel if section.title == "Le secteur").text
    assert "trait plein" in text
    assert "indicatif" not in text


def test_the_other_sector_stays_without_a_contour(spec):
    drawn = spec["constantine"]
    assert "non publié" in drawn.outline.label
    text = next(section for section in drawn.panel if section.title == "Le secteur").text
    assert "dans aucune source ouverte" in text
    relier = next(section for section in drawn.panel if section.title == "Ce qu'il faut relier")
    assert relier.text == ""
    (link,) = drawn.links.links
    west, south, east, north = drawn.bounds
    assert all(west < lon < east and south < lat < north for lon, lat in link.points)
    assert east - west < 0.03  # its places fill the view, not the whole quarter
    assert link.label == "École Oran-Constantine – Espace Fort – salle Mandela"
    assert len(link.points) == 3
