"""From an address as people write it to a position, or an honest "not found"."""

from geoville.geocoding.embedded import EmbeddedGeocoder
from geoville.geocoding.parse import ParsedAddress, parse_address
from geoville.geocoding.protocol import Geocoder

__all__ = ["EmbeddedGeocoder", "Geocoder", "ParsedAddress", "parse_address"]
