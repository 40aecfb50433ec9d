"""The benchmarks run, on very little, and what they print is gathered, with what is missing."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geoville.sources.contours import read_perimeters
from geoville.sources.layers import read_iris

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="peaks of memory are read as Linux and macOS count them"
)

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PRINTED = """x86_64, 2 cores

| task | against | geoville | peer | ratio | target |
|---|---|---|---|---|---|
| some work | a peer | 1.0 s | 2.0 s | × 2.0 | – |
| more work | a peer | 1.0 s | 3.0 s | × 3.0 | ≥ 2: reached |

| command | seconds |
|---|---|
| lookup | 1.0 |
"""


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    monkeypatch.syspath_prepend(BENCHMARKS)
    return import_module


def test_a_benchmark_runs_and_its_results_are_written_in_one_stroke(tmp_path: Path) -> None:
    out = tmp_path / "RESULTS.md"
    command = [sys.executable, BENCHMARKS / "run_all.py", "--quick", "--only", "speed_addresses", "--out", out]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = out.read_text(encoding="utf-8")
    assert "geoville 0." in text
    assert "## speed_addresses.py" in text
    assert "searched, 100 requests: requests/s" in text
    assert "## Left out\n\nNothing." in text
    assert list(tmp_path.iterdir()) == [out]


def test_ratios_make_one_table_and_what_is_missing_is_said(module: Callable[[str], ModuleType]) -> None:
    run_all = module("run_all")
    outcomes = [
        run_all.Outcome("speed", PRINTED),
        run_all.Outcome("absent", missing="module some_peer not found"),
        run_all.Outcome("broken", failure="ValueError: no"),
    ]
    head, left_out = run_all.report(outcomes).split("## Left out")
    assert "| `speed.py` | some work | a peer | 1.0 s | 2.0 s | × 2.0 | – |\n| `speed.py` | more work |" in head
    assert "lookup" not in head
    assert "- `absent.py` did not run: module some_peer not found." in left_out
    assert "- `broken.py` failed: ValueError: no." in left_out
    assert PRINTED.strip() in left_out


def test_what_a_benchmark_lacks_is_known_before_it_runs(module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    run_all = module("run_all")
    needy = run_all.Benchmark("x", modules=("no_such_module",), programs=("no-such-program",), folder=tmp_path / "no")
    assert [lack.split()[0] for lack in needy.lacks()] == ["module", "program", "folder"]
    assert not run_all.Benchmark("x", modules=("json",), folder=tmp_path).lacks()


def test_every_benchmark_is_run_and_described(module: Callable[[str], ModuleType]) -> None:
    described = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    for benchmark in module("run_all").BENCHMARKS:
        assert (BENCHMARKS / f"{benchmark.name}.py").is_file()
        assert f"`{benchmark.name}.py`" in described


def test_a_cost_is_foretold_on_a_straight_line(module: Callable[[str], ModuleType]) -> None:
    costs = module("national_costs")
    small, larger = costs.Cost(1.0 + 0.01 * 500, 100.0, 0.01 * 2_000), costs.Cost(1.0 + 0.1 * 500, 100.0, 0.1 * 2_000)
    whole = small.at(larger, 0.01, 0.1)
    assert (whole.seconds, whole.memory_mb, whole.disk_mb) == pytest.approx((501, 100, 2_000))
    *_, row = costs.table({0.01: {"work": small}, 0.1: {"work": larger}})
    assert row == "| work | 6.0 s, 100 MB, 20 MB | 51.0 s, 100 MB, 200 MB | 501.0 s, 100 MB, 2,000 MB |"


def test_a_simulated_france_is_in_layouts_that_are_read(module: Callable[[str], ModuleType], tmp_path: Path) -> None:
    france = module("simulated_france").make_france(tmp_path / "france", 0.001)
    perimeters = read_perimeters(france.qpv).perimeters
    assert {(perimeter.kind, perimeter.generation) for perimeter in perimeters} == {("qpv", 2024)}
    assert len(perimeters) == 2
    iris = read_iris(france.iris, france.iris_incomes)
    assert (iris.year, iris.epsg) == (2017, 2154)
    assert len(set(iris.code)) > len({code[:5] for code in iris.code}), "cities are cut into several"
