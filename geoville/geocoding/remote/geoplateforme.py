"""The State's geocoder, over the national address base: opt-in, since addresses leave the machine for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.geocoding.remote import RemoteGeocoder
from geoville.geocoding.remote.service import remote_service

if TYPE_CHECKING:
    from geoville.geocoding.remote.pace import Pace


class GeoplateformeGeocoder(RemoteGeocoder):
    """Geocoder over the Géoplateforme, asked 40 times a second at most.

    Parameters
    ----------
    url : base of a service that stands for it; empty for the real one.
    pace : keeps the requests apart; its own where none is given.
    """

    def __init__(self, url: str = "", *, pace: Pace | None = None) -> None:
        super().__init__(remote_service("geoplateforme", url), pace=pace)
