"""Intervals of places whose probits may all be wrong by the same."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.income import CellIncome, pooled_median
from geoville.carroyage.uncertainty import median_interval, share_interval, shifted_income, shifted_median_interval

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


def test_nobody_known_has_no_median() -> None:
    found = shifted_median_interval(INCOME, np.array([0.0, 0.0, 0.0, 9.0]), 0.24)
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
