"""The modules of this folder import one another, under pytest as under `run.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from event_loops import no_loop_runs

__all__ = ["no_loop_runs"]

sys.path.insert(0, str(Path(__file__).parent))
