"""Where contours are known, and where they are not: what lies far from all of them is unknown, never outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2020, IN_2026, NORTH, VEILLE, ask, at, qpv, shape_at

from geoville.crs import LAMBERT_93
from geoville.eligibility.actions.action import Action, ActionGround, SpotStanding
from geoville.eligibility.actions.check import ActionLayers, check_action
from geoville.eligibility.bulk import VERDICTS, BulkIndex
from geoville.eligibility.decide import decide
from geoville.eligibility.documents import answer_document, footprint_document, verdict_document
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.model import FARTHEST_M, Basis, Placement, Position, PositionType, Quality, VerdictCode

FOIX = Position(1.6069, 42.9663, "Foix", PositionType.COORDINATES)  # some 890 km from Calais
FRANCE = shapely.box(-6, 41, 10, 52)
RECENT = replace(qpv("QN06254M"), name="Beau Marais")
NEAR_FOIX = shapely.box(1.606, 42.966, 1.607, 42.967)


@pytest.mark.parametrize("perimeter", [qpv(), CANDIDATE], ids=["official", "estimated"])
def test_contours_of_a_town_say_nothing_of_another(perimeter) -> None:
    answer = ask(FOIX, perimeter)
    assert (answer.verdict, answer.distance_m, answer.quality) == (VerdictCode.NOT_FOUND, None, None)
    assert "hors de l'emprise des contours connus" in answer.reasons[0]
    assert "n'est pas un « non »" in answer.reasons[1]
    assert answer.hits == answer.rules == answer.periods == ()
    assert "km" not in " ".join(answer.reasons)


@pytest.mark.parametrize(
    ("east_m", "verdict"),
    [
        (10_900, VerdictCode.OUTSIDE),  # the square ends at 1 000 m: its town may reach 10 km farther
        (11_100, VerdictCode.NOT_FOUND),
        (-9_900, VerdictCode.OUTSIDE),
        (-10_100, VerdictCode.NOT_FOUND),
    ],
)
def test_a_contour_is_known_ten_kilometres_around(east_m: float, verdict: VerdictCode) -> None:
    assert ask(at(east_m, 500), qpv()).verdict is verdict
    footprint = decide_footprint(shape_at(shapely.box(east_m, 0, east_m + 1, 1)), PerimeterIndex([qpv()]), IN_2020)
    expected = Placement.OUTSIDE if verdict is VerdictCode.OUTSIDE else Placement.UNKNOWN
    assert footprint.placement is expected
    assert (footprint.nearest_m is None) is (verdict is VerdictCode.NOT_FOUND)


def test_between_two_towns_that_are_known_what_is_over_fifty_kilometres_from_both_is_unknown() -> None:
    other = qpv("QP062055", shapely.box(EAST + 121_000, NORTH, EAST + 122_000, NORTH + 1000))
    assert ask(at(50_500, 500), qpv(), other).verdict is VerdictCode.OUTSIDE  # 49.5 km from one of them
    assert ask(at(61_000, 500), qpv(), other).verdict is VerdictCode.NOT_FOUND  # 60 km from both


def test_the_extent_is_that_of_the_generation_asked_about() -> None:
    everywhere = [qpv(f"QP0620{row}", shapely.box(EAST, NORTH - row * 9e3, EAST + 9, NORTH + 9)) for row in (57, 58)]
    index = PerimeterIndex([RECENT, qpv(), *everywhere])
    south = at(500, -400_000)
    assert decide(south, index, IN_2020).verdict is VerdictCode.OUTSIDE  # the list of 2015 reaches that far
    answer = decide(south, index, IN_2026)
    assert answer.verdict is VerdictCode.NOT_FOUND  # that of 2024 holds one town
    assert "hors de l'emprise des contours connus" in answer.reasons[0]


def test_a_list_that_is_not_whole_in_a_country_is_known_around_its_contours_alone() -> None:
    index = PerimeterIndex([qpv(), RECENT], country=FRANCE, whole=frozenset({(LAMBERT_93, 2024)}))
    assert decide(FOIX, index, IN_2026).verdict is VerdictCode.OUTSIDE
    assert decide(FOIX, index, IN_2020).verdict is VerdictCode.NOT_FOUND


def test_where_every_quarter_is_known_a_place_far_from_all_is_outside_and_no_distance_is_told() -> None:
    index = PerimeterIndex([RECENT], country=FRANCE)
    answer = decide(FOIX, index, IN_2026)
    assert (answer.verdict, answer.distance_m, answer.hits) == (VerdictCode.OUTSIDE, None, ())
    assert (answer.contains, answer.conclusive, answer.quality) == (False, True, Quality.SURE)
    assert answer.reasons[0].replace("\N{NO-BREAK SPACE}", " ") == "Dehors : aucun périmètre n'est à moins de 50 km."
    document = answer_document(answer)
    assert document["nearest"] == []
    assert [period["distance_m"] for period in document["periods"]] == [None]
    told = {finding.reason.replace("\N{NO-BREAK SPACE}", " ") for finding in answer.rules}
    assert any("est à plus de 50 km de" in reason for reason in told)
    footprint = decide_footprint(NEAR_FOIX, index, IN_2026)
    assert (footprint.placement, footprint.nearest_m, footprint.farthest_m) == (Placement.OUTSIDE, None, None)
    assert footprint.reasons[0].replace("\N{NO-BREAK SPACE}", " ").endswith("aucun périmètre n'est à moins de 50 km.")


def test_no_distance_over_fifty_kilometres_is_in_a_document() -> None:
    index = PerimeterIndex([RECENT, VEILLE, CANDIDATE], country=FRANCE, extent=(1.6, 50.8, 2.1, 51.1))
    for place in (FOIX, at(500, -48_000), at(500, -60_000)):
        document = answer_document(decide(place, index, IN_2026))
        distances = [item["distance_m"] for item in (*document["nearest"], *document["periods"])]
        assert all(metres is None or metres <= FARTHEST_M for metres in (*distances, document["distance_m"]))


def test_the_other_kinds_of_a_town_without_an_extent_answer_around_it_alone() -> None:
    index = PerimeterIndex([RECENT, VEILLE, CANDIDATE], country=FRANCE)
    before_any_list = decide(FOIX, index, date(2010, 1, 1))
    assert before_any_list.verdict is VerdictCode.NOT_FOUND
    action = Action("Atelier", "", (FOIX,), None, IN_2026, IN_2026, None)
    found = check_action(action, ActionLayers(index))
    (spot,) = found.stages[0].spots
    assert spot.quarters.standing is SpotStanding.OUTSIDE
    assert spot.veille.standing is SpotStanding.NOT_FOUND
    assert found.ground is ActionGround.OUTSIDE_QPV


GROUNDS = {
    "a town": PerimeterIndex([qpv(), CANDIDATE, VEILLE]),
    "two towns": PerimeterIndex([qpv(), qpv("QP062055", shapely.box(EAST + 121e3, NORTH, EAST + 122e3, NORTH + 1e3))]),
    "a country": PerimeterIndex([qpv(), RECENT, CANDIDATE], country=FRANCE),
    "a country and a town": PerimeterIndex([RECENT, CANDIDATE], (1.6, 50.8, 2.1, 51.1), FRANCE),
    "a list in part": PerimeterIndex([qpv(), RECENT], country=FRANCE, whole=frozenset({(LAMBERT_93, 2024)})),
}


@pytest.mark.parametrize("on", [date(2010, 1, 1), IN_2020, IN_2026])
@pytest.mark.parametrize("ground", GROUNDS)
def test_many_points_at_once_are_answered_as_one_by_one(ground: str, on: date) -> None:
    index = GROUNDS[ground]
    away = (-9_900, -10_100, 500, 1_100, 10_900, 11_100, 49_000, 60_000, 400_000, 1_200_000)
    places = [at(east_m, -north_m) for east_m in away for north_m in (-500, 9_900, 10_100, 55_000, 700_000)]
    one_by_one = [decide(place, index, on) for place in places]
    ready = BulkIndex.build(index, on)
    lon, lat = np.array([(place.lon, place.lat) for place in places]).T
    many = ready.decide(lon, lat)
    assert many.estimated.tolist() == [answer.basis is Basis.ESTIMATED for answer in one_by_one]
    assert ready.probabilities(many, lon, lat) == pytest.approx(
        [np.nan if answer.probability_inside is None else answer.probability_inside for answer in one_by_one],
        nan_ok=True,
    )
    assert [VERDICTS[code] for code in many.code] == [answer.verdict for answer in one_by_one]
    assert many.distance_m == pytest.approx(
        [np.nan if answer.distance_m is None else answer.distance_m for answer in one_by_one], abs=1e-6, nan_ok=True
    )


def test_a_yes_or_a_no_is_said_apart_from_what_is_open_and_from_an_estimate() -> None:
    told = {
        "inside": ask(at(500, 500), qpv()),
        "outside": ask(at(500, 1500), qpv()),
        "uncertain": ask(at(500, 1005, accuracy_m=15.0), qpv()),
        "unknown": ask(FOIX, qpv()),
        "estimated": ask(at(500, 500), CANDIDATE),
    }
    assert {name: (answer.contains, answer.conclusive) for name, answer in told.items()} == {
        "inside": (True, True),
        "outside": (False, True),
        "uncertain": (None, False),
        "unknown": (None, False),
        "estimated": (True, False),
    }
    assert told["inside"].quality is Quality.SURE
    assert told["estimated"].quality is Quality.PROBABLE
    assert verdict_document(told["estimated"])["qualite"] == 2
    assert verdict_document(told["uncertain"])["contains"] is None


def test_the_perimeters_of_an_answer_hold_the_position_and_the_others_are_beside() -> None:
    outside = ask(at(500, 1100), qpv(), VEILLE)
    assert (outside.perimeters, [hit.perimeter.code for hit in outside.nearest]) == ((), ["QP062056", "V1"])
    inside = ask(at(500, 500), qpv(), VEILLE)
    assert {hit.perimeter.code for hit in inside.perimeters} == {"QP062056", "V1"}
    former = ask(
        at(500, 500), qpv(), qpv("QN06254M", shapely.box(EAST, NORTH + 2000, EAST + 9, NORTH + 2009)), on=IN_2026
    )
    assert former.perimeters == ()  # it holds the position, but is no quarter any more
    beside = ask(at(500, 500), CANDIDATE, qpv(geometry=shapely.box(EAST, NORTH + 2000, EAST + 9, NORTH + 2009)))
    assert beside.contains is False
    assert beside.perimeters == ()  # an estimate is no yes beside an official contour


def test_the_perimeters_of_a_footprint_are_those_in_which_it_lies() -> None:
    def where(south: float, north: float):
        return footprint_document(
            decide_footprint(shape_at(shapely.box(400, south, 420, north)), PerimeterIndex([qpv()]), IN_2020)
        )

    partly, against, away = where(990, 1010), where(1000, 1010), where(1100, 1110)
    assert [len(item["perimeters"]) for item in (partly, against, away)] == [1, 0, 0]
    assert [len(item["nearest"]) for item in (partly, against, away)] == [0, 1, 1]
    assert [item["contains"] for item in (partly, against, away)] == [None, False, False]
    assert [item["conclusive"] for item in (partly, against, away)] == [True, True, True]


def test_every_answer_carries_the_version_of_the_data() -> None:
    index = PerimeterIndex([RECENT], version="0123abcd")
    point, footprint = at(500, 500), shape_at(shapely.box(400, 400, 420, 420))
    assert decide(point, index, IN_2026).data_version == "0123abcd"
    assert decide_footprint(footprint, index, IN_2026).data_version == "0123abcd"
    assert check_action(Action("a", "", (point,), None, IN_2026, IN_2026, None), ActionLayers(index)).data_version
    assert decide(FOIX, index, IN_2026).data_version == "0123abcd"
