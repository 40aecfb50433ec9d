"""No small count can be found from what is published, not even by a reader who knows the method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoville.eligibility.secrecy import PublishedCounts, Shown, publish, secrecy_threshold

THRESHOLD = 11
COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=6)


def splits(total: int, n_cells: int) -> Iterator[tuple[int, ...]]:
    """Every way to make a total of so many counts."""
    if n_cells == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, n_cells - 1):
            yield (first, *rest)


def shares_told(published: PublishedCounts) -> tuple[object, ...]:
    """Everything that may be said of the shares of the cells, one by one and two by two."""
    places = range(len(published.cells))
    return tuple(published.range_of({first, second}) for first in places for second in places)


def test_the_threshold_is_the_laws():
    assert secrecy_threshold() == THRESHOLD


@given(COUNTS)
def test_what_is_shown_is_true_and_never_small(cells):
    published = publish(cells, THRESHOLD)
    assert published.total in (None, sum(cells))
    assert published.total is None or published.total >= THRESHOLD
    for count, cell in zip(cells, published.cells, strict=True):
        assert cell.people is None or (cell.people == count >= THRESHOLD)
        assert cell.shown is not Shown.SMALL or count < THRESHOLD


@given(COUNTS)
def test_what_the_total_leaves_is_never_small(cells):
    """The hidden counts together are a group that may be told, so that a difference is safe."""
    published = publish(cells, THRESHOLD)
    if published.total is not None:
        left = published.total - sum(cell.people or 0 for cell in published.cells)
        assert left == 0 or left >= THRESHOLD


@given(COUNTS)
def test_intervals_hold_the_truth(cells):
    published = publish(cells, THRESHOLD)
    for wanted in range(1 << len(cells)):
        places = {place for place in range(len(cells)) if wanted >> place & 1}
        told = published.range_of(places)
        if told is not None:
            assert told[0] <= sum(cells[place] for place in places) <= told[1]


@given(COUNTS)
def test_hidden_counts_keep_their_whole_range(cells):
    """For who does not know the method: a small count may be anything under the threshold."""
    published = publish(cells, THRESHOLD)
    for place, cell in enumerate(published.cells):
        told = published.range_of({place})
        if cell.shown is Shown.SMALL and told is not None:
            assert told == (0, THRESHOLD - 1)
        if cell.shown is Shown.MASKED and told is not None:
            assert told[1] - told[0] >= THRESHOLD - 1


@pytest.mark.parametrize(("threshold", "n_cells", "largest_total"), [(11, 2, 70), (4, 3, 36), (4, 4, 26), (11, 3, 42)])
def test_who_knows_the_method_finds_no_small_count(threshold, n_cells, largest_total):
    """Every table is tried: those that are published alike leave each small count nearly its whole range."""
    alike = defaultdict(list)
    for total in range(largest_total + 1):
        for cells in splits(total, n_cells):
            published = publish(cells, threshold)
            alike[published, shares_told(published)].append(cells)
    for (published, _), tables in alike.items():
        complete = published.total is not None or sum(tables[0]) < threshold
        for place in range(n_cells):
            counts = {cells[place] for cells in tables}
            if min(counts) < threshold and complete:
                assert len(counts) >= threshold - 1


@pytest.mark.parametrize(
    ("cells", "total", "people"),
    [
        ((50, 30, 20), 100, (50, 30, 20)),
        ((38, 60, 2), 100, (None, 60, None)),
        ((2, 60, 38), 100, (None, None, 38)),
        ((12, 60, 2), 74, (None, None, None)),
        ((5, 30), 35, (None, None)),
        ((3, 4, 2), None, (None, None, None)),
        ((7, 8), 15, (None, None)),
        ((10, 10, 10), None, (None, None, None)),
    ],
)
def test_examples(cells, total, people):
    published = publish(cells, THRESHOLD)
    assert published.total == total
    assert tuple(cell.people for cell in published.cells) == people


def test_a_share_is_an_interval_of_what_is_published():
    outside, inside, unsure = 0, 1, 2
    published = publish((38, 60, 2), THRESHOLD)
    assert published.range_of({inside}) == (60, 60)
    assert published.range_of({inside, unsure}) == (60, 70)
    assert published.range_of({outside}) == (30, 40)
