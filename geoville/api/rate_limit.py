"""A client that asks too much waits: so many requests a minute each, saved up to one minute's."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from geoville.api.problems import problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

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
