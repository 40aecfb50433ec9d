"""Incomes of cells by hand: errors that add up, indicators made of them, the bridge fitted on a few IRIS."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.bridge import fit_bridge
from geoville.carroyage.income import CellIncome, pooled_share_below
from geoville.carroyage.indicators import Indicator, estimated_values
from geoville.errors import InvalidInputError

INCOME = CellIncome(
    median=np.array([0.5, 0.8, np.nan]),
    log_spread=np.array([0.6, 0.6, np.nan]),
    variance=np.array([0.0009, 0.0, np.nan]),
    shared_sd=np.array([0.04, 0.03, 0.03]),
)


def test_the_error_of_a_cell_and_that_of_its_iris_add_up_as_variances() -> None:
    assert INCOME.standard_error[:2] == pytest.approx([0.05, 0.03])  # 0.03² + 0.04² = 0.05²
    assert np.isnan(INCOME.standard_error[2])


def test_an_estimated_indicator_is_in_euros_or_a_share_of_people() -> None:
    threshold = np.array([0.5, np.nan, 0.5])
    euros = estimated_values(Indicator.MEDIAN, INCOME, 20_000, threshold)
    assert euros[:2] == pytest.approx([10_000, 16_000])
    assert np.isnan(euros[2])
    shares = estimated_values(Indicator.SHARE_BELOW, INCOME, 20_000, threshold)
    assert shares[0] == pytest.approx(0.5)  # the median itself
    assert np.isnan(shares[1:]).all()


def test_the_correlation_of_a_bridge_is_that_of_the_two_medians() -> None:
    """Weighted by people: an IRIS of 2 counts as two IRIS of 1."""
    log_mean = np.linspace(-0.5, 0.5, 12)
    median = 0.9 + 0.6 * log_mean + np.array([0.02, -0.03, 0.01, 0.0, 0.04, -0.02] * 2)
    people = np.array([1.0, 2.0] * 6)
    spread = np.linspace(0.4, 0.6, 12)
    bridge = fit_bridge(np.exp(log_mean), median, spread, people)
    counted = people.astype(int)
    doubled = np.corrcoef(np.repeat(log_mean, counted), np.repeat(median, counted))[0, 1]
    assert bridge.correlation == pytest.approx(doubled)
    assert 0.9 < bridge.correlation < 1


def test_of_nobody_no_share_is_below_and_cells_of_nobody_weigh_nothing() -> None:
    assert np.isnan(pooled_share_below(INCOME, np.zeros(3), 0.5))
    assert pooled_share_below(INCOME, np.array([10.0, 0.0, 5.0]), 0.5) == pytest.approx(0.5)  # that of the first alone


def test_a_bridge_is_fitted_on_ten_iris_at_least_and_those_that_lack_a_figure_count_for_nothing() -> None:
    mean = np.linspace(0.6, 1.4, 10)
    figures = np.stack([mean, 0.98 + 1.4 * np.log(mean), np.linspace(0.4, 0.6, 10), np.full(10, 500.0)])
    ten = fit_bridge(*figures)
    assert (ten.observations, ten.intercept, ten.slope) == (10, pytest.approx(0.98), pytest.approx(1.4))
    lacking = np.array(
        [(0.0, 9, 0.5, 500), (-0.2, 9, 0.5, 500), (np.nan, 9, 0.5, 500), (0.9, np.nan, 0.5, 500), (0.9, 9, 0.5, 0)]
    ).T
    assert fit_bridge(*np.hstack([figures, lacking])) == ten
    with pytest.raises(InvalidInputError, match="Seulement 9 IRIS"):
        fit_bridge(*figures[:, 1:])
