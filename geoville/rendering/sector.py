"""A sector of the NPNRU: its recipe, its outline, its links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.grid import CELL_SIZE_M, union_of_cells
from geoville.crs import WGS84, transform_points
from geoville.french import UNIT_SPACE, fold, held_together, number
from geoville.rendering.cells import DEGREE_DECIMALS, Popup, geojson, grid_squares
from geoville.rendering.layers import find_places, place_name, place_popup, short_name
from geoville.rendering.look import PLACES, TomlEntries
from geoville.rendering.map_spec import LinkLayer, OutlineLayer, PlaceLayer, PlaceLink, PlacePoint, ReasonMark, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Address
    from geoville.rendering.map_spec import GroundLayer


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
class Reason:
    """Why the contract proposes a sector.

    Parameters
    ----------
    at : names of landmarks, of places, or of the quarter, that it is about; empty where it is about the whole sector.
    """

    text: str
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """What must be connected to what.

    Parameters
    ----------
    through : names of landmarks, of places, or of the quarter, in order; drawn between those whose position is known.
    is_axis : an existing street, or else a connection to be made.
    street : name of the street that an axis is; it is drawn where the ground knows its line, and nowhere else.
    """

    label: str
    through: tuple[str, ...]
    is_axis: bool
    street: str = ""


@dataclass(frozen=True, slots=True)
class SectorRecipe:
    """What a sector map says.

    Parameters
    ----------
    territory : name of the pack that the sector lies in.
    quartier : name of the quarter that the sector lies in.
    quartier_near : name of a known place; the perimeter nearest to it is the quarter's.
    summary : what the sector is, in one or two sentences.
    reasons : why the contract proposes it, each tied to what it is about.
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
    reasons: tuple[Reason, ...]
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
_LISTS_OF_SENTENCES = ("links",)


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
    entries.only(*_NAMES, *_SENTENCES, *lists, "reasons", "figures", "outline", "landmarks", "connections")
    words: dict[str, Any] = {key: entries.text(key) for key in _NAMES}
    words |= {key: held_together(entries.text(key)).strip() for key in _SENTENCES}
    words |= {key: entries.texts(key) for key in _LISTS_OF_NAMES}
    words |= {key: tuple(map(held_together, entries.texts(key))) for key in _LISTS_OF_SENTENCES}
    return SectorRecipe(
        name=name,
        **words,
        reasons=_reasons(entries),
        figures=tuple(map(_figure, entries.tables("figures"))),
        outline=_outline(entries.table("outline")) if "outline" in entries else None,
        landmarks=tuple(map(_landmark_of, entries.tables("landmarks"))),
        connections=tuple(map(_connection, entries.tables("connections"))),
    )


def _reasons(entries: TomlEntries) -> tuple[Reason, ...]:
    """Read reasons: tables, each with what it is about; or a plain list, all about the whole sector."""
    if not entries.holds_tables("reasons"):
        return tuple(Reason(held_together(text)) for text in entries.texts("reasons"))
    found = []
    for table in entries.tables("reasons"):
        table.only("text", "at")
        found.append(Reason(held_together(table.text("text")).strip(), table.texts("at") if "at" in table else ()))
    return tuple(found)


def _figure(table: TomlEntries) -> Figure:
    table.only("value", "caption", "source")
    return Figure(*(held_together(table.text(key)) for key in ("value", "caption", "source")))


def _outline(table: TomlEntries) -> SchematicOutline:
    table.only("around", "radius_m")
    return SchematicOutline(table.texts("around"), table.positive("radius_m", "mètres"))


def _landmark_of(table: TomlEntries) -> Landmark:
    table.only("name", "near", "caution")
    return Landmark(table.text("name"), *(table.text(key) if key in table else "" for key in ("near", "caution")))


def _connection(table: TomlEntries) -> Connection:
    table.only("label", "through", "is_axis", "street")
    street = table.text("street") if "street" in table else ""
    return Connection(table.text("label"), table.texts("through"), table.flag("is_axis"), street)


# --- The contract's argument as drawn: landmarks of a sector, its axis, and what must be connected to what


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a name of the argument is drawn, and the French clause that says what the position is worth."""

    lon: float
    lat: float
    worth: str


@dataclass(frozen=True, slots=True)
class SectorArgument:
    """What could be drawn of a recipe's argument, and the names that no position is known for.

    Parameters
    ----------
    landmarks, links : None where nothing of the kind can be drawn.
    reasons : numbered from 1, each with the places that its number stands at.
    """

    landmarks: PlaceLayer | None
    links: LinkLayer | None
    absent: tuple[str, ...]
    reasons: tuple[ReasonMark, ...] = ()


def sector_argument(
    recipe: SectorRecipe,
    places: Sequence[Address],
    quartier: BaseGeometry,
    sector: BaseGeometry | None = None,
    ground: Sequence[GroundLayer] = (),
) -> SectorArgument:
    """Draw the landmarks, connections and reasons of a recipe at known positions, and nowhere else.

    Parameters
    ----------
    places : of the territory, those that the user added included.
    quartier : the quarter, in WGS84: it stands for its own name in a connection.
    sector : the sector, in WGS84, where reasons about the whole of it stand; None for the quarter.
    ground : streets by name, which axes are drawn along.
    """
    found, absent = find_places((item.name for item in recipe.landmarks), places)
    near, _ = find_places((item.near for item in recipe.landmarks if item.near), places)
    stands_for = {item.name: near[item.near] for item in recipe.landmarks if item.near in near}
    drawn = {name: found.get(name) or stands_for.get(name) for name in (item.name for item in recipe.landmarks)}
    points = tuple(_landmark_point(name, place, recipe) for name, place in drawn.items() if place is not None)
    spots = {name: _spot(place, "" if name in found else name) for name, place in drawn.items() if place is not None}
    through = {name for item in recipe.connections for name in item.through}
    through |= {name for item in recipe.reasons for name in item.at}
    others, _ = find_places(sorted(through - drawn.keys()), places)
    spots |= {name: _spot(place) for name, place in others.items()}
    spots[recipe.quartier] = _middle(quartier)
    links = tuple(link for item in recipe.connections for link in _links(item, spots, recipe, ground))
    return SectorArgument(
        PlaceLayer(PLACES["landmark"].name, labelled=True, shown=True, places=points, category="landmark")
        if points
        else None,
        LinkLayer("Axe et liaisons du contrat", links) if links else None,
        tuple(_listed(item) for item in recipe.landmarks if item.name in absent and item.name not in stands_for),
        tuple(_reason_mark(item, rank, spots, sector or quartier) for rank, item in enumerate(recipe.reasons, 1)),
    )


def _reason_mark(reason: Reason, number: int, spots: Mapping[str, _Spot], sector: BaseGeometry) -> ReasonMark:
    """Number of a reason, at the places it is about that are known; at the heart of the sector where there is none."""
    known = [spots[name] for name in reason.at if name in spots] or [_middle(sector)]
    return ReasonMark(number, reason.text, tuple(dict.fromkeys((spot.lon, spot.lat) for spot in known)))


def _landmark_point(name: str, place: Address, recipe: SectorRecipe) -> PlacePoint:
    popup = place_popup(place)
    rows = popup.rows
    if short_name(place_name(place)) != name:
        rows = (("Repère", f"{place_name(place)} : le point n'est pas le quartier lui-même"), *rows)
    return PlacePoint(place.lon, place.lat, name, Popup(name, rows, f"Cité par : {recipe.reference}."))


def _listed(landmark: Landmark) -> str:
    return f"{landmark.name} ({landmark.caution})" if landmark.caution else landmark.name


def _spot(place: Address, stands_for: str = "") -> _Spot:
    name = f"{stands_for}, repère : " if stands_for else ""
    source = f" ({place.source})" if place.source else ""
    return _Spot(place.lon, place.lat, f"{name}{place_name(place)}{source}")


def _middle(quartier: BaseGeometry) -> _Spot:
    point = quartier.representative_point()
    return _Spot(point.x, point.y, "un point du quartier dessiné")


def _links(
    connection: Connection, spots: Mapping[str, _Spot], recipe: SectorRecipe, ground: Sequence[GroundLayer]
) -> tuple[PlaceLink, ...]:
    """Lines of a connection: an axis along its street, where the ground has it; else between known positions."""
    if connection.is_axis:
        return _axis(connection, recipe, ground)
    link = _link(connection, spots, recipe)
    return (link,) if link else ()


def _axis(connection: Connection, recipe: SectorRecipe, ground: Sequence[GroundLayer]) -> tuple[PlaceLink, ...]:
    """The pieces of a street, its name on the longest; a straight line between two of its points would mislead."""
    import shapely

    asked = fold(connection.street)
    pieces = [layer.shapes[[fold(name) == asked for name in layer.names]] for layer in ground if len(layer.names)]
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(np.concatenate(pieces)))) if pieces else ()
    rows = (("Nature", "axe existant, tracé de la rue"), ("Source", recipe.reference))
    ordered = sorted(lines, key=shapely.length, reverse=True)
    return tuple(
        PlaceLink(
            connection.label if rank == 0 else "",
            tuple(map(tuple, shapely.get_coordinates(line).round(DEGREE_DECIMALS).tolist())),
            is_axis=True,
            popup=Popup(connection.label, rows),
        )
        for rank, line in enumerate(ordered)
    )


def _link(connection: Connection, spots: Mapping[str, _Spot], recipe: SectorRecipe) -> PlaceLink | None:
    """Line between the known positions of a connection, in order; None where fewer than two are known."""
    known = [name for name in connection.through if name in spots]
    points = tuple(dict.fromkeys((spots[name].lon, spots[name].lat) for name in known))
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    unknown = [short_name(name) for name in connection.through if name not in spots]
    rows = [
        ("Nature", "liaison à faire, tracé schématique"),
        *(("Passe par", spots[name].worth) for name in known),
        ("Sans position connue", ", ".join(unknown)),
        ("Source", recipe.reference),
    ]
    popup = Popup(connection.label, tuple(row for row in rows if row[1]))
    return PlaceLink(connection.label, points, connection.is_axis, popup)


# --- Schematic outline of a sector whose true outline is not published: the cells near known places

IN_FULL_LINE = held_together("Le trait plein est le contour officiel, d'après le fichier ajouté à geoville.")
IN_DOTS = held_together("Son contour n'est pas publié : le pointillé, indicatif, est déduit de quelques lieux connus.")
NOT_DRAWN = held_together(
    "Son contour ne figure dans aucune source ouverte : la carte montre le quartier et les lieux que le contrat nomme."
)
"""What a map shows of a sector, as its panel says it."""


def schematic_outline(grid: Grid, places: Sequence[Address], radius_m: float) -> BaseGeometry | None:
    """Union, in WGS84, of the cells whose centre lies within `radius_m` of a place; None where there is none."""
    near = _near(grid, places, radius_m)
    return union_of_cells(grid_squares(grid.take(near))) if near.any() else None


def published_layer(recipe: SectorRecipe, published: BaseGeometry) -> OutlineLayer:
    """Build the layer that names a sector whose contour the user added: its line is among the perimeters (WGS84)."""
    west, _, east, north = published.bounds
    return OutlineLayer("Nom du secteur", f"{recipe.title}\ncontour officiel", (west + east) / 2, north, None)


def outline_layer(recipe: SectorRecipe, outline: BaseGeometry | None, subject: BaseGeometry) -> OutlineLayer:
    """Build the layer that says where the sector is, or that nobody has published it.

    Parameters
    ----------
    outline : schematic outline in WGS84, None where no position is known: the label then stands over `subject`.
    subject : what the map shows of the sector, in WGS84: its places, or its quarter.
    """
    west, _, east, north = (subject if outline is None else outline).bounds
    shape = None
    if outline is not None and recipe.outline is not None:
        radius = f"{number(recipe.outline.radius_m)}{UNIT_SPACE}m"
        rows = (("Contour", "indicatif, non publié"), ("Quartier", recipe.quartier))
        note = f"Carreaux dont le centre est à moins de {radius} de : {', '.join(recipe.outline.around)}."
        shape = Shape(geojson(outline), Popup(recipe.title, rows, note))
    name = "Secteur (contour indicatif)" if shape else "Nom du secteur (contour non publié)"
    return OutlineLayer(name, recipe.label, (west + east) / 2, north, shape)


def _near(grid: Grid, places: Sequence[Address], radius_m: float) -> NDArray[np.bool_]:
    """(n,) cells whose centre is near a place, measured in the grid's CRS: close enough for a schematic outline."""
    near = np.zeros(len(grid), dtype=bool)
    lon, lat = np.array([[place.lon, place.lat] for place in places], dtype=float).reshape(-1, 2).T
    for east, north in zip(*transform_points(lon, lat, WGS84, grid.epsg), strict=True):
        to_east = grid.easting + CELL_SIZE_M / 2 - east
        to_north = grid.northing + CELL_SIZE_M / 2 - north
        near |= np.hypot(to_east, to_north) <= radius_m
    return near
