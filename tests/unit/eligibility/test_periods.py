"""Two generations, in metropolitan France and overseas: which one answers, and what the other would have said."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2020, IN_2026, NORTH, ask, at, qpv

from geoville.crs import RGR92_UTM40, WGS84, transform_points
from geoville.eligibility.bulk import Means, bulk_territories
from geoville.eligibility.decide import decide
from geoville.eligibility.documents import answer_document
from geoville.eligibility.index import PerimeterIndex
from geoville.law import generation_of_code
from geoville.model import Basis, Kind, Perimeter, Position, PositionType, VerdictCode

INSIDE, OUTSIDE, UNCERTAIN = VerdictCode.INSIDE, VerdictCode.OUTSIDE, VerdictCode.UNCERTAIN
OLD = qpv("QP062056")
NEW = qpv("QN06254M", shapely.box(EAST + 500, NORTH, EAST + 1500, NORTH + 1000))


def periods_of(answer) -> list[tuple[int, VerdictCode]]:
    return [(period.generation, period.verdict) for period in answer.periods]


@pytest.mark.parametrize(
    ("east_m", "old", "new"),
    [(250, INSIDE, OUTSIDE), (750, INSIDE, INSIDE), (1250, OUTSIDE, INSIDE), (1900, OUTSIDE, OUTSIDE)],
)
def test_both_generations_are_answered_whatever_the_day(east_m: float, old: VerdictCode, new: VerdictCode) -> None:
    for on, expected in ((IN_2020, old), (IN_2026, new)):
        answer = ask(at(east_m, 500), OLD, NEW, on=on)
        assert answer.verdict is expected
        assert periods_of(answer) == [(2015, old), (2024, new)]


def test_the_answer_says_that_an_earlier_or_later_generation_held_the_position() -> None:
    past = ask(at(250, 500), OLD, NEW, on=IN_2026)
    assert any(
        "aurait été dans" in reason and "QP062056" in reason and "31 décembre 2023" in reason for reason in past.reasons
    )
    future = ask(at(1250, 500), OLD, NEW, on=IN_2020)
    assert any("aurait été dans" in reason and "QN06254M" in reason for reason in future.reasons)


def test_the_answer_says_that_another_generation_would_have_left_the_position_outside() -> None:
    answer = ask(at(250, 500), OLD, NEW, on=IN_2020)
    [reason] = [reason for reason in answer.reasons if "à une autre date" in reason.lower()]
    assert "aurait été dehors" in reason
    assert "QN06254M" in reason
    assert "1er janvier 2024" in reason


def test_the_answer_says_that_another_generation_would_have_left_a_doubt() -> None:
    answer = ask(at(495, 500, accuracy_m=15.0), OLD, NEW, on=IN_2020)
    assert (answer.verdict, periods_of(answer)) == (INSIDE, [(2015, INSIDE), (2024, UNCERTAIN)])
    assert any("aurait été à vérifier" in reason and "QN06254M" in reason for reason in answer.reasons)


def test_a_doubt_is_told_beside_what_another_generation_would_have_left_outside() -> None:
    answer = ask(at(5, 500, accuracy_m=15.0), OLD, NEW, on=IN_2020)
    assert (answer.verdict, periods_of(answer)) == (UNCERTAIN, [(2015, UNCERTAIN), (2024, OUTSIDE)])
    assert any("aurait été dehors, à 495" in reason for reason in answer.reasons)


def test_where_nothing_is_known_that_day_what_another_would_have_left_outside_is_not_told() -> None:
    answer = ask(at(1900, 500), OLD, on=IN_2026)
    assert (answer.verdict, periods_of(answer)) == (VerdictCode.NOT_FOUND, [(2015, OUTSIDE)])
    assert not any("autre date" in reason for reason in answer.reasons)


def test_nothing_is_said_of_other_dates_where_they_say_the_same() -> None:
    assert not any("autre date" in reason for reason in ask(at(1900, 500), OLD, NEW, on=IN_2026).reasons)


def test_a_position_that_is_not_firm_is_told_nothing_firm_about_other_dates() -> None:
    answer = ask(at(250, 500, firm=False, firm_reason="Un point de la rue."), OLD, NEW, on=IN_2026)
    assert periods_of(answer) == [(2015, UNCERTAIN), (2024, UNCERTAIN)]
    assert not any("autre date" in reason for reason in answer.reasons)


def test_only_the_generations_known_there_are_answered() -> None:
    assert periods_of(ask(at(500, 500), OLD, on=IN_2026)) == [(2015, INSIDE)]
    answer = ask(at(500, 500), CANDIDATE, OLD, on=IN_2026)
    assert (answer.basis, periods_of(answer)) == (Basis.ESTIMATED, [(2015, INSIDE)])
    assert ask(at(500, 500), CANDIDATE).periods == ()


@pytest.mark.parametrize(
    ("day", "generation"),
    [(date(2015, 1, 1), 2015), (date(2023, 12, 31), 2015), (date(2024, 1, 1), 2024), (date(2030, 1, 1), 2024)],
)
def test_the_generations_change_on_the_first_of_january_2024_in_metropolitan_france(day: date, generation: int) -> None:
    answer = ask(at(750, 500), OLD, NEW, on=day)
    assert (answer.verdict, answer.perimeters[0].perimeter.generation) == (INSIDE, generation)


def test_before_the_first_generation_nothing_is_in_force() -> None:
    answer = ask(at(750, 500), OLD, NEW, on=date(2014, 12, 31))
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert "aucun QPV n'existait le 31 décembre 2014" in answer.reasons[0]
    assert "du 1er janvier 2015" in answer.reasons[0]


@pytest.mark.parametrize("others", [(), (OLD,)])
def test_an_estimate_answers_for_no_day_before_there_were_quarters(others: tuple[Perimeter, ...]) -> None:
    day = date(2014, 12, 31)
    answer = ask(at(500, 500), CANDIDATE, *others, on=day)
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert "aucun QPV n'existait" in answer.reasons[0]
    [in_bulk] = bulk_territories(PerimeterIndex((CANDIDATE, *others)), day, Means.trees())
    assert in_bulk.answering.size == 0
    assert ask(at(500, 500), CANDIDATE, on=date(2015, 1, 1)).verdict is INSIDE


def reunion(code: str, east: float) -> Perimeter:
    """A quarter of Saint-Denis, overseas: its generation lasts one year longer."""
    generation = generation_of_code(code)
    assert generation is not None
    square = shapely.box(east, 7_690_000, east + 1000, 7_691_000)
    return Perimeter(
        code, "Le Chaudron", Kind.QPV, square, RGR92_UTM40, estimated=False, generation=generation.year,
        valid_from=generation.valid_from, valid_to=generation.valid_to,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "verdict"), [(date(2024, 6, 1), INSIDE), (date(2024, 12, 31), INSIDE), (date(2025, 1, 1), OUTSIDE)]
)
def test_overseas_the_generations_change_one_year_later_even_beside_metropolitan_quarters(
    day: date, verdict: VerdictCode
) -> None:
    lon, lat = transform_points(np.array([345_500.0]), np.array([7_690_500.0]), RGR92_UTM40, WGS84)
    place = Position(float(lon[0]), float(lat[0]), "là-bas", PositionType.COORDINATES)
    index = PerimeterIndex([OLD, NEW, reunion("QP974001", 345_000), reunion("QN97401A", 349_000)])
    answer = decide(place, index, day)
    assert answer.verdict is verdict
    assert {hit.perimeter.epsg for hit in answer.hits} == {RGR92_UTM40}
    assert [period.valid_from for period in answer.periods] == [date(2015, 1, 1), date(2025, 1, 1)]
    assert answer.periods[0].valid_to == date(2024, 12, 31)


def test_the_document_dates_every_period() -> None:
    document = answer_document(ask(at(250, 500), OLD, NEW, on=IN_2026))
    first, second = document["periods"]
    assert first == {
        "generation": 2015,
        "valid_from": "2015-01-01",
        "valid_to": "2023-12-31",
        "verdict": "inside",
        "code": "QP062056",
        "name": "Beau Marais",
        "distance_m": pytest.approx(-250, abs=1e-3),
    }
    assert (second["generation"], second["valid_to"], second["verdict"]) == (2024, None, "outside")
