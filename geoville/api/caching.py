"""Answers that a cache may keep: those about the data, the same for all; never those about a person's address."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

    from geoville.api.service import Service

FRESH_S = 60
"""A reload is seen by everybody within that time."""


def cache_headers(service: Service) -> dict[str, str]:
    """Headers of an answer that the data alone make, at its address."""
    # Weak: the same answer is sent compressed or not.
    return {"ETag": f'W/"{service.version}"', "Cache-Control": f"public, max-age={FRESH_S}"}


def not_modified(request: Request, service: Service) -> Response | None:
    """The answer to a client that already holds that of these data (304); None where it does not."""
    headers = cache_headers(service)
    held = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"].removeprefix("W/") in held or "*" in held:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return None
