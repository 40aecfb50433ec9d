"""Recipe of a sector map: words and names from a TOML text, never positions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Any

from geoville.errors import InvalidInputError, Location


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
class SectorRecipe:
    """What a sector map says.

    Parameters
    ----------
    territory : name of the pack that the sector lies in.
    quartier : name of the quarter that the sector lies in.
    quartier_near : name of a known place; the perimeter nearest to it is the quarter's.
    summary : what the sector is, in one or two sentences.
    reasons : why the contract proposes it.
    links : what must be connected to what.
    reference : source of `reasons` and `links`.
    places : names to show, looked up in the territory's list of places.
    unplaced : names whose position is not known: written in the panel, not drawn.
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


_TEXTS = ("territory", "title", "subtitle", "quartier", "quartier_near", "summary", "reference", "label")
_LISTS = ("reasons", "links", "places", "unplaced")
_FIGURE_TEXTS = ("value", "caption", "source")


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
    where = f"{name}.toml"
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"Recette de carte illisible : {error}", where=Location(where)) from error
    _refuse_unknown(entries, {*_TEXTS, *_LISTS, "figures", "outline"}, where)
    words: dict[str, Any] = {key: _text(entries, key, where) for key in _TEXTS}
    words |= {key: _texts(entries, key, where) for key in _LISTS}
    return SectorRecipe(
        name=name,
        **words,
        figures=_figures(entries.get("figures", []), where),
        outline=_outline(entries["outline"], where) if "outline" in entries else None,
    )


def _figures(tables: object, where: str) -> tuple[Figure, ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _fault("des tables [[figures]]", "figures", where)
    for table in tables:
        _refuse_unknown(table, set(_FIGURE_TEXTS), where)
    return tuple(Figure(*(_text(table, key, where) for key in _FIGURE_TEXTS)) for table in tables)


def _outline(table: object, where: str) -> SchematicOutline:
    if not isinstance(table, dict):
        raise _fault("une table [outline]", "outline", where)
    _refuse_unknown(table, {"around", "radius_m"}, where)
    radius_m = table.get("radius_m")
    if isinstance(radius_m, bool) or not isinstance(radius_m, int | float) or radius_m <= 0:
        raise _fault("un nombre de mètres positif", "radius_m", where)
    return SchematicOutline(_texts(table, "around", where), float(radius_m))


def _text(entries: dict[str, Any], key: str, where: str) -> str:
    value = entries.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _fault("un texte", key, where)
    return value


def _texts(entries: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = entries.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _fault("une liste de textes", key, where)
    return tuple(values)


def _refuse_unknown(entries: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(entries.keys() - known)
    if unknown:
        raise InvalidInputError(
            "Entrée inconnue dans la recette de carte",
            where=Location(where, column=unknown[0]),
            advice=f"entrées possibles : {', '.join(sorted(known))}",
        )


def _fault(expected: str, key: str, where: str) -> InvalidInputError:
    return InvalidInputError(
        "Entrée absente ou mal écrite dans la recette de carte",
        where=Location(where, column=key),
        advice=f"donner {expected}",
    )
