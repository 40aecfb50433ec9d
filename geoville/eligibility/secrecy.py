"""Statistical secrecy: which counts of beneficiaries are published, and what may be said of their shares.

A count under the threshold is hidden, and so is what would give it back by difference: some other counts, or all of
them, or the total. Everything else that is said of the beneficiaries (their share, its interval) is computed from what
is published, so that it tells nothing more.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from geoville.law import parameter

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from geoville.law import DatedValue


class Shown(StrEnum):
    """What is published of one count."""

    EXACT = "exact"
    SMALL = "small"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class PublishedCount:
    """One count as published.

    Parameters
    ----------
    shown : `small` for one under the threshold, `masked` for one hidden lest it give a small one by difference.
    people : the count, None unless exact.
    """

    shown: Shown
    people: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedCounts:
    """Counts that make up a total, as published.

    Parameters
    ----------
    total : None where it is hidden.
    cells : in the order given; all `masked` where nothing but the total, or not even it, may be told.
    threshold : counts under it are hidden.
    """

    total: int | None
    cells: tuple[PublishedCount, ...]
    threshold: int

    def range_of(self, places: Collection[int]) -> tuple[int, int] | None:
        """Least and most people that some of the cells may hold, for who knows only what is published.

        Returns
        -------
        None where the total, or all the cells, are hidden.
        """
        if self.total is None or all(cell.shown is Shown.MASKED for cell in self.cells):
            return None
        within = [self._bounds(cell, self.total) for place, cell in enumerate(self.cells) if place in places]
        beside = [self._bounds(cell, self.total) for place, cell in enumerate(self.cells) if place not in places]
        least = max(sum(low for low, _ in within), self.total - sum(high for _, high in beside))
        most = min(sum(high for _, high in within), self.total - sum(low for low, _ in beside))
        return least, most

    def _bounds(self, cell: PublishedCount, total: int) -> tuple[int, int]:
        if cell.people is not None:
            return cell.people, cell.people
        return (0, self.threshold - 1) if cell.shown is Shown.SMALL else (self.threshold, total)


def secrecy_law() -> DatedValue:
    """People under whose number nothing is published: that of the day of publication, whatever day is asked about."""
    return parameter("secrecy_threshold").values[-1]


def secrecy_threshold() -> int:
    """`secrecy_law` as a number of people."""
    return int(secrecy_law().value)


def publish(cells: Sequence[int], threshold: int) -> PublishedCounts:
    """Hide the small counts of a total, and what would give them back by difference.

    Parameters
    ----------
    cells : counts, zero or more, whose sum is the total. Where a count is hidden for the sake of another, it is the
        first one that can be: put first what is least worth knowing.
    threshold : counts under it are hidden, zero included: that nobody of a group is somewhere tells about them all.

    Notes
    -----
    The total is taken as known to the reader even where another document gives it. A small count stays free between 0
    and `threshold - 1` as long as the hidden cells hold together at least `threshold - 1`, and `threshold` more for
    each masked one: masked cells are added until they do. Where they cannot, the total alone is published if it says
    nothing, that is if it is too small for any cell to be told, and nothing otherwise.
    """
    total = sum(cells)
    small = {place for place, count in enumerate(cells) if count < threshold}
    if not small:
        return PublishedCounts(total, tuple(PublishedCount(Shown.EXACT, count) for count in cells), threshold)
    masked = set() if total < 2 * threshold - 1 else _masked(cells, small, threshold)
    if masked:
        shown = tuple(_shown(count, place, small, masked) for place, count in enumerate(cells))
        return PublishedCounts(total, shown, threshold)
    told = threshold <= total < 2 * threshold - 1
    return PublishedCounts(total if told else None, (PublishedCount(Shown.MASKED),) * len(cells), threshold)


class PublishedLists:
    """Lists of people whose counts are published in one table, so that none gives another one's small count back.

    Parameters
    ----------
    threshold : counts under it are hidden.
    """

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._known: list[tuple[object, Counter[str]]] = []

    def may_add(self, people: Counter[str], judged: object) -> bool:
        """Take a list in, where its counts may be published beside those of the lists taken before.

        Parameters
        ----------
        people : how many people the list has, by what tells them apart.
        judged : what they are counted against (a day): the same list twice against two is a subtraction.

        Notes
        -----
        What is published of some lists may be added and subtracted: the list of a year less those of its workshops
        tells where those few live who came to none. Every sum of lists with any coefficients is looked at, by
        elimination; one that leaves fewer people than the threshold refuses the list. A list under the threshold has no
        count published.
        """
        if people.total() < self._threshold:
            return True
        if any(people == other and judged != other_judged for other_judged, other in self._known):
            return False
        lists = [*(other for _, other in self._known), people]
        if 0 < _fewest_left(lists) < self._threshold:
            return False
        self._known.append((judged, people))
        return True


_PRIME = 2_147_483_629
"""Elimination is done modulo a prime: exact, and as good as with fractions unless it divides a determinant."""


def _fewest_left(lists: Sequence[Counter[str]]) -> int:
    """Fewest people that a sum of lists, with coefficients, leaves; 0 where every sum leaves nobody.

    People who are on the same lists are never told apart: they make one column. Columns are cleared from the most
    people to the fewest, so that each row that remains holds as few people as it can.
    """
    import numpy as np

    alike: Counter[tuple[int, ...]] = Counter(tuple(some[key] for some in lists) for key in set().union(*lists))
    columns = sorted(alike, key=lambda times: alike[times] * max(times), reverse=True)
    people = np.array([alike[times] * max(times) for times in columns])
    matrix = np.array(columns, dtype=np.int64).T % _PRIME
    rank = 0
    for column in range(matrix.shape[1]):
        pivots = rank + np.flatnonzero(matrix[rank:, column])
        if not len(pivots):
            continue
        matrix[[rank, pivots[0]]] = matrix[[pivots[0], rank]]
        matrix[rank] = matrix[rank] * pow(int(matrix[rank, column]), -1, _PRIME) % _PRIME
        others = np.flatnonzero(matrix[:, column])
        for row in others[others != rank]:
            matrix[row] = (matrix[row] - matrix[row, column] * matrix[rank]) % _PRIME
        rank += 1
        if rank == len(matrix):
            break
    left = (matrix != 0) @ people
    return int(left[left > 0].min(initial=people.sum()))


def _masked(cells: Sequence[int], small: set[int], threshold: int) -> set[int]:
    """Cells to mask so that the small ones cannot be found by difference; empty where no choice would do.

    A cell that is not enough stays masked with those that follow: shown, it would tell that it was not enough, and so
    how small the small ones are.
    """
    hidden = sum(cells[place] for place in small)
    masked: set[int] = set()
    for place, count in enumerate(cells):
        if place in small:
            continue
        masked.add(place)
        hidden += count
        if hidden >= threshold - 1 + threshold * len(masked):
            return masked
    return set()


def _shown(count: int, place: int, small: set[int], masked: set[int]) -> PublishedCount:
    if place in small:
        return PublishedCount(Shown.SMALL)
    return PublishedCount(Shown.MASKED) if place in masked else PublishedCount(Shown.EXACT, count)
