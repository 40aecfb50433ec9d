"""Tests that run an event loop of their own, beside the browser tests of the same run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def no_loop_runs() -> Iterator[None]:
    """Playwright, kept open by browser tests, leaves its event loop marked as running: it is not, for these tests."""
    left = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(left)
