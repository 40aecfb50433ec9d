"""Coordinate reference systems: which one a territory is measured in, and how points get there.

Geographic coordinates are always (lon, lat) in degrees, WGS84; projected ones (easting, northing) in metres.
Contours are transformed vertex by vertex, and every test and distance is made in the territory's projected CRS.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geoville.errors import InvalidInputError, Location
from geoville.french import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyproj
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


WGS84 = 4326
LAMBERT_93 = 2154
LAMBERT_2_EXTENDED = 27572
WEB_MERCATOR = 3857
LAEA_EUROPE = 3035
RGAF09_UTM20 = 5490
RGFG95_UTM22 = 2972
RGR92_UTM40 = 2975
RGM04_UTM38 = 4471
RGPF_UTM6S = 3297

PROJECTED_BY_DEPARTEMENT = {
    "971": RGAF09_UTM20,
    "972": RGAF09_UTM20,
    "973": RGFG95_UTM22,
    "974": RGR92_UTM40,
    "976": RGM04_UTM38,
    # Saint-Barthélemy and Saint-Martin are no départements any more, but some files of QPV and communes hold them.
    "977": RGAF09_UTM20,
    "978": RGAF09_UTM20,
    "987": RGPF_UTM6S,  # Tahiti and Moorea, where all the quarters of Polynésie are
}

ZONES = (
    (LAMBERT_93, (-6.0, 41.0, 10.0, 52.0)),
    (RGAF09_UTM20, (-64.0, 14.0, -60.0, 19.0)),
    (RGFG95_UTM22, (-55.0, 2.0, -51.0, 6.5)),
    (RGR92_UTM40, (54.5, -22.0, 56.5, -20.0)),
    (RGM04_UTM38, (44.5, -13.5, 46.0, -12.0)),
    (RGPF_UTM6S, (-150.5, -18.5, -148.5, -17.0)),
)
"""Projected CRS of the territories of France, and a box (west, south, east, north; degrees) around each, far apart."""

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
    return insee_code[:3] if insee_code.startswith(("97", "98")) else insee_code[:2]


def commune_of(code: str) -> str:
    """Commune of an INSEE code: that of the town for a municipal arrondissement, else the code itself.

    >>> commune_of("13203"), commune_of("69381"), commune_of("75110"), commune_of("13055"), commune_of("62193")
    ('13055', '69123', '75056', '13055', '62193')
    """
    return next((town for start, town in _ARRONDISSEMENTS.items() if code.startswith(start)), code)


_OTHER_TERRITORIES = ("975", "977", "978", "984", "986", "987", "988", "989")
_LIST_MARKS = re.compile(r"\W+")
_CODE_LENGTH = 5


def is_commune_code(code: str) -> bool:
    """Whether a text has the form of the INSEE code of a commune, in a département or territory that exists.

    >>> [is_commune_code(code) for code in ("62193", "2A004", "97411", "20004", "62000", "6254", "99123")]
    [True, True, True, False, False, False, False]
    """
    departement = departement_of(code)
    number = code[len(departement) :]
    known = departement in DEPARTEMENTS or departement in _OTHER_TERRITORIES
    return known and len(code) == _CODE_LENGTH and number.isascii() and number.isdigit() and int(number) > 0


def commune_codes(written: str) -> tuple[str, ...]:
    """Codes of communes of one field, however official files write the list: the only reader of such lists.

    Parameters
    ----------
    written : codes one after the other, or separated by anything that is neither a letter nor a digit, in quotes or
        not; one that is written as a number may have lost its first zero.

    Returns
    -------
    Each once, in the order of the list; none where nothing is written.

    Raises
    ------
    InvalidInputError
        A part is no code of an existing commune: nothing is guessed from a list that is half understood.

    >>> commune_codes("6219362548"), commune_codes('"62193,62548"'), commune_codes("62193; 62548"), commune_codes("")
    (('62193', '62548'), ('62193', '62548'), ('62193', '62548'), ())
    >>> commune_codes("100101002"), commune_codes("2A0042B033"), commune_codes("1001")
    (('01001', '01002'), ('2A004', '2B033'), ('01001',))
    """
    codes: dict[str, None] = {}
    parts = [part.upper() for part in _LIST_MARKS.split(written) if part]
    if len(parts) == 1 and parts[0].isdigit():
        parts = [parts[0].zfill(-(-len(parts[0]) // _CODE_LENGTH) * _CODE_LENGTH)]
    for whole in parts:
        for start in range(0, len(whole), _CODE_LENGTH):
            code = whole[start : start + _CODE_LENGTH]
            if not is_commune_code(code):
                raise InvalidInputError(
                    f"« {written[:60]} » n'est pas une liste de codes de communes",
                    advice="attendu : des codes Insee de cinq caractères, à la suite ou séparés par des virgules",
                )
            codes[code] = None
    return tuple(codes)


def projected_epsg(insee_code: str) -> int:
    """EPSG code of the projected CRS in which a commune's territory is measured.

    >>> projected_epsg("62193"), projected_epsg("97411")
    (2154, 2975)
    """
    return PROJECTED_BY_DEPARTEMENT.get(departement_of(insee_code), LAMBERT_93)


def epsg_at(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int32]:
    """Projected CRS of the territory around which (n,) places lie; 0 for those that are around none.

    >>> epsg_at(np.array([1.85, -61.0, 0.0]), np.array([50.95, 14.6, 0.0])).tolist()
    [2154, 5490, 0]
    """
    found = np.zeros(len(lon), dtype=np.int32)
    for epsg, (west, south, east, north) in ZONES:
        found[(west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)] = epsg
    return found


def epsg_at_point(lon: float, lat: float) -> int:
    """Projected CRS of the territory around which a place lies, as `epsg_at` finds it; 0 where there is none."""
    held = (epsg for epsg, (west, south, east, north) in ZONES if west <= lon <= east and south <= lat <= north)
    return next(held, 0)


PROJECTIONS = {LAMBERT_93: "Lambert-93", LAMBERT_2_EXTENDED: "Lambert II étendu", WEB_MERCATOR: "Web Mercator"}
"""Projections in which French files come, with their names."""

_FRANCE_IN = {
    LAMBERT_93: (80_000, 6_030_000, 1_260_000, 7_140_000),
    LAMBERT_2_EXTENDED: (30_000, 1_600_000, 1_220_000, 2_700_000),
    WEB_MERCATOR: (-600_000, 5_040_000, 1_080_000, 6_660_000),
}
"""Box of metropolitan France in each of them (west, south, east, north; metres)."""

_NTF_ACCURACY_M = 5.0
_CRS_NAMES = {
    "lambert 93": LAMBERT_93,
    "l93": LAMBERT_93,
    "rgf93": LAMBERT_93,
    "lambert 2 etendu": LAMBERT_2_EXTENDED,
    "lambert ii etendu": LAMBERT_2_EXTENDED,
    "lambert 2e": LAMBERT_2_EXTENDED,
    "l2e": LAMBERT_2_EXTENDED,
    "web mercator": WEB_MERCATOR,
    "wgs 84": WGS84,
    "wgs84": WGS84,
}
_EPSG = re.compile(r"(?:epsg )?(\d{4,6})")


def crs_named(text: str) -> int:
    """EPSG code of a CRS, given by its code or by one of its French names.

    Raises
    ------
    InvalidInputError
        Nothing known has that code or that name.

    >>> crs_named("EPSG:2154"), crs_named("Lambert-93"), crs_named("Lambert II étendu"), crs_named("3857")
    (2154, 2154, 27572, 3857)
    """
    import pyproj

    name = fold(text)
    by_number = _EPSG.fullmatch(name)
    epsg = int(by_number[1]) if by_number else _CRS_NAMES.get(re.sub(r"lambert(?=\d)", "lambert ", name), 0)
    try:
        pyproj.CRS.from_epsg(epsg)
    except pyproj.exceptions.CRSError:
        raise InvalidInputError(
            "Système de coordonnées inconnu", advice="donner un code EPSG : 2154 (Lambert-93), 27572, 3857, 4326…"
        ) from None
    return epsg


def accuracy_of_crs(epsg: int) -> float:
    """What the change from a CRS to WGS 84 may lose, metres, 0 for what is exact to a fraction of one.

    Notes
    -----
    From the NTF, without IGN's grid, the seven parameters are good to some metres.
    """
    return _NTF_ACCURACY_M if epsg == LAMBERT_2_EXTENDED else 0.0


def likely_projections(eastings: NDArray[np.float64], northings: NDArray[np.float64]) -> tuple[int, ...]:
    """Projections in which most of (n,) pairs of numbers lie in metropolitan France, the likeliest first.

    >>> likely_projections(np.array([622097.72]), np.array([7095814.64]))
    (2154,)
    >>> likely_projections(np.array([1.85]), np.array([50.95])), likely_projections(np.array([5e5]), np.array([2.3e6]))
    ((), (27572,))
    """
    given = np.isfinite(eastings) & np.isfinite(northings)

    def held(epsg: int) -> bool:
        west, south, east, north = _FRANCE_IN[epsg]
        inside = (west <= eastings) & (eastings <= east) & (south <= northings) & (northings <= north)
        return bool(given.any() and inside.sum() * 2 > given.sum())

    return tuple(epsg for epsg in PROJECTIONS if held(epsg))


def projections_said(epsgs: Iterable[int]) -> str:
    """Projections in words, with their codes.

    >>> projections_said((2154, 3857))
    'Lambert-93 (EPSG:2154) ou Web Mercator (EPSG:3857)'
    """
    return " ou ".join(f"{PROJECTIONS[epsg]} (EPSG:{epsg})" for epsg in epsgs)


def are_swapped(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether boxes have the latitude first: around no territory of France, but around one with their axes exchanged.

    Parameters
    ----------
    boxes : (n, 4) west, south, east, north as given, degrees; that of a point is the point, twice. NaN is not swapped.

    >>> are_swapped(np.array([(1.85, 50.9, 1.9, 51.0), (50.9, 1.85, 51.0, 1.9), (16.2, -61.5, 16.3, -61.4)])).tolist()
    [False, True, True]
    """
    exchanged = boxes[:, [1, 0, 3, 2]]
    return np.asarray(_around_a_territory(exchanged) & ~_around_a_territory(boxes))


def _around_a_territory(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = boxes.T
    found = np.zeros(len(boxes), dtype=np.bool_)
    for _, zone in ZONES:
        found |= (zone[0] <= west) & (zone[1] <= south) & (east <= zone[2]) & (north <= zone[3])
    return found


def refuse_swapped(bounds: tuple[float, float, float, float], where: Location | None = None) -> None:
    """Refuse what was given latitude first, whichever door it came by: its place would be thousands of km away.

    Parameters
    ----------
    bounds : west, south, east, north of a geometry as given, degrees.
    where : what the error cites, if anything.

    Raises
    ------
    InvalidInputError
        Longitude and latitude are exchanged.
    """
    west, south, east, north = bounds
    if _is_around_one(south, west, north, east) and not _is_around_one(west, south, east, north):
        raise InvalidInputError(SWAPPED, where=where, advice=LONGITUDE_FIRST)


def _is_around_one(west: float, south: float, east: float, north: float) -> bool:
    """`_around_a_territory` of one box, at a tenth of its cost."""
    return any(zone[0] <= west and zone[1] <= south and east <= zone[2] and north <= zone[3] for _, zone in ZONES)


SWAPPED = "Latitude et longitude semblent inversées"
LONGITUDE_FIRST = "donner la longitude d'abord, puis la latitude"


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
    from pyproj.exceptions import ProjError

    try:  # an operation that leaves the datum out is off by 100 m and more, and not to look at any takes half the time
        return Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
    except ProjError:  # between a territory overseas and a CRS of Europe, which no place has in common
        return Transformer.from_crs(source, target, always_xy=True)


def _out_of_domain(target: int) -> InvalidInputError:
    return InvalidInputError(
        f"Coordonnées hors du domaine de la projection EPSG:{target}",
        advice="vérifier la longitude et la latitude, dans cet ordre",
    )
