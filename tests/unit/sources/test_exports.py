"""Layers in the formats that other software asks for."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import geopandas
import openpyxl
import pyogrio
import pytest
import shapely

import geoville
from geoville.law import parameter
from geoville.model import LAYER_FORMATS, Kind, Perimeter, Source
from geoville.sources.provenance import _ROLES, InputFile, Provenance, write_provenance
from geoville.sources.writers import short_names, write_perimeters


@pytest.fixture
def perimeters() -> list[Perimeter]:
    quarter = shapely.box(620_000, 7_095_000, 620_400, 7_095_400)
    hole = shapely.box(620_100, 7_095_100, 620_200, 7_095_200)
    return [
        Perimeter("QN06254M", "Beau Marais", Kind.QPV, quarter, 2154, estimated=False, generation=2024),
        Perimeter(
            "C1",
            "=Candidat",
            Kind.CANDIDAT,
            quarter.difference(hole),
            2154,
            estimated=True,
            source=Source("é" * 300),
            attributes={"share_below_threshold": 0.61, "share_below_low": 0.55, "kept": True},
        ),
    ]


def _read(path: Path) -> geopandas.GeoDataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyogrio.read_dataframe(path)


@pytest.mark.parametrize("suffix", LAYER_FORMATS.replace(" ou ", ", ").split(", "))
def test_every_format_that_help_lists_is_written_the_same_twice(perimeters, tmp_path, suffix):
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    for path in (first, second):
        path.parent.mkdir(exist_ok=True)
        write_perimeters(perimeters, path)
    again = tmp_path / "ailleurs" / first.name
    again.parent.mkdir()
    write_perimeters(perimeters, again)
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("suffix", [".shp", ".fgb", ".kml"])
def test_layers_come_back_with_their_shapes(perimeters, tmp_path, suffix):
    path = tmp_path / f"perimetres{suffix}"
    write_perimeters(perimeters, path)
    back = _read(path).to_crs(2154)
    assert back.geometry.area.round(-1).tolist() == [160_000, 150_000]
    assert back["code"].tolist() == ["QN06254M", "C1"]


def test_a_shapefile_says_what_its_short_names_stand_for(perimeters, tmp_path):
    path = tmp_path / "perimetres.shp"
    write_perimeters(perimeters, path)
    with path.with_suffix(".champs.csv").open(encoding="utf-8", newline="") as stream:
        told = {row["nom"]: row for row in csv.DictReader(stream)}
    back = _read(path)
    assert set(told.values().__iter__().__next__()) == {"champ", "nom", "titre"}
    assert {row["champ"] for row in told.values()} == set(back.columns) - {"geometry"}
    assert all(len(row["champ"]) <= 10 for row in told.values())
    assert back[told["share_below_low"]["champ"]].tolist()[1] == 0.55
    assert told["share_below_threshold"]["titre"] == "Part sous le seuil"
    assert back["name"].tolist()[1] == "=Candidat"
    assert len(back["source"].tolist()[1].encode()) <= 254


def test_short_names_are_all_different_whatever_their_case():
    names = [f"median_low_{rank}" for rank in range(12)] + ["MEDIAN_LOW"]
    made = short_names(names)
    assert len({item.lower() for item in made.values()}) == len(names)
    assert all(len(item) <= 10 for item in made.values())


def test_a_csv_holds_its_shapes_as_text_in_degrees(perimeters, tmp_path):
    path = tmp_path / "perimetres.csv"
    write_perimeters(perimeters, path)
    with path.open(encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream)
    west, south, _, _ = shapely.from_wkt(first["WKT"]).bounds
    assert (round(west, 1), round(south, 1)) == (1.9, 50.9)
    assert second["share_below_low"] == "0.55"


def test_a_workbook_has_titles_no_formula_and_a_sheet_of_its_sources(perimeters, tmp_path):
    path = tmp_path / "perimetres.xlsx"
    write_perimeters(perimeters, path)
    sources = (Source("Revenus carroyés", "Insee", "2019", "Licence Ouverte 2.0"),)
    write_provenance(Provenance("essai", (InputFile("grid", "grille.csv", "ab" * 32, 2019),), (), {}, sources), path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["perimetres", "sources"]
    table = list(book["perimetres"].values)
    assert table[0][:3] == ("Code", "Nom", "Nature")
    assert table[2][1] == "=Candidat"
    assert book["perimetres"].cell(3, 2).data_type == "s"
    assert {row[:2] for row in book["sources"].values} >= {
        ("source à citer", "Revenus carroyés"),
        ("fichier lu", "grille.csv"),
    }


def test_the_sheet_of_sources_is_in_french_words(perimeters, tmp_path):
    path = tmp_path / "perimetres.xlsx"
    write_perimeters(perimeters, path)
    files = (InputFile("grid", "grille.csv", "ab" * 32, 2019), InputFile("official", "qpv.gpkg", "cd" * 32))
    law = (parameter("secrecy_threshold").values[-1],)
    choices = {"by": "perimeter", "contiguity": "queen", "gap_m": 0.5, "iris_weight": None, "=own": "=1+1"}
    told = write_provenance(Provenance("essai", files, law, choices, ()), path)
    rows = [row for row in openpyxl.load_workbook(path)["sources"].values if row[0] != "Rôle"]
    assert [row[3] for row in rows if row[0] == "fichier lu"] == ["carreaux de 200 m", "contours officiels"]
    assert {row[1:3] for row in rows if row[0] == "choix"} == {
        ("habitants comptés par", "périmètre"),
        ("carreaux qui se touchent", "par un côté ou un coin"),
        ("vide franchi (m)", "0,5"),
        ("poids des IRIS", "sans"),
        ("=own", "=1+1"),
    }
    assert parameter("secrecy_threshold").label in {row[1] for row in rows}
    kept = json.loads(told.read_text(encoding="utf-8"))  # programs read the same words as before
    assert [item["role"] for item in kept["inputs"]] == ["grid", "official"]
    assert kept["parameters"]["by"] == "perimeter"


def test_every_role_of_a_file_read_has_its_french_words():
    package = Path(geoville.__file__).parent
    role = re.compile(r'\b(?:(?:InputFile|layer_of|_layer)\(|(?:read_map|_read)\([^)]*?, )"(\w+)"')
    written = {found for path in package.rglob("*.py") for found in role.findall(path.read_text("utf-8"))}
    assert len(written) > 10
    assert written <= _ROLES.keys()


def test_a_drawing_has_lines_on_a_layer_by_kind(perimeters, tmp_path):
    path = tmp_path / "perimetres.dxf"
    write_perimeters(perimeters, path)
    back = _read(path)
    assert sorted(set(back["Layer"])) == ["CANDIDAT_ESTIME", "QPV"]
    assert back.geometry.length.sum() == pytest.approx(1600 + 1600 + 400)


def test_a_geopackage_tells_the_titles_of_its_columns_and_no_version_that_old_gdal_fears(perimeters, tmp_path):
    path = tmp_path / "perimetres.gpkg"
    write_perimeters(perimeters, path)
    with closing(sqlite3.connect(path)) as file:
        titles = dict(file.execute("SELECT column_name, title FROM gpkg_data_columns").fetchall())
        (version,) = file.execute("PRAGMA user_version").fetchone()
    assert titles["share_below_threshold"] == "Part sous le seuil"
    assert "kept" not in titles
    assert version == 10300


def test_every_column_that_geoville_writes_of_a_check_has_a_title():
    from datetime import date

    from geoville import Territory
    from geoville.sources.writers import TITLES

    frame = Territory.open("calais").check(shapely.box(1.888, 50.949, 1.902, 50.957), on=date(2026, 1, 15)).frame()
    assert set(frame.columns) - {"geometry"} <= TITLES.keys()


def test_geojson_is_as_it_was(perimeters, tmp_path):
    path = tmp_path / "perimetres.geojson"
    write_perimeters(perimeters, path)
    assert json.loads(path.read_text(encoding="utf-8"))["features"][0]["properties"]["code"] == "QN06254M"
