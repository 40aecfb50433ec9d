"""Printed maps: one sheet for a sector, a perimeter, or a file of perimeters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.errors import InvalidInputError
from geoville.rendering.static.files import sheet_pdf, sheet_png
from geoville.sources.files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from geoville.rendering import MapSpec
    from geoville.rendering.static.sheet import SheetOptions

_WRITERS = {".pdf": sheet_pdf, ".png": sheet_png}


def write_sheet(spec: MapSpec, path: Path, options: SheetOptions | None = None) -> None:
    """Print a map into a file; its suffix tells the format.

    Raises
    ------
    InvalidInputError
        As `check_suffix`; the map has no theme of the key asked for, or the folder is missing or not writable.
    """
    check_suffix(path)
    content = _WRITERS[path.suffix.lower()](spec, options)
    with replacing(path) as beside:
        beside.write_bytes(content)


def check_suffix(path: Path) -> None:
    """Refuse a file that is neither .pdf nor .png, before anything is computed.

    Raises
    ------
    InvalidInputError
        It is not.
    """
    if path.suffix.lower() not in _WRITERS:
        raise InvalidInputError(
            f"Une planche ne s'écrit pas au format « {path.suffix or path.name} »",
            advice="donner un fichier .pdf ou .png",
        )
