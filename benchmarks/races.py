"""A task done by geoville and by a peer, timed in one run."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEAD = "| task | against | geoville | peer | ratio | target |\n|---|---|---|---|---|---|"

_QUICK_REPEATS = 5


@dataclass(frozen=True)
class Race:
    """One task done twice; `target` is the ratio to reach, None where nothing was promised."""

    task: str
    peer: str
    ours: Callable[[], object]
    theirs: Callable[[], object]
    target: float | None = None

    def line(self, repeats: int) -> str:
        """Row of a table: medians, extremes in brackets, ratio.

        The two take turns, so that what else the machine does weighs on both; the quicker one runs several times.
        """
        ours, theirs = [], []
        for _ in range(repeats):
            ours += seconds(self.ours, _QUICK_REPEATS)
            theirs += seconds(self.theirs, 1)
            ours += seconds(self.ours, _QUICK_REPEATS)
        return line(self.task, self.peer, ours, theirs, self.target)


def line(task: str, peer: str, ours: Sequence[float], theirs: Sequence[float], target: float | None) -> str:
    ratio = statistics.median(theirs) / statistics.median(ours)
    verdict = "–" if target is None else f"≥ {target:g}: {'reached' if ratio >= target else 'missed'}"
    return f"| {task} | {peer} | {shown(ours)} | {shown(theirs)} | × {ratio:.{1 if ratio < 10 else 0}f} | {verdict} |"


def limit_line(task: str, before: str, ours: Sequence[float], theirs: Sequence[float] | None, most_s: float) -> str:
    """Row of what may take some time at most, beside what it took before."""
    median = statistics.median(ours)
    ratio = f"× {statistics.median(theirs) / median:.1f}" if theirs else "–"
    verdict = "reached" if median <= most_s else "missed"
    peer = shown(theirs) if theirs else "–"
    return f"| {task} | {before} | {shown(ours)} | {peer} | {ratio} | ≤ {most_s:g} s: {verdict} |"


def seconds(task: Callable[[], object], repeats: int) -> list[float]:
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        taken.append(time.perf_counter() - start)
    return taken


def shown(taken: Sequence[float]) -> str:
    return f"{statistics.median(taken):.3f} s ({min(taken):.3f}–{max(taken):.3f})"


def machine(packages: Sequence[str]) -> str:
    """What was measured on."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    python = f"Python {platform.python_version()}"
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, {python}; {versions}"
