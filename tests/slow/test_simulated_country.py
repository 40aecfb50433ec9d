"""One command over a made-up country of a tenth of France: it ends, and its memory is bounded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "simulated_country.py"
CELLS, TOWNS = 230_000, 30
PEAK_MB = 600  # the libraries take about 200 MB, a hundred thousand cells about 80


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the benchmark reads the peak memory as Linux and macOS count it")
def test_memory_is_bounded_over_a_tenth_of_a_country(tmp_path: Path) -> None:
    command = [sys.executable, BENCHMARK, "--cells", str(CELLS), "--towns", str(TOWNS), "--folder", tmp_path, "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    measured = json.loads(answer.stdout)
    assert measured["cells"] >= CELLS
    assert measured["units"] + measured["small_units"] == TOWNS
    assert measured["candidates"] > TOWNS
    assert measured["peak_mb"] < PEAK_MB
    assert (tmp_path / "candidats.gpkg").is_file()
