"""Statistical secrecy, count by count: what is published of a few totals, and what a reader can tell from it."""

from __future__ import annotations

from collections import Counter

import pytest

from geoville.eligibility.secrecy import PublishedCount, PublishedCounts, PublishedLists, Shown, publish

SMALL, MASKED = PublishedCount(Shown.SMALL), PublishedCount(Shown.MASKED)


def exact(people: int) -> PublishedCount:
    return PublishedCount(Shown.EXACT, people)


@pytest.mark.parametrize(
    ("cells", "total", "shown"),
    [
        ((11, 12), 23, (exact(11), exact(12))),  # nobody is few
        ((5, 5), None, (MASKED, MASKED)),  # fewer than 11 in all: not even their number
        ((5, 6), 11, (MASKED, MASKED)),  # the total says nothing of either
        ((10, 10), 20, (MASKED, MASKED)),
        ((10, 11), 21, (SMALL, MASKED)),  # 21 less a count of 11 or more: the small one is anything from 0 to 10
        ((0, 20), 20, (MASKED, MASKED)),  # a count of nobody is one too
        ((30, 5, 40), 75, (MASKED, SMALL, exact(40))),  # the first one that can be is hidden for the sake of the small
        ((12, 5, 40), 57, (MASKED, SMALL, MASKED)),  # 5 and 12 are not enough, 5 + 12 < 10 + 11
        ((0, 15, 0), 15, (MASKED, MASKED, MASKED)),
    ],
)
def test_what_is_published_of_a_total(
    cells: tuple[int, ...], total: int | None, shown: tuple[PublishedCount, ...]
) -> None:
    assert publish(cells, 11) == PublishedCounts(total, shown, 11)


@pytest.mark.parametrize(
    ("cells", "places", "bounds"),
    [
        ((30, 5, 40), {1}, (0, 10)),  # small: under 11
        ((30, 5, 40), {0}, (25, 35)),  # 75 - 40, less the small one
        ((30, 5, 40), {0, 1}, (35, 35)),
        ((30, 5, 40), {2}, (40, 40)),
        ((30, 5, 40), set(), (0, 0)),
        ((10, 11), {0}, (0, 10)),
        ((10, 11), {1}, (11, 21)),
        ((5, 6), {0}, None),
        ((5, 5), {0}, None),
        ((11, 12), {0}, (11, 11)),
    ],
)
def test_what_may_be_told_of_some_of_the_counts(
    cells: tuple[int, ...], places: set[int], bounds: tuple[int, int] | None
) -> None:
    assert publish(cells, 11).range_of(places) == bounds


@pytest.mark.parametrize(("first", "then"), [("2024", "2025"), ("2025", "2024")])
def test_one_list_against_two_days_is_a_subtraction(first: str, then: str) -> None:
    people = Counter(dict.fromkeys("abcdefghijklmno", 1))
    lists = PublishedLists(11)
    assert lists.may_add(people, first)
    assert lists.may_add(people, first)
    assert not lists.may_add(people, then)


def test_a_list_too_short_for_its_counts_to_be_published_tells_nothing() -> None:
    people = Counter(dict.fromkeys("abcdefghijklmno", 1))
    few = Counter(dict.fromkeys("abcdefghij", 1))
    lists = PublishedLists(11)
    assert lists.may_add(few, "2024")
    assert lists.may_add(few, "2025")
    assert lists.may_add(people, "2024")
    assert not lists.may_add(Counter(dict.fromkeys("abcdefghijk", 1)), "2024"), "the four others are few"


def test_a_list_given_twice_does_not_hide_what_a_subtraction_leaves() -> None:
    """Less itself, the list leaves nobody, which tells nothing; less eleven of its fifteen people, it leaves four."""
    people = Counter(dict.fromkeys("abcdefghijklmno", 1))
    lists = PublishedLists(11)
    assert lists.may_add(people, "2024")
    assert lists.may_add(people, "2024")
    assert not lists.may_add(Counter(dict.fromkeys("abcdefghijk", 1)), "2024")


def test_people_counted_twice_in_a_list_are_found_by_a_subtraction_too() -> None:
    """Fifteen people came twice; less twice the list of eleven of them, four are left, who are counted as eight."""
    lists = PublishedLists(11)
    assert lists.may_add(Counter(dict.fromkeys("abcdefghijklmno", 2)), "2024")
    assert not lists.may_add(Counter(dict.fromkeys("abcdefghijk", 1)), "2024")
