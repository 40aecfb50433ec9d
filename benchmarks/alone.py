"""A command in a process of its own: how long it took, and how much memory, whatever this process holds itself."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_BYTES_IN_MAXRSS = 1 if sys.platform == "darwin" else 1024

# Linux counts the peak of the process that starts a command among the command's own: this one is small.
_LAUNCHER = """
import json, os, subprocess, sys, time

start = time.perf_counter()
with open(sys.argv[1], "wb") as printed:
    process = subprocess.Popen(sys.argv[2:], stdout=printed)
_, status, usage = os.wait4(process.pid, 0)
taken = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
print(json.dumps([*taken, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""


@dataclass(frozen=True)
class Taken:
    """What a command took, from start to end, and of processor: what else the machine does changes that less."""

    seconds: float
    processor_s: float
    peak_mb: float


def usual_environment() -> dict[str, str]:
    """Environment in which what Python compiles is kept, as it is where geoville is installed."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def geoville(arguments: Sequence[object], printed: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """Run geoville; what it prints goes to a file. A failure ends everything."""
    return python(["-P", "-c", "from geoville.cli import main; main()", *arguments], printed, environment)


def python(arguments: Sequence[object], printed: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """Run python; what it prints goes to a file. A failure ends everything."""
    command = [sys.executable, *map(str, arguments)]
    launched = [sys.executable, "-c", _LAUNCHER, str(printed), *command]
    done = subprocess.run(
        launched, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=environment or usual_environment()
    )
    seconds, processor_s, peak, code = json.loads(done.stdout)
    if code:
        raise SystemExit(f"{' '.join(command[1:])} failed")
    return Taken(seconds, processor_s, peak * _BYTES_IN_MAXRSS / 1e6)


def own_peak_mb() -> float:
    """Peak of memory of this process."""
    if sys.platform == "linux":  # where getrusage would also count the process that started this one
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_IN_MAXRSS / 1e6
