"""Run the service with granian; workers build their application from the environment."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
import time
from typing import TYPE_CHECKING, Any

from geoville.api import jobs, observability, service
from geoville.api.app import assemble
from geoville.api.observability import FOLDER_VARIABLE
from geoville.api.service import load_service
from geoville.api.settings import Settings
from geoville.api.slots import sweep_folders
from geoville.errors import GeovilleError, InvalidInputError
from geoville.sources.pack import open_pack
from geoville.workflows.lookup import DeskChoice

if TYPE_CHECKING:
    from fastapi import FastAPI
    from granian.server.common import AbstractServer


_log = logging.getLogger(__name__)

HEADERS_WITHIN_MS = 10_000
BUFFER_BYTES = 65_536
"""Most that is held of the headers of a request."""
STOPPED_WITHIN_S = 30
SEEN_EVERY_S = 0.01
ORPHAN_CHECKED_EVERY_S = 1.0

_REFUSALS = {
    errno.EADDRINUSE: "déjà pris",
    errno.EACCES: "réservé à l'administrateur",
    errno.EADDRNOTAVAIL: "l'adresse n'est pas de cette machine",
}


def prepare(settings: Settings, host: str, port: int, workers: int) -> AbstractServer[Any]:
    """Return a server ready to `serve()`, after everything that can be wrong has been found out.

    Raises
    ------
    GeovilleError
        The data cannot be read, or the address cannot be listened to: said once here, before any worker starts.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    load_service(settings)  # a fault in the data is told to the user, not to the log of a worker
    threading.Thread(target=_check_indexes, args=(settings,), daemon=True).start()
    address = free_address(host, port)
    os.environ.update(settings.environment())
    server = Granian(
        "geoville.api.server:worker_app",
        address=address,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=BUFFER_BYTES),
        websockets=False,
        factory=True,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPPED_WITHIN_S,
        log_level=LogLevels.warning,
        log_access=False,  # it would hold addresses
    )
    _share_counts(server)
    _wait_for_workers(server)
    if service.SUPPORTED:
        server.on_startup(lambda: service.pass_on_reloads(server))
    return server


def _check_indexes(settings: Settings) -> None:
    """Say if an index of addresses is not what its territory says: of a whole country, that takes minutes to know."""
    try:
        open_pack(settings.territory).check_indexes()
        DeskChoice(settings.territory, addresses=settings.addresses).check_addresses()
    except GeovilleError as error:
        _log.error("Un index d'adresses est abîmé, et des réponses peuvent être fausses. %s", error.sentence)


def _wait_for_workers(server: AbstractServer[Any]) -> None:
    """Let a worker that has ended be seen to have, before it is said to refuse.

    Granian waits for a worker in two threads: the one that comes second is told nothing for a moment, a thousandth of a
    second or more on a busy machine, and takes it for alive.
    """
    stop = server._stop_workers

    def stop_patiently() -> None:
        for worker in server.wrks:
            worker.terminate()
        until = time.monotonic() + STOPPED_WITHIN_S
        while time.monotonic() < until and any(worker.is_alive() for worker in server.wrks):
            time.sleep(SEEN_EVERY_S)
        server.workers_kill_timeout = 1  # those that are left have had their time
        stop()  # type: ignore[no-untyped-call]
        sweep_folders()  # of those that were killed while they answered a file

    server._stop_workers = stop_patiently  # type: ignore[method-assign]


def _share_counts(server: AbstractServer[Any]) -> None:
    folder = tempfile.mkdtemp(prefix="geoville-")
    os.environ[FOLDER_VARIABLE] = folder
    server.on_shutdown(lambda: shutil.rmtree(folder, ignore_errors=True))


def free_address(host: str, port: int) -> str:
    """IP address of a host name, on which a port is free.

    Granian shares a port that another server listens to, and each would answer some of the requests: hence this test.

    Raises
    ------
    InvalidInputError
        The host name is unknown, or the port is taken or reserved.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise InvalidInputError(
            "L'adresse d'écoute est inconnue", advice="donner une adresse de cette machine, par exemple 127.0.0.1"
        ) from None
    with socket.socket(family, kind, protocol) as trial:
        if os.name == "posix":  # a port that was just left is free; elsewhere the option means something else
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except OSError as error:
            reason = _REFUSALS.get(error.errno or 0, "refusé par le système")
            raise InvalidInputError(
                f"Impossible d'écouter sur le port {port} ({reason})",
                advice="choisir un autre --port, ou arrêter le programme qui l'occupe",
            ) from error
    return str(address[0])


def worker_app() -> FastAPI:
    """The application of one worker process.

    A worker that replaces another may find files that were altered since: it answers 503 until they are mended, where
    ending would make the server start it over and over, then stop whole.
    """
    # A worker that starts holds the handlers of its master, which would do nothing here: it could not be stopped.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the master's, which sends the other one
    sweep_folders()
    settings = Settings()
    observability.configure(as_json=settings.log_json)
    app = assemble(settings, None)
    service.read_again(app, settings)
    if settings.jobs_dir is not None:
        kept = (settings.jobs_dir, settings.jobs_hours)
        threading.Thread(target=jobs.sweep_for_ever, args=kept, name="geoville-jobs", daemon=True).start()
    if service.SUPPORTED:
        master = _master()
        service.reload_on_signal(app, settings, master)
        threading.Thread(target=_end_with, args=(master,), daemon=True).start()
    return app


def _master() -> int:
    """Number of the process that started this worker, as told at its start: it may be gone by now."""
    master = multiprocessing.parent_process()
    return master.pid if master is not None and master.pid is not None else os.getppid()


def _end_with(master: int) -> None:
    """End this worker once its master is gone: alone, it would hold the port, and answer from old data for ever."""
    while True:
        if os.getppid() != master:
            os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(ORPHAN_CHECKED_EVERY_S)
