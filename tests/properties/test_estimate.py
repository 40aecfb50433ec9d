"""The steps of the estimate: borrowed strength, raking, intervals, doubtful neighbours."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
import shapely
from effort import cases
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import BRIDGE, NATIONAL_DISPOSABLE_EUR, grid_of, grids

from geoville.carroyage.estimate import IrisIncome, estimate_income, iris_weight
from geoville.carroyage.grid import Grid, cell_squares
from geoville.carroyage.income import CellIncome, pooled_median, pooled_medians
from geoville.carroyage.raking import overlap_of_cells, rake_to_iris
from geoville.carroyage.shrinkage import sampling_variance, shrink_to_neighbours
from geoville.carroyage.uncertainty import Interval, median_interval, share_interval
from geoville.model import Contiguity
from geoville.perimeters.search import doubtful_neighbours, drop_excess

SEATS = [(row, column) for row in range(20) for column in range(20)]


def town(mean_eur: float = 16_000, people: float = 200) -> Grid:
    """Four hundred equal cells."""
    return grid_of(SEATS, [people] * len(SEATS), [mean_eur] * len(SEATS))


def quadrants(grid: Grid) -> np.ndarray:
    """Four square IRIS of one hundred cells, in the projected CRS."""
    corner = grid.easting.min(), grid.northing.min()
    parts = [(0, 0), (2000, 0), (0, 2000), (2000, 2000)]
    squares = [cell_squares(grid.easting, grid.northing, 3035, 2154)]
    in_part = [
        (grid.easting - corner[0] >= east)
        & (grid.easting - corner[0] < east + 2000)
        & (grid.northing - corner[1] >= north)
        & (grid.northing - corner[1] < north + 2000)
        for east, north in parts
    ]
    return np.array([shapely.union_all(squares[0][chosen]) for chosen in in_part])


@given(grids())
@settings(max_examples=60, deadline=None)
def test_shrinkage_stays_between_a_cell_and_its_neighbours(grid: Grid) -> None:
    own = BRIDGE.declared_median(grid.mean_eur / NATIONAL_DISPOSABLE_EUR)
    shrunk = shrink_to_neighbours(grid, own, sampling_variance(grid, np.full(len(grid), 0.45)))
    assert (shrunk.median >= own.min() - 1e-12).all()
    assert (shrunk.median <= own.max() + 1e-12).all()
    assert shrunk.between_variance >= 0


def test_a_thin_cell_borrows_more_than_a_full_one_and_an_imputed_one_borrows_all() -> None:
    random = np.random.default_rng(3)
    grid = grid_of(SEATS, [400.0] * 400, list(random.normal(16_000, 2_500, 400).clip(11_000)))
    grid.people[[105, 305]] = [12.0, 400.0]
    grid.households[[105, 305]] = [5.0, 180.0]
    own = BRIDGE.declared_median(np.full(400, 0.8)) + random.normal(0, 0.15, 400)
    own[[105, 305, 210]] = 0.2
    grid.imputed[210] = True
    shrunk = shrink_to_neighbours(grid, own, sampling_variance(grid, np.full(400, 0.45)))
    thin, full, imputed = shrunk.median[[105, 305, 210]] - 0.2
    assert 0 < full < thin < imputed


def test_equal_cells_stay_equal() -> None:
    grid = town()
    own = BRIDGE.declared_median(grid.mean_eur / NATIONAL_DISPOSABLE_EUR)
    shrunk = shrink_to_neighbours(grid, own, sampling_variance(grid, np.full(400, 0.45)))
    assert shrunk.median == pytest.approx(own)


def test_a_cell_without_known_neighbours_keeps_its_own_figure() -> None:
    grid = grid_of([(0, 0), (5, 5)], [100, 100], [12_000, 20_000])
    own = np.array([0.3, 0.9])
    shrunk = shrink_to_neighbours(grid, own, np.array([0.01, np.inf]))
    assert shrunk.median == pytest.approx(own)
    assert np.isfinite(shrunk.variance).all()


def test_shrinkage_is_that_worked_out_by_hand() -> None:
    """Two neighbours 0.8 apart, and a cell without a figure between two others."""
    grid = grid_of([(0, 0), (0, 1), (0, 2), (9, 0), (9, 1)], [100, 100, 300, 100, 100], [16_000] * 5)
    shrunk = shrink_to_neighbours(
        grid, np.array([0.2, np.nan, 1.0, 0.2, 1.0]), np.array([0.01, np.nan, 0.03, 0.01, 0.01])
    )
    between = 0.8**2 - (0.01 + 0.01)
    trust = between / (between + 0.01)
    assert shrunk.between_variance == pytest.approx(between)
    assert shrunk.median == pytest.approx([0.2, 0.8, 1.0, 1 - 0.8 * trust, 0.2 + 0.8 * trust])
    of_two = (100**2 * 0.01 + 300**2 * 0.03) / 400**2
    assert shrunk.variance == pytest.approx([0.01, between + of_two, 0.03, trust * 0.01, trust * 0.01])


def test_the_variance_of_a_cell_counts_its_households() -> None:
    grid = grid_of([(0, 0), (0, 1)], [100, 100], [16_000] * 2)
    grid.households[:] = [1.0, 50.0]
    one, fifty = sampling_variance(grid, np.full(2, 0.4))
    assert one == pytest.approx(50 * fifty)


@given(st.lists(st.floats(0.3, 1.2), min_size=4, max_size=4))
@cases(each_run=20, slow=60)
def test_raking_meets_the_published_medians(published: list[float]) -> None:
    grid = town()
    noise = np.random.default_rng(int(published[0] * 1e6)).normal(0, 0.05, 400)
    median = BRIDGE.declared_median(grid.mean_eur / NATIONAL_DISPOSABLE_EUR) + noise
    overlap = overlap_of_cells(cell_squares(grid.easting, grid.northing, 3035, 2154), quadrants(grid))
    raked = rake_to_iris(median, grid.people, BRIDGE, overlap, np.array(published))
    income = CellIncome(raked.median, BRIDGE.log_spread(raked.median), np.zeros(400), np.zeros(400))
    reached = pooled_medians(
        income.take(overlap.cell), grid.people[overlap.cell] * overlap.share, overlap.iris, len(published)
    )
    assert reached == pytest.approx(published, abs=1e-4)
    assert raked.met.all()


def test_an_iris_without_a_figure_takes_the_mean_shift_and_is_not_met() -> None:
    grid = town()
    median = BRIDGE.declared_median(grid.mean_eur / NATIONAL_DISPOSABLE_EUR)
    overlap = overlap_of_cells(cell_squares(grid.easting, grid.northing, 3035, 2154), quadrants(grid))
    raked = rake_to_iris(median, grid.people, BRIDGE, overlap, np.array([0.5, 0.5, 0.5, np.nan]))
    assert raked.median == pytest.approx(0.5, abs=1e-5)
    assert (~raked.met).sum() == 100


def test_an_iris_cut_by_the_edge_of_the_grid_is_not_raked() -> None:
    grid = town()
    beyond = shapely.transform(quadrants(grid)[0], lambda xy: xy * np.array([3.0, 1.0]) - [xy[:, 0].min() * 2, 0])
    overlap = overlap_of_cells(cell_squares(grid.easting, grid.northing, 3035, 2154), np.array([beyond]))
    assert not overlap.complete.any()


def test_without_any_usable_iris_nothing_moves() -> None:
    grid = town()
    median = np.full(400, 0.6)
    overlap = overlap_of_cells(cell_squares(grid.easting, grid.northing, 3035, 2154), quadrants(grid))
    raked = rake_to_iris(median, grid.people, BRIDGE, overlap, np.full(4, np.nan))
    assert raked.median == pytest.approx(median)


def test_half_a_weight_goes_half_way() -> None:
    grid = town()
    overlap = overlap_of_cells(cell_squares(grid.easting, grid.northing, 3035, 2154), quadrants(grid))
    none, half, whole = (
        estimate_income(grid, BRIDGE, NATIONAL_DISPOSABLE_EUR, IrisIncome(overlap, np.full(4, 0.7), weight)).median
        for weight in (0.0, 0.5, 1.0)
    )
    assert half == pytest.approx((none + whole) / 2)
    assert whole == pytest.approx(0.7, abs=1e-5)


def test_figures_of_one_year_are_met_and_those_of_two_years_share_the_difference() -> None:
    assert iris_weight(2019, 2019) == 1.0
    assert 0 < iris_weight(2019, 2011) < 1


def test_the_interval_of_one_cell_is_that_worked_out_by_hand() -> None:
    """The share below t is Φ(ln(t / m) / s): an error of the median m moves it by φ(z) / (s m) as much."""
    income = CellIncome(np.array([0.5]), np.array([0.8]), np.array([0.01]), np.array([0.0]))
    found = share_interval(income, np.array([100.0]), np.zeros(1, np.intp), 0.6)
    normal, z = NormalDist(), float(np.log(0.6 / 0.5) / 0.8)
    margin = normal.inv_cdf(0.95) * normal.pdf(z) / (0.8 * 0.5) * np.sqrt(0.01)
    assert (found.value, found.low, found.high) == pytest.approx(
        (normal.cdf(z), normal.cdf(z) - margin, normal.cdf(z) + margin)
    )


def test_an_interval_is_the_same_in_another_unit() -> None:
    assert Interval(0.6, 0.5, 0.8).times(20_000) == Interval(12_000, 10_000, 16_000)


def test_intervals_hold_the_truth_about_nine_times_in_ten() -> None:
    random = np.random.default_rng(11)
    count, iris = 30, np.repeat(np.arange(6), 5)
    estimated = random.uniform(0.3, 0.8, count)
    income = CellIncome(estimated, BRIDGE.log_spread(estimated), np.full(count, 0.05**2), np.full(count, 0.04))
    people = random.uniform(50, 500, count)
    median, share = median_interval(income, people, iris), share_interval(income, people, iris, 0.55)
    held = np.zeros(2)
    draws = 2_000
    for _ in range(draws):
        truth = estimated + random.normal(0, 0.05, count) + random.normal(0, 0.04, 6)[iris]
        true_income = CellIncome(truth.clip(0.02), income.log_spread, income.variance, income.shared_sd)
        true_median = pooled_median(true_income, people)
        true_share = np.average(true_income.share_below(0.55), weights=people)
        held += [median.low <= true_median <= median.high, share.low <= true_share <= share.high]
    assert held / draws == pytest.approx([0.9, 0.9], abs=0.03)


@given(grids())
@settings(max_examples=60, deadline=None)
def test_an_interval_holds_its_value_and_shrinks_without_errors(grid: Grid) -> None:
    income = estimate_income(grid, BRIDGE, NATIONAL_DISPOSABLE_EUR)
    group = np.zeros(len(grid), dtype=np.intp)
    median = median_interval(income, grid.people, group)
    share = share_interval(income, grid.people, group, 0.55)
    assert median.low <= median.value <= median.high
    assert 0 <= share.low <= share.value <= share.high <= 1
    exact = CellIncome(income.median, income.log_spread, np.zeros(len(grid)), np.zeros(len(grid)))
    sure = median_interval(exact, grid.people, group)
    assert sure.low == sure.value == sure.high == median.value


@given(grids(), st.sampled_from(Contiguity), st.floats(0.0, 2.0))
@settings(max_examples=80, deadline=None)
def test_only_doubtful_cells_that_touch_a_seed_are_added_and_the_median_holds(
    grid: Grid, contiguity: Contiguity, doubt: float
) -> None:
    income = estimate_income(grid, BRIDGE, NATIONAL_DISPOSABLE_EUR)
    seeds = income.median < 0.55
    added = doubtful_neighbours(grid, income, seeds, 0.55, contiguity, doubt)
    assert not (added & seeds).any()
    assert (income.median[added] < 0.55 + doubt * income.standard_error[added]).all()
    kept = drop_excess(grid, income, seeds, added, 0.55, contiguity)
    assert not (kept & ~added).any()


@given(grids(), st.floats(0.3, 0.9), st.floats(0.0, 0.3))
@settings(max_examples=80, deadline=None)
def test_a_higher_threshold_never_removes_a_cell(grid: Grid, low: float, more: float) -> None:
    income = estimate_income(grid, BRIDGE, NATIONAL_DISPOSABLE_EUR)

    def chosen(threshold: float) -> np.ndarray:
        seeds = income.median < threshold
        return seeds | doubtful_neighbours(grid, income, seeds, threshold, Contiguity.QUEEN, 0.25)

    assert not (chosen(low) & ~chosen(low + more)).any()
