"""Cells made to agree with their IRIS: what is met, and what a shift leaves as it was."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.bridge import Bridge
from geoville.carroyage.income import CellIncome, pooled_median, pooled_medians
from geoville.carroyage.raking import IrisOverlap, rake_to_iris

BRIDGE = Bridge(0.98, 1.4, 0.44, 0.27, 0.04, 0.97, 93)


def one_iris(people: list[float]) -> tuple[np.ndarray, IrisOverlap]:
    count = len(people)
    overlap = IrisOverlap(np.arange(count), np.zeros(count, np.intp), np.ones(count), np.array([True]))
    return np.array(people), overlap


def test_all_cells_of_an_iris_move_by_as_much() -> None:
    """The residual of the bridge is additive, and so is the shift: what lies between two cells stays."""
    people, overlap = one_iris([100.0, 100.0])
    raked = rake_to_iris(np.array([0.5, 0.9]), people, BRIDGE, overlap, np.array([0.8]))
    assert raked.median[1] - raked.median[0] == pytest.approx(0.4)
    income = CellIncome(raked.median, BRIDGE.log_spread(raked.median), np.zeros(2), np.zeros(2))
    assert pooled_median(income, people) == pytest.approx(0.8, abs=1e-5)


def test_no_cell_goes_under_the_lowest_median_that_the_bridge_gives() -> None:
    people, overlap = one_iris([10.0, 1_000.0])
    raked = rake_to_iris(np.array([0.2, 0.9]), people, BRIDGE, overlap, np.array([0.4]))
    assert raked.median[0] == 0.05
    assert raked.median[1] == pytest.approx(0.4, abs=0.02)


def test_a_cell_in_two_iris_takes_the_mean_of_their_shifts_by_area() -> None:
    """Its own people are too few to count in either: each IRIS is moved by its other cell alone."""
    overlap = IrisOverlap(
        np.array([0, 1, 2, 2]), np.array([0, 1, 0, 1]), np.array([1.0, 1.0, 0.25, 0.75]), np.ones(2, bool)
    )
    people = np.array([1e9, 1e9, 1e-3])
    raked = rake_to_iris(np.full(3, 0.6), people, BRIDGE, overlap, np.array([0.7, 0.9]))
    assert raked.median == pytest.approx([0.7, 0.9, 0.6 + 0.25 * 0.1 + 0.75 * 0.3], abs=1e-5)


def test_a_cell_that_no_iris_covers_takes_the_mean_shift_and_is_not_met() -> None:
    overlap = IrisOverlap(np.array([0, 1]), np.array([0, 1]), np.ones(2), np.ones(2, bool))
    people = np.array([100.0, 300.0, 50.0])
    raked = rake_to_iris(np.full(3, 0.6), people, BRIDGE, overlap, np.array([0.7, 0.9]))
    assert raked.median == pytest.approx([0.7, 0.9, 0.6 + 0.25 * 0.1 + 0.75 * 0.3], abs=1e-5)  # by people
    assert raked.met.tolist() == [True, True, False]


@pytest.mark.parametrize(("share", "met"), [(0.5, False), (0.6, True)])
def test_a_cell_is_met_where_more_than_half_of_it_is(share: float, met: bool) -> None:
    overlap = IrisOverlap(np.array([0, 0]), np.array([0, 1]), np.array([share, 1 - share]), np.ones(2, bool))
    raked = rake_to_iris(np.array([0.6]), np.array([100.0]), BRIDGE, overlap, np.array([0.7, np.nan]))
    assert raked.met.tolist() == [met]


def test_an_iris_whose_cells_have_no_known_income_is_not_met_and_moves_nothing() -> None:
    overlap = IrisOverlap(np.array([0, 1]), np.array([0, 1]), np.ones(2), np.ones(2, bool))
    raked = rake_to_iris(np.array([0.6, np.nan]), np.array([100.0, 300.0]), BRIDGE, overlap, np.array([0.7, 0.9]))
    assert raked.median[0] == pytest.approx(0.7, abs=1e-5)
    assert np.isnan(raked.median[1])
    assert raked.met.tolist() == [True, False]
    few = rake_to_iris(np.array([0.6, 0.6]), np.array([0.5, 0.0]), BRIDGE, overlap, np.array([0.7, 0.9]))
    assert few.met.tolist() == [True, False]  # half a person lives in the first, nobody in the second


def test_what_is_met_round_by_round_is_what_all_the_iris_looked_at_in_every_round_give() -> None:
    """A chain of IRIS that share their cells two by two, rich beside poor: few rounds by its ends, many elsewhere."""
    random, count = np.random.default_rng(5), 40
    cell = np.repeat(np.arange(3 * count), 2)[1:-1]
    iris = np.minimum(np.arange(len(cell)) // 6, count - 1)
    share = np.where(np.arange(len(cell)) % 2 == 0, 0.7, 0.3)
    overlap = IrisOverlap(cell, iris, share, np.ones(count, dtype=bool))
    median, people = random.uniform(0.4, 1.4, 3 * count), random.uniform(5, 900, 3 * count)
    published = random.uniform(0.5, 1.3, count)
    published[20:] = 0.8
    expected, shift = median, np.zeros(count)
    for _ in range(30):
        income = CellIncome(expected, BRIDGE.log_spread(expected), expected, expected).take(cell)
        missing = published - pooled_medians(income, people[cell] * share, iris, count)
        if np.abs(missing).max() < 1e-6:
            break
        shift += missing
        expected = median + np.bincount(cell, share * shift[iris]) / np.bincount(cell, share)
        expected = np.maximum(expected, 0.05)
    assert rake_to_iris(median, people, BRIDGE, overlap, published).median == pytest.approx(expected, abs=1e-9)
