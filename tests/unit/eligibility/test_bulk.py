"""Which way many points are answered: by trees at once, by cells where making them pays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import shapely

from geoville.eligibility.bulk import cells_are_worth
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.kernel import points
from geoville.eligibility.kernel.grid import compiled, is_kept
from geoville.model import Kind, Perimeter

SQUARE = shapely.box(618_000, 7_090_000, 618_400, 7_090_400)


def index_of(edges: int) -> PerimeterIndex:
    shape = shapely.segmentize(SQUARE, 1_600 / edges)
    return PerimeterIndex([Perimeter("A", "A", Kind.QPV, shape, 2154, estimated=False)])


@pytest.mark.parametrize(
    ("rows", "edges", "compiled", "expected"),
    [
        (5_200, 4, True, False),  # what one town asks in a day: nothing is made ready for it
        (5_200, 4, False, False),
        (100_000, 4, True, True),
        (100_000, 4, False, False),  # seconds of compilation are not worth two seconds of trees
        (100_000, 200_000, True, False),  # a country's cells take as long
        (1_000_000, 200_000, True, True),
        (1_000_000, 200_000, False, True),
    ],
)
def test_cells_are_made_where_they_pay(
    rows: int, edges: int, compiled: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "are_compiled", lambda: compiled)
    assert cells_are_worth(rows, index_of(edges)) is expected


def test_trees_answer_any_number_of_points_where_there_is_no_compiler(monkeypatch):
    assert cells_are_worth(10_000_000, index_of(1_000))
    monkeypatch.setitem(sys.modules, "numba", None)
    assert not cells_are_worth(10_000_000, index_of(1_000))


def test_what_is_compiled_is_known_to_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "loops.py"
    module.write_text("def more(number):\n    return number + 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    from loops import more  # type: ignore[import-not-found]

    loop = compiled(more)
    assert not is_kept(loop)
    assert loop(1) == 2
    assert is_kept(loop)
    assert not is_kept(more)


def test_answers_by_trees_load_no_compiler() -> None:
    asked = (
        "import sys, numpy as np, shapely; from datetime import date\n"
        "from geoville.eligibility.bulk import BulkIndex; from geoville.eligibility.index import PerimeterIndex\n"
        "from geoville.model import Kind, Perimeter\n"
        "square = Perimeter('A', 'A', Kind.QPV, shapely.box(6e5, 7e6, 6.1e5, 7.1e6), 2154, estimated=False)\n"
        "index = BulkIndex.build(PerimeterIndex([square]), date(2025, 1, 1))\n"
        "assert len(index.decide(np.array([1.8]), np.array([50.9])).code) == 1\n"
        "sys.exit('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
