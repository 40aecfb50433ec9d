"""An index of 300 000 addresses, in five lists, whose making is killed at any moment ends with the same bytes."""

from __future__ import annotations

import gzip
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
ADDRESSES, LISTS = 300_000, 5
KILLS = 12
BUILD = """
import sys
from pathlib import Path
from geoville.workflows import address_index

address_index.SAVED_EVERY = 20_000
out, workers, *lists = sys.argv[1:]
if __name__ == "__main__":
    address_index.build_address_index([*map(Path, lists)], Path(out), complete=True, workers=int(workers))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="an index that is open cannot be looked at there")
def test_a_making_killed_at_any_moment_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoville.workflows.address_index.SAVED_EVERY", 20_000)
    source, out, whole = tmp_path / "ban.csv", tmp_path / "out.sqlite", tmp_path / "whole.sqlite"
    subprocess.run([sys.executable, MAKER, "--addresses", str(ADDRESSES), "--out", source], check=True)
    lists = _parts(source)
    start = time.perf_counter()
    build_address_index(lists, whole, complete=True)
    seconds = time.perf_counter() - start
    chance = random.Random(62_193)
    for kill in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", BUILD, out, str(1 + kill % 2), *lists])
        try:
            process.wait(chance.uniform(0.5, seconds / 3))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    subprocess.run([sys.executable, "-c", BUILD, out, "1", *lists], check=True)
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(path for path in tmp_path.iterdir() if path.suffix != ".gz") == [out, whole]
    assert EmbeddedGeocoder(AddressIndex.open(out)).suggest("12 rue de la")


def _parts(source: Path) -> list[Path]:
    """The rows of a list, in several as the BAN publishes them."""
    header, *rows = source.read_text(encoding="utf-8").splitlines(keepends=True)
    source.unlink()
    parts = [source.with_name(f"adresses-{rank}.csv.gz") for rank in range(LISTS)]
    for rank, path in enumerate(parts):
        held = rows[rank * len(rows) // LISTS : (rank + 1) * len(rows) // LISTS]
        path.write_bytes(gzip.compress("".join((header, *held)).encode(), 1))
    return parts
