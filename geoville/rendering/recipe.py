"""Recipe of a sector map: words and names from a TOML text, never positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geoville.french import held_together
from geoville.rendering.toml_checks import TomlEntries


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the side panel, with what it counts and where it comes from."""

    value: str
    caption: str
    source: str


@dataclass(frozen=True, slots=True)
class SchematicOutline:
    """An outline made of the cells near some places, where the true one is not published.

    Parameters
    ----------
    around : names of known places.
    radius_m : cells whose centre lies within this distance of one of them are in.
    """

    around: tuple[str, ...]
    radius_m: float


@dataclass(frozen=True, slots=True)
class Landmark:
    """A district or a building of the sector's argument.

    Parameters
    ----------
    name : as the contract writes it; drawn there if a list of places has that name.
    near : name of a known place that stands for it until then; empty where none does: it is listed, not drawn.
    caution : French clause written beside the name in the list, where a reader could mistake it for another.
    """

    name: str
    near: str = ""
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """What must be connected to what.

    Parameters
    ----------
    through : names of landmarks, of places, or of the quarter, in order; drawn between those whose position is known.
    is_axis : an existing street, or else a connection to be made.
    """

    label: str
    through: tuple[str, ...]
    is_axis: bool


@dataclass(frozen=True, slots=True)
class SectorRecipe:
    """What a sector map says.

    Parameters
    ----------
    territory : name of the pack that the sector lies in.
    quartier : name of the quarter that the sector lies in.
    quartier_near : name of a known place; the perimeter nearest to it is the quarter's.
    summary : what the sector is, in one or two sentences.
    reasons : why the contract proposes it.
    links : what must be connected to what, in words.
    reference : source of `reasons` and `links`.
    places : names to show, looked up in the territory's list of places.
    unplaced : names whose position is not known: written in the panel until a list of places has them.
    label : written on the map, says what the outline is worth.
    outline : None where no position of the sector is known.
    """

    name: str
    territory: str
    title: str
    subtitle: str
    quartier: str
    quartier_near: str
    summary: str
    reasons: tuple[str, ...]
    links: tuple[str, ...]
    reference: str
    figures: tuple[Figure, ...]
    places: tuple[str, ...]
    unplaced: tuple[str, ...]
    label: str
    outline: SchematicOutline | None
    landmarks: tuple[Landmark, ...] = ()
    connections: tuple[Connection, ...] = ()


_NAMES = ("territory", "quartier", "quartier_near")
_SENTENCES = ("title", "subtitle", "summary", "reference", "label")
_LISTS_OF_NAMES = ("places", "unplaced")
_LISTS_OF_SENTENCES = ("reasons", "links")


def parse_recipe(text: str, name: str) -> SectorRecipe:
    """Read a recipe.

    Parameters
    ----------
    text : TOML.
    name : of the recipe, as the user asks for it; errors cite it as a file name.

    Raises
    ------
    InvalidInputError
        The text is not TOML, an entry is missing, unknown, or of the wrong type.
    """
    entries = TomlEntries.parse(text, f"{name}.toml", "la recette de carte")
    lists = (*_LISTS_OF_NAMES, *_LISTS_OF_SENTENCES)
    entries.only(*_NAMES, *_SENTENCES, *lists, "figures", "outline", "landmarks", "connections")
    words: dict[str, Any] = {key: entries.text(key) for key in _NAMES}
    words |= {key: held_together(entries.text(key)).strip() for key in _SENTENCES}
    words |= {key: entries.texts(key) for key in _LISTS_OF_NAMES}
    words |= {key: tuple(map(held_together, entries.texts(key))) for key in _LISTS_OF_SENTENCES}
    return SectorRecipe(
        name=name,
        **words,
        figures=tuple(map(_figure, entries.tables("figures"))),
        outline=_outline(entries.table("outline")) if "outline" in entries else None,
        landmarks=tuple(map(_landmark, entries.tables("landmarks"))),
        connections=tuple(map(_connection, entries.tables("connections"))),
    )


def _figure(table: TomlEntries) -> Figure:
    table.only("value", "caption", "source")
    return Figure(*(held_together(table.text(key)) for key in ("value", "caption", "source")))


def _outline(table: TomlEntries) -> SchematicOutline:
    table.only("around", "radius_m")
    return SchematicOutline(table.texts("around"), table.positive("radius_m", "mètres"))


def _landmark(table: TomlEntries) -> Landmark:
    table.only("name", "near", "caution")
    return Landmark(table.text("name"), *(table.text(key) if key in table else "" for key in ("near", "caution")))


def _connection(table: TomlEntries) -> Connection:
    table.only("label", "through", "is_axis")
    return Connection(table.text("label"), table.texts("through"), table.flag("is_axis"))
