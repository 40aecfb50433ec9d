"""A project of QGIS, opened by the QGIS of Debian without a screen: nothing is missing, and its page is drawn."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from machine import REPOSITORY, qgis_python
from services import serving

from geoville import Territory
from geoville.workflows.qgis import CELLS_GROUP, ESTIMATED, GROUND, OFFICIAL, SERVICE, write_qgis_project

ON = date(2026, 1, 15)
PICTURE = REPOSITORY / "docs" / "images" / "qgis-calais.png"
pytestmark = [pytest.mark.slow, pytest.mark.needs("qgis")]


def _opened(project: Path, picture: Path) -> dict[str, object]:
    python = qgis_python()
    assert python
    out = picture.with_suffix(".json")
    script = Path(__file__).parents[1] / "support" / "open_in_qgis.py"
    surroundings = {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(picture.parent)}
    surroundings |= {"XDG_RUNTIME_DIR": str(picture.parent), "LANG": "C.UTF-8"}
    command = [python, str(script), str(project), str(picture), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings, timeout=300)
    assert out.is_file(), done.stderr
    return json.loads(out.read_text(encoding="utf-8"))


def test_the_project_of_calais_opens_whole_and_is_printed(tmp_path):
    made, moved = tmp_path / "fait", tmp_path / "ailleurs"
    made.mkdir()
    run = write_qgis_project(Territory.open("calais").pack, made / "calais.qgz", ON)
    shutil.copytree(made, moved)  # a project is sent with its folder
    shutil.rmtree(made)
    picture = tmp_path / "page.png"
    found = _opened(moved / "calais.qgz", picture)
    assert (found["opened"], found["crs"], found["exported"]) == (True, "EPSG:2154", True)
    assert found["groups"] == [OFFICIAL, ESTIMATED, CELLS_GROUP, GROUND]
    layers = {layer["name"]: layer for layer in found["layers"]}
    assert layers.keys() == {name for _, name in run.layers}
    assert all(layer["valid"] and layer["in_tree"] and layer["features"] for layer in layers.values())
    assert layers["Quartiers prioritaires (QPV) 2024"]["shown"]
    assert not layers["Quartiers prioritaires (QPV) 2015"]["shown"]
    assert layers["Quartiers candidats"]["aliases"]["share_below_threshold"] == "Part sous le seuil"
    assert len(layers["Revenu médian estimé (2019)"]["rules"]) == 6
    assert str(moved) in layers["Quartiers candidats"]["source"]
    _looked_at(picture)


def test_the_layers_of_a_service_open_with_the_colours_of_the_maps(tmp_path):
    pack = Territory.open("calais").pack
    with serving(tmp_path, "--territory", "calais") as url:
        run = write_qgis_project(pack, tmp_path / "calais.qgz", ON, service=url)
        found = _opened(tmp_path / "calais.qgz", tmp_path / "page.png")
    of_service = [name for group, name in run.layers if group == SERVICE]
    assert len(of_service) > 3
    assert [layer["name"] for layer in found["layers"] if not layer["valid"]] == []
    rules = {layer["name"]: layer["rules"] for layer in found["layers"] if layer["name"] in of_service}
    cells = next(name for name in of_service if "Filosofi 2019" in name)
    assert len(rules[cells]) == 5
    assert all(rules[name] for name in of_service if "Secteur" not in name)


def _looked_at(picture: Path) -> None:
    """The page has its map, its legend and its scale, in the colours of cells under the threshold."""
    from matplotlib.image import imread

    pixels = (imread(picture)[..., :3] * 255).round().astype(int)
    height, width, _ = pixels.shape
    on_map = pixels[height // 8 : height * 7 // 8, : width * 2 // 3].reshape(-1, 3)
    dark_red = (on_map[:, 0] > on_map[:, 1] + 60) & (on_map[:, 0] > on_map[:, 2] + 30)
    assert dark_red.mean() > 0.01
    legend = pixels[height // 8 : height * 3 // 4, width * 2 // 3 :]
    assert (legend.sum(axis=2) < 300).mean() > 0.005
    margin = pixels[:, -12:]
    assert np.all(margin.sum(axis=2) > 700), "the legend runs off the page"
    if os.environ.get("GEOVILLE_KEEP_REFERENCES"):
        shutil.copy(picture, PICTURE)
