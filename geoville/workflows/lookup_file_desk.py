"""The desk that a file is asked at: how to open it, in one process or several, and what tells it from another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.sources.files import sha256_of
from geoville.sources.territory import open_territory
from geoville.workflows.lookup import open_desk

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.workflows.lookup import LookupDesk


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """What `open_desk` takes, as values that another process may be given."""

    territory: str
    perimeters: tuple[Path, ...] = ()
    addresses: Path | None = None
    geocoder: str | None = None
    generation: int | None = None

    def open(self) -> LookupDesk:
        """Load the addresses and perimeters."""
        return open_desk(
            self.territory,
            perimeters=self.perimeters,
            addresses=self.addresses,
            geocoder=self.geocoder,
            generation=self.generation,
        )

    def identity(self) -> dict[str, str]:
        """What the answers depend on: checksums of every file that may be read, and the choices made."""
        pack = open_territory(self.territory)
        shipped = [file.source.sha256 or "" for file in pack.manifest.files]
        return {
            "data": " ".join([self.territory, *shipped, *(item.sha256 for item in pack.additions)]),
            "perimeters": " ".join([*map(sha256_of, self.perimeters), str(self.generation or "")]),
            "geocoder": sha256_of(self.addresses) if self.addresses else self.geocoder or "",
        }
