"""The number of a request: in its answer, in its problem and in the log, to find one from the other."""

from __future__ import annotations

import re
from contextvars import ContextVar
from uuid import uuid4

HEADER = b"x-request-id"

_ACCEPTED = re.compile(rb"[0-9A-Fa-f-]{16,64}")
"""A UUID or a trace number, in hexadecimal: words, which could be an address, would reach the log."""

_current: ContextVar[str] = ContextVar("request_id", default="")


def begin_request(given: bytes | None) -> str:
    """Number the request that begins: as its client did where that is a number, else with a new one."""
    number = given.decode() if given and _ACCEPTED.fullmatch(given) else str(uuid4())
    _current.set(number)
    return number


def current_request_id() -> str:
    """Number of the request being answered, empty outside of any."""
    return _current.get()
