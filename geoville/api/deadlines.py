"""Requests that no longer progress are ended: a slow client must not hold a worker's memory for ever."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from geoville.api.body_limit import UPLOADS
from geoville.api.problems import problem

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SLOWEST_BYTES_PER_S = 8_192
"""A body that comes slower than that, past the first delay, is not waited for: one byte a second is an attack."""


class Deadlines:
    """End a request after some seconds without progress.

    A body gets that long, and more as its bytes come; then so do the start of the answer and each of its parts.

    Parameters
    ----------
    upload_seconds : for the start of the answer to a file, which may be the whole of it: a workbook is finished by its
        beginning.
    """

    def __init__(self, app: ASGIApp, seconds: float, upload_seconds: float) -> None:
        self._app = app
        self._seconds = seconds
        self._upload_seconds = upload_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a deadline that its progress puts off."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        now = asyncio.get_running_loop().time
        body_deadline = now() + self._seconds
        answer_seconds = self._upload_seconds if scope["path"] in UPLOADS else self._seconds
        reading = started = False

        async def received() -> Message:
            nonlocal body_deadline, reading
            if body_deadline == 0:  # the body is there: this waits for the client to leave
                return await receive()
            reading = True
            message = await receive()
            reading = False
            if message.get("more_body"):
                body_deadline += len(message["body"]) / SLOWEST_BYTES_PER_S
                clock.reschedule(body_deadline)
            else:
                body_deadline = 0
                clock.reschedule(now() + answer_seconds)
            return message

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)
            clock.reschedule(now() + self._seconds)

        try:
            async with asyncio.timeout(self._seconds) as clock:
                await self._app(scope, received, sent)
        except TimeoutError:
            if started or not clock.expired():
                raise
            await _problem(client=reading)(scope, receive, send)


def _problem(*, client: bool) -> Response:
    """Say who was too slow."""
    if client:
        return problem(HTTPStatus.REQUEST_TIMEOUT, "La demande n'est pas arrivée à temps : la renvoyer.")
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "La réponse prend trop de temps : demander moins à la fois (un long classeur : en CSV, ou en plusieurs).",
    )
