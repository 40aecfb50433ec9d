"""The notebooks of the documents run, and what they keep is what they give."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from event_loops import no_loop_runs
from nbformat.v4 import new_code_cell, new_notebook, new_output

__all__ = ["no_loop_runs"]

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LARGEST_BYTES = 300_000


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("run_notebooks", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["comparer", "fichiers", "recalculer"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_light_and_has_a_picture(path, script):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert path.stat().st_size < LARGEST_BYTES
    assert any("image/png" in script.texts(cell) for cell in notebook.cells)
    assert notebook.metadata == script.METADATA


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_keeps_is_what_it_gives(path, script, tmp_path, monkeypatch):
    """In a kernel of its own, whose files are here. No proxy answers: no network."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "kernel"))
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    assert script.stale_cells(nbformat.read(path, as_version=4), script.executed(path)) == []


def _notebook(text: str, *, picture: str = "") -> nbformat.NotebookNode:
    data = {"text/plain": text} | ({"image/png": picture} if picture else {})
    cell = new_code_cell("1", outputs=[new_output("execute_result", data, execution_count=1)], id="only")
    return new_notebook(cells=[cell])


def test_a_stale_output_is_told(script):
    assert script.stale_cells(_notebook("1"), _notebook("1")) == []
    (told,) = script.stale_cells(_notebook("1"), _notebook("2"))
    assert told == "[only]\nkept:  ['1']\nfresh: ['2']"


def test_a_picture_is_asked_for_whatever_its_bytes(script):
    assert script.stale_cells(_notebook("1", picture="aa"), _notebook("1", picture="bb")) == []
    assert script.stale_cells(_notebook("1", picture="aa"), _notebook("1")) != []


def test_a_notebook_that_lost_a_cell_is_stale(script):
    with pytest.raises(ValueError, match="shorter"):
        script.stale_cells(_notebook("1"), new_notebook())
