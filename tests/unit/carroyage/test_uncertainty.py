"""Intervals of places whose probits may all be wrong by the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from geoville.carroyage.income import CellIncome, pooled_median, pooled_share_below
from geoville.carroyage.uncertainty import (
    median_interval,
    share_interval,
    shifted_income,
    shifted_median_interval,
    shifted_share_interval,
)

PEOPLE = np.array([120.0, 40.0, 0.0, 75.0])
INCOME = CellIncome(
    np.array([0.45, 0.8, 0.6, np.nan]), np.array([0.5, 0.6, 0.4, np.nan]), np.full(4, 0.01), np.full(4, 0.02)
)


def test_the_ends_are_the_medians_of_the_incomes_shifted_one_by_one() -> None:
    found = shifted_median_interval(INCOME, PEOPLE, 0.24)
    margin = 1.6448536269514722 * 0.24
    known = INCOME.take(np.array([0, 1]))
    low, value, high = (pooled_median(shifted_income(known, step * margin), PEOPLE[:2]) for step in (1, 0, -1))
    assert (found.low, found.value, found.high) == (low, value, high)
    assert low < value < high


@pytest.mark.parametrize("times", [1.0, 1 / 200])
def test_the_ends_of_a_share_are_those_of_the_incomes_shifted_one_by_one(times: float) -> None:
    """Half a person weighs as a crowd does; the ends are those of nine errors of ten, normal."""
    people = PEOPLE * times
    found = shifted_share_interval(INCOME, people, 0.24, 0.6)
    margin, known = ndtri(0.95) * 0.24, INCOME.take(np.array([0, 1]))
    low, value, high = (
        pooled_share_below(shifted_income(known, step * margin), people[:2], 0.6) for step in (-1, 0, 1)
    )
    assert (found.low, found.value, found.high) == pytest.approx((low, value, high))
    assert 0 < low < value < high < 1


def test_a_cell_whose_income_is_not_known_counts_for_nothing_in_an_interval() -> None:
    iris, two = np.array([0, 1, 2, 1]), np.array([0, 1])
    assert median_interval(INCOME, PEOPLE, iris) == median_interval(INCOME.take(two), PEOPLE[:2], two)
    assert share_interval(INCOME, PEOPLE, iris, 0.6) == share_interval(INCOME.take(two), PEOPLE[:2], two, 0.6)


def test_nobody_known_has_neither_median_nor_share() -> None:
    people, iris = np.array([0.0, 0.0, 0.0, 9.0]), np.zeros(4, dtype=np.intp)
    for found in (
        shifted_median_interval(INCOME, people, 0.24),
        shifted_share_interval(INCOME, people, 0.24, 0.6),
        median_interval(INCOME, people, iris),
        share_interval(INCOME, people, iris, 0.6),
    ):
        assert np.isnan([found.low, found.value, found.high]).all()


def alike(count: int, own: float, shared: float) -> CellIncome:
    """Cells of one income, at one half of the national median."""
    return CellIncome(np.full(count, 0.5), np.full(count, 0.6), np.full(count, own**2), np.full(count, shared))


@pytest.mark.parametrize(
    ("own", "shared", "iris", "error"),
    [
        (0.03, 0.0, [0], 0.03),
        (0.0, 0.02, [0], 0.02),
        (0.03, 0.04, [0], 0.05),
        (0.0, 0.02, [0, 0], 0.02),
        (0.0, 0.02, [0, 1], 0.02 / np.sqrt(2)),
        (0.02, 0.0, [0, 0], 0.02 / np.sqrt(2)),
    ],
)
def test_cells_of_one_iris_err_together_and_their_own_errors_make_up_for_each_other(
    own: float, shared: float, iris: list[int], error: float
) -> None:
    found = median_interval(alike(len(iris), own, shared), np.full(len(iris), 50.0), np.array(iris))
    margin = 1.6448536269514722 * error
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5 - margin, 0.5 + margin))


def test_an_interval_stays_among_shares_and_incomes_however_wide_the_error() -> None:
    unsure, people, iris = alike(1, 10.0, 0.0), np.array([50.0]), np.array([0])
    share = share_interval(unsure, people, iris, 0.5)
    assert (share.value, share.low, share.high) == (pytest.approx(0.5), 0.0, 1.0)
    assert median_interval(unsure, people, iris).low == 0.0
