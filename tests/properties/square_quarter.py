"""A quarter that is a square of one kilometre in Calais, and positions given in metres from its south-west corner."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoville.crs import LAMBERT_93, WGS84, transform_geometry, transform_points
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.law import generation_of_code
from geoville.model import Answer, Kind, NotFound, Perimeter, Position, PositionType, Source

EAST, NORTH = 621_000.0, 7_095_000.0
IN_2020, IN_2026 = date(2020, 6, 1), date(2026, 6, 1)
SQUARE = shapely.box(EAST, NORTH, EAST + 1000, NORTH + 1000)
WITH_HOLE = shapely.difference(SQUARE, shapely.box(EAST + 400, NORTH + 400, EAST + 600, NORTH + 600))


def qpv(code: str = "QP062056", geometry: shapely.Geometry = SQUARE) -> Perimeter:
    generation = generation_of_code(code)
    assert generation is not None
    return Perimeter(
        code=code,
        name="Beau Marais",
        kind=Kind.QPV,
        geometry=geometry,
        epsg=LAMBERT_93,
        estimated=False,
        generation=generation.year,
        valid_from=generation.valid_from,
        valid_to=generation.valid_to,
        reference=generation.reference,
        source=Source("contours"),
    )


CANDIDATE = Perimeter("C1", "Calais 1", Kind.CANDIDAT, SQUARE, LAMBERT_93, estimated=True, vintage=2019)
VEILLE = Perimeter("V1", "Beau Marais", Kind.VEILLE, SQUARE, LAMBERT_93, estimated=False)


def at(east_m: float, north_m: float, **changes: Any) -> Position:
    """A position so many metres east and north of the square's corner."""
    lon, lat = transform_points(np.array([EAST + east_m]), np.array([NORTH + north_m]), LAMBERT_93, WGS84)
    return replace(Position(float(lon[0]), float(lat[0]), "ici", PositionType.COORDINATES), **changes)


def ask(position: Position | NotFound, *perimeters: Perimeter, on: date = IN_2020) -> Answer:
    return decide(position, PerimeterIndex(perimeters), on)


def shape_at(shape: BaseGeometry) -> BaseGeometry:
    """A shape drawn in metres from the square's corner, in WGS84."""
    moved = shapely.transform(shape, lambda metres: metres + np.array([EAST, NORTH]))
    return transform_geometry(moved, LAMBERT_93, WGS84)
