"""Lines, marks and words of a map, shared by every way of drawing it and by its legend."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from geoville.rendering.styles import PERIMETER_LINES, PLACE_COLOUR, SECTOR_LINE, LineStyle

if TYPE_CHECKING:
    from collections.abc import Mapping

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
