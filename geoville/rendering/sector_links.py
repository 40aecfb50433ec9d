"""The contract's argument as drawn: landmarks of a sector, its axis, and what must be connected to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.rendering.map_spec import Link, LinkLayer, PlaceLayer, PlacePoint, Popup
from geoville.rendering.map_style import PLACES
from geoville.rendering.place_layer import find_places, place_name, place_popup, short_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Address
    from geoville.rendering.recipe import Connection, Landmark, SectorRecipe


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
    """

    landmarks: PlaceLayer | None
    links: LinkLayer | None
    absent: tuple[str, ...]


def sector_argument(recipe: SectorRecipe, places: Sequence[Address], quartier: BaseGeometry) -> SectorArgument:
    """Draw the landmarks and connections of a recipe between known positions, and nowhere else.

    Parameters
    ----------
    places : of the territory, those that the user added included.
    quartier : the quarter, in WGS84: it stands for its own name in a connection.
    """
    found, absent = find_places((item.name for item in recipe.landmarks), places)
    near, _ = find_places((item.near for item in recipe.landmarks if item.near), places)
    stands_for = {item.name: near[item.near] for item in recipe.landmarks if item.near in near}
    drawn = {name: found.get(name) or stands_for.get(name) for name in (item.name for item in recipe.landmarks)}
    points = tuple(_landmark(name, place, recipe) for name, place in drawn.items() if place is not None)
    spots = {name: _spot(place, "" if name in found else name) for name, place in drawn.items() if place is not None}
    through = {name for item in recipe.connections for name in item.through}
    others, _ = find_places(sorted(through - drawn.keys()), places)
    spots |= {name: _spot(place) for name, place in others.items()}
    spots[recipe.quartier] = _middle(quartier)
    links = tuple(link for item in recipe.connections if (link := _link(item, spots, recipe)))
    return SectorArgument(
        PlaceLayer(PLACES["landmark"].name, labelled=True, shown=True, places=points, category="landmark")
        if points
        else None,
        LinkLayer("Axe et liaisons du contrat", links) if links else None,
        tuple(_listed(item) for item in recipe.landmarks if item.name in absent and item.name not in stands_for),
    )


def _landmark(name: str, place: Address, recipe: SectorRecipe) -> PlacePoint:
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


def _link(connection: Connection, spots: Mapping[str, _Spot], recipe: SectorRecipe) -> Link | None:
    """Line between the known positions of a connection, in order; None where fewer than two are known."""
    known = [name for name in connection.through if name in spots]
    points = tuple(dict.fromkeys((spots[name].lon, spots[name].lat) for name in known))
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    unknown = [short_name(name) for name in connection.through if name not in spots]
    rows = [
        ("Nature", "axe existant, tracé schématique" if connection.is_axis else "liaison à faire, tracé schématique"),
        *(("Passe par", spots[name].worth) for name in known),
        ("Sans position connue", ", ".join(unknown)),
        ("Source", recipe.reference),
    ]
    popup = Popup(connection.label, tuple(row for row in rows if row[1]))
    return Link(connection.label, points, connection.is_axis, popup)
