"""The derived table "cell → commune and IRIS of its centre" that a territory pack carries in place of the outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.carroyage.cell_id import format_cell_ids
from geoville.carroyage.grid import CELL_SIZE_M
from geoville.crs import GRID_CRS, WGS84, transform_geometry, transform_points
from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geoville.carroyage.grid import Grid


HEADER = "idcar_200m,commune,iris"
MAX_DISTANCE_M = 200.0
"""How far outside every outline a centre may lie: outlines are generalised, and the sea and estuaries are left out."""


def cell_table(grids: Sequence[Grid], iris_path: Path, communes_path: Path) -> str:
    """Commune and IRIS of the centre of every cell of some grids.

    Parameters
    ----------
    grids : vintages of one territory, all in one CRS; the table has the union of their cells.
    iris_path, communes_path : outlines in WGS84, with a column ``CODE_IRIS``, respectively ``code``.

    Returns
    -------
    CSV text with its header, one line a cell in order of (northing, easting).

    Notes
    -----
    Each column comes from its own outlines, so that a cell on a generalised border may stand in one commune and in an
    IRIS of the next. A centre on a common border goes to the first code; a centre outside every outline to the nearest
    one within 200 m.

    Raises
    ------
    InvalidInputError
        Grids in several CRS, or a centre farther than 200 m from every outline.
    """
    if len({grid.epsg for grid in grids}) != 1:
        raise InvalidInputError("Grilles de plusieurs systèmes de coordonnées", advice="les donner dans un seul")
    epsg = grids[0].epsg
    corners = np.unique(np.vstack([np.column_stack([grid.northing, grid.easting]) for grid in grids]), axis=0)
    northing, easting = corners[:, 0], corners[:, 1]
    half = np.float64(CELL_SIZE_M / 2)
    centres = np.column_stack(transform_points(easting + half, northing + half, epsg, GRID_CRS[epsg]))
    communes = codes_of_points(centres, communes_path, "code", GRID_CRS[epsg])
    iris = codes_of_points(centres, iris_path, "CODE_IRIS", GRID_CRS[epsg])
    rows = zip(format_cell_ids(epsg, northing, easting), communes, iris, strict=True)
    return "\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n"


def codes_of_points(points: NDArray[np.float64], outlines_path: Path, column: str, epsg: int) -> list[str]:
    """Code of the outline that each point lies in, or of the nearest one within 200 m.

    Parameters
    ----------
    points : (n, 2) easting and northing, metres in `epsg`.
    outlines_path : polygons in WGS84.
    column : where their codes stand.

    Raises
    ------
    InvalidInputError
        A point farther than 200 m from every outline.
    """
    import pyogrio
    import shapely

    outlines = pyogrio.read_dataframe(outlines_path, columns=[column]).sort_values(column)
    codes = outlines[column].tolist()
    polygons = [transform_geometry(polygon, WGS84, epsg) for polygon in outlines.geometry]
    tree = shapely.STRtree(polygons)
    found: list[str] = []
    for point in map(shapely.Point, points.tolist()):
        inside = tree.query(point, predicate="intersects")
        if len(inside) == 0:
            inside = tree.query_nearest(point, max_distance=MAX_DISTANCE_M, all_matches=True)
        if len(inside) == 0:
            raise InvalidInputError(
                f"Un carreau est à plus de {MAX_DISTANCE_M:.0f} m de tout contour de {outlines_path.name}",
                advice="donner des contours qui couvrent toute la grille",
            )
        found.append(codes[int(inside.min())])
    return found
