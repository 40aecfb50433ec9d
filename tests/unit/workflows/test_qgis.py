"""A territory as a project of QGIS, without QGIS: `make slow` opens it there."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely

from geoville import Territory
from geoville.errors import InvalidInputError
from geoville.workflows.qgis import ESTIMATED, OFFICIAL, write_qgis_project

ON = date(2026, 1, 15)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_qgis_project(Territory.open("calais").pack, tmp_path_factory.mktemp("qgis") / "calais.qgz", ON)


def test_official_and_estimated_are_apart_with_styles_and_titles(run):
    by_group: dict[str, list[str]] = {}
    for group, name in run.layers:
        by_group.setdefault(group, []).append(name)
    assert by_group[OFFICIAL] == ["Quartiers prioritaires (QPV) 2024", "Quartiers prioritaires (QPV) 2015"]
    assert "Quartiers candidats" in by_group[ESTIMATED]
    for name, kind in pyogrio.list_layers(run.data):
        if kind is None:
            continue
        frame = pyogrio.read_dataframe(run.data, layer=name)
        assert len(frame), name
        if "estimated" in frame and "kind" in frame:
            assert frame["estimated"].nunique() == 1, name
    with closing(sqlite3.connect(run.data)) as file:
        styled = {row[0] for row in file.execute("SELECT f_table_name FROM layer_styles")}
        drawn = {row[0] for row in file.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")}
    assert styled == drawn


def test_a_ground_is_drawn_under_and_a_service_beside(tmp_path: Path):
    streets = tmp_path / "rues.geojson"
    line = shapely.LineString([(1.85, 50.95), (1.86, 50.95)])
    geopandas.GeoDataFrame({"highway": ["primary"]}, geometry=[line], crs=4326).to_file(streets)
    run = write_qgis_project(
        Territory.open("calais").pack, tmp_path / "p.qgz", ON, ground=[streets], service="http://127.0.0.1:8765/"
    )
    assert ("Fond", "Grandes rues") in run.layers
    assert any(group == "Service geoville" for group, _ in run.layers)
    with zipfile.ZipFile(run.project) as project:
        root = ET.fromstring(project.read(next(name for name in project.namelist() if name.endswith(".qgs"))))
    served = [layer for layer in root.iter("maplayer") if layer.findtext("provider") == "OAPIF"]
    assert served
    assert all(layer.find("renderer-v2//rule") is not None for layer in served if layer.get("geometry") == "Polygon")


def test_another_suffix_is_refused(tmp_path: Path):
    with pytest.raises(InvalidInputError, match=r"\.qgz"):
        write_qgis_project(Territory.open("calais").pack, tmp_path / "p.qgs", ON)


def test_cells_are_written_with_their_estimate(tmp_path: Path):
    from geoville.workflows.cells import estimate_cells
    from geoville.workflows.search_inputs import CandidateRequest

    pack, out = Territory.open("calais").pack, tmp_path / "carreaux.gpkg"
    found = estimate_cells(pack.grid_path(), CandidateRequest(on=ON, territory=pack))
    found.write(out)
    cells = pyogrio.read_dataframe(out, layer="carreaux")
    assert len(cells) == len(found.document()["cells"]) == 1221
    assert cells.loc[cells["share_below"].notna(), "share_below"].between(0, 1).all()
    assert cells["people"].sum() == pytest.approx(Territory.open("calais").cells(2019)["people"].sum())
    assert set(cells["threshold_eur"].dropna()) == {10_200}
