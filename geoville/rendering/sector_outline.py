"""Schematic outline of a sector whose true outline is not published: the cells near known places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_geometry import union_of_cells
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import WGS84, transform_points
from geoville.french import UNIT_SPACE, held_together, number
from geoville.rendering.cell_layer import geojson, grid_squares
from geoville.rendering.map_spec import OutlineLayer, Popup, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.model import Address
    from geoville.rendering.recipe import SectorRecipe


IN_FULL_LINE = held_together("Le trait plein est le contour officiel, d'après le fichier ajouté à geoville.")
IN_DOTS = held_together("Son contour n'est pas publié : le pointillé, indicatif, est déduit de quelques lieux connus.")
NOT_DRAWN = held_together(
    "Sa position ne figure dans aucune source ouverte : la carte montre le quartier, pas le secteur."
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


def outline_layer(recipe: SectorRecipe, outline: BaseGeometry | None, quartier: BaseGeometry) -> OutlineLayer:
    """Build the layer that says where the sector is, or that nobody has published it.

    Parameters
    ----------
    outline : schematic outline in WGS84, None where no position is known: the label then stands over `quartier`.
    quartier : the quarter, in WGS84.
    """
    west, _, east, north = (quartier if outline is None else outline).bounds
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
