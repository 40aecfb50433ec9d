"""Cells that borrow strength: what counts as a sample, and cells where nobody lives."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.carroyage.grid import Grid
from geoville.carroyage.shrinkage import neighbour_mean, sampling_variance, shrink_to_neighbours


def row_of_cells(people: list[float], households: list[float] | None = None, imputed: list[bool] | None = None) -> Grid:
    """Cells side by side, from west to east."""
    count = len(people)
    return Grid(
        epsg=3035, vintage=2019,
        easting=3_750_000 + 200 * np.arange(count), northing=np.full(count, 3_120_000),
        people=np.array(people), income_sum_eur=np.array(people) * 20_000.0,
        imputed=np.array(imputed or [False] * count),
        households=np.array(households or people), poor_households=np.zeros(count),
    )  # fmt: skip


def test_households_that_are_not_published_are_counted_from_people() -> None:
    """2.2 people a household: 110 people are 50 households, as if these were published; imputed ones are no sample."""
    grid = row_of_cells([110.0, 110.0, 110.0, 110.0], [50.0, np.nan, 0.0, 50.0], [False, False, False, True])
    variance = sampling_variance(grid, np.full(4, 0.4))
    assert variance[:3] == pytest.approx(0.5 * 0.4**2 / 50)
    assert np.isinf(variance[3])


def test_a_figure_where_nobody_lives_is_no_neighbour_and_tells_nothing_of_how_cells_differ() -> None:
    shrunk = shrink_to_neighbours(row_of_cells([0.0, 100.0]), np.array([0.2, 0.9]), np.full(2, 0.01))
    assert shrunk.between_variance == 0
    assert shrunk.median[1] == 0.9  # nobody beside it


def test_the_neighbour_of_a_single_person_counts_for_one() -> None:
    mean, variance = neighbour_mean(
        row_of_cells([1.0, 50.0, 3.0]), np.array([0.4, 9.0, 0.8]), np.array([0.04, 9, 0.02])
    )
    assert mean == pytest.approx([9.0, (0.4 + 3 * 0.8) / 4, 9.0])
    assert variance[1] == pytest.approx((1 * 0.04 + 9 * 0.02) / 16)


def test_a_cell_with_no_neighbour_has_no_mean_of_them() -> None:
    mean, variance = neighbour_mean(row_of_cells([10.0]), np.array([0.4]), np.array([0.04]))
    assert np.isnan(mean).all()
    assert np.isnan(variance).all()


def test_no_cell_is_no_mean() -> None:
    nothing = np.empty(0)
    mean, variance = neighbour_mean(row_of_cells([]), nothing, nothing)
    assert (len(mean), len(variance)) == (0, 0)


def test_an_imputed_cell_is_worth_as_much_as_the_mean_of_its_neighbours() -> None:
    grid = row_of_cells([100.0, 100.0, 100.0])
    shrunk = shrink_to_neighbours(grid, np.array([0.4, 0.8, 1.4]), np.array([0.0, 0.0, np.inf]))
    assert shrunk.between_variance == pytest.approx(0.4**2)  # two cells, 0.4 apart, without any error
    assert shrunk.median[2] == pytest.approx((1.4 + 0.8) / 2)
    assert shrunk.variance[2] == pytest.approx(0.4**2 / 2)


def test_half_a_household_is_a_sample_of_half_a_household() -> None:
    assert sampling_variance(row_of_cells([110.0], [0.5]), np.array([0.4])) == pytest.approx([0.5 * 0.4**2 / 0.5])


def test_where_sampling_explains_all_that_cells_differ_by_they_take_the_mean_of_their_neighbours() -> None:
    shrunk = shrink_to_neighbours(row_of_cells([100.0, 300.0]), np.array([0.8, 0.9]), np.full(2, 0.04))
    assert shrunk.between_variance == 0
    assert shrunk.median == pytest.approx([0.9, 0.8])
    assert shrunk.variance == pytest.approx([0, 0])


def test_a_cell_alone_keeps_its_figure_with_its_error_and_an_unknown_one_takes_its_neighbours() -> None:
    """0.4 and 0.8 on either side of the unknown cell, and a cell beyond that touches none of them."""
    grid = row_of_cells([100.0] * 5)
    grid.easting[4] += 1_000
    median = np.array([0.4, 0.4, np.nan, 0.8, 0.7])
    shrunk = shrink_to_neighbours(grid, median, np.array([0.01, 0.01, 0.01, 0.01, 0.09]))
    assert (shrunk.median[4], shrunk.variance[4]) == (0.7, pytest.approx(0.09))
    assert shrunk.median[2] == pytest.approx(0.6)
    assert shrunk.variance[2] == pytest.approx(shrunk.between_variance + 2 * 0.01 / 4)
