from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from geoville.sources.qgis import Condition, LayerStyle, Project, ProjectLayer, StyleRule, raster_qml, write_project

STYLE = LayerStyle("Essai", (StyleRule("Tous", (Condition("kind", "=", "l'un"),), "#0b2545", 1.5, fill="#ffffff"),))


@pytest.fixture
def project() -> Project:
    layer = ProjectLayer(
        "geoville_qpv", "QPV", "./v.gpkg|layername=qpv", style=STYLE, aliases={"code": "Code"}, label="name"
    )
    streets = ProjectLayer("geoville_rues", "Rues", "./v.gpkg|layername=rues", "Line", STYLE, shown=False)
    return Project("Ville & environs", 2154, (0, 0, 1000, 500), {"Officiel": [layer], "Fond": [streets]}, ("Insee",))


def _document(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [f"{path.stem}.qgs"]
        return ET.fromstring(archive.read(f"{path.stem}.qgs").split(b"\n", 1)[1])


def test_layers_stand_in_their_groups_with_their_files_beside(project, tmp_path):
    write_project(project, tmp_path / "ville.qgz")
    root = _document(tmp_path / "ville.qgz")
    groups = root.findall("layer-tree-group/layer-tree-group")
    assert [group.get("name") for group in groups] == ["Officiel", "Fond"]
    assert [group.find("layer-tree-layer").get("checked") for group in groups] == ["Qt::Checked", "Qt::Unchecked"]
    layers = root.findall("projectlayers/maplayer")
    assert [layer.findtext("datasource") for layer in layers] == ["./v.gpkg|layername=qpv", "./v.gpkg|layername=rues"]
    assert layers[0].find("aliases/alias").attrib == {"field": "code", "index": "1", "name": "Code"}
    assert layers[0].find("renderer-v2/rules/rule").get("filter") == "\"kind\" = 'l''un'"
    assert [layer.find("renderer-v2/symbols/symbol").get("type") for layer in layers] == ["fill", "line"]
    assert all(len(layer.findtext("id")) >= 10 for layer in layers)  # QGIS replaces shorter ones


def test_the_page_has_a_map_a_legend_a_scale_and_its_credits(project, tmp_path):
    write_project(project, tmp_path / "ville.qgz")
    layout = _document(tmp_path / "ville.qgz").find("Layouts/Layout")
    items = {item.get("id"): item for item in layout.findall("LayoutItem")}
    extent = {name: float(value) for name, value in items["Carte"].find("Extent").attrib.items()}
    assert extent["xmin"] < 0
    assert extent["xmax"] > 1000
    ratio = (extent["xmax"] - extent["xmin"]) / (extent["ymax"] - extent["ymin"])
    width, height, _ = items["Carte"].get("size").split(",")
    assert ratio == pytest.approx(float(width) / float(height))
    assert items["Légende"].get("map_uuid") == items["Carte"].get("uuid") == items["Échelle"].get("mapUuid")
    assert any("Insee" in (item.get("labelText") or "") for item in layout.findall("LayoutItem"))


def test_the_same_project_has_the_same_bytes(project, tmp_path):
    for name in ("a.qgz", "b.qgz"):
        write_project(project, tmp_path / "ville.qgz")
        (tmp_path / "ville.qgz").rename(tmp_path / name)
    assert (tmp_path / "a.qgz").read_bytes() == (tmp_path / "b.qgz").read_bytes()


def test_an_image_is_drawn_by_classes():
    root = ET.fromstring(
        raster_qml([10, 20], ["#111111", "#222222", "#333333"], ["bas", "milieu", "haut"]).split("\n", 1)[1]
    )
    items = root.findall(".//item")
    assert [(item.get("value"), item.get("label")) for item in items] == [
        ("10", "bas"),
        ("20", "milieu"),
        ("inf", "haut"),
    ]
