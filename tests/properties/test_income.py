"""Declared income per cell and per union of cells: closed forms, monotony, simulated populations."""

from __future__ import annotations

import numpy as np
import pytest
from effort import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import BRIDGE

from geoville.carroyage.bridge import fit_bridge
from geoville.carroyage.income import CellIncome, pooled_median, pooled_medians, pooled_share_below
from geoville.errors import InvalidInputError

medians = st.lists(st.floats(0.1, 1.5), min_size=1, max_size=20)


def income_of(values: list[float]) -> CellIncome:
    median = np.array(values)
    return CellIncome(median, BRIDGE.log_spread(median), np.zeros(len(median)), np.zeros(len(median)))


@given(medians, st.floats(0.2, 1.2), st.floats(0.0, 0.5))
def test_the_share_grows_with_the_threshold_and_is_one_half_at_the_median(
    values: list[float], threshold: float, more: float
) -> None:
    income = income_of(values)
    assert (income.share_below(threshold) <= income.share_below(threshold + more)).all()
    assert income.share_below(income.median) == pytest.approx(0.5)


@given(medians)
@settings(max_examples=50)
def test_half_of_the_people_are_below_the_pooled_median(values: list[float]) -> None:
    income, people = income_of(values), np.arange(1.0, len(values) + 1)
    median = pooled_median(income, people)
    assert pooled_share_below(income, people, median) == pytest.approx(0.5, abs=1e-9)
    assert min(values) - 1e-9 <= median <= max(values) + 1e-9


@given(medians)
@settings(max_examples=50)
def test_the_pooled_median_does_not_depend_on_the_order(values: list[float]) -> None:
    income, people = income_of(values), np.arange(1.0, len(values) + 1)
    backwards = np.arange(len(values))[::-1]
    assert pooled_median(income, people) == pytest.approx(pooled_median(income.take(backwards), people[backwards]))


def test_simulated_lognormal_people_have_the_median_and_share_computed() -> None:
    income, people = income_of([0.3, 0.6, 0.9]), np.array([4e5, 2e5, 1e5])
    random = np.random.default_rng(7)
    drawn = np.concatenate(
        [
            random.lognormal(np.log(median), spread, int(count))
            for median, spread, count in zip(income.median, income.log_spread, people, strict=True)
        ]
    )
    assert pooled_median(income, people) == pytest.approx(np.median(drawn), rel=5e-3)
    assert pooled_share_below(income, people, 0.55) == pytest.approx((drawn < 0.55).mean(), abs=2e-3)


def test_nobody_known_is_nan_not_zero() -> None:
    unknown = CellIncome(*(np.array([np.nan]) for _ in range(4)))
    assert np.isnan(pooled_median(unknown, np.array([10.0])))
    assert np.isnan(pooled_share_below(unknown, np.array([10.0]), 0.5))


@given(st.floats(0.1, 1.5))
def test_the_spread_gives_back_the_interquartile_range(median: float) -> None:
    spread = float(BRIDGE.log_spread(np.array([median]))[0])
    lower, upper = (median * np.exp(z * spread) for z in (-0.6744897501960817, 0.6744897501960817))
    assert upper - lower == pytest.approx(BRIDGE.range_intercept + BRIDGE.range_slope * median)


def test_fitting_finds_the_lines_that_made_the_data() -> None:
    mean = np.linspace(0.55, 1.2, 40)
    median = BRIDGE.declared_median(mean)
    spread = BRIDGE.range_intercept + BRIDGE.range_slope * median
    fitted = fit_bridge(mean, median, spread, np.full(40, 2000.0))
    assert fitted.intercept == pytest.approx(BRIDGE.intercept)
    assert fitted.slope == pytest.approx(BRIDGE.slope)
    assert fitted.range_slope == pytest.approx(BRIDGE.range_slope)
    assert fitted.rmse == pytest.approx(0, abs=1e-9)
    assert fitted.correlation == pytest.approx(1)


def test_too_few_iris_are_refused() -> None:
    few = np.full(9, 0.8)
    with pytest.raises(InvalidInputError, match="Seulement 9 IRIS"):
        fit_bridge(few, few, few, few)


def test_ten_iris_are_enough_and_those_that_lack_a_figure_count_for_nothing() -> None:
    mean = np.linspace(0.55, 1.2, 10)
    median = BRIDGE.declared_median(mean)
    spread, people = BRIDGE.range_intercept + BRIDGE.range_slope * median, np.full(10, 2000.0)
    asked = np.array([mean, median, spread, people])
    ten = fit_bridge(*asked)
    assert ten.observations == 10
    # With no mean, no median, nobody, or a mean that has no logarithm; a median far off would show.
    lacking = np.array([(np.nan, 9, 9, 2000), (0.8, np.nan, 9, 2000), (0.8, 9, 9, 0), (0, 9, 9, 2000)]).T
    assert fit_bridge(*np.hstack([asked, lacking])) == ten


def test_an_iris_without_a_range_counts_for_the_medians_alone() -> None:
    mean = np.linspace(0.55, 1.2, 12)
    median = BRIDGE.declared_median(mean)
    spread = BRIDGE.range_intercept + BRIDGE.range_slope * median
    spread[3] = np.nan
    fitted = fit_bridge(mean, median, spread, np.full(12, 2000.0))
    assert fitted.observations == 12
    assert fitted.range_intercept == pytest.approx(BRIDGE.range_intercept)


def test_a_group_without_anybody_has_no_median_and_disturbs_no_other() -> None:
    """IRIS that publish an income while nobody of the grid lives there; no warning, which would be an error."""
    income = CellIncome(np.array([0.7, 0.9]), np.full(2, 0.5), np.zeros(2), np.zeros(2))
    found = pooled_medians(income, np.array([10.0, 30.0]), np.array([0, 2]), 3)
    assert np.isnan(found[1])
    assert found[[0, 2]] == pytest.approx([0.7, 0.9])


def bisected_median(income: CellIncome, people: np.ndarray) -> float:
    """As the median was found before, by halves of the bracket."""
    low, high = income.median.min(), income.median.max()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if people @ income.share_below(middle) < people.sum() / 2 else (low, middle)
    return float((low + high) / 2)


@st.composite
def groups(draw: st.DrawFn) -> tuple[CellIncome, np.ndarray, np.ndarray]:
    """Cells of four groups, some thin, some rich beside poor, of any spread that the bridges give."""
    count = draw(st.integers(4, 40))
    drawn = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    median, spread = drawn.uniform(0.05, 3.0, count), drawn.uniform(draw(st.floats(0.05, 1.5)), 1.5, count)
    income = CellIncome(median, spread, np.zeros(count), np.zeros(count))
    return income, np.exp(drawn.normal(3, 2, count)), np.append(np.arange(4), drawn.integers(0, 4, count - 4))


@given(groups())
@cases(each_run=20, slow=300)
def test_pooled_medians_are_those_that_halves_find_and_of_a_group_whatever_the_others(
    drawn: tuple[CellIncome, np.ndarray, np.ndarray],
) -> None:
    income, people, group = drawn
    found = pooled_medians(income, people, group, 4)
    near = pooled_medians(income, people, group, 4, near=np.array([0.001, 0.7, np.nan, 50.0]))
    for number in range(4):
        own = group == number
        bisected = bisected_median(income.take(own), people[own])
        assert found[number] == pytest.approx(bisected, rel=1e-12)
        assert near[number] == pytest.approx(bisected, rel=1e-12)
        assert found[number] == pooled_median(income.take(own), people[own])


def test_the_median_of_one_cell_is_its_own_to_the_last_bit() -> None:
    median = np.random.default_rng(1).uniform(0.1, 2.0, 200)
    income = CellIncome(median, np.full(200, 0.6), np.zeros(200), np.zeros(200))
    assert (pooled_medians(income, np.full(200, 7.0), np.arange(200), 200) == median).all()


def test_two_narrow_cells_far_apart_have_the_median_of_the_fuller_one() -> None:
    """Between them nobody has an income, and a slope of nothing leads nowhere."""
    income = CellIncome(np.array([0.1, 2.0]), np.full(2, 0.01), np.zeros(2), np.zeros(2))
    assert pooled_median(income, np.array([51.0, 49.0])) == pytest.approx(bisected_median(income, np.array([51.0, 49])))
    assert pooled_median(income, np.array([51.0, 49.0])) == pytest.approx(0.1, rel=0.03)
    assert pooled_median(income, np.array([49.0, 51.0])) == pytest.approx(2.0, rel=0.03)
