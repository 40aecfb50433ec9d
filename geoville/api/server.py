"""Run the service with granian; workers build their application from the environment."""

from __future__ import annotations

import errno
import json
import os
import socket
from typing import TYPE_CHECKING, Any

from geoville.api.app import create_app
from geoville.api.settings import Settings
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from granian.server.common import AbstractServer

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
    from granian.constants import Interfaces
    from granian.log import LogLevels

    create_app(settings)  # a fault in the data is told to the user, not to the log of a worker
    address = free_address(host, port)
    os.environ["GEOVILLE_TERRITORY"] = settings.territory
    os.environ["GEOVILLE_PERIMETERS"] = json.dumps([str(path.resolve()) for path in settings.perimeters])
    return Granian(
        "geoville.api.server:worker_app",
        address=address,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        factory=True,
        log_level=LogLevels.warning,
        log_access=False,  # it would hold addresses
    )


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
    """The application of one worker process."""
    return create_app(Settings())
