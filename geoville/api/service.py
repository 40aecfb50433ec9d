"""What a worker answers from: one snapshot of the data, never changed, replaced whole when the data are read again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from geoville import __version__
from geoville.errors import DataUnavailableError
from geoville.sources.territory import open_territory
from geoville.workflows.actions import ActionDesk
from geoville.workflows.lookup import open_desk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoville.api.settings import Settings
    from geoville.model import Perimeter
    from geoville.sources.territory import Territory
    from geoville.workflows.lookup import LookupDesk


@dataclass(frozen=True, eq=False, slots=True)
class Service:
    """Everything that answers rest on. A request takes one, at its start, and keeps it to its end.

    Parameters
    ----------
    version : changes when the perimeters, the addresses or the software do; what an `ETag` is made of.
    """

    desk: LookupDesk
    actions: ActionDesk
    territory: Territory
    version: str


def load_service(settings: Settings) -> Service:
    """Read the data of the service.

    Raises
    ------
    GeovilleError
        The territory, a file of perimeters or the list of addresses cannot be read.
    """
    desk = open_desk(
        settings.territory,
        perimeters=settings.perimeters,
        addresses=settings.addresses,
        geocoder=settings.geocoder,
    )
    return Service(
        desk,
        ActionDesk(desk, settings.territory),
        open_territory(settings.territory),
        _version_of(desk.index.perimeters, settings.addresses),
    )


async def _current_service(request: Request) -> Service:
    service: Service | None = request.app.state.service
    if service is None:
        raise DataUnavailableError("Les données du service ne sont pas chargées", advice="réessayer plus tard")
    return service


CurrentService = Annotated[Service, Depends(_current_service)]
"""Annotation of the snapshot that a route answers from; 503 while there is none."""


def _version_of(perimeters: Iterable[Perimeter], addresses: Path | None) -> str:
    import shapely

    digest = hashlib.sha256(__version__.encode())
    for perimeter in perimeters:
        digest.update(f"{perimeter.code}\0{perimeter.name}\0{perimeter.valid_from}\0{perimeter.valid_to}\0".encode())
        digest.update(shapely.to_wkb(perimeter.geometry))
    if addresses is not None:  # too big to be read whole
        status = addresses.stat()
        digest.update(f"{status.st_size}\0{status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]
