"""Try one target, or all of them, for a while: `python tests/fuzz/run.py --seconds 180 --seed 1 "grid CSV"`.

What crashes is printed, once for each place of the code, with the input in hexadecimal or in a file that is named.
"""

from __future__ import annotations

import argparse
import time
import traceback
from itertools import islice
from pathlib import Path

from mutations import mutants
from targets import TARGETS

SLOW_S = 10.0
"""An input that takes longer is reported as a hang."""


def main() -> None:
    """Read the arguments, and try."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="most of them for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--crashes", type=Path, default=Path("crashes"), help="folder of the inputs that crash")
    given = parser.parse_args()
    for name in given.names or TARGETS:
        tried, faults = hunt(name, given.seconds, given.inputs, given.seed, given.crashes)
        print(f"{name}: {tried} inputs, {faults} faults", flush=True)  # noqa: T201


def hunt(name: str, seconds: float, inputs: int, seed: int, crashes: Path) -> tuple[int, int]:
    """Try a target; return how many inputs it was given, and how many different faults they found."""
    target, seen, tried = TARGETS[name], set(), 0
    target.try_on(target.samples()[0])  # what is loaded once is no part of what an input takes
    until = time.monotonic() + seconds
    for content in islice(mutants(target.samples(), seed), inputs):
        started = time.monotonic()
        if started > until:
            break
        tried += 1
        try:
            target.try_on(content)
        except Exception as error:  # noqa: BLE001 - what is looked for
            place = traceback.extract_tb(error.__traceback__)
            ours = [step for step in place if "geoville" in step.filename and "tests" not in step.filename]
            fault = (type(error).__name__, *((step.filename, step.lineno) for step in ours[-1:]))
        else:
            fault = ("slow",) if time.monotonic() - started > SLOW_S else None
        if fault and fault not in seen:
            seen.add(fault)
            crashes.mkdir(exist_ok=True)
            kept = crashes / f"{name.replace(' ', '-').replace('/', '_')}-{len(seen)}"
            kept.write_bytes(content)
            print(f"  {name}: {fault}, input in {kept}", flush=True)  # noqa: T201
    return tried, len(seen)


if __name__ == "__main__":
    main()
