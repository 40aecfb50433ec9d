"""A street or a town is firm only where all of it lies on one side; how sure the answer is, on Insee's scale."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2020, NORTH, VEILLE, ask, at, qpv, shape_at

from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.model import Answer, Kind, NotFound, Perimeter, Position, PositionType, Quality, VerdictCode

WHY = "Position imprécise : un point de la rue, sans numéro."


def street(*points: tuple[float, float], **changes: object) -> Position:
    """A street known by its addresses, each so many metres from the square's corner; its point is the first one."""
    whole = shape_at(shapely.MultiPoint(points))
    found = {"type": PositionType.STREET, "firm": False, "firm_reason": WHY, "whole": whole}
    return at(*points[0], **{**found, **changes})


def graded(answer: Answer) -> tuple[VerdictCode, Quality | None]:
    return answer.verdict, answer.quality


def test_a_street_whose_every_address_is_inside_is_firm() -> None:
    answer = ask(street((100, 100), (500, 900), (950, 500)), qpv())
    assert graded(answer) == (VerdictCode.INSIDE, Quality.SURE)
    assert answer.distance_m == pytest.approx(-50, abs=1e-5)
    assert answer.reasons[0].startswith("Dedans : toute la rue est dans : QPV")
    assert "50\N{NO-BREAK SPACE}m au moins" in answer.reasons[0]
    assert WHY not in answer.reasons


def test_a_street_whose_every_address_is_outside_is_firm_and_told_its_least_distance() -> None:
    answer = ask(street((-900, 500), (-40, 500), (-300, 100)), qpv())
    assert graded(answer) == (VerdictCode.OUTSIDE, Quality.SURE)
    assert answer.distance_m == pytest.approx(40, abs=1e-5)
    assert answer.reasons[0].startswith("Dehors : toute la rue est à 40\N{NO-BREAK SPACE}m au moins")


@pytest.mark.parametrize(
    ("addresses", "quality", "share"),
    [
        ([(-10, 500), (10, 500), (20, 500)], Quality.PROBABLE, "66,7"),
        ([(10, 500), (-10, 500), (-20, 500)], Quality.PROBABLE, "33,3"),
        ([(10, 500), (-10, 500)], Quality.RANDOM, "50"),
    ],
)
def test_a_street_astride_is_uncertain_with_its_share(
    addresses: list[tuple[float, float]], quality: Quality, share: str
) -> None:
    answer = ask(street(*addresses), qpv())
    assert graded(answer) == (VerdictCode.UNCERTAIN, quality)
    assert answer.reasons[0].startswith("À vérifier : sans numéro")
    assert f"{share}\N{NO-BREAK SPACE}% de l'ensemble est à l'intérieur" in answer.reasons[0]


def test_a_street_in_two_quarters_by_halves_is_not_in_one_of_them() -> None:
    beside = qpv("QP062055", shapely.box(EAST + 1000, NORTH, EAST + 2000, NORTH + 1000))
    answer = ask(street((900, 500), (1100, 500)), qpv(), beside)
    assert answer.verdict is VerdictCode.UNCERTAIN


def test_a_street_whose_addresses_surround_a_quarter_is_not_outside_of_it() -> None:
    """Its hull holds the quarter, though no address is in it."""
    around = shapely.box(-100, -100, 1100, 1100)
    answer = ask(at(-100, -100, type=PositionType.STREET, firm=False, whole=shape_at(around)), qpv())
    assert answer.verdict is VerdictCode.UNCERTAIN


def test_a_hole_is_on_the_other_side() -> None:
    holed = qpv(
        geometry=shapely.difference(qpv().geometry, shapely.box(EAST + 400, NORTH + 400, EAST + 600, NORTH + 600))
    )
    hull = shape_at(shapely.box(300, 300, 700, 700))
    assert ask(at(350, 350, type=PositionType.STREET, firm=False, whole=hull), qpv()).verdict is VerdictCode.INSIDE
    assert ask(at(350, 350, type=PositionType.STREET, firm=False, whole=hull), holed).verdict is VerdictCode.UNCERTAIN


def test_the_far_end_of_a_long_street_counts() -> None:
    """The quarter is farther than 500 m from the street's point, and its other end is in."""
    assert ask(street((-2000, 500), (20, 500)), qpv()).verdict is VerdictCode.UNCERTAIN


@pytest.mark.parametrize("side", [-1, 1])
def test_the_accuracy_of_the_addresses_counts_for_the_street_too(side: int) -> None:
    near = ask(street((side * 10, 500), (side * 90, 500), accuracy_m=15.0), qpv())
    assert graded(near) == (VerdictCode.UNCERTAIN, Quality.PROBABLE)
    told = (
        "toute la rue est du même côté de la limite, mais à 10 m d'elle, et ses adresses ne sont connues qu'à 15 m près"
    )
    assert near.reasons[0].replace("\N{NO-BREAK SPACE}", " ").startswith(f"À vérifier : {told} (QPV ")
    assert ask(street((side * 20, 500), (side * 90, 500), accuracy_m=15.0), qpv()).quality is Quality.SURE


def test_a_town_is_firm_only_when_all_of_it_is_on_one_side() -> None:
    inside, astride = shape_at(shapely.box(100, 100, 900, 900)), shape_at(shapely.box(100, 100, 1900, 900))
    town = {"type": PositionType.MUNICIPALITY, "firm": False}
    assert graded(ask(at(500, 500, whole=inside, **town), qpv())) == (VerdictCode.INSIDE, Quality.SURE)
    assert graded(ask(at(500, 500, whole=astride, **town), qpv())) == (VerdictCode.UNCERTAIN, Quality.RANDOM)


def test_the_town_of_a_street_that_is_not_sure_says_nothing_where_the_limit_crosses_it() -> None:
    town = {"whole_is": "toute la commune"}
    astride = ask(street((10, 500), (-10, 500), (-20, 500), **town), qpv())
    assert graded(astride) == (VerdictCode.UNCERTAIN, Quality.RANDOM)
    assert astride.distance_m == pytest.approx(-10, abs=1e-5)  # that of its point
    assert not any("de l'ensemble" in reason for reason in astride.reasons)
    settled = ask(street((10, 500), (400, 500), **town), qpv())
    assert settled.verdict is VerdictCode.INSIDE
    assert settled.reasons[0].startswith("Dedans : toute la commune est dans : QPV")


def test_several_matches_as_good_are_not_firm_though_one_is_whole() -> None:
    answer = ask(street((100, 100), (500, 900), alternatives=("Rue Haute, 62730 Marck",)), qpv())
    assert graded(answer) == (VerdictCode.UNCERTAIN, Quality.RANDOM)


def test_a_street_that_is_not_known_whole_is_random() -> None:
    answer = ask(at(500, 500, type=PositionType.STREET, firm=False, firm_reason=WHY), qpv())
    assert graded(answer) == (VerdictCode.UNCERTAIN, Quality.RANDOM)
    assert WHY in answer.reasons


def test_a_street_that_leaves_the_known_territory_is_not_firm() -> None:
    whole = street((-900, 500), (-40, 500))
    west, south, east, north = shape_at(shapely.box(-500, -500, 2000, 2000)).bounds
    known = PerimeterIndex([qpv()], extent=(west, south, east, north))
    inside_extent = street((-40, 500), (-100, 500))
    assert decide(inside_extent, known, IN_2020).verdict is VerdictCode.OUTSIDE
    moved = replace(whole, lon=inside_extent.lon, lat=inside_extent.lat)
    assert decide(moved, known, IN_2020).verdict is VerdictCode.UNCERTAIN


def test_estimates_judge_streets_as_official_contours_do() -> None:
    assert ask(street((100, 100), (500, 900)), CANDIDATE).verdict is VerdictCode.INSIDE


@pytest.mark.parametrize(
    ("position", "perimeters", "quality"),
    [
        (at(500, 500), (qpv(),), Quality.SURE),
        (at(500, 500, accuracy_m=15.0), (qpv(),), Quality.SURE),
        (at(500, 990, accuracy_m=15.0), (qpv(),), Quality.PROBABLE),
        (at(500, 500), (), None),
        (NotFound("Rue absente de la liste."), (qpv(),), None),
    ],
)
def test_the_quality_of_points(
    position: Position | NotFound, perimeters: tuple[Perimeter, ...], quality: Quality | None
) -> None:
    assert ask(position, *perimeters).quality is quality


@pytest.mark.parametrize(
    ("reason", "accuracy_m", "said"),
    [("numéros calculés", 15.0, True), ("", 15.0, False), ("point de la rue", 15.0, False)],
)
def test_the_accuracy_of_the_addresses_of_a_street_is_told_where_their_numbers_say_it(
    reason: str, accuracy_m: float, said: bool
) -> None:
    told = ask(street((100, 100), (500, 900), accuracy_m=accuracy_m, accuracy_reason=reason), qpv()).reasons
    assert any(text.startswith("Adresses connues à") and reason in text for text in told) is said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, False),  # the first sentence says that it is the whole street
        ({"type": PositionType.HOUSENUMBER}, True),
        ({"whole_is": "toute la commune"}, True),
        ({"accuracy_m": 300.0}, False),
        ({"accuracy_m": 300.5}, True),
    ],
)
def test_why_more_than_a_point_was_judged_is_told_where_it_is_more_than_a_street(
    changes: dict[str, object], said: bool
) -> None:
    answer = ask(street((-2100, 100), (-2500, 900), **changes), qpv())
    assert answer.verdict is VerdictCode.OUTSIDE
    assert (WHY in answer.reasons) is said


def test_a_position_is_told_the_other_perimeters_that_hold_it_and_no_other() -> None:
    near = Perimeter(
        "V2", "Voisin", Kind.VEILLE, shapely.box(EAST + 2000, NORTH, EAST + 2100, NORTH + 100), 2154, False
    )
    told = [text for text in ask(at(500, 500), qpv(), VEILLE, near).reasons if "aussi dans" in text]
    assert len(told) == 1
    assert "V1" in told[0]
