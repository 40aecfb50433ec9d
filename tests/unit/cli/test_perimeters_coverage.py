"""A perimeter that the grid does not cover says so: nobody known is not nobody, and a part is not the whole."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoville.sources.files import embedded_data

GRID = embedded_data() / "calais" / "filosofi_2019_200m.csv"
DAY = ("--on", "2026-01-15")
WHOLE = shapely.box(621_000, 7_095_500, 621_800, 7_096_300)
"""In the town of Calais; the grid ends with Coulogne, north of Guînes, and Ardres lies far beyond."""

PARTIAL = shapely.box(620_500, 7_087_000, 621_500, 7_091_000)
OUT = shapely.box(627_500, 7_085_000, 628_500, 7_086_000)


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    path = tmp_path / "projets.gpkg"
    frame = gpd.GeoDataFrame(
        {"code": ["A", "B", "C"], "name": ["Dedans", "À cheval", "Dehors"]}, geometry=[WHOLE, PARTIAL, OUT], crs=2154
    )
    frame.to_file(path)
    return path


def test_describe_says_what_data_cover(geoville, drafts: Path) -> None:
    asked = ("perimeters", "describe", "--perimeters", drafts, "--territory", "calais", *DAY)
    told = json.loads(geoville(*asked, "--json").out)
    assert (told["estimated"], told["euros_of"]) == (True, 2009)
    assert {item["code"]: item["coverage"] for item in told["perimeters"]} == {
        "A": "whole",
        "B": "partial",
        "C": "none",
    }
    shares = {item["code"]: item["share_covered"] for item in told["perimeters"]}
    assert shares["A"] == 1
    assert 0 < shares["B"] < 0.95
    assert shares["C"] == 0
    printed = geoville(*asked).out
    assert "hors des données" in printed
    assert "B : données partielles" in printed
    assert "en euros de 2009" in printed


def test_compare_names_the_perimeters_that_data_do_not_cover(geoville, drafts: Path) -> None:
    asked = ("perimeters", "compare", drafts, drafts, "--grid", GRID, "--kind", "candidat")
    assert {item["code"] for item in json.loads(geoville(*asked, "--json").out)["partial"]} == {"B", "C"}
    assert "C : hors des données" in geoville(*asked).out


def test_explain_tells_an_empty_place_from_one_out_of_the_data(geoville) -> None:
    asked = ("perimeters", "explain", "--candidates", GRID.parent / "candidats.geojson", *DAY)
    lon, lat = gpd.GeoSeries([OUT.centroid], crs=2154).to_crs(4326)[0].coords[0]
    out = geoville(*asked, "--at", f"{lon},{lat}").out
    assert out.startswith("Hors des données")


def test_a_layer_of_the_user_is_not_erased_by_a_command(geoville, drafts: Path) -> None:
    """Written into the file of their own layers, under a name of its own."""
    asked = ("perimeters", "candidates", "--territory", "calais", *DAY, "--out", drafts)
    refused = geoville(*asked, "--layer", "projets")
    assert (refused.code, "--replace" in refused.err) == (2, True)
    assert geoville(*asked, "--layer", "candidats").code == 0
    assert len(gpd.read_file(drafts, layer="projets")) == 3
    assert len(gpd.read_file(drafts, layer="candidats")) == 2
