"""`geoville perimeters sensitivity` on the three vintages of Calais, from files to files."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio

from geoville.carroyage.cell_id import format_cell_ids
from geoville.sources.cells import read_cell_raster
from geoville.sources.files import embedded_data

CALAIS = embedded_data() / "calais"
GRIDS = [part for year in (2015, 2019, 2021) for part in ("--grid", CALAIS / f"filosofi_{year}_200m.csv")]
SWEEP = ("perimeters", "sensitivity", *GRIDS, "--territory", "calais", "--on", "2024-01-01")


def test_three_vintages_give_a_document_an_image_and_a_layer(geoville, tmp_path: Path) -> None:
    image, layer = tmp_path / "s.tif", tmp_path / "s.gpkg"
    printed = geoville(*SWEEP, "--out", image, "--layer", layer, "--json")
    assert (printed.code, printed.err) == (0, "")
    document = json.loads(printed.out)
    assert document["estimated"] is True
    assert document["vintages"] == [2015, 2019, 2021]
    assert len(document["scenarios"]) == 3 * 3 * 2 * 3
    assert document["own_scenario"]["vintage"] == 2021
    assert (
        sum(item["cells"] for item in document["by_count"]) == document["core"]["cells"] + document["fringe"]["cells"]
    )
    assert document["by_count"][0] == {"scenarios": 54, **document["core"]}
    assert document["core"]["people"] > 5_000
    cells = read_cell_raster(image)
    share = cells.bands["part_des_scenarios"]
    assert ((share >= 0) & (share <= 1)).all()
    assert (share == 1).sum() == document["core"]["cells"]
    kept = cells.bands["scenario_du_decret"].sum()
    assert 0 < kept <= document["own_scenario"]["cells"], "that counts every populated cell that an outline touches"
    frame = gpd.read_file(layer, layer="sensibilite")
    assert frame.crs.to_epsg() == 2154
    assert frame["core"].sum() == document["core"]["cells"]
    by_id = dict(zip(format_cell_ids(cells.epsg, cells.northing, cells.easting), share.tolist(), strict=True))
    assert frame["share"].tolist() == [by_id[cell] for cell in frame["idcar_200m"]]
    assert frame["people"].sum() == pytest.approx(document["core"]["people"] + document["fringe"]["people"])
    assert {path.name for path in tmp_path.iterdir()} == {
        "s.tif", "s.tif.provenance.json", "s.qml", "s.gpkg", "s.gpkg.provenance.json",
    }  # fmt: skip


def test_one_scenario_is_what_candidates_writes(geoville, tmp_path: Path) -> None:
    grid = CALAIS / "filosofi_2019_200m.csv"
    asked = ("--grid", grid, "--territory", "calais", "--on", "2024-01-01", "--method", "cells")
    alone = ("--thresholds", "1", "--contiguities", "queen", "--gaps", "200")
    swept = geoville("perimeters", "sensitivity", *asked, *alone, "--out", tmp_path / "s.tif", "--json")
    geoville("perimeters", "candidates", *asked, "--cells", "--out", tmp_path / "c.gpkg")
    candidates = gpd.read_file(tmp_path / "c.gpkg", layer="perimetres")
    document = json.loads(swept.out)
    assert document["fringe"] == {"people": 0.0, "cells": 0}
    assert document["core"]["people"] == candidates["population"].sum()
    with rasterio.open(tmp_path / "s.tif") as dataset:
        kept = dataset.read(1) == 1
        assert np.array_equal(kept, dataset.read(2) == 1)
        area_m2 = kept.sum() * 200**2
    assert candidates.to_crs(3035).area.sum() == pytest.approx(area_m2, rel=1e-6)


def test_the_same_input_gives_the_same_bytes(geoville, tmp_path: Path) -> None:
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        assert geoville(*SWEEP, "--thresholds", "1", "--out", folder / "s.tif", "--layer", folder / "s.gpkg").code == 0
        provenance = json.loads((folder / "s.tif.provenance.json").read_text(encoding="utf-8"))
        written.append(((folder / "s.tif").read_bytes(), (folder / "s.gpkg").read_bytes()))
        assert {item["vintage"] for item in provenance["inputs"] if item["role"] == "grid"} == {2015, 2019, 2021}
        assert provenance["parameters"]["choices"]["threshold_factors"] == [1.0]
    assert written[0] == written[1]


def test_words_tell_the_core_from_the_fringe(geoville, tmp_path: Path) -> None:
    printed = geoville(*SWEEP, "--gaps", "200", "--method", "cells", "--out", tmp_path / "s.tif")
    assert printed.code == 0
    assert "retenus dans les 18 scénarios." in printed.out
    assert "Frange : " in printed.out
    assert "Millésime 2015" in printed.out
    assert "sans valeur réglementaire" in printed.out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--thresholds", "bas"), "Liste refusée pour --thresholds"),
        (("--thresholds", "-1"), "n'est pas positif"),
        (("--contiguities", "bishop"), "queen, rook"),
        (("--gaps", "200,,400"), "--gaps"),
        (("--vintage", "2019"), "un --vintage par --grid"),
        (("--grid", CALAIS / "filosofi_2019_200m.csv"), "même millésime"),
        (("--rmuc-nat", "18355"), "--rmuc-uu"),
        (("--out", "s.png"), ".tif"),
        (("--layer", "s.docx"), ".gpkg"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_searched(geoville, tmp_path, monkeypatch, more, said) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("geoville.perimeters.sensitivity.find_candidates", None)
    told = geoville(*SWEEP, *(() if "--out" in more else ("--out", "s.tif")), *more)
    assert told.code == 2
    assert said in told.err
    assert told.out == ""


def test_a_territory_gives_its_own_grids(geoville, tmp_path: Path) -> None:
    few = ("--thresholds", "1", "--contiguities", "queen", "--densities", "0.2", "--on", "2024-01-01")
    own = geoville("perimeters", "sensitivity", "--territory", "calais", *few, "--out", tmp_path / "own.tif")
    given = geoville(
        "perimeters", "sensitivity", *GRIDS, "--territory", "calais", *few, "--out", tmp_path / "given.tif"
    )
    assert (own.code, given.code) == (0, 0)
    assert (tmp_path / "own.tif").read_bytes() == (tmp_path / "given.tif").read_bytes()
    one = geoville(
        "perimeters",
        "sensitivity",
        "--territory",
        "calais",
        "--vintage",
        2019,
        *few,
        "--out",
        tmp_path / "1.tif",
        "--json",
    )
    assert json.loads(one.out)["vintages"] == [2019]


def test_two_maps_are_compared_on_the_grid_of_a_territory(geoville, tmp_path: Path) -> None:
    drawn = CALAIS / "candidats.geojson"
    own = geoville("perimeters", "compare", drawn, drawn, "--territory", "calais", "--vintage", 2019, "--json")
    given = geoville("perimeters", "compare", drawn, drawn, "--grid", CALAIS / "filosofi_2019_200m.csv", "--json")
    assert own.code == 0
    assert own.out == given.out


def test_the_density_is_fitted_on_the_contours_of_a_territory(geoville, tmp_path: Path) -> None:
    out = tmp_path / "c.json"
    asked = ("perimeters", "fit-density", "--territory", "calais", "--generation", 2015, "--out", out)
    assert geoville(*asked).code == 0
    assert 0 < json.loads(out.read_text("utf-8"))["density_weight"] < 0.5
    inputs = json.loads((tmp_path / "c.json.provenance.json").read_text("utf-8"))["inputs"]
    assert "Contours des quartiers prioritaires" in next(item["name"] for item in inputs if item["role"] == "official")


@pytest.mark.parametrize("words", [("sensitivity", "--out", "s.tif"), ("compare", GRIDS[1], GRIDS[1])])
def test_without_grid_nor_territory_what_to_give_is_said(geoville, words) -> None:
    printed = geoville("perimeters", *words)
    assert printed.code == 2
    assert "--territory qui en a une" in printed.err
