"""Work shared out to processes of this machine, or to the workers of a dask scheduler."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from geoville.errors import GeovilleError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Task = TypeVar("Task")
    Result = TypeVar("Result")

_LOOPBACK = "127.0.0.1"
_CONNECT_S = 10


def results(
    work: Callable[[Task], Result], tasks: Sequence[Task], *, workers: int = 1, scheduler: str | None = None
) -> Iterator[Result]:
    """Do tasks, and give their results as they come, in any order.

    Parameters
    ----------
    work : a function of a module, so that other processes find it; doing a task twice must do no harm.
    workers : processes of this machine; 1 works in this one.
    scheduler : address of a dask scheduler, whose workers see the same files; then `workers` has no meaning.

    Raises
    ------
    InvalidInputError
        No scheduler answers at that address.
    GeovilleError
        Processes stop again and again on one task. One that stops once changes nothing: its task is done elsewhere.
    """
    if workers == 1 and scheduler is None:
        yield from map(work, tasks)
        return
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    with _client(workers, scheduler) as client:
        try:
            futures = client.map(work, tasks, pure=False)
            for future in as_completed(futures):  # type: ignore[no-untyped-call]
                yield future.result()
        except KilledWorker:
            raise GeovilleError(
                "Des processus de calcul s'arrêtent sans cesse",
                advice="reprendre avec --resume, et moins de processus (--workers)",
            ) from None


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    from distributed import Client, LocalCluster

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
    local = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host=_LOOPBACK,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": f"{_LOOPBACK}:0"},  # any free port: two works may run side by side
        memory_limit=0,
        silence_logs=logging.ERROR,
    )
    with local, Client(local) as client:  # type: ignore[no-untyped-call]
        yield client
