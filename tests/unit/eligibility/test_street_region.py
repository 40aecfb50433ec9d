"""Where a house number may be, from its side of the street, and what an answer makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from made_up_actions import EAST, NORTH, QPV_2024

from geoville.crs import LAMBERT_93, WGS84, transform_points
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.street_region import (
    Placing,
    StreetRegion,
    _beyond,
    _cut,
    _line,
    _prolonged,
    hands_of,
    is_known,
    placing_of,
    region_rules,
    street_region,
)
from geoville.errors import InvalidInputError
from geoville.model import Basis, Position, PositionType, StreetAxis, StreetSide, Survey, VerdictCode

RULES = region_rules()
ON = date(2025, 1, 1)


def side(*points: tuple[float, float], rank: int) -> StreetSide:
    """Numbers at points of the made-up town, in metres from its corner: 2, 4, 6…"""
    east, north = np.array(points).T
    lon, lat = transform_points(EAST + east, NORTH + north, LAMBERT_93, WGS84)
    numbers = tuple(str(2 * place) for place in range(1, len(points) + 1))
    return StreetSide(tuple(zip(lon.tolist(), lat.tolist(), strict=True)), numbers, rank)


def house(told: StreetSide, accuracy_m: float = 50.0) -> Position:
    lon, lat = told.points[told.rank]
    return Position(lon, lat, "4 Rue Test", PositionType.HOUSENUMBER, accuracy_m=accuracy_m, side=told)


def verdict(position: Position, *perimeters) -> VerdictCode:
    return decide(position, PerimeterIndex(perimeters or (QPV_2024,)), ON).verdict


SURVEYED, SHUFFLED = Survey(False, 15.0, True), Survey(False, 60.0, False)

# The QPV is the square from (600, 0) to (1000, 400); the street runs east, along its northern limit.
ALONG_OUTSIDE = [(650.0, 408.0), (668.0, 409.0), (690.0, 408.5), (707.0, 407.5), (731.0, 408.0)]
ALONG_INSIDE = [(x, 800.0 - y) for x, y in ALONG_OUTSIDE]


@pytest.mark.parametrize(
    ("points", "rank", "placing"),
    [
        ([(0, 0), (18, 1), (40, 0), (57, 1)], 1, Placing.ORDERED),
        ([(0, 0), (40, 0), (18, 1), (57, 1)], 1, Placing.UNORDERED),
        ([(0, 0), (15, 0), (30, 0), (47, 1)], 1, Placing.INTERPOLATED),
        ([(0, 0), (15, 0), (30, 0), (47, 1)], 2, Placing.INTERPOLATED),
        ([(0, 0), (15, 0)], 0, None),
    ],
)
def test_positions_show_how_they_were_placed(points, rank, placing):
    assert placing_of(points, rank, RULES) is placing


def test_a_region_holds_the_neighbours_of_a_number_and_keeps_to_their_side():
    told = side(*ALONG_OUTSIDE, rank=2)
    region = street_region(told, LAMBERT_93)
    assert region is not None
    assert (region.placing, region.first, region.last) == (Placing.ORDERED, "4", "8")
    shape = shapely.transform(region.shape, lambda xy: xy - (EAST, NORTH))
    assert all(shape.covers(shapely.Point(*point)) for point in ALONG_OUTSIDE[1:4])
    assert shape.distance(shapely.Point(690, 400)) > 0, "the axis of the street is not in it"


def test_a_number_between_two_known_ones_may_be_anywhere_between_them():
    curved = side((0, 0), (100, 0), (200, 0), (300, 0), (310, 40), (303, 90), rank=1)
    region = street_region(curved, LAMBERT_93)
    assert region is not None
    assert region.placing is Placing.INTERPOLATED
    west, south, east, north = shapely.transform(region.shape, lambda xy: xy - (EAST, NORTH)).bounds
    assert west < 0
    assert east > 300
    assert north - south >= 2 * RULES.interpolated_share * 300 - 0.1


@pytest.mark.parametrize(
    ("points", "rank", "survey", "placing"),
    [
        (ALONG_OUTSIDE, 2, None, Placing.ORDERED),
        (ALONG_OUTSIDE, 0, SURVEYED, Placing.ORDERED),
        (ALONG_OUTSIDE, 1, SHUFFLED, Placing.UNORDERED),
        ([(0, 0), (40, 0), (18, 1), (57, 1)], 1, None, Placing.UNORDERED),
        ([(0, 0), (15, 0), (30, 0), (47, 1)], 1, None, Placing.INTERPOLATED),
        ([(0, 0), (15, 0), (30, 0), (45, 0), (55, 0), (65, 0)], 3, None, Placing.ALONE),
        ([(0, 0), (18, 90), (40, 0), (57, 1)], 1, SURVEYED, Placing.ASTRAY),
    ],
)
def test_no_part_of_a_region_is_farther_than_its_reach_which_is_told_without_drawing_it(points, rank, survey, placing):
    region = street_region(replace(side(*points, rank=rank), survey=survey), LAMBERT_93)
    assert (region.placing, "shape" in vars(region)) == (placing, False)
    assert shapely.hausdorff_distance(region.shape, shapely.points(region.point)) <= region.reach_m + 1e-6


def test_a_region_that_is_far_from_every_limit_is_not_drawn(monkeypatch):
    drawn_ones = []
    monkeypatch.setattr(StreetRegion, "shape", property(lambda region: drawn_ones.append(region) or region.draw()))
    away = [(east, north + 60.0) for east, north in ALONG_OUTSIDE]
    assert verdict(house(side(*away, rank=2))) is VerdictCode.OUTSIDE
    assert drawn_ones == []
    assert verdict(house(side(*ALONG_OUTSIDE, rank=2))) is not VerdictCode.INSIDE
    assert drawn_ones


def test_a_number_far_from_its_neighbours_has_no_region():
    assert street_region(side((0, 0), (20, 0), (340, 3), (357, 0), rank=2), LAMBERT_93) is None


@pytest.mark.parametrize(
    ("points", "expected"), [(ALONG_OUTSIDE, VerdictCode.OUTSIDE), (ALONG_INSIDE, VerdictCode.INSIDE)]
)
def test_a_street_that_runs_along_the_limit_settles_its_numbers(points, expected):
    position = house(side(*points, rank=2))
    assert verdict(replace(position, side=None)) is VerdictCode.UNCERTAIN, "the disc reaches the limit"
    answer = decide(position, PerimeterIndex((QPV_2024,)), ON)
    assert answer.verdict is expected
    assert any(reason.startswith("Les numéros 4 à 8 du même côté de la rue sont tous") for reason in answer.reasons)


@pytest.mark.parametrize(
    ("away_m", "firm", "by_side"), [(290.0, True, True), (310.0, True, False), (310.0, False, True)]
)
def test_the_side_of_a_street_is_told_near_a_limit_or_where_nothing_else_is_sure(away_m, firm, by_side):
    told = side(*((x, y - 8 + away_m) for x, y in ALONG_OUTSIDE), rank=2)
    position = replace(house(told), firm=firm, firm_reason="" if firm else "Une autre rue porte ce nom.")
    answer = decide(position, PerimeterIndex((QPV_2024,)), ON)
    assert answer.verdict is VerdictCode.OUTSIDE
    said = [reason.replace("\N{NO-BREAK SPACE}", " ") for reason in answer.reasons]
    assert ("Position connue à 50 m près." in said) is not by_side
    assert any(reason.startswith("Les numéros 4 à 8 du même côté de la rue sont tous") for reason in said) is by_side
    assert ("Une autre rue porte ce nom." in said) is not firm


def test_a_street_that_crosses_the_limit_leaves_its_numbers_to_be_checked():
    crossing = [(700.0, 360.0), (701.0, 379.0), (699.0, 401.0), (700.0, 418.0), (701.0, 437.0)]
    answer = decide(house(side(*crossing, rank=2)), PerimeterIndex((QPV_2024,)), ON)
    assert answer.verdict is VerdictCode.UNCERTAIN
    assert any("La limite passe" in reason for reason in answer.reasons)


def test_a_limit_that_is_not_sure_is_widened_before_it_is_met():
    position = house(side(*ALONG_OUTSIDE, rank=2))
    assert verdict(position, replace(QPV_2024, accuracy_m=25.0)) is VerdictCode.UNCERTAIN


@pytest.mark.parametrize("accuracy_m", [0.0, 25.0])
def test_a_number_is_to_be_checked_where_the_limit_meets_its_region_and_there_alone(accuracy_m):
    position = house(side(*ALONG_OUTSIDE, rank=2))
    region = street_region(position.side, LAMBERT_93)
    assert region is not None
    told = set()
    for away_m in (*range(0, 120, 3), 250):
        for square in (
            shapely.box(EAST + 690 + away_m, NORTH, EAST + 2_000, NORTH + 900),  # to the east
            shapely.box(EAST + 400, NORTH - 900, EAST + 900, NORTH + 408 - away_m),  # to the south
            shapely.box(EAST + 690 - away_m, NORTH + 408 - away_m, EAST + 690 + away_m, NORTH + 409 + away_m),  # around
        ):
            metres = shapely.distance(square.exterior, region.shape)
            sure = VerdictCode.INSIDE if square.covers(region.shape) else VerdictCode.OUTSIDE
            expected = VerdictCode.UNCERTAIN if metres <= accuracy_m else sure
            assert verdict(position, replace(QPV_2024, geometry=square, accuracy_m=accuracy_m)) is expected
            told.add(expected)
    assert told == {VerdictCode.INSIDE, VerdictCode.OUTSIDE, VerdictCode.UNCERTAIN}


def test_numbers_in_no_order_reach_as_far_as_positions_go_wrong():
    # The street turns into the quarter 45 m farther: numbers that follow each other stop before, others may not.
    turned = [*ALONG_OUTSIDE, (750.0, 407.0), (752.0, 390.0), (751.0, 371.0)]
    shuffled = [turned[2], turned[1], turned[3], turned[4], turned[0], *turned[5:]]
    assert verdict(house(side(*turned, rank=2))) is VerdictCode.OUTSIDE
    assert verdict(house(side(*shuffled, rank=2))) is VerdictCode.UNCERTAIN


def test_a_number_placed_between_two_far_ones_is_less_sure_than_its_disc():
    across = side((500.0, 480.0), (600.0, 460.0), (700.0, 440.0), (800.0, 420.0), (828.0, 431.0), rank=2)
    position = house(across, accuracy_m=30.0)
    assert verdict(replace(position, side=None)) is VerdictCode.OUTSIDE
    assert verdict(position) is VerdictCode.UNCERTAIN


def test_numbers_in_metres_may_stand_far_apart():
    far = ((0.0, 0.0), (140.0, 2.0), (285.0, 0.0), (420.0, 3.0), (560.0, 0.0))
    told = side(*far, rank=2)
    assert street_region(told, LAMBERT_93) is None
    metric = replace(told, numbers=("2", "142", "286", "422", "562"))
    region = street_region(metric, LAMBERT_93)
    assert region is not None
    assert (region.first, region.last) == ("142", "422")


def test_order_is_chance_where_the_numbers_of_the_town_overtake_each_other():
    turned = [*ALONG_OUTSIDE, (742.0, 407.0), (743.0, 390.0), (742.0, 371.0)]
    told = side(*turned, rank=2)
    assert verdict(house(replace(told, survey=SURVEYED))) is VerdictCode.OUTSIDE
    assert verdict(house(replace(told, survey=SHUFFLED))) is VerdictCode.UNCERTAIN


def test_a_surveyed_number_is_near_its_point_though_its_neighbours_are_across_the_limit():
    crossing = [(700.0, 380.0), (701.0, 425.0), (699.0, 470.0), (700.0, 512.0), (701.0, 560.0)]
    told = side(*crossing, rank=1)
    assert verdict(house(told)) is VerdictCode.UNCERTAIN
    assert verdict(house(replace(told, survey=SURVEYED))) is VerdictCode.OUTSIDE


def test_a_number_that_the_list_puts_far_from_its_neighbours_may_be_at_either():
    astray = [(650.0, 430.0), (668.0, 431.0), (690.0, 330.0), (707.0, 429.5), (731.0, 430.0)]
    told = replace(side(*astray, rank=2), survey=SURVEYED)
    region = street_region(told, LAMBERT_93)
    assert region is not None
    assert region.placing is Placing.ASTRAY
    answer = decide(house(told, 15.0), PerimeterIndex((QPV_2024,)), ON)
    assert answer.verdict is VerdictCode.UNCERTAIN, "inside where it is put, outside by its neighbours"
    assert any("loin de ses voisins 4 et 8" in reason for reason in answer.reasons)


# --- The probability beside the verdict, and what decides by it


def chance(position: Position) -> float | None:
    return decide(position, PerimeterIndex((QPV_2024,)), ON).probability_inside


def at_metres(east: float, north: float, accuracy_m: float) -> Position:
    (lon,), (lat,) = transform_points(np.array([EAST + east]), np.array([NORTH + north]), LAMBERT_93, WGS84)
    return Position(float(lon), float(lat), "", PositionType.COORDINATES, accuracy_m=accuracy_m)


def test_what_is_known_exactly_is_certain_and_what_is_deduced_never_is():
    assert chance(at_metres(700, 300, 0)) == 1.0
    assert chance(at_metres(700, 500, 0)) == 0.0
    assert chance(at_metres(700, 300, 30)) == 1 - RULES.least_probability
    assert chance(at_metres(700, 500, 30)) == RULES.least_probability


def test_a_disc_cut_in_two_by_the_limit_is_as_likely_inside_as_outside():
    assert chance(at_metres(700, 400, 30)) == pytest.approx(0.5, abs=0.02)
    nearer = [chance(at_metres(700, 400 + away, 30)) for away in (-25, -10, 10, 25)]
    assert nearer == sorted(nearer, reverse=True)
    assert nearer[0] == pytest.approx(1 - nearer[3], abs=0.02)


def test_the_farther_the_limit_within_a_region_the_surer_the_side():
    crossing = [(700.0, 360.0), (701.0, 379.0), (699.0, 392.0), (700.0, 418.0), (701.0, 437.0)]
    told = chance(house(side(*crossing, rank=2)))
    assert told is not None
    assert 0.5 < told < 1, "the number is 8 m inside, and the limit crosses what may be its place"


def test_a_limit_at_the_edge_of_what_may_be_the_place_leaves_less_sure_than_one_beyond_it():
    """The sliver that it cuts is too thin for any grid: it is to be checked, and a firm answer is surer than that."""
    touched = at_metres(700, 400 - 29.99, 30)
    assert verdict(touched) is VerdictCode.UNCERTAIN
    told = chance(touched)
    assert told is not None
    assert 0.9 < told < 0.9995
    assert chance(at_metres(700, 400 - 30.01, 30)) == 1 - RULES.least_probability


def test_of_a_street_known_whole_the_share_of_its_numbers_that_is_inside_is_the_probability():
    numbers = shapely.MultiPoint([(700.0, 300.0), (705.0, 340.0), (702.0, 380.0), (700.0, 398.0), (699.0, 430.0)])
    points = side(*shapely.get_coordinates(numbers).tolist(), rank=0).points
    asked = Position(*points[2], "Rue Test", PositionType.STREET, firm=False, whole=shapely.MultiPoint(points))
    assert verdict(asked) is VerdictCode.UNCERTAIN
    assert chance(asked) == pytest.approx(4 / 5)


def test_nothing_is_said_of_a_place_that_may_be_another():
    unsure = replace(at_metres(700, 300, 15), firm=False, firm_reason="Autre rue possible.")
    assert chance(unsure) is None


def test_a_threshold_decides_what_reaches_it_and_says_so():
    index = PerimeterIndex((QPV_2024,))
    likely, even = at_metres(700, 370, 40), at_metres(700, 400, 40)
    told = decide(likely, index, ON).probability_inside
    assert told is not None
    assert 0.9 < told < 1
    open_one = decide(likely, index, ON, decide_at=0.9999)
    assert (open_one.verdict, open_one.decided_at) == (VerdictCode.UNCERTAIN, None)
    decided = decide(likely, index, ON, decide_at=0.9)
    assert (decided.verdict, decided.decided_at, decided.basis) == (VerdictCode.INSIDE, 0.9, Basis.OFFICIAL)
    assert not decided.conclusive
    assert decided.reasons[0].startswith("Dedans par le seuil demandé")
    assert "sans ce seuil, la réponse est à vérifier" in decided.reasons[0]
    assert decide(even, index, ON, decide_at=0.9).verdict is VerdictCode.UNCERTAIN
    firm = decide(at_metres(700, 300, 0), index, ON, decide_at=0.9)
    assert (firm.verdict, firm.decided_at) == (VerdictCode.INSIDE, None)


@pytest.mark.parametrize("threshold", [0.5, 0.2, 1.01, float("nan")])
def test_a_threshold_that_is_no_probability_above_one_half_is_refused(threshold):
    with pytest.raises(InvalidInputError, match="seuil de décision"):
        decide(at_metres(700, 400, 40), PerimeterIndex((QPV_2024,)), ON, decide_at=threshold)


def test_many_points_have_the_probability_that_each_has_alone():
    from geoville.eligibility.bulk import BulkIndex

    index = PerimeterIndex((QPV_2024,))
    positions = [at_metres(east, north, 30) for east in (580, 700, 990) for north in (-10, 60, 380, 405, 470)]
    lon, lat = np.array([(one.lon, one.lat) for one in positions]).T
    bulk = BulkIndex.build(index, ON)
    for accuracy_m in (0.0, 30.0):
        verdicts = bulk.decide(lon, lat, accuracy_m)
        found = bulk.probabilities(verdicts, lon, lat, accuracy_m)
        alone = [chance(replace(one, accuracy_m=accuracy_m)) for one in positions]
        assert found.tolist() == alone


# --- The axis of the street judges: here it runs east, along the northern limit of the quarter

AXIS = StreetAxis((shapely.LineString([(EAST + 500, NORTH + 400), (EAST + 1000, NORTH + 400)]),), LAMBERT_93)


def with_axis(told: StreetSide, survey: Survey | None = SURVEYED, axis: StreetAxis = AXIS, away_m=-6.0) -> StreetSide:
    """A side whose street has an axis, and numbers of the other parity on its other side, or wherever these are."""
    across = side(*((x, 400 + away_m) for x in (655.0, 671.0, 693.0, 711.0)), rank=0)
    return replace(told, survey=survey, axis=axis, across=across.points)


def drawn(told: StreetSide):
    """Region of a number, in metres from the corner of the made-up town."""
    region = street_region(told, LAMBERT_93)
    assert region is not None
    return region, shapely.transform(region.shape, lambda xy: xy - (EAST, NORTH))


def test_the_axis_settles_a_lone_number_that_faces_those_of_the_other_parity():
    alone = side((690.0, 408.0), rank=0)
    assert verdict(house(replace(alone, survey=SURVEYED), accuracy_m=15.0)) is VerdictCode.UNCERTAIN
    answer = decide(house(with_axis(alone), accuracy_m=15.0), PerimeterIndex((QPV_2024,)), ON)
    assert answer.verdict is VerdictCode.OUTSIDE
    assert any("d'après son axe" in reason and "numéros pairs" in reason for reason in answer.reasons)


def test_a_side_that_is_contradicted_leaves_the_disc():
    alone = side((690.0, 408.0), rank=0)
    assert street_region(with_axis(alone, away_m=6.0), LAMBERT_93) is None, "both parities on one side"
    astride = with_axis(side((655.0, 393.0), (690.0, 408.0), rank=0), away_m=-7.0)
    assert street_region(astride, LAMBERT_93) is None, "a number across the street from its parity"


def test_a_place_across_the_axis_from_its_street_is_sure_by_neither_of_the_two():
    """The street bends north and the limit with it: numbers computed on the chord are inside, their street outside."""
    bend = shapely.LineString([(EAST + 600, NORTH + 400), (EAST + 700, NORTH + 440), (EAST + 800, NORTH + 400)])
    quarter = replace(QPV_2024, geometry=shapely.Polygon([*bend.coords, (EAST + 700, NORTH)]))
    chord = [(610.0, 418.0), *((620.0 + step, 420.0) for step in range(0, 161, 20)), (793.0, 418.0)]
    told = with_axis(side(*chord, rank=5), Survey(True, 60.0, False), StreetAxis((bend,), LAMBERT_93))
    across = side((630.0, 406.0), (656.0, 416.0), (741.0, 418.0), (772.0, 405.0), rank=0)
    told = replace(told, across=across.points)
    region = street_region(told, LAMBERT_93)
    assert region is not None
    assert region.by_axis
    assert not region.shape.intersects(quarter.geometry)
    answer = decide(house(told), PerimeterIndex((quarter,)), ON)
    assert (answer.verdict, answer.hits[0].inside) == (VerdictCode.UNCERTAIN, True)
    assert answer.probability_inside is not None
    assert 0.002 < answer.probability_inside < 0.5, "its street is outside, and streets err"


def test_a_limit_that_crosses_the_axis_in_the_stretch_stays_open():
    turned = StreetAxis((shapely.LineString([(EAST + 560, NORTH + 300), (EAST + 640, NORTH + 300)]),), LAMBERT_93)
    points = [(x, 308.0) for x in (570.0, 581.0, 590.0, 603.0, 625.0)]
    crossing = with_axis(side(*points, rank=2), SHUFFLED, turned)
    assert verdict(house(crossing)) is VerdictCode.UNCERTAIN


BEND = [(560.0, 380.0), (560.0, 420.0), (600.0, 440.0), (700.0, 440.0)]
"""A street that turns around a corner of the quarter; its odd numbers stand on its outer side."""


def computed_along_the_bend(*facing: tuple[float, float], first=(554.0, 385.0), last=(690.0, 446.0)) -> StreetSide:
    """Three numbers computed between two known ones, among those of the other parity."""
    axis = StreetAxis((shapely.LineString([(EAST + x, NORTH + y) for x, y in BEND]),), LAMBERT_93)
    start, end = np.array(first), np.array(last)
    told = side(*(tuple(start + (end - start) * part) for part in (0.0, 0.25, 0.5, 0.75, 1.0)), rank=2)
    return replace(told, axis=axis, across=side(*facing, rank=0).points if facing else ())


FACING = ((566.0, 390.0), (640.0, 434.0), (655.0, 434.0), (690.0, 433.0))


def test_computed_numbers_keep_to_the_side_of_the_known_ones_along_a_bend():
    # The chord between the two known numbers cuts through the bend of the street, which stays outside of the quarter.
    region, shape = drawn(computed_along_the_bend(*FACING))
    assert region.placing is Placing.INTERPOLATED
    assert region.by_axis
    assert shape.intersects(shapely.LineString([(550, 425), (556, 421)])), "the outer side of the bend"
    street = shapely.LineString(BEND)
    assert shape.distance(street) == pytest.approx(6 - RULES.across_m, abs=0.05), "nothing of the street itself"
    assert not shape.covers(shapely.Point(622, 415.5)), "the place that the list gives is across the street"


@pytest.mark.parametrize(
    ("facing", "known"),
    [
        pytest.param((), {}, id="nobody tells the side"),
        pytest.param((*FACING[:3], (650.0, 445.0), *FACING[3:]), {}, id="a known number is on the side of the others"),
        pytest.param((*FACING, (640.0, 390.0), (655.0, 391.0), (690.0, 388.0)), {}, id="the list strays from the axis"),
        pytest.param(FACING, {"last": (690.0, 440.4)}, id="a known number stands on the axis"),
        pytest.param(FACING, {"first": (566.0, 385.0), "last": (690.0, 437.0)}, id="known numbers are across"),
    ],
)
def test_computed_numbers_may_be_on_both_sides_where_the_evidence_is_poor(facing, known):
    region, shape = drawn(computed_along_the_bend(*facing, **known))
    assert region.by_axis
    for point in ((650.0, 443.0), (650.0, 437.0)):
        assert shape.covers(shapely.Point(point)), point


def computed_between(first, last, *lines, facing) -> StreetSide:
    """A number computed halfway between two known ones, of a street drawn in some lines."""
    axis = StreetAxis(tuple(shapely.LineString([(EAST + x, NORTH + y) for x, y in line]) for line in lines), LAMBERT_93)
    start, end = np.array(first), np.array(last)
    told = side(*(tuple(start + (end - start) * part) for part in (0.0, 0.25, 0.5, 0.75, 1.0)), rank=2)
    return replace(told, axis=axis, across=side(*facing, rank=0).points)


def test_a_computed_number_is_by_the_axis_of_the_known_ones_however_far_its_own_place_is():
    # The street goes around a square: halfway along the chord, 54 m from every side of it.
    around = [(600.0, 400.0), (600.0, 460.0), (760.0, 460.0), (760.0, 400.0)]
    facing = ((606.0, 440.0), (650.0, 454.0), (700.0, 454.0))
    region, shape = drawn(computed_between((594.0, 406.0), (766.0, 406.0), around, facing=facing))
    assert region.by_axis
    assert shape.covers(shapely.Point(680, 466)), "by its street"
    assert shape.distance(shapely.Point(680, 406)) > 50, "not where the list puts it"


def test_the_two_known_numbers_tell_which_part_of_an_axis_is_theirs():
    # Another piece of the street passes nearer to the middle of the chord than the one that both known numbers border.
    bent = [(600.0, 400.0), (680.0, 425.0), (760.0, 400.0)]
    region, shape = drawn(
        computed_between(
            (602.0, 406.8),
            (758.0, 406.8),
            bent,
            [(660.0, 400.0), (700.0, 400.0)],
            facing=((620.0, 400.0), (640.0, 406.0), (720.0, 406.0)),
        )
    )
    assert region.by_axis
    assert shape.covers(shapely.Point(680, 431))
    assert not shape.intersects(shapely.Point(680, 400).buffer(10))


FAR_END = (700.0, 450.0)
"""A known number that stands 50 m away from the axis of its street, behind those that border it."""


def test_a_known_number_far_from_the_axis_leaves_what_is_not_across_the_street():
    told = computed_between((610.0, 406.0), FAR_END, [(500.0, 400.0), (1000.0, 400.0)], facing=across_the_street(394.0))
    assert verdict(house(replace(told, axis=None))) is VerdictCode.UNCERTAIN, "the limit follows the axis"
    assert verdict(house(told)) is VerdictCode.OUTSIDE
    region, shape = drawn(told)
    assert region.by_axis
    assert shape.bounds[1] == pytest.approx(400 + RULES.axis_clear_m, abs=0.1)
    assert shape.covers(shapely.Point(FAR_END))


@pytest.mark.parametrize(
    ("last", "odd_y"),
    [
        pytest.param(FAR_END, 406.0, id="both parities on one side"),
        pytest.param((700.0, 350.0), 394.0, id="the far number is across the street"),
    ],
)
def test_a_known_number_far_from_the_axis_leaves_all_around_where_its_side_is_not_sure(last, odd_y):
    told = computed_between((610.0, 406.0), last, [(500.0, 400.0), (1000.0, 400.0)], facing=across_the_street(odd_y))
    region, shape = drawn(told)
    assert not region.by_axis
    assert shape.covers(shapely.Point(611, 399))


def across_the_street(y: float) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x in (605.0, 630.0, 660.0, 700.0))


def test_known_numbers_at_two_distances_from_the_axis_say_less_of_where_it_ends():
    # 14 m and 6 m across: what was computed between them may be 8 m farther along, in place of 2.
    _, even = drawn(computed_along_the_bend(*FACING))
    _, uneven = drawn(computed_along_the_bend(*FACING, last=(690.0, 454.0)))
    assert even.bounds[2] == pytest.approx(692, abs=0.1)
    assert uneven.bounds[2] == pytest.approx(698, abs=0.1)


def test_a_known_number_among_computed_ones_breaks_their_steps_alone():
    known = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (26.0, 9.0), (32.0, 18.0)]
    assert is_known(known, 2, RULES)
    assert not is_known(known, 1, RULES)
    bent = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (25.0, 8.0), (25.0, 18.0), (25.0, 28.0)]
    assert not is_known(bent, 2, RULES), "computed along a bend: two numbers break the steps"
    told, shape = drawn(side(*known, rank=2))
    assert told.placing is Placing.ALONE
    assert shape.area == pytest.approx(np.pi * RULES.surveyed_m**2, rel=0.02)


def test_numbers_shifted_along_an_axis_hold_each_other_in_their_order():
    # Off by 60 m at most: the one after stands 50 m behind, so that this one is within 10 m ahead of where it is said.
    at = [640.0, 660.0, 700.0, 650.0, 720.0, 740.0]
    region, shape = drawn(with_axis(side(*((x, 408.0) for x in at), rank=2), SHUFFLED))
    west, south, east, north = shape.bounds
    assert (west, east) == pytest.approx((700 - 60 - 1, 650 + 60 + 2 + 1))
    assert (south, north) == pytest.approx((404, 412)), "3 m across, and 1 m"
    assert region.by_axis


ENDING = shapely.LineString([(EAST + 500, NORTH + 400), (EAST + 730, NORTH + 400)])


@pytest.mark.parametrize(
    ("crossed", "last", "east"),
    [
        pytest.param((), 720.0, 730 + RULES.axis_beyond_m, id="a dead end"),
        pytest.param(((False, True),), 720.0, 730 - RULES.axis_corner_m, id="another street goes by"),
        pytest.param(((False, True),), 729.0, 729.0, id="the last number is at the corner"),
        pytest.param(((False, True),), 733.0, 700 + 60 + 1, id="a number is seen across that street"),
        pytest.param((), 748.0, 700 + 60 + 1, id="a number is seen far beyond"),
    ],
)
def test_numbers_stop_where_their_street_does(crossed, last, east):
    at = [640.0, 660.0, 700.0, 711.0, last]
    told = with_axis(side(*((x, 408.0) for x in at), rank=2), SHUFFLED, StreetAxis((ENDING,), LAMBERT_93, crossed))
    _, shape = drawn(told)
    assert shape.bounds[2] == pytest.approx(east, abs=0.1)


def test_a_street_whose_axis_goes_on_elsewhere_does_not_stop():
    farther = shapely.LineString([(EAST + 780, NORTH + 400), (EAST + 990, NORTH + 400)])
    axis = StreetAxis((ENDING, farther), LAMBERT_93, ((False, True), (True, False)))
    at = [640.0, 660.0, 700.0, 711.0, 720.0]
    _, shape = drawn(with_axis(side(*((x, 408.0) for x in at), rank=2), SHUFFLED, axis))
    assert shape.bounds[2] == pytest.approx(761, abs=0.1)


def test_a_shifted_number_beside_its_axis_keeps_to_a_side_where_all_agree():
    at = [(640.0, 408.0), (660.0, 408.0), (700.0, 402.0), (710.0, 407.0), (720.0, 408.0)]
    told = with_axis(side(*at, rank=2), SHUFFLED)
    _, sure = drawn(told)
    assert sure.bounds[1] == pytest.approx(400 + RULES.axis_clear_m, abs=0.01)
    across = side(*((x, 394.0) for x in (600.0, 610.0, 620.0, 655.0, 671.0)), (655.0, 403.0), rank=0)
    _, both = drawn(replace(told, across=across.points))
    assert both.bounds[1] < 400, "one of the others is across: 2 m away, it may be too"


@pytest.mark.parametrize("degrees", range(0, 360, 24))
def test_nothing_of_a_region_beside_an_axis_reaches_it(degrees):
    # The difference of two buffers that end together leaves lines as thin as rounding, which a limit would meet.
    def turned(east: float, north: float) -> tuple[float, float]:
        turn = np.radians(degrees)
        return 700 + east * np.cos(turn) - north * np.sin(turn), 400 + east * np.sin(turn) + north * np.cos(turn)

    line = shapely.LineString([(EAST + x, NORTH + y) for x, y in (turned(-100, 0), turned(100, 0))])
    at = [(-60.0, 5.0), (-40.0, 5.0), (0.0, 5.0), (11.0, 5.0), (20.0, 5.0)]
    told = side(*(turned(*one) for one in at), rank=2)
    across = side(*(turned(x, -5.0) for x in (-50.0, -20.0, 3.0, 17.0)), rank=0).points
    told = replace(told, survey=SHUFFLED, axis=StreetAxis((line,), LAMBERT_93), across=across)
    region, _ = drawn(told)
    assert region.shape.distance(line) == pytest.approx(RULES.axis_clear_m, abs=0.01)


def test_a_place_that_its_own_axis_puts_across_the_limit_is_to_be_checked():
    # Computed between two numbers outside of the quarter, the list's own place is in a corner of it.
    bend = [(560.0, 380.0), (560.0, 420.0), (720.0, 420.0)]
    axis = StreetAxis((shapely.LineString([(EAST + x, NORTH + y) for x, y in bend]),), LAMBERT_93)
    corner = replace(QPV_2024, geometry=shapely.box(EAST + 575, NORTH + 380, EAST + 640, NORTH + 412), accuracy_m=0.0)
    first, last = np.array([566.0, 385.0]), np.array([710.0, 414.0])
    points = [tuple(first + (last - first) * part) for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert verdict(house(replace(side(*points, rank=1), axis=axis)), corner) is VerdictCode.UNCERTAIN


# --- Lines, by hand


def test_a_line_is_prolonged_in_the_direction_of_its_end() -> None:
    assert _beyond([(0.0, 0.0), (10.0, 0.0)], 5.0) == (15.0, 0.0)
    assert _beyond([(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (20.0, 10.0)], 5.0) == (20.0, 15.0)


def test_the_line_of_a_number_at_the_end_of_a_street_is_prolonged_there_and_there_alone() -> None:
    points = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0)]
    assert _line(points, [2, 4, 6, 8], 0, 15.0, RULES) == ([(-15.0, 0.0), *points[:3]], 0, 2)
    assert _line(points, [2, 4, 6, 8], 3, 15.0, RULES) == ([*points[1:], (45.0, 0.0)], 1, 3)
    assert _line(points, [2, 4, 6, 8], 1, 10.0, RULES) == (points[:3], 0, 2)


def test_the_next_number_on_each_side_is_held_though_it_stands_beyond_the_reach() -> None:
    points = [(0.0, 0.0), (40.0, 0.0), (90.0, 0.0), (130.0, 0.0)]
    assert _line(points, [2, 4, 6, 8], 1, RULES.ordered_reach_m, RULES) == (points[:3], 0, 2)


def test_a_line_is_cut_within_a_reach_along_it_and_keeps_its_corners() -> None:
    line = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert _cut(line, (10.0, 0.0), 5.0) == [(5.0, 0.0), (10.0, 0.0), (10.0, 5.0)]
    assert _cut(line, (5.0, 0.0), 20.0) == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (5.0, 10.0)]


def test_points_stand_on_the_left_or_on_the_right_of_a_line() -> None:
    line = shapely.LineString([(0, 0), (10, 0)])
    placed = shapely.points([(5.0, 2.0), (5.0, -2.0), (0.0, 1.0), (0.0, -1.0), (10.0, 1.0), (10.0, -1.0)])
    found = hands_of(line, np.array([5.0, 5.0, 0.0, 0.0, 10.0, 10.0]), placed)
    assert found.tolist() == [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((2.0, 4.0), [(2, 0), (4, 0)]),
        ((-5.0, 4.0), [(-5, 0), (0, 0), (4, 0)]),
        ((6.0, 13.0), [(6, 0), (10, 0), (13, 0)]),
        ((-1.0, 11.0), [(-1, 0), (0, 0), (10, 0), (11, 0)]),
        ((4.0, 4.0), None),
    ],
)
def test_a_part_of_a_line_may_go_beyond_its_ends(
    ends: tuple[float, float], expected: list[tuple[int, int]] | None
) -> None:
    found = _prolonged(shapely.LineString([(0, 0), (10, 0)]), *ends)
    assert (found if found is None else list(found.coords)) == expected
