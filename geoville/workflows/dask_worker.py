"""The side of a worker: what does the tasks, given once to each process. dask is loaded with this module."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from distributed import Nanny, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from geoville.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed import Worker

_CLOSE_S = 60


class OtherVersionError(Exception):
    """A worker has another version of geoville."""


class SharedWork(WorkerPlugin):
    """What does the tasks; dask gives it again to every worker that comes later, or that comes back.

    Parameters
    ----------
    work : a function, or an object that holds what every task needs.
    """

    def __init__(self, work: Callable[[Any], Any]) -> None:
        self.name = f"geoville-{uuid4().hex}"
        self._work = work
        self._version = __version__

    def setup(self, worker: Worker) -> None:  # noqa: ARG002 - dask's own signature
        """Get ready in a worker; one whose answers could differ is refused."""
        if self._version != __version__:
            raise OtherVersionError(__version__)
        self._one_at_a_time = Lock()  # a process may have several threads, which must not share geometries

    def do(self, task: Any) -> Any:
        """Do a task."""
        with self._one_at_a_time:
            return self._work(task)


def do(name: str, task: Any) -> Any:
    """Do a task with the work of that name, in the worker that runs this."""
    shared: Any = get_worker().plugins[name]
    return shared.do(task)


class PatientNanny(Nanny):
    """A worker's keeper that lets its process end in a minute: dask's five seconds are too few on a busy machine.

    Past them dask raises `TimeoutError`, when every result is already here.
    """

    async def close(self, timeout: float = _CLOSE_S, reason: str = "nanny-close") -> Any:  # type: ignore[override]
        """Close the worker, which is killed where it does not end by itself."""
        return await super().close(timeout, reason)
