"""The data of geoville: list the territories with their files, add a town's own files to one, take them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.sources import additions
from geoville.sources.territory import list_territories, open_territory

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.sources.additions import Addition
    from geoville.sources.territory import Territory


def list_data() -> tuple[Territory, ...]:
    """Territories by name; each has its files (`manifest.files`) and what the user added (`additions`)."""
    return list_territories()


def add_data(
    path: Path, *, territory: str, kind: str, generation: int | None = None, complete: bool = False
) -> Addition:
    """Add a file to a territory: see `geoville.sources.additions.add_file`."""
    return additions.add_file(open_territory(territory), path, kind, generation=generation, complete=complete)


def remove_data(designation: str, *, territory: str) -> Addition:
    """Take an added file out of a territory: see `geoville.sources.additions.remove_file`."""
    return additions.remove_file(open_territory(territory), designation)
