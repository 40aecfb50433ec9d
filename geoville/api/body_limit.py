"""Bodies that are too long are refused before they are held in memory."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from geoville.api.problems import Refusal, problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOADS = frozenset({"/search/csv", "/reverse/csv"})
"""Routes that are sent a file, which they read part by part."""


class BodyLimit:
    """Refuse a body longer than a limit: by what it says of its length, then by what comes.

    Parameters
    ----------
    most_bytes : limit of a document, read whole.
    most_upload_bytes : limit of a file.
    """

    def __init__(self, app: ASGIApp, most_bytes: int, most_upload_bytes: int) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._most_upload_bytes = most_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a body that is counted as it is read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_upload_bytes if scope["path"] in UPLOADS else self._most_bytes
        sentence = f"Le corps de la demande dépasse {most} octets : demander moins à la fois."
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > most:
            await problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
            return message

        await self._app(scope, counted, send)
