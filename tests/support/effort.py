"""How many cases a property draws: a few in each run, where one is dear, and many in `make slow`."""

from __future__ import annotations

from typing import Any

from hypothesis import settings


def cases(each_run: int, slow: int, **more: Any) -> settings:
    """Settings of a property: as many cases as said, on the profile that is loaded.

    Those of each run are the same ones every time, and find nothing after the first: chance finds in `make slow`.
    """
    name = settings.get_current_profile_name()
    return settings(deadline=None, max_examples=slow if name == "random" else each_run, **more)
