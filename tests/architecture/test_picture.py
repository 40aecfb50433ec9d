"""The page that draws the rooms of the house says what the code is."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    """The script that draws."""
    spec = importlib.util.spec_from_file_location("architecture", REPOSITORY / "docs" / "architecture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_what_the_imports_give(drawing):
    shown = drawing.PAGE.read_text(encoding="utf-8")
    assert drawing.page(shown) == shown, "run: python docs/architecture.py"


def test_every_room_of_the_contract_is_drawn_and_no_arrow_goes_up(drawing):
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(item for item in project["tool"]["importlinter"]["contracts"] if item["type"] == "layers")["layers"]
    depth = {room.strip(): level for level, line in enumerate(layers) for room in line.split("|")}
    graph = drawing.imports(drawing.room_files(drawing.PACKAGE))
    assert graph.keys() == depth.keys()
    assert [(room, other) for room in graph for other in graph[room] if depth[room] >= depth[other]] == []


def test_arrows_tell_every_import_and_none_twice(drawing):
    graph = {"top": {"middle", "bottom", "side"}, "middle": {"bottom"}, "side": set(), "bottom": set()}
    assert drawing.arrows(graph) == [("top", "middle"), ("top", "side"), ("middle", "bottom")]
    assert drawing.heights(graph) == {"top": 2, "middle": 1, "side": 0, "bottom": 0}


def test_rooms_that_import_one_another_are_refused(drawing):
    with pytest.raises(SystemExit, match="import one another: a, b"):
        drawing.heights({"a": {"b"}, "b": {"a"}, "c": set()})


def test_an_import_of_any_shape_is_seen(drawing, tmp_path):
    file = tmp_path / "file.py"
    file.write_text(
        "import geoville.law.threshold\nfrom geoville import crs\ndef f():\n    from geoville.model import Kind\n"
        "from geoville_other import model\nimport geovilles.api\n",
        encoding="utf-8",
    )
    assert set(drawing.imported_rooms(file, {"law", "crs", "model", "api"})) == {"law", "crs", "model"}
