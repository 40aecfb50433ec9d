"""Tests that run an event loop of their own, beside the browser tests of the same run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_loop_runs() -> Iterator[None]:
    """Playwright, kept open by browser tests, leaves its event loop marked as running: it is not, for these tests."""
    left = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(left)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop that never sleeps: where it would, its clock moves on. What a deadline does depends on no machine."""

    def __init__(self) -> None:
        self._now_s = 0.0
        super().__init__()
        select = self._selector.select

        def at_once(timeout: float | None = None) -> Any:
            if timeout is None:
                return select(None)
            self._now_s += timeout
            return select(0)

        self._selector.select = at_once

    def time(self) -> float:
        return self._now_s


@pytest.fixture
def virtual_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Event loops that are started meanwhile are such ones: not for what waits for a thread."""
    monkeypatch.setattr("asyncio.events.new_event_loop", VirtualTimeLoop)
