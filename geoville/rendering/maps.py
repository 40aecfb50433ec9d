"""From values to a map as data: the map of a sector, and the map of one perimeter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.errors import InvalidInputError
from geoville.french import long_date
from geoville.model import Kind
from geoville.rendering.cell_layer import cell_layer, inhabited_area
from geoville.rendering.map_spec import MapSpec
from geoville.rendering.panel import perimeter_panel, sector_panel
from geoville.rendering.perimeter_layer import ESTIMATED, KIND_NAMES, perimeter_layers
from geoville.rendering.place_layer import find_places, labelled_places, other_places
from geoville.rendering.sector_outline import outline_layer, schematic_outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter, Source
    from geoville.rendering.recipe import SectorRecipe

_QUARTERS = (Kind.QPV, Kind.CANDIDAT)
_AROUND = frozenset({Kind.VEILLE, Kind.VECU})
"""Kinds that a sector's map offers without drawing them at first: they surround its subject."""

_VIEW_MARGIN = 0.6
"""Share of the subject's size left around it on opening."""


def sector_map(
    recipe: SectorRecipe,
    *,
    grid: Grid,
    perimeters: Sequence[Perimeter],
    places: Sequence[Address],
    sources: Iterable[Source],
    on: date,
) -> MapSpec:
    """Map of an NPNRU sector: why it was chosen, where it lies, and what is not known about that.

    Parameters
    ----------
    grid : all cells of the territory.
    perimeters : candidates and official contours of the territory; at least one.
    places : addresses and named places of the territory; what the recipe names and they lack is listed in the panel.
    sources : of everything drawn.
    on : date of the map.

    Raises
    ------
    InvalidInputError
        There is no perimeter, so that no quarter can be shown.
    """
    found, absent = find_places(recipe.places, places)
    anchors, absent_anchors = find_places(recipe.outline.around if recipe.outline else (), places)
    quartier = _quartier(recipe, perimeters, places)
    radius_m = recipe.outline.radius_m if recipe.outline else 0.0
    outline = schematic_outline(grid, list(anchors.values()), radius_m)
    unknown = tuple(dict.fromkeys((*recipe.unplaced, *absent, *absent_anchors)))
    return MapSpec(
        title=recipe.title,
        subtitle=recipe.subtitle,
        bounds=view_around(quartier if outline is None else outline),
        backdrop=inhabited_area(grid),
        cells=cell_layer(grid),
        perimeters=perimeter_layers(perimeters, on, hidden=_AROUND),
        outline=outline_layer(recipe, outline, quartier),
        places=(labelled_places(found.values()), other_places(places, found.values())),
        panel=sector_panel(recipe, unknown),
        sources=tuple(dict.fromkeys([source.citation for source in sources] + [recipe.reference])),
        date_line=date_line(on),
    )


def perimeter_map(
    perimeter: Perimeter,
    *,
    grid: Grid,
    perimeters: Sequence[Perimeter],
    places: Sequence[Address],
    sources: Iterable[Source],
    on: date,
) -> MapSpec:
    """Map of one perimeter among those of its territory.

    Parameters
    ----------
    perimeters : the others of the territory, drawn with it; may hold `perimeter` itself.
    grid, places, sources, on : as in `sector_map`.
    """
    drawn = list(perimeters) if perimeter in perimeters else [perimeter, *perimeters]
    status = ESTIMATED if perimeter.estimated else "contour officiel"
    return MapSpec(
        title=perimeter.name or perimeter.code,
        subtitle=f"{KIND_NAMES[perimeter.kind]} : {status}",
        bounds=view_around(transform_geometry(perimeter.geometry, perimeter.epsg, WGS84)),
        backdrop=inhabited_area(grid),
        cells=cell_layer(grid),
        perimeters=perimeter_layers(drawn, on),
        outline=None,
        places=(other_places(places, ()),),
        panel=perimeter_panel(perimeter),
        sources=tuple(dict.fromkeys(source.citation for source in sources)),
        date_line=date_line(on),
    )


def _quartier(recipe: SectorRecipe, perimeters: Sequence[Perimeter], places: Sequence[Address]) -> BaseGeometry:
    """Return the quarter nearest to the recipe's place, in WGS84; the first one where that place is not known."""
    perimeters = [item for item in perimeters if item.kind in _QUARTERS] or perimeters
    if not perimeters:
        raise InvalidInputError(
            "Aucun périmètre à dessiner autour du secteur", advice="calculer les candidats ou ajouter des contours"
        )
    found, _ = find_places([recipe.quartier_near], places)
    place = found.get(recipe.quartier_near)
    nearest = min(perimeters, key=lambda item: _distance_m(item, place)) if place else perimeters[0]
    return transform_geometry(nearest.geometry, nearest.epsg, WGS84)


def _distance_m(perimeter: Perimeter, place: Address) -> float:
    import shapely

    east, north = transform_points(np.array([place.lon]), np.array([place.lat]), WGS84, perimeter.epsg)
    return float(shapely.distance(perimeter.geometry, shapely.Point(east[0], north[0])))


def view_around(subject: BaseGeometry) -> tuple[float, float, float, float]:
    """West, south, east, north of a view that leaves room around its subject (WGS84)."""
    west, south, east, north = subject.bounds
    across, along = (east - west) * _VIEW_MARGIN, (north - south) * _VIEW_MARGIN
    return west - across, south - along, east + across, north + along


def date_line(on: date) -> str:
    """French sentence dating a map."""
    return f"Carte établie au {long_date(on)}."
