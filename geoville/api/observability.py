"""What the service says of itself: its log without addresses, its metrics, the number of a request."""

from __future__ import annotations

import json
import logging
import os
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import CollectorRegistry, Metric


# --- The number of a request: in its answer, in its problem and in the log, to find one from the other

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


_access = logging.getLogger("geoville.access")


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; the fields of a request come with its record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "request_id": current_request_id() or None,
            **getattr(record, "fields", {}),
        }
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


def configure(*, as_json: bool) -> None:
    """Write the log of this process to its standard error: errors alone, or each request too, in JSON."""
    handler = logging.StreamHandler()
    if as_json:
        handler.setFormatter(JsonLines())
        _access.setLevel(logging.INFO)
    root = logging.getLogger("geoville")
    root.addHandler(handler)
    root.propagate = False


def log_request(method: str, route: str, status: int, seconds: float) -> None:
    """Log an answer by the template of its route, where requests are logged."""
    if _access.isEnabledFor(logging.INFO):
        fields = {
            "request_id": current_request_id(),
            "method": method,
            "route": route,
            "status": status,
            "ms": round(1_000 * seconds, 1),
        }
        _access.info("answered", extra={"fields": fields})


# --- What is counted of the service, for Prometheus: never what was asked

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any word may be sent as a method: others are counted together."""
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram's classes: from a point in a small town to a file of thousands of rows."""


class Metrics:
    """The counts of one application."""

    def __init__(self) -> None:
        # The library decides when it is imported whether counts are shared: once the master has named the folder.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "geoville_requests", "Demandes répondues.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "geoville_request_seconds", "Durée des réponses.", ("route",), registry=registry, buckets=SECONDS
        )
        self._perimeters = Gauge(
            "geoville_perimeters", "Périmètres chargés.", registry=registry, multiprocess_mode="mostrecent"
        )
        self._readings = Counter("geoville_readings", "Lectures des données.", ("outcome",), registry=registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by the template of its route."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def data_read(self, perimeters: int) -> None:
        """Count a reading of the data, and note how many perimeters answer."""
        self._perimeters.set(perimeters)
        self._readings.labels("done").inc()

    def data_unreadable(self) -> None:
        """Count a reading of the data that failed."""
        self._readings.labels("failed").inc()

    def exposition(self) -> bytes:
        """The counts of every worker, in the text format of Prometheus."""
        from prometheus_client import generate_latest

        return generate_latest(self._shared_registry() if os.environ.get(FOLDER_VARIABLE) else self._registry)

    def _shared_registry(self) -> CollectorRegistry:
        from prometheus_client import CollectorRegistry
        from prometheus_client.multiprocess import MultiProcessCollector

        class WrittenCounts(MultiProcessCollector):
            """Those of the files that hold something: a worker that starts makes them empty, then gives them room."""

            def collect(self) -> Iterable[Metric]:
                files = (path for path in Path(self._path).glob("*.db") if path.stat().st_size)
                return self.merge(map(str, files), accumulate=True)  # type: ignore[no-any-return, no-untyped-call]

        registry = CollectorRegistry()
        WrittenCounts(registry)  # type: ignore[no-untyped-call]
        return registry
