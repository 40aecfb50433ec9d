"""Footprints: in, partly in and by how much, out, astride two quarters, against the limit, out of the territory."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from square_quarter import CANDIDATE, EAST, IN_2020, IN_2026, NORTH, SQUARE, VEILLE, WITH_HOLE, qpv, shape_at

from geoville.crs import LAMBERT_93, RGR92_UTM40, WGS84, transform_geometry
from geoville.eligibility.documents import footprint_document
from geoville.eligibility.footprint import (
    FootprintMeasure,
    _is_sure,
    _placement_known,
    _reach,
    _told,
    decide_footprint,
    measure_footprint,
)
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import InvalidInputError
from geoville.model import Basis, FootprintAnswer, Kind, Perimeter, Placement, RuleStatus, Source
from geoville.perimeters.areas import PopulatedCells

INSIDE, PARTLY, OUTSIDE = Placement.INSIDE, Placement.PARTLY, Placement.OUTSIDE
BESIDE = qpv("QP062055", shapely.box(EAST + 1000, NORTH, EAST + 2000, NORTH + 1000))


def place(shape: shapely.Geometry, *perimeters: Perimeter, on: date = IN_2020, **options) -> FootprintAnswer:
    """Placement of a shape drawn in metres from the square's corner."""
    return decide_footprint(shape_at(shape), PerimeterIndex(perimeters or (qpv(),)), on, **options)


@pytest.mark.parametrize(
    ("shape", "placement", "share", "nearest_m", "farthest_m"),
    [
        (shapely.box(100, 100, 200, 200), INSIDE, 1, 0, 0),
        (shapely.box(0, 0, 1000, 1000), INSIDE, 1, 0, 0),
        (shapely.box(900, 400, 1100, 600), PARTLY, 0.5, 0, 100),
        (shapely.box(1100, 400, 1200, 600), OUTSIDE, 0, 100, 200),
        (shapely.box(-500, -500, 1500, 1500), PARTLY, 0.25, 0, 500 * 2**0.5),
        (shapely.LineString([(500, 500), (500, 1500)]), PARTLY, 0.5, 0, 500),
        (shapely.LineString([(100, 100), (900, 900)]), INSIDE, 1, 0, 0),
        (shapely.LineString([(0, 100), (0, 900)]), INSIDE, 1, 0, 0),
        (shapely.MultiPoint([(500, 500), (500, 1100), (500, 1200), (1, 1)]), PARTLY, 0.5, 0, 200),
        (shapely.Point(500, 500), INSIDE, 1, 0, 0),
    ],
)
def test_placement_share_and_distances(
    shape: shapely.Geometry, placement: Placement, share: float, nearest_m: float, farthest_m: float
) -> None:
    answer = place(shape)
    assert answer.placement is placement
    assert answer.share_of_area == pytest.approx(share, abs=1e-6)
    assert answer.nearest_m == pytest.approx(nearest_m, abs=1e-5)
    assert answer.farthest_m == pytest.approx(farthest_m, abs=0.11)
    assert (answer.wholly_within_300_m, answer.wholly_within_500_m) == (farthest_m < 300, farthest_m < 500)


@pytest.mark.parametrize(
    ("building", "placement"),
    [
        (shapely.box(400, 1000, 420, 1010), OUTSIDE),  # against the limit, from outside
        (shapely.box(400, 990, 420, 1000), INSIDE),  # against the limit, from inside
        (shapely.box(400, 999.99, 420, 1010), PARTLY),  # one centimetre in
        (shapely.box(400, 990, 420, 1000.01), PARTLY),  # one centimetre out
        (shapely.box(1000, 1000, 1010, 1010), OUTSIDE),  # against a corner
        (shapely.Polygon([(500, 999.99), (510, 1010), (490, 1010)]), PARTLY),  # a corner one centimetre in
        (shapely.LineString([(400, 1000), (400, 1010)]), OUTSIDE),  # a lane that starts on the limit
    ],
)
def test_a_building_against_the_limit(building: shapely.Geometry, placement: Placement) -> None:
    answer = place(building)
    assert answer.placement is placement
    assert answer.share_of_area == {INSIDE: 1, OUTSIDE: 0}.get(placement, answer.share_of_area)
    if placement is OUTSIDE:
        assert answer.nearest_m == 0
        assert "touche la limite sans y entrer" in answer.reasons[0]


@pytest.mark.parametrize(
    ("shape", "placement"),
    [
        (shapely.box(0, 1000 - 5e-7, 100, 1010), OUTSIDE),  # half a micrometre in, along 100 m
        (shapely.box(0, 1000 - 5e-6, 100, 1010), PARTLY),
        (shapely.LineString([(50, 1000 - 5e-7), (50, 1010)]), OUTSIDE),
        (shapely.LineString([(50, 1000 - 5e-6), (50, 1010)]), PARTLY),
        (shapely.box(0, 900, 100, 1000 + 5e-7), INSIDE),
        (shapely.box(0, 900, 100, 1000 + 5e-6), PARTLY),
    ],
)
def test_what_passes_the_limit_by_less_than_a_micrometre_does_not_pass_it(
    shape: shapely.Geometry, placement: Placement
) -> None:
    index = PerimeterIndex([qpv(geometry=shapely.box(0, 0, 1000, 1000))])
    found = measure_footprint(shape, LAMBERT_93, index, frozenset({Kind.QPV}), IN_2020)
    assert found is not None
    assert found.placement is placement


@pytest.mark.parametrize(
    ("placement", "nearest_m", "accuracy_m", "sure"),
    [(OUTSIDE, 25.0, 25.0, False), (OUTSIDE, 25.5, 25.0, True)],
)
def test_what_is_beyond_the_accuracy_of_a_limit_is_surely_outside(
    placement: Placement, nearest_m: float, accuracy_m: float, sure: bool
) -> None:
    quarter, shape = shapely.box(0, 0, 1000, 1000), shapely.box(1000 + nearest_m, 0, 1100, 100)
    nothing = shapely.Polygon()
    assert _is_sure(placement, shape, nothing, quarter, nearest_m, 100.0, accuracy_m) is sure


@pytest.mark.parametrize(
    ("west", "east", "sure"),
    [
        (100, 975, False),  # wholly in, 25 m from the limit
        (100, 974, True),
        (900, 1025, False),  # sticks out by 25 m
        (900, 1026, True),
        (975, 1100, False),  # goes in by 25 m
        (974, 1100, True),
    ],
)
def test_a_placement_is_sure_where_it_goes_beyond_the_accuracy_of_the_limit(west: int, east: int, sure: bool) -> None:
    quarter, shape = shapely.box(0, 0, 1000, 1000), shapely.box(west, 400, east, 410)
    placement = INSIDE if east < 1000 else PARTLY
    inside, farthest = shapely.intersection(shape, quarter), max(east - 1000.0, 0.0)
    assert _is_sure(placement, shape, inside, quarter, 0.0, farthest, 25.0) is sure


@pytest.mark.parametrize(
    ("placement", "known", "told"),
    [
        (INSIDE, False, INSIDE),
        (PARTLY, False, PARTLY),
        (OUTSIDE, False, Placement.UNKNOWN),
        (Placement.UNCERTAIN, False, Placement.UNKNOWN),
        (OUTSIDE, True, OUTSIDE),
        (Placement.UNCERTAIN, True, Placement.UNCERTAIN),
        (None, True, Placement.UNKNOWN),
    ],
)
def test_only_what_a_contour_holds_is_told_where_the_rest_is_not_known(
    placement: Placement | None, known: bool, told: Placement
) -> None:
    nothing = shapely.Polygon()
    measure = FootprintMeasure((), nothing, placement, 0.0, 0.0, 0.0) if placement else None
    assert _placement_known(measure, known=known) is told


@pytest.mark.parametrize(("distance_m", "told"), [(0.0, 0.0), (50_000.0, 50_000.0), (50_000.5, None)])
def test_a_distance_is_told_up_to_fifty_kilometres(distance_m: float, told: float | None) -> None:
    assert _told(distance_m) == told


@pytest.mark.parametrize(
    ("farthest_m", "accuracy_m", "said"),
    [
        (299.0, 0.0, "est tout entière à moins de 300 m"),
        (300.0, 0.0, "est tout entière à moins de 500 m"),  # CGI 278 sexies: strictly less
        (275.0, 25.0, "est tout entière à moins de 500 m"),
        (500.0, 0.0, "n'est pas tout entière à moins de 500 m"),
        (475.0, 25.0, "n'est pas sûrement tout entière à moins de 500 m"),
        (524.0, 25.0, "n'est pas sûrement tout entière à moins de 500 m"),
        (525.0, 25.0, "n'est pas tout entière à moins de 500 m"),
    ],
)
def test_a_band_is_said_to_hold_what_is_strictly_less_far(farthest_m: float, accuracy_m: float, said: str) -> None:
    nothing = shapely.Polygon()
    (told,) = _reach(FootprintMeasure((), nothing, OUTSIDE, 0.0, 10.0, farthest_m, accuracy_m))
    assert told.replace("\N{NO-BREAK SPACE}", " ").endswith(f"elle {said}.")
    assert _reach(FootprintMeasure((), nothing, INSIDE, 1.0, 0.0, 0.0, accuracy_m)) == []


def test_the_people_of_what_is_not_known_whole_have_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """No perimeter is in force, it leaves the territory known, or cells do not cover it."""
    people = cells([20, 20, 20, 20, 60, 20])
    assert place(shapely.box(800, 0, 1200, 200), population=people).share_of_people == pytest.approx(0.75)
    assert place(shapely.box(800, 0, 1200, 200), population=people, on=IN_2026).share_of_people is None
    extent = shape_at(shapely.box(-3000, -3000, 1100, 3000)).bounds
    across = decide_footprint(
        shape_at(shapely.box(800, 0, 1200, 200)), PerimeterIndex([qpv()], extent=extent), IN_2020, people
    )
    assert (across.placement, across.share_of_people) == (PARTLY, None)
    monkeypatch.setattr(PopulatedCells, "covers", lambda _cells, _area: False)
    assert place(shapely.box(800, 0, 1200, 200), population=people).share_of_people is None


def test_what_is_wholly_inside_is_told_how_far_the_limit_is_at_least() -> None:
    reason = place(shapely.box(100, 150, 200, 250)).reasons[0].replace("\N{NO-BREAK SPACE}", " ")
    assert reason.startswith("Dedans : ")
    assert reason.endswith(", à 100 m au moins de la limite.")


def test_the_share_of_what_is_barely_in_or_out_is_never_said_to_be_all_or_nothing() -> None:
    barely = place(shapely.box(400, 999.99, 420, 1100))
    assert "moins de 0,1" in barely.reasons[0]
    nearly = place(shapely.box(400, 900, 420, 1000.01))
    assert "plus de 99,9" in nearly.reasons[0]


def test_a_footprint_far_from_every_perimeter_may_be_in_a_town_that_they_do_not_cover() -> None:
    lone = qpv("QP062055", shapely.box(EAST + 81_000, NORTH, EAST + 82_000, NORTH + 1000))
    for east_m, far in ((2_000, False), (30_000, True)):
        (first, *_) = place(shapely.box(east_m, 0, east_m + 10, 10), qpv(), lone).reasons
        assert ("ne couvrent peut-être pas cette commune" in first) is far


def test_a_hole_is_out_even_amid_a_footprint() -> None:
    answer = place(shapely.box(300, 300, 700, 700), qpv(geometry=WITH_HOLE))
    assert answer.placement is PARTLY
    assert answer.share_of_area == pytest.approx(0.75, abs=1e-6)
    assert answer.farthest_m == pytest.approx(100, abs=0.11)


def test_two_quarters_that_touch_hold_together_what_lies_astride() -> None:
    answer = place(shapely.box(900, 400, 1100, 600), qpv(), BESIDE)
    assert (answer.placement, answer.share_of_area) == (INSIDE, 1)
    assert "QP062055" in answer.reasons[0]
    assert "QP062056" in answer.reasons[0]


def test_the_farthest_point_is_measured_to_the_quarter_that_is_nearest_to_it() -> None:
    """The second quarter is 900 m from the footprint's nearest part to the first one, and holds its other end."""
    far = qpv("QP062055", shapely.box(EAST + 3000, NORTH, EAST + 4000, NORTH + 1000))
    answer = place(shapely.LineString([(1500, 500), (3500, 500)]), qpv(), far)
    assert answer.farthest_m == pytest.approx(1000, abs=0.11)
    assert answer.nearest_m == 0


def test_the_generation_in_force_answers() -> None:
    new = qpv("QN06254M", shapely.box(EAST + 3000, NORTH, EAST + 4000, NORTH + 1000))
    shape = shapely.box(100, 100, 200, 200)
    assert place(shape, qpv(), new, on=IN_2020).placement is INSIDE
    assert place(shape, qpv(), new, on=IN_2026).placement is OUTSIDE
    none = place(shape, qpv(), on=IN_2026)
    assert (none.placement, none.nearest_m, none.farthest_m) == (Placement.UNKNOWN, None, None)
    assert "aucun des périmètres connus n'est en vigueur" in none.reasons[0]


def test_estimates_say_what_they_are() -> None:
    answer = place(shapely.box(900, 400, 1100, 600), CANDIDATE, VEILLE)
    assert (answer.basis, answer.placement) == (Basis.ESTIMATED, PARTLY)
    assert any("sans valeur réglementaire" in reason for reason in answer.reasons)
    assert [hit.perimeter.code for hit in answer.perimeters] == ["C1", "V1"]


def test_overseas_a_footprint_is_measured_in_the_crs_of_its_own_island() -> None:
    chaudron = Perimeter(
        "QP974001", "Le Chaudron", Kind.QPV, shapely.box(345_000, 7_690_000, 346_000, 7_691_000), RGR92_UTM40,
        estimated=False, generation=2015,
    )  # fmt: skip
    plot = transform_geometry(shapely.box(345_900, 7_690_000, 346_100, 7_690_100), RGR92_UTM40, WGS84)
    answer = decide_footprint(plot, PerimeterIndex([qpv(), chaudron]), IN_2020)
    assert (answer.placement, answer.share_of_area) == (PARTLY, pytest.approx(0.5, abs=1e-6))
    assert [hit.perimeter.code for hit in answer.perimeters] == ["QP974001"]


def test_what_leaves_the_known_territory_is_unknown_and_no_no() -> None:
    extent = shape_at(shapely.box(-3000, -3000, 3000, 3000)).bounds
    known = PerimeterIndex([qpv()], extent=extent)
    away = decide_footprint(shape_at(shapely.box(5000, 0, 5100, 100)), known, IN_2020)
    assert (away.placement, away.rules) == (Placement.UNKNOWN, ())
    assert (away.nearest_m, away.farthest_m) == (None, None)
    assert any("n'est pas un « non »" in reason for reason in away.reasons)
    across = decide_footprint(shape_at(shapely.box(500, 0, 5100, 100)), known, IN_2020)
    assert across.placement is PARTLY
    assert any("sort du territoire connu" in reason for reason in across.reasons)


def cells(people: list[float]) -> PopulatedCells:
    """Cells of 200 m in a row eastwards from the square's corner, five of them inside."""
    west = EAST + 200.0 * np.arange(len(people))
    return PopulatedCells(shapely.box(west, NORTH, west + 200, NORTH + 200), np.array(people))


def test_the_share_of_people_is_that_of_their_cells() -> None:
    street_block = shapely.box(800, 0, 1200, 200)
    answer = place(street_block, population=cells([0, 0, 0, 0, 60, 20]))
    assert answer.share_of_area == pytest.approx(0.5, abs=1e-6)
    assert answer.share_of_people == pytest.approx(0.75, abs=1e-6)
    assert any("Habitants dedans" in reason and "75" in reason for reason in answer.reasons)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (shapely.box(800, 0, 1000, 200), 1.0),
        (shapely.box(1000, 0, 1200, 200), 0.0),
        (shapely.box(800, 500, 1200, 700), None),  # nobody
        (shapely.box(990, 0, 1010, 30), None),  # three people: too few
        (shapely.LineString([(800, 100), (1200, 100)]), None),  # no area, no people
    ],
)
def test_the_share_of_people_of_the_rest(shape: shapely.Geometry, expected: float | None) -> None:
    found = place(shape, population=cells([0, 0, 0, 0, 60, 20])).share_of_people
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-6))
    assert place(shape).share_of_people is None


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (shapely.Polygon(), "vide"),
        (shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), "pas une géométrie valide"),
        (shapely.LineString([(0, 0), (0, 0)]), "pas une géométrie valide"),
        (shapely.GeometryCollection([shapely.Point(0, 0), shapely.box(1, 1, 2, 2)]), "mêle"),
    ],
)
def test_what_cannot_be_measured_is_refused(shape: shapely.Geometry, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        decide_footprint(shape, PerimeterIndex([qpv()]), IN_2020)


def test_without_any_perimeter_nothing_is_in_force() -> None:
    answer = decide_footprint(shape_at(shapely.box(0, 0, 1, 1)), PerimeterIndex([]), IN_2020)
    assert (answer.placement, answer.farthest_m, answer.wholly_within_500_m) == (
        Placement.UNKNOWN,
        None,
        False,
    )


def test_the_document_is_plain_json_with_every_field() -> None:
    answer = place(shapely.box(900, 400, 1100, 600), population=cells([1, 1, 1, 1, 1]))
    document = json.loads(json.dumps(footprint_document(answer), allow_nan=False))
    assert (document["on"], document["placement"], document["basis"]) == ("2020-06-01", "partly", "official")
    assert document["share_of_area"] == pytest.approx(0.5)
    assert document["share_of_people"] is None
    assert (document["nearest_m"], document["wholly_within_300_m"]) == (0, True)
    assert document["perimeters"][0]["code"] == "QP062056"
    assert {rule["id"] for rule in document["rules"]} >= {"tva-accession", "emplois-francs"}
    assert document["reasons"]
    assert document["sources"]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(-700, 1400), st.integers(-700, 1400), st.integers(1, 900), st.integers(1, 900), st.sampled_from([0, 1])
)
def test_shares_and_distances_agree_with_geos(west: int, south: int, width: int, height: int, holed: int) -> None:
    shape, quarter = shapely.box(west, south, west + width, south + height), (SQUARE, WITH_HOLE)[holed]
    drawn = shapely.transform(shape, lambda metres: metres + np.array([EAST, NORTH]))
    answer = place(shape, qpv(geometry=quarter))
    assert answer.share_of_area == pytest.approx(drawn.intersection(quarter).area / drawn.area, abs=1e-6)
    assert answer.nearest_m == pytest.approx(drawn.distance(quarter), abs=1e-5)
    assert answer.farthest_m >= shapely.distance(shapely.points(shapely.get_coordinates(drawn)), quarter).max() - 1e-5
    kind = INSIDE if quarter.covers(drawn) else PARTLY if drawn.intersection(quarter).area > 0 else OUTSIDE
    assert answer.placement is kind


@pytest.mark.parametrize(
    ("east_m", "accuracy_m", "said"),
    [
        (1_090, 0.0, "est tout entière à moins de 300"),
        (1_390, 0.0, "est tout entière à moins de 500"),
        (1_590, 0.0, "n'est pas tout entière à moins de 500"),
        (1_480, 25.0, "n'est pas sûrement tout entière à moins de 500"),
        (1_280, 25.0, "est tout entière à moins de 500"),  # 290 m, but for 25 m
        (1_590, 25.0, "n'est pas tout entière à moins de 500"),
    ],
)
def test_how_far_a_footprint_reaches_is_said_with_the_band_that_holds_it(
    east_m: float, accuracy_m: float, said: str
) -> None:
    quarter = replace(qpv(), accuracy_m=accuracy_m)
    reasons = place(shapely.box(east_m, 400, east_m + 10, 410), quarter).reasons
    assert any(f"elle {said}" in reason.replace("\N{NO-BREAK SPACE}", " ") for reason in reasons)
    assert not any("sort du territoire connu" in reason for reason in reasons)


def test_a_country_is_known_all_along_a_line_or_it_is_not() -> None:
    index = PerimeterIndex([qpv()], country=shapely.box(1.6, 50.8, 1.9, 51.1))
    assert index.covers_box((1.7, 50.9, 1.7, 50.9))
    assert index.covers_box((1.7, 50.9, 1.7, 51.0))
    assert not index.covers_box((1.7, 50.9, 1.7, 52.0))
    assert not index.covers_box((1.7, 50.9, 2.5, 50.9))


def test_a_footprint_inside_but_near_an_inexact_limit_has_its_whole_share_and_is_to_be_checked() -> None:
    answer = place(shapely.box(100, 10, 200, 110), replace(qpv(), accuracy_m=25.0))
    assert (answer.placement, answer.share_of_area) == (Placement.UNCERTAIN, 1.0)


def test_people_who_are_all_inside_are_said_to_be() -> None:
    """The part that is out holds nobody."""
    answer = place(shapely.box(800, 0, 1200, 200), population=cells([0, 0, 0, 0, 60, 0]))
    assert (answer.placement, answer.share_of_people) == (PARTLY, 1.0)
    assert any("réparti" in reason and ": 100" in reason for reason in answer.reasons)


def test_where_no_perimeter_is_in_force_no_share_is_inside() -> None:
    assert decide_footprint(shape_at(shapely.box(0, 0, 1, 1)), PerimeterIndex([]), IN_2020).share_of_area == 0.0


@pytest.mark.parametrize(("people", "told"), [(11.001, 1.0), (10.999, None)])
def test_the_share_of_eleven_people_is_published_and_that_of_fewer_is_not(people: float, told: float | None) -> None:
    found = place(shapely.box(800, 0, 1000, 200), population=cells([0, 0, 0, 0, people])).share_of_people
    assert found == (None if told is None else pytest.approx(told))


@pytest.mark.parametrize(
    ("shape", "by_bands"),
    [
        pytest.param(shapely.box(45.22, -12.79, 45.23, -12.78), RuleStatus.MET, id="an area"),
        pytest.param(shapely.LineString([(45.22, -12.79), (45.23, -12.78)]), RuleStatus.TO_CHECK, id="a line"),
    ],
)
def test_what_lies_where_a_law_makes_every_commune_count_is_wholly_inside(shape, by_bands) -> None:
    """Mayotte, since 2026: only an area tells how far a building reaches."""
    answer = decide_footprint(shape, PerimeterIndex([qpv()], version="v1"), IN_2026)
    assert (answer.placement, answer.basis, answer.share_of_area, answer.share_of_people) == (
        INSIDE,
        Basis.OFFICIAL,
        1.0,
        None,
    )
    assert (answer.nearest_m, answer.farthest_m, answer.hits, answer.sources) == (None, None, (), ())
    assert (answer.wholly_within_300_m, answer.wholly_within_500_m, answer.data_version) == (True, True, "v1")
    assert answer.whole_commune is not None
    assert answer.whole_commune.name == "Mayotte"
    (tax,) = [finding for finding in answer.rules if finding.rule.id == "tva-accession"]
    assert tax.place_met is (True if by_bands is RuleStatus.MET else None)


@pytest.mark.parametrize(
    ("farthest", "within"), [(1_299.9, (True, True)), (1_300.0, (False, True)), (1_500.0, (False, False))]
)
def test_a_footprint_is_within_a_band_short_of_its_very_limit(farthest: float, within: tuple[bool, bool]) -> None:
    answer = place(shapely.box(1_010, 400, farthest, 410))
    assert (answer.wholly_within_300_m, answer.wholly_within_500_m) == within


def test_people_who_are_all_outside_are_said_to_be() -> None:
    """The part that is in holds nobody."""
    answer = place(shapely.box(800, 0, 1200, 200), population=cells([0, 0, 0, 0, 0, 60]))
    assert (answer.placement, answer.share_of_people) == (PARTLY, 0.0)
    assert any(": 0\N{NO-BREAK SPACE}% (estimation)" in reason for reason in answer.reasons)


def test_the_sources_of_a_footprint_are_those_of_what_answers_or_of_what_is_known_where_nothing_does() -> None:
    estimate, building = replace(CANDIDATE, source=Source("carreaux")), shape_at(shapely.box(100, 100, 200, 200))
    assert decide_footprint(building, PerimeterIndex([qpv(), estimate]), IN_2020).sources == (Source("contours"),)
    assert decide_footprint(building, PerimeterIndex([qpv()]), IN_2026).sources == (Source("contours"),)


def test_a_quarter_a_hair_away_is_not_among_those_that_a_footprint_is_in() -> None:
    """Half of it is in the first quarter; the second begins half a metre beyond its end."""
    beside = qpv("QP062055", shapely.box(EAST + 1100.5, NORTH, EAST + 2000, NORTH + 1000))
    answer = place(shapely.box(900, 400, 1100, 600), qpv(), beside)
    assert (answer.placement, [hit.perimeter.code for hit in answer.hits]) == (PARTLY, ["QP062056", "QP062055"])
    assert "QP062056" in answer.reasons[0]
    assert "QP062055" not in answer.reasons[0]
