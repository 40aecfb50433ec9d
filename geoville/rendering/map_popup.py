"""What opens when a drawn thing is chosen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Popup:
    """Plain texts: whatever draws them escapes them.

    Parameters
    ----------
    rows : pairs of label and value, already written in French.
    note : sentence under the rows, empty where there is none.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    note: str = ""
