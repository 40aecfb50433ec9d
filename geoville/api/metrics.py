"""What is counted of the service, for Prometheus: never what was asked.

Workers write their counts in files of a folder that the master made, and any of them answers for all.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

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

        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return registry
