"""Every benchmark of this folder, one after the other, and what they print in one file: `make bench`.

    pip install -r benchmarks/requirements.txt
    python benchmarks/run_all.py [--quick] [--only speed_grid,speed_points] [--out FILE]

Ratios against named peers make one table, at the head. A benchmark that cannot run here is said, with what it lacks; so
is one that fails, and the exit code is then 1. `RESULTS.md` is written in one stroke, at the end. With `--quick`, the
cheapest ones alone run, on very little, and are printed: a smoke test, whose figures mean nothing.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from races import HEAD, machine

from geoville.sources.files import replacing

HERE = Path(__file__).resolve().parent
SHARED_DATA = HERE.parents[1] / "shared" / "data"
RESULTS = HERE / "RESULTS.md"
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
    quick : arguments of a smoke test, None where there is no cheap one.
    modules, programs, folder : what it needs beside geoville, which may not be here.
    """

    name: str
    arguments: tuple[str, ...] = ()
    quick: tuple[str, ...] | None = None
    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    folder: Path | None = None

    def lacks(self) -> list[str]:
        """What is not here of what it needs."""
        modules = [f"module {name}" for name in self.modules if importlib.util.find_spec(name) is None]
        programs = [f"program {name}" for name in self.programs if shutil.which(name) is None]
        return modules + programs + ([f"folder {self.folder}"] if self.folder and not self.folder.is_dir() else [])


@dataclass(frozen=True)
class Outcome:
    """What a benchmark printed, or why it printed nothing."""

    name: str
    printed: str = ""
    missing: str = ""
    failure: str = ""

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
    Benchmark("speed_grid", ("--repeats", "5"), modules=("libpysal",)),
    Benchmark("speed_describe", quick=("--polygons", "200", "--repeats", "1")),
    Benchmark("speed_points", ("--repeats", "3"), modules=_POINTS),
    Benchmark("load_http", programs=("wrk",)),
    Benchmark("map_pages", modules=("playwright",), programs=("chromium",)),
    Benchmark("speed_addresses", quick=("--addresses", "3000", "--requests", "100")),
    Benchmark("address_quality"),
    Benchmark("adversarial_addresses", folder=SHARED_DATA),
    Benchmark("beside_addok", (str(SHARED_DATA),), folder=SHARED_DATA),
    Benchmark("simulated_country", quick=("--cells", "2000", "--towns", "2")),
    Benchmark("national_costs"),
    Benchmark("journeys"),
    Benchmark("ablation", _DATA, folder=SHARED_DATA),
    Benchmark("income_errors", _DATA, folder=SHARED_DATA),
)


def main() -> int:
    chosen = _arguments()
    named = chosen.only.split(",") if chosen.only else [benchmark.name for benchmark in BENCHMARKS]
    asked = [benchmark for benchmark in BENCHMARKS if benchmark.name in named]
    if chosen.quick:
        asked = [benchmark for benchmark in asked if benchmark.quick is not None]
    outcomes = [_run(benchmark, quick=chosen.quick) for benchmark in asked]
    if not chosen.quick:
        outcomes += [Outcome(each.name, missing="not asked for") for each in BENCHMARKS if each not in asked]
    text = report(outcomes)
    out = chosen.out or (None if chosen.quick else RESULTS)
    if out is None:
        print(text)
    else:
        with replacing(out) as beside:
            beside.write_text(text, encoding="utf-8")
    return 1 if any(outcome.failure for outcome in outcomes) else 0


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
        lines += ["", f"## {outcome.name}.py", "", outcome.printed] if outcome.printed else []
    return "\n".join(lines) + "\n"


def _run(benchmark: Benchmark, *, quick: bool) -> Outcome:
    lacks = benchmark.lacks()
    if lacks:
        return Outcome(benchmark.name, missing=f"{', '.join(lacks)} not found")
    arguments = (benchmark.quick or ()) if quick else benchmark.arguments
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
    parser.add_argument("--out", type=Path, help=f"{RESULTS.name} of this folder otherwise")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
