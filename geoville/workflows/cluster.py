"""Work shared out to processes of this machine, or to the workers of a dask scheduler, wherever they are."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import get_context, parent_process
from tempfile import TemporaryDirectory
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypeVar

from geoville.errors import GeovilleError, InvalidInputError
from geoville.extras import need
from geoville.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from concurrent.futures import Future

    Task = TypeVar("Task")
    Result = TypeVar("Result")

_LOOPBACK = "127.0.0.1"
_CONNECT_S = 10
_FIRST_WORKER_S = 60
_REQUESTS = (signal.SIGINT, signal.SIGTERM)
_TASKS_AHEAD = 2
"""Tasks given to each thread of the workers before the first one ends: none is idle, and few wait in memory."""


def check_workers(workers: int, scheduler: str | None) -> None:
    """Refuse to begin a work that is to be shared out where dask is not installed (MissingExtraError)."""
    if workers != 1 or scheduler is not None:
        need("cluster")


def results(
    work: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int = 1, scheduler: str | None = None
) -> Iterator[Result]:
    """Do tasks, and give their results as they come, in any order.

    Parameters
    ----------
    work : what does a task, with all that every task needs: each process is given it once, and does one task at a time.
        Doing a task twice must do no harm.
    tasks : made as they are needed; each is kept until its result is here, so that a process lost changes nothing.
    workers : processes of this machine; 1 works in this one.
    scheduler : address of a dask scheduler; then `workers` has no meaning.

    Raises
    ------
    MissingExtraError
        Work is to be shared out, and dask is not installed.
    InvalidInputError
        No scheduler answers at that address, it has no worker, or its workers have another version of geoville.
    GeovilleError
        Processes stop again and again on one task. One that stops once changes nothing: its task is done elsewhere.
    """
    check_workers(workers, scheduler)
    if workers == 1 and scheduler is None:
        yield from map(work, tasks)
        return
    from distributed.scheduler import KilledWorker

    try:
        with _client(workers, scheduler) as client, _given_to_all(work, client) as name:
            yield from _done(client, name, iter(tasks))
    except KilledWorker:
        raise GeovilleError(
            "Des processus de calcul s'arrêtent sans cesse",
            advice="leur donner plus de mémoire ou en prendre moins ; lookup-file reprend son travail avec --resume",
        ) from None


def _done(client: Any, name: str, tasks: Iterator[Any]) -> Iterator[Any]:
    """Results of tasks, given little by little."""
    from distributed import as_completed

    from geoville.workflows.dask_worker import do

    def given(count: int) -> list[Any]:
        return [client.submit(do, name, task, pure=False) for task in islice(tasks, count)]

    coming: Any = as_completed(given(_TASKS_AHEAD * sum(client.nthreads().values())))  # type: ignore[no-untyped-call]
    for future in coming:
        for more in given(1):
            coming.add(more)
        yield future.result()


@contextmanager
def _given_to_all(work: Callable[[Any], Any], client: Any) -> Iterator[str]:
    """Give a work to every worker, until the end of the block, under the name that comes back."""
    from geoville.workflows.dask_worker import OtherVersionError, SharedWork

    shared = SharedWork(work)
    try:
        client.wait_for_workers(1, timeout=_FIRST_WORKER_S)
        client.register_plugin(shared)
    except TimeoutError as error:
        raise InvalidInputError(
            "L'ordonnanceur dask n'a aucun processus de calcul", advice="en lancer (dask worker tcp://machine:8786)"
        ) from error
    except (ImportError, OtherVersionError) as error:
        raise InvalidInputError(
            f"Les processus de calcul n'ont pas geoville {__version__}",
            advice="installer la même version sur toutes les machines",
        ) from error
    try:
        yield shared.name
    finally:
        with suppress(OSError):  # a worker that has just been lost holds nothing any more
            client.unregister_worker_plugin(shared.name)


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    from distributed import Client

    if scheduler is not None:
        try:
            client = Client(scheduler, timeout=_CONNECT_S)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise InvalidInputError(
                f"Aucun ordonnanceur dask ne répond à l'adresse « {scheduler} »",
                advice="le lancer (dask scheduler), ou corriger l'adresse (tcp://machine:8786)",
            ) from error
        with client:
            yield client
        return
    with _own_cluster(workers) as local, Client(local) as client:  # type: ignore[no-untyped-call]
        yield client


@contextmanager
def _own_cluster(workers: int) -> Iterator[Any]:
    """Give a cluster of processes of this machine, which leaves nothing behind.

    Whoever reaches a scheduler has it run code. This one only talks to those that hold the key of this one run, which
    other users of the machine have not.
    """
    import dask
    from distributed import LocalCluster, Security
    from distributed.deploy.spec import close_clusters

    from geoville.workflows.dask_worker import PatientNanny

    with TemporaryDirectory(prefix="geoville-", ignore_cleanup_errors=True) as folder:
        try:
            with dask.config.set({"temporary-directory": folder}):
                local = LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=workers,
                    threads_per_worker=1,
                    worker_class=PatientNanny,
                    host=_LOOPBACK,
                    protocol="tls",
                    security=Security.temporary(),  # type: ignore[no-untyped-call]
                    dashboard_address=None,
                    scheduler_kwargs={
                        "dashboard_address": f"{_LOOPBACK}:0"
                    },  # any free port: two works may run at once
                    memory_limit=0,
                    silence_logs=logging.ERROR,
                )
        except KeyboardInterrupt:
            # Half started, it cannot be closed: its processes end with this one, and its files with the folder.
            atexit.unregister(close_clusters)
            for complaining in ("asyncio", "distributed.diskutils"):
                logging.getLogger(complaining).setLevel(logging.CRITICAL)
            raise
        with local:
            yield local


# --- Tasks whose results are wanted in their order, done by processes of this machine that need no port


def in_order(
    work: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int, if_one_stops: str
) -> Generator[Result, None, None]:
    """Results of tasks, in their order; a few tasks wait in memory, whatever their number.

    Parameters
    ----------
    work : what does a task; sent with each.
    workers : processes of this machine; 1 works in this one.
    if_one_stops : what to do then, a French clause.

    Raises
    ------
    GeovilleError
        A process stopped.
    """
    if workers == 1:
        yield from map(work, tasks)
        return
    # Processes start afresh: a fork would copy the threads' locks and the geometries of this one.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin_worker)
    given: deque[Future[Result]] = deque()
    try:
        for task in tasks:
            with _starting():
                given.append(pool.submit(work, task))
            if len(given) > workers * _TASKS_AHEAD:
                yield given.popleft().result()
        while given:
            yield given.popleft().result()
    except BrokenProcessPool:
        raise GeovilleError("Un processus de calcul s'est arrêté", advice=if_one_stops) from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _starting() -> Iterator[None]:
    """While a process may start: a request to stop waits until it has, and Ctrl-C never reaches that process.

    Both would have it end in the middle of its first lines, with a traceback.
    """
    if sys.platform == "win32" or current_thread() is not main_thread():  # the only one that is asked to stop
        yield
        return
    asked: list[int] = []
    usual = {number: signal.signal(number, lambda request, _: asked.append(request)) for number in _REQUESTS}
    unseen = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # as those that start have it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, unseen)
        for number, handler in usual.items():
            signal.signal(number, handler)
        for request in asked:
            signal.raise_signal(request)


def _begin_worker() -> None:
    """Leave Ctrl-C to the main process, and never outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_the_parent, daemon=True).start()


def _leave_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
