"""Named places as drawn, and the look-up of a recipe's names among those of a territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.law import position_accuracy
from geoville.rendering.map_spec import PlaceLayer, PlacePoint, Popup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoville.model import Address


def find_places(names: Iterable[str], places: Sequence[Address]) -> tuple[dict[str, Address], tuple[str, ...]]:
    """Look names up, letter case and spaces apart.

    Parameters
    ----------
    names : of places ("Collège Vauban") or addresses ("1 Rue Youri Gagarine").

    Returns
    -------
    The places found, by name as asked, in the order asked; and the names that no place has.
    """
    known = {_key(place_name(place)): place for place in reversed(places)}
    asked = list(dict.fromkeys(names))
    found = {name: known[_key(name)] for name in asked if _key(name) in known}
    return found, tuple(name for name in asked if name not in found)


def place_name(place: Address) -> str:
    """Name of a place, or number and street of an address."""
    return place.place or _postal(place)


def labelled_places(found: Iterable[Address]) -> PlaceLayer:
    """Build the layer of the places that a recipe names: their names are written on the map."""
    return PlaceLayer("Lieux du secteur", labelled=True, shown=True, places=_points(found))


def other_places(places: Sequence[Address], drawn: Iterable[Address]) -> PlaceLayer:
    """Build the layer of the territory's other named places, off when the map opens; addresses are left out."""
    already = {place.id for place in drawn}
    others = [place for place in places if place.place and place.id not in already]
    return PlaceLayer("Autres lieux connus", labelled=False, shown=False, places=_points(others))


def _points(places: Iterable[Address]) -> tuple[PlacePoint, ...]:
    return tuple(PlacePoint(place.lon, place.lat, _short(place_name(place)), _popup(place)) for place in places)


def _popup(place: Address) -> Popup:
    rows = (
        ("Adresse", _postal(place) if place.place else ""),
        ("Commune", f"{place.postcode} {place.city}".strip()),
        ("Position", position_accuracy(place.precision).reason),
        ("Source", place.source),
    )
    return Popup(place_name(place), tuple(row for row in rows if row[1]))


def _postal(place: Address) -> str:
    number = f"{place.number}{place.suffix} " if place.number is not None else ""
    return f"{number}{place.street}"


def _short(name: str) -> str:
    """Name without the precision given in parentheses, for a label; the popup keeps the whole of it."""
    return name.partition(" (")[0]


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
