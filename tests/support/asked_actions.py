"""Actions asked of the pack of Calais, as a file describes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from geoville.eligibility.actions.action import ActionFinding
from geoville.sources.actions import action_of
from geoville.workflows.actions import ActionDesk

TODAY = date(2026, 1, 15)
INSIDE = "1 rue Youri Gagarine, 62100 Calais"


def check(desk: ActionDesk, folder: Path | None, **entries: object) -> ActionFinding:
    """Answer for an action described in a file of a folder."""
    asked = action_of({"title": "Atelier", **entries}, "action.toml", folder)
    return desk.check(asked, on=None, today=TODAY)


def homes_file(folder: Path, *rows: str, header: str = "adresse;commune") -> str:
    """Name of a list of homes, written into a folder."""
    (folder / "domiciles.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return "domiciles.csv"
