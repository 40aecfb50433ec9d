"""What the unit tests share: a server of files that fails on demand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fault_server import FaultServer


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A server of files on this machine, which fails when it is told to."""
    with FaultServer() as running:
        yield running
