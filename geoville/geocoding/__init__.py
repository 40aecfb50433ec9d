"""From an address as people write it to a position, or an honest "not found"."""

from geoville.geocoding.geocoder import Geocoder
from geoville.geocoding.parse import ParsedAddress, parse_address
from geoville.geocoding.search import EmbeddedGeocoder

__all__ = ["EmbeddedGeocoder", "Geocoder", "ParsedAddress", "parse_address"]
