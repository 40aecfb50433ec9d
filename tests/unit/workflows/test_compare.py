"""Comparisons from files and from the command line: formats, provenance, what is refused."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoville.cli.main import main
from geoville.errors import ContourError
from geoville.model import Kind, Perimeter, VerdictCode
from geoville.sources.files import embedded_data
from geoville.sources.national import national_layer
from geoville.sources.writers import write_perimeters
from geoville.workflows.compare import compare_files
from geoville.workflows.layers import read_map
from geoville.workflows.lookup import DeskChoice

GRID = embedded_data() / "calais" / "filosofi_2019_200m.csv"
EAST, NORTH = 620_000, 7_096_000


def perimeter(code: str, kind: Kind, west: int, east: int, epsg: int = 2154) -> Perimeter:
    shape = shapely.box(EAST + west, NORTH, EAST + east, NORTH + 1_000)
    return Perimeter(code, f"Quartier {code}", kind, shape, epsg, estimated=kind is Kind.CANDIDAT, communes=("62193",))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two candidates, then one official quarter over part of the first."""
    old, new = tmp_path / "avant.gpkg", tmp_path / "apres.gpkg"
    write_perimeters([perimeter("C1", Kind.CANDIDAT, 0, 1_000), perimeter("C2", Kind.CANDIDAT, 2_000, 2_400)], old)
    write_perimeters([perimeter("QP062055", Kind.QPV, 200, 1_200)], new)
    return old, new


def geoville(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["geoville", "perimeters", "compare", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code


def test_the_layer_keeps_kinds_and_says_estimated_everywhere(files, tmp_path):
    compare_files(*files, GRID).write(tmp_path / "changements.gpkg")
    layer = gpd.read_file(tmp_path / "changements.gpkg", layer="changements")
    assert list(layer["change"]) == ["leave", "leave", "enter", "stay"]
    assert list(layer["kind"]) == ["candidat", "candidat", "qpv", "candidat;qpv"]
    assert layer["estimated"].all()
    assert list(layer["area_m2"]) == [200_000, 400_000, 200_000, 800_000]
    assert list(layer["old_code"].fillna("")) == ["C1", "C2", "", "C1"]


def test_the_same_files_give_the_same_bytes(files, tmp_path):
    written = []
    for folder in ("un", "deux"):
        (tmp_path / folder).mkdir()
        run = compare_files(*files, GRID)
        run.write(tmp_path / folder / "changements.geojson")
        run.draw(tmp_path / folder / "carte.html")
        written.append([(tmp_path / folder / name).read_bytes() for name in ("changements.geojson", "carte.html")])
    assert written[0] == written[1]


def test_the_grid_of_a_pack_is_cited_as_the_pack_cites_it(files):
    sources = compare_files(*files, GRID).provenance.sources
    assert sources[-1].licence == "Licence Ouverte 2.0"


def test_the_other_way_round_nothing_is_lost(files):
    there, back = compare_files(*files, GRID), compare_files(*reversed(files), GRID)
    assert there.comparison.total.enter == back.comparison.total.leave
    assert there.comparison.total.f1 == pytest.approx(back.comparison.total.f1)


def test_perimeters_of_another_territory_are_refused(files, tmp_path):
    elsewhere = tmp_path / "ailleurs.gpkg"
    shape = shapely.box(700_000, 1_620_000, 701_000, 1_621_000)
    write_perimeters(
        [Perimeter("C9", "C9", Kind.CANDIDAT, shape, 5490, estimated=True, communes=("97209",))], elsewhere
    )
    with pytest.raises(ContourError, match=r"pas du même territoire.*ailleurs\.gpkg"):
        compare_files(files[0], elsewhere, GRID)


def test_a_map_without_perimeters_is_compared_as_such(files, tmp_path, monkeypatch, capsys):
    nothing, drawn = tmp_path / "rien.geojson", tmp_path / "carte.html"
    write_perimeters([], nothing)
    gone, appeared = compare_files(files[0], nothing, GRID), compare_files(nothing, files[0], GRID)
    assert [group.fate.value for group in gone.comparison.groups] == ["gone", "gone"]
    assert [group.fate.value for group in appeared.comparison.groups] == ["new", "new"]
    assert gone.comparison.total.leave == appeared.comparison.total.enter
    geoville(monkeypatch, nothing, nothing, "--grid", GRID, "--out", tmp_path / "c.gpkg", "--map", drawn)
    assert "Aucune des deux cartes n'a de périmètre." in capsys.readouterr().out
    assert "Aucun périmètre" in drawn.read_text(encoding="utf-8")


def test_what_files_do_not_tell_may_be_said(files, tmp_path, monkeypatch, capsys):
    shape = shapely.box(EAST, NORTH, EAST + 500, NORTH + 500)
    drawn = gpd.GeoDataFrame({"nom": ["Projet"], "insee_com": ["62193"]}, geometry=[shape], crs=2154)
    drawn.to_file(tmp_path / "projet.gpkg")
    with pytest.raises(ContourError, match="--kind"):
        compare_files(files[1], tmp_path / "projet.gpkg", GRID)
    with pytest.raises(ContourError, match="--generation"):
        compare_files(files[1], tmp_path / "projet.gpkg", GRID, kind=Kind.QPV)
    geoville(
        monkeypatch, files[1], tmp_path / "projet.gpkg", "--grid", GRID, "--kind", "qpv", "--generation", 2024, "--json"
    )
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert [(item["kind"], item["generation"]) for item in (*group["old"], *group["new"])] == [
        ("qpv", 2015),
        ("qpv", 2024),
    ]


def test_a_generation_that_says_nothing_is_refused(files, tmp_path):
    with pytest.raises(ContourError, match="Seuls les QPV"):
        compare_files(files[0], files[0], GRID, generation=2024)


def test_json_is_one_document_of_plain_values(files, monkeypatch, capsys):
    geoville(monkeypatch, *files, "--grid", GRID, "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["fates"] == {"changed": 1, "gone": 1}
    assert document["estimated"] is True
    total = document["total"]
    for key in ("people", "cells", "area_m2"):
        assert total["stay"][key] + total["leave"][key] == pytest.approx(total["before"][key], abs=0.2)
    (changed,) = (group for group in document["groups"] if group["fate"] == "changed")
    assert [item["code"] for item in changed["old"]] == ["C1"]
    assert changed["new"][0]["leave"] == {"people": 0, "cells": 0, "area_m2": 0}


def test_the_terminal_says_it_in_french(files, tmp_path, monkeypatch, capsys):
    out, drawn = tmp_path / "changements.parquet", tmp_path / "carte.html"
    geoville(monkeypatch, *files, "--grid", GRID, "--out", out, "--map", drawn)
    said = capsys.readouterr().out
    assert "disparu" in said
    assert "redessiné" in said
    assert "estimé, sans valeur réglementaire" in said
    assert out.is_file()
    assert drawn.is_file()


def test_a_polygon_without_a_surface_stops_no_other_and_the_carried_contour_stands_for_it(tmp_path, caplog):
    """A point named QP062056, which geoville carries, and one of a code that nobody knows; one quarter is overseas."""
    old, new = tmp_path / "avant.gpkg", tmp_path / "apres.geojson"
    write_perimeters([perimeter("C1", Kind.CANDIDAT, 0, 1_000)], old)
    point = shapely.Polygon([(1.86, 50.95)] * 4)
    square = shapely.box(55.48, -20.9, 55.49, -20.89)
    rows = {"code_qp": ["QP062056", "QP062999", "QN97401M"], "lib_qp": ["Marais", "Inconnu", "Ailleurs"]}
    gpd.GeoDataFrame(rows, geometry=[point, point, square], crs=4326).to_file(new)
    run = compare_files(old, new, GRID)
    carried = next(item for item in national_layer().perimeters if item.code == "QP062056")
    assert [(item.code, item.geometry.area) for item in run.new] == [("QP062056", carried.geometry.area)]
    said = [
        "Contour sans surface, celui que geoville embarque en tient lieu : QP062056.",
        "Contour sans surface, laissé de côté : QP062999.",
        "1 périmètre d'un autre territoire, laissé de côté.",
    ]
    assert [record.getMessage() for record in caplog.records] == said
    assert run.document()["remarks"] == [f"apres.geojson : {sentence}" for sentence in said]
    assert compare_files(old, old, GRID).document()["remarks"] == []


@pytest.mark.realdata
def test_rows_of_the_national_file_of_2024_are_read_but_never_make_a_wrong_outside(shared_data, tmp_path):
    """Three of its quarters are a point: elsewhere than in it, an address of theirs would be said outside."""
    national = json.loads((shared_data / "qpv_national" / "qpv2024_simplified.geojson").read_text("utf-8"))
    first, flat = national["features"][0], national["features"][1322]
    assert flat["properties"]["code_qp"] == "QN09503I"
    path = tmp_path / "deux.geojson"
    path.write_text(json.dumps(national | {"features": [first, flat]}), "utf-8")
    assert [item.code for item in read_map(path, 2154, "official").perimeters] == ["QN00101M", "QN09503I"]
    answer = DeskChoice("calais", perimeters=(path,)).open().answer("2.2284, 48.9391", date(2024, 6, 1))
    assert answer.verdict is VerdictCode.UNCERTAIN
    path.write_text(path.read_text("utf-8").replace("QN09503I", "QN09599I"), "utf-8")
    with pytest.raises(ContourError, match=r"sans surface.*ligne 2"):
        DeskChoice("calais", perimeters=(path,)).open()
