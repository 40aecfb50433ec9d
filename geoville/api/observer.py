"""Each request numbered, timed, counted and logged, by the template of its route: its address may hold a person's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from geoville.api.log import log_request
from geoville.api.metrics import METHODS
from geoville.api.request_id import HEADER, begin_request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from geoville.api.metrics import Metrics

NO_ROUTE = "(aucune)"
NOT_ANSWERED = 499
"""Status noted where the client left before any answer."""


class Observer:
    """The outermost middleware: what it does not see did not happen."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        number = begin_request(dict(scope["headers"]).get(HEADER))
        status = NOT_ANSWERED

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, number.encode())]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            # The router leaves in the scope the route that it found.
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            seconds = time.perf_counter() - begun
            self._metrics.answered(method, route, status, seconds)
            log_request(method, route, status, seconds)
