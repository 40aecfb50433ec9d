"""A command in a process of its own: how long it took, and how much memory, whatever this process holds itself."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psutil import Process

_WEIGHED_EVERY_S = 0.2
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


def geoville(
    arguments: Sequence[object], printed: Path, environment: Mapping[str, str] | None = None, *, together: bool = False
) -> Taken:
    """Run geoville; what it prints goes to a file. A failure ends everything.

    Parameters
    ----------
    together : weigh all its processes at once too, some times a second; the system tells of the largest of them alone.
    """
    command = ["-P", "-c", "from geoville.cli import main; main()", *arguments]
    return python(command, printed, environment, together=together)


def python(
    arguments: Sequence[object], printed: Path, environment: Mapping[str, str] | None = None, *, together: bool = False
) -> Taken:
    """Run python; see `geoville`."""
    command = [sys.executable, *map(str, arguments)]
    launched = [sys.executable, "-c", _LAUNCHER, str(printed), *command]
    with (
        subprocess.Popen(
            launched, stdout=subprocess.PIPE, encoding="utf-8", env=environment or usual_environment()
        ) as launcher,
        weighed_together(launcher.pid) if together else nullcontext([0.0]) as held_mb,
    ):
        said, _ = launcher.communicate()
    if launcher.returncode:
        raise subprocess.CalledProcessError(launcher.returncode, launched)
    seconds, processor_s, peak, code = json.loads(said)
    if code:
        raise SystemExit(f"{' '.join(command[1:])} failed")
    return Taken(seconds, processor_s, max(*held_mb, peak * _BYTES_IN_MAXRSS / 1e6))


@contextmanager
def weighed_together(parent: int) -> Iterator[list[float]]:
    """Megabytes held by the processes that come from one, now and then: pages that they share count once on Linux."""
    import psutil

    held, over = [0.0], threading.Event()

    def weigh() -> None:
        while not over.wait(_WEIGHED_EVERY_S):
            try:
                held.append(sum(map(_own_and_shared, psutil.Process(parent).children(recursive=True))) / 1e6)
            except psutil.NoSuchProcess:
                continue

    weighing = threading.Thread(target=weigh, daemon=True)
    weighing.start()
    try:
        yield held
    finally:
        over.set()
        weighing.join()


def _own_and_shared(process: Process) -> int:
    """Bytes of a process, its part of those that it shares; none once it has ended."""
    import psutil

    try:
        held = process.memory_full_info()
    except psutil.Error:
        return 0
    return int(getattr(held, "pss", held.uss))


def own_peak_mb() -> float:
    """Peak of memory of this process."""
    if sys.platform == "linux":  # where getrusage would also count the process that started this one
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _BYTES_IN_MAXRSS / 1e6
