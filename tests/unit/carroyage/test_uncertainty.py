"""Intervals of places whose probits may all be wrong by the same."""

from __future__ import annotations

import numpy as np

from geoville.carroyage.income import CellIncome, pooled_median
from geoville.carroyage.uncertainty import shifted_income, shifted_median_interval

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
