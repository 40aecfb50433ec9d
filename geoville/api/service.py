"""What a worker answers from: one snapshot of the data, never changed, replaced whole when the data are read again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from geoville import __version__
from geoville.api.aside import Aside
from geoville.errors import DataUnavailableError
from geoville.sources.territory import open_territory
from geoville.sources.writers import perimeter_record
from geoville.workflows.actions import ActionDesk
from geoville.workflows.feature_layers import FeatureLayers
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
    aside : what takes long: footprints, and the layers for GIS, made when first asked for.
    version : changes when the territory, the perimeters, the addresses or the software do; what an `ETag` is made of.
    """

    desk: LookupDesk
    actions: ActionDesk
    territory: Territory
    aside: Aside
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
    territory, perimeters = open_territory(settings.territory), desk.index.perimeters
    return Service(
        desk,
        ActionDesk(desk, settings.territory),
        territory,
        Aside(desk.index, FeatureLayers(territory, perimeters), settings.territory),
        _version_of(territory, perimeters, settings.addresses),
    )


async def current_service(request: Request) -> Service:
    """The snapshot that a request is answered from.

    Raises
    ------
    DataUnavailableError
        There is none yet.
    """
    service: Service | None = request.app.state.service
    if service is None:
        raise DataUnavailableError("Les données du service ne sont pas chargées", advice="réessayer plus tard")
    return service


CurrentService = Annotated[Service, Depends(current_service)]
"""Annotation of the snapshot that a route answers from; 503 while there is none."""


def _version_of(territory: Territory, perimeters: Iterable[Perimeter], addresses: Path | None) -> str:
    import shapely

    digest = hashlib.sha256(__version__.encode())
    digest.update(f"{[file.source.sha256 for file in territory.manifest.files]}{territory.additions}".encode())
    for perimeter in perimeters:
        digest.update(str(perimeter_record(perimeter)).encode())
        digest.update(shapely.to_wkb(perimeter.geometry))
    if addresses is not None:  # too big to be read whole
        status = addresses.stat()
        digest.update(f"{status.st_size}\0{status.st_mtime_ns}".encode())
    return digest.hexdigest()[:16]
