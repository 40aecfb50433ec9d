"""Any addok, or a service that answers like one, at a URL that the user gives."""

from __future__ import annotations

from geoville.geocoding.remote import RemoteGeocoder
from geoville.geocoding.remote.service import remote_service


class AddokGeocoder(RemoteGeocoder):
    """Geocoder over an addok.

    Parameters
    ----------
    url : base of the service ("http://127.0.0.1:7878").

    Raises
    ------
    InvalidInputError
        The URL is not an http one.
    """

    def __init__(self, url: str) -> None:
        super().__init__(remote_service("addok", url))
