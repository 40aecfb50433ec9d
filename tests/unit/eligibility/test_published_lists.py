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


@pytest.mark.parametrize(("beside", "told"), [(3, False), (5, False), (6, True)])
def test_what_two_lists_have_apart_is_what_their_difference_leaves(beside, told):
    """Of thirty people and more, five and so many are in one list alone: the difference tells of these together."""
    assert allowed(people(0, 35), people(5, 35 + beside)) == [True, told]


def test_people_who_are_in_no_other_list_are_looked_for_past_those_that_tell_nothing_more():
    """Some come twice: they, and those who come once, are in every list, hence one of these two tells nothing."""
    everywhere = people(0, 20) + Counter(dict.fromkeys((f"twice{rank}" for rank in range(15)), 2))
    assert allowed(everywhere, everywhere + people(50, 62), everywhere + people(50, 65)) == [True, True, False]
    assert allowed(everywhere, everywhere + people(50, 62), everywhere + people(50, 73)) == [True, True, True]


@pytest.mark.parametrize(("first", "then"), [((0, 30), (0, 15)), ((0, 15), (0, 30))])
def test_part_of_a_list_on_another_day_is_no_subtraction_of_one_list(first, then):
    published = PublishedLists(THRESHOLD)
    assert published.may_add(people(*first), "2023")
    assert published.may_add(people(*then), "2024")


def test_as_many_as_the_threshold_have_a_count():
    assert allowed(people(0, 11), people(0, 21)) == [True, False]
    assert allowed(people(0, 10), people(0, 20)) == [True, True]


@pytest.mark.parametrize(("left", "told"), [(5, False), (6, True)])
def test_two_people_of_one_address_count_for_two(left, told):
    homes = [f"home{rank}" for rank in range(11 + left)]
    assert allowed(Counter(dict.fromkeys(homes, 2)), Counter(dict.fromkeys(homes[:11], 2))) == [True, told]


@pytest.mark.parametrize(("more", "told"), [(5, False), (6, True)])
@pytest.mark.parametrize(("often", "times"), [(2, 3), (1, 6)])
def test_one_or_two_people_who_came_often_hide_none_of_those_who_came_once(often, times, more, told):
    """They count for six on both lists: the difference leaves the five of the one and those of the other."""
    both = Counter(dict.fromkeys((f"often{rank}" for rank in range(often)), times))
    assert allowed(both + people(0, 5), both + people(10, 10 + more)) == [True, told]
