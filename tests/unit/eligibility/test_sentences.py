"""How perimeters and verdicts are told: an estimate always as one, an inside never as an outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2020, NORTH, VEILLE, ask, at, qpv, shape_at

from geoville.eligibility.decide import decide
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.judgement import Located
from geoville.eligibility.rules import ground_of_position
from geoville.eligibility.sentences import describe, side_sentence, to_come_sentences, verdict_sentence
from geoville.eligibility.street_region import Placing
from geoville.model import Basis, Kind, VerdictCode


def test_an_estimate_is_named_as_one_and_nothing_else_is() -> None:
    assert describe(qpv()).endswith("« Beau Marais » (QP062056, génération 2015)")
    assert describe(VEILLE).endswith("« Beau Marais » (V1)")
    assert describe(replace(VEILLE, estimated=True)).endswith("« Beau Marais » (V1, estimé)")
    assert describe(replace(VEILLE, kind=Kind.ANRU, estimated=True)).endswith("(V1, estimé)")
    candidate = describe(CANDIDATE)
    assert candidate.endswith("(C1, carreaux de 2019)")
    assert "estimé" in candidate  # by the name of its kind


def test_a_distance_is_said_to_be_inside_outside_or_on_the_limit() -> None:
    def said(metres: float) -> str:
        sentence = verdict_sentence(VerdictCode.INSIDE, qpv(), metres, IN_2020, complete=False)
        return sentence.replace("\N{NO-BREAK SPACE}", " ")

    assert "à 12 m à l'intérieur" in said(-12.0)
    assert "sur la limite" in said(0.0)
    for metres, side in ((12.0, "extérieur"), (0.4, "extérieur"), (-0.4, "intérieur"), (-12.0, "intérieur")):
        beside = verdict_sentence(VerdictCode.UNCERTAIN, replace(qpv(), accuracy_m=25.0), metres, IN_2020)
        assert f" à l'{side} (" in beside


def test_candidates_stand_for_quarters_by_the_first_that_answers() -> None:
    """Two that overlap: the position lies deeper in the first."""
    other = replace(CANDIDATE, code="C2", geometry=shapely.box(EAST + 400, NORTH, EAST + 1400, NORTH + 1000))
    answer = ask(at(500, 500), CANDIDATE, other, VEILLE)
    assert [hit.perimeter.code for hit in answer.hits[:2]] == ["C1", "C2"]
    located = Located(at(500, 500), None, answer.hits)
    ground = ground_of_position(located, Basis.ESTIMATED, (answer.hits[0], answer.hits[1]), IN_2020)
    assert ground.standings[Kind.QPV].perimeter.code == "C1"
    official = next(hit for hit in answer.hits if hit.perimeter.kind is Kind.VEILLE)
    assert Kind.QPV in ground_of_position(located, Basis.ESTIMATED, (answer.hits[0], official), IN_2020).standings


@pytest.mark.parametrize(
    ("verdict", "alone", "ordered", "by_axis"),
    [
        (
            VerdictCode.INSIDE,
            "a été calculée : tout ce qui est à sa portée est dedans.",
            "Les numéros 4 à 8 du même côté de la rue sont tous dedans",
            "Le côté des numéros pairs de la rue, d'après son axe, à hauteur des numéros 4 à 8, est tout entier dedans",
        ),
        (
            VerdictCode.UNCERTAIN,
            "a été calculée : la limite est à sa portée.",
            "La limite passe à hauteur de ce que couvrent les numéros 4 à 8 du même côté de la rue",
            "La limite passe par le côté des numéros pairs de la rue, d'après son axe, à hauteur des numéros 4 à 8",
        ),
    ],
)
def test_what_the_side_of_a_street_settles_is_told(
    verdict: VerdictCode, alone: str, ordered: str, by_axis: str
) -> None:
    def said(placing: Placing, along: bool = False) -> str:
        return side_sentence(SimpleNamespace(placing=placing, first="4", last="8", by_axis=along), verdict)

    assert said(Placing.ALONE).endswith(alone)
    assert said(Placing.ORDERED).startswith(ordered)
    assert said(Placing.ORDERED, along=True).startswith(by_axis)


def test_what_an_estimate_rests_on_unread_is_told() -> None:
    estimate = replace(CANDIDATE, attributes={"unverified": "un texte que personne n'a lu"})
    assert any("un texte que personne n'a lu" in reason for reason in ask(at(500, 500), estimate).reasons)
    assert not any("personne n'a lu" in reason for reason in ask(at(500, 500), CANDIDATE).reasons)


TO_COME = (
    "Date à venir : la réponse suppose que les contours et les règles connus aujourd'hui vaudront encore le "
    "1er janvier 2999."
)
IN_2999, TODAY = date(2999, 1, 1), date(2026, 11, 30)


def test_a_day_is_to_come_after_today_where_today_is_told() -> None:
    days = [date(2024, 1, 1), date(2026, 11, 30), date(2026, 12, 1)]
    assert [bool(to_come_sentences(day, date(2026, 11, 30))) for day in days] == [False, False, True]
    assert to_come_sentences(date(2999, 1, 1), None) == []


@pytest.mark.parametrize(
    ("east_m", "accuracy_m", "verdict"),
    [(500, 0, VerdictCode.INSIDE), (1500, 0, VerdictCode.OUTSIDE), (1010, 25, VerdictCode.UNCERTAIN)],
)
def test_an_answer_for_a_day_to_come_says_what_it_supposes_after_its_verdict(
    east_m: float, accuracy_m: float, verdict: VerdictCode
) -> None:
    known, place = PerimeterIndex([qpv("QN06254M")]), at(east_m, 500, accuracy_m=accuracy_m)
    answer = decide(place, known, IN_2999, today=TODAY)
    assert (answer.verdict, answer.reasons[1]) == (verdict, TO_COME)
    assert not any("Date à venir" in reason for reason in decide(place, known, TODAY, today=TODAY).reasons)


def test_what_supposes_nothing_of_a_day_to_come_does_not_say_so() -> None:
    answer = decide(at(500, 500), PerimeterIndex([qpv("QP062056")]), IN_2999, today=TODAY)
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert TO_COME not in answer.reasons


def test_a_footprint_for_a_day_to_come_says_what_its_answer_supposes() -> None:
    known, shape = PerimeterIndex([qpv("QN06254M")]), shape_at(shapely.box(100, 100, 200, 200))
    assert decide_footprint(shape, known, IN_2999, today=TODAY).reasons[1] == TO_COME
    assert TO_COME not in decide_footprint(shape, known, TODAY, today=TODAY).reasons
