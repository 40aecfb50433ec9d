"""From values to a map as data."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.crs import WGS84, transform_geometry, transform_points
from geoville.eligibility.sentences import KIND_NAMES
from geoville.errors import InvalidInputError
from geoville.french import UNIT_SPACE, counted, euros, held_together, long_date, percent
from geoville.model import QUARTER_KINDS, Kind
from geoville.rendering.cells import cell_layer, inhabited_area
from geoville.rendering.changes import quarter_changes
from geoville.rendering.layers import (
    ESTIMATED,
    contour_of,
    find_places,
    ground_in,
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
    from collections.abc import Mapping, Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Address, Perimeter
    from geoville.perimeters.figures import AreaFigures
    from geoville.rendering.cells import CellFigures, CellLayer
    from geoville.rendering.changes import QuarterChanges
    from geoville.rendering.map_spec import PerimeterLayer, ReasonMark, Scene
    from geoville.rendering.sector import SectorArgument, SectorRecipe


# --- What the side panel of a map says

ESTIMATE_WARNING = held_together(
    "Les quartiers candidats sont calculés à partir des carreaux de l'Insee : estimés, sans valeur réglementaire. "
    "Seul le contour fixé par décret fait foi."
)


UNLINKED = held_together("Aucune liaison n'est dessinée : les positions manquent (voir « Non localisés »).")


_HEADLINES = 3


def sector_panel(
    recipe: SectorRecipe,
    where: str,
    unplaced: tuple[str, ...],
    *,
    reasons: Sequence[ReasonMark],
    headlines: Sequence[tuple[str, str]] = (),
    linked: bool,
) -> tuple[PanelSection, ...]:
    """Three figures, numbered reasons, links and limits of a sector.

    Parameters
    ----------
    reasons : as numbered on the map.
    headlines : figures of the quarter, each beside those of the town and the country; what lacks of three is taken
        from the recipe.
    where : French sentence on what the map shows of the sector itself.
    unplaced : names without a known position; the section says why they are not drawn.
    linked : whether the map draws at least one link.
    """
    figures = (*headlines, *((figure.value, f"{figure.caption}. {figure.source}.") for figure in recipe.figures))
    numbered = tuple(f"{reason.sign} {reason.text}" for reason in reasons)
    sections = [
        PanelSection("Le quartier en trois chiffres", figures=figures[:_HEADLINES]),
        PanelSection(f"Pourquoi ce secteur{UNIT_SPACE}?", items=numbered, source=recipe.reference, numbered=True),
        PanelSection(
            "Ce qu'il faut relier", text="" if linked else UNLINKED, items=recipe.links, source=recipe.reference
        ),
        PanelSection("Le secteur", text=f"{recipe.summary} {where}"),
        PanelSection("En chiffres aussi", figures=figures[_HEADLINES:]),
        PanelSection(
            "Non localisés",
            text=held_together(
                "Aucune source ouverte ne donne leur position : ils sont cités, pas dessinés. Un fichier de lieux de "
                "la ville, donné à qui dessine les cartes, les placera avec leurs liaisons."
            ),
            items=unplaced,
        ),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    ]
    return tuple(section for section in sections if section.text or section.figures or section.items)


def headlines(
    name: str, own: AreaFigures, town: str, figures: AreaFigures, national_eur: float
) -> tuple[tuple[str, str], ...]:
    """Share below the threshold and median income of a quarter, beside those of its town and of the country.

    Empty where nobody lives there, or the threshold is not known.
    """
    if not (np.isfinite(own.share_below.value) and np.isfinite(own.median_eur.value)):
        return ()
    year = f" Euros de {own.euros_of}." if own.euros_of else ""
    low, high = own.median_eur.low, own.median_eur.high
    return (
        (
            percent(own.share_below.value),
            held_together(
                f"des habitants de « {name} » sous le seuil du décret ; à {town} : "
                f"{percent(figures.share_below.value)}. Estimation."
            ),
        ),
        (
            euros(own.median_eur.value),
            held_together(
                f"de revenu déclaré médian par unité de consommation ({euros(low)} à {euros(high)}) ; à {town} : "
                f"{euros(figures.median_eur.value)} ; en France : {euros(national_eur)}. Estimation.{year}"
            ),
        ),
    )


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
    count = counted(len(perimeters), "périmètre")
    warning = (PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),)
    return (
        PanelSection("Ce que montre la carte", text=count, items=names),
        *(warning if any(item.estimated for item in perimeters) else ()),
    )


_AROUND = frozenset({Kind.VEILLE, Kind.VECU})
"""Kinds that a sector's map offers without drawing them at first: they surround its subject."""

_VIEW_MARGIN = 0.6
"""Share of the subject's size left around it on opening."""

_QUARTER_MARGIN = 0.25
"""The same, where the subject is a quarter, which has room inside."""

_PLACES_MARGIN = 1.0
"""The same, where the subject is known by some of its places alone."""

_NARROW_MARGIN = 0.08
"""The same, where the subject is the whole map."""


def sector_map(recipe: SectorRecipe, scene: Scene, headlines: Sequence[tuple[str, str]] = ()) -> MapSpec:
    """Map of an NPNRU sector: why it was chosen, where it lies, and what is not known about that.

    Parameters
    ----------
    scene : of the territory, with at least one perimeter. What the recipe names and no place has is listed in the
        panel; a sector whose contour was added by the user is drawn, and not guessed.
    headlines : figures of its quarter (`quarter_of`), as `sector_panel` takes them.

    Raises
    ------
    InvalidInputError
        There is no perimeter, so that no quarter can be shown.
    """
    perimeter = quarter_of(recipe, scene)
    quartier = transform_geometry(perimeter.geometry, perimeter.epsg, WGS84)
    published = _published_sector(scene, quartier)
    found, absent = find_places((*recipe.unplaced, *recipe.places), scene.places)
    outline, absent_anchors = (None, ()) if published else _schematic(recipe, scene)
    where = IN_FULL_LINE if published else IN_DOTS if outline else NOT_DRAWN
    argument = sector_argument(recipe, scene.places, quartier, published or outline, scene.ground)
    unknown = tuple(dict.fromkeys((*absent, *absent_anchors, *argument.absent)))
    subject = published or outline or _around_landmarks(argument) or quartier
    landmarks = (argument.landmarks,) if argument.landmarks else ()
    drawn, _ = find_places((item.name for item in recipe.landmarks), scene.places)
    others = other_places(scene.places, (*found.values(), *drawn.values()), scene.style.places)
    bounds = view_around(subject, _VIEW_MARGIN if published or outline else _PLACES_MARGIN)
    return MapSpec(
        title=recipe.title,
        subtitle=recipe.subtitle,
        bounds=bounds,
        outline=published_layer(recipe, published) if published else outline_layer(recipe, outline, subject),
        places=(*landmarks, labelled_places(found.values()), *others),
        links=argument.links,
        panel=sector_panel(
            recipe,
            where,
            unknown,
            reasons=argument.reasons,
            headlines=headlines,
            linked=argument.links is not None,
        ),
        sources=(*_citations(scene), recipe.reference),
        reasons=argument.reasons,
        **_surroundings(scene, bounds, hidden=_AROUND, subject=perimeter),
    )


def perimeter_map(perimeter: Perimeter, scene: Scene) -> MapSpec:
    """Map of one perimeter among those of its territory, drawn with it."""
    drawn = scene.perimeters if perimeter in scene.perimeters else (perimeter, *scene.perimeters)
    status = ESTIMATED if perimeter.estimated else contour_of(perimeter)
    bounds = view_around(transform_geometry(perimeter.geometry, perimeter.epsg, WGS84), _QUARTER_MARGIN)
    changes = quarter_changes(perimeter, scene)
    around = _surroundings(replace(scene, perimeters=drawn), bounds, subject=perimeter)
    return MapSpec(
        title=perimeter.name or perimeter.code,
        subtitle=f"{KIND_NAMES[perimeter.kind].title} : {status}",
        bounds=bounds,
        outline=None,
        places=other_places(scene.places, (), scene.style.places),
        panel=(*((changes.section,) if changes else ()), *perimeter_panel(perimeter)),
        sources=_citations(scene),
        changes=changes.areas if changes else (),
        **{**around, "perimeters": _with_other(around["perimeters"], changes)},
    )


def _with_other(layers: tuple[PerimeterLayer, ...], changes: QuarterChanges | None) -> tuple[PerimeterLayer, ...]:
    """Layers with that of the other generation on, where something changed."""
    if changes is None:
        return layers
    begun = f"{KIND_NAMES[Kind.QPV].plural} {changes.other}"
    return tuple(replace(layer, shown=True) if layer.name.startswith(begun) else layer for layer in layers)


def perimeters_map(title: str, scene: Scene) -> MapSpec:
    """Map of all the perimeters of a scene, whatever they are; its subtitle names what is shown when it opens.

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
    around = _surroundings(scene, bounds)
    return MapSpec(
        title=title,
        subtitle=", ".join(dict.fromkeys(layer.name for layer in around["perimeters"] if layer.shown)),
        bounds=bounds,
        outline=None,
        places=other_places(scene.places, (), scene.style.places),
        panel=file_panel(scene.perimeters),
        sources=_citations(scene),
        **around,
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
    backdrop, cells = _of_cells(scene.grid, scene.figures)
    return {
        "backdrop": backdrop,
        "cells": cells,
        "perimeters": perimeter_layers(scene.perimeters, scene.on, hidden, scene.style.names, subject),
        "guides": guide_layers(scene),
        "date_line": date_line(scene.on),
        "style": scene.style,
        "tiles": scene.tiles,
        "ground": ground_in(scene.ground, bounds),
    }


@lru_cache(1)
def _of_cells(grid: Grid | None, figures: CellFigures | None) -> tuple[Mapping[str, Any] | None, CellLayer | None]:
    """The inhabited area and the cells of a territory, the same on all its maps."""
    return (None, None) if grid is None else (inhabited_area(grid), cell_layer(grid, figures))


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


def _around_landmarks(argument: SectorArgument) -> BaseGeometry | None:
    """Smallest area (WGS84) around what the contract names, where at least two of them are known."""
    import shapely

    points = [(place.lon, place.lat) for place in argument.landmarks.places] if argument.landmarks else []
    return shapely.MultiPoint(points).convex_hull if len(set(points)) > 1 else None


def quarter_of(recipe: SectorRecipe, scene: Scene) -> Perimeter:
    """Return the quarter nearest to the recipe's place, an official one in force where there is one.

    The first one where that place is not known.

    Raises
    ------
    InvalidInputError
        There is no perimeter.
    """
    official = [item for item in scene.perimeters if item.kind is Kind.QPV and item.in_force(scene.on)]
    perimeters = official or [item for item in scene.perimeters if item.kind in QUARTER_KINDS] or scene.perimeters
    if not perimeters:
        raise InvalidInputError(
            "Aucun périmètre à dessiner autour du secteur", advice="calculer les candidats ou ajouter des contours"
        )
    found, _ = find_places([recipe.quartier_near], scene.places)
    place = found.get(recipe.quartier_near)
    return min(perimeters, key=lambda item: _distance_m(item, place)) if place else perimeters[0]


def _distance_m(perimeter: Perimeter, place: Address) -> float:
    import shapely

    east, north = transform_points(np.array([place.lon]), np.array([place.lat]), WGS84, perimeter.epsg)
    return float(shapely.distance(perimeter.geometry, shapely.Point(east[0], north[0])))
