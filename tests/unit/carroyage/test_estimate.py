"""The estimate step by step: what is left of the bridge's error, how far IRIS are met, and parts of cells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from geoville.carroyage.bridge import Bridge
from geoville.carroyage.estimate import (
    YEARLY_DRIFT_VARIANCE,
    IrisIncome,
    IrisShares,
    estimate_income,
    estimate_parts,
    iris_meeting_weight,
    iris_weight,
)
from geoville.carroyage.grid import Grid
from geoville.carroyage.iris_share import iris_log_spread, iris_share_below, left_out_error
from geoville.carroyage.method import index_rules, method_rules
from geoville.carroyage.probit_bridge import ProbitBridge
from geoville.carroyage.raking import IrisOverlap

RULES = method_rules()
BRIDGE = Bridge(0.98, 1.4, 0.44, 0.27, 0.04, 0.97, 93)
PROBIT = ProbitBridge((2.0, 0.0, 0.0, 0.0), (-1.0, 0.0, 0.5, 0.0), (2.0, 0.0, 0.0, 0.0), (-1.0, 0.0, 0.0, 0.0), 31)
NATIONAL_EUR = 20_000.0
THRESHOLD = 0.6


def cells(poor_share: list[float], people: float = 100.0) -> Grid:
    """Cells of as many people, apart from one another: none has a neighbour."""
    count = len(poor_share)
    return Grid(
        epsg=3035, vintage=2019,
        easting=3_750_000 + 600 * np.arange(count), northing=np.full(count, 3_120_000),
        people=np.full(count, people), income_sum_eur=np.full(count, people * 16_000.0),
        imputed=np.zeros(count, dtype=bool), households=np.full(count, 50.0),
        poor_households=50 * np.array(poor_share),
    )  # fmt: skip


@pytest.mark.parametrize(("weight", "left"), [(1.0, 0.0), (0.75, 0.01), (0.0, 0.04)])
def test_what_the_cells_of_an_iris_share_of_the_error_is_what_is_not_met(weight: float, left: float) -> None:
    """The error of the bridge, 0.04, less the way gone to the IRIS; the second IRIS publishes nothing."""
    overlap = IrisOverlap(np.array([0, 1]), np.array([0, 1]), np.ones(2), np.ones(2, dtype=bool))
    iris = IrisIncome(overlap, np.array([0.7, np.nan]), weight)
    income = estimate_income(cells([0.1, 0.1]), BRIDGE, NATIONAL_EUR, iris)
    assert income.shared_sd == pytest.approx([left, 0.04])


def test_the_median_of_a_cell_goes_to_its_iris_as_far_as_that_weighs() -> None:
    overlap = IrisOverlap(np.array([0]), np.array([0]), np.ones(1), np.ones(1, dtype=bool))
    (alone,) = BRIDGE.declared_median(np.array([16_000 / NATIONAL_EUR]))
    for weight in (0.0, 0.5, 1.0):
        iris = IrisIncome(overlap, np.array([0.9]), weight)
        (median,) = estimate_income(cells([0.1]), BRIDGE, NATIONAL_EUR, iris).median
        assert median == pytest.approx(alone + weight * (0.9 - alone), rel=1e-3)


def test_every_year_between_cells_and_iris_adds_to_the_error_of_a_cell() -> None:
    overlap = IrisOverlap(np.array([0]), np.array([0]), np.ones(1), np.ones(1, dtype=bool))
    same, apart = (
        estimate_income(cells([0.1]), BRIDGE, NATIONAL_EUR, IrisIncome(overlap, np.array([0.7]), 0.5, years)).variance
        for years in (0, 3)
    )
    assert apart - same == pytest.approx(3 * YEARLY_DRIFT_VARIANCE)


def test_without_neighbours_to_borrow_from_an_imputed_cell_has_no_error_of_its_own() -> None:
    grid = cells([0.1, 0.1])
    grid.imputed[1] = True
    variance = estimate_income(grid, BRIDGE, NATIONAL_EUR, shrink=False).variance
    assert variance[0] > 0
    assert variance[1] == 0


def test_an_imputed_cell_is_pulled_to_its_neighbours_unless_each_cell_is_asked_alone() -> None:
    """Three side by side: the one between, imputed at 40 000 €, has neighbours at 16 000 €."""
    grid = replace(cells([0.1] * 3), easting=3_750_000 + 200 * np.arange(3), imputed=np.array([False, True, False]))
    grid.income_sum_eur[1] = 100 * 40_000.0
    own = BRIDGE.declared_median(grid.mean_eur / NATIONAL_EUR)
    assert estimate_income(grid, BRIDGE, NATIONAL_EUR, shrink=False).median == pytest.approx(own)
    assert own[0] <= estimate_income(grid, BRIDGE, NATIONAL_EUR).median[1] <= (own[0] + own[1]) / 2


def test_incomes_of_iris_are_met_in_part_up_to_a_year_and_wholly_after_it() -> None:
    year = RULES.old_incomes_year
    assert [iris_meeting_weight(year + step, RULES) for step in (-1, 0, 1)] == [0.5, 0.5, 1.0]


def test_cells_go_all_the_way_to_iris_of_their_own_year_and_half_way_to_those_of_another() -> None:
    assert [iris_weight(2019, year) for year in (2018, 2019, 2021)] == [0.5, 1.0, 0.5]


def test_another_weight_of_the_density_changes_nothing_else() -> None:
    assert index_rules() == RULES
    assert index_rules(0.0) == replace(RULES, density_weight=0.0)


def test_without_iris_parts_are_whole_cells_in_none() -> None:
    grid = cells([0.2, 0.6])
    parts = estimate_parts(grid, PROBIT, NATIONAL_EUR, np.full(2, THRESHOLD), RULES)
    assert parts.iris.tolist() == [-1, -1]
    assert parts.cell.tolist() == [0, 1]
    assert parts.weight.tolist() == [1.0, 1.0]
    assert parts.probit_error == RULES.probit_error
    probit = 2 * np.log(THRESHOLD) - (-1 + 0.5 * np.array([0.2, 0.6]))
    assert parts.share_below(THRESHOLD, 2) == pytest.approx(ndtr(probit))


def shares(count: int, year: int = 2011, complete: bool = True) -> IrisShares:
    """As many IRIS as cells, each of which it holds whole; their medians differ."""
    return IrisShares(
        np.arange(count), np.full(count, 2**16 - 1, dtype=np.uint64), np.arange(count),
        np.linspace(0.5, 0.9, count), np.full(count, 0.6), np.full(count, complete), year,
    )  # fmt: skip


def wanted(iris: IrisShares) -> np.ndarray:
    """Share of people below the threshold that the figures of IRIS give."""
    spread = iris_log_spread(iris.median, iris.quartile_range, RULES)
    return iris_share_below(iris.median, spread, THRESHOLD)


def test_the_share_of_a_whole_iris_is_met_and_that_of_one_that_the_grid_cuts_is_not() -> None:
    grid, whole = cells([0.2, 0.4, 0.6]), shares(3)
    threshold = np.full(3, THRESHOLD)
    met = estimate_parts(grid, PROBIT, NATIONAL_EUR, threshold, RULES, whole)
    assert met.share_below(THRESHOLD, 3) == pytest.approx(wanted(whole))
    alone = estimate_parts(grid, PROBIT, NATIONAL_EUR, threshold, RULES).share_below(THRESHOLD, 3)
    cut = estimate_parts(grid, PROBIT, NATIONAL_EUR, threshold, RULES, shares(3, complete=False))
    assert cut.share_below(THRESHOLD, 3) == pytest.approx(alone)


def test_incomes_of_long_ago_are_met_half_way_unless_another_weight_is_asked() -> None:
    grid, threshold = cells([0.2, 0.4, 0.6]), np.full(3, THRESHOLD)

    def probit(iris: IrisShares | None, weight: float | None = None) -> np.ndarray:
        parts = estimate_parts(grid, PROBIT, NATIONAL_EUR, threshold, RULES, iris, weight)
        return (np.log(THRESHOLD) - np.log(parts.income.median)) / parts.income.log_spread

    alone, met = probit(None), probit(shares(3))
    assert probit(shares(3, RULES.old_incomes_year)) == pytest.approx((alone + met) / 2)
    assert probit(shares(3), 0.25) == pytest.approx(0.75 * alone + 0.25 * met)


def test_each_iris_is_met_at_the_threshold_of_its_own_cells() -> None:
    grid, iris = cells([0.2, 0.4]), shares(2)
    threshold = np.array([0.5, 0.7])
    parts = estimate_parts(grid, PROBIT, NATIONAL_EUR, threshold, RULES, iris)
    spread = iris_log_spread(iris.median, iris.quartile_range, RULES)
    assert parts.share_below(threshold, 2) == pytest.approx(iris_share_below(iris.median, spread, threshold))


def test_the_people_of_a_part_are_those_of_its_squares() -> None:
    """One IRIS with a quarter of a cell and the whole of another: their shares count as 1 and 4."""
    iris = IrisShares(
        np.array([0, 0, 1]), np.array([0x000F, 0xFFF0, 0xFFFF], dtype=np.uint64), np.array([0, -1, 0]),
        np.array([0.8]), np.array([0.6]), np.ones(1, dtype=bool), 2011,
    )  # fmt: skip
    parts = estimate_parts(cells([0.2, 0.6]), PROBIT, NATIONAL_EUR, np.full(2, THRESHOLD), RULES, iris)
    share = parts.income.share_below(THRESHOLD)
    assert (share[0] + 4 * share[2]) / 5 == pytest.approx(wanted(iris)[0])


@pytest.mark.parametrize(("fewer", "own"), [(1, False), (0, True)])
def test_the_error_of_a_place_is_that_of_the_iris_of_the_territory_where_they_are_enough(fewer: int, own: bool) -> None:
    count = RULES.fewest_iris_for_residuals - fewer
    grid, iris = cells(list(np.linspace(0.1, 0.6, count))), shares(count)
    parts = estimate_parts(grid, PROBIT, NATIONAL_EUR, np.full(count, THRESHOLD), RULES, iris)
    z = 2 * np.log(THRESHOLD) - (-1 + 0.5 * np.linspace(0.1, 0.6, count))
    shift = ndtri(wanted(iris)) - z
    theirs = left_out_error(shift, np.ones(count, dtype=bool), np.full(count, 100.0))
    assert parts.probit_error == pytest.approx(theirs if own else RULES.probit_error)


def test_people_out_of_every_iris_count_in_none() -> None:
    """A cell more, in no IRIS, where another threshold holds."""
    count = RULES.fewest_iris_for_residuals
    poor, iris, threshold = list(np.linspace(0.1, 0.6, count)), shares(count), np.full(count, THRESHOLD)
    one_more = replace(
        iris, cell=np.arange(count + 1), squares=np.append(iris.squares, iris.squares[0]), iris=np.append(iris.iris, -1)
    )
    alone = estimate_parts(cells(poor), PROBIT, NATIONAL_EUR, threshold, RULES, iris)
    found = estimate_parts(cells([*poor, 0.3]), PROBIT, NATIONAL_EUR, np.append(threshold, 0.9), RULES, one_more)
    assert found.probit_error == pytest.approx(alone.probit_error)
    assert found.share_below(THRESHOLD, count + 1)[:-1] == pytest.approx(alone.share_below(THRESHOLD, count))


def test_the_error_of_a_cell_alone_is_that_of_a_sample_of_its_households() -> None:
    """Half of the variance of incomes in an IRIS is in its cells; their interquartile range is 0.44 + 0.27 × median."""
    income = estimate_income(cells([0.1]), BRIDGE, NATIONAL_EUR, shrink=False)
    median = 0.98 + 1.4 * np.log(16_000 / NATIONAL_EUR)
    spread = (0.44 + 0.27 * median) / (2 * 0.6744897501960817)
    assert income.median == pytest.approx([median])
    assert income.variance == pytest.approx([0.5 * spread**2 / 50])
