"""On the line, on a vertex, in two perimeters, in a hole, against the limit, on a road segment: who is in, and why."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from square_quarter import EAST, NORTH, SQUARE, WITH_HOLE, ask, at, qpv, shape_at

from geoville.crs import LAMBERT_93, WGS84, transform_geometry, transform_points
from geoville.law import position_accuracy
from geoville.model import Perimeter, Position, PositionType, VerdictCode


def projected(position: Position) -> tuple[float, float]:
    """Easting and northing of a position, as `decide` computes them: bit for bit."""
    east, north = transform_points(np.array([position.lon]), np.array([position.lat]), WGS84, LAMBERT_93)
    return float(east[0]), float(north[0])


def limit_through(position: Position) -> Perimeter:
    """A quarter whose western limit runs exactly through a position."""
    east, north = projected(position)
    return qpv(geometry=shapely.box(east, north - 300, east + 1000, north + 700))


def one_step(position: Position, towards: float) -> Position:
    """The position moved by less than a tenth of a millimetre."""
    return replace(position, lon=position.lon + math.copysign(1e-9, towards))


def test_the_line_is_inside_and_its_distance_is_zero() -> None:
    place = at(0, 300)
    answer = ask(place, limit_through(place))
    assert (answer.verdict, answer.distance_m) == (VerdictCode.INSIDE, 0)
    assert "sur la limite, qui en fait partie" in answer.reasons[0]


def test_a_tenth_of_a_millimetre_beside_the_line_decides() -> None:
    place = at(0, 300)
    quarter = limit_through(place)
    outside, inside = ask(one_step(place, -1), quarter), ask(one_step(place, 1), quarter)
    assert (outside.verdict, inside.verdict) == (VerdictCode.OUTSIDE, VerdictCode.INSIDE)
    assert 0 < outside.distance_m < 2e-4
    assert -2e-4 < inside.distance_m < 0


@pytest.mark.parametrize("vertex", range(5))
def test_every_vertex_is_inside_whatever_the_angle(vertex: int) -> None:
    outline = shapely.Polygon([(1.88, 50.95), (1.8902, 50.9513), (1.8855, 50.9551), (1.8899, 50.9602), (1.8791, 50.96)])
    quarter = qpv(geometry=transform_geometry(outline, WGS84, LAMBERT_93))
    lon, lat = outline.exterior.coords[vertex]
    answer = ask(Position(lon, lat, "borne", PositionType.COORDINATES), quarter)
    assert (answer.verdict, answer.distance_m) == (VerdictCode.INSIDE, 0)


def test_the_limit_of_a_hole_is_inside_and_the_hole_outside() -> None:
    east, north = projected(at(400, 500))
    holed = shapely.difference(SQUARE, shapely.box(east, north - 50, east + 200, north + 50))
    assert ask(at(400, 500), qpv(geometry=holed)).verdict is VerdictCode.INSIDE
    assert ask(at(410, 500), qpv(geometry=holed)).verdict is VerdictCode.OUTSIDE
    assert ask(at(500, 500), qpv(geometry=WITH_HOLE)).distance_m == pytest.approx(100, abs=1e-5)


def test_on_the_limit_that_two_quarters_share_both_hold_the_position() -> None:
    place = at(500, 300)
    east, _ = projected(place)
    west, right = shapely.box(EAST, NORTH, east, NORTH + 1000), shapely.box(east, NORTH, EAST + 1000, NORTH + 1000)
    answer = ask(place, qpv("QP062055", west), qpv("QP062056", right))
    assert answer.verdict is VerdictCode.INSIDE
    assert [(hit.perimeter.code, hit.inside, hit.distance_m) for hit in answer.perimeters] == [
        ("QP062055", True, 0),
        ("QP062056", True, 0),
    ]
    assert any("aussi dans" in reason for reason in answer.reasons)


def test_a_quarter_inside_another_does_not_hide_it() -> None:
    inner = qpv("QP062055", shapely.box(EAST + 450, NORTH + 450, EAST + 550, NORTH + 550))
    answer = ask(at(500, 500), qpv(), inner)
    assert [hit.perimeter.code for hit in answer.perimeters] == ["QP062056", "QP062055"]
    assert answer.distance_m == pytest.approx(-500, abs=1e-5)


@pytest.mark.parametrize("kind", ["segment", "parcelle", "adresse", "entrée"])
def test_each_kind_of_position_doubts_within_its_own_radius(kind: str) -> None:
    accuracy = position_accuracy(kind)
    assert accuracy.firm
    near, far = accuracy.accuracy_m - 1, accuracy.accuracy_m + 1
    for side in (-1, 1):
        doubtful = ask(at(500, 1000 + side * near, accuracy_m=accuracy.accuracy_m), qpv())
        sure = ask(at(500, 1000 + side * far, accuracy_m=accuracy.accuracy_m), qpv())
        assert doubtful.verdict is VerdictCode.UNCERTAIN
        assert sure.verdict is (VerdictCode.INSIDE if side < 0 else VerdictCode.OUTSIDE)


def test_a_building_against_the_limit_is_in_or_out_with_its_address_point() -> None:
    """The point of the door is what is asked about; what the building covers is `decide_footprint`'s question."""
    building = shape_at(shapely.box(480, 1000, 520, 1020))
    door = shape_at(shapely.Point(500, 1003))
    assert building.covers(door)
    answer = ask(at(500, 1003, accuracy_m=5.0), qpv())
    assert answer.verdict is VerdictCode.UNCERTAIN
    assert ask(at(500, 1003), qpv()).verdict is VerdictCode.OUTSIDE
