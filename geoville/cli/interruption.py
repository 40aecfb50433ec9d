"""Ctrl-C, and the polite request to stop: whichever comes, a command tidies up before it ends."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHELL_BASE = 128


@dataclass(slots=True)
class Interruption:
    """How a command was asked to stop.

    Parameters
    ----------
    code : exit code that says so, as shells count: 128 and the number of the signal. 130 for Ctrl-C, 143 for SIGTERM.
    """

    code: int = _SHELL_BASE + signal.SIGINT

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Let SIGTERM end the work as Ctrl-C does: left alone, it would leave temporary folders behind."""

        def stop(*_: object) -> None:
            self.code = _SHELL_BASE + signal.SIGTERM
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGTERM, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
