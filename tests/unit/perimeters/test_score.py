"""Scores of candidates against official contours, on three cells whose people are counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from geoville.errors import InvalidInputError
from geoville.perimeters.score import f1_of, logistic_fit, score_perimeters

CELLS = np.array([shapely.box(200 * rank, 0, 200 * (rank + 1), 200) for rank in range(3)])
PEOPLE = np.array([100.0, 100.0, 40.0])


def test_precision_and_recall_are_shares_of_people_and_the_overlap_one_of_area() -> None:
    ours, theirs = shapely.box(0, 0, 300, 200), shapely.box(200, 0, 600, 200)  # 150 and 140 people, 50 in both
    score = score_perimeters([ours], [theirs], CELLS, PEOPLE)
    assert (score.population_candidates, score.population_official) == pytest.approx((150, 140))
    assert (score.precision, score.recall) == pytest.approx((50 / 150, 50 / 140))
    assert score.f1 == pytest.approx(100 / 290)
    assert score.area_iou == pytest.approx(100 / 600)


def test_candidates_that_overlap_count_their_people_once() -> None:
    score = score_perimeters([CELLS[0], shapely.box(0, 0, 300, 200)], [CELLS[0]], CELLS, PEOPLE)
    assert (score.precision, score.recall) == pytest.approx((100 / 150, 1))


def test_without_any_candidate_there_is_no_precision() -> None:
    score = score_perimeters([], [CELLS[0]], CELLS, PEOPLE)
    assert math.isnan(score.precision)
    assert (score.recall, score.f1, score.population_candidates) == (0, 0, 0)


def test_a_contour_of_one_person_is_scored_and_one_of_nobody_refused() -> None:
    assert score_perimeters([CELLS[0]], [CELLS[0]], CELLS, np.array([1.0, 0.0, 0.0])).recall == 1
    with pytest.raises(InvalidInputError, match="Aucun contour officiel ne recouvre la grille"):
        score_perimeters([CELLS[0]], [shapely.box(9_000, 0, 9_200, 200)], CELLS, PEOPLE)


@pytest.mark.parametrize(
    ("shared", "first", "second", "f1"), [(10, 10, 10, 1), (0, 10, 0, 0), (0, 0, 10, 0), (5, 10, 10, 0.5)]
)
def test_the_f1_of_two_sizes(shared: float, first: float, second: float, f1: float) -> None:
    assert f1_of(shared, first, second) == f1


def test_two_sets_of_nobody_have_no_f1() -> None:
    assert math.isnan(f1_of(0, 0, 0))


def test_candidates_that_miss_every_contour_have_a_precision_of_naught() -> None:
    score = score_perimeters([CELLS[1]], [CELLS[0]], CELLS, PEOPLE)
    assert (score.precision, score.recall, score.f1, score.area_iou) == (0, 0, 0, 0)


def test_a_regression_on_a_constant_has_the_odds_of_the_weights() -> None:
    """Three people in for one out are odds of three; seven for one, odds of seven."""
    ones, inside = np.ones((2, 1)), np.array([1.0, 0.0])
    for people_in in (3.0, 7.0, 400.0):
        assert logistic_fit(ones, inside, np.array([people_in, 1.0])) == pytest.approx([math.log(people_in)], rel=1e-9)


def test_a_regression_on_two_groups_has_the_odds_of_each() -> None:
    """In the first group 1 of 5 is in, odds of 1/4; in the second 3 of 4, odds of 3, twelve times as much."""
    terms = np.array([[1.0, 0.0], [1.0, 1.0]])
    found = logistic_fit(terms, np.array([0.2, 0.75]), np.array([10.0, 1.0]))
    assert found == pytest.approx([math.log(1 / 4), math.log(12)])
