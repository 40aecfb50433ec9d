"""Contours that are not exact: what lies within their accuracy of a limit is to be checked, at every door the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2026, NORTH, ask, at, qpv, shape_at

from geoville.eligibility.documents import answer_document
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.model import Perimeter, Placement, Quality, RuleStatus, VerdictCode

WHY = "le contour embarqué est généralisé à 25 m près : l'ANCT publie le contour exact"
INSIDE, OUTSIDE, UNCERTAIN = VerdictCode.INSIDE, VerdictCode.OUTSIDE, VerdictCode.UNCERTAIN


def generalised(code: str = "QN06254M", accuracy_m: float = 25) -> Perimeter:
    return replace(qpv(code), accuracy_m=accuracy_m, accuracy_source=WHY)


@pytest.mark.parametrize(
    ("north_m", "position_m", "verdict"),
    [
        (970, 0, INSIDE),  # 30 m in
        (980, 0, UNCERTAIN),  # 20 m in
        (1000, 0, UNCERTAIN),
        (1020, 0, UNCERTAIN),
        (1030, 0, OUTSIDE),
        (1030, 10, UNCERTAIN),  # the position's accuracy is added
        (970, 10, UNCERTAIN),
        (1040, 10, OUTSIDE),
    ],
)
def test_the_accuracy_of_the_contour_is_added_to_that_of_the_position(
    north_m: float, position_m: float, verdict: VerdictCode
) -> None:
    assert ask(at(500, north_m, accuracy_m=position_m), generalised(), on=IN_2026).verdict is verdict


def test_an_answer_says_that_the_contour_is_to_blame_and_what_to_do() -> None:
    answer = ask(at(500, 1010), generalised(), on=IN_2026)
    assert any(reason == f"L{WHY[1:]}." for reason in answer.reasons)
    assert "trop près d'une limite" in answer.reasons[0]
    assert answer.quality is Quality.PROBABLE
    document = answer_document(answer)["nearest"][0]
    assert (document["accuracy_m"], document["accuracy_source"]) == (25, WHY)


def test_an_exact_contour_asks_for_nothing() -> None:
    answer = ask(at(500, 1010), qpv("QN06254M"), on=IN_2026)
    assert answer.verdict is OUTSIDE
    assert answer_document(answer)["nearest"][0]["accuracy_m"] == 0


def test_a_farther_quarter_that_may_hold_the_position_counts_before_a_nearer_one_that_surely_does_not() -> None:
    exact = qpv("QN06253M", shapely.box(EAST, NORTH + 1020, EAST + 1000, NORTH + 2000))
    answer = ask(at(500, 1012), exact, generalised(), on=IN_2026)  # 8 m from the one, 12 m from the other
    assert answer.verdict is UNCERTAIN
    assert answer.hits[0].perimeter.code == "QN06254M"


def test_a_quarter_that_surely_holds_the_position_counts_before_one_that_may() -> None:
    exact = qpv("QN06253M", shapely.box(EAST, NORTH + 985, EAST + 1000, NORTH + 2000))
    answer = ask(at(500, 990), exact, generalised(), on=IN_2026)  # 5 m in the one, 10 m in the other
    assert answer.verdict is INSIDE
    assert answer.hits[0].perimeter.code == "QN06253M"


@pytest.mark.parametrize(
    ("shape", "placement"),
    [
        (shapely.box(400, 400, 500, 500), Placement.INSIDE),
        (shapely.box(400, 900, 500, 980), Placement.UNCERTAIN),  # wholly in, 20 m from the limit
        (shapely.box(400, 900, 500, 1020), Placement.UNCERTAIN),  # sticks out, but by less than may be
        (shapely.box(400, 900, 500, 1100), Placement.PARTLY),
        (shapely.box(400, 990, 500, 1100), Placement.UNCERTAIN),  # goes in, but by less than may be
        (shapely.box(400, 1020, 500, 1100), Placement.UNCERTAIN),
        (shapely.box(400, 1030, 500, 1100), Placement.OUTSIDE),
        (shapely.LineString([(500, 500), (500, 1500)]), Placement.PARTLY),
        (shapely.MultiPoint([(500, 500), (500, 1100)]), Placement.PARTLY),
        (shapely.Point(500, 990), Placement.UNCERTAIN),
    ],
)
def test_a_footprint_is_placed_only_where_the_contour_allows_it(shape: shapely.Geometry, placement: Placement) -> None:
    answer = decide_footprint(shape_at(shape), PerimeterIndex([generalised()]), IN_2026)
    assert answer.placement is placement
    assert (f"L{WHY[1:]}." in answer.reasons) is (placement is Placement.UNCERTAIN)


@pytest.mark.parametrize(
    ("far_m", "status", "in_doubt"),
    [(270, RuleStatus.MET, False), (490, RuleStatus.TO_CHECK, True), (530, RuleStatus.NEARLY, False)],
)
def test_a_band_holds_a_footprint_only_by_more_than_the_accuracy(
    far_m: float, status: RuleStatus, in_doubt: bool
) -> None:
    shape = shape_at(shapely.box(400, 1100, 500, 1000 + far_m))
    answer = decide_footprint(shape, PerimeterIndex([generalised()]), IN_2026)
    assert (answer.wholly_within_300_m, answer.wholly_within_500_m) == (far_m + 25 < 300, far_m + 25 < 500)
    vat = next(finding for finding in answer.rules if finding.rule.bands)
    assert vat.status is status
    assert ("Le contour n'est pas assez sûr" in vat.reason) is in_doubt


def test_in_the_rest_of_the_country_only_quarters_answer() -> None:
    around = shapely.box(1, 50, 3, 52)
    index = PerimeterIndex([CANDIDATE], extent=(1.8, 50.9, 1.9, 51.0), country=around)
    assert index.covers(2.5, 51.5)
    assert not index.covers(3.5, 51.5)
    assert not index.knows_everything((2.5, 51.5, 2.5, 51.5))
