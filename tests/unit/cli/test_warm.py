"""`geoville warm`: what is compiled ahead, and what is said of it."""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

import pytest

from geoville.eligibility.bulk import Means
from geoville.eligibility.kernel import points
from geoville.workflows.lookup_file import bulk


@pytest.mark.parametrize(
    ("kept", "code", "said"),
    [
        ([False, True], 0, "Prêt : le calcul des très gros fichiers est compilé.\n"),
        ([True, True], 0, "Déjà prêt.\n"),
        ([False, False], 1, "ne peut être gardé sur cette machine"),
    ],
)
def test_what_was_compiled_is_said(geoville, monkeypatch, kept, code, said):
    compiled = []
    monkeypatch.setattr(points, "are_compiled", iter(kept).__next__)
    monkeypatch.setattr(points, "compile_loops", lambda: compiled.append(True))
    monkeypatch.setattr(bulk, "kept_cells", Means.trees)
    done = geoville("warm")
    assert (done.code, compiled) == (code, [True])
    assert said in done.out + done.err


@pytest.mark.slow
def test_the_contours_of_the_country_are_indexed_ahead(geoville):
    assert geoville("warm").code == 0
    kept = Path(os.environ["GEOVILLE_CACHE_DIR"], "index")
    before = {path: path.stat().st_ino for path in kept.iterdir()}
    assert sum(path.stat().st_size for path in before) > 100e6
    assert geoville("warm").out == "Déjà prêt.\n"
    assert {path: path.stat().st_ino for path in kept.iterdir()} == before


def test_compiling_ahead_calls_every_loop_that_a_large_file_calls(monkeypatch):
    """Signatures compiled ahead are those of real points and perimeters."""
    import numpy as np
    import shapely

    points.compile_loops()
    before = _signatures()
    squares = [shapely.box(6e5, 7e6, 6.01e5, 7.001e6), shapely.box(6e5, 7e6, 6.02e5, 7.002e6)]
    locator, finder = points.PointLocator.build(squares), points.LimitFinder.build(squares, 500.0)
    east, north = np.array([6.005e5, 1.0, np.nan]), np.array([7.0005e6, 1.0, np.nan])
    finder.measure(east, north, locator.place(east, north))
    assert _signatures() == before


def _signatures():
    from geoville.eligibility.kernel import grid, limits, location

    return {
        name: loop.signatures
        for module in (grid, limits, location)
        for name, loop in vars(module).items()
        if hasattr(loop, "signatures")
    }


def test_what_was_kept_of_an_older_version_is_forgotten(tmp_path, monkeypatch):
    """numba reads what it kept before it looks whether the file changed, and stops at a class that is no more."""
    source = tmp_path / "kept_loop.py"
    monkeypatch.syspath_prepend(str(tmp_path))
    for age, name in enumerate(("Former", "Present")):
        source.write_text(
            "from typing import NamedTuple\n"
            "from geoville.eligibility.kernel.grid import compiled\n"
            f"class {name}(NamedTuple):\n    number: int\n"
            "@compiled\ndef twice(some):\n    return 2 * some.number\n"
            f"answer = twice({name}(21))\n",
            encoding="utf-8",
        )
        os.utime(source, (changed := time.time() - 3600 * (1 - 2 * age), changed))
        sys.modules.pop("kept_loop", None)
        importlib.invalidate_caches()
        assert importlib.import_module("kept_loop").answer == 42
    sys.modules.pop("kept_loop")
