"""Share of an IRIS below a threshold: worked by hand from the lognormal."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.iris_share import iris_log_spread, iris_share_below, log_spread_of_range
from geoville.carroyage.method import method_rules


def test_the_quartiles_of_the_spread_found_lie_the_range_apart() -> None:
    median, width = np.array([0.55, 0.9]), np.array([0.6, 0.7])
    spread = log_spread_of_range(median, width)
    low, high = (median * np.exp(sign * 0.6744897501960817 * spread) for sign in (-1, 1))
    assert high - low == pytest.approx(width)


def test_a_range_that_is_not_published_is_that_of_the_line() -> None:
    spread = iris_log_spread(np.array([0.5, 0.5]), np.array([np.nan, 0.442 + 0.268 * 0.5]), method_rules())
    assert spread[0] == pytest.approx(spread[1])
    assert spread[0] == pytest.approx(np.arcsinh(0.576) / 0.67449, rel=1e-5)  # 0.442 + 0.134 = 0.576 over 2 × 0.5


def test_the_share_is_a_half_at_the_median_and_three_quarters_at_the_third_quartile() -> None:
    median, width = np.array([0.6]), np.array([0.5])
    spread = log_spread_of_range(median, width)
    third = 0.6 * np.exp(0.6744897501960817 * spread[0])
    assert iris_share_below(median, spread, 0.6)[0] == pytest.approx(0.5)
    assert iris_share_below(median, spread, third)[0] == pytest.approx(0.75)


def test_what_is_not_published_stays_unknown() -> None:
    unknown = np.array([np.nan])
    assert np.isnan(iris_share_below(unknown, iris_log_spread(unknown, unknown, method_rules()), 0.6)).all()
