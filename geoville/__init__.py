"""Urban policy perimeters: compute them, say whether an address is in, draw them."""

__version__ = "0.1.0"
