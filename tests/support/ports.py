"""Ports of the loopback for servers that tests start: none that the system may lend meanwhile to a connection."""

from __future__ import annotations

import os
import socket
from itertools import count

FIRST, PORTS = 10_000, 20_000
"""Below those that Linux (from 32 768) and the others (from 49 152) lend to whoever asks for any."""

_TAKEN = count(os.getpid() * 7_919)
"""Processes of tests, side by side, begin some hundreds apart: a server takes its port a second after it was given, and
those of geoville share one that two are given."""


def free_port() -> int:
    """A port that nobody listens on, given once by a process."""
    while True:
        port = FIRST + next(_TAKEN) % PORTS
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
