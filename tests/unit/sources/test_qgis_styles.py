"""Styles in a GeoPackage: the table that QGIS reads, its two documents, and always the same bytes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas
import pyogrio
import pytest
import shapely

from geoville.model import Kind, Perimeter
from geoville.perimeters.comparison import Change
from geoville.sources.contours import read_perimeters
from geoville.sources.qgis import Condition, LayerStyle, StyleRule, qml, sld
from geoville.sources.writers import write_layer, write_perimeters
from geoville.workflows.qgis_looks import changes_look, perimeters_look, scenarios_look

if TYPE_CHECKING:
    from pathlib import Path

SLD, OGC = "{http://www.opengis.net/sld}", "{http://www.opengis.net/ogc}"
BOX = shapely.box(620000, 7095000, 621000, 7096000)
OFFICIAL = Perimeter("QN06254M", "Beau Marais", Kind.QPV, BOX, 2154, estimated=False, generation=2024)
ESTIMATED = Perimeter("C1", "Candidat", Kind.CANDIDAT, BOX, 2154, estimated=True, vintage=2019)
VEILLE = Perimeter("V1", "Veille", Kind.VEILLE, BOX, 2154, estimated=True)
MARKET = LayerStyle("Essai", (StyleRule("<b>L'un & l'autre</b>", (Condition("name", "=", "l'un"),), "#010203", 2),))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "p.gpkg"
    perimeters = [OFFICIAL, ESTIMATED, VEILLE]
    write_perimeters(perimeters, path, style=perimeters_look(perimeters))
    return path


def table(path: Path) -> list[dict[str, object]]:
    with closing(sqlite3.connect(path)) as file:
        found = file.execute("SELECT * FROM layer_styles")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


def test_the_table_is_the_one_that_qgis_looks_for(written):
    (row,) = table(written)
    assert list(row) == [
        "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML",
        "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time",
    ]  # fmt: skip
    with closing(sqlite3.connect(written)) as file:
        drawn = file.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
        contents = dict(file.execute("SELECT table_name, data_type FROM gpkg_contents").fetchall())
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert [(row["f_table_name"], row["f_geometry_column"])] == drawn == [("perimetres", "geom")]
    assert contents == {"perimetres": "features", "layer_styles": "attributes"}
    assert row["useAsDefault"] == 1


def test_what_is_official_is_full_and_what_is_estimated_dashed(written):
    (row,) = table(written)
    rules = {rule.get("symbol"): rule for rule in ET.fromstring(str(row["styleQML"])).iter("rule")}
    dashed = {}
    for symbol in ET.fromstring(str(row["styleQML"])).iter("symbol"):
        options = {option.get("name"): option.get("value") for option in symbol.iter("Option") if option.get("name")}
        dashed[rules[symbol.get("name")].get("filter")] = options["use_custom_dash"]
        assert options == {prop.get("k"): prop.get("v") for prop in symbol.iter("prop")}
    assert dashed == {
        '"kind" = \'qpv\' AND "estimated" = FALSE AND "accuracy_m" < 0.001': "0",
        '"kind" = \'candidat\' AND "estimated" = TRUE': "1",
        '"kind" = \'veille\' AND "estimated" = TRUE': "1",
    }
    assert [rule.get("label") for rule in rules.values()][1].endswith("(contour estimé, sans valeur réglementaire)")


def test_sld_says_the_same(written):
    (row,) = table(written)
    rules = list(ET.fromstring(str(row["styleSLD"])).iter(f"{SLD}Rule"))
    assert [rule.find(f".//{OGC}Literal").text for rule in rules] == ["qpv", "candidat", "veille"]
    dashes = [rule.find(f".//{SLD}CssParameter[@name='stroke-dasharray']") for rule in rules]
    assert [None if dash is None else dash.text for dash in dashes] == [None, "9 6", "9 6"]


def test_geoville_and_gdal_read_the_perimeters_back(written):
    assert [item.code for item in read_perimeters(written).perimeters] == ["QN06254M", "C1", "V1"]
    assert pyogrio.list_layers(written).tolist() == [["perimetres", "Polygon"], ["layer_styles", None]]


def test_the_same_perimeters_give_the_same_bytes(written, tmp_path: Path):
    before = written.read_bytes()
    write_perimeters([OFFICIAL, ESTIMATED, VEILLE], written, style=perimeters_look([VEILLE, OFFICIAL, ESTIMATED]))
    assert written.read_bytes() == before


def test_texts_are_escaped():
    for document in (qml(MARKET), sld(MARKET, "a & b")):
        ET.fromstring(document)
        assert "<b>" not in document
    assert "\"name\" = 'l''un'" in ET.fromstring(qml(MARKET)).find(".//rule").get("filter")


def test_each_change_has_its_rule():
    style = changes_look()
    assert {rule.where[0].value for rule in style.rules} == {change.value for change in Change}
    assert len({rule.fill for rule in style.rules}) == 3


@pytest.mark.parametrize("share", [0.001, 0.2499, 0.25, 0.5, 0.75, 0.999, 1.0])
def test_every_share_of_scenarios_has_exactly_one_class(share):
    tests = {">=": share.__ge__, "<": share.__lt__}
    holding = [rule for rule in scenarios_look().rules if all(tests[item.operator](item.value) for item in rule.where)]
    assert len(holding) == 1


def test_a_layer_without_style_has_no_table_and_other_formats_keep_none(tmp_path: Path):
    frame = geopandas.GeoDataFrame({"kind": ["qpv"]}, geometry=[BOX], crs=2154)
    write_layer(frame, tmp_path / "a.gpkg", layer="a")
    assert pyogrio.list_layers(tmp_path / "a.gpkg").tolist() == [["a", "Polygon"]]
    write_layer(frame, tmp_path / "a.geojson", layer="a", style=MARKET)
    write_layer(frame, tmp_path / "b.geojson", layer="a")
    assert (tmp_path / "a.geojson").read_text("utf-8") == (tmp_path / "b.geojson").read_text("utf-8")
