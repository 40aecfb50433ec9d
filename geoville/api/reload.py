"""Reading the data again while requests are answered: SIGHUP to the master, which passes it on to its workers.

A worker is not replaced, as it would be by the server's own reload: connections would be lost. It reads the data in a
thread of its own, then swaps the snapshot that requests start from; those under way end on the one they took.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from geoville.api.service import load_service
from geoville.errors import GeovilleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from granian.server.common import AbstractServer

    from geoville.api.settings import Settings

SUPPORTED = sys.platform != "win32"

_log = logging.getLogger(__name__)


def pass_on_reloads(server: AbstractServer[Any]) -> None:
    """In the master, before its workers start: wait for SIGHUP and send it to each of them.

    The signal is blocked, not handled, and workers inherit that: one that is starting keeps it until it is ready.
    """

    def passed_on() -> None:
        for worker in list(server.wrks):
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, signal.SIGHUP)

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    _on_each_signal(passed_on)


def reload_on_signal(app: FastAPI, settings: Settings, master: int) -> None:
    """In a worker: read the data again at each SIGHUP of the master, and let requests ask the master for one."""

    def reload_all() -> None:
        if os.getppid() == master:  # else it is gone, and its number is another process's
            os.kill(master, signal.SIGHUP)

    app.state.reload_all = reload_all
    _on_each_signal(lambda: read_again(app, settings))


def read_again(app: FastAPI, settings: Settings) -> None:
    """Swap the snapshot of an application for a new one; where the data cannot be read, it keeps the one it has."""
    try:
        service = load_service(settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, the thread must live to read them once mended
        reason = error.sentence if isinstance(error, GeovilleError) else type(error).__name__
        kept = "les précédentes répondent toujours" if app.state.service else "le service ne répond pas"
        _log.error("Les données n'ont pas pu être lues, %s. %s", kept, reason)
        app.state.metrics.data_unreadable()
    else:
        app.state.service = service
        app.state.metrics.data_read(len(service.desk.index.perimeters))


def _on_each_signal(action: Callable[[], None]) -> None:
    def wait() -> None:
        while True:
            signal.sigwait({signal.SIGHUP})
            action()

    threading.Thread(target=wait, name="geoville-reload", daemon=True).start()
