"""Lists of people in one table: no sum of their counts tells where a few of them live."""

from __future__ import annotations

from collections import Counter

import pytest

from geoville.eligibility.secrecy import PublishedLists

THRESHOLD = 11


def people(first: int, last: int) -> Counter[str]:
    return Counter(f"p{rank}" for rank in range(first, last))


def allowed(*lists: Counter[str]) -> list[bool]:
    published = PublishedLists(THRESHOLD)
    return [published.may_add(some, "2026") for some in lists]


@pytest.mark.parametrize(("more", "told"), [(1, False), (10, False), (11, True)])
def test_a_list_and_the_same_with_a_few_more(more, told):
    assert allowed(people(0, 30), people(0, 30 + more)) == [True, told]


def test_the_same_list_twice_tells_nothing_more():
    assert allowed(people(0, 30), people(0, 30)) == [True, True]


def test_the_same_list_on_two_days_is_a_subtraction():
    published = PublishedLists(THRESHOLD)
    assert published.may_add(people(0, 30), "2023")
    assert not published.may_add(people(0, 30), "2024")


@pytest.mark.parametrize(("few", "told"), [(3, False), (0, True), (12, True)])
def test_a_list_less_all_its_parts(few, told):
    parts = [people(start, start + 20) for start in range(0, 200, 20)]
    assert allowed(*parts, people(0, 200 + few)) == [*[True] * 10, told]


def test_a_sum_with_coefficients_that_leaves_two_people():
    """(AB + BC − AC) / 2 is B: two people, whom no difference of two lists tells."""
    a, b, c = people(0, 30), people(30, 32), people(40, 70)
    assert allowed(a + b, b + c, a + c) == [True, True, False]


def test_lists_that_overlap_widely_are_published():
    assert allowed(people(0, 20), people(8, 32), people(50, 80)) == [True, True, True]


def test_a_list_under_the_threshold_has_no_count_and_hides_no_other():
    assert allowed(people(0, 5), people(0, 30)) == [True, True]
