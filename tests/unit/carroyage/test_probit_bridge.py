"""The two-figure bridge: what it fits is found again, what it applies is its formula."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.iris_share import iris_share_below
from geoville.carroyage.method import method_rules
from geoville.carroyage.probit_bridge import ProbitBridge, fit_probit_bridge
from geoville.errors import InvalidInputError

RULES = method_rules()
BRIDGE = ProbitBridge((2.0, -0.5, 1.0, 0.0), (-1.0, 1.0, 0.5, 0.0), (1.5, 0.0, 0.0, 0.0), (-0.5, 0.2, 0.0, 0.0), 31)


def test_the_slope_and_intercept_are_the_polynomials_of_the_two_figures() -> None:
    slope, intercept = BRIDGE.apply(np.array([0.8]), np.array([0.4]), RULES)
    assert slope[0] == pytest.approx(2.0 - 0.5 * 0.8 + 0.4)
    assert intercept[0] == pytest.approx(-1.0 + 0.8 + 0.2)


def test_a_cell_without_poor_share_goes_by_its_mean_alone() -> None:
    slope, intercept = BRIDGE.apply(np.array([0.8]), np.array([np.nan]), RULES)
    assert (slope[0], intercept[0]) == (1.5, pytest.approx(-0.5 + 0.2 * 0.8))


def test_the_slope_is_kept_within_bounds() -> None:
    slope, _ = BRIDGE.apply(np.array([0.0, 5.0, 0.0]), np.array([9.0, 0.0, 0.0]), RULES)
    assert slope.tolist() == [4.0, 0.6, 2.0]


def test_a_fit_finds_the_coefficients_that_made_the_iris() -> None:
    generator = np.random.default_rng(1)
    mean, poor = generator.uniform(0.5, 1.2, 40), generator.uniform(0.05, 0.5, 40)
    slope, intercept = BRIDGE.apply(mean, poor, RULES)
    median, spread = np.exp(intercept / slope), 1 / slope
    width = 2 * median * np.sinh(0.6744897501960817 * spread)
    found = fit_probit_bridge(mean, poor, median, width, generator.uniform(500, 3000, 40), RULES)
    assert found.slope == pytest.approx(BRIDGE.slope, abs=1e-8)
    assert found.intercept == pytest.approx(BRIDGE.intercept, abs=1e-8)
    again_slope, again_intercept = found.apply(mean, poor, RULES)
    share = iris_share_below(median, spread, 0.6)
    from scipy.special import ndtr

    assert ndtr(again_slope * np.log(0.6) - again_intercept) == pytest.approx(share)


def test_iris_near_the_threshold_count_most() -> None:
    """IRIS of one mean and one poor share, of medians 0.6 and 1.6: the fit is their mean, weighted by the method."""
    median = np.array([0.6] * 6 + [1.6] * 6)
    found = fit_probit_bridge(np.full(12, 0.8), np.full(12, 0.2), median, np.full(12, 0.6), np.full(12, 1000.0), RULES)
    slope, _ = found.apply(np.array([0.8]), np.array([0.2]), RULES)
    near, far = 1.05, np.exp(-(2.5**2) / 2) + 0.05  # 1.6 lies two and a half widths away from 0.6
    steep = [0.6744897501960817 / np.arcsinh(0.6 / (2 * value)) for value in (0.6, 1.6)]
    assert slope[0] == pytest.approx((near * steep[0] + far * steep[1]) / (near + far))


def test_too_few_iris_are_refused() -> None:
    few = np.full(9, 0.5)
    with pytest.raises(InvalidInputError, match="Seulement 9 IRIS"):
        fit_probit_bridge(few, few, few, few, np.full(9, 1000.0), RULES)


def test_ten_iris_are_enough_and_those_that_lack_a_figure_count_for_nothing() -> None:
    figures = np.array([np.linspace(0.5, 1.2, 10), np.linspace(0.5, 0.05, 10), np.linspace(0.4, 1.1, 10)])
    width, people = np.full(10, 0.6), np.full(10, 1000.0)
    ten = fit_probit_bridge(*figures, width, people, RULES)
    assert ten.observations == 10
    assert fit_probit_bridge(*figures, width, people / 2_000, RULES).observations == 10  # half a person is not nobody
    lacking = np.array([(np.nan, 0.2, 9.0), (0.8, np.nan, 9.0), (0.8, 0.2, np.nan), (0.8, 0.2, 9.0)]).T
    more = np.hstack([figures, lacking]), np.full(14, 0.6), np.append(people, [1000.0, 1000.0, 1000.0, 0.0])
    assert fit_probit_bridge(*more[0], *more[1:], RULES) == ten


def test_where_the_mean_is_alone_the_fit_is_a_cubic_of_it() -> None:
    mean, median = np.linspace(0.5, 1.2, 12), np.linspace(0.4, 1.1, 12)
    found = fit_probit_bridge(mean, np.full(12, 0.2), median, np.full(12, 0.6), np.full(12, 1000.0), RULES)
    steep = 0.6744897501960817 / np.arcsinh(0.6 / (2 * median))
    root = np.sqrt(np.exp(-(((median - 0.6) / 0.4) ** 2) / 2) + 0.05)
    assert found.slope_of_mean == pytest.approx(np.polyfit(mean, steep, 3, w=root)[::-1])
    assert found.intercept_of_mean == pytest.approx(np.polyfit(mean, steep * np.log(median), 3, w=root)[::-1])
