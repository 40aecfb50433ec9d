"""A made-up town: two QPV of two generations, a vécu and a veille, side by side, and actions among them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import shapely

from geoville.crs import LAMBERT_93, WGS84, transform_geometry, transform_points
from geoville.eligibility.actions.action import Action, Homes, Public
from geoville.eligibility.actions.check import ActionLayers
from geoville.eligibility.index import PerimeterIndex
from geoville.model import Kind, NotFound, Perimeter, Position, PositionType, Source

EAST, NORTH = 620_000.0, 7_095_000.0
SIDE_M = 400.0

IN_2015, IN_2024, IN_VECU, IN_VEILLE, OUTSIDE, NEAR_LIMIT = (
    (200, 200),
    (800, 200),
    (1_400, 200),
    (2_000, 200),
    (5_000, 5_000),
    (802, 403),
)
"""Places in metres from the corner of the town: the middle of each quarter, none, and 3 m north of the QPV of 2024."""

FIRST_2015, LAST_2015, FIRST_2024 = date(2015, 1, 1), date(2023, 12, 31), date(2024, 1, 1)


def quarter(code: str, kind: Kind, rank: int, *, estimated: bool = False, **dates: Any) -> Perimeter:
    """A square of 400 m, the first of a row of squares 600 m apart."""
    west = EAST + 600 * rank
    square = shapely.box(west, NORTH, west + SIDE_M, NORTH + SIDE_M)
    source = Source(f"Contours {code}")
    return Perimeter(code, code.title(), kind, square, LAMBERT_93, estimated=estimated, source=source, **dates)


QPV_2015 = quarter("QP062901", Kind.QPV, 0, generation=2015, valid_from=FIRST_2015, valid_to=LAST_2015)
QPV_2024 = quarter("QN06291M", Kind.QPV, 1, generation=2024, valid_from=FIRST_2024)
VECU = quarter("VECU-1", Kind.VECU, 2, estimated=True)
VEILLE = quarter("VEILLE-1", Kind.VEILLE, 3)
CANDIDATE = quarter("C-1", Kind.CANDIDAT, 1, estimated=True)

ALL = (QPV_2015, QPV_2024, VECU, VEILLE)


def layers(*perimeters: Perimeter) -> ActionLayers:
    """Perimeters ready for actions; all of the town unless some are given."""
    return ActionLayers(PerimeterIndex(perimeters or ALL))


def at(place: tuple[float, float], **details: Any) -> Position:
    """Position of a place of the town, exact unless said."""
    lon, lat = transform_points(np.array([EAST + place[0]]), np.array([NORTH + place[1]]), LAMBERT_93, WGS84)
    return Position(float(lon[0]), float(lat[0]), "un lieu", PositionType.COORDINATES, **details)


def zone(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Area of the town in WGS84, from metres."""
    square = shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)
    moved = transform_geometry(square, LAMBERT_93, WGS84)
    assert isinstance(moved, shapely.Polygon)
    return moved


def action(
    *places: Position | NotFound,
    public: Public | None = None,
    start: date = date(2024, 3, 1),
    end: date = date(2024, 6, 30),
    area: shapely.Polygon | None = None,
) -> Action:
    """An action of 2024 unless said."""
    return Action("Atelier", "Association Exemple", places, area, start, end, public)


def homes(outside: int, not_found: int, uncertain: int, inside: int) -> Homes:
    """Homes of so many beneficiaries, in 2024; in the order in which they are published."""
    return Homes(
        (
            *[at(OUTSIDE)] * outside,
            *[NotFound("Rue absente.")] * not_found,
            *[at(NEAR_LIMIT, accuracy_m=15.0)] * uncertain,
            *[at(IN_2024)] * inside,
        )
    )
