"""When two cells touch."""

from __future__ import annotations

from enum import StrEnum


class Contiguity(StrEnum):
    """When two cells touch: by an edge or a corner (queen), or by an edge alone (rook)."""

    QUEEN = "queen"
    ROOK = "rook"
