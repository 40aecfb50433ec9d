"""`perimeters check`, and the scenarios of the commands that read the decree."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

DAY = ("--territory", "calais", "--on", "2026-01-15")


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """Two drafts of Calais: around Beau Marais, and a few houses of the centre."""
    path = tmp_path / "traces.geojson"
    shapes = [shapely.box(1.888, 50.949, 1.902, 50.957), shapely.box(1.85, 50.951, 1.855, 50.954)]
    gpd.GeoDataFrame({"code": ["A", "B"], "nom": ["Grand", "Petit"]}, geometry=shapes, crs=4326).to_file(path)
    return path


def test_each_condition_is_said_with_its_margin_and_what_would_meet_it(geoville, drawn):
    told = geoville("perimeters", "check", drawn, *DAY).out
    assert "unité urbaine : 99 000 habitants" in told.replace("\u202f", " ").replace("\xa0", " ")
    assert told.count("Conditions du décret :") == 2
    assert told.count("Résultat : ne remplit pas les conditions du décret.") == 1
    assert "il manque" in told
    assert "sans valeur réglementaire" in told


def test_polygons_are_merged_cut_and_written(geoville, drawn, tmp_path):
    within, out = tmp_path / "cadre.geojson", tmp_path / "verifie.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(1.888, 50.949, 1.895, 50.957)], crs=4326).to_file(within)
    asked = ("perimeters", "check", drawn, *DAY, "--within", within, "--merge", "--out", out, "--json")
    (polygon,) = json.loads(geoville(*asked).out)["polygons"]
    (row,) = gpd.read_file(out, layer="perimetres").to_dict("records")
    assert row["population"] == pytest.approx(polygon["population"], abs=0.01)
    assert row["geometry"].area == pytest.approx(polygon["area_m2"], abs=1)
    assert (row["estimated"], row["outcome"]) == (True, polygon["outcome"])


def test_a_scenario_is_said_by_every_command_that_takes_one(geoville, drawn, tmp_path):
    supposed = ("--threshold-factor", "1.05", "--minimum", "800")
    described = json.loads(geoville("perimeters", "describe", "--perimeters", drawn, *DAY, *supposed, "--json").out)
    checked = json.loads(geoville("perimeters", "check", drawn, *DAY, *supposed, "--json").out)
    candidates = geoville("perimeters", "candidates", *DAY, *supposed, "--out", tmp_path / "c.gpkg", "--json")
    for document in (described, checked, json.loads(candidates.out)):
        assert (
            document["supposed"]
            == "Scénario : seuil du décret × 1,05 ; 800 habitants au moins. Ce n'est pas le décret."
        )


@pytest.mark.parametrize("wrong", [("--threshold-factor", "0"), ("--minimum", "-3"), ("--threshold-factor", "nan")])
def test_a_scenario_that_is_none_is_refused(geoville, drawn, wrong):
    shown = geoville("perimeters", "check", drawn, *DAY, *wrong)
    assert shown.code == 2
    assert "n'est pas" in shown.err
