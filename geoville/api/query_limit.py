"""Addresses of the service that are too long are refused before they are read."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from geoville.api.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class QueryLimit:
    """Refuse a path and query longer than a limit, in bytes."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless it is too long."""
        if scope["type"] == "http" and len(scope["path"]) + len(scope["query_string"]) > self._most_bytes:
            sentence = f"La demande dépasse {self._most_bytes} octets : la raccourcir, ou l'envoyer par POST."
            await problem(HTTPStatus.REQUEST_URI_TOO_LONG, sentence)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
