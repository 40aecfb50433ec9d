"""IRIS as drawn: made of the cells whose centre lies in each, where their own outlines are not open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_geometry import union_of_cells
from geoville.french import UNKNOWN, euros
from geoville.rendering.cell_layer import geojson, grid_squares
from geoville.rendering.map_spec import PerimeterLayer, Popup, Shape

if TYPE_CHECKING:
    from geoville.carroyage.grid import Grid
    from geoville.rendering.cell_figures import IrisFigures

_NOTE = "Contour approché : les carreaux habités dont le centre est dans l'IRIS."


def iris_layer(grid: Grid, iris: IrisFigures) -> PerimeterLayer:
    """Outlines of the IRIS that have a name, with their published income."""
    squares = grid_squares(grid)
    shapes = []
    for code in sorted(set(iris.code_of.tolist()) & set(iris.names)):
        rows = (
            ("Code", code),
            (f"Revenu déclaré médian ({iris.year})", _median(iris, code)),
            ("Source", iris.source),
        )
        outline = geojson(union_of_cells(squares[np.flatnonzero(iris.code_of == code)]))
        shapes.append(Shape(outline, Popup(f"IRIS {iris.names[code]}", rows, _NOTE)))
    return PerimeterLayer("IRIS (contours approchés par les carreaux)", "iris", tuple(shapes), shown=False)


def _median(iris: IrisFigures, code: str) -> str:
    return f"{euros(iris.median_eur[code])} par UC" if code in iris.median_eur else UNKNOWN
