"""The last barrier: no unexpected error reaches the server, whose log would print what was asked."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from geoville.api.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


class LastBarrier:
    """Answer an unexpected error with a problem document, and log its type alone.

    A message or a traceback could hold the address that was asked. An exception handler would not do: Starlette raises
    the error again after it, and the server logs it whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and stop what comes back up."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise  # the start of the service, which no request is part of
            _log.error("Unexpected %s while answering a request", type(error).__name__)
            if not started:
                answer = problem(
                    HTTPStatus.INTERNAL_SERVER_ERROR, "Erreur interne : la demande n'a pas pu être traitée."
                )
                await answer(scope, receive, send)
