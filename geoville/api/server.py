"""Run the service with granian; workers build their application from the environment."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from geoville.api.app import create_app
from geoville.api.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until interrupted.

    Raises
    ------
    GeovilleError
        The data cannot be read: said once here, before any worker starts.
    """
    from granian import Granian
    from granian.constants import Interfaces

    create_app(settings)  # a fault in the data is told to the user, not to the log of a worker that restarts
    os.environ["GEOVILLE_TERRITORY"] = settings.territory
    os.environ["GEOVILLE_PERIMETERS"] = json.dumps([str(path.resolve()) for path in settings.perimeters])
    # The access log would hold addresses: it stays off.
    Granian(
        "geoville.api.server:worker_app",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        factory=True,
        log_access=False,
    ).serve()


def worker_app() -> FastAPI:
    """The application of one worker process."""
    return create_app(Settings())
