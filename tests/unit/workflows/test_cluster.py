"""Work given to processes: each gets once what every task needs, and one that is lost changes nothing."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from distributed import Client, LocalCluster
from distributed.nanny import WorkerProcess
from made_up_cluster import cluster_of

from geoville.errors import GeovilleError, InvalidInputError
from geoville.workflows import cluster as shared_out
from geoville.workflows.cluster import in_order, results
from geoville.workflows.dask_worker import SharedWork

TASKS = 12


@dataclass
class Slow:
    """Adds an amount, slowly; unpickled once in each process, it tells which process and which copy answered."""

    amount: int

    def __call__(self, task: int) -> tuple[int, int, int]:
        time.sleep(0.05)
        return task + self.amount, os.getpid(), id(self)


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with cluster_of(2, threads=2) as started:
        yield started


def test_every_task_is_done_once_and_a_process_is_given_the_work_once(cluster: LocalCluster) -> None:
    done = list(results(Slow(100), range(TASKS), scheduler=cluster.scheduler_address))
    assert sorted(answer for answer, _, _ in done) == list(range(100, 100 + TASKS))
    processes = {pid for _, pid, _ in done}
    assert len({(pid, copy) for _, pid, copy in done}) == len(processes) == 2


@pytest.mark.parametrize("after", [1, TASKS])
def test_a_worker_killed_in_the_middle_or_at_the_end_changes_nothing(cluster: LocalCluster, after: int) -> None:
    answers = []
    for answer, pid, _ in results(Slow(0), range(TASKS), scheduler=cluster.scheduler_address):
        if len(answers) == after - 1:
            os.kill(pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)  # others of its tasks are under way
        answers.append(answer)
    assert sorted(answers) == list(range(TASKS))


def test_nothing_is_left_in_the_workers(cluster: LocalCluster) -> None:
    list(results(Slow(0), range(2), scheduler=cluster.scheduler_address))
    with Client(cluster) as client:
        held = client.run(lambda dask_worker: [name for name in dask_worker.plugins if name.startswith("geoville")])
    assert not any(held.values())


def test_tasks_are_made_as_they_are_needed(cluster: LocalCluster) -> None:
    made = []
    tasks = (made.append(number) or number for number in range(40))
    for rank, _ in enumerate(results(Slow(0), tasks, scheduler=cluster.scheduler_address)):
        assert len(made) <= rank + 1 + 2 * 4  # two for each of the four threads
    assert len(made) == 40


def test_workers_of_another_version_are_refused(cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = SharedWork.__init__

    def other_version(self: SharedWork, work: object) -> None:
        whole(self, work)
        self._version = "0.0"

    monkeypatch.setattr(SharedWork, "__init__", other_version)
    with pytest.raises(InvalidInputError, match=r"n'ont pas geoville.*installer la même version"):
        list(results(abs, [-1], scheduler=cluster.scheduler_address))


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_out, "_FIRST_WORKER_S", 0.2)
    with (
        cluster_of(0) as empty,
        pytest.raises(InvalidInputError, match="aucun processus de calcul"),
    ):
        list(results(abs, [-1], scheduler=empty.scheduler_address))


def test_nobody_else_may_have_the_own_cluster_run_code():
    with shared_out._own_cluster(1) as local:
        assert local.scheduler_address.startswith("tls://127.0.0.1:")
        with socket.create_connection(("127.0.0.1", int(local.scheduler_address.rpartition(":")[2])), 5) as stranger:
            stranger.settimeout(5)
            stranger.sendall(b"\x00" * 64)
            with suppress(ConnectionError):
                assert stranger.recv(1) in (b"", b"\x15"), (
                    "an alert of TLS, or nothing: a stranger is told no word of dask"
                )
        with pytest.raises((OSError, TypeError, RuntimeError)):
            Client(local.scheduler_address.replace("tls://", "tcp://"), timeout=1)


def test_processes_that_take_half_a_minute_to_end_lose_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    ended_in_time = WorkerProcess.kill

    async def on_a_busy_machine(self: WorkerProcess, timeout: float = 2, **asked: object) -> None:
        if timeout < 30:
            raise TimeoutError
        await ended_in_time(self, timeout, **asked)

    monkeypatch.setattr(WorkerProcess, "kill", on_a_busy_machine)
    assert sorted(results(abs, [-1, -2], workers=2)) == [1, 2]


def test_results_in_order_are_made_as_they_are_needed_and_a_process_that_stops_is_told() -> None:
    made = []
    tasks = (made.append(number) or -number for number in range(30))
    for rank, answer in enumerate(in_order(abs, tasks, workers=1, if_one_stops="")):
        assert (answer, len(made)) == (rank, rank + 1)
    with pytest.raises(GeovilleError, match=r"Un processus de calcul s'est arrêté : en prendre moins\."):
        list(in_order(os._exit, [3, 3], workers=2, if_one_stops="en prendre moins"))
