"""What becomes of perimeters from one map to the next."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geoville.perimeters.flow import Flow


class Fate(StrEnum):
    """What happened to a group of linked perimeters.

    `changed` is one perimeter that both gained and lost, or several that were redrawn into several others.
    """

    KEPT = "kept"
    GROWN = "grown"
    SHRUNK = "shrunk"
    CHANGED = "changed"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    GONE = "gone"


FATE_NAMES = MappingProxyType(
    {
        Fate.KEPT: "inchangé",
        Fate.GROWN: "agrandi",
        Fate.SHRUNK: "réduit",
        Fate.CHANGED: "redessiné",
        Fate.SPLIT: "divisé",
        Fate.MERGED: "réuni",
        Fate.NEW: "nouveau",
        Fate.GONE: "disparu",
    }
)
"""French adjective of each fate, of a perimeter."""


def fate_of(old_count: int, new_count: int, flow: Flow, tolerance: float) -> Fate:
    """Fate of a group of linked perimeters.

    Parameters
    ----------
    old_count, new_count : perimeters of each side in the group; not both 0.
    flow : from the old ones to the new ones.
    tolerance : largest share, of people and of surface, that may enter or leave an unchanged perimeter.
    """
    if not old_count:
        return Fate.NEW
    if not new_count:
        return Fate.GONE
    if old_count > 1 or new_count > 1:
        return Fate.SPLIT if old_count == 1 else Fate.MERGED if new_count == 1 else Fate.CHANGED
    gains, loses = flow.share_entering > tolerance, flow.share_leaving > tolerance
    if gains and loses:
        return Fate.CHANGED
    return Fate.GROWN if gains else Fate.SHRUNK if loses else Fate.KEPT
