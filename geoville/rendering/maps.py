"""From values to a map as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.eligibility.sentences import KIND_NAMES
from geoville.errors import InvalidInputError
from geoville.french import UNIT_SPACE, held_together, long_date, number
from geoville.model import QUARTER_KINDS, Kind
from geoville.rendering.cells import cell_layer, inhabited_area
from geoville.rendering.ground import ground_in
from geoville.rendering.layers import (
    ESTIMATED,
    contour_of,
    find_places,
    guide_layers,
    labelled_places,
    other_places,
    perimeter_layers,
    perimeter_popup,
)
from geoville.rendering.map_spec import MapSpec, PanelSection
from geoville.rendering.sector import (
    IN_DOTS,
    IN_FULL_LINE,
    NOT_DRAWN,
    outline_layer,
    published_layer,
    schematic_outline,
    sector_argument,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.model import Address, Perimeter
    from geoville.rendering.map_spec import Scene
    from geoville.rendering.sector import SectorRecipe


# --- What the side panel of a map says

ESTIMATE_WARNING = held_together(
    "Les quartiers candidats sont calculés à partir des carreaux de l'Insee : estimés, sans valeur réglementaire. "
    "Seul le contour fixé par décret fait foi."
)


UNLINKED = held_together("Aucune liaison n'est dessinée : les positions manquent (voir « Non localisés »).")


def sector_panel(
    recipe: SectorRecipe, where: str, unplaced: tuple[str, ...], *, linked: bool
) -> tuple[PanelSection, ...]:
    """Reasons, figures, links and limits of a sector.

    Parameters
    ----------
    where : French sentence on what the map shows of the sector itself.
    unplaced : names without a known position; the section says why they are not drawn.
    linked : whether the map draws at least one link.
    """
    figures = tuple((figure.value, f"{figure.caption}. {figure.source}.") for figure in recipe.figures)
    sections = [
        PanelSection("Le secteur", text=f"{recipe.summary} {where}"),
        PanelSection(f"Pourquoi ce secteur{UNIT_SPACE}?", items=recipe.reasons, source=recipe.reference),
        PanelSection(
            "Ce qu'il faut relier", text="" if linked else UNLINKED, items=recipe.links, source=recipe.reference
        ),
        PanelSection("En chiffres", figures=figures),
        PanelSection(
            "Non localisés",
            text=held_together(
                "Aucune source ouverte ne donne leur position : ils sont cités, pas dessinés. Un fichier de lieux de "
                "la ville (« geoville data add ») les placera, avec leurs liaisons."
            ),
            items=unplaced,
        ),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    ]
    return tuple(section for section in sections if section.text or section.figures or section.items)


def perimeter_panel(perimeter: Perimeter) -> tuple[PanelSection, ...]:
    """Figures and legal status of one perimeter."""
    rows = perimeter_popup(perimeter).rows
    return (
        PanelSection("Ce périmètre", items=tuple(f"{label}{UNIT_SPACE}: {value}" for label, value in rows)),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    )


def file_panel(perimeters: Sequence[Perimeter]) -> tuple[PanelSection, ...]:
    """Names and codes of the perimeters of a file."""
    names = tuple(f"{item.name or item.code} ({item.code})" if item.name else item.code for item in perimeters)
    count = f"{number(len(perimeters))} périmètre{'s' if len(perimeters) > 1 else ''}"
    warning = (PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),)
    return (
        PanelSection("Ce que montre la carte", text=count, items=names),
        *(warning if any(item.estimated for item in perimeters) else ()),
    )


_AROUND = frozenset({Kind.VEILLE, Kind.VECU})
"""Kinds that a sector's map offers without drawing them at first: they surround its subject."""

_VIEW_MARGIN = 0.6
"""Share of the subject's size left around it on opening."""

_NARROW_MARGIN = 0.08
"""The same, where the subject is the whole map."""


def sector_map(recipe: SectorRecipe, scene: Scene) -> MapSpec:
    """Map of an NPNRU sector: why it was chosen, where it lies, and what is not known about that.

    Parameters
    ----------
    scene : of the territory, with at least one perimeter. What the recipe names and no place has is listed in the
        panel; a sector whose contour was added by the user is drawn, and not guessed.

    Raises
    ------
    InvalidInputError
        There is no perimeter, so that no quarter can be shown.
    """
    quartier = _quartier(recipe, scene)
    published = _published_sector(scene, quartier)
    found, absent = find_places((*recipe.unplaced, *recipe.places), scene.places)
    outline, absent_anchors = (None, ()) if published else _schematic(recipe, scene)
    where = IN_FULL_LINE if published else IN_DOTS if outline else NOT_DRAWN
    argument = sector_argument(recipe, scene.places, quartier)
    unknown = tuple(dict.fromkeys((*absent, *absent_anchors, *argument.absent)))
    subject = published or outline or quartier
    landmarks = (argument.landmarks,) if argument.landmarks else ()
    drawn, _ = find_places((item.name for item in recipe.landmarks), scene.places)
    others = other_places(scene.places, (*found.values(), *drawn.values()), scene.style.places)
    bounds = view_around(subject)
    return MapSpec(
        title=recipe.title,
        subtitle=recipe.subtitle,
        bounds=bounds,
        outline=published_layer(recipe, published) if published else outline_layer(recipe, outline, quartier),
        places=(*landmarks, labelled_places(found.values()), *others),
        links=argument.links,
        panel=sector_panel(recipe, where, unknown, linked=argument.links is not None),
        sources=(*_citations(scene), recipe.reference),
        **_surroundings(scene, bounds, hidden=_AROUND),
    )


def perimeter_map(perimeter: Perimeter, scene: Scene) -> MapSpec:
    """Map of one perimeter among those of its territory, drawn with it."""
    drawn = scene.perimeters if perimeter in scene.perimeters else (perimeter, *scene.perimeters)
    status = ESTIMATED if perimeter.estimated else contour_of(perimeter)
    bounds = view_around(transform_geometry(perimeter.geometry, perimeter.epsg, WGS84))
    return MapSpec(
        title=perimeter.name or perimeter.code,
        subtitle=f"{KIND_NAMES[perimeter.kind].title} : {status}",
        bounds=bounds,
        outline=None,
        places=other_places(scene.places, (), scene.style.places),
        panel=perimeter_panel(perimeter),
        sources=_citations(scene),
        **_surroundings(replace(scene, perimeters=drawn), bounds, subject=perimeter),
    )


def perimeters_map(title: str, scene: Scene) -> MapSpec:
    """Map of all the perimeters of a scene, whatever they are.

    Raises
    ------
    InvalidInputError
        There is none.
    """
    import shapely

    if not scene.perimeters:
        raise InvalidInputError("Aucun périmètre à dessiner", advice="donner un fichier qui en contient")
    drawn = [transform_geometry(item.geometry, item.epsg, WGS84) for item in scene.perimeters]
    bounds = view_around(shapely.GeometryCollection(drawn), _NARROW_MARGIN)
    return MapSpec(
        title=title,
        subtitle=", ".join(dict.fromkeys(layer.name for layer in perimeter_layers(scene.perimeters, scene.on))),
        bounds=bounds,
        outline=None,
        places=other_places(scene.places, (), scene.style.places),
        panel=file_panel(scene.perimeters),
        sources=_citations(scene),
        **_surroundings(scene, bounds),
    )


def view_around(subject: BaseGeometry, margin: float = _VIEW_MARGIN) -> tuple[float, float, float, float]:
    """West, south, east, north of a view that leaves room around its subject (WGS84)."""
    west, south, east, north = subject.bounds
    across, along = (east - west) * margin, (north - south) * margin
    return west - across, south - along, east + across, north + along


def date_line(on: date) -> str:
    """French sentence dating a map."""
    return f"Carte établie au {long_date(on)}."


def _surroundings(
    scene: Scene,
    bounds: tuple[float, float, float, float],
    hidden: frozenset[Kind] = frozenset(),
    subject: Perimeter | None = None,
) -> dict[str, Any]:
    """Parts of a `MapSpec` that do not depend on its subject."""
    grid, figures = scene.grid, scene.figures
    return {
        "backdrop": inhabited_area(grid) if grid is not None else None,
        "cells": cell_layer(grid, figures) if grid is not None else None,
        "perimeters": perimeter_layers(scene.perimeters, scene.on, hidden, scene.style.names, subject),
        "guides": guide_layers(scene),
        "date_line": date_line(scene.on),
        "style": scene.style,
        "tiles": scene.tiles,
        "ground": ground_in(scene.ground, bounds),
    }


def _citations(scene: Scene) -> tuple[str, ...]:
    cited = [source.citation for source in scene.sources]
    return tuple(dict.fromkeys((*cited, *(f"Fond : {credit}" for credit in scene.ground_credits))))


def _schematic(recipe: SectorRecipe, scene: Scene) -> tuple[BaseGeometry | None, tuple[str, ...]]:
    """Outline around the recipe's known places, and the names of those that are not known."""
    if recipe.outline is None or scene.grid is None:
        return None, ()
    anchors, absent = find_places(recipe.outline.around, scene.places)
    return schematic_outline(scene.grid, list(anchors.values()), recipe.outline.radius_m), absent


def _published_sector(scene: Scene, quartier: BaseGeometry) -> BaseGeometry | None:
    """Official outline of the NPNRU sector that lies in the quarter, in WGS84; None where nobody gave it."""
    sectors = (item for item in scene.perimeters if item.kind is Kind.NPNRU and not item.estimated)
    shapes = (transform_geometry(item.geometry, item.epsg, WGS84) for item in sectors)
    return next((shape for shape in shapes if shape.intersects(quartier)), None)


def _quartier(recipe: SectorRecipe, scene: Scene) -> BaseGeometry:
    """Return the quarter nearest to the recipe's place, an official one in force where there is one, in WGS84.

    The first one where that place is not known.
    """
    official = [item for item in scene.perimeters if item.kind is Kind.QPV and item.in_force(scene.on)]
    perimeters = official or [item for item in scene.perimeters if item.kind in QUARTER_KINDS] or scene.perimeters
    if not perimeters:
        raise InvalidInputError(
            "Aucun périmètre à dessiner autour du secteur", advice="calculer les candidats ou ajouter des contours"
        )
    found, _ = find_places([recipe.quartier_near], scene.places)
    place = found.get(recipe.quartier_near)
    nearest = min(perimeters, key=lambda item: _distance_m(item, place)) if place else perimeters[0]
    return transform_geometry(nearest.geometry, nearest.epsg, WGS84)


def _distance_m(perimeter: Perimeter, place: Address) -> float:
    import shapely

    east, north = transform_points(np.array([place.lon]), np.array([place.lat]), WGS84, perimeter.epsg)
    return float(shapely.distance(perimeter.geometry, shapely.Point(east[0], north[0])))
