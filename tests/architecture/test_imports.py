"""`import geoville` costs nothing, and a command loads what it needs and no more."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ("fastapi", "folium", "geopandas", "granian", "pandas", "pyogrio", "rasterio", "rich", "scipy", "shapely")

IMPORT_S = 0.3
VERSION_S = 1.0
"""Of processor: what else the machine does is not counted."""


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return done.stdout


def _seconds_of_children() -> float:
    return os.times().children_user + os.times().children_system


@pytest.mark.parametrize(
    "modules",
    ["geoville", "geoville.errors, geoville.model, geoville.crs", "geoville.law, geoville.cli"],
)
def test_an_import_loads_nothing_heavy(modules):
    loaded = _run(f"import sys, {modules}; print(*sys.modules)").split()
    assert set(HEAVY).isdisjoint(loaded)


def test_the_tree_of_commands_loads_no_workflow():
    loaded = _run("import sys, geoville.cli.main; print(*sys.modules)").split()
    assert {*HEAVY, "numpy", "pyproj"}.isdisjoint(loaded)
    assert not [
        name for name in loaded if name.startswith(("geoville.workflows.", "geoville.sources.", "geoville.api."))
    ]


NOT_FOR_A_POINT = {*HEAVY, "httpx", "jinja2", "matplotlib", "numba", "openpyxl", "pydantic"} - {"shapely"}
"""What one answer from an embedded pack does without: with pandas it takes half as long again, with pydantic
(typer's, to read a text) a sixth. pyarrow reads the official contours of the country."""


MODULES_OF_AN_ANSWER = 80
"""Of geoville, the command line included: a third of the package."""


@pytest.mark.parametrize(
    "question",
    [["1 rue Youri Gagarine, 62100 Calais"], ["Collège Lucien Vadez"], ["--lon", "1.86", "--lat", "50.95", "--json"]],
    ids=["address", "place", "coordinates"],
)
def test_one_answer_loads_no_table_and_no_driver(question):
    code = f"""
import sys
from geoville.cli.main import main
sys.argv = ["geoville", "lookup", *{question!r}, "--on", "2026-01-15"]
try:
    main()
except SystemExit as done:
    assert done.code == 0
print(*sys.modules)
"""
    loaded = _run(code).splitlines()[-1].split()
    assert NOT_FOR_A_POINT.isdisjoint(loaded)
    assert {"geoville.sources.grids", "geoville.sources.writers"}.isdisjoint(loaded)
    assert "geoville.eligibility.decide" in loaded  # an answer was given
    assert ("geoville.eligibility.documents" in loaded) == ("--json" in question)
    assert sum(name.partition(".")[0] == "geoville" for name in loaded) <= MODULES_OF_AN_ANSWER


def test_importing_geoville_takes_less_than_a_third_of_a_second():
    code = "import time; t = time.process_time(); import geoville; print(time.process_time() - t)"
    assert min(float(_run(code)) for _ in range(3)) < IMPORT_S


def test_the_version_is_told_within_a_second():
    code = "import sys; sys.argv = ['geoville', '--version']; from geoville.cli import main; main()"
    took = []
    for _ in range(3):
        begun = _seconds_of_children()
        assert _run(code).startswith("geoville ")
        took.append(_seconds_of_children() - begun)
    assert min(took) < VERSION_S
