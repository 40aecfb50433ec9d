"""Candidates of a whole made-up country in one command: how long, and how much memory.

    python benchmarks/simulated_country.py [--cells 2300000] [--towns 300] [--folder DIR] [--json]

The command runs in a process of its own, whose peak memory is what the system counted (Linux, macOS).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from made_up_country import NATIONAL_DECLARED_EUR, Files, make_country

_BYTES_IN_MAXRSS = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        files = make_country(folder, arguments.cells, arguments.towns)
        measured = measure(files, folder / "candidats.gpkg")
    if arguments.json:
        print(json.dumps(measured))
    else:
        print("| " + " | ".join(measured) + " |\n|" + "---|" * len(measured))
        print("| " + " | ".join(str(value) for value in measured.values()) + " |")


def measure(files: Files, out: Path) -> dict[str, int | float]:
    """Run the command and say what it took, and what it found."""
    command = [sys.executable, "-c", "from geoville.cli import main; main()", "perimeters", "candidates", "--json"]
    command += ["--grid", str(files.grid), "--communes", str(files.communes), "--urban-units", str(files.urban_units)]
    command += ["--rmuc", str(files.rmuc), "--rmuc-nat", str(NATIONAL_DECLARED_EUR), "--out", str(out)]
    document = out.with_suffix(".json")
    start = time.perf_counter()
    with document.open("wb") as answer:
        process = subprocess.Popen(command, stdout=answer)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status):
        raise SystemExit("geoville a échoué")
    found = json.loads(document.read_text(encoding="utf-8"))
    return {
        "cells": found["cells"],
        "cells_outside_units": found["cells_outside_urban_unit"],
        "units": len(found["thresholds"]),
        "small_units": len(found["small_units"]),
        "candidates": len(found["candidates"]),
        "rejected": len(found["rejected"]),
        "seconds": round(seconds, 1),
        "peak_mb": round(usage.ru_maxrss * _BYTES_IN_MAXRSS / 1e6),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=2_300_000, help="cells inside towns")
    parser.add_argument("--towns", type=int, default=300)
    parser.add_argument("--folder", type=Path, help="keep the files there")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
