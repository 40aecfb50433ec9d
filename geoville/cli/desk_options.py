"""Options of every command that answers: which perimeters and which addresses it looks in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.cli.arguments import (
    DEFAULT_TERRITORY,
    AddressFile,
    GeocoderName,
    PerimeterFiles,
    QpvGeneration,
    TerritoryName,
)

if TYPE_CHECKING:
    from geoville.workflows.lookup import LookupDesk


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """Which perimeters and which addresses answer."""

    perimeters: PerimeterFiles = None
    addresses: AddressFile = None
    geocoder: GeocoderName = None
    generation: QpvGeneration = None
    territory: TerritoryName = DEFAULT_TERRITORY

    def open(self) -> LookupDesk:
        """Load what they name."""
        from geoville.workflows.lookup import open_desk

        return open_desk(
            self.territory,
            perimeters=self.perimeters or (),
            addresses=self.addresses,
            geocoder=self.geocoder,
            generation=self.generation,
        )
