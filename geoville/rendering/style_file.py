"""Look of a map as a user writes it in TOML: colours, widths and names; never what tells an estimate from a decree."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from geoville.rendering.map_style import LINES, PLACES, MapStyle
from geoville.rendering.toml_checks import TomlEntries

if TYPE_CHECKING:
    from geoville.rendering.map_style import PlaceStyle
    from geoville.rendering.styles import LineStyle

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_ESTIMATED = "_estimated"
_NAMED = ("qpv", "candidat", "veille", "vecu", "npnru", "zfu", "zus", "cucs")
_MAX_WIDTH_PX = 12
_PERIMETERS, _PLACES, _NO_DATA = "perimeters", "places", "no_data"


def parse_style(text: str, name: str) -> MapStyle:
    """Read a style; what it does not say stays as it is.

    Parameters
    ----------
    text : TOML, with tables `[perimeters.KEY]` (colour, width_px, name), `[places.KEY]` (colour, name) and `no_data`.
    name : of the file, cited by errors.

    Raises
    ------
    InvalidInputError
        The text is not TOML, an entry is unknown or is not a colour, a width or a name. Dashes cannot be given: a full
        line is an official contour, on every map.
    """
    entries = TomlEntries.parse(text, name, "le style de carte")
    entries.only(_PERIMETERS, _PLACES, _NO_DATA)
    lines, places, names = dict(LINES), dict(PLACES), {}
    perimeters = entries.table(_PERIMETERS)
    perimeters.only(*(key for key in LINES if not key.endswith(_ESTIMATED)), "zus", "cucs")
    for key in perimeters.entries:
        table = perimeters.table(key)
        table.only("colour", "width_px", *(("name",) if key in _NAMED else ()))
        for drawn in {key, key + _ESTIMATED} & lines.keys():
            lines[drawn] = _line(table, lines[drawn])
        if "name" in table:
            names[key] = table.text("name")
    marks = entries.table(_PLACES)
    marks.only(*PLACES)
    for key in marks.entries:
        places[key] = _place(marks.table(key), places[key])
    no_data = _colour(entries, _NO_DATA) if _NO_DATA in entries else MapStyle().no_data
    return MapStyle(lines, places, names, no_data)


def _line(table: TomlEntries, line: LineStyle) -> LineStyle:
    if "colour" in table:
        line = replace(line, colour=_colour(table, "colour"))
    if "width_px" in table:
        width = table.positive("width_px", "pixels")
        if width > _MAX_WIDTH_PX:
            table.fault("width_px", f"une largeur de {_MAX_WIDTH_PX} pixels au plus")
        line = replace(line, width_px=width)
    return line


def _place(table: TomlEntries, place: PlaceStyle) -> PlaceStyle:
    table.only("colour", "name")
    return replace(
        place,
        colour=_colour(table, "colour") if "colour" in table else place.colour,
        name=table.text("name") if "name" in table else place.name,
    )


def _colour(table: TomlEntries, key: str) -> str:
    value = table.text(key)
    if not _COLOUR.fullmatch(value):
        table.fault(key, 'une couleur écrite "#12355b"')
    return value
