"""Whole files: memory is flat, and what is killed at three places and gone on with is the same as in one go.

The small version runs with every test; `make slow` runs a million rows by coordinates and fifty thousand by address.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from geoville.cli.main import main

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
import itertools, json, os, signal, sys
import geoville.eligibility.kernel.points, geoville.workflows.lookup_file.bulk  # once, for all the processes
from geoville.cli import main
from geoville.sources.rows.csv import CsvRows
from geoville.workflows.lookup_file.output import Journal

def run_until_killed(place, rank, arguments):
    owner, name = {"journal": (Journal, "append"), "output": (CsvRows, "write")}[place]
    whole, count = getattr(owner, name), itertools.count(1)

    def until_the_kill(rows):
        for row in rows:
            if next(count) == rank:
                os.kill(os.getpid(), signal.SIGKILL)
            yield row

    setattr(owner, name, lambda *others: whole(*others[:-1], until_the_kill(others[-1])))
    sys.argv = ["geoville", *arguments]
    main()

for run in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        run_until_killed(*run)
    print(os.WTERMSIG(os.waitpid(child, 0)[1]), flush=True)
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


SMALL = [(_by_coordinates, 2_400), (_by_address, 240)]
LARGE = [(_by_coordinates, 1_000_000), (_by_address, 50_000)]


def _run(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def _in_one_go(*arguments: object) -> int:
    """Exit code of the same command in this process: to start another takes longer than the work on few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["geoville", *map(str, arguments), "--on", "2026-01-15"])
        with pytest.raises(SystemExit) as end:
            main()
    return int(end.value.code or 0)


def _killed(*runs: tuple[str, int, tuple[object, ...]]) -> None:
    """Run the same command in processes, one after the other, until so many rows went through a place of each.

    Each is killed there without any warning; all are forked from one, which has read the modules.
    """
    orders = [(place, rank, [*map(str, arguments), "--on", "2026-01-15"]) for place, rank, arguments in runs]
    done = _run(KILLED, json.dumps(orders))
    assert done.stdout.split() == [str(int(signal.SIGKILL))] * len(runs), done.stderr


def _prove_it_is_the_file_of_one_go(source: Path, rows: int, folder: Path) -> None:
    one_go, out = folder / "one_go.csv", folder / "out.csv"
    assert _in_one_go("lookup-file", source, one_go) == 0
    command = ("lookup-file", source, out)
    _killed(
        ("journal", rows // 3, command),
        ("journal", rows // 3, (*command, "--resume")),
        ("output", rows // 2, (*command, "--resume")),
    )
    assert not out.exists()
    assert list(folder.glob(".geoville-*"))
    assert _in_one_go("lookup-file", source, out, "--resume") == 0
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
    done = _run(MEASURED, "lookup-file", source, source.with_name(f"answered_{source.name}"), "--on", "2026-01-15")
    return int(done.stderr.split("peak")[-1]) / 1024
