"""What an answer cites, and the limits at which it changes: an official answer never cites the formula of estimates."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2026, NORTH, VEILLE, ask, at, qpv

from geoville.crs import LAMBERT_93, WGS84, transform_point
from geoville.eligibility.decide import ESTIMATE_REFERENCE
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.judgement import Located, verdict_on
from geoville.model import PerimeterHit, Position, PositionType, Source, VerdictCode

LAMBERT_EUROPE = 3035


def test_an_official_answer_cites_its_decree_and_not_the_formula_of_estimates() -> None:
    assert ask(at(500, 500), qpv()).references == (qpv().reference,)


def test_an_estimated_answer_cites_the_formula_first_and_each_text_once() -> None:
    official = qpv("QP062056")
    answer = ask(at(500, 500), CANDIDATE, official, qpv("QP062055"), on=IN_2026)
    assert answer.references == (ESTIMATE_REFERENCE, official.reference)


def test_sources_are_those_of_what_answers_or_of_what_is_known_where_nothing_does() -> None:
    official, veille = qpv(), replace(VEILLE, source=Source("quartiers de veille"))
    assert ask(at(500, 500), official, veille).sources == (official.source,)
    out_of_force = ask(at(500, 500), official, on=IN_2026)
    assert (out_of_force.verdict, out_of_force.sources) == (VerdictCode.NOT_FOUND, (official.source,))


@pytest.mark.parametrize(
    ("distance_m", "verdict"),
    [
        (15.0, VerdictCode.UNCERTAIN),
        (-15.0, VerdictCode.UNCERTAIN),
        (15.01, VerdictCode.OUTSIDE),
        (-15.01, VerdictCode.INSIDE),
    ],
)
def test_a_limit_exactly_at_the_accuracy_is_still_within_it(distance_m: float, verdict: VerdictCode) -> None:
    hit = PerimeterHit(qpv(), inside=distance_m < 0, distance_m=distance_m)
    located = Located(Position(1.9, 50.9, "ici", PositionType.HOUSENUMBER, accuracy_m=15.0), None, (hit,))
    assert verdict_on(located, hit) is verdict


def test_the_border_of_the_known_territory_is_known() -> None:
    index = PerimeterIndex([qpv()], extent=(1.0, 50.0, 2.0, 51.0))
    assert index.covers_box((1.0, 50.0, 2.0, 51.0))
    for box in [(0.9, 50.0, 2.0, 51.0), (1.0, 49.9, 2.0, 51.0), (1.0, 50.0, 2.1, 51.0), (1.0, 50.0, 2.0, 51.1)]:
        assert not index.covers_box(box)


def test_the_territory_of_the_nearest_perimeter_answers_whatever_else_lies_far() -> None:
    far = replace(qpv("QN06254M"), geometry=shapely.box(EAST + 9_500, NORTH, EAST + 9_600, NORTH + 1000))
    lon, lat = transform_point(EAST + 9_000, NORTH, LAMBERT_93, WGS84)
    east, north = transform_point(lon, lat, WGS84, LAMBERT_EUROPE)
    other = replace(qpv("QP974001"), geometry=shapely.box(east, north, east + 500, north + 500), epsg=LAMBERT_EUROPE)
    for order in ([qpv(), far, other], [other, far, qpv()]):
        found = PerimeterIndex(order).around(*_lon_lat(at(500, 500)))
        assert [hit.perimeter.code for hit in found] == ["QP062056", "QN06254M"]


def _lon_lat(position: Position) -> tuple[float, float]:
    return position.lon, position.lat
