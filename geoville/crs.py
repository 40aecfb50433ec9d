"""Coordinate reference systems: which one a territory is measured in, and how points get there.

Geographic coordinates are always (lon, lat) in degrees, WGS84; projected ones (easting, northing) in metres.
Contours are transformed vertex by vertex, and every test and distance is made in the territory's projected CRS.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


WGS84 = 4326
LAMBERT_93 = 2154
LAEA_EUROPE = 3035
RGAF09_UTM20 = 5490
RGFG95_UTM22 = 2972
RGR92_UTM40 = 2975
RGM04_UTM38 = 4471

PROJECTED_BY_DEPARTEMENT = {
    "971": RGAF09_UTM20,
    "972": RGAF09_UTM20,
    "973": RGFG95_UTM22,
    "974": RGR92_UTM40,
    "976": RGM04_UTM38,
    # Saint-Barthélemy and Saint-Martin are no départements any more, but some files of QPV and communes hold them.
    "977": RGAF09_UTM20,
    "978": RGAF09_UTM20,
}

DEPARTEMENTS = (
    *(f"{number:02}" for number in range(1, 20)),
    "2A",
    "2B",
    *(str(number) for number in range(21, 96)),
    *("971", "972", "973", "974", "976"),
)
"""Codes of the départements: metropolitan France, then overseas."""

GRID_CRS = {LAEA_EUROPE: LAMBERT_93, RGAF09_UTM20: RGAF09_UTM20, RGR92_UTM40: RGR92_UTM40}
"""CRS in which INSEE names its 200 m cells, and the projected CRS in which their territory is measured."""


_ARRONDISSEMENTS = {"751": "75056", "6938": "69123", "132": "13055"}


def departement_of(insee_code: str) -> str:
    """Département of a commune, IRIS or département code.

    >>> departement_of("62193"), departement_of("2A004"), departement_of("97209")
    ('62', '2A', '972')
    """
    return insee_code[:3] if insee_code.startswith("97") else insee_code[:2]


def commune_of(code: str) -> str:
    """Commune of an INSEE code: that of the town for a municipal arrondissement, else the code itself.

    >>> commune_of("13203"), commune_of("69381"), commune_of("75110"), commune_of("13055"), commune_of("62193")
    ('13055', '69123', '75056', '13055', '62193')
    """
    return next((town for start, town in _ARRONDISSEMENTS.items() if code.startswith(start)), code)


def projected_epsg(insee_code: str) -> int:
    """EPSG code of the projected CRS in which a commune's territory is measured.

    >>> projected_epsg("62193"), projected_epsg("97411")
    (2154, 2975)
    """
    return PROJECTED_BY_DEPARTEMENT.get(departement_of(insee_code), LAMBERT_93)


def transform_points(
    first: NDArray[np.float64], second: NDArray[np.float64], source: int, target: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Transform coordinates between two CRS.

    Parameters
    ----------
    first, second : (n,) lon and lat in degrees, or easting and northing in metres; NaN stays NaN.
    source, target : EPSG codes.

    Returns
    -------
    Two (n,) arrays in the target CRS, in the same order (lon or easting first).

    Raises
    ------
    InvalidInputError
        A coordinate that the target CRS cannot represent.
    """
    if source == target:
        return first, second
    out_first, out_second = _transformer(source, target).transform(first, second)
    finite_in = np.isfinite(first) & np.isfinite(second)
    if not np.isfinite(np.asarray(out_first)[finite_in]).all():
        raise _out_of_domain(target)
    return np.asarray(out_first, dtype=float), np.asarray(out_second, dtype=float)


def transform_point(first: float, second: float, source: int, target: int) -> tuple[float, float]:
    """Transform one point of finite coordinates, as `transform_points` does, at a tenth of its cost.

    Raises
    ------
    InvalidInputError
        A coordinate that the target CRS cannot represent.
    """
    if source == target:
        return first, second
    moved: tuple[float, float] = _transformer(source, target).transform(first, second)
    if not (math.isfinite(moved[0]) and math.isfinite(moved[1])):
        raise _out_of_domain(target)
    return moved


def transform_geometry(geometry: BaseGeometry, source: int, target: int) -> BaseGeometry:
    """Transform every vertex of a geometry; edges are redrawn straight between the new vertices."""
    import shapely

    if source == target:
        return geometry

    def vertices(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transform_points(coordinates[:, 0], coordinates[:, 1], source, target))

    return shapely.transform(shapely.force_2d(geometry), vertices)


@cache
def _transformer(source: int, target: int) -> pyproj.Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def _out_of_domain(target: int) -> InvalidInputError:
    return InvalidInputError(
        f"Coordonnées hors du domaine de la projection EPSG:{target}",
        advice="vérifier la longitude et la latitude, dans cet ordre",
    )
