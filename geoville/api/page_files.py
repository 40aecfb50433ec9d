"""Files that the page loads: its own style and scripts, and Leaflet from the PyPI package XStatic-Leaflet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from geoville.rendering.assets import read_leaflet

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

PAGE = files("geoville.api").joinpath("page")

_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png"}

_LEAFLET = (
    "leaflet.js",
    "leaflet.css",
    "images/layers.png",
    "images/layers-2x.png",
    "images/marker-icon.png",
    "images/marker-icon-2x.png",
    "images/marker-shadow.png",
)


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file as it is served.

    Parameters
    ----------
    etag : changes with the content.
    """

    content: bytes
    media_type: str
    etag: str

    @classmethod
    def of(cls, content: bytes, suffix: str) -> PageFile:
        """A content, of the type that a suffix tells."""
        return cls(content, _MEDIA_TYPES[suffix], f'W/"{hashlib.sha256(content).hexdigest()[:16]}"')


def read_page_files() -> dict[str, PageFile]:
    """Every file by its path under `/static/`; what is not among them does not exist, whatever the path.

    Raises
    ------
    DataUnavailableError
        Leaflet is not installed whole.
    """
    own = {item.name: _read(item) for item in PAGE.iterdir() if Path(item.name).suffix in _MEDIA_TYPES}
    return own | {f"leaflet/{name}": PageFile.of(read_leaflet(name), Path(name).suffix) for name in _LEAFLET}


def _read(item: Traversable) -> PageFile:
    return PageFile.of(item.read_bytes(), Path(item.name).suffix)
