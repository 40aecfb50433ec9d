"""What stands between the server and the routes: limits, deadlines, headers, errors that no one foresaw, the log."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from geoville.api.observability import HEADER, METHODS, begin_request, log_request
from geoville.api.problems import Refusal, problem, speak_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from geoville.api.observability import Metrics
    from geoville.api.settings import Settings


# --- The last barrier: no unexpected error reaches the server, whose log would print what was asked

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


# --- Bodies that are too long are refused before they are held in memory

UPLOADS = frozenset({"/search/csv", "/reverse/csv", "/actions/check/csv", "/files/preview", "/jobs"})
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


# --- Requests that no longer progress are ended: a slow client must not hold a worker's memory for ever

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
        "trop-de-travail",
    )


# --- Each request numbered, timed, counted and logged, by the template of its route: its address may hold a person's

NO_ROUTE = "(aucune)"
NOT_ANSWERED = 499
"""Status noted where the client left before any answer."""


class Observer:
    """The outermost middleware: what it does not see did not happen."""

    def __init__(self, app: ASGIApp, metrics: Metrics, public_url: str = "") -> None:
        self._app = app
        self._metrics = metrics
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        number = begin_request(dict(scope["headers"]).get(HEADER))
        speak_from(self._public_url)
        asked = scope["method"]  # before `SameRoute` changes it
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
            method = asked if asked in METHODS else "OTHER"
            seconds = time.perf_counter() - begun
            self._metrics.answered(method, route, status, seconds)
            log_request(method, route, status, seconds)


# --- One route for what clients write in several ways


class SameRoute:
    """Take a path with a slash at its end for the same without, and answer HEAD wherever GET is.

    Nothing is redirected: a redirection repeats the query, and so the address asked, in a header that proxies log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as its route knows it; the answer to HEAD has the headers of GET's, and no body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Changed in place: `Observer` reads in this scope the route that was found.
        if scope["path"].endswith("/"):
            scope["path"] = scope["path"].rstrip("/") or "/"
            scope["raw_path"] = scope.get("raw_path", b"").rstrip(b"/")
        if scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        scope["method"] = "GET"

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
            elif not message.get("more_body"):
                await send({"type": "http.response.body", "body": b""})

        await self._app(scope, receive, without_body)


# --- Addresses of the service that are too long are refused before they are read


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


# --- A client that asks too much waits: so many requests a minute each, saved up to one minute's

MOST_CLIENTS = 10_000
"""Clients remembered; the one that asked least recently is forgotten first."""
PROBES = frozenset({"/health", "/ready"})


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class RateLimit:
    """Refuse with 429 the requests of a client beyond a rate. Each worker counts those that it gets.

    Parameters
    ----------
    per_minute : requests that a client may make.
    trusted_proxies : networks whose `X-Forwarded-For` names the client.
    """

    def __init__(
        self, app: ASGIApp, per_minute: int, trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    ) -> None:
        self._app = app
        self._most = float(per_minute)
        self._trusted = tuple(trusted_proxies)
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless its client made too many."""
        if scope["type"] == "http" and scope["path"] not in PROBES:
            wait_s = self._wait_s(self._client(scope), time.monotonic())
            if wait_s > 0:
                answer = problem(HTTPStatus.TOO_MANY_REQUESTS, "Trop de demandes : attendre avant d'en faire d'autres.")
                answer.headers["Retry-After"] = str(math.ceil(wait_s))
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wait_s(self, client: str, now: float) -> float:
        """Take a token; seconds before there is one, 0 where it was taken."""
        bucket = self._buckets.get(client)
        if bucket is None:
            bucket = self._buckets[client] = _Bucket(self._most, now)
            if len(self._buckets) > MOST_CLIENTS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(client)
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.filled_at) * self._most / 60)
        bucket.filled_at = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) * 60 / self._most

    def _client(self, scope: Scope) -> str:
        """Who asks: the peer, or whom the proxies that are trusted say, read from the nearest to the farthest."""
        peer = scope["client"][0] if scope.get("client") else ""
        forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        for named in reversed(forwarded.decode("latin-1").split(",")):
            address = _address(peer)
            if address is None or not any(address in network for network in self._trusted):
                break
            peer = named.strip() or peer
        return _household(peer)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _household(peer: str) -> str:
    """An IPv6 client owns a whole /64: it counts as one; what is no address counts together."""
    address = _address(peer)
    if address is None:
        return ""
    return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


# --- Headers that keep an answer out of caches, frames and scripts, unless its route says otherwise

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),  # the address of a page may hold a person's
)
UNLESS_SET = (
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


class SafeHeaders:
    """Add to every answer the headers of this module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = [*given, *ALWAYS, *(pair for pair in UNLESS_SET if pair[0] not in names)]
            await send(message)

        await self._app(scope, receive, with_headers)


COMPRESSED_FROM_BYTES = 1_024
COMPRESSION_LEVEL = 5
ALREADY_COMPRESSED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/pdf",
    "application/x-ndjson",  # told as it comes: compressed, it would wait for more
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


def install(app: FastAPI, settings: Settings) -> None:
    """Wrap an application; the first one added is the nearest to the routes."""
    app.add_middleware(BodyLimit, most_bytes=settings.max_body_bytes, most_upload_bytes=settings.max_upload_bytes)
    app.add_middleware(Deadlines, seconds=settings.request_timeout_s, upload_seconds=settings.upload_timeout_s)
    app.add_middleware(QueryLimit, most_bytes=settings.max_query_bytes)
    if settings.rate_per_minute:
        app.add_middleware(RateLimit, per_minute=settings.rate_per_minute, trusted_proxies=settings.trusted_proxies)
    app.add_middleware(LastBarrier)
    app.add_middleware(
        GZipMiddleware,
        minimum_size=COMPRESSED_FROM_BYTES,
        compresslevel=COMPRESSION_LEVEL,
        exclude_content_types=ALREADY_COMPRESSED,
    )
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID", "ETag", "Retry-After"],
        )
    app.add_middleware(SafeHeaders)
    app.add_middleware(SameRoute)
    app.add_middleware(Observer, metrics=app.state.metrics, public_url=settings.public_url)
