"""Whole files: memory is flat, and what is killed at three places and gone on with is the same as in one go.

The small version runs with every test; `make slow` runs a million rows by coordinates and fifty thousand by address.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

GROWTH_MB = 60
"""Allowed between a tenth of the rows and all of them, where holding the rows would take hundreds."""

STREETS = ("rue Youri Gagarine", "r. Mollien", "bd Jacquard", "collège Vauban", "rue de l'Inconnue", "av. Guynemer")

MEASURED = """
import resource, sys
from geoville.cli import main
try:
    main()
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""

KILLED = """
import itertools, os, signal, sys
from geoville.cli import main
from geoville.sources.rows.csv import CsvRows
from geoville.workflows.lookup_file.output import Journal

_, place, rank = sys.argv[:3]
del sys.argv[1:3]
owner, name = {"journal": (Journal, "append"), "output": (CsvRows, "write")}[place]
whole, count = getattr(owner, name), itertools.count(1)

def until_the_kill(rows):
    for row in rows:
        if next(count) == int(rank):
            os.kill(os.getpid(), signal.SIGKILL)
        yield row

setattr(owner, name, lambda *others: whole(*others[:-1], until_the_kill(others[-1])))
main()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, and the peak of memory as Linux has it")


def _by_coordinates(path: Path, rows: int) -> Path:
    random = np.random.default_rng(62193)
    points = zip(random.uniform(1.75, 1.95, rows), random.uniform(50.92, 50.98, rows), strict=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("id;lon;lat\n")
        stream.writelines(f"{rank:07d};{lon:.6f};{lat:.6f}\n" for rank, (lon, lat) in enumerate(points))
    return path


def _by_address(path: Path, rows: int) -> Path:
    with path.open("w", encoding="cp1252", newline="") as stream:
        stream.write("id;adresse\r\n")
        stream.writelines(
            f"{rank:07d};{rank % 97 + 1} {STREETS[rank % len(STREETS)]}, 62100 Calais\r\n" for rank in range(rows)
        )
    return path


SMALL = [(_by_coordinates, 20_000), (_by_address, 500)]
LARGE = [(_by_coordinates, 1_000_000), (_by_address, 50_000)]


def _run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *map(str, arguments), "--on", "2026-01-15"]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def _killed(place: str, rank: int, *arguments: object) -> None:
    """Run until so many rows went through a place, and be killed there without any warning."""
    assert _run(KILLED, place, rank, *arguments).returncode == -signal.SIGKILL


def _prove_it_is_the_file_of_one_go(source: Path, rows: int, folder: Path) -> None:
    one_go, out = folder / "one_go.csv", folder / "out.csv"
    assert _run(MEASURED, "lookup-file", source, one_go).returncode == 0
    _killed("journal", rows // 3, "lookup-file", source, out)
    _killed("journal", rows // 3, "lookup-file", source, out, "--resume")
    _killed("output", rows // 2, "lookup-file", source, out, "--resume")
    assert not out.exists()
    assert list(folder.glob(".geoville-*"))
    done = _run(MEASURED, "lookup-file", source, out, "--resume")
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == one_go.read_bytes()
    assert sorted(path.name for path in folder.iterdir() if "provenance" not in path.name) == [
        "in.csv",
        "one_go.csv",
        "out.csv",
    ]


@pytest.mark.parametrize(("write", "rows"), SMALL)
def test_a_file_killed_three_times_is_the_file_of_one_go(
    tmp_path: Path, write: Callable[[Path, int], Path], rows: int
) -> None:
    _prove_it_is_the_file_of_one_go(write(tmp_path / "in.csv", rows), rows, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("write", "rows"), LARGE)
def test_a_large_file_killed_three_times_is_the_file_of_one_go(
    tmp_path: Path, write: Callable[[Path, int], Path], rows: int
) -> None:
    _prove_it_is_the_file_of_one_go(write(tmp_path / "in.csv", rows), rows, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("write", "rows"), LARGE)
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, write: Callable[[Path, int], Path], rows: int) -> None:
    few = _peak_mb(write(tmp_path / "few.csv", rows // 10))
    many = _peak_mb(write(tmp_path / "many.csv", rows))
    assert many < few + GROWTH_MB


def _peak_mb(source: Path) -> float:
    done = _run(MEASURED, "lookup-file", source, source.with_name(f"answered_{source.name}"))
    return int(done.stderr.split("peak")[-1]) / 1024
