"""Numbers, days and people of documents: what rounding must not turn into another answer, what is told or left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from square_quarter import IN_2020, ask, at, qpv

from geoville.eligibility.documents import (
    answer_document,
    day_text,
    finding_document,
    perimeter_document,
    rule_document,
    to_the_millimetre,
)
from geoville.eligibility.rules import all_rules
from geoville.model import POPULATION, POPULATION_SOURCE, PerimeterHit, RuleStatus


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
