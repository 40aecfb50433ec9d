"""How maps look: colours, lines, backdrops, and the file in which a user changes them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from geoville.errors import InvalidInputError, Location

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class LineStyle:
    """A line of the map.

    Parameters
    ----------
    width_px : drawn width in pixels.
    dashes : SVG dash array, empty for a full line. Full lines are for official contours, short dashes
        for generalised ones, long dashes for estimates.
    """

    colour: str
    width_px: float
    dashes: str = ""


PERIMETER_LINES = {
    "qpv": LineStyle("#0b2545", 1.8),
    "qpv_generalised": LineStyle("#0b2545", 1.8, "5 2"),
    "candidat": LineStyle("#0b2545", 1.2, "9 6"),
    "veille": LineStyle("#6a4c93", 1.5),
    "vecu": LineStyle("#2f7d59", 1.5),
    "npnru": LineStyle("#8a0f5b", 2.5),
    "zfu": LineStyle("#7a5200", 1.6),
    "former": LineStyle("#2a6f97", 1.4),
    "action": LineStyle("#0072b2", 4, "2 6"),
}
PERIMETER_LINES |= {
    f"{kind}_estimated": replace(PERIMETER_LINES[kind], dashes="9 6")
    for kind in ("veille", "vecu", "npnru", "zfu", "former")
}
GROUND_LINES = {
    "water": LineStyle("#cfe0ea", 1),
    "rail": LineStyle("#c9c4bb", 1.4, "6 3"),
    "street": LineStyle("#d5d2cc", 0.8),
    "main": LineStyle("#bdb9b1", 1.4),
}
"""Quiet greys of the ground: one recognises the town, nothing competes."""
SECTOR_LINE = LineStyle("#8a0f5b", 3.5, "1 7")
PLACE_COLOUR = "#1d2733"
CASING_WIDTH_PX = 1.6
"""How much wider than the line the white band under it is: it parts the line from the cells."""
AIM_WIDTH_PX = 12
"""Width of the band that is not seen, and easy to aim at."""


@dataclass(frozen=True, slots=True)
class PatternStyle:
    """A fill that colour alone does not carry.

    Parameters
    ----------
    paper, ink : colours of the ground and of the marks; blue and vermilion are told apart by every eye.
    marks : SVG path in a tile of 8 by 8 pixels, empty for a plain fill.
    """

    paper: str
    ink: str
    marks: str = ""


CHANGE_FILLS = {
    "enter": PatternStyle("#cfe4f2", "#0072b2", "M4 1V7M1 4H7"),
    "leave": PatternStyle("#fbdfcc", "#c04f00", "M-2 2L2 -2M0 8L8 0M6 10L10 6"),
    "stay": PatternStyle("#b4bdc8", "#5b6673"),
}
"""What enters is sown with blue crosses, what leaves is hatched in vermilion, what stays is plain."""

PANES = {"backdrop": 350, "ground": 360, "cells": 400, "perimeters": 420, "sector": 430, "links": 440, "places": 450}
"""Stacking order: a layer switched off and on again comes back at its own height."""


def change_fill(change: str) -> str:
    """Identifier of the pattern of what enters, leaves or stays, defined once in the page."""
    return f"change-{change}"


# --- Lines, marks and words of a map, shared by every way of drawing it and by its legend

LINES: Mapping[str, LineStyle] = MappingProxyType(
    {
        **PERIMETER_LINES,
        "sector": SECTOR_LINE,
        "band": LineStyle("#b3541e", 1.75, "2 4"),
        "iris": LineStyle("#3f4854", 1.25, "1 3"),
        "axis": LineStyle("#8a0f5b", 6),
        "link": LineStyle("#8a0f5b", 3, "6 6"),
    }
)


@dataclass(frozen=True, slots=True)
class PlaceStyle:
    """Mark of the places of one category.

    Parameters
    ----------
    name : of the category, in the legend.
    colour : of the mark's border.
    """

    name: str
    colour: str


PLACES: Mapping[str, PlaceStyle] = MappingProxyType(
    {
        "sector": PlaceStyle("Lieux du secteur", PLACE_COLOUR),
        "landmark": PlaceStyle("Quartiers et équipements à relier", "#8a0f5b"),
        "school": PlaceStyle("Collèges et lycées", "#0072b2"),
        "station": PlaceStyle("Gares", "#5b3f8c"),
        "post": PlaceStyle("Bureaux de poste", "#8a6d00"),
        "service": PlaceStyle("Emploi et services publics", "#00695c"),
        "culture": PlaceStyle("Salles et équipements", "#a63603"),
        "health": PlaceStyle("Santé", "#c2185b"),
        "shop": PlaceStyle("Commerces", "#7a5200"),
        "street": PlaceStyle("Repères de rue", "#5b6673"),
        "other": PlaceStyle("Autres lieux connus", PLACE_COLOUR),
    }
)


@dataclass(frozen=True, slots=True)
class MapStyle:
    """How a map looks.

    Parameters
    ----------
    lines : by key of `PerimeterLayer.style`, and "sector", "band", "iris", "axis", "link".
    places : by key of `PlaceLayer.category`.
    names : of layers of perimeters, by kind, in place of the usual ones; what is estimated says so all the same.
    no_data : fill of the cells whose value is not known.
    """

    lines: Mapping[str, LineStyle] = field(default_factory=lambda: LINES)
    places: Mapping[str, PlaceStyle] = field(default_factory=lambda: PLACES)
    names: Mapping[str, str] = field(default_factory=dict)
    no_data: str = "#c9ccd1"


# --- Entries of a TOML file that a user may write: each is checked, and a fault names the file and the entry


class TomlEntries:
    """One table of a TOML file.

    Parameters
    ----------
    entries : of the table.
    where : name of the file, for errors.
    what : French noun phrase for the file ("la recette de carte").
    """

    def __init__(self, entries: dict[str, Any], where: str, what: str) -> None:
        self.entries = entries
        self._where = where
        self._what = what

    @classmethod
    def parse(cls, text: str, where: str, what: str) -> TomlEntries:
        """Read a text; InvalidInputError where it is not TOML."""
        try:
            return cls(tomllib.loads(text), where, what)
        except tomllib.TOMLDecodeError as error:
            raise InvalidInputError(f"Illisible : {what} n'est pas du TOML ({error})", where=Location(where)) from error

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def only(self, *known: str) -> None:
        """Refuse an entry that is not one of those known."""
        unknown = sorted(self.entries.keys() - set(known))
        if unknown:
            raise InvalidInputError(
                f"Entrée inconnue dans {self._what}",
                where=Location(self._where, column=unknown[0]),
                advice=f"entrées possibles : {', '.join(sorted(known))}",
            )

    def text(self, key: str) -> str:
        """Text that is not blank."""
        value = self.entries.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fault(key, "un texte")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """List of texts."""
        values = self.entries.get(key)
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.fault(key, "une liste de textes")
        return tuple(values)

    def flag(self, key: str) -> bool:
        """True or false; false where the entry is absent."""
        value = self.entries.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, "true ou false")
        return value

    def positive(self, key: str, unit: str) -> float:
        """Positive number; `unit` is French ("mètres")."""
        value = self.entries.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            self.fault(key, f"un nombre de {unit} positif")
        return float(value)

    def table(self, key: str) -> TomlEntries:
        """Sub-table; empty where the entry is absent."""
        value = self.entries.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"une table [{key}]")
        return TomlEntries(value, self._where, self._what)

    def holds_tables(self, key: str) -> bool:
        """Whether an entry is a list of tables."""
        values = self.entries.get(key)
        return isinstance(values, list) and bool(values) and all(isinstance(value, dict) for value in values)

    def tables(self, key: str) -> tuple[TomlEntries, ...]:
        """List of sub-tables; empty where the entry is absent."""
        values = self.entries.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.fault(key, f"des tables [[{key}]]")
        return tuple(TomlEntries(value, self._where, self._what) for value in values)

    def fault(self, key: str, expected: str) -> NoReturn:
        """Refuse an entry; `expected` says in French what it should be."""
        raise InvalidInputError(
            f"Entrée absente ou mal écrite dans {self._what}",
            where=Location(self._where, column=key),
            advice=f"donner {expected}",
        )


# --- Look of a map as a user writes it in TOML: colours, widths and names; never what tells an estimate from a decree

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_ESTIMATED, _GENERALISED = "_estimated", "_generalised"
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
    perimeters.only(*(key for key in LINES if not key.endswith((_ESTIMATED, _GENERALISED))), "zus", "cucs")
    for key in perimeters.entries:
        table = perimeters.table(key)
        table.only("colour", "width_px", *(("name",) if key in _NAMED else ()))
        for drawn in {key, key + _ESTIMATED, key + _GENERALISED} & lines.keys():
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


# --- Online backdrops, opt-in: the one place that knows their hosts


@dataclass(frozen=True, slots=True)
class TileSource:
    """Images served by zoom, column and row in Web Mercator.

    Parameters
    ----------
    host : with its scheme; a page may fetch images from there and nowhere else.
    path : with `{z}`, `{x}` and `{y}`.
    attribution : what the licence asks to be written on the map.
    owner : who sees what is asked for, as a French complement ("à l'IGN").
    max_zoom : beyond it, the images of that zoom are enlarged.
    shown : whether it is on when a map opens for the first time; a reader's own choice is remembered.
    """

    name: str
    host: str
    path: str
    attribution: str
    owner: str
    max_zoom: int
    shown: bool = False

    @property
    def url(self) -> str:
        """Address of an image, with its placeholders."""
        return self.host + self.path

    @property
    def notice(self) -> str:
        """One French sentence: what leaves the machine once it is on."""
        asked = self.host.partition("://")[2]
        return (
            f"S'il est coché, ce navigateur demande {self.owner} ({asked}) les images de l'endroit regardé, et rien "
            "d'autre : ni l'adresse demandée, ni un fichier."
        )

    def document(self) -> dict[str, Any]:
        """What the scripts of a page need to know of it."""
        return asdict(self) | {"url": self.url}


NO_TILES = "aucun"
"""Name by which an online backdrop is left out for good."""

_IGN = TileSource(
    name="Plan IGN",
    host="https://data.geopf.fr",
    path=(
        "/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal"
        "&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    ),
    attribution="Fond : Plan IGN, © IGN – Géoplateforme",
    owner="à l'IGN",
    max_zoom=19,
)
_SOURCES = {"": _IGN, "ign": replace(_IGN, shown=True), NO_TILES: None}


def tile_source(name: str, host: str = "") -> TileSource | None:
    """Return the online backdrop that a map offers; None for none at all.

    Parameters
    ----------
    name : "ign" to have it on when the map opens, empty to offer it, `NO_TILES` never to.
    host : a mirror of the usual one, with its scheme; empty for the usual one.

    Raises
    ------
    InvalidInputError
        No backdrop has that name.
    """
    if name not in _SOURCES:
        known = ", ".join(filter(None, _SOURCES))
        raise InvalidInputError(f"Le fond de carte « {name} » est inconnu", advice=f"fonds connus : {known}")
    found = _SOURCES[name]
    return replace(found, host=host) if found and host else found
