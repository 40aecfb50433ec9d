"""How fast a remote service may be asked: so many requests in any second, and none while it asks to wait."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW_S = 1.0


class Pace:
    """Turns for requests, in order of arrival; several threads may share one.

    Parameters
    ----------
    per_second : most requests in any window of one second; None where nothing limits them.
    clock : seconds that never go back.
    sleep : wait for so many seconds.
    """

    def __init__(
        self,
        per_second: int | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._recent: deque[float] | None = None if per_second is None else deque(maxlen=per_second)
        self._not_before = -float("inf")
        self._turn = Lock()

    def wait(self) -> None:
        """Return when the next request may start."""
        with self._turn:
            while (delay := self._delay(self._clock())) > 0:
                self._sleep(delay)
            if self._recent is not None:
                self._recent.append(self._clock())

    def hold(self, seconds: float) -> None:
        """Let no request start for so many seconds from now, whoever asks."""
        self._not_before = max(self._not_before, self._clock() + seconds)

    def _delay(self, now: float) -> float:
        full = self._recent is not None and len(self._recent) == self._recent.maxlen
        free_at = self._recent[0] + WINDOW_S if full and self._recent else now
        return max(free_at, self._not_before) - now
