"""Named places as drawn, by category, and the look-up of a recipe's names among those of a territory."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from geoville.law import position_accuracy
from geoville.rendering.map_spec import PlaceLayer, PlacePoint, Popup
from geoville.rendering.map_style import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoville.model import Address
    from geoville.rendering.map_style import PlaceStyle

_OTHER = "other"
_CATEGORIES = {
    "college": "school",
    "lycee": "school",
    "ecole": "school",
    "gare": "station",
    "halte_ter": "station",
    "gare_fret": "station",
    "bureau_poste": "post",
    "france_travail": "service",
    "mission_locale": "service",
    "regie_quartier": "service",
    "ccas": "service",
    "salle": "culture",
    "sante": "health",
    "centre_commercial": "shop",
    "point_on_street": "street",
}
"""Category of a map by category of a file of places."""

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def find_places(names: Iterable[str], places: Sequence[Address]) -> tuple[dict[str, Address], tuple[str, ...]]:
    """Look names up, letter case, accents and punctuation apart.

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


def short_name(name: str) -> str:
    """Name without the precision given in parentheses, for a label; the popup keeps the whole of it."""
    return name.partition(" (")[0]


def labelled_places(found: Iterable[Address]) -> PlaceLayer:
    """Build the layer of the places that a recipe names: their names are written on the map."""
    return PlaceLayer(PLACES["sector"].name, labelled=True, shown=True, places=_points(found), category="sector")


def other_places(
    places: Sequence[Address], drawn: Iterable[Address], marks: Mapping[str, PlaceStyle] = PLACES
) -> tuple[PlaceLayer, ...]:
    """One layer per category for the territory's other places, off when the map opens; addresses are left out."""
    already = {place.id for place in drawn}
    by_category: dict[str, list[Address]] = {category: [] for category in PLACES}
    for place in places:
        if place.place and place.id not in already:
            by_category[_CATEGORIES.get(place.category.partition(" ")[0], _OTHER)].append(place)
    return tuple(
        PlaceLayer(marks[category].name, labelled=False, shown=False, places=_points(members), category=category)
        for category, members in by_category.items()
        if members
    )


def place_popup(place: Address) -> Popup:
    """Postal address, worth of the position and source of a place."""
    rows = (
        ("Adresse", _postal(place) if place.place else ""),
        ("Commune", f"{place.postcode} {place.city}".strip()),
        ("Position", position_accuracy(place.precision).reason),
        ("Source", place.source),
    )
    return Popup(place_name(place), tuple(row for row in rows if row[1]))


def _points(places: Iterable[Address]) -> tuple[PlacePoint, ...]:
    named = ((place, short_name(place_name(place))) for place in places)
    return tuple(PlacePoint(place.lon, place.lat, name, place_popup(place)) for place, name in named)


def _postal(place: Address) -> str:
    number = f"{place.number}{place.suffix} " if place.number is not None else ""
    return f"{number}{place.street}"


def _key(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return _NOT_A_WORD.sub(" ", letters.casefold()).strip()
