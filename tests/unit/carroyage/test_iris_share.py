"""Share of an IRIS below a threshold: worked by hand from the lognormal, and met by a shift of the probit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from geoville.carroyage.iris_share import (
    iris_log_spread,
    iris_share_below,
    left_out_error,
    left_out_residuals,
    log_spread_of_range,
    meet_shares,
    pooled_median,
)
from geoville.carroyage.method import method_rules

RULES = method_rules()


def test_the_quartiles_of_the_spread_found_lie_the_range_apart() -> None:
    median, width = np.array([0.55, 0.9]), np.array([0.6, 0.7])
    spread = log_spread_of_range(median, width)
    low, high = (median * np.exp(sign * 0.6744897501960817 * spread) for sign in (-1, 1))
    assert high - low == pytest.approx(width)


def test_a_spread_whose_range_is_not_published_follows_the_median() -> None:
    rules = method_rules()
    unknown = np.full(3, np.nan)
    spread = iris_log_spread(np.array([1.0, np.e, 1 / np.e]), unknown, rules)
    level, slope, curve = rules.spread_level, rules.spread_slope, rules.spread_curve  # at ln M = 0, 1 and -1
    assert spread == pytest.approx([level, level + slope + curve, level - slope + curve])


def test_a_published_range_counts_and_the_median_then_does_not() -> None:
    spread = iris_log_spread(np.array([0.5]), np.array([0.576]), method_rules())
    assert spread[0] == pytest.approx(np.arcsinh(0.576) / 0.67449, rel=1e-5)  # 0.576 over 2 × 0.5


def test_beyond_the_medians_of_the_fit_the_spread_changes_no_more() -> None:
    rules = method_rules()
    beyond = np.array([rules.spread_lowest_median, rules.spread_lowest_median / 2, 2.8, 5.0])
    spread = iris_log_spread(beyond, np.full(4, np.nan), rules)
    assert spread[0] == spread[1]
    assert spread[2] == spread[3]


def test_the_spread_is_that_of_french_iris() -> None:
    """RFL 2011: half of the incomes of an IRIS of the national median lie within 0.75 of it, within some hundredths."""
    spread = iris_log_spread(np.array([1.0]), np.array([np.nan]), method_rules())
    width = 2 * np.sinh(0.6744897501960817 * spread[0])
    assert 0.70 < width < 0.83


def test_the_share_is_a_half_at_the_median_and_three_quarters_at_the_third_quartile() -> None:
    median, width = np.array([0.6]), np.array([0.5])
    spread = log_spread_of_range(median, width)
    third = 0.6 * np.exp(0.6744897501960817 * spread[0])
    assert iris_share_below(median, spread, 0.6)[0] == pytest.approx(0.5)
    assert iris_share_below(median, spread, third)[0] == pytest.approx(0.75)


def test_what_is_not_published_stays_unknown() -> None:
    unknown = np.array([np.nan])
    assert np.isnan(iris_share_below(unknown, iris_log_spread(unknown, unknown, method_rules()), 0.6)).all()


def test_the_pooled_share_of_each_iris_is_met() -> None:
    probit = np.array([-1.0, 0.2, 0.5, 1.0])
    people = np.array([100.0, 300.0, 50.0, 150.0])
    iris = np.array([0, 0, 1, 1])
    meeting = meet_shares(probit, people, iris, np.array([0.55, 0.3]), RULES)
    share = ndtr(probit + meeting.of(iris))
    assert np.average(share[:2], weights=people[:2]) == pytest.approx(0.55)
    assert np.average(share[2:], weights=people[2:]) == pytest.approx(0.3)


def test_one_part_alone_is_shifted_by_the_difference_of_probits() -> None:
    meeting = meet_shares(np.array([0.0]), np.array([10.0]), np.array([0]), np.array([0.75]), RULES)
    assert meeting.shift[0] == pytest.approx(ndtri(0.75))


def test_places_without_figures_take_the_mean_shift_weighted_by_people() -> None:
    probit, people = np.zeros(4), np.array([100.0, 300.0, 7.0, 7.0])
    iris = np.array([0, 1, 2, -1])
    meeting = meet_shares(probit, people, iris, np.array([ndtr(0.4), ndtr(0.8), np.nan]), RULES)
    assert meeting.met.tolist() == [True, True, False]
    assert meeting.of(iris) == pytest.approx([0.4, 0.8, 0.7, 0.7])  # (100 × 0.4 + 300 × 0.8) / 400


def test_a_share_of_nobody_is_kept_away_from_zero_and_one_of_everybody_from_one() -> None:
    meeting = meet_shares(np.array([0.0]), np.array([10.0]), np.array([0]), np.array([0.0]), RULES)
    assert meeting.shift[0] == pytest.approx(ndtri(0.001))
    everybody = meet_shares(np.array([0.0]), np.array([10.0]), np.array([0]), np.array([1.0]), RULES)
    assert everybody.shift[0] == pytest.approx(ndtri(0.999))


def test_no_place_has_no_shift() -> None:
    meeting = meet_shares(np.array([0.0]), np.array([10.0]), np.array([0]), np.array([0.75]), RULES)
    assert meeting.of(np.empty(0, dtype=np.intp)).tolist() == []


def test_a_part_of_less_than_one_person_meets_its_iris_and_one_of_nobody_does_not() -> None:
    meeting = meet_shares(np.zeros(2), np.array([0.4, 0.0]), np.array([0, 1]), np.array([0.75, 0.75]), RULES)
    assert meeting.met.tolist() == [True, False]
    assert meeting.shift[0] == pytest.approx(ndtri(0.75))


def test_one_iris_alone_has_no_error_and_two_have_one() -> None:
    """Left out, each of two takes the shift of the other."""
    shift, people = np.array([0.1, 0.5]), np.array([100.0, 300.0])
    assert np.isnan(left_out_error(shift, np.array([True, False]), people))
    assert left_out_error(shift, np.array([True, True]), people) == pytest.approx(0.4)


def test_nothing_moves_where_no_share_is_known() -> None:
    meeting = meet_shares(np.array([0.3]), np.array([10.0]), np.array([0]), np.array([np.nan]), RULES)
    assert meeting.of(np.array([0, -1])).tolist() == [0.0, 0.0]


def test_an_iris_left_out_errs_by_its_shift_less_the_mean_of_the_others() -> None:
    shift, people = np.array([0.0, 0.3, 0.6]), np.array([100.0, 100.0, 200.0])
    errors = left_out_residuals(shift, people)
    assert errors == pytest.approx([-0.5, -0.1, 0.45])  # others: (0.3 + 1.2) / 3, (0 + 1.2) / 3, 0.15
    assert left_out_error(shift, np.ones(3, dtype=bool), people) == pytest.approx(np.sqrt((0.25 + 0.01 + 0.2025) / 3))


def test_half_of_the_people_of_pooled_iris_earn_less_than_their_median() -> None:
    rng = np.random.default_rng(7)
    median, spread = rng.uniform(0.4, 1.8, 30), rng.uniform(0.3, 0.9, 30)
    drawn = median[:, None] * np.exp(spread[:, None] * rng.standard_normal((30, 40_000)))
    assert (drawn < pooled_median(median, spread)).mean() == pytest.approx(0.5, abs=0.002)


def test_one_iris_is_its_own_median_and_none_has_none() -> None:
    assert pooled_median(np.array([0.8, np.nan]), np.array([0.5, 0.5])) == pytest.approx(0.8)
    assert np.isnan(pooled_median(np.array([np.nan]), np.array([0.5])))
