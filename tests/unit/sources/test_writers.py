"""Layers are written in three formats: right columns, right CRS, the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from geoville.errors import InvalidInputError
from geoville.model import Kind, Perimeter, Source
from geoville.sources.qgis import LayerStyle, StyleRule
from geoville.sources.writers import LayerChoice, perimeters_frame, write_layer, write_perimeters

SUFFIXES = (".gpkg", ".geojson", ".json", ".parquet")
COLUMNS = [
    *("code", "name", "kind", "generation", "vintage", "estimated", "valid_from", "valid_to"),
    *("reference", "accuracy_m", "accuracy_source", "communes", "source"),
]


def two_perimeters() -> list[Perimeter]:
    official = Perimeter(
        "QP062056",
        "Beau Marais",
        Kind.QPV,
        shapely.box(620000.12345, 7095000, 620400, 7095400),
        2154,
        estimated=False,
        generation=2015,
        valid_from=date(2015, 1, 1),
        valid_to=date(2023, 12, 31),
        reference="Décret n° 2014-1750",
        communes=("62193", "62548"),
        source=Source("Contours", "ANCT", "2015", "Licence Ouverte 2.0"),
    )
    candidate = Perimeter(
        "C1",
        "Candidat n° 1",
        Kind.CANDIDAT,
        shapely.MultiPolygon([shapely.box(621000, 7096000, 621200, 7096200)]),
        2154,
        estimated=True,
        vintage=2019,
        attributes={"population": 1234.5, "cells": 22, "why": "médiane < seuil", "kept": True, "low": float("nan")},
    )
    return [official, candidate]


def read(path: Path) -> geopandas.GeoDataFrame:
    return geopandas.read_parquet(path) if path.suffix == ".parquet" else geopandas.read_file(path)


def test_table_of_perimeters() -> None:
    frame = perimeters_frame(two_perimeters())
    assert list(frame.columns) == [*COLUMNS, "population", "cells", "why", "kept", "low", "geometry"]
    assert frame.crs.to_epsg() == 2154
    first, second = (frame.drop(columns="geometry").astype(object).where(frame.notna(), None)).to_dict("records")
    assert first["communes"] == "62193;62548"
    assert (first["valid_from"], first["valid_to"]) == ("2015-01-01", "2023-12-31")
    assert first["source"] == "ANCT, Contours (2015), Licence Ouverte 2.0"
    assert (first["vintage"], first["cells"], first["population"]) == (None, None, None)
    assert (second["generation"], second["vintage"], second["cells"]) == (None, 2019, 22)
    assert (second["population"], second["why"], second["kept"], second["low"]) == (
        1234.5,
        "médiane < seuil",
        True,
        None,
    )
    assert isinstance(second["cells"], int)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_formats_hold_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"perimeters{suffix}"
    write_perimeters(two_perimeters(), path)
    back = read(path)
    expected = perimeters_frame(two_perimeters())
    assert [name for name in back.columns if name != "geometry"] == list(expected.columns[:-1])
    assert back["code"].tolist() == ["QP062056", "C1"]
    assert back["estimated"].tolist() == [False, True]
    assert back["population"].isna().tolist() == [True, False]
    assert back["low"].isna().all()
    assert str(back["valid_to"][0]).startswith("2023-12-31")
    moved_m = back.to_crs(2154).hausdorff_distance(expected.geometry)
    assert moved_m.max() < (0.02 if "json" in suffix else 0.001)


@pytest.mark.parametrize("suffix", [".geojson", ".json"])
def test_geojson_is_rfc_7946(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"perimeters{suffix}"
    write_perimeters(two_perimeters(), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in document
    first, second = document["features"]
    ring = first["geometry"]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw
    assert all(1.8 < lon < 2 and 50.9 < lat < 51 for lon, lat in ring)
    assert all(round(value, 7) == value for point in ring for value in point)
    assert first["properties"]["generation"] == 2015
    assert isinstance(first["properties"]["generation"], int)
    assert second["properties"]["generation"] is None
    assert second["properties"]["low"] is None
    assert second["properties"]["kept"] is True


def test_nothing_known_is_null_in_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "perimeters.gpkg"
    write_perimeters(two_perimeters(), path)
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT generation, vintage, low, population, kept FROM perimetres").fetchall()
        dated = database.execute("SELECT last_change FROM gpkg_contents").fetchall()
    assert rows == [(2015, None, None, None, None), (None, 2019, None, 1234.5, 1)]
    assert dated == [("1970-01-01T00:00:00.000Z",)]


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_projected_coordinates_are_in_whole_millimetres(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"perimeters{suffix}"
    write_perimeters(two_perimeters(), path)
    back = read(path)
    assert back.crs.to_epsg() == 2154
    coordinates = shapely.get_coordinates(back.geometry)
    np.testing.assert_array_equal(coordinates, np.round(coordinates, 3))
    assert coordinates[:, 0].min() == 620000.123


OF_ANOTHER_PROCESS = """
import importlib.util, pathlib, sys
spec = importlib.util.spec_from_file_location("here", sys.argv[1])
here = importlib.util.module_from_spec(spec)
spec.loader.exec_module(here)
for path in sys.argv[2:]:
    here.write_perimeters(here.two_perimeters(), pathlib.Path(path))
"""


@pytest.fixture(scope="module")
def written_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder where another process wrote the perimeters in every format."""
    folder = tmp_path_factory.mktemp("elsewhere")
    paths = [str(folder / f"out{suffix}") for suffix in SUFFIXES]
    subprocess.run([sys.executable, "-c", OF_ANOTHER_PROCESS, __file__, *paths], check=True)
    return folder


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_same_bytes_twice_and_in_another_process(tmp_path: Path, written_elsewhere: Path, suffix: str) -> None:
    first, second = (tmp_path / folder / f"out{suffix}" for folder in "ab")
    for path in (first, second):
        path.parent.mkdir()
        write_perimeters(two_perimeters(), path)
    third = written_elsewhere / f"out{suffix}"
    sums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (first, second, third)}
    assert len(sums) == 1
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_the_clock_of_gdal_is_given_back(tmp_path: Path) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2001-01-01T00:00:00.000Z"})
    write_perimeters(two_perimeters(), tmp_path / "a.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2001-01-01T00:00:00.000Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    write_perimeters(two_perimeters(), tmp_path / "b.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_no_perimeter_still_has_columns(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"none{suffix}"
    write_perimeters([], path)
    back = read(path)
    assert [name for name in back.columns if name != "geometry"] == COLUMNS
    assert len(back) == 0


def test_no_perimeter_in_geojson(tmp_path: Path) -> None:
    path = tmp_path / "none.geojson"
    write_perimeters([], path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert (document["type"], document["features"]) == ("FeatureCollection", [])


def test_an_existing_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "perimeters.gpkg"
    write_perimeters(two_perimeters(), path)
    write_perimeters(two_perimeters()[:1], path)
    assert len(read(path)) == 1


def test_unknown_suffix(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.gpkg.*\.geojson.*\.parquet"):
        write_perimeters(two_perimeters(), tmp_path / "out.tab")
    assert list(tmp_path.iterdir()) == []


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="n'existe pas"):
        write_perimeters(two_perimeters(), tmp_path / "absent" / "out.gpkg")


def test_perimeters_of_two_territories() -> None:
    away = Perimeter("X", "X", Kind.ZUS, shapely.box(0, 0, 1, 1), 2975, estimated=False)
    with pytest.raises(InvalidInputError, match="EPSG:2154 et EPSG:2975"):
        perimeters_frame([*two_perimeters(), away])


@pytest.mark.parametrize("key", ["code", "NAME", "geom", "fid"])
def test_an_attribute_may_not_hide_a_column(key: str) -> None:
    hiding = Perimeter("X", "X", Kind.ZUS, shapely.box(0, 0, 1, 1), 2154, estimated=False, attributes={key: "y"})
    with pytest.raises(InvalidInputError, match=key):
        perimeters_frame([hiding])


def test_attributes_of_mixed_natures_become_text() -> None:
    box = shapely.box(0, 0, 1, 1)
    mixed = [
        Perimeter("A", "A", Kind.ZUS, box, 2154, estimated=False, attributes={"note": 3, "rate": 1}),
        Perimeter("B", "B", Kind.ZUS, box, 2154, estimated=False, attributes={"note": "trois", "rate": 0.5}),
    ]
    frame = perimeters_frame(mixed)
    assert frame["note"].tolist() == ["3", "trois"]
    assert frame["rate"].tolist() == [1.0, 0.5]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb"])
def test_columns_handed_together_make_the_bytes_of_rows_handed_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """Every type that a layer has, with and without nulls, single polygons beside several, and plain columns."""
    own = perimeters_frame(two_perimeters())
    plain = geopandas.GeoDataFrame(
        {"text": ["é", None], "none": [None, None], "cells": [1, 2**40], "share": [0.1, np.nan], "core": [True, False]},
        geometry=[shapely.Point(620_000.000_49, 7_095_000), shapely.Point(621_000, 7_096_000)],
        crs=2154,
    )
    for name, frame in (("own", own), ("plain", plain), ("empty", own.iloc[:0])):
        made = [tmp_path / f"{name}-{way}{suffix}" for way in ("together", "alone")]
        write_layer(frame, made[0], layer="essai")
        with monkeypatch.context() as patch:
            patch.setattr("geoville.sources.writers._BY_COLUMNS", set())
            write_layer(frame, made[1], layer="essai")
        assert made[0].read_bytes() == made[1].read_bytes(), name


def test_attributes_may_be_given_beside_the_perimeters() -> None:
    frame = perimeters_frame(two_perimeters(), [{"households": 12}, {"households": None, "note": "x"}])
    assert list(frame.columns) == [*COLUMNS, "households", "note", "geometry"]
    assert frame["households"].astype(object).where(frame["households"].notna(), None).tolist() == [12, None]
    with pytest.raises(InvalidInputError, match="code"):
        perimeters_frame(two_perimeters(), [{"code": "y"}, {}])


def test_any_layer_of_points(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(620000, 7095000)], crs=2154)
    path = tmp_path / "points.gpkg"
    write_layer(frame, path, layer="lieux")
    assert pyogrio.list_layers(path).tolist() == [["lieux", "Point"]]


def own_layers(path: Path) -> geopandas.GeoDataFrame:
    """A GeoPackage of the user with two layers, one of which has the name of ours."""
    frame = geopandas.GeoDataFrame({"nom": ["mairie"]}, geometry=[shapely.Point(620_000, 7_095_000)], crs=2154)
    for layer in ("chantiers", "perimetres"):
        frame.to_file(path, layer=layer)
    return frame


def layers(path: Path) -> set[str]:
    return {str(name) for name, kind in pyogrio.list_layers(path) if kind}


def test_the_layers_of_the_user_stay_and_ours_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "projet.gpkg"
    frame = own_layers(path)
    for count in (2, 1):
        write_perimeters(two_perimeters()[:count], path, into=LayerChoice("candidats"))
        assert layers(path) == {"chantiers", "perimetres", "candidats"}
        assert len(geopandas.read_file(path, layer="candidats")) == count
    for layer in ("chantiers", "perimetres"):
        kept = geopandas.read_file(path, layer=layer)
        assert kept["nom"].tolist() == ["mairie"]
        assert kept.geometry.geom_equals(frame.geometry).all()


def test_a_layer_that_geoville_did_not_write_is_replaced_when_told_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "projet.gpkg"
    own_layers(path)
    before = path.read_bytes()
    with pytest.raises(
        InvalidInputError, match=r"couche « perimetres », que geoville n'a pas écrite.*--layer.*--replace"
    ):
        write_perimeters(two_perimeters(), path)
    assert path.read_bytes() == before
    write_perimeters(two_perimeters(), path, into=LayerChoice(replace=True))
    assert layers(path) == {"chantiers", "perimetres"}
    assert len(geopandas.read_file(path, layer="perimetres")) == 2


def test_styles_of_the_other_layers_stay(tmp_path: Path) -> None:
    path, style = tmp_path / "projet.gpkg", LayerStyle("essai", (StyleRule("tout", (), "#000000", 1.0),))
    for layer in ("a", "b", "a"):
        write_perimeters(two_perimeters(), path, style=style, into=LayerChoice(layer))
    with closing(sqlite3.connect(path)) as file:
        styled = [name for (name,) in file.execute("SELECT f_table_name FROM layer_styles ORDER BY 1")]
    assert (layers(path), styled) == ({"a", "b"}, ["a", "b"])


def test_a_file_that_is_no_geopackage_is_not_erased(tmp_path: Path) -> None:
    path = tmp_path / "notes.gpkg"
    path.write_text("autre chose", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="n'est pas un GeoPackage lisible"):
        write_perimeters(two_perimeters(), path)
    assert path.read_text(encoding="utf-8") == "autre chose"


def test_written_twice_the_same_file_has_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "seul.gpkg"
    write_perimeters(two_perimeters(), path)
    first = path.read_bytes()
    write_perimeters(two_perimeters(), path)
    assert path.read_bytes() == first
