"""Distances around perimeters that rules look at: one layer per distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.crs import WGS84, transform_geometry
from geoville.french import distance
from geoville.model import Kind
from geoville.rendering.cell_layer import geojson
from geoville.rendering.map_spec import PerimeterLayer, Popup, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Perimeter, Rule

_OUTLINE_TOLERANCE_M = 2.0
"""Arcs are drawn with vertices that lie this near the true curve."""


def band_layers(perimeters: Sequence[Perimeter], rules: Iterable[Rule], on: date) -> tuple[PerimeterLayer, ...]:
    """Bands around the quarters that answer on a day: official ones where there are some, else candidates.

    Parameters
    ----------
    rules : in force that day; their bands give the distances.
    """
    quarters = _quarters(perimeters, on)
    if not quarters:
        return ()
    names: dict[float, list[str]] = {}
    for rule in rules:
        for band in rule.bands:
            if band.valid_from is None or band.valid_from <= on:
                names.setdefault(band.whole_m, []).append(rule.name)
    return tuple(_layer(metres, tuple(dict.fromkeys(names[metres])), quarters) for metres in sorted(names))


def _quarters(perimeters: Sequence[Perimeter], on: date) -> list[Perimeter]:
    official = [item for item in perimeters if item.kind is Kind.QPV and not item.estimated and item.in_force(on)]
    return official or [item for item in perimeters if item.kind is Kind.CANDIDAT]


def _layer(metres: float, rules: tuple[str, ...], quarters: list[Perimeter]) -> PerimeterLayer:
    name = f"Bande de {distance(metres)} autour des quartiers"
    rows = [("Règle", rule) for rule in rules]
    if any(quarter.estimated for quarter in quarters):
        rows.append(("Nature", "autour d'un contour estimé, sans valeur réglementaire"))
    note = "C'est l'emprise entière du bâtiment qui compte : la bande ne décide pas seule."
    shapes = tuple(
        Shape(
            geojson(transform_geometry(_around(quarter, metres), quarter.epsg, WGS84)),
            Popup(f"À moins de {distance(metres)} : {quarter.name or quarter.code}", tuple(rows), note),
        )
        for quarter in quarters
    )
    return PerimeterLayer(name, "band", shapes, shown=False)


def _around(quarter: Perimeter, metres: float) -> BaseGeometry:
    around: BaseGeometry = quarter.geometry.buffer(metres).simplify(_OUTLINE_TOLERANCE_M)
    return around
