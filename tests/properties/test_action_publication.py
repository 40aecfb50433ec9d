"""The whole answer about an action depends on its beneficiaries through the published counts, and on nothing else."""

from __future__ import annotations

import json
from itertools import permutations

from effort import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_actions import OUTSIDE, action, at, homes, layers

from geoville.eligibility.actions.action import StatedCounts
from geoville.eligibility.actions.check import check_action
from geoville.eligibility.documents import action_document
from geoville.eligibility.secrecy import publish, secrecy_threshold

CELLS = range(4)
COUNTS = st.tuples(*[st.integers(0, 40) for _ in CELLS]).filter(any)
LAYERS = layers()


def told_of(public):
    found = check_action(action(at(OUTSIDE), public=public), LAYERS)
    return json.dumps(action_document(found), ensure_ascii=False)


def published_alike(counts):
    """Other counts of the same total that are published as these, some people of one cell being in another."""
    same = publish(counts, secrecy_threshold())
    for source, target in permutations(CELLS, 2):
        for people in range(1, min(counts[source], 10) + 1):
            other = list(counts)
            other[source] -= people
            other[target] += people
            if publish(other, secrecy_threshold()) == same:
                yield tuple(other)


@st.composite
def pairs_alike(draw):
    small = draw(st.integers(0, 10))
    others = draw(st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(lambda cells: sum(cells) > 20))
    counts = tuple(draw(st.permutations([small, *others])))
    return counts, draw(st.sampled_from(list(published_alike(counts)) or [counts]))


@cases(each_run=20, slow=60)
@given(pairs_alike())
def test_answers_about_homes_published_alike_are_the_same(pair):
    assert told_of(homes(*pair[0])) == told_of(homes(*pair[1]))


@settings(max_examples=30, deadline=None)
@given(pairs_alike())
def test_answers_about_stated_counts_published_alike_are_the_same(pair):
    assert told_of(stated(pair[0])) == told_of(stated(pair[1]))


def test_most_small_counts_have_many_tables_published_alike():
    assert len(list(published_alike((38, 60, 2, 0)))) > 10


@cases(each_run=20, slow=60)
@given(COUNTS)
def test_no_number_of_the_counts_is_small(counts):
    told = json.loads(told_of(homes(*counts)))["beneficiaries"]
    numbers = [told["total"], *(cell["people"] for cell in told["counts"])]
    assert all(number is None or number >= secrecy_threshold() for number in numbers)


@cases(each_run=20, slow=60)
@given(COUNTS)
def test_the_interval_holds_the_true_share(counts):
    told = json.loads(told_of(homes(*counts)))["beneficiaries"]
    _, not_found, uncertain, inside = counts
    if told["share_least"] is not None:
        assert told["share_least"] <= inside / sum(counts)
        assert told["share_most"] >= (inside + uncertain + not_found) / sum(counts)


def stated(counts):
    elsewhere, *people = counts
    codes = ("QN06291M", "QN06292M", "QP062901")
    return StatedCounts(tuple(zip(codes, people, strict=True)), elsewhere + sum(people))
