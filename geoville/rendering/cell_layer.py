"""The grid as drawn: squares coloured by theme, what is written of each, and the inhabited area behind them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.carroyage.cell_id import format_cell_ids
from geoville.crs import WGS84
from geoville.french import UNIT_SPACE, UNKNOWN, euros, people, percent
from geoville.rendering.cell_themes import cell_themes, published_poor_share
from geoville.rendering.map_cells import CellColumn, CellLayer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.rendering.cell_figures import CellFigures

DEGREE_DECIMALS = 6
"""Decimals kept in drawn coordinates: about 0.1 m."""

OBSERVED = "publiées par l'Insee"
IMPUTED = "imputées par l'Insee (moins de 11 ménages)"


def cell_layer(grid: Grid, figures: CellFigures | None = None) -> CellLayer:
    """Cells with every theme that is known.

    Popups hold what INSEE publishes, nothing finer, and estimates that say they are: the poverty share of an imputed
    cell is left out.
    """
    return CellLayer(
        title=f"Carreau de 200{UNIT_SPACE}m, Filosofi {grid.vintage}",
        squares=_corners(grid_squares(grid)),
        imputed=grid.imputed,
        columns=tuple(_columns(grid, figures)),
        themes=cell_themes(grid, figures),
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


def _corners(squares: NDArray[Any]) -> NDArray[np.float64]:
    import shapely

    rings = np.asarray(shapely.get_coordinates(squares)).reshape(len(squares), 5, 2)
    return rings[:, :4].round(DEGREE_DECIMALS)


def _columns(grid: Grid, figures: CellFigures | None) -> Iterator[CellColumn]:
    yield CellColumn("Population", _written(grid.people, people))
    yield CellColumn("Niveau de vie moyen", _written(grid.mean_eur, _euros_a_year))
    yield CellColumn("Ménages pauvres", _written(published_poor_share(grid), percent))
    if figures is not None:
        yield CellColumn("Revenu médian (estimation)", _written(figures.median_eur, _euros_a_year))
        yield CellColumn("Part sous le seuil (estimation)", _written(figures.share_below, percent))
        yield from _further_columns(figures)
    yield CellColumn("Valeurs", tuple(IMPUTED if imputed else OBSERVED for imputed in grid.imputed.tolist()))
    yield CellColumn("Identifiant", tuple(format_cell_ids(grid.epsg, grid.northing, grid.easting)))


def _further_columns(figures: CellFigures) -> Iterator[CellColumn]:
    if figures.sensitivity is not None:
        yield CellColumn("Scénarios qui le retiennent", _written(figures.sensitivity, percent))
    if figures.iris is not None:
        codes = figures.iris.code_of.tolist()
        yield CellColumn("IRIS", tuple(figures.iris.names.get(code, code) or UNKNOWN for code in codes))


def _written(values: NDArray[np.float64], write: Any) -> tuple[str, ...]:
    return tuple(write(value) for value in values.tolist())


def _euros_a_year(value: float) -> str:
    amount = euros(value)
    return amount if amount == UNKNOWN else f"{amount} par an"
