"""How many processes a machine has room for: a container has no more than it is given, whatever its host has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from geoville.workflows.machine import more_that_fit, usable_cores

GB = 1_048_576  # in kilobytes


def _told(root: Path, files: dict[str, str]) -> Path:
    """A root with the files in which Linux tells what a container is given."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
    return root


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, 8),
        ({"sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"sys/fs/cgroup/cpu.max": "100000 100000\n"}, 1),
        ({"sys/fs/cgroup/cpu.max": "50000 100000\n"}, 1),
        ({"sys/fs/cgroup/cpu.max": "350000 100000\n"}, 3),
        ({"sys/fs/cgroup/cpu.max": "1600000 100000\n"}, 8),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 2),
        ({"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 8),
    ],
)
def test_a_container_has_the_cores_that_it_is_given(tmp_path, monkeypatch, files, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert usable_cores(_told(tmp_path, files)) == cores


def test_a_process_has_the_cores_that_it_is_bound_to(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert usable_cores(tmp_path) == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cores(tmp_path) == 1


@pytest.mark.parametrize(
    ("limits", "more"),
    [
        ({}, 12),
        ({"sys/fs/cgroup/memory.max": "max\n"}, 12),
        ({"sys/fs/cgroup/memory.max": f"{3 * GB * 1024}\n"}, 5),  # six of half a gigabyte, of which this one
        ({"sys/fs/cgroup/memory.max": f"{GB * 1024 // 2}\n"}, 0),
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2 * GB * 1024}\n"}, 3),
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 12),
    ],
)
def test_as_many_processes_fit_as_the_memory_that_is_free_or_given_holds(tmp_path, limits, more):
    known = {
        "proc/self/status": f"Name:\tgeoville\nVmHWM:\t  {GB // 2} kB\n",
        "proc/meminfo": f"MemTotal:       {16 * GB} kB\nMemAvailable:    {6 * GB} kB\n",
    }
    assert more_that_fit(_told(tmp_path, known | limits)) == more


def test_a_system_that_does_not_tell_its_memory_sets_no_limit(tmp_path):
    assert more_that_fit(tmp_path) is None
