"""A file made to harm costs seconds and megabytes, whatever its format, and says what there is too much of."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from harmful_files import HARMFUL, cost_of

from geoville.sources.rows.apart import Apart, ReadingBudget

CPU_S = 3.0
GROWTH_MB = 60.0
"""Where the same files took from 1 to 5 GB, or never ended."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the costs are those of a process forked for each")


@pytest.mark.parametrize(("suffix", "made", "words"), HARMFUL.values(), ids=HARMFUL)
def test_it_costs_little_and_says_why(tmp_path: Path, suffix: str, made: object, words: str) -> None:
    path = tmp_path / f"fichier{suffix}"
    path.write_bytes(made())
    apart = Apart(ReadingBudget(cpu_s=2 * CPU_S))  # what would never end is ended
    said, cpu_s, grown_mb = apart.call(cost_of, str(path))
    apart.end()
    assert words in said.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert bool(words) == bool(said)
    assert (cpu_s < CPU_S, grown_mb < GROWTH_MB) == (True, True), (cpu_s, grown_mb)
