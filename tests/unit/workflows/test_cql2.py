"""Filters in CQL2 text: what each one keeps, decided from the standard (OGC 21-065r2), and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoville.errors import InvalidInputError
from geoville.workflows.cql2 import LONGEST_FILTER, read_filter

QUERYABLES = {"people": "number", "name": "string", "estimated": "boolean", "valid_from": "string", "a": "number"}
ROW = {"people": 40, "name": "Rue de l'Église", "estimated": True, "valid_from": "2024-01-01"}

KEPT = {
    "people = 40": True,
    "people <> 40": False,
    "people>39.5 and people<=4e1": True,
    "40 = people": True,
    "people BETWEEN 40 AND 41": True,
    "people NOT BETWEEN 40 AND 41": False,
    "people IN (1, 40)": True,
    "name IN ('a')": False,
    "name NOT IN ('a', 'b')": True,
    "name = 'Rue de l''Église'": True,
    "name LIKE 'Rue%'": True,
    "name LIKE 'rue%'": False,
    "CASEI(name) LIKE casei('RUE%')": True,
    "ACCENTI(CASEI(name)) = 'rue de l''eglise'": True,
    "name LIKE '%_glise'": True,
    "name LIKE 'glise'": False,
    "estimated": True,
    "NOT estimated": False,
    "estimated = FALSE": False,
    "valid_from >= DATE('2024-01-01')": True,
    "valid_from > DATE('2024-01-01')": False,
    "people = 1 OR people = 40 AND estimated = true": True,
    "(people = 1 OR people = 40) AND NOT (estimated = true)": False,
    '"people" = 40': True,
    "TRUE": True,
    "NOT NOT people = 40": True,
    # What a feature lacks is neither so nor otherwise.
    "a > 3": None,
    "NOT a > 3": None,
    "a IS NULL": True,
    "a IS NOT NULL": False,
    "people IS NULL": False,
    "a > 3 OR people = 40": True,
    "a > 3 AND people = 1": False,
    "a > 3 AND people = 40": None,
    "a IN (1, 2)": None,
    "a BETWEEN 1 AND 2": None,
}


@pytest.mark.parametrize(("text", "kept"), KEPT.items(), ids=list(KEPT))
def test_a_filter_keeps_what_the_standard_says(text, kept):
    assert read_filter(text, QUERYABLES)(ROW) is kept


REFUSED = [
    "",
    "people",
    "people =",
    "people = 40 OR",
    "people = 'a'",
    "name > 3",
    "inconnue = 3",
    "people LIKE '4%'",
    "name LIKE 3",
    "people IN ()",
    "people IN (1",
    "people BETWEEN 1, 2",
    "people = 40 name",
    "people NOT 3",
    "3 IS NULL",
    "1=1; drop table",
    "name = 'ouvert",
    "CASEI(people) = 1",
    "S_INTERSECTS(geometry, POINT(0 0))",
    "(" * 5 + "people = 40",
    "(" * 500 + "people = 40" + ")" * 500,
    "people = 40 AND " * 200 + "people = 40",
]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_filter_is_refused_and_not_repeated(text):
    with pytest.raises(InvalidInputError) as refusal:
        read_filter(text, QUERYABLES)
    assert "CQL2" in refusal.value.sentence
    assert not text or "drop" not in refusal.value.sentence


def test_a_pattern_made_to_take_for_ever_does_not():
    row = {"name": "a" * 400}
    assert read_filter(f"name LIKE '{'%a' * 400}%b'", QUERYABLES)(row) is False


WORDS = st.sampled_from(
    ["people", "name", "estimated", "=", "<>", "<", "(", ")", ",", "and", "or", "not", "like", "between", "in", "is",
     "null", "3", "'x'", "true", "casei", "date", "%", '"a"', "'", "é"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_any_text_is_a_filter_or_a_refusal(text):
    assert len(text) < LONGEST_FILTER
    try:
        test = read_filter(text, QUERYABLES)
    except InvalidInputError:
        return
    assert test(ROW) in {True, False, None}
