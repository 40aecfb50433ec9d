"""Numbers, days and people of documents: what rounding must not turn into another answer, what is told or left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely
from square_quarter import IN_2020, ask, at, qpv, shape_at

from geoville.eligibility.actions.action import Action
from geoville.eligibility.actions.check import ActionLayers, check_action
from geoville.eligibility.decide import decide
from geoville.eligibility.documents import (
    action_document,
    answer_document,
    day_text,
    finding_document,
    footprint_document,
    perimeter_document,
    rule_document,
    source_document,
    to_the_millimetre,
    verdict_document,
)
from geoville.eligibility.footprint import decide_footprint
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.rules import all_rules
from geoville.model import POPULATION, POPULATION_SOURCE, Band, PerimeterHit, RuleStatus, Source


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (12.34567, 12.346),
        (-12.34567, -12.346),
        (0.0004, 0.001),  # outside, were it by less than a millimetre
        (-0.0004, -0.001),
        (0.0, 0.0),
        (None, None),
        (1.0, 1.0),
    ],
)
def test_a_distance_is_rounded_to_the_millimetre_and_never_to_the_limit(
    metres: float | None, said: float | None
) -> None:
    assert to_the_millimetre(metres) == said


def test_a_day_is_written_year_first() -> None:
    assert (day_text(date(2024, 1, 2)), day_text(None)) == ("2024-01-02", None)


def test_people_of_a_quarter_are_told_with_their_source_or_not_at_all() -> None:
    def told(**attributes: object) -> object:
        perimeter = replace(qpv(), attributes=attributes)
        return perimeter_document(PerimeterHit(perimeter, -12.0, inside=True), IN_2020)["population"]

    assert told(**{POPULATION: 5_304, POPULATION_SOURCE: "Insee"}) == {"count": 5_304, "source": "Insee"}
    assert told(**{POPULATION: 5_304}) is None
    assert told(**{POPULATION_SOURCE: "Insee"}) is None


def test_the_quality_of_an_answer_is_a_number() -> None:
    answer = ask(at(500, 500), qpv())
    assert answer_document(answer)["quality"] == int(answer.quality) > 0
    assert answer_document(replace(answer, quality=None))["quality"] is None


def test_a_rule_is_said_to_be_over_where_it_is_and_nowhere_else() -> None:
    days, quarters = (IN_2020, date(2026, 6, 1)), (qpv(), qpv("QN06254M"))
    found = [item for on in days for item in ask(at(500, 500), *quarters, on=on).rules]
    assert any(item.rule.over_since and item.status is RuleStatus.MET for item in found)
    assert any(item.status is RuleStatus.OVER for item in found)
    for item in found:
        over = item.rule.over_since.isoformat() if item.status is RuleStatus.OVER and item.rule.over_since else None
        assert finding_document(item)["over_since"] == over


def test_what_a_rule_was_before_is_told_where_it_is_known() -> None:
    told = [(rule.earlier_form, rule_document(rule)["earlier_form"]) for rule in all_rules()]
    assert {bool(written) for written, _ in told} == {True, False}
    assert all(said == (written or None) for written, said in told)


@pytest.mark.parametrize(("version", "told"), [("abc123", "abc123"), ("", None)])
def test_the_version_of_the_data_is_told_by_every_document_where_it_is_known(version: str, told: str | None) -> None:
    index, here = PerimeterIndex([qpv()], version=version), at(500, 500)
    action = Action("Atelier", "", (here,), None, IN_2020, IN_2020)
    answer = decide(here, index, IN_2020)
    documents = (
        answer_document(answer),
        verdict_document(answer),
        footprint_document(decide_footprint(shape_at(shapely.box(0, 0, 10, 10)), index, IN_2020)),
        action_document(check_action(action, ActionLayers(index))),
    )
    assert [document["data_version"] for document in documents] == [told] * 4


@pytest.mark.parametrize("written", ["x", ""])
def test_what_is_written_is_told_and_what_is_empty_is_null(written: str) -> None:
    told = written or None
    assert source_document(Source("Carreaux", vintage=written))["vintage"] == told
    quarter = replace(qpv(), accuracy_source=written, reference=written)
    found = perimeter_document(PerimeterHit(quarter, -12.0, inside=True), IN_2020)
    assert (found["accuracy_source"], found["reference"]) == (told, told)
    position = answer_document(ask(at(500, 500, citycode=written, source=written), qpv()))["position"]
    assert position is not None
    assert (position["citycode"], position["source"]) == (told, told)
    band = Band(whole_m=300.0, part_m=None, valid_from=None, condition=written)
    rule = replace(all_rules()[0], remark=written, after_end=written, earlier_form=written, bands=(band,))
    document = rule_document(rule)
    assert (document["remark"], document["after_end"], document["earlier_form"]) == (told, told, told)
    assert document["bands"][0]["condition"] == told
    action = Action("Atelier", written, (at(500, 500),), None, IN_2020, IN_2020)
    assert action_document(check_action(action, ActionLayers(PerimeterIndex([qpv()]))))["bearer"] == told


@pytest.mark.parametrize(
    ("east_m", "accuracy_m", "verdict"),
    [(500, 0, "inside"), (1_100, 0, "outside"), (1_010, 30, "uncertain"), (60_000, 0, "not_found")],
)
def test_a_quarter_is_named_in_one_row_inside_alone(east_m: float, accuracy_m: float, verdict: str) -> None:
    document = verdict_document(ask(at(east_m, 500, accuracy_m=accuracy_m), qpv()))
    assert document["verdict"] == verdict
    named = (document["code"], document["nom"], document["generation"])
    assert named == (("QP062056", "Beau Marais", 2015) if verdict == "inside" else (None, None, None))


def test_probabilities_are_told_to_the_fourth_decimal_and_shares_to_the_sixth() -> None:
    answer = replace(ask(at(500, 500), qpv()), probability_inside=0.123456)
    assert answer_document(answer)["probability_inside"] == verdict_document(answer)["probabilite"] == 0.1235
    index = PerimeterIndex([qpv()])
    footprint = decide_footprint(shape_at(shapely.box(900, 0, 1100, 10)), index, IN_2020)
    document = footprint_document(replace(footprint, share_of_area=1 / 3, share_of_people=2 / 3))
    assert (document["share_of_area"], document["share_of_people"]) == (0.333333, 0.666667)


@pytest.mark.parametrize(("metres", "told"), [(50_000.0, 50_000.0), (50_000.5, None), (-12.5, -12.5)])
def test_the_distance_under_a_generation_is_told_up_to_fifty_kilometres(metres: float, told: float | None) -> None:
    answer = ask(at(500, 500), qpv())
    nearest = replace(answer.periods[0].nearest, distance_m=metres)
    document = answer_document(replace(answer, periods=(replace(answer.periods[0], nearest=nearest),)))
    assert document["periods"][0]["distance_m"] == told
