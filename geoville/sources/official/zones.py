"""In which polygon each of millions of points is: exact, and vectorised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOWHERE = -1
_POINTS_AT_ONCE = 250_000
"""Points indexed together; taken in order of northing, they lie in a band that few polygons cross."""


def zone_at(
    polygons: NDArray[np.object_], easting: NDArray[np.float64], northing: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Index of the polygon that each point is in, borders included.

    Parameters
    ----------
    polygons : (k,) valid polygons or multipolygons.
    easting, northing : (n,) metres, in the CRS of the polygons.

    Returns
    -------
    (n,) the lowest index where polygons share the point; `NOWHERE` outside all.
    """
    import shapely

    found = np.full(len(easting), NOWHERE, dtype=np.intp)
    bounds = shapely.bounds(polygons)
    in_bands = np.argsort(northing, kind="stable")
    for start in range(0, len(in_bands), _POINTS_AT_ONCE):
        rows = in_bands[start : start + _POINTS_AT_ONCE]
        south, north = northing[rows[0]], northing[rows[-1]]
        crossing = np.flatnonzero((bounds[:, 1] <= north) & (bounds[:, 3] >= south))
        # Polygons query points, and not the reverse: GEOS prepares each polygon once for all of its points.
        points = np.asarray(shapely.points(easting[rows], northing[rows]), dtype=object)
        zones, inside = shapely.STRtree(points).query(polygons[crossing], predicate="intersects")
        lowest_last = np.argsort(-zones, kind="stable")
        found[rows[inside[lowest_last]]] = crossing[zones[lowest_last]]
    return found
