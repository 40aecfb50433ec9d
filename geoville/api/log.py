"""The log of a worker: one line for each event, and never what was asked."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from geoville.api.request_id import current_request_id

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
