"""What this machine lends to a work that is shared out: cores, and memory. In a container, no more than it is given."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_SYSTEM = Path("/")


def usable_cores(system: Path = _SYSTEM) -> int:
    """Cores that this process may keep busy, at least one: those that it is bound to, as many as its container has.

    Parameters
    ----------
    system : root of the files in which Linux tells what a container is given; another system has none.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    groups = system / "sys/fs/cgroup"
    told = _numbers(groups / "cpu.max")  # a share of a period, both in microseconds, of control groups v2, then of v1
    share = told or _numbers(groups / "cpu/cpu.cfs_quota_us") + _numbers(groups / "cpu/cpu.cfs_period_us")
    return max(1, min(cores, share[0] // share[1])) if len(share) == 2 else cores  # noqa: PLR2004 - a limit has both


def more_that_fit(system: Path = _SYSTEM) -> int | None:
    """How many more processes as large as this one has been fit in memory; None where the system does not tell."""
    groups = system / "sys/fs/cgroup"
    own = _kilobytes(system / "proc/self/status", "VmHWM")
    free = _kilobytes(system / "proc/meminfo", "MemAvailable")
    if not own or free is None:
        return None
    given = _numbers(groups / "memory.max") or _numbers(groups / "memory/memory.limit_in_bytes")
    most = min([free, *(limit // 1024 - own for limit in given)])
    return max(0, most // own)


def _numbers(file: Path) -> list[int]:
    """Numbers of a file of the system; none where there is no such file, or no limit ("max", -1)."""
    with suppress(OSError, UnicodeError):
        words = file.read_text(encoding="ascii").split()
        return [int(word) for word in words] if all(word.isdecimal() for word in words) else []
    return []


def _kilobytes(file: Path, name: str) -> int | None:
    with suppress(OSError, UnicodeError):
        found = re.search(rf"^{name}:\s*(\d+) kB$", file.read_text(encoding="utf-8"), re.MULTILINE)
        return int(found[1]) if found else None
    return None
