"""The grid as drawn: coloured squares with what INSEE publishes about each, and the inhabited area behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.carroyage.cell_id import format_cell_ids
from geoville.crs import WGS84
from geoville.french import UNIT_SPACE, UNKNOWN, euros, people
from geoville.rendering.classes import income_classes
from geoville.rendering.map_spec import CellLayer, CellShape, Popup

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid

DEGREE_DECIMALS = 6
"""Decimals kept in drawn coordinates: about 0.1 m."""

OBSERVED = "publiées par l'Insee"
IMPUTED = "imputées par l'Insee (moins de 11 ménages)"


def cell_layer(grid: Grid) -> CellLayer:
    """Cells coloured by mean living standard.

    Popups hold people, mean living standard and whether INSEE imputed them: nothing finer than what it publishes.
    """
    mean_eur = grid.mean_eur
    classes = income_classes(mean_eur, grid.people)
    squares = grid_squares(grid)
    ids = format_cell_ids(grid.epsg, grid.northing, grid.easting)
    cells = tuple(
        CellShape(
            geojson(square),
            _cell_popup(grid.vintage, cell_id, n_people, mean, is_imputed=imputed),
            classes.index_of(mean),
            imputed,
        )
        for square, cell_id, n_people, mean, imputed in zip(
            squares, ids, grid.people.tolist(), mean_eur.tolist(), grid.imputed.tolist(), strict=True
        )
    )
    return CellLayer(
        name=f"Niveau de vie par carreau (Insee {grid.vintage})",
        legend_title=f"Niveau de vie moyen en {grid.vintage}, par unité de consommation et par an",
        classes=classes,
        cells=cells,
    )


def inhabited_area(grid: Grid) -> dict[str, Any]:
    """Union of all cells, as a GeoJSON geometry in WGS84: the backdrop of a map without tiles."""
    return geojson(union_of_cells(grid_squares(grid)))


def grid_squares(grid: Grid) -> NDArray[Any]:
    """(n,) squares of the cells, transformed vertex by vertex into WGS84."""
    return cell_squares(grid.easting, grid.northing, grid.epsg, WGS84)


def geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """GeoJSON of a geometry in WGS84, coordinates rounded: the same geometry always gives the same bytes."""
    import shapely

    rounded = shapely.transform(shapely.force_2d(geometry), lambda vertices: vertices.round(DEGREE_DECIMALS))
    parsed: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return parsed


def _cell_popup(vintage: int, cell_id: str, n_people: float, mean_eur: float, *, is_imputed: bool) -> Popup:
    mean = euros(mean_eur)
    return Popup(
        title=f"Carreau de 200{UNIT_SPACE}m, Filosofi {vintage}",
        rows=(
            ("Population", people(n_people)),
            ("Niveau de vie moyen", mean if mean == UNKNOWN else f"{mean} par an"),
            ("Valeurs", IMPUTED if is_imputed else OBSERVED),
            ("Identifiant", cell_id),
        ),
    )
