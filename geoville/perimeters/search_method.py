"""How ground is chosen."""

from __future__ import annotations

from enum import StrEnum


class SearchMethod(StrEnum):
    """By the index of the ground around each place (index), or cell by cell as the decree may be read (cells)."""

    INDEX = "index"
    CELLS = "cells"
