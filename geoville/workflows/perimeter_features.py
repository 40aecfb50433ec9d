"""Perimeters and NPNRU sectors as layers for a GIS; official contours and estimates are never in one layer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from geoville.crs import WGS84, transform_geometry
from geoville.model import Kind
from geoville.rendering.perimeter_layer import ESTIMATED, LAYER_NAMES
from geoville.rendering.place_layer import find_places
from geoville.rendering.sector_outline import schematic_outline
from geoville.sources.grids import read_grid
from geoville.sources.writers import perimeter_record
from geoville.workflows.feature_layer import ANY_DAY, FeatureLayer, published_shapes
from geoville.workflows.maps import sector_recipes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geoville.model import Perimeter
    from geoville.rendering import SectorRecipe
    from geoville.sources.territory import Territory


def perimeter_layers(perimeters: Iterable[Perimeter]) -> list[FeatureLayer]:
    """One layer per kind, generation and basis: "qpv-2024", "candidat", "veille-estimated"."""
    groups: dict[tuple[int, int, bool], list[Perimeter]] = {}
    kinds = list(Kind)
    for item in perimeters:
        groups.setdefault((kinds.index(item.kind), -(item.generation or 0), item.estimated), []).append(item)
    return [_perimeter_layer(groups[key]) for key in sorted(groups)]


def sectors_layer(territory: Territory, perimeters: Iterable[Perimeter]) -> FeatureLayer:
    """NPNRU sectors that a territory has a map of: a schematic outline where their places are known, else none.

    A sector whose official contour is among the perimeters is not guessed.
    """
    recipes = sector_recipes(territory)
    return FeatureLayer(
        name="sectors",
        title="Secteurs NPNRU (contours indicatifs, non publiés)",
        description=(
            "Secteurs proposés au nouveau programme national de renouvellement urbain. Leur contour n'est pas publié : "
            "celui-ci est schématique, et un secteur dont aucune position n'est connue n'en a pas."
        ),
        attribution=" ; ".join(dict.fromkeys(recipe.reference for recipe in recipes)),
        ids=tuple(recipe.name for recipe in recipes),
        properties=tuple(
            {
                "name": recipe.title,
                "subtitle": recipe.subtitle,
                "quartier": recipe.quartier,
                "reference": recipe.reference,
                "estimated": True,
            }
            for recipe in recipes
        ),
        shapes=published_shapes(_sector_outlines(recipes, territory, perimeters)),
        days=(ANY_DAY,) * len(recipes),
    )


def _perimeter_layer(perimeters: Sequence[Perimeter]) -> FeatureLayer:
    first = perimeters[0]
    ordered = sorted(perimeters, key=lambda item: item.code)
    title = LAYER_NAMES[first.kind] + (f" {first.generation}" if first.generation else "")
    cited = dict.fromkeys(item.source.citation for item in ordered if item.source)
    return FeatureLayer(
        name=_name_of(first),
        title=f"{title} (contour {ESTIMATED})" if first.estimated else title,
        description=f"Contour {ESTIMATED}." if first.estimated else "Contour officiel.",
        attribution=" ; ".join(cited),
        ids=_distinct([item.code for item in ordered]),
        properties=tuple(perimeter_record(item) for item in ordered),
        shapes=published_shapes(
            np.array([transform_geometry(item.geometry, item.epsg, WGS84) for item in ordered], dtype=object)
        ),
        days=tuple((item.valid_from, item.valid_to) for item in ordered),
    )


def _name_of(perimeter: Perimeter) -> str:
    name = f"{perimeter.kind}-{perimeter.generation}" if perimeter.generation else str(perimeter.kind)
    # A candidate is always an estimate: its kind says so.
    return f"{name}-estimated" if perimeter.estimated and perimeter.kind is not Kind.CANDIDAT else name


def _distinct(codes: Sequence[str]) -> tuple[str, ...]:
    """Codes with the rank of each repetition: two files may hold the same perimeter."""
    seen: Counter[str] = Counter()
    ids = []
    for code in codes:
        seen[code] += 1
        ids.append(code if seen[code] == 1 else f"{code}~{seen[code]}")
    return tuple(ids)


def _sector_outlines(
    recipes: Sequence[SectorRecipe], territory: Territory, perimeters: Iterable[Perimeter]
) -> NDArray[np.object_]:
    outlines: NDArray[np.object_] = np.full(len(recipes), None, dtype=object)
    if not recipes:
        return outlines
    official = [
        transform_geometry(item.geometry, item.epsg, WGS84)
        for item in perimeters
        if item.kind is Kind.NPNRU and not item.estimated
    ]
    grid = read_grid(territory.grid_path(), vintage=territory.default_vintage)
    places = territory.address_list().addresses
    for row, recipe in enumerate(recipes):
        if recipe.outline is None:
            continue
        anchors, _ = find_places(recipe.outline.around, places)
        guess = schematic_outline(grid, list(anchors.values()), recipe.outline.radius_m)
        if guess is not None and not any(shape.intersects(guess) for shape in official):
            outlines[row] = guess
    return outlines
