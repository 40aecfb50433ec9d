"""An index of 300 000 addresses whose making is killed at any moment ends with the same bytes as one made at once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geoville.geocoding import EmbeddedGeocoder
from geoville.geocoding.index import AddressIndex
from geoville.workflows.address_index import build_address_index

MAKER = Path(__file__).resolve().parents[2] / "benchmarks" / "made_up_addresses.py"
ADDRESSES = 300_000
KILLS = 12
BUILD = """
import sys
from pathlib import Path
from geoville.workflows import address_index

address_index.SAVED_EVERY = 20_000
address_index.build_address_index([Path(sys.argv[1])], Path(sys.argv[2]), complete=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="an index that is open cannot be looked at there")
def test_a_making_killed_at_any_moment_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.workflows.address_index.SAVED_EVERY", 20_000)
    source, out, whole = tmp_path / "ban.csv.gz", tmp_path / "out.sqlite", tmp_path / "whole.sqlite"
    subprocess.run([sys.executable, MAKER, "--addresses", str(ADDRESSES), "--out", source], check=True)
    start = time.perf_counter()
    build_address_index([source], whole, complete=True)
    seconds = time.perf_counter() - start
    chance = random.Random(62_193)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", BUILD, source, out])
        try:
            process.wait(chance.uniform(0.5, seconds / 3))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    subprocess.run([sys.executable, "-c", BUILD, source, out], check=True)
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ban.csv.gz", "out.sqlite", "whole.sqlite"]
    assert EmbeddedGeocoder(AddressIndex.open(out)).suggest("12 rue de la")
