"""Cells and IRIS of a territory as layers for a GIS: what INSEE publishes, and nothing finer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.carroyage.cell_id import format_cell_ids
from geoville.crs import WGS84
from geoville.rendering.cell_themes import published_poor_share
from geoville.sources.grids import read_grid
from geoville.sources.territory.tables import read_outlines
from geoville.workflows.feature_layer import ANY_DAY, FeatureLayer, published_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.grid import Grid
    from geoville.sources.territory import Territory

_APPROACHED = "Contour approché, estimé par geoville : les carreaux habités dont le centre est dans l'IRIS."
_PUBLISHED = "Contour que l'IGN et l'Insee publient."


def cells_layer(territory: Territory, vintage: int) -> FeatureLayer:
    """Cells of one grid of a territory; the poverty share of an imputed cell is left out."""
    grid = read_grid(territory.grid_path(vintage), vintage=vintage)
    ids = tuple(format_cell_ids(grid.epsg, grid.northing, grid.easting))
    return FeatureLayer(
        name=f"cells-{vintage}",
        title=f"Carreaux de 200\u00a0m, Filosofi {vintage}",
        description=(
            "Ce que l'Insee publie par carreau. Un carreau de moins de 11 ménages porte des valeurs imputées par "
            "l'Insee (imputed) : sa part de ménages pauvres n'est pas donnée."
        ),
        attribution=territory.grids[vintage].source.citation,
        ids=ids,
        properties=tuple(_cell_rows(territory, grid)),
        shapes=published_shapes(cell_squares(grid.easting, grid.northing, grid.epsg, WGS84)),
        days=(ANY_DAY,) * len(ids),
    )


def iris_layer(territory: Territory) -> FeatureLayer:
    """IRIS of a territory: their contours where the pack has them, else the cells whose centre lies in each."""
    approached = not territory.has("iris")
    if approached:
        cells = territory.cells
        squares = cell_squares(cells.easting, cells.northing, cells.epsg, WGS84)
        codes, outlines = _outlines_of(cells.iris, squares)
    else:
        codes, outlines = read_outlines(territory.file("iris").checked_path())
    roles = {"cells" if approached else "iris", "iris_income"}
    return FeatureLayer(
        name="iris",
        title="IRIS (contours approchés par les carreaux)" if approached else "IRIS",
        description=f"{_APPROACHED if approached else _PUBLISHED} Le revenu est celui que l'Insee publie.",
        attribution=" ; ".join(file.source.citation for file in territory.manifest.files if file.role in roles),
        ids=codes,
        properties=tuple(_iris_rows(territory, codes, estimated=approached)),
        shapes=published_shapes(np.array(outlines, dtype=object)),
        days=(ANY_DAY,) * len(codes),
    )


def _outlines_of(iris: NDArray[np.str_], squares: NDArray[np.object_]) -> tuple[tuple[str, ...], list[BaseGeometry]]:
    """Codes of the IRIS of some cells, in order, and the union of the cells of each."""
    found, first = np.unique(iris[order := np.argsort(iris, kind="stable")], return_index=True)
    members = zip(found.tolist(), np.split(squares[order], first[1:]), strict=True)
    outlines = {code: union_of_cells(own) for code, own in members if code}
    return tuple(outlines), list(outlines.values())


def _cell_rows(territory: Territory, grid: Grid) -> Iterator[dict[str, Any]]:
    unknown = np.full(len(grid), "")
    communes, iris = territory.cells.zones_of(grid) if territory.has("cells") else (unknown, unknown)
    columns = {
        "vintage": [grid.vintage] * len(grid),
        "people": grid.people.tolist(),
        "households": grid.households.tolist(),
        "mean_eur": grid.mean_eur.round(2).tolist(),
        "poor_share": published_poor_share(grid).round(4).tolist(),
        "imputed": grid.imputed.tolist(),
        "commune": communes.tolist(),
        "iris": iris.tolist(),
    }
    for values in zip(*columns.values(), strict=True):
        yield {name: _known(value) for name, value in zip(columns, values, strict=True)}


def _iris_rows(territory: Territory, codes: tuple[str, ...], *, estimated: bool) -> Iterator[dict[str, Any]]:
    names, year = territory.iris_names, territory.iris_year
    medians = territory.iris_medians(year) if year else {}
    for code in codes:
        yield {
            "code": code,
            "name": names.get(code),
            "median_declared_eur": medians.get(code),
            "income_year": year,
            "estimated": estimated,
        }


def _known(value: Any) -> Any:
    """A value of a table; None where nothing is published."""
    return None if value == "" or (isinstance(value, float) and math.isnan(value)) else value
