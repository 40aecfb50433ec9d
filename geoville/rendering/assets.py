"""What a page carries within itself: Leaflet, from the PyPI package XStatic-Leaflet, and our own style and script."""

from __future__ import annotations

import base64
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from geoville.errors import DataUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

_CSS_URL = re.compile(r"url\(\s*['\"]?(?P<path>[^'\")#][^'\")]*)['\"]?\s*\)")
_CLOSING_TAG = re.compile(r"</(script|style)", re.IGNORECASE)
_LEAFLET_SCRIPT, _LEAFLET_STYLE = "leaflet.js", "leaflet.css"
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def inlined_link(name: str) -> str:
    """Script or style tag that stands for one of folium's links to outside hosts.

    Parameters
    ----------
    name : folium's name of the link.

    Raises
    ------
    DataUnavailableError
        The page asks for a script that the installation does not carry: drawn without it, the page would be broken.
    """
    if name not in _INLINED:
        raise DataUnavailableError(f"La page demande « {name} », que l'installation ne contient pas")
    return _INLINED[name]()


def own_text(name: str) -> str:
    """Text of a file of this package ("page.css", "page.js", "page.html")."""
    return files("geoville.rendering").joinpath(name).read_text(encoding="utf-8")


def script_tag(code: str) -> str:
    """Script element; a closing tag inside the code is escaped, the address of its source map dropped."""
    harmless = _CLOSING_TAG.sub(r"<\\/\1", _SOURCE_MAP.sub("", code))
    return f"<script>{harmless}</script>"


def json_tag(identifier: str, document: str) -> str:
    """Element that holds data for a script; nothing in it can close it or open a comment."""
    harmless = document.replace("<", "\\u003c")
    return f'<script type="application/json" id="{identifier}">{harmless}</script>'


def style_tag(rules: str) -> str:
    """Style element; a closing tag inside the rules is escaped."""
    harmless = _CLOSING_TAG.sub(r"<\\/\1", rules)
    return f"<style>{harmless}</style>"


def _leaflet_script() -> str:
    return script_tag(read_leaflet(_LEAFLET_SCRIPT).decode("utf-8"))


def _leaflet_style() -> str:
    rules = read_leaflet(_LEAFLET_STYLE).decode("utf-8")
    return style_tag(_CSS_URL.sub(lambda match: f"url({_data_uri(match['path'])})", rules))


def _data_uri(path: str) -> str:
    return f"data:image/png;base64,{base64.b64encode(read_leaflet(path)).decode('ascii')}"


def read_leaflet(path: str) -> bytes:
    """Bytes of a file of the package XStatic-Leaflet ("leaflet.js").

    The script comes with its licence, which asks to be wherever the script is, and which the package leaves out.

    Raises
    ------
    DataUnavailableError
        The file is missing.
    """
    from xstatic.pkg import leaflet

    file = Path(leaflet.BASE_DIR) / path
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataUnavailableError(
            f"Le fichier {path} du paquet XStatic-Leaflet est introuvable", advice="réinstaller geoville"
        ) from error
    return f"/*!\n{own_text('leaflet_licence.txt')}*/\n".encode() + content if path == _LEAFLET_SCRIPT else content


_INLINED: dict[str, Callable[[], str]] = {"leaflet": _leaflet_script, "leaflet_css": _leaflet_style}
