"""1,600 perimeters spread over a country, and points as addresses lie around them.

Where ../shared/data is there, the perimeters are the official contours of Occitanie and Marseille, shifted as whole
layers again and again; elsewhere they are made-up shapes of the same size and number of vertices.
"""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import shapely

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LAYERS = ("occitanie", "marseille")
COUNT = 1_600
SEED = 20_140_767
_SHIFT_M = 400_000.0
_WEST, _SOUTH = 450_000.0, 6_250_000.0
_QUARTERS_IN_A_TOWN = 6
_VERTICES = 120
_RADIUS_M = 450.0
_TOWN_M = 3_000.0
_AROUND_M = 500.0


def perimeters() -> tuple[str, np.ndarray]:
    """What they are, and (COUNT,) polygons in EPSG:2154."""
    if not SHARED_DATA.is_dir():
        return "made-up shapes", _made_up()
    originals = _contours()
    random = np.random.default_rng(SEED)
    copies = [originals]
    while sum(map(len, copies)) < COUNT:
        copies.append(_shifted(originals, random.uniform(-_SHIFT_M, _SHIFT_M, 2)))
    return "contours of Occitanie and Marseille, shifted", np.concatenate(copies)[:COUNT]


def addresses(polygons: np.ndarray, points: int) -> np.ndarray:
    """(points, 2) easting and northing, in any order: in and around the perimeters, as a file of beneficiaries is."""
    random = np.random.default_rng(SEED + 1)
    centres = shapely.get_coordinates(shapely.centroid(polygons))
    return random.choice(centres, points) + random.normal(0, _AROUND_M, (points, 2))


def beside_limits(polygons: np.ndarray, points: int, reach_m: float) -> np.ndarray:
    """(points, 2) easting and northing, in any order, all within some metres of a limit."""
    random = np.random.default_rng(SEED + 2)
    vertices = random.choice(shapely.get_coordinates(polygons), points)
    turn = random.uniform(0, 2 * np.pi, points)
    return vertices + (reach_m * random.random(points) * np.array([np.cos(turn), np.sin(turn)])).T


def by_place(points: np.ndarray) -> np.ndarray:
    """The same points along a Hilbert curve, as spatial formats sort them."""
    places = geopandas.GeoSeries(shapely.points(points))
    return points[np.argsort(places.hilbert_distance().to_numpy())]


def _contours() -> np.ndarray:
    from geoville.sources.contours import read_perimeters

    files = [read_perimeters(SHARED_DATA / layer / "qpv2015.geojson") for layer in LAYERS]
    return np.array([perimeter.geometry for file in files for perimeter in file.perimeters])


def _shifted(polygons: np.ndarray, shift: np.ndarray) -> np.ndarray:
    return shapely.transform(polygons, lambda vertices: vertices + shift)


def _made_up() -> np.ndarray:
    random = np.random.default_rng(SEED)
    towns = random.uniform((_WEST, _SOUTH), (_WEST + 2 * _SHIFT_M, _SOUTH + 2 * _SHIFT_M), (COUNT, 2))
    centres = towns[np.arange(COUNT) // _QUARTERS_IN_A_TOWN] + random.normal(0, _TOWN_M, (COUNT, 2))
    turn = 2 * np.pi * (np.arange(_VERTICES) + random.random((COUNT, _VERTICES)) / 2) / _VERTICES
    radius = _RADIUS_M * random.uniform(0.7, 1.3, (COUNT, _VERTICES))
    spokes = radius[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    return shapely.polygons(centres[:, None] + spokes)
