"""Every benchmark of this folder, one after the other, and what they print in one file: `make bench`.

    pip install -r benchmarks/requirements.txt
    python benchmarks/run_all.py [--quick] [--only speed_grid,speed_points] [--budget MINUTES] [--out FILE]

Ratios against named peers, and what people wait for, make one table, at the head. What a benchmark prints is kept in
`results.json` with its day and the load of the machine, and `RESULTS.md` is written from it: a run of some benchmarks
leaves the rows of the others. A row is written only where the machine was quiet: before, its processors rest;
meanwhile, others than the benchmark take little of them. Otherwise that is said, and the row that stood stays.
What commands cost on 1 % and on 10 % of a country foretells the whole; with `--whole FOLDER`, the whole is measured too
(half an hour, 8 GB made in the folder, and used again).

A benchmark that cannot run here is said, with what it lacks; so is one that fails, and the exit code is then 1. With
`--budget`, those that no longer fit are left. With `--quick`, each race is run on very little and printed: it shows
that races run and that answers agree; its figures mean nothing.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from races import HEAD, machine

from geoville.sources.files import replacing

HERE = Path(__file__).resolve().parent
SHARED_DATA = HERE.parents[1] / "shared" / "data"
RESULTS, KEPT = HERE / "RESULTS.md", HERE / "results.json"
QUIET = 0.1
"""Share of the processors that others may take while something is timed."""
WHOLE_MINUTES = 30
RATIOS = HEAD.split("\n")[0]
PACKAGES = (
    "geoville", "numpy", "numba", "pandas", "pyarrow", "scipy", "shapely", "geopandas", "dask", "rapidfuzz", "folium",
    "fastapi", "granian", "libpysal", "polars-st", "sedonadb", "dask-geopandas",
)  # fmt: skip


@dataclass(frozen=True)
class Benchmark:
    """A script of this folder.

    Parameters
    ----------
    minutes : about how long it takes, on two cores.
    quick : arguments of a smoke test, None where there is no cheap one.
    modules, programs, folder : what it needs beside geoville, which may not be here.
    timed : whether what else the machine does changes what it prints.
    counted : whether the system tells what all its processes take. A browser's are waited for by one another, and would
        be taken for others': only what the machine does before is then looked at.
    """

    name: str
    minutes: float
    arguments: tuple[str, ...] = ()
    quick: tuple[str, ...] | None = None
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    folder: Path | None = None
    timed: bool = True
    counted: bool = True

    def lacks(self) -> list[str]:
        """What is not here of what it needs."""
        modules = [f"module {name}" for name in self.modules if importlib.util.find_spec(name) is None]
        programs = [f"program {name}" for name in self.programs if shutil.which(name) is None]
        return modules + programs + ([f"folder {self.folder}"] if self.folder and not self.folder.is_dir() else [])


@dataclass(frozen=True)
class Outcome:
    """What a benchmark printed, or why it printed nothing.

    Parameters
    ----------
    on : day, and load of the machine; empty where that is not known.
    """

    name: str
    printed: str = ""
    missing: str = ""
    failure: str = ""
    on: str = ""

    @property
    def ratios(self) -> list[str]:
        """Rows of its tables of ratios, its name first."""
        rows, inside = [], False
        for line in self.printed.splitlines():
            inside = line == RATIOS or (inside and line.startswith("|"))
            if inside and line != RATIOS and not line.startswith("|---"):
                rows.append(f"| `{self.name}.py` {line}")
        return rows


_DATA = ("--data", str(SHARED_DATA))
_POINTS = ("polars", "polars_st", "sedonadb", "dask_geopandas", "geoarrow")
BENCHMARKS = (
    Benchmark(
        "speed_points",
        8,
        ("--repeats", "3"),
        ("--repeats", "1", "--points", "20000", "--parquet-points", "20000"),
        _POINTS,
    ),
    Benchmark("speed_country", 3, quick=("--points", "20000", "--repeats", "1")),
    Benchmark("waits", 12, quick=("--only", "lookup,fetch", "--repeats", "1")),
    Benchmark("load_http", 3, quick=("--turns", "1", "--seconds", "1"), programs=("wrk",)),
    Benchmark("speed_addresses", 2, quick=("--addresses", "3000", "--requests", "100")),
    Benchmark("speed_grid", 4, ("--repeats", "5"), ("--repeats", "1", "--share", "0.01"), ("libpysal",)),
    Benchmark("speed_describe", 2, quick=("--polygons", "200", "--repeats", "1")),
    Benchmark("simulated_country", 2, quick=("--cells", "2000", "--towns", "2")),
    Benchmark("national_costs", 9),
    Benchmark("map_pages", 2, modules=("playwright",), programs=("chromium",), counted=False),
    Benchmark("journeys", 1, timed=False),
    Benchmark("address_quality", 1, timed=False),
    Benchmark("adversarial_addresses", 3, folder=SHARED_DATA, timed=False),
    Benchmark("beside_addok", 1, (str(SHARED_DATA),), folder=SHARED_DATA, timed=False),
    Benchmark("ablation", 2, _DATA, folder=SHARED_DATA, timed=False),
    Benchmark("income_errors", 1, _DATA, folder=SHARED_DATA, timed=False),
)


def main() -> int:
    chosen = _arguments()
    named = chosen.only.split(",") if chosen.only else [benchmark.name for benchmark in BENCHMARKS]
    asked = [_of_the_whole(one, chosen.whole) for one in BENCHMARKS if one.name in named]
    if chosen.quick:
        outcomes = [_run(benchmark, benchmark.quick) for benchmark in asked if benchmark.quick is not None]
        if chosen.out:
            _write(chosen.out, report(outcomes))
        else:
            print(report(outcomes))
        return _failures(outcomes)
    kept = _kept(chosen.kept)
    until = time.monotonic() + 60 * chosen.budget
    outcomes = [_timed(benchmark, until, kept.get(benchmark.name)) for benchmark in asked]
    kept |= {outcome.name: outcome for outcome in outcomes}
    told = [kept.get(each.name, Outcome(each.name, missing="not asked for")) for each in BENCHMARKS]
    _write(chosen.kept, json.dumps([asdict(one) for one in told if one.printed], ensure_ascii=False, indent=1) + "\n")
    _write(chosen.out or RESULTS, report(told))
    return _failures(outcomes)


def _of_the_whole(benchmark: Benchmark, folder: Path | None) -> Benchmark:
    """The same on the whole of the made-up France that a folder holds, or will hold, where it goes by shares."""
    if folder is None or benchmark.name != "national_costs":
        return benchmark
    whole = ("--shares", "0.01,0.1,1", "--folder", str(folder))
    return replace(benchmark, minutes=WHOLE_MINUTES, arguments=whole)


def _kept(path: Path) -> dict[str, Outcome]:
    """What earlier runs printed, by the name of the benchmark."""
    if not path.exists():
        return {}
    return {said["name"]: Outcome(**said) for said in json.loads(path.read_text(encoding="utf-8"))}


def _write(path: Path, text: str) -> None:
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def _failures(outcomes: list[Outcome]) -> int:
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        print(f"{outcome.name} failed: {outcome.failure}", file=sys.stderr)
    return 1 if failed else 0


def report(outcomes: list[Outcome]) -> str:
    """Document of what was printed: ratios in one table, then what is missing, then everything."""
    here = [name for name in PACKAGES if _is_installed(name)]
    absent = ", ".join(name for name in PACKAGES if name not in here)
    lines = ["# Results", "", "Written by `make bench`: run it again rather than edit this.", ""]
    lines += [f"{datetime.now(UTC).date()}; {machine(here)}." + (f" Not installed: {absent}." if absent else "")]
    ratios = [row for outcome in outcomes for row in outcome.ratios]
    head = [f"| benchmark {RATIOS}", "|" + "---|" * RATIOS.count("|")]
    lines += ["", "## Ratios", "", *([*head, *ratios] if ratios else ["No benchmark that ran has a peer."])]
    untold = [f"- `{outcome.name}.py` did not run: {outcome.missing}." for outcome in outcomes if outcome.missing]
    untold += [f"- `{outcome.name}.py` failed: {outcome.failure}." for outcome in outcomes if outcome.failure]
    lines += ["", "## Left out", "", *(untold or ["Nothing."])]
    for outcome in outcomes:
        when = [f"Measured on {outcome.on}.", ""] if outcome.on else []
        lines += ["", f"## {outcome.name}.py", "", *when, outcome.printed] if outcome.printed else []
    return "\n".join(lines) + "\n"


def _timed(benchmark: Benchmark, until: float, before: Outcome | None) -> Outcome:
    """Run a benchmark where the machine is quiet and time is left; else what it printed before, and why it did not."""
    earlier = before or Outcome(benchmark.name)
    if time.monotonic() + 60 * benchmark.minutes > until:
        return replace(earlier, missing="no time was left")
    load = _load()
    taken = _busy_share() if benchmark.timed else 0.0
    if taken > QUIET:
        return replace(earlier, missing=_not_quiet(taken, load))
    watched = _Others()
    done = _run(benchmark, benchmark.arguments)
    taken = watched.share() if benchmark.counted else 0.0
    if benchmark.timed and taken > QUIET:
        return replace(earlier, missing=_not_quiet(taken, load), failure=done.failure)
    if done.missing or done.failure:
        return replace(earlier, missing=done.missing, failure=done.failure)
    others = f"others took {taken:.0%} meanwhile" if benchmark.counted else "what others took meanwhile is not known"
    return replace(done, on=f"{datetime.now(UTC).date()}, load {load:.2f} before, {others}")


def _not_quiet(taken: float, load: float) -> str:
    now = f"others take {taken:.0%} of the processors, load average {load:.1f}"
    return f"the machine was not quiet ({now}), and nothing of it is written"


def _load() -> float:
    return os.getloadavg()[0]


def _busy_share(seconds: float = 3.0) -> float:
    """Share of the processors taken while this process rests: the load average still counts what has just ended."""
    watched = _Others()
    time.sleep(seconds)
    return watched.share()


class _Others:
    """What else than this process and those that it waits for takes the processors, from now on."""

    def __init__(self) -> None:
        self._start = self._now()

    def share(self) -> float:
        """Share of all the processors."""
        passed, busy, ours = (now - then for now, then in zip(self._now(), self._start, strict=True))
        return max(0.0, busy - ours) / (passed * (os.cpu_count() or 1))

    @staticmethod
    def _now() -> tuple[float, float, float]:
        """Seconds: passed, of all processors that were busy, of those that were so for us; Linux alone tells."""
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        ours = sum(usage.ru_utime + usage.ru_stime for usage in usages)
        stat = Path("/proc/stat")
        if not stat.exists():
            return time.monotonic(), os.getloadavg()[0] * time.monotonic(), ours
        user, nice, system, _idle, _waiting, *others = map(
            int, stat.read_text(encoding="ascii").splitlines()[0].split()[1:9]
        )
        return time.monotonic(), (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK"), ours


def _run(benchmark: Benchmark, arguments: tuple[str, ...]) -> Outcome:
    lacks = benchmark.lacks()
    if lacks:
        return Outcome(benchmark.name, missing=f"{', '.join(lacks)} not found")
    print(f"{benchmark.name}…", file=sys.stderr, flush=True)
    command = [sys.executable, str(HERE / f"{benchmark.name}.py"), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return Outcome(benchmark.name, done.stdout.strip(), failure=said[-1] if done.returncode else "")


def _is_installed(package: str) -> bool:
    try:
        return bool(importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return False


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", help="names, with commas between them")
    parser.add_argument("--budget", type=float, default=60.0, help="minutes after which none is begun")
    parser.add_argument("--whole", type=Path, metavar="FOLDER", help="measure all of the made-up France, kept there")
    parser.add_argument("--out", type=Path, help=f"{RESULTS.name} of this folder otherwise")
    parser.add_argument("--kept", type=Path, default=KEPT, help="what earlier runs printed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
