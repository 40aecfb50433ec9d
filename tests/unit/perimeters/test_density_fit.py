"""The weight of the density found again in contours that it made."""

from __future__ import annotations

import numpy as np
import pytest

from geoville.errors import InvalidInputError
from geoville.perimeters.score import fit_density


def places() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    return generator.uniform(0, 1, 500), generator.normal(0, 1, 500), generator.uniform(1, 20, 500)


def test_the_weight_and_the_probability_that_made_contours_are_found_again() -> None:
    share, term, people = places()
    inside = 1 / (1 + np.exp(-(-1.0 + 10.8 * (share + 0.13 * term - 0.5))))
    found = fit_density(share, term, inside, people, 0.5)
    assert (found.density_weight, found.level, found.steepness) == pytest.approx((0.13, -1.0, 10.8))


def test_contours_that_hold_everybody_or_nobody_teach_nothing() -> None:
    share, term, people = places()
    for inside in (np.zeros(500), np.ones(500)):
        with pytest.raises(InvalidInputError, match="ne séparent pas"):
            fit_density(share, term, inside, people, 0.5)


def test_contours_of_the_rich_are_refused() -> None:
    share, term, people = places()
    with pytest.raises(InvalidInputError, match="ne compte pas"):
        fit_density(share, term, 1 / (1 + np.exp(4 * share)), people, 0.5)


def test_contours_in_which_the_share_counts_for_nothing_are_refused() -> None:
    """Every share is as often in as out: the slope is naught, and no weight can be drawn from it."""
    share, term = np.tile([0.2, 0.8], 4), np.repeat([-1.0, 1.0], 4)
    inside = np.tile(np.repeat([0.0, 1.0], 2), 2)
    with pytest.raises(InvalidInputError, match="ne compte pas"):
        fit_density(share, term, inside, np.ones(8), 0.5)
