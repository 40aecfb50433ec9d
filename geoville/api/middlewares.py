"""What every request goes through, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from geoville.api.barrier import LastBarrier
from geoville.api.body_limit import BodyLimit
from geoville.api.deadlines import Deadlines
from geoville.api.observer import Observer
from geoville.api.query_limit import QueryLimit
from geoville.api.rate_limit import RateLimit
from geoville.api.safe_headers import SafeHeaders

if TYPE_CHECKING:
    from fastapi import FastAPI

    from geoville.api.settings import Settings

COMPRESSED_FROM_BYTES = 1_024
COMPRESSION_LEVEL = 5
ALREADY_COMPRESSED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/pdf",
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
    app.add_middleware(Observer, metrics=app.state.metrics)
