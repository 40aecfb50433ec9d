"""What is shipped: the code with its files, the data, the recipes of maps."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))

NOT_PYTHON = (
    "geoville/api/docs.html",
    "geoville/law/generations.yaml",
    "geoville/law/parameters/decree.yaml",
    "geoville/law/parameters/medians.yaml",
    "geoville/law/parameters/position_accuracy.yaml",
    "geoville/law/parameters/secrecy.yaml",
)
EMBEDDED = (
    "data/README.md",
    "data/bridge.json",
    "data/calais/territory.toml",
    "data/calais/candidats.geojson",
    "maps/constantine.toml",
    "maps/gagarine-manet-ferber.toml",
)


def test_data_and_maps_go_into_the_wheel():
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"data": "geoville/embedded/data", "maps": "geoville/embedded/maps"}


@pytest.mark.parametrize("path", [*NOT_PYTHON, *EMBEDDED])
def test_what_the_code_reads_is_there(path):
    assert (REPOSITORY / path).is_file()


def test_the_assets_of_pages_are_inside_the_package():
    suffixes = {path.suffix for path in (REPOSITORY / "geoville" / "rendering").rglob("*") if path.is_file()}
    assert {".css", ".html", ".js"} <= suffixes


def test_the_version_is_the_same_everywhere():
    from geoville import __version__

    assert PROJECT["project"]["version"] == __version__


@pytest.mark.slow
def test_the_wheel_holds_everything(tmp_path):
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(REPOSITORY),
    ]
    subprocess.run(command, check=True, timeout=600)
    [wheel] = tmp_path.glob("geoville-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {*NOT_PYTHON, *(f"geoville/embedded/{path}" for path in EMBEDDED)} <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]
