"""A Parquet file in a store is answered where it is, by workers that share no disk: the bytes of one process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import LocalCluster
from made_up_cluster import cluster_of

from geoville.errors import InvalidInputError
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.lookup_file import job as bulk_parts
from geoville.workflows.lookup_file.job import FileJob, lookup_parquet, open_file_job

ON = date(2026, 1, 15)
ROWS, GROUP_ROWS = 300, 100
SOURCE, OUT = "s3://seau/questions.parquet", "s3://seau/resultats/reponses.parquet"


@pytest.fixture
def alone(tmp_path: Path, seau: Any, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The output of one process that reads and writes a disk; the questions are in the store too."""
    monkeypatch.setattr(bulk_parts, "PART_ROWS", GROUP_ROWS)
    random = np.random.default_rng(62193)
    table = pa.table({"lon": random.uniform(1.8, 1.95, ROWS), "lat": random.uniform(50.92, 50.98, ROWS)})
    path = tmp_path / "questions.parquet"
    pq.write_table(table, path, row_group_size=GROUP_ROWS)
    seau.put_file(str(path), "seau/questions.parquet")
    job = open_file_job(path, tmp_path / "reponses.parquet", DeskChoice("calais"), ON)
    lookup_parquet(job, silent)
    path.unlink()
    return job.out.read_bytes()


@pytest.fixture
def cluster(seau: Any) -> Iterator[LocalCluster]:
    """Workers that start with the keys of the store in their environment."""
    with cluster_of(2) as started:
        yield started


def silent(rows: int) -> None: ...


def job(out: str = OUT) -> FileJob:
    return open_file_job(SOURCE, out, DeskChoice("calais"), ON)


def test_one_process_writes_the_same_bytes_in_the_store(alone: bytes, seau: Any) -> None:
    assert job().is_about_numbers
    assert lookup_parquet(job(), silent).rows == ROWS
    assert seau.cat_file("seau/resultats/reponses.parquet") == alone
    assert sorted(name.rpartition("/")[2] for name in seau.find("seau/resultats")) == [
        "reponses.parquet",
        "reponses.parquet.provenance.json",
    ]


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_changes_nothing(
    alone: bytes, seau: Any, cluster: LocalCluster, tmp_path: Path
) -> None:
    pids = [worker.pid for worker in cluster.workers.values()]

    def kill_once(rows: int) -> None:
        if rows and pids:
            os.kill(pids.pop(), signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
            pids.clear()

    before = set(tmp_path.iterdir())
    lookup_parquet(job(), kill_once, scheduler=cluster.scheduler_address)
    assert pids == []
    assert seau.cat_file("seau/resultats/reponses.parquet") == alone
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("stop_at", [2 * GROUP_ROWS, ROWS])
def test_a_work_interrupted_in_the_store_is_gone_on_with(alone: bytes, seau: Any, stop_at: int) -> None:
    def interrupted(rows: int) -> None:
        if rows >= stop_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lookup_parquet(job(), interrupted)
    assert not seau.exists("seau/resultats/reponses.parquet")
    with pytest.raises(InvalidInputError, match="--resume"):
        lookup_parquet(job(), silent)
    seen: list[int] = []
    lookup_parquet(job(), seen.append, resume=True)
    assert seen[0] == stop_at
    assert seau.cat_file("seau/resultats/reponses.parquet") == alone
    assert not seau.exists("seau/resultats/reponses.parquet.partiel")


def test_a_result_that_is_there_is_not_replaced_unasked(alone: bytes, seau: Any) -> None:
    seau.pipe_file("seau/resultats/reponses.parquet", b"before")
    with pytest.raises(InvalidInputError, match="existe déjà"):
        lookup_parquet(job(), silent)
    assert seau.cat_file("seau/resultats/reponses.parquet") == b"before"
    lookup_parquet(job(), silent, force=True)
    assert seau.cat_file("seau/resultats/reponses.parquet") == alone


def test_an_input_that_changes_meanwhile_is_refused(alone: bytes, seau: Any) -> None:
    def change(rows: int) -> None:
        if rows == ROWS:
            seau.pipe_file("seau/questions.parquet", seau.cat_file("seau/questions.parquet") + b" ")

    with pytest.raises(InvalidInputError, match="a changé pendant le travail"):
        lookup_parquet(job(), change)
    assert not seau.exists("seau/resultats/reponses.parquet")


def test_an_output_that_is_the_input_is_refused(alone: bytes) -> None:
    with pytest.raises(InvalidInputError, match="le même fichier"):
        job(SOURCE)


def test_a_store_and_a_disk_may_be_mixed(alone: bytes, tmp_path: Path) -> None:
    lookup_parquet(job(str(tmp_path / "ici.parquet")), silent)
    assert (tmp_path / "ici.parquet").read_bytes() == alone
    assert {path.name for path in tmp_path.glob("ici*")} == {"ici.parquet", "ici.parquet.provenance.json"}
