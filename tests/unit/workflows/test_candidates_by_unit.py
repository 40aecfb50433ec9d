"""Candidates shared out to processes are those of one process, to the byte, even where a process is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from distributed import LocalCluster
from made_up_cluster import cluster_of
from made_up_places import Block, Country

from geoville.workflows import candidates
from geoville.workflows.candidates import compute_candidates, search_by_unit
from geoville.workflows.search_inputs import CandidateRequest

ON = date(2024, 1, 1)
UNITS = 6
COUNTRY = Country(tuple(Block(f"{10 + place}001", 0, 10 * place, 9_000) for place in range(UNITS)))
"""Poor towns of one size, so that nothing but their order tells them apart."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Two workers, as on other machines: they share nothing with the test."""
    with cluster_of(2) as started:
        yield started


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    return COUNTRY.write_grid(tmp_path)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CandidateRequest:
    monkeypatch.setattr(candidates, "GROUP_CELLS", 40)  # two units in most groups
    unit_of = {block.commune: f"U{place}" for place, block in enumerate(COUNTRY.blocks)}
    figures = dict.fromkeys(unit_of.values(), (12_000, 50_000))
    return CandidateRequest(on=ON, units=COUNTRY.write_tables(tmp_path, unit_of, figures))


def test_the_workers_of_a_scheduler_write_the_same_bytes(
    grid: Path, asked: CandidateRequest, cluster: LocalCluster, tmp_path: Path
) -> None:
    alone = compute_candidates(grid, asked)
    shared = compute_candidates(grid, asked, scheduler=cluster.scheduler_address)
    assert len(alone.perimeters) == UNITS
    assert shared.document() == alone.document()
    for name, run in (("alone", alone), ("shared", shared)):
        (tmp_path / name).mkdir()
        run.write(tmp_path / name / "c.geojson")
    assert (tmp_path / "shared/c.geojson").read_bytes() == (tmp_path / "alone/c.geojson").read_bytes()


def test_a_worker_killed_in_the_middle_changes_nothing(
    grid: Path, asked: CandidateRequest, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = compute_candidates(grid, asked)
    killed = []

    def killing(work, tasks, **where):
        for result in results(work, tasks, **where):
            if not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
            yield result

    results = candidates.results
    monkeypatch.setattr(candidates, "results", killing)
    shared = compute_candidates(grid, asked, scheduler=cluster.scheduler_address)
    assert killed
    assert shared.document() == alone.document()


def test_a_worker_is_sent_the_cells_of_its_units_alone(
    grid: Path, asked: CandidateRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    alone = compute_candidates(grid, asked)
    monkeypatch.setattr(
        candidates, "results", lambda work, tasks, **_: (work(task) for task in tasks if not sent.append(task))
    )
    start = alone.found.start
    search_by_unit(start, alone.found.legal, asked.options)
    assert [[unit.unit for unit in group.units] for group in sent] == [["U0", "U1"], ["U2", "U3"], ["U4", "U5"]]
    assert all(len(unit.grid) < len(start.grid) for group in sent for unit in group.units)
    assert sum(len(unit.rows) for group in sent for unit in group.units) == len(start.grid)
