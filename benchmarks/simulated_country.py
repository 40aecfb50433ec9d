"""Candidates of a whole made-up country in one command: how long, and how much memory.

    python benchmarks/simulated_country.py [--cells 2300000] [--towns 300] [--folder DIR] [--json]

The command runs in a process of its own, whose peak memory is what the system counted (Linux, macOS).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from alone import geoville
from made_up_country import NATIONAL_DECLARED_EUR, Files, make_country


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
    command = ["perimeters", "candidates", "--json", "--grid", files.grid, "--communes", files.communes]
    command += ["--urban-units", files.urban_units, "--rmuc", files.rmuc, "--rmuc-nat", NATIONAL_DECLARED_EUR]
    document = out.with_suffix(".json")
    taken = geoville([*command, "--out", out], document)
    found = json.loads(document.read_text(encoding="utf-8"))
    return {
        "cells": found["cells"],
        "cells_outside_units": found["cells_outside_urban_unit"],
        "units": len(found["thresholds"]),
        "small_units": len(found["small_units"]),
        "candidates": len(found["candidates"]),
        "rejected": len(found["rejected"]),
        "seconds": round(taken.seconds, 1),
        "peak_mb": round(taken.peak_mb),
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
