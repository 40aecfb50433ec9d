"""Commune polygons of the area, which cut what official files do not cut by a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError
from geoville.sources.official.zones import NOWHERE, zone_at
from geoville.sources.vector_files import read_vector_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class Outlines:
    """Communes as polygons.

    Parameters
    ----------
    code : (k,) INSEE codes.
    polygons : (k,) valid, in `epsg`.
    """

    code: NDArray[np.str_]
    polygons: NDArray[np.object_]
    epsg: int

    def commune_at(self, easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.str_]:
        """Commune of each of (n,) points given in `epsg`; empty text outside all communes."""
        zones = zone_at(self.polygons, easting, northing)
        return np.where(zones == NOWHERE, "", self.code[zones])

    def touch(self, geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Which of (n,) geometries in `epsg` have a point in common with a commune."""
        import shapely

        _, touching = shapely.STRtree(geometries).query(self.polygons, predicate="intersects")
        touched = np.zeros(len(geometries), dtype=bool)
        touched[touching] = True
        return touched


def read_outlines(path: Path) -> Outlines | None:
    """Read the outlines from the `communes.parquet` of a pack; None where no commune has a polygon.

    Raises
    ------
    InvalidInputError
        The file cannot be read.
    """
    frame = read_vector_file(path, "communes")
    drawn = frame[frame.geometry.notna()]
    if drawn.empty:
        return None
    polygons = np.array(drawn.geometry.to_numpy(), dtype=object)
    return Outlines(drawn["code"].to_numpy(dtype=np.str_), polygons, int(frame.crs.to_epsg()))


def needed(outlines: Outlines | None, noun: str) -> Outlines:
    """Outlines, where they must be known.

    Parameters
    ----------
    noun : what they cut, a French plural with its article ("les QPV").

    Raises
    ------
    InvalidInputError
        They are not known.
    """
    if outlines is None:
        raise InvalidInputError(
            f"Les contours des communes manquent pour découper {noun}",
            advice="récupérer d'abord les contours des communes (`--only commune_contours`)",
        )
    return outlines
